"""``bgpkit-node create``: write resources that must not exist yet."""

import asyncio
from collections.abc import Sequence

import click

from bgpkit_node.command.options import datastore_option
from bgpkit_node.command.outcome import succeeded
from bgpkit_node.command.resource_options import (
    filename_option,
    namespace_option,
    read_files,
    recursive_option,
    skip_empty_option,
    yes_option,
)
from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.command.writing import CREATE, warn, write
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.resources import Document, ResourceStore


@click.command()
@filename_option(required=True)
@recursive_option
@skip_empty_option
@click.option("--skip-exists", is_flag=True, help="Pass over what exists already; it counts as created.")
@namespace_option
@yes_option
@datastore_option
def create(
    files: tuple[str, ...],
    recursive: bool,
    skip_empty: bool,
    skip_exists: bool,
    namespace: str,
    yes: bool,
    datastore: DatastoreSettings,
) -> None:
    """Create resources, all of a call or none; one that exists is an error."""
    documents = read_files(files, namespace=namespace, recursive=recursive, skip_empty=skip_empty)
    if not documents:
        click.echo("No resources specified")
        return

    async def written() -> tuple[Sequence[Document], Sequence[object]]:
        """Create what is new and return that, and what is to be said of it."""
        async with opened_store(datastore, create=True) as store:
            new = await _missing(store, documents) if skip_exists else documents
            return new, await write(store, new, CREATE, yes=yes) if new else ()

    warn(*asyncio.run(written()))
    click.echo(succeeded("created", [document.resource for document in documents]))


async def _missing(store: ResourceStore, documents: Sequence[Document]) -> list[Document]:
    """Return those of ``documents`` whose resources are not there."""
    found: list[Document] = []
    for document in documents:
        resource = document.resource
        if await store.get(type(resource), resource.name, namespace=resource.namespace) is None:
            found.append(document)
    return found
