"""Looking before a change of resources whether it would leave nodes without a path to each other."""

from collections.abc import Collection, Iterable, Mapping
from ipaddress import ip_network
from typing import Final

from bgpkit_node.errors import NodeError
from bgpkit_node.ipam import Snapshot, load_snapshot
from bgpkit_node.ipam.address import as_host
from bgpkit_node.peering import CLUSTER_KINDS, Cluster, Forecast, Obstacle, Originated, findings, keepers
from bgpkit_node.peering.identifiers import shared_identifiers
from bgpkit_node.resources import IPPool, Node, Resource, ResourceStore

Lost = Mapping[tuple[str, str], Obstacle]
"""Pairs of nodes that reach each other no more, names in order, and why."""
_MOST_NAMED: Final = 10


async def cluster_resources(store: ResourceStore) -> dict[tuple[str, str], Resource]:
    """Return the resources that decide who reaches whom, by kind and name."""
    return {(resource.kind, resource.name): resource for kind in CLUSTER_KINDS for resource in await store.list(kind)}


def announced(snapshot: Snapshot, nodes: Iterable[Node], *, used: bool = False) -> Originated:
    """Return what each of ``nodes`` announces: its blocks, and the addresses that it has borrowed.

    With ``used``, only what somebody would miss: no block of which no address is in use.
    """
    busy = {network for network, block in snapshot.blocks.items() if next(iter(block.allocations()), None) is not None}
    return {
        node.name: (
            *(network for network in snapshot.blocks_of(node.name) if network in busy or not used),
            *map(as_host, snapshot.borrowed_of(node.name)),
        )
        for node in nodes
    }


async def in_use(store: ResourceStore) -> Originated:
    """Return what the nodes announce that somebody would miss."""
    return announced(await load_snapshot(store.datastore), await store.list(Node), used=True)


def refuse_cut(before: Cluster, after: Cluster, originated: Originated, *, nothing: str) -> None:
    """Raise NodeError, naming the pairs, when nodes that reach each other would not any more.

    ``nothing`` says what was not done, such as "nothing applied". A node that comes, or goes, is not cut off. What the
    change leaves without effect, such as half of what makes a reflector, is named, too.
    """
    lost = cut_off(before, after, originated)
    if lost:
        idle = "".join(f"; {finding}" for finding in added_findings(before, after))
        cure = "add peerings to the same call of apply" if Obstacle.SESSIONS in lost.values() else "let the routes pass"
        raise NodeError(f"{nothing}: {said(lost, after)}{idle}; {cure}, or say --yes to cut them off")


def added_findings(before: Cluster, after: Cluster) -> tuple[str, ...]:
    """Return a sentence for each thing that does nothing, or not what it seems to, since a change."""
    known = set(findings(before))
    return tuple(finding for finding in findings(after) if finding not in known)


def refuse_shared(before: Cluster, after: Cluster, *, nothing: str) -> None:
    """Raise NodeError when nodes would share a BGP Identifier in the AS that they come to; both are named."""
    known = shared_identifiers(before)
    for shared in shared_identifiers(after):
        if shared not in known:
            raise NodeError(f"{nothing}: {shared}")


def cut_off(before: Cluster, after: Cluster, originated: Originated) -> Lost:
    """Return the pairs of nodes that reach each other, and would not any more."""
    apart = Forecast(before).unreached(originated)
    stayed = {node.name for node in before.nodes if node.interfaces}
    return {
        pair: why
        for pair, why in Forecast(after).unreached(originated).items()
        if pair not in apart and stayed.issuperset(pair)
    }


def said(lost: Lost, after: Cluster) -> str:
    """Return the clause that says which pairs would have no path, and what is in the way."""
    without, kept_back = (pairs_of(lost, why) for why in (Obstacle.SESSIONS, Obstacle.POLICIES))
    parts = [f"no session would carry routes between {named(without)}"] if without else []
    parts += [f"{keepers(after)} would let no route pass between {named(kept_back)}"] if kept_back else []
    return "; ".join(parts)


def pairs_of(lost: Lost, why: Obstacle) -> list[tuple[str, str]]:
    """Return the pairs that have one obstacle between them."""
    return [pair for pair, each in lost.items() if each is why]


def named(pairs: Collection[tuple[str, str]]) -> str:
    """Return the first of ``pairs`` as "a - b", and how many more there are."""
    shown = ", ".join(f"{one} - {other}" for one, other in list(pairs)[:_MOST_NAMED])
    return shown + (f" and {len(pairs) - _MOST_NAMED} more" if len(pairs) > _MOST_NAMED else "")


def refuse_in_use(resource: Resource | None, snapshot: Snapshot) -> None:
    """Raise NodeError when pods have addresses of ``resource``, a pool or a node that is to be deleted."""
    if isinstance(resource, IPPool):
        network = ip_network(resource.spec.cidr)
        used = sum(address in network for block in snapshot.blocks.values() for address, _ in block.allocations())
        where = "the routes to them would be withdrawn"
    elif isinstance(resource, Node):
        owners = [owner.owner.node for block in snapshot.blocks.values() for _, owner in block.allocations()]
        used = owners.count(resource.name)
        where = "its agent would end, and they would lead nowhere"
    else:
        return
    if used:
        addresses = "1 address" if used == 1 else f"{used} addresses"
        raise NodeError(
            f"nothing deleted: {resource} has {addresses} in use, and {where}; delete the pods first, or say --yes"
        )
