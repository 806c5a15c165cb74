"""``bgpkit-node drain``: take a route reflector out for maintenance, and back, without losing a packet."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import click
import msgspec

from bgpkit_node.command.leaving import Leaving, all_left, leavers
from bgpkit_node.command.options import Seconds, datastore_option
from bgpkit_node.command.reachability import cluster_resources, cut_off, in_use, named, said
from bgpkit_node.command.resource_options import yes_option
from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.command.targets import Target, not_found, targets_of
from bgpkit_node.command.writing import Verb, change_one
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.errors import NodeError
from bgpkit_node.peering import Cluster, Originated, cluster_of, plan_peerings
from bgpkit_node.peering.cluster import DRAINED
from bgpkit_node.resources import Node, Resource, ResourceStore, WriteMode

_DRAIN: Final = Verb("drain", "drained", WriteMode.REPLACE)
_UNDO: Final = Verb("drain --undo", "changed", WriteMode.REPLACE)
_MOST_NAMED: Final = 10


@click.command()
@click.argument("node")
@click.option("--undo", is_flag=True, help="Let the node reflect again.")
@yes_option
@click.option(
    "--timeout",
    type=Seconds(min=0, max=3600),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait until every node has left; 0: not at all.",
)
@datastore_option
def drain(node: str, undo: bool, yes: bool, timeout: float, datastore: DatastoreSettings) -> None:
    """Take the route reflector NODE out for maintenance: it reflects nothing until --undo.

    Its clients keep their sessions with it until the other reflectors have told them everything, and it becomes a
    client of those: no packet is lost. Its own pods stay, and so do their routes. Without another reflector nodes would
    not reach each other: that is refused, with their names, unless --yes is given, and then nothing is waited for. A
    node that is no reflector has nothing to be drained of. The datastore keeps it: an agent that is started anew
    reflects nothing either.

    The command waits until the agents of all clients tell that they have no session with NODE any more, and says how
    far they are. Exit code 1 when they have not left within --timeout, or an agent does not answer; NODE stays drained,
    and the same command waits again.
    """
    (target,) = targets_of("node", [node], "")
    asyncio.run(_drain(target, datastore, undo=undo, yes=yes, seconds=timeout))


async def _drain(target: Target, datastore: DatastoreSettings, *, undo: bool, yes: bool, seconds: float) -> None:
    async with opened_store(datastore) as store:
        for line in await _changed(store, target, undo=undo, yes=yes):
            click.echo(line)
        resources = await cluster_resources(store)
        node, after = resources.get((Node.kind, target.name)), cluster_of(resources.values())
        if not isinstance(node, Node) or node.name not in after.drained:
            return
        before = _with(resources, _marked(node, undo=True))
        lost = cut_off(before, after, await in_use(store))
        if lost:
            pairs = f"{named(lost)} {'has' if len(lost) == 1 else 'have'} no path any more"
            click.echo(f"{pairs}: the sessions with {node.name} close at once, and nothing is waited for")
        else:
            await _wait(store, before, after, node, seconds)


async def _wait(store: ResourceStore, before: Cluster, after: Cluster, node: Node, seconds: float) -> None:
    """Wait until the clients have left; NodeError names those that have not."""
    nodes = leavers(before, after, node.name)
    if not nodes:
        return
    if not seconds:
        click.echo(
            "its sessions with clients close as soon as every route has another path: bgpkit-node node status on "
            f"{node.name} lists none of them then"
        )
        return

    def tell(leaving: Leaving) -> None:
        """Say how far it is."""
        if leaving.still:
            click.echo(f"{len(leaving.left)} of {len(nodes)} have left; waiting for {_named(leaving.still)}", err=True)

    leaving = await all_left(store, [str(own.ip) for own in node.interfaces], nodes, seconds, tell)
    if leaving.done:
        click.echo(f"no node has a session with {node.name} any more that it does not need: it can be stopped")
        return
    parts = [f"{_named(leaving.still)} still had a session with it after {seconds:g} s"] if leaving.still else []
    parts += [f"{name}: {why}" for name, why in leaving.silent.items()]
    raise NodeError(f"{node} is drained, and not every node has left it: {'; '.join(parts)}")


async def _changed(store: ResourceStore, target: Target, *, undo: bool, yes: bool) -> Sequence[str]:
    resources = await cluster_resources(store)
    node, before = resources.get((Node.kind, target.name)), cluster_of(resources.values())
    if not isinstance(node, Node):
        raise await not_found(store, [target])
    since = node.metadata.annotations.get(DRAINED)
    if undo and since is None:
        return [f"{node} is not drained: there is nothing to undo"]
    if not undo and (node.cluster_id is None or node.name in before.idle):
        what = (
            "is no route reflector" if node.cluster_id is None else "has a cluster ID that no BGPPeer puts into effect"
        )
        return [f"{node} {what}: nothing to do; its sessions and its pods stay as they are"]
    if not undo and since is not None:
        return [f"{node} is drained already, since {since}"]
    if not undo and not yes:
        _refuse_last(before, _with(resources, _marked(node, undo=False)), await in_use(store), node)
    await change_one(store, target, lambda old: _marked(old, undo=undo), _UNDO if undo else _DRAIN, yes=yes)
    return list(_told(before, cluster_of((await cluster_resources(store)).values()), node, undo=undo))


def _with(resources: Mapping[tuple[str, str], Resource], changed: Resource) -> Cluster:
    """Return the cluster with one resource as it would be."""
    return cluster_of({**resources, (changed.kind, changed.name): changed}.values())


def _marked(old: Resource, *, undo: bool) -> Resource:
    annotations = {key: value for key, value in old.metadata.annotations.items() if key != DRAINED}
    if not undo:
        annotations[DRAINED] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return msgspec.structs.replace(old, metadata=msgspec.structs.replace(old.metadata, annotations=annotations))


def _refuse_last(before: Cluster, after: Cluster, originated: Originated, node: Node) -> None:
    """Raise NodeError when nodes would not reach each other without what ``node`` reflects."""
    lost = cut_off(before, after, originated)
    if lost:
        raise NodeError(
            f"nothing drained: without {node} {said(lost, after)}; "
            "make another node a reflector of theirs first, or say --yes to cut them off"
        )


def _told(before: Cluster, after: Cluster, node: Node, *, undo: bool) -> Iterator[str]:
    """Yield what has been done, for a person."""
    clients = _clients(after if undo else before, node.name)
    others = ", ".join(one.name for one in after.nodes if one.cluster_id is not None and one.name != node.name)
    if undo:
        yield f"{node} reflects again, for {len(clients)} client{'' if len(clients) == 1 else 's'}"
        return
    yield f"{node} is drained: it reflects nothing until bgpkit-node drain --undo {node.name}"
    yield f"{len(clients)} client{'' if len(clients) == 1 else 's'} of it: {_named(clients)}; reflectors left: " + (
        others or "none"
    )
    if after.mesh:
        yield "the sessions of the mesh stay, and carry every route"


def _clients(cluster: Cluster, name: str) -> list[str]:
    node = cluster.node(name)
    return [] if node is None else sorted({each.node for each in plan_peerings(cluster, node) if each.client})


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(name or "a router" for name in names[:_MOST_NAMED])
    return (shown or "none") + (f" and {len(names) - _MOST_NAMED} more" * (len(names) > _MOST_NAMED))
