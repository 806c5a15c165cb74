"""``bgpkit-node apply``: create and change resources, all of a call or none."""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from bgpkit_node.command.options import datastore_option
from bgpkit_node.command.reachability import read_all, refuse_cut
from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.peering import unhonoured
from bgpkit_node.resources import KINDS, Applied, Document, Resource, WriteMode, draft, kind_of, load_paths


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
            _check(documents, present.values())
            refuse_cut(present.values(), (present | wanted).values(), nothing="nothing applied")
        return await store.apply(documents)


def _check(documents: Sequence[Document], present: Iterable[Resource]) -> None:
    """Raise InvalidResourcesError when the resources cannot be: of such ones it is idle to ask whom they cut off."""
    draft.check_each(documents)
    stored = list(present)
    states = {
        kind.name: draft.Present(
            kind,
            0,
            {resource.name: resource for resource in stored if resource.kind == kind.name},
            {resource.name: resource.revision for resource in stored if resource.kind == kind.name},
        )
        for kind in KINDS
    }
    writes = [draft.prepare(document, states[document.resource.kind], WriteMode.APPLY) for document in documents]
    draft.check_together(writes, states)


def summary(applied: Applied) -> str:
    """Return the sentence that says how many resources were applied."""
    resources = (*applied.created, *applied.updated, *applied.unchanged)
    kinds = {resource.kind for resource in resources}
    if len(kinds) == 1:
        return f"Successfully applied {len(resources)} '{kinds.pop()}' resource(s)"
    return f"Successfully applied {len(resources)} resource(s)"
