"""What an agent answers when it is asked how it does."""

from datetime import datetime

from bgpkit import PeerExplanation, PeerStatus, State
from bgpkit_node.peering import Peering
from bgpkit_node.running import RunningNode, since_text, state_word


def peer_row(
    peer: PeerStatus, peering: Peering | None, why: PeerExplanation | None = None, *, lingering: bool, now: datetime
) -> dict[str, object]:
    """Return one peer as the ``status`` request answers it; ``since`` is a time for 20 hours, then a date.

    ``why`` says in sentences how it comes that the session is as it is, and what to do.
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
        "prefixes_received": peer.prefixes_received,
        "lingering": lingering,
        "stale": [str(family) for family in peer.stale],
        "why": why.sentence if why is not None else "",
        "advice": why.advice if why is not None else "",
    }


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
        "prefixes_received": 0,
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
