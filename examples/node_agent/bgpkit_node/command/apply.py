"""``bgpkit-node apply``: create and change resources, all of a call or none."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import click

from bgpkit_node.command.options import datastore_option
from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.errors import NodeError
from bgpkit_node.peering import Cluster, pairs_without_path
from bgpkit_node.resources import (
    KINDS,
    Applied,
    Document,
    Resource,
    ResourceStore,
    kind_of,
    load_paths,
)


@click.command()
@click.option(
    "-f",
    "--filename",
    "files",
    multiple=True,
    required=True,
    help="File with resources, YAML or JSON; '-' is standard input. May be given more than once.",
)
@click.option("--yes", is_flag=True, help="Apply even what leaves nodes without a path to each other.")
@datastore_option
def apply(files: tuple[str, ...], yes: bool, datastore: Path) -> None:
    """Create or change resources; several documents are one change.

    A change after which nodes would not reach each other is refused, with their names, unless --yes is given.
    """
    documents = load_paths(files)
    applied = asyncio.run(_apply(documents, datastore, yes=yes))
    for document in documents:
        resource = document.resource
        for warning in (*kind_of(resource).warn(resource), *unhonoured(resource)):
            click.echo(f"warning: {warning}", err=True)
    click.echo(summary(applied))


async def _apply(documents: Sequence[Document], datastore: Path, *, yes: bool) -> Applied:
    async with opened_store(datastore, create=True) as store:
        if not yes:
            present = await read_all(store)
            wanted = {(document.resource.kind, document.resource.name): document.resource for document in documents}
            check_apply(documents, present.values())
            refuse_cut(present.values(), (present | wanted).values(), nothing="nothing applied")
        return await store.apply(documents)


def summary(applied: Applied) -> str:
    """Return the sentence that says how many resources were applied."""
    resources = (*applied.created, *applied.updated, *applied.unchanged)
    kinds = {resource.kind for resource in resources}
    if len(kinds) == 1:
        return f"Successfully applied {len(resources)} '{kinds.pop()}' resource(s)"
    return f"Successfully applied {len(resources)} resource(s)"
