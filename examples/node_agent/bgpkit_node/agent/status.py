"""What an agent answers when it is asked how it does."""

from datetime import datetime, timedelta
from typing import Final

from bgpkit import PeerStatus, State
from bgpkit_node.peering import Peering

_A_DATE_AFTER: Final = timedelta(hours=20)
_WORDS: Final = {
    State.IDLE: "Idle",
    State.CONNECT: "Connect",
    State.ACTIVE: "Active",
    State.OPEN_SENT: "OpenSent",
    State.OPEN_CONFIRM: "OpenConfirm",
    State.ESTABLISHED: "Established",
}


def peer_row(peer: PeerStatus, peering: Peering | None, *, lingering: bool, now: datetime) -> dict[str, object]:
    """Return one peer as the ``status`` request answers it; ``since`` is a time for 20 hours, then a date."""
    up = peer.state is State.ESTABLISHED
    local = peer.since.astimezone()
    state = _WORDS[peer.state]
    return {
        "address": peer.address,
        "type": peering.kind.value if peering is not None else "",
        "state": "up" if up else "start",
        "since": local.strftime("%H:%M:%S" if now - peer.since < _A_DATE_AFTER else "%Y-%m-%d"),
        "info": state if up or not peer.last_error else f"{state} {peer.last_error}",
        "asn": peer.asn,
        "node": peering.node if peering is not None else "",
        "local_address": peer.local_address,
        "prefixes_received": peer.prefixes_received,
        "lingering": lingering,
        "stale": [str(family) for family in peer.stale],
    }
