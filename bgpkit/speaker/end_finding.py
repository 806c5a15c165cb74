"""Why the last attempt, or the last session, has ended, for whoever wants it up."""

import errno
import os
from dataclasses import dataclass

from bgpkit.speaker.config import PeerConfig
from bgpkit.speaker.notification_finding import finding_of_notification
from bgpkit.speaker.peer_obstacle import Finding, Obstacle
from bgpkit.speaker.refusal_finding import finding_of_refusal
from bgpkit.speaker.tcp_counters import TcpCounters
from bgpkit_fsm import (
    AutomaticallyStopped,
    CeaseSubcode,
    CloseReason,
    CollisionLost,
    MessageRefused,
    NotificationReceived,
    Slot,
    State,
    Stopped,
    Timer,
    TimerExpired,
    TransportFailed,
)

_NO_ROUTE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN})
_PATH = "See whether packets get through: address, routes, filters on the way, and whether the peer's machine is up."


@dataclass(frozen=True, slots=True, kw_only=True)
class Ourselves:
    """Who we are to a peer, and what our kernel has dropped since the peer was last up or added."""

    asn: int
    identifier: str
    dropped: TcpCounters


def finding_of_end(reason: CloseReason, config: PeerConfig, ours: Ourselves) -> Finding:
    """Return why a session with the peer of ``config``, or an attempt at one, ended for ``reason``."""
    match reason.event:
        case NotificationReceived(notification=notification):
            return finding_of_notification(notification, config, ours.asn, ours.identifier)
        case MessageRefused():
            return finding_of_refusal(reason.event, config, ours.identifier)
        case TransportFailed():
            return _finding_of_transport(reason.event, reason, config, ours)
        case TimerExpired(timer=Timer.CONNECT_RETRY):
            return no_answer(config, ours)
        case TimerExpired(timer=timer):
            return _finding_of_timer(timer, reason, config, ours)
        case CollisionLost():
            return Finding(Obstacle.COLLISION, "the peer and we connected at once, and this connection was closed")
        case AutomaticallyStopped(notification=notification):
            down = notification.subcode == CeaseSubcode.BFD_DOWN
            return Finding(Obstacle.BFD_DOWN if down else Obstacle.STOPPED, f"we ended the session: {notification}")
        case Stopped() | None:
            return Finding(Obstacle.STOPPED, "we stopped the session")
        case _:
            phrase = f"the peer sent something that is not due there ({reason.text})"
            return Finding(Obstacle.PROTOCOL_ERROR, phrase, "Report it, with a capture.")


def no_answer(config: PeerConfig, ours: Ourselves) -> Finding:
    """Return why nobody may answer when we connect: what the kernel dropped is a better reason than none."""
    suspicion = silent_drop(config, ours.dropped)
    if suspicion is not None:
        return suspicion
    if _signs(config):
        return Finding(
            Obstacle.NO_ANSWER,
            f"{_place(config)} does not answer; a peer with another key, or without one, does not either",
            f"Compare the keys of both sides. {_PATH}",
        )
    if config.transport.ttl_security is not None:
        return Finding(
            Obstacle.NO_ANSWER,
            f"{_place(config)} does not answer; a peer that is more hops away than ttl_security "
            f"{config.transport.ttl_security} does not either",
            _PATH,
        )
    return Finding(Obstacle.NO_ANSWER, f"{_place(config)} does not answer", _PATH)


def silent_drop(config: PeerConfig, dropped: TcpCounters) -> Finding | None:
    """Return which segments the kernel drops, if any: those who sent them hear nothing, and neither do we.

    The kernel counts for all connections, so that this is a suspicion. RFC 2385, section 2; RFC 5082, section 3.
    """
    where = "this machine has dropped"
    compare = "Compare the keys of both sides."
    if _signs(config):
        for count, what in (
            (dropped.signature_wrong + dropped.authentication_failed, "signed with another key"),
            (dropped.signature_missing, "without the signature that is due"),
        ):
            if count:
                phrase = f"the peer has another TCP key than we, or none, it seems: {where} {_segments(count)} {what}"
                return Finding(Obstacle.KEY_MISMATCH, phrase, compare)
    if config.transport.ttl_security is not None and dropped.ttl_too_small:
        phrase = f"the peer is further away than ttl_security {config.transport.ttl_security} allows, it seems"
        return Finding(
            Obstacle.TTL_SECURITY,
            f"{phrase}: {where} {_segments(dropped.ttl_too_small)} with too small a TTL",
            "Count the hops to the peer, and see whether it sends with TTL 255 (GTSM) too.",
        )
    if not _signs(config) and dropped.signature_unexpected:
        phrase = f"the peer has a TCP key and we have none for it, it seems: {where} "
        return Finding(Obstacle.KEY_MISMATCH, f"{phrase}{_segments(dropped.signature_unexpected)} with one", compare)
    return None


