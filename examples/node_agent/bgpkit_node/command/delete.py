"""``bgpkit-node delete``: remove resources, all of a call or none."""

import asyncio
from collections.abc import Sequence
from typing import Final

import click

from bgpkit_node.command.options import datastore_option
from bgpkit_node.command.outcome import counted
from bgpkit_node.command.reachability import announced, cluster_resources, refuse_cut, refuse_in_use
from bgpkit_node.command.resource_options import (
    filename_option,
    namespace_option,
    read_files,
    recursive_option,
    skip_empty_option,
)
from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.command.targets import Target, not_found, targets_in, targets_of
from bgpkit_node.datastore.port import Delete, KeyValue
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.errors import ConflictError, NodeError, NotFoundError, ResourceError
from bgpkit_node.ipam import load_snapshot
from bgpkit_node.ipam.forsaken import give_up_range
from bgpkit_node.peering import cluster_of
from bgpkit_node.resources import IPPool, Metadata, Node, Resource, ResourceStore
from bgpkit_node.resources.output import decode

_ATTEMPTS: Final = 50


@click.command()
@click.argument("kind", required=False)
@click.argument("names", nargs=-1)
@filename_option()
@recursive_option
@skip_empty_option
@click.option("-s", "--skip-not-exists", is_flag=True, help="Pass over what does not exist; it counts as deleted.")
@namespace_option
@click.option("--yes", is_flag=True, help="Delete even what is in use or cuts nodes off.")
@datastore_option
def delete(
    kind: str | None,
    names: tuple[str, ...],
    files: tuple[str, ...],
    recursive: bool,
    skip_empty: bool,
    skip_not_exists: bool,
    namespace: str,
    yes: bool,
    datastore: DatastoreSettings,
) -> None:
    """Delete the resources NAMES of a KIND, or those in files; all of a call or none.

    A deletion after which nodes would not reach each other is refused, with their names, unless --yes is given;
    so is that of a pool or a node whose addresses are in use.
    """
    if (kind is None) == (not files):
        raise click.UsageError("give a KIND with NAMES, or -f FILE, and not both")
    if kind is not None:
        targets = targets_of(kind, names, namespace)
        if not targets:
            raise click.UsageError(f"which {targets_of(kind, ['-'], namespace)[0].kind.name}? give NAMES")
    else:
        documents = read_files(files, namespace=namespace, recursive=recursive, skip_empty=skip_empty)
        targets = targets_in(documents)
        if not targets:
            click.echo("No resources specified")
            return
    asyncio.run(_delete(targets, datastore, yes=yes, skip=skip_not_exists))
    click.echo(f"Successfully deleted {counted([target.kind.name for target in targets])}")


async def _delete(targets: Sequence[Target], datastore: DatastoreSettings, *, yes: bool, skip: bool) -> None:
    async with opened_store(datastore) as store:
        await remove(store, targets, yes=yes, skip=skip)


async def remove(store: ResourceStore, targets: Sequence[Target], *, yes: bool, skip: bool) -> None:
    """Delete all ``targets`` or none; looked at anew when one of them is changed meanwhile.

    A value that cannot be read is deleted by its key; of a node the addresses in use are known all the same.
    NodeError names those that are not there, unless they are to be passed over (``skip``), and, unless ``yes``, the
    nodes that would be cut off and what is in use.
    """
    for _ in range(_ATTEMPTS):
        found = {target: await _find(store, target) for target in targets}
        missing = [target for target, entry in found.items() if entry is None]
        if missing and not skip:
            raise await not_found(store, missing)
        leaving = [entry for entry in found.values() if entry is not None]
        resources = [resource for _, resource in leaving if resource is not None]
        if not yes:
            await _refuse(store, resources)
        try:
            await store.datastore.transact([Delete(stored.key, stored.revision) for stored, _ in leaving])
        except (ConflictError, NotFoundError):
            continue
        for resource in resources:
            if isinstance(resource, IPPool):  # its blocks are nobody's now, or in the way of a pool with other blocks
                await give_up_range(store.datastore, resource.network)
        return
    raise NodeError("the resources are being changed by others all the time: nothing was deleted")


async def _find(store: ResourceStore, target: Target) -> tuple[KeyValue, Resource | None] | None:
    """Return what is stored of ``target`` and the resource it is, None where that cannot be read; a Node has a name."""
    for key in target.kind.keys(target.name, target.namespace):
        stored = await store.datastore.get(key)
        if stored is None:
            continue
        try:
            resource: Resource = decode(target.kind, stored)
        except ResourceError:
            return stored, Node(metadata=Metadata(name=target.name)) if target.kind.type is Node else None
        if resource.qualified_name == target.qualified_name:
            return stored, resource
    return None


async def _refuse(store: ResourceStore, leaving: Sequence[Resource]) -> None:
    """Raise NodeError when pods have addresses of what is to go, or nodes would be cut off."""
    snapshot = await load_snapshot(store.datastore)
    for resource in leaving:
        refuse_in_use(resource, snapshot)
    present = await cluster_resources(store)
    before = cluster_of(present.values())
    gone = {(resource.kind, resource.qualified_name) for resource in leaving}
    after = cluster_of(resource for key, resource in present.items() if key not in gone)
    refuse_cut(before, after, announced(snapshot, before.nodes, used=True), nothing="nothing deleted")
