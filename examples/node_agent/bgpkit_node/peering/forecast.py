"""What nodes learn of each other's prefixes: by their sessions, the pools that are exported, and BGPFilters. Pure.

What a dry run foretells, what `apply` refuses, and what `topology` and `doctor` say is read off the same forecast.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Final, TypeAlias

from bgpkit_node.ipam.address import IPNetwork, block_around, contains
from bgpkit_node.peering.cluster import Cluster
from bgpkit_node.peering.plan import own_address
from bgpkit_node.peering.topology import learners
from bgpkit_node.resources import IPPool

if TYPE_CHECKING:
    from bgpkit_node.peering.passages import Passages

Originated: TypeAlias = Mapping[str, Sequence[IPNetwork]]
"""Prefixes that nodes announce, by the names of the nodes."""
Routes: TypeAlias = dict[tuple[str, IPNetwork], str]
"""The next hop of each route, by node and prefix."""
_VERSIONS: Final = (4, 6)


class Obstacle(Enum):
    """Why one of two nodes learns no route of the other."""

    SESSIONS = "no session would carry routes"
    POLICIES = "no route would pass"


class Forecast:
    """What the nodes of one cluster learn of each other."""

    def __init__(self, cluster: Cluster) -> None:
        """Look at ``cluster``."""
        self._cluster = cluster
        self._passages: Mapping[int, Passages] = _passages(cluster) if _filters_between_nodes(cluster) else {}
        self._reached = {version: learners(cluster, version) for version in _VERSIONS}

    def learners(self, origin: str, prefix: IPNetwork) -> frozenset[str]:
        """Return the names of the nodes that learn ``prefix`` of node ``origin``, and its own.

        As :meth:`Passages.learners` looks at it; where no session between nodes has a BGPFilter it is pools alone that
        have a say.
        """
        passages = self._passages.get(prefix.version)
        if passages is not None:
            return passages.learners(origin, prefix)
        told = any(contains(pool, prefix) for pool in self._cluster.exported)
        return self._reached[prefix.version].get(origin, frozenset()) if told else frozenset({origin})

    def routes(self, originated: Originated) -> Routes:
        """Return the routes in the kernels of all nodes to what others announce.

        What routers outside of the cluster announce is not looked at.
        """
        found: Routes = {}
        for node in self._cluster.nodes:
            for prefix in originated.get(node.name, ()):
                via = own_address(node, prefix.version)
                if via is not None:
                    names = self.learners(node.name, prefix)
                    found.update({(name, prefix): str(via) for name in names if name != node.name})
        return found

    def unreached(self, originated: Originated) -> dict[tuple[str, str], Obstacle]:
        """Return the pairs of nodes (names in order) of which one learns no prefix of the other's, and why not.

        Each IP version is looked at for those nodes that have an address of it. A node that announces nothing of a
        version yet is looked at with the first and the last block of each pool that is exported.
        """
        found: dict[tuple[str, str], Obstacle] = {}
        for version in _VERSIONS:
            reached = self._reached[version]
            heard = {name: self._hearing(name, version, originated) for name in reached}
            names = sorted(reached)
            if all(len(others) == len(names) for others in heard.values()):
                continue
            for number, one in enumerate(names):
                for other in names[number + 1 :]:
                    if other not in reached[one] or one not in reached[other]:
                        found[one, other] = Obstacle.SESSIONS
                    elif other not in heard[one] or one not in heard[other]:
                        found.setdefault((one, other), Obstacle.POLICIES)
        return dict(sorted(found.items()))

    def _hearing(self, origin: str, version: int, originated: Originated) -> frozenset[str]:
        """Return the nodes that learn at least one prefix of node ``origin``, and its own."""
        prefixes = [prefix for prefix in originated.get(origin, ()) if prefix.version == version]
        prefixes = prefixes or list(_stand_ins(self._cluster, version))
        if not prefixes:
            return self._reached[version][origin]
        return frozenset[str]().union(*(self.learners(origin, prefix) for prefix in prefixes))


def keepers(cluster: Cluster) -> str:
    """Return in words what keeps routes back that sessions between nodes could carry."""
    filters = [f"BGPFilter({name})" for name in _filters_between_nodes(cluster)]
    return ", ".join(filters) or "IPPools that are not exported"


def _passages(cluster: Cluster) -> Mapping[int, "Passages"]:
    from bgpkit_node.peering.passages import Passages  # policies, and with them the speaker, only where they are wanted

    return {version: Passages(cluster, version) for version in _VERSIONS}


def _filters_between_nodes(cluster: Cluster) -> tuple[str, ...]:
    nodes = {interface.ip for node in cluster.nodes for interface in node.interfaces}
    peers = (peer for peer in cluster.peers if peer.spec.peer_selector or peer.peer_address in nodes)
    return tuple(sorted({name for peer in peers for name in peer.spec.filters}))


def _stand_ins(cluster: Cluster, version: int) -> Iterator[IPNetwork]:
    """Yield what a node without a block may come to announce."""
    for pool in cluster.pools:
        if pool.network.version == version and not pool.spec.disable_bgp_export and not pool.spec.disabled:
            yield from dict.fromkeys(_ends(pool))


def _ends(pool: IPPool) -> tuple[IPNetwork, IPNetwork]:
    """Return the first and the last block of a pool."""
    length = max(pool.spec.block_size, pool.network.prefixlen)
    return block_around(pool.network.network_address, length), block_around(pool.network.broadcast_address, length)
