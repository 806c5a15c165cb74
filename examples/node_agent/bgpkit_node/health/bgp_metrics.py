"""Sessions and routes of a speaker as metrics."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from bgpkit import MessageCounts, PeerStatus, State
from bgpkit_node.running import RunningNode, Serving

_LABELS = ("peer", "node", "type", "asn")


def bgp_metrics(running: RunningNode) -> Iterator[Metric]:
    """Yield what there is to measure of sessions; nothing between two speakers."""
    serving = running.serving
    if serving is None:
        return
    speaker = serving.speaker
    routes = GaugeMetricFamily("bgpkit_bgp_routes", "Destinations with a best route.", labels=("family",))
    for family in speaker.families:
        routes.add_metric((str(family),), speaker.size(family))
    yield routes
    yield GaugeMetricFamily(
        "bgpkit_bgp_restart_in_progress",
        "1 while the choice of routes waits for peers after a restart.",
        value=float(speaker.deferral.active),
    )
    yield GaugeMetricFamily(
        "bgpkit_bgp_announced_blocks", "Blocks of addresses that the node announces.", value=len(serving.routes.blocks)
    )
    yield GaugeMetricFamily(
        "bgpkit_bgp_announced_borrowed",
        "Addresses out of other nodes' blocks that the node announces one by one.",
        value=len(serving.routes.borrowed),
    )
    yield CounterMetricFamily(
        "bgpkit_bgp_strangers_refused",
        "Connections from addresses that are no peers'.",
        value=speaker.strangers_refused,
    )
    yield from _peers(serving)


def _peers(serving: Serving) -> Iterator[Metric]:
    up = GaugeMetricFamily("bgpkit_bgp_peer_up", "1 for an Established session.", labels=_LABELS)
    since = GaugeMetricFamily(
        "bgpkit_bgp_peer_state_since_seconds", "When the session came up or went down, in Unix time.", labels=_LABELS
    )
    prefixes = GaugeMetricFamily(
        "bgpkit_bgp_peer_prefixes_received", "Routes held from the peer, accepted or not.", labels=_LABELS
    )
    lingering = GaugeMetricFamily(
        "bgpkit_bgp_peer_lingering", "1 for a session that closes once its routes have another path.", labels=_LABELS
    )
    sessions = CounterMetricFamily(
        "bgpkit_bgp_peer_sessions", "Sessions with the peer that have been Established.", labels=_LABELS
    )
    octets = GaugeMetricFamily(
        "bgpkit_bgp_peer_session_octets", "Octets of messages in this session.", labels=(*_LABELS, "direction")
    )
    messages = GaugeMetricFamily(
        "bgpkit_bgp_peer_session_messages", "Messages in this session.", labels=(*_LABELS, "direction", "message")
    )
    for peer in serving.speaker.peers():
        labels = _labels(peer, serving)
        up.add_metric(labels, float(peer.state is State.ESTABLISHED))
        since.add_metric(labels, peer.since.timestamp())
        prefixes.add_metric(labels, peer.prefixes_received)
        lingering.add_metric(labels, float(peer.address in serving.sessions.lingering))
        sessions.add_metric(labels, peer.established_count)
        for direction, count in (("received", peer.octets_received), ("sent", peer.octets_sent)):
            octets.add_metric((*labels, direction), count)
        for direction, counts in (("received", peer.messages_received), ("sent", peer.messages_sent)):
            for name, count in _messages(counts):
                messages.add_metric((*labels, direction, name), count)
    yield from (up, since, prefixes, lingering, sessions, octets, messages)


def _labels(peer: PeerStatus, serving: Serving) -> tuple[str, str, str, str]:
    peering = serving.peerings.get(peer.address)
    if peering is None:
        return peer.address, "", "", str(peer.asn)
    return peer.address, peering.node, peering.kind.value, str(peer.asn)


def _messages(counts: MessageCounts) -> Iterator[tuple[str, int]]:
    yield "open", counts.opens
    yield "update", counts.updates
    yield "notification", counts.notifications
    yield "keepalive", counts.keepalives
    yield "route_refresh", counts.route_refreshes