def _finding_of_transport(event: TransportFailed, reason: CloseReason, config: PeerConfig, ours: Ourselves) -> Finding:
    number = event.errno
    if reason.state in {State.CONNECT, State.ACTIVE} and reason.slot is not Slot.INCOMING:
        return _finding_of_connect(number, event.reason, config, ours)
    if reason.state is State.ESTABLISHED:
        if not number:
            return Finding(Obstacle.CONNECTION_CLOSED, "the peer closed the session without a word")
        return Finding(Obstacle.CONNECTION_LOST, f"the connection broke: {event.reason}", _PATH)
    when = {State.OPEN_SENT: "instead of sending its OPEN", State.OPEN_CONFIRM: "after the OPENs"}
    return Finding(
        Obstacle.CONNECTION_CLOSED,
        f"the peer accepts the TCP connection and closes it without a word {when.get(reason.state, 'at once')}",
        "See whether the peer has us as a neighbour, with the address that we come from, and is not shut down; "
        "its log may say more.",
    )


def _finding_of_connect(number: int, text: str, config: PeerConfig, ours: Ourselves) -> Finding:
    code = errno.errorcode.get(number, "")
    text = os.strerror(number) if number else text
    if number == errno.ECONNREFUSED:
        return Finding(
            Obstacle.CONNECTION_REFUSED,
            f"{_place(config)} refuses the connection: nothing listens there, or a filter says no ({code})",
            "See whether a BGP speaker runs there, on that port, and listens on that address.",
        )
    if number == errno.ETIMEDOUT:
        return no_answer(config, ours)
    if number in _NO_ROUTE:
        return Finding(Obstacle.NO_ROUTE, f"there is no way to {_place(config)}: {text} ({code})", _PATH)
    if number == errno.ECONNRESET:
        return Finding(Obstacle.CONNECTION_CLOSED, f"{_place(config)} resets the connection ({code})", _PATH)
    if number in {errno.EADDRNOTAVAIL, errno.EADDRINUSE}:
        local = config.local_address or "our own address"
        return Finding(
            Obstacle.LOCAL_FAULT,
            f"we cannot connect from {local}: {text} ({code})",
            "Give local_address an address that this machine has, and a source port that is free.",
        )
    return Finding(
        Obstacle.LOCAL_FAULT,
        f"our own machine does not let us connect: {text}{f' ({code})' if code else ''}",
        "See its routes, its filters and its rights.",
    )


def _finding_of_timer(timer: Timer, reason: CloseReason, config: PeerConfig, ours: Ourselves) -> Finding:
    if timer is Timer.SEND_HOLD:
        return Finding(
            Obstacle.SEND_HOLD_TIMER_EXPIRED,
            "the peer took nothing that we sent for the send hold time",
            "See whether the peer is overloaded, and whether large packets get through (path MTU).",
        )
    if reason.state is State.OPEN_SENT:
        return Finding(
            Obstacle.HOLD_TIMER_EXPIRED,
            "the peer accepts the TCP connection and sends no OPEN",
            "See whether a BGP speaker answers there, and whether it is overloaded.",
        )
    suspicion = silent_drop(config, ours.dropped)
    if suspicion is not None:
        return suspicion
    heard = "no KEEPALIVE came after the OPENs" if reason.state is State.OPEN_CONFIRM else "the peer went silent"
    return Finding(Obstacle.HOLD_TIMER_EXPIRED, f"{heard}: our hold timer expired", _PATH)


def _signs(config: PeerConfig) -> bool:
    return config.transport.md5_key is not None or bool(config.transport.ao_keys)


def _place(config: PeerConfig) -> str:
    return f"port {config.port} of {config.address}"


def _segments(count: int) -> str:
    return f"{count} segment{'' if count == 1 else 's'}"
