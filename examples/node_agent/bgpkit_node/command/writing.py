"""Writing resources for all the commands that do: looked at first, then one transaction, then the sentence."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import click

from bgpkit_node.command.outcome import misfit, succeeded
from bgpkit_node.command.overlap_warnings import overlaps_of
from bgpkit_node.command.reachability import cluster_resources, refuse_cut
from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.command.targets import Target, not_found
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.errors import AlreadyExistsError, ConflictError, NodeError, NotFoundError
from bgpkit_node.peering import unhonoured
from bgpkit_node.resources import Applied, Document, Resource, ResourceStore, WriteMode, kind_of
from bgpkit_node.startup.overlaps import Overlap


@dataclass(frozen=True, slots=True)
class Verb:
    """What a command does, and the words for it."""

    word: str
    done: str
    mode: WriteMode


APPLY: Final = Verb("apply", "applied", WriteMode.APPLY)
CREATE: Final = Verb("create", "created", WriteMode.CREATE)
REPLACE: Final = Verb("replace", "replaced", WriteMode.REPLACE)
PATCH: Final = Verb("patch", "patched", WriteMode.REPLACE)
LABEL: Final = Verb("label", "labelled", WriteMode.REPLACE)
_ATTEMPTS: Final = 50


def write_and_tell(documents: Sequence[Document], datastore: DatastoreSettings, verb: Verb, *, yes: bool) -> None:
    """Write ``documents`` as ``verb`` says, with warnings of what does nothing, and say how many."""
    warn(documents, asyncio.run(_write(documents, datastore, verb, yes=yes)))
    click.echo(succeeded(verb.done, [document.resource for document in documents]))


async def _write(
    documents: Sequence[Document], datastore: DatastoreSettings, verb: Verb, *, yes: bool
) -> tuple[Overlap, ...]:
    async with opened_store(datastore, create=verb.mode is not WriteMode.REPLACE) as store:
        await write(store, documents, verb, yes=yes)
        return await overlaps_of(documents, (await cluster_resources(store)).values())


async def write(store: ResourceStore, documents: Sequence[Document], verb: Verb, *, yes: bool) -> Applied:
    """Write all of ``documents`` or none.

    NodeError names the one that is not there (or is), and, unless ``yes``, the pairs of nodes that would be cut off.
    """
    try:
        return await _attempt(store, documents, verb, yes=yes)
    except (AlreadyExistsError, NotFoundError, ConflictError) as error:
        raise misfit(verb.word, documents, error) from error


async def change_one(
    store: ResourceStore, target: Target, change: Callable[[Resource], Resource], verb: Verb, *, yes: bool
) -> None:
    """Write what ``change`` makes of the resource ``target``; again and again when others write it meanwhile."""
    for _ in range(_ATTEMPTS):
        old = await store.get(target.kind.type, target.name, namespace=target.namespace)
        if old is None:
            raise await not_found(store, [target])
        with suppress(ConflictError, NotFoundError):
            await _attempt(store, [Document(change(old))], verb, yes=yes)
            return
    raise NodeError(f"Failed to {verb.word} {target}: it is being changed by others all the time")


async def _attempt(store: ResourceStore, documents: Sequence[Document], verb: Verb, *, yes: bool) -> Applied:
    if not yes:
        planned = await store.write(documents, verb.mode, dry_run=True)
        before = await cluster_resources(store)
        refuse_cut(before.values(), (before | by_identity(planned)).values(), nothing=f"nothing {verb.done}")
    return await store.write(documents, verb.mode)


def by_identity(applied: Applied) -> dict[tuple[str, str], Resource]:
    """Return all resources of a call by kind and qualified name, as they stand after it."""
    resources = (*applied.created, *applied.updated, *applied.unchanged)
    return {(resource.kind, resource.qualified_name): resource for resource in resources}


def warn(documents: Sequence[Document], overlapping: Sequence[Overlap] = ()) -> None:
    """Name, on standard error, what is allowed in ``documents`` and does nothing, and the ranges that overlap."""
    for document in documents:
        resource = document.resource
        for warning in (*kind_of(resource).warn(resource), *unhonoured(resource)):
            click.echo(f"warning: {warning}", err=True)
    for overlap in overlapping:
        click.echo(f"warning: {overlap}", err=True)
