"""Can every node reach every other one? Followed through the sessions as reflection rules allow (RFC 4456)."""

from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from bgpkit_node.peering.cluster import Cluster
from bgpkit_node.peering.plan import Peering, own_address, plan_peerings
from bgpkit_node.resources import Node

_FOUR: Final = 4
_SIX: Final = 6


def pairs_without_path(cluster: Cluster) -> tuple[tuple[str, str], ...]:
    """Return the pairs of nodes (names in order) of which one does not learn the other's routes.

    A session counts when both ends are to have it and each expects the AS number that the other has. It is asked
    whether a route can arrive at all, in each IP version for those nodes that have an address of it; that a node passes
    on only the path it prefers is not looked at.
    """
    if cluster.mesh and not any(_is_misdescribed(cluster, node) for node in cluster.nodes):
        return ()
    pairs: set[tuple[str, str]] = set()
    for version in (_FOUR, _SIX):
        reached = learners(cluster, version)
        names = sorted(reached)
        pairs.update(
            (one, other)
            for number, one in enumerate(names)
            for other in names[number + 1 :]
            if other not in reached[one] or one not in reached[other]
        )
    return tuple(sorted(pairs))


def learners(cluster: Cluster, version: int) -> dict[str, frozenset[str]]:
    """Return for each node with an address of an IP version the names of the nodes that learn its routes, and its own.

    As :func:`pairs_without_path` looks at it.
    """
    if cluster.mesh and not any(_is_misdescribed(cluster, node) for node in cluster.nodes):
        names = _names(cluster, version)
        return dict.fromkeys(names, frozenset(names))
    reach = Reach(cluster, version)
    return {name: reach.learners(name) for name in reach.names}


Passes = Callable[[str, str, bool], bool]
"""Tells whether a route goes from one node to another, and whether it is the first one's own decides with them."""


def _whatever(sender: str, taker: str, own: bool) -> bool:
    del sender, taker, own
    return True


class Reach:
    """The sessions of one IP version between the nodes of a cluster, along which routes go."""

    def __init__(self, cluster: Cluster, version: int) -> None:
        """Look at ``cluster``."""
        self.names = _names(cluster, version)
        """The nodes that have an address of the version."""
        self._speakers = _speakers(cluster, version, self.names)

    def learners(self, origin: str, passes: Passes = _whatever) -> frozenset[str]:
        """Return the names of the nodes that learn a route of ``origin``, and its own, where ``passes`` has a say."""
        return frozenset(_reached_from(origin, self._speakers, passes))


def _names(cluster: Cluster, version: int) -> list[str]:
    return [node.name for node in cluster.nodes if own_address(node, version) is not None]


def _is_misdescribed(cluster: Cluster, node: Node) -> bool:
    """Tell whether a BGPPeer gives ``node`` an AS number that it has not, so that sessions with it do not come up."""
    right = {0, cluster.asn(node)}
    wrong = [peer.peer_address for peer in cluster.peers if peer.spec.peer_ip and peer.spec.as_number not in right]
    return not {interface.ip for interface in node.interfaces}.isdisjoint(wrong)


@dataclass(frozen=True, slots=True)
class _Speaker:
    """A node's speaker: what reflection asks about it, and the sessions that it has by the other end's name."""

    asn: int
    cluster_id: str
    sessions: dict[str, Peering]


def _speakers(cluster: Cluster, version: int, names: Collection[str]) -> dict[str, _Speaker]:
    """Return the speakers of the nodes, with the sessions that come up: both ends have them as they are."""
    nodes = {node.name: node for node in cluster.nodes if node.name in names}
    asns = {name: cluster.asn(node) for name, node in nodes.items()}
    plans = {
        name: {
            each.node: each
            for each in plan_peerings(cluster, node)
            if each.node and each.version == version and each.asn == asns[each.node]
        }
        for name, node in nodes.items()
    }
    return {
        # Without a cluster ID a speaker would use its BGP identifier, but it reflects nothing. RFC 4456, section 7.
        name: _Speaker(
            asns[name],
            str(nodes[name].cluster_id or ""),
            {other: each for other, each in plan.items() if name in plans[other]},
        )
        for name, plan in plans.items()
    }


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A route as it comes to ``node`` from ``sender``."""

    sender: str
    node: str
    clusters: frozenset[str] = frozenset()
    """CLUSTER_LIST: empty again behind a border between autonomous systems."""
    asns: frozenset[int] = frozenset()
    """AS_PATH."""


def _reached_from(origin: str, speakers: dict[str, _Speaker], passes: Passes) -> set[str]:
    """Return the nodes that learn a route that ``origin`` originates."""
    waiting = deque(_sent(origin, speakers, _Arrival("", origin), passes))
    reached = {origin, *(arrival.node for arrival in waiting)}
    seen: dict[tuple[str, str], list[_Arrival]] = {}
    while waiting and len(reached) < len(speakers):
        arrival = waiting.popleft()
        known = seen.setdefault((arrival.sender, arrival.node), [])
        if any(other.clusters <= arrival.clusters and other.asns <= arrival.asns for other in known):
            continue
        known.append(arrival)
        for further in _sent(origin, speakers, arrival, passes):
            reached.add(further.node)
            waiting.append(further)
    return reached


def _sent(origin: str, speakers: dict[str, _Speaker], route: _Arrival, passes: Passes) -> list[_Arrival]:
    """Return where ``route`` goes next: to the sessions that may be told of it, and whose other end takes it."""
    speaker = speakers[route.node]
    internal = bool(route.sender) and speakers[route.sender].asn == speaker.asn
    to_all = not internal or speaker.sessions[route.sender].client
    clusters = route.clusters | {speaker.cluster_id} if internal else route.clusters
    asns = route.asns | {speaker.asn}
    sent: list[_Arrival] = []
    for name, peering in speaker.sessions.items():
        other = speakers[name]
        if name in {route.sender, origin}:
            continue
        if other.asn != speaker.asn:
            arrival = _Arrival(route.node, name, asns=asns)
        elif to_all or peering.client:
            arrival = _Arrival(route.node, name, clusters, route.asns)
        else:
            continue
        looped = other.asn in arrival.asns or other.cluster_id in arrival.clusters
        if not looped and passes(route.node, name, not route.sender):
            sent.append(arrival)
    return sent
