"""What an agent answers when it is asked how it does."""

from datetime import datetime

from bgpkit import PeerExplanation, PeerStatus, Speaker, State
from bgpkit_node.bird_socket import count_sent
from bgpkit_node.peering import Peering
from bgpkit_node.running import RunningNode, since_text, state_word


def peer_row(
    peer: PeerStatus,
    peering: Peering | None,
    why: PeerExplanation | None = None,
    *,
    lingering: bool,
    now: datetime,
    sent: int | None = None,
) -> dict[str, object]:
    """Return one peer as the ``status`` request answers it; ``since`` is a time for 20 hours, then a date.

    ``sent`` is how many routes the peer has been sent, if they have been counted. ``why`` says in sentences how it
    comes that the session is as it is, and what to do.
    """
    up = peer.state is State.ESTABLISHED
    state = state_word(peer.state)
    return {
        "address": peer.address,
        "type": peering.kind.value if peering is not None else "",
        "state": "up" if up else "start",
        "since": since_text(peer.since, now),
        "info": state if up or not peer.last_error else f"{state} {peer.last_error}",
        "asn": peer.asn,
        "node": peering.node if peering is not None else "",
        "local_address": peer.local_address,
        "identifier": peer.bgp_identifier,
        "hold_time": peer.hold_time,
        "families": [str(family) for family in peer.families],
        "capabilities": [] if peer.terms is None else [str(each) for each in peer.terms.peer_capabilities],
        "prefixes_received": peer.prefixes_received,
        "prefixes_sent": sent,
        "last_error": peer.last_error,
        "lingering": lingering,
        "stale": [str(family) for family in peer.stale],
        "why": why.sentence if why is not None else "",
        "advice": why.advice if why is not None else "",
    }


async def prefixes_sent(speaker: Speaker, peer: PeerStatus) -> int:
    """Return how many routes a peer has been sent on its session, 0 without one."""
    return sum([await count_sent(speaker, peer.address, family) for family in peer.families])


def down_row(peering: Peering, reason: str) -> dict[str, object]:
    """Return a session that should be and cannot be as the ``status`` request answers it, with the reason."""
    return {
        "address": peering.address,
        "type": peering.kind.value,
        "state": "start",
        "since": "",
        "info": f"{state_word(State.IDLE)} {reason}",
        "asn": peering.asn,
        "node": peering.node,
        "local_address": "",
        "identifier": "",
        "hold_time": 0,
        "families": [],
        "capabilities": [],
        "prefixes_received": 0,
        "prefixes_sent": 0,
        "last_error": reason,
        "lingering": False,
        "stale": [],
        "why": reason,
        "advice": "",
    }


def service_status(running: RunningNode) -> str:
    """Return how the agent does in one line, as a service manager shows it."""
    serving = running.serving
    if serving is None:
        return running.begins
    wanted = len(serving.sessions.wanted)
    sessions = f"{serving.established} of {wanted} sessions Established" if wanted else "no peers"
    outage = running.outages.reason
    return f"{sessions}; {outage}" if outage else sessions
