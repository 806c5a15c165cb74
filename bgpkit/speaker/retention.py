"""Whether the routes of a peer are kept when its session ends, and for how long.

RFC 4724, section 4.2; RFC 8538, section 4; RFC 9494, section 4.2.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bgpkit_fsm import (
    CeaseSubcode,
    CloseReason,
    ErrorCode,
    Family,
    GracefulRestartCapability,
    Negotiated,
    Notification,
    graceful_restart_of,
    long_lived_graceful_restart_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long the routes of one family are kept while the peer is away; not both times are 0."""

    restart_time: float
    """Seconds that they count as ever. RFC 4724, section 4.2."""
    long_lived_time: float = 0.0
    """Seconds that they are the last resort after that. RFC 9494, section 4.2."""
    keeps_older: bool = False
    """What has been stale before, the peer having come back and gone again, stays as well.

    RFC 8538, section 4.1, and RFC 9494, section 4.2, in place of RFC 4724, section 4.2.
    """


def retentions(negotiated: Negotiated | None, longest: int | None = None) -> Mapping[Family, Retention]:
    """Return what is kept of the families of a session; ``longest`` bounds the long-lived time, in seconds.

    A family that one capability does not list has no time by it. RFC 9494, section 4.2.
    """
    theirs = None if negotiated is None else negotiated.peer_graceful_restart
    if negotiated is None or theirs is None or graceful_restart_of(negotiated.local) is None:
        return {}
    listed = {state.family for state in theirs.families}
    long_lived = _long_lived_times(negotiated, longest)
    by_notification = notifications_keep(negotiated)
    found: dict[Family, Retention] = {}
    for family in negotiated.families:
        restart_time = theirs.restart_time if family in listed else 0
        long_lived_time = long_lived.get(family, 0)
        if restart_time or long_lived_time:
            found[family] = Retention(
                restart_time=restart_time,
                long_lived_time=long_lived_time,
                keeps_older=by_notification or long_lived_time > 0,
            )
    return found


def survives(reason: CloseReason, negotiated: Negotiated) -> bool:
    """Tell whether a session ended in a way that routes are kept through.

    The loss of the connection is one; a NOTIFICATION only where both sides said so, unless it is a Hard Reset.
    RFC 4724, section 4.2; RFC 8538, section 4.
    """
    said = [each for each in (reason.sent, reason.received) if each is not None]
    return not said or (notifications_keep(negotiated) and not any(map(_is_hard_reset, said)))


def notifications_keep(negotiated: Negotiated) -> bool:
    """Tell whether both sides have set the N bit. RFC 8538, section 4."""
    sides = (graceful_restart_of(negotiated.local), negotiated.peer_graceful_restart)
    return all(side is not None and side.notification for side in sides)


def preserved_families(capability: GracefulRestartCapability | None) -> frozenset[Family]:
    """Return the families for which a returned peer says that it went on forwarding. RFC 4724, section 4.2."""
    states = () if capability is None else capability.families
    return frozenset(state.family for state in states if state.preserved)


def long_lived_preserved_families(negotiated: Negotiated) -> frozenset[Family]:
    """Return the same of what has become long-lived stale. RFC 9494, section 4.2."""
    capability = negotiated.peer_long_lived_graceful_restart
    states = () if capability is None else capability.families
    return frozenset(state.family for state in states if state.preserved)


def _long_lived_times(negotiated: Negotiated, longest: int | None) -> Mapping[Family, int]:
    """Return the long-lived stale times of the families for which both sides do that. RFC 9494, sections 4.2 and 5."""
    ours, theirs = long_lived_graceful_restart_of(negotiated.local), negotiated.peer_long_lived_graceful_restart
    if ours is None or theirs is None:
        return {}
    enabled = {state.family for state in ours.families}
    times = {state.family: state.stale_time for state in theirs.families if state.family in enabled}
    return times if longest is None else {family: min(time, longest) for family, time in times.items()}


def _is_hard_reset(notification: Notification) -> bool:
    return (notification.code, notification.subcode) == (ErrorCode.CEASE, CeaseSubcode.HARD_RESET)
