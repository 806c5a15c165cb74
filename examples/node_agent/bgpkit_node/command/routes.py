"""``bgpkit-node routes``: the routes that there should be, and those in the kernel."""

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click
import msgspec

from bgpkit_node.command.asking import ask, read
from bgpkit_node.command.options import datastore_option, run_dir_option
from bgpkit_node.command.route_counts import KINDS, wanted_routes
from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.command.tables import aligned
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.errors import CniError
from bgpkit_node.ipam import load_snapshot
from bgpkit_node.resources import IPPool, Node

_PATIENCE: Final = 60


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
@run_dir_option
def diff(as_json: bool, run_dir: Path) -> None:
    """Print what differs in the kernel of this node from what its agent wants; exit code 1 when anything does."""
    answer = ask(run_dir, {"request": "routes"}, timeout=_PATIENCE)
    told = read(answer, Routes, run_dir)
    click.echo(json.dumps(answer, indent=2) if as_json else rendered_diff(told))
    sys.exit(1 if told.differing else 0)


def rendered_diff(told: Routes) -> str:
    """Return the differences as a table, and a sentence."""
    wanted = sum(count.wanted for count in told.counts.values())
    if not told.differing:
        return f"{told.node}: {wanted} routes wanted, all of them in the kernel, none too many"
    rows = [(each.prefix, each.kind, each.status, each.wanted, each.present, each.reason) for each in told.differences]
    table = aligned(("PREFIX", "KIND", "STATUS", "WANTED", "KERNEL", "REASON"), rows)
    more = told.differing - len(told.differences)
    rest = f"\n... and {more} more" if more else ""
    return f"{table}{rest}\n\n{told.node}: {wanted} routes wanted, {told.differing} prefixes differ"


@routes.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@datastore_option
@run_dir_option
def summary(as_json: bool, datastore: DatastoreSettings, run_dir: Path) -> None:
    """Print how many routes of each kind every node should have, and how many this one has.

    What is wanted comes from the datastore, what is present, and external routes, from the agent of this node.
    """
    wanted = asyncio.run(_wanted(datastore))
    try:
        told = read(ask(run_dir, {"request": "routes"}, timeout=_PATIENCE), Routes, run_dir)
    except CniError as error:
        told = None
        click.echo(f"warning: what is present is not known: {error}", err=True)
    counted = {
        node: {kind: _known(told, node, kind, count) for kind, count in counts.items()}
        for node, counts in wanted.items()
    }
    if as_json:
        click.echo(json.dumps(counted, indent=2))
        return
    rows = [(node, *(_cell(counts[kind]) for kind in KINDS)) for node, counts in counted.items()]
    click.echo(aligned(("NODE", *(kind.upper() for kind in KINDS)), rows) + "\n")
    click.echo("wanted/present; - is not known from here")


async def _wanted(datastore: DatastoreSettings) -> Mapping[str, Mapping[str, int | None]]:
    async with opened_store(datastore) as store:
        nodes = [node.name for node in await store.list(Node)]
        return wanted_routes(await load_snapshot(store.datastore), nodes, await store.list(IPPool))


def _known(told: Routes | None, node: str, kind: str, wanted: int | None) -> dict[str, int | None]:
    here = told.counts.get(kind) if told is not None and told.node == node else None
    if here is None:
        return {"wanted": wanted, "present": None}
    return {"wanted": here.wanted if wanted is None else wanted, "present": here.present}


def _cell(count: Mapping[str, int | None]) -> str:
    wanted, present = ("-" if number is None else str(number) for number in (count["wanted"], count["present"]))
    return f"{wanted}/{present}"
