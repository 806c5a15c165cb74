"""How a peer stands: what is told of it, and how far it has come in telling its routes."""

from ipaddress import IPv4Address

from bgpkit.speaker.completion import Progress
from bgpkit.speaker.message_counts import messages_received, messages_sent
from bgpkit.speaker.peer import SpeakerPeer
from bgpkit.speaker.shared import Shared
from bgpkit.speaker.status import PeerStatus
from bgpkit_fsm import Timer


def status_of(peer: SpeakerPeer, shared: Shared) -> PeerStatus:
    """Return the peer as it is now."""
    config, history, restart = peer.config, peer.history, peer.routes_in.restart
    negotiated, connection = peer.negotiated, peer.session.connection
    return PeerStatus(
        address=config.address,
        asn=config.asn,
        state=peer.state,
        since=history.since,
        bgp_identifier=str(IPv4Address(peer.source.bgp_identifier)) if history.established_count else "",
        local_address=connection.local_address if connection is not None else "",
        families=negotiated.families if negotiated is not None else (),
        hold_time=negotiated.hold_time if negotiated is not None else 0,
        prefixes_received=sum(table.count(peer.source) for table in shared.tables.values()),
        octets_received=connection.octets_received if connection is not None else 0,
        octets_sent=connection.octets_sent if connection is not None else 0,
        messages_received=messages_received(connection),
        messages_sent=messages_sent(connection, shared.outputs.sent(peer.source)),
        routes_received=() if connection is None else peer.routes_in.counts,
        hold_timer=peer.session.seconds_left(Timer.HOLD),
        keepalive_timer=peer.session.seconds_left(Timer.KEEPALIVE),
        terms=history.terms,
        stale=tuple(sorted(restart.families)),
        long_lived_stale=tuple(sorted(restart.long_lived)),
        established_count=history.established_count,
        last_error=history.last_error,
        description=config.description,
    )


def progress_of(peer: SpeakerPeer) -> Progress | None:
    """Return how far the peer has come in telling its routes; None without a session."""
    negotiated = peer.negotiated
    if negotiated is None:
        return None
    return Progress(
        session=peer.history.established_count,
        families=frozenset(negotiated.families),
        told=peer.routes_in.restart.told,
        marks=peer.config.graceful_restart and negotiated.peer_graceful_restart is not None,
        updates=messages_received(peer.session.connection).updates,
    )
