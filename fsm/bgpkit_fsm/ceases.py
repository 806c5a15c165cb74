"""What a Cease of the peer means for the attempts that follow. RFC 4486, section 4."""

from typing import Final

from bgpkit_fsm.error_code import CeaseSubcode, ErrorCode
from bgpkit_fsm.event import Event, NotificationReceived

_ASKING_FOR_REST: Final = frozenset(
    {
        CeaseSubcode.ADMINISTRATIVE_SHUTDOWN,
        CeaseSubcode.PEER_DE_CONFIGURED,
        CeaseSubcode.CONNECTION_REJECTED,
        CeaseSubcode.OUT_OF_RESOURCES,
    }
)


def keeps_the_other_connection(event: Event) -> bool:
    """Tell whether the peer closed this connection in favour of the other one, which is no failure."""
    return _subcode(event) == CeaseSubcode.CONNECTION_COLLISION_RESOLUTION


def asks_for_rest(event: Event) -> bool:
    """Tell whether the attempts that follow should be damped even where damping is not configured."""
    return _subcode(event) in _ASKING_FOR_REST


def _subcode(event: Event) -> int | None:
    if isinstance(event, NotificationReceived) and event.notification.code == ErrorCode.CEASE:
        return event.notification.subcode
    return None
