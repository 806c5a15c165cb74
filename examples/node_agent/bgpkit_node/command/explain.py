"""``bgpkit-node explain``: whose an address is, who announces it, and by which routes the nodes reach it."""

import asyncio
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import click
import msgspec

from bgpkit_node.command.across_nodes import ask_everybody, timeout_option
from bgpkit_node.command.address_facts import Known, facts_of, known_of
from bgpkit_node.command.asking import ask, read_from
from bgpkit_node.command.options import datastore_option, run_dir_option
from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.command.walk_policy import WalkPolicy, policy_of_walk
from bgpkit_node.command.walking import print_walk, walk_between
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.diagnosis.walk import End, Walk
from bgpkit_node.errors import NodeError
from bgpkit_node.node_status import Told

_PING: Final = "ICMP"


class Way(msgspec.Struct, frozen=True):
    """What the agent of a node tells of the way to an address."""

    node: str
    prefix: str
    bgp: str
    kernel: str


@click.command()
@click.argument("what", metavar="ADDRESS|POD")
@click.option("--to", metavar="ADDRESS|POD|NODE", help="Tell the way of a packet to there, hop by hop.")
@click.option(
    "--port", metavar="PORT/PROTOCOL", help="With --to: what policies say of connections to this port.  [default: ICMP]"
)
@click.option("--from", "node", metavar="NODE", help="Whose BGP paths are told; this node's, unless told otherwise.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@timeout_option
@datastore_option
@run_dir_option
def explain(
    what: str,
    to: str | None,
    port: str | None,
    node: str | None,
    as_json: bool,
    timeout: float,
    datastore: DatastoreSettings,
    run_dir: Path,
) -> None:
    """Tell all that is known of an ADDRESS, or of those of a POD (NAMESPACE/NAME, or NAME).

    Pool, block, owner and the node that announces it come from the datastore; BGP paths and the kernels' routes are
    told by the agents of all nodes. With --to the way of a packet is told instead; exit code 1 when it gets lost or
    a policy denies it.
    """
    if to is None and port is not None:
        raise click.UsageError("--port is for --to: it says what is sent there")
    if to is not None and node is not None:
        raise click.UsageError("--from and --to exclude each other: the way of a packet begins where its sender is")
    if to is not None:
        walk, policy = asyncio.run(_walk(what, to, port or _PING, datastore, timeout))
        print_walk(walk, policy, as_json=as_json)
        sys.exit(0 if walk.ending.end in {End.DELIVERED, End.OUTSIDE} and policy.verdict.allowed else 1)
    name = node or _this_node(run_dir)
    told: list[dict[str, object]] = []
    for number, (known, ways) in enumerate(asyncio.run(_read(what, datastore, timeout, node))):
        facts = dict(facts_of(known))
        if as_json:
            told.append({**facts, "nodes": ways.answers, "silent": ways.silent})
            continue
        found = {each: read_from(each, answer, Way) for each, answer in ways.answers.items()}
        click.echo(("\n" if number else "") + rendered(facts, found, ways.silent, name))
    if as_json:
        click.echo(json.dumps(told, indent=2))


async def _walk(
    source: str, destination: str, port: str, datastore: DatastoreSettings, seconds: float
) -> tuple[Walk, WalkPolicy]:
    walk = await walk_between(source, destination, datastore, seconds)
    return walk, await policy_of_walk(walk, port, datastore)


async def _read(what: str, datastore: DatastoreSettings, seconds: float, node: str | None) -> list[tuple[Known, Told]]:
    async with opened_store(datastore) as store:
        found: list[tuple[Known, Told]] = []
        for known in await known_of(store, what):
            question = {"request": "explain", "address": str(known.address)}
            told = await ask_everybody(store, question, seconds)
            if node is not None and node not in {**told.answers, **told.silent}:
                raise NodeError(f"there is no node {node}")
            found.append((known, told))
        return found


def _this_node(run_dir: Path) -> str:
    """Return the name of the node whose agent runs here; empty when none answers."""
    try:
        return str(ask(run_dir, {"request": "status"})["node"])
    except (NodeError, KeyError):
        return ""


def rendered(facts: Mapping[str, str], ways: Mapping[str, Way], silent: Mapping[str, str], node: str) -> str:
    """Return everything, a title a line; BGP paths are those of ``node``, or of the first that has answered."""
    lines = [f"{title:<9} {text}" for title, text in facts.items()]
    lines += [f"{'' if number else 'kernel':<9} {text}" for number, text in enumerate(_kernels(ways, silent))]
    way = ways.get(node) or next(iter(ways.values()), None)
    if way is None:
        return "\n".join(lines)
    lines.append(f"{'bgp':<9} {way.prefix if way.bgp else 'no path'} (on {way.node})")
    return "\n".join([*lines, *(f"  {line}" for line in way.bgp.splitlines())])


def _kernels(ways: Mapping[str, Way], silent: Mapping[str, str]) -> Iterator[str]:
    """Yield the kernel's route on each node, and why it is not known of the others."""
    for way in ways.values():
        yield f"{way.kernel or 'no route'} (on {way.node})"
    for node, why in silent.items():
        yield f"{why} (on {node})"
