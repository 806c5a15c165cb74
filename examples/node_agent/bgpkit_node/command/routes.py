"""``bgpkit-node routes``: the routes that there should be, and those in the kernel, of all nodes."""

import asyncio
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import click
import msgspec

from bgpkit_node.command.across_nodes import ask_everybody, timeout_option
from bgpkit_node.command.asking import ask, read, read_from
from bgpkit_node.command.options import datastore_option, run_dir_option
from bgpkit_node.command.route_counts import KINDS, wanted_routes
from bgpkit_node.command.surroundings import opened_store, warn
from bgpkit_node.command.tables import aligned
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.ipam import load_snapshot
from bgpkit_node.node_status import Told
from bgpkit_node.resources import IPPool, Node

_PATIENCE: Final = 60
_SHOWN: Final = 20
"""Differences of one node that a person is shown: a screen full of them tells no more."""
_NAMED: Final = 10
"""Nodes without a difference that are named one by one."""

_here_option: Final = click.option(
    "--here", is_flag=True, help="Look at this node only, over its agent's socket: no datastore is needed."
)


class Count(msgspec.Struct, frozen=True):
    """Routes of one kind."""

    wanted: int
    present: int


class Difference(msgspec.Struct, frozen=True):
    """One prefix of which the kernel has something else than it should have."""

    prefix: str
    kind: str
    status: str
    wanted: str
    present: str
    reason: str


class Routes(msgspec.Struct, frozen=True):
    """What the agent of a node tells of its routes."""

    node: str
    counts: dict[str, Count]
    differing: int
    differences: tuple[Difference, ...]


@click.group()
def routes() -> None:
    """Compare the routes that there should be with those in the kernel."""


@routes.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@_here_option
@click.option("--node", "nodes", multiple=True, metavar="NODE", help="Look at this node only; may be repeated.")
@timeout_option
@datastore_option
@run_dir_option
def diff(
    as_json: bool, here: bool, nodes: tuple[str, ...], timeout: float, datastore: DatastoreSettings, run_dir: Path
) -> None:
    """Print what differs in the kernels of all nodes from what their agents want.

    Exit code 1 when anything does, or when a node's agent does not answer.
    """
    if here and nodes:
        raise click.UsageError("--here and --node exclude each other")
    told = _told_here(run_dir) if here else asyncio.run(_ask(datastore, timeout, nodes))
    found = [read_from(name, answer, Routes) for name, answer in told.answers.items()]
    if as_json:
        click.echo(json.dumps({"nodes": told.answers, "silent": told.silent}, indent=2))
    else:
        click.echo(rendered_diff(found, told.silent))
    sys.exit(1 if told.silent or any(one.differing for one in found) else 0)


def _told_here(run_dir: Path) -> Told:
    answer = ask(run_dir, {"request": "routes"}, timeout=_PATIENCE)
    return Told(answers={read(answer, Routes, run_dir).node: answer})


async def _ask(datastore: DatastoreSettings, seconds: float, nodes: Sequence[str]) -> Told:
    async with opened_store(datastore) as store:
        return await ask_everybody(store, {"request": "routes"}, seconds, nodes)


def rendered_diff(found: Sequence[Routes], silent: Mapping[str, str]) -> str:
    """Return the differences of all nodes as one table, and sentences about the nodes."""
    rows = [
        (told.node, each.prefix, each.kind, each.status, each.wanted, each.present, each.reason)
        for told in found
        for each in told.differences[:_SHOWN]
    ]
    header = ("NODE", "PREFIX", "KIND", "STATUS", "WANTED", "KERNEL", "REASON")
    lines = [aligned(header, rows), ""] if rows else []
    return "\n".join([*lines, *_sentences(found, silent)]) or "there are no nodes"


def _sentences(found: Sequence[Routes], silent: Mapping[str, str]) -> Iterator[str]:
    same = [told for told in found if not told.differing]
    if len(same) > _NAMED:
        total = sum(map(_wanted_of, same))
        yield f"{len(same)} nodes: {total} routes wanted, all of them in the kernels, none too many"
    else:
        for told in same:
            yield f"{told.node}: {_wanted_of(told)} routes wanted, all of them in the kernel, none too many"
    for told in found:
        if told.differing:
            more = told.differing - min(len(told.differences), _SHOWN)
            rest = f", {more} of them not shown" if more else ""
            yield f"{told.node}: {_wanted_of(told)} routes wanted, {_differ(told.differing)}{rest}"
    for node, why in silent.items():
        yield f"{node}: {why}"


def _differ(number: int) -> str:
    return "1 prefix differs" if number == 1 else f"{number} prefixes differ"


def _wanted_of(told: Routes) -> int:
    return sum(count.wanted for count in told.counts.values())


@routes.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@_here_option
@timeout_option
@datastore_option
@run_dir_option
def summary(as_json: bool, here: bool, timeout: float, datastore: DatastoreSettings, run_dir: Path) -> None:
    """Print how many routes of each kind every node should have, and has.

    What a node has, and what it wants of external routes, its agent tells; without it only what is wanted is known.
    """
    if here:
        told = _told_here(run_dir)
        wanted: Mapping[str, Mapping[str, int | None]] = {node: dict.fromkeys(KINDS) for node in told.answers}
    else:
        wanted, told = asyncio.run(_wanted(datastore, timeout))
    for node, why in told.silent.items():
        warn(f"{node}: {why}")
    counted = {
        node: {kind: _known(told, node, kind, count) for kind, count in counts.items()}
        for node, counts in wanted.items()
    }
    if as_json:
        click.echo(json.dumps(counted, indent=2))
        return
    rows = [(node, *(_cell(counts[kind]) for kind in KINDS)) for node, counts in counted.items()]
    click.echo(aligned(("NODE", *(kind.upper() for kind in KINDS)), rows) + "\n")
    click.echo("wanted/present; - is not known")


async def _wanted(datastore: DatastoreSettings, seconds: float) -> tuple[Mapping[str, Mapping[str, int | None]], Told]:
    async with opened_store(datastore) as store:
        told = await ask_everybody(store, {"request": "routes"}, seconds)
        nodes = [node.name for node in await store.list(Node)]
        return wanted_routes(await load_snapshot(store.datastore), nodes, await store.list(IPPool)), told


def _known(told: Told, node: str, kind: str, wanted: int | None) -> dict[str, int | None]:
    answer = told.answers.get(node)
    here = None if answer is None else read_from(node, answer, Routes).counts.get(kind)
    if here is None:
        return {"wanted": wanted, "present": None}
    return {"wanted": here.wanted if wanted is None else wanted, "present": here.present}


def _cell(count: Mapping[str, int | None]) -> str:
    wanted, present = ("-" if number is None else str(number) for number in (count["wanted"], count["present"]))
    return f"{wanted}/{present}"
