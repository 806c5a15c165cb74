"""Writing resources for all the commands that do: looked at first, then one transaction, then the sentence."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import click

from bgpkit_node.command.outcome import misfit, succeeded
from bgpkit_node.command.overlap_warnings import overlaps_of
from bgpkit_node.command.reachability import added_findings, cluster_resources, in_use, refuse_cut, refuse_shared
from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.command.targets import Target, not_found
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.errors import AlreadyExistsError, ConflictError, NodeError, NotFoundError
from bgpkit_node.peering import CLUSTER_KINDS, cluster_of, unhonoured
from bgpkit_node.resources import Applied, Document, Resource, ResourceStore, WriteMode, kind_of


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
) -> tuple[object, ...]:
    async with opened_store(datastore, create=verb.mode is not WriteMode.REPLACE) as store:
        return await write(store, documents, verb, yes=yes)


async def write(store: ResourceStore, documents: Sequence[Document], verb: Verb, *, yes: bool) -> tuple[object, ...]:
    """Write all of ``documents`` or none; return, as sentences, what does nothing since then, and ranges that overlap.

    NodeError names the one that is not there (or is), and, unless ``yes``, the pairs of nodes that would be cut off.
    """
    try:
        idle = await _attempt(store, documents, verb, yes=yes)
    except (AlreadyExistsError, NotFoundError, ConflictError) as error:
        raise misfit(verb.word, documents, error) from error
    return *idle, *await overlaps_of(documents, (await cluster_resources(store)).values())


async def change_one(
    store: ResourceStore, target: Target, change: Callable[[Resource], Resource], verb: Verb, *, yes: bool
) -> tuple[str, ...]:
    """Write what ``change`` makes of the resource ``target``; again and again when others write it meanwhile.

    Returns a sentence for each thing that does nothing since then.
    """
    for _ in range(_ATTEMPTS):
        old = await store.get(target.kind.type, target.name, namespace=target.namespace)
        if old is None:
            raise await not_found(store, [target])
        with suppress(ConflictError, NotFoundError):
            return await _attempt(store, [Document(change(old))], verb, yes=yes)
    raise NodeError(f"Failed to {verb.word} {target}: it is being changed by others all the time")


async def _attempt(store: ResourceStore, documents: Sequence[Document], verb: Verb, *, yes: bool) -> tuple[str, ...]:
    new_findings: tuple[str, ...] = ()
    planned = await store.write(documents, verb.mode, dry_run=True)
    if any(isinstance(resource, CLUSTER_KINDS) for resource in (*planned.created, *planned.updated)):
        present = await cluster_resources(store)
        before, after = cluster_of(present.values()), cluster_of((present | by_identity(planned)).values())
        refuse_shared(before, after, nothing=f"nothing {verb.done}")
        if not yes:
            refuse_cut(before, after, await in_use(store), nothing=f"nothing {verb.done}")
        new_findings = added_findings(before, after)
    await store.write(documents, verb.mode)
    return new_findings


def by_identity(applied: Applied) -> dict[tuple[str, str], Resource]:
    """Return all resources of a call by kind and qualified name, as they stand after it."""
    resources = (*applied.created, *applied.updated, *applied.unchanged)
    return {(resource.kind, resource.qualified_name): resource for resource in resources}


def warn(documents: Sequence[Document], others: Sequence[object] = ()) -> None:
    """Name, on standard error, what is allowed in ``documents`` and does nothing, and ``others``, a sentence each."""
    for document in documents:
        resource = document.resource
        for warning in (*kind_of(resource).warn(resource), *unhonoured(resource)):
            click.echo(f"warning: {warning}", err=True)
    for other in others:
        click.echo(f"warning: {other}", err=True)
