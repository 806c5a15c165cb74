"""Which routes of which nodes a change of resources would make appear and vanish, told before it is done. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from ipaddress import ip_network
from typing import Final, NamedTuple

from bgpkit import Prefix
from bgpkit_node.command.tables import aligned
from bgpkit_node.ipam import IPNetwork, Snapshot
from bgpkit_node.peering import Cluster
from bgpkit_node.peering.passages import Passages
from bgpkit_node.peering.plan import own_address
from bgpkit_node.peering.topology import learners

MOST: Final = 40
"""Rows that are printed one by one; of more only the number."""
_VERSIONS: Final = (4, 6)


class RouteChange(NamedTuple):
    """One route of a node's kernel that leads another way: an address that is empty stands for no route."""

    node: str
    prefix: str
    old: str
    new: str

    @property
    def word(self) -> str:
        """What becomes of it."""
        if not self.old:
            return "appears"
        return "moves" if self.new else "vanishes"


Routes = dict[tuple[str, IPNetwork], str]
"""The next hop of each route, by node and prefix."""


def route_changes(before: Cluster, after: Cluster, snapshot: Snapshot) -> tuple[tuple[RouteChange, ...], int]:
    """Return what changes in the kernels of all nodes, and how many routes stay as they are.

    Each node has a route to each block, and each borrowed address, of the nodes whose routes it learns, if it lies in
    an enabled pool that is exported, or a BGPFilter says so; and none that a BGPFilter keeps back. What routers outside
    of the cluster announce is not looked at.
    """
    old, new = _routes(before, snapshot), _routes(after, snapshot)
    changes = [
        RouteChange(*_names(key), old.get(key, ""), new.get(key, ""))
        for key in sorted(old.keys() | new.keys(), key=_order)
        if old.get(key) != new.get(key)
    ]
    return tuple(changes), sum(old[key] == new.get(key) for key in old)


def told(changes: Sequence[RouteChange], stay: int) -> Iterator[str]:
    """Yield the lines that say it."""
    if not changes:
        yield f"no route of a kernel appears or vanishes; {stay} stay as they are"
        return
    rows = [(each.node, each.prefix, each.word, each.old or "-", each.new or "-") for each in changes[:MOST]]
    yield aligned(("NODE", "PREFIX", "ROUTE", "VIA BEFORE", "VIA AFTER"), rows)
    if len(changes) > MOST:
        yield f"and {len(changes) - MOST} more"
    counted = Counter(each.word for each in changes)
    words = ("appears", "appear"), ("vanishes", "vanish"), ("moves", "move")
    numbers = ", ".join(f"{counted[one]} {one if counted[one] == 1 else many}" for one, many in words if counted[one])
    yield f"routes of kernels: {numbers}; {stay} stay as they are"


def _routes(cluster: Cluster, snapshot: Snapshot) -> Routes:
    named = [cluster.mesh_terms, *(peer.spec for peer in cluster.peers)]
    return _filtered(cluster, snapshot) if any(spec.filters for spec in named) else _unfiltered(cluster, snapshot)


def _filtered(cluster: Cluster, snapshot: Snapshot) -> Routes:
    found: Routes = {}
    for version in _VERSIONS:
        passages = Passages(cluster, version)
        for node in cluster.nodes:
            via = own_address(node, version)
            for prefix in _originated(snapshot, node.name) if via is not None else ():
                if prefix.version == version:
                    names = passages.learners(node.name, Prefix.from_network(prefix))
                    found.update({(name, prefix): str(via) for name in names if name != node.name})
    return found


def _unfiltered(cluster: Cluster, snapshot: Snapshot) -> Routes:
    exported = [pool.network for pool in cluster.pools if not pool.spec.disabled and not pool.spec.disable_bgp_export]
    found: Routes = {}
    for version in _VERSIONS:
        pools = [pool for pool in exported if pool.version == version]
        for origin, names in learners(cluster, version).items() if pools else ():
            node = cluster.node(origin)
            via = None if node is None else own_address(node, version)
            for prefix in _originated(snapshot, origin):
                if prefix.version == version and any(_lies_in(prefix, pool) for pool in pools):
                    found.update({(name, prefix): str(via) for name in names if name != origin})
    return found


def _originated(snapshot: Snapshot, node: str) -> Iterator[IPNetwork]:
    yield from snapshot.blocks_of(node)
    for address in snapshot.borrowed_of(node):
        yield ip_network(address)


def _lies_in(prefix: IPNetwork, pool: IPNetwork) -> bool:
    return prefix.network_address in pool and prefix.prefixlen >= pool.prefixlen


def _order(key: tuple[str, IPNetwork]) -> tuple[str, int, int, int]:
    node, prefix = key
    return node, prefix.version, int(prefix.network_address), prefix.prefixlen


def _names(key: tuple[str, IPNetwork]) -> tuple[str, str]:
    return key[0], str(key[1])
