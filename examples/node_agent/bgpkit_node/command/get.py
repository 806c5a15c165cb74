"""``bgpkit-node get``: list resources, or print them whole."""

import asyncio
from pathlib import Path
from typing import Any

import click

from bgpkit_node.command.options import datastore_option
from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.command.tables import aligned
from bgpkit_node.errors import NodeError
from bgpkit_node.peering import Cluster
from bgpkit_node.peering.cluster import DEFAULT_ASN
from bgpkit_node.resources import BGPConfiguration, Resource, ResourceKind, kind_called
from bgpkit_node.resources.output import list_document, to_document, to_json, to_yaml


def kind_argument(word: str) -> ResourceKind[Any]:
    """Return the kind that ``word`` names; NodeError lists the known ones."""
    try:
        return kind_called(word)
    except ValueError as error:
        raise NodeError(str(error)) from None


@click.command()
@click.argument("kind")
@click.argument("names", nargs=-1)
@click.option("-o", "--output", type=click.Choice(["ps", "wide", "yaml", "json"]), default="ps", show_default=True)
@datastore_option
def get(kind: str, names: tuple[str, ...], output: str, datastore: Path) -> None:
    """Print resources of a KIND (node, ippool, bgpconfig, bgppeer), all of them or those with NAMES."""
    row = kind_argument(kind)
    resources, revision, inherited = asyncio.run(_read(row, names, datastore))
    if output in {"ps", "wide"}:
        columns = row.wide if output == "wide" else row.narrow
        rows = [[column.cell(resource, inherited) for column in columns] for resource in resources]
        click.echo(aligned([column.header for column in columns], rows) + "\n")
        return
    single = len(names) == 1
    document = to_document(resources[0]) if single else list_document(row, resources, revision)
    click.echo(to_yaml(document) if output == "yaml" else to_json(document), nl=False)


async def _read(row: ResourceKind[Any], names: tuple[str, ...], datastore: Path) -> tuple[list[Resource], int, int]:
    """Return the resources asked for, the revision of the newest, and the AS number that nodes inherit."""
    async with opened_store(datastore) as store:
        found: dict[str, Resource] = {resource.name: resource for resource in await store.list(row.type)}
        cluster = Cluster(configurations=await store.list(BGPConfiguration))
    missing = [name for name in names if name not in found]
    if missing:
        raise NodeError(f"{row.name} {', '.join(missing)} not found; there is {', '.join(found) or 'none'}")
    chosen = [found[name] for name in names] if names else list(found.values())
    revision = max((resource.revision for resource in chosen), default=0)
    return chosen, revision, cluster.default_asn or DEFAULT_ASN
