"""Can every node reach every other one? Followed through the sessions as reflection rules allow (RFC 4456)."""

from collections import deque
from dataclasses import dataclass

from bgpkit_node.peering.cluster import Cluster
from bgpkit_node.peering.plan import Peering, plan_peerings
from bgpkit_node.resources import Node


def pairs_without_path(cluster: Cluster) -> tuple[tuple[str, str], ...]:
    """Return the pairs of nodes (names in order) of which one does not learn the other's routes.

    A session counts when both ends are to have it and each expects the AS number that the other has. It is asked
    whether a route can arrive at all; that a node passes on only the path it prefers is not looked at.
    """
    speakers = {node.name: _Speaker.of(cluster, node) for node in cluster.nodes if node.ipv4 is not None}
    names = sorted(speakers)
    reached = {name: _reached_from(name, speakers) for name in names}
    return tuple(
        (one, other)
        for number, one in enumerate(names)
        for other in names[number + 1 :]
        if other not in reached[one] or one not in reached[other]
    )


@dataclass(frozen=True, slots=True)
class _Speaker:
    """A node's speaker: what reflection asks about it, and the sessions it should have by the other end's name."""

    asn: int
    cluster_id: str
    sessions: dict[str, Peering]

    @classmethod
    def of(cls, cluster: Cluster, node: Node) -> "_Speaker":
        sessions = {peering.node: peering for peering in plan_peerings(cluster, node) if peering.node}
        # Without a cluster ID a speaker uses its BGP identifier. RFC 4456, section 7.
        cluster_id = str(node.cluster_id or (node.ipv4.ip if node.ipv4 is not None else ""))
        return cls(cluster.asn(node), cluster_id, sessions)


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A route as it comes to ``node`` from ``sender``."""

    sender: str
    node: str
    clusters: frozenset[str] = frozenset()
    """CLUSTER_LIST: empty again behind a border between autonomous systems."""
    asns: frozenset[int] = frozenset()
    """AS_PATH."""


def _reached_from(origin: str, speakers: dict[str, _Speaker]) -> set[str]:
    """Return the nodes that learn a route that ``origin`` originates."""
    reached = {origin}
    seen: dict[tuple[str, str], list[_Arrival]] = {}
    waiting = deque(_sent(origin, speakers, _Arrival("", origin)))
    while waiting and len(reached) < len(speakers):
        arrival = waiting.popleft()
        known = seen.setdefault((arrival.sender, arrival.node), [])
        if any(other.clusters <= arrival.clusters and other.asns <= arrival.asns for other in known):
            continue
        known.append(arrival)
        reached.add(arrival.node)
        waiting.extend(_sent(origin, speakers, arrival))
    return reached


def _sent(origin: str, speakers: dict[str, _Speaker], route: _Arrival) -> list[_Arrival]:
    """Return where ``route`` goes next: to the sessions that may be told of it, and whose other end takes it."""
    speaker = speakers[route.node]
    internal = bool(route.sender) and speakers[route.sender].asn == speaker.asn
    from_client = internal and speaker.sessions[route.sender].client
    sent: list[_Arrival] = []
    for name, peering in speaker.sessions.items():
        if name in {route.sender, origin} or not _is_mutual(speakers, route.node, name):
            continue
        other = speakers[name]
        if other.asn != speaker.asn:
            arrival = _Arrival(route.node, name, asns=route.asns | {speaker.asn})
        elif internal and not from_client and not peering.client:
            continue
        else:
            clusters = route.clusters | {speaker.cluster_id} if internal else route.clusters
            arrival = _Arrival(route.node, name, clusters, route.asns)
        if other.asn not in arrival.asns and other.cluster_id not in arrival.clusters:
            sent.append(arrival)
    return sent


def _is_mutual(speakers: dict[str, _Speaker], one: str, other: str) -> bool:
    """Tell whether both ends have the session, each with the AS number of the other."""
    there = speakers[one].sessions.get(other)
    back = speakers[other].sessions.get(one) if other in speakers else None
    return there is not None and back is not None and there.asn == speakers[other].asn and back.asn == speakers[one].asn
