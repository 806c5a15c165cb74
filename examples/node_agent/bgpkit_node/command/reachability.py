"""Looking before a change of resources whether it would leave nodes without a path to each other."""

from collections.abc import Iterable
from ipaddress import ip_network

from bgpkit_node.errors import NodeError
from bgpkit_node.ipam import Snapshot
from bgpkit_node.peering import Cluster, findings, pairs_without_path
from bgpkit_node.resources import BGPConfiguration, BGPFilter, BGPPeer, IPPool, Node, Resource, ResourceStore


async def cluster_resources(store: ResourceStore) -> dict[tuple[str, str], Resource]:
    """Return the resources that decide who reaches whom, by kind and name."""
    kinds: tuple[type[Resource], ...] = (Node, IPPool, BGPConfiguration, BGPPeer, BGPFilter)
    return {(resource.kind, resource.name): resource for kind in kinds for resource in await store.list(kind)}


def refuse_cut(before: Iterable[Resource], after: Iterable[Resource], *, nothing: str) -> None:
    """Raise NodeError, naming the pairs, when nodes that reach each other would not any more.

    ``nothing`` says what was not done, such as "nothing applied". A node that comes, or goes, is not cut off. What the
    change leaves without effect, such as half of what makes a reflector, is named, too.
    """
    old, new = Cluster.of(before), Cluster.of(after)
    pairs = cut_off(old, new)
    if pairs:
        known = findings(old)
        idle = "".join(f"; {finding}" for finding in findings(new) if finding not in known)
        raise NodeError(
            f"{nothing}: no session would carry routes between {', '.join(pairs)}{idle}; "
            "add peerings to the same call of apply, or say --yes to cut them off"
        )


def cut_off(before: Cluster, after: Cluster) -> list[str]:
    """Return the pairs of nodes that reach each other, and would not any more, as "a - b"."""
    cut = set(pairs_without_path(after)) - set(pairs_without_path(before))
    stayed = {node.name for node in before.nodes if node.interfaces}
    return [f"{one} - {other}" for one, other in sorted(cut) if {one, other} <= stayed]


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
