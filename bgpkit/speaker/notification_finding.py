"""What a NOTIFICATION from the peer means for whoever wants the session up. RFC 4271, section 6; RFC 4486."""

from collections.abc import Mapping
from typing import Final

from bgpkit.speaker.config import PeerConfig
from bgpkit.speaker.peer_obstacle import Finding, Obstacle
from bgpkit_fsm import CeaseSubcode, ErrorCode, Notification, OpenSubcode

_OPEN_ERRORS: Final[Mapping[int, Finding]] = {
    OpenSubcode.UNSUPPORTED_VERSION_NUMBER: Finding(
        Obstacle.PROTOCOL_ERROR, "the peer does not speak BGP version 4", "See what answers at that address and port."
    ),
    OpenSubcode.BAD_PEER_AS: Finding(
        Obstacle.WRONG_AS,
        "the peer refuses our AS number {asn}: it expects another one",
        "Correct the AS number that the peer has for us, or give its AS number for us as local_asn here.",
    ),
    OpenSubcode.BAD_BGP_IDENTIFIER: Finding(
        Obstacle.IDENTIFIER_CLASH,
        "the peer refuses our BGP Identifier {identifier}",
        "Give each speaker an identifier of its own; most often it is the same as the peer's.",
    ),
    OpenSubcode.UNSUPPORTED_OPTIONAL_PARAMETER: Finding(
        Obstacle.CAPABILITY,
        "the peer does not understand an optional parameter of our OPEN",
        "It is from before capabilities (RFC 5492), which BGP of today cannot do without.",
    ),
    OpenSubcode.UNACCEPTABLE_HOLD_TIME: Finding(
        Obstacle.HOLD_TIME,
        "the peer refuses our hold time of {hold_time} s",
        "Give a hold_time that the peer's configuration allows.",
    ),
    OpenSubcode.UNSUPPORTED_CAPABILITY: Finding(
        Obstacle.CAPABILITY,
        "the peer misses a capability in our OPEN; we offer {families}",
        "Compare the address families of both sides.",
    ),
    OpenSubcode.ROLE_MISMATCH: Finding(
        Obstacle.ROLE_MISMATCH,
        "the peer finds that our BGP roles do not correspond",
        "One side is provider and the other customer, or rs and rs-client, or both are peer (RFC 9234).",
    ),
}
_CEASES: Final[Mapping[int, Finding]] = {
    CeaseSubcode.MAXIMUM_NUMBER_OF_PREFIXES_REACHED: Finding(
        Obstacle.TOO_MANY_ROUTES,
        "the peer got more routes from us than it allows",
        "Send it fewer by an export policy, or raise the bound there; it may have to be cleared there by hand.",
    ),
    CeaseSubcode.ADMINISTRATIVE_SHUTDOWN: Finding(
        Obstacle.SHUT_DOWN, "the peer's operator has shut the session down", "Ask the operator of the peer."
    ),
    CeaseSubcode.PEER_DE_CONFIGURED: Finding(
        Obstacle.REJECTED, "the peer's operator has removed us from its configuration", "Ask the operator of the peer."
    ),
    CeaseSubcode.ADMINISTRATIVE_RESET: Finding(Obstacle.RESET, "the peer's operator has reset the session"),
    CeaseSubcode.CONNECTION_REJECTED: Finding(
        Obstacle.REJECTED,
        "the peer rejects the connection",
        "See whether it has us as a neighbour with the address that we come from, and is not shut down.",
    ),
    CeaseSubcode.OTHER_CONFIGURATION_CHANGE: Finding(Obstacle.RESET, "the peer's configuration has changed"),
    CeaseSubcode.CONNECTION_COLLISION_RESOLUTION: Finding(
        Obstacle.COLLISION, "the peer kept the other of two connections"
    ),
    CeaseSubcode.OUT_OF_RESOURCES: Finding(
        Obstacle.REJECTED, "the peer is out of resources", "Look at the memory of the peer."
    ),
    CeaseSubcode.HARD_RESET: Finding(Obstacle.RESET, "the peer has reset the session and keeps no routes"),
    CeaseSubcode.BFD_DOWN: Finding(
        Obstacle.BFD_DOWN, "the peer's BFD session with us is down", "Look at the path between the two, and at BFD."
    ),
}
_OTHERS: Final[Mapping[int, Finding]] = {
    ErrorCode.MESSAGE_HEADER_ERROR: Finding(
        Obstacle.PROTOCOL_ERROR, "the peer could not read a message of ours", "Report it: one of the two has a fault."
    ),
    ErrorCode.UPDATE_MESSAGE_ERROR: Finding(
        Obstacle.PROTOCOL_ERROR,
        "the peer cannot accept an UPDATE of ours",
        "The data of the NOTIFICATION say which attribute; keep such routes back by an export policy meanwhile.",
    ),
    ErrorCode.HOLD_TIMER_EXPIRED: Finding(
        Obstacle.HOLD_TIMER_EXPIRED,
        "the peer heard nothing from us for its hold time",
        "See whether large packets get through (path MTU) and whether either machine is overloaded.",
    ),
    ErrorCode.FINITE_STATE_MACHINE_ERROR: Finding(
        Obstacle.PROTOCOL_ERROR, "the peer did not expect the message that we sent", "Report it, with a capture."
    ),
    ErrorCode.ROUTE_REFRESH_MESSAGE_ERROR: Finding(
        Obstacle.PROTOCOL_ERROR, "the peer cannot accept a ROUTE-REFRESH of ours", "Report it, with a capture."
    ),
    ErrorCode.SEND_HOLD_TIMER_EXPIRED: Finding(
        Obstacle.SEND_HOLD_TIMER_EXPIRED,
        "the peer could not send us anything for its send hold time",
        "See whether this machine is overloaded, and whether large packets get through (path MTU).",
    ),
}
_OPEN_ERROR: Final = Finding(
    Obstacle.PROTOCOL_ERROR, "the peer cannot accept our OPEN", "Compare the configurations of both sides."
)
_CEASE: Final = Finding(Obstacle.RESET, "the peer has ended the session")
_UNKNOWN: Final = Finding(Obstacle.PROTOCOL_ERROR, "the peer ended the session for a reason that is not known here")


def finding_of_notification(notification: Notification, config: PeerConfig, asn: int, identifier: str) -> Finding:
    """Return what a NOTIFICATION from the peer of ``config`` means, to whom we are ``asn`` and ``identifier``.

    The phrase ends with the names of code and subcode, and what the peer's operator wrote. RFC 9003, section 2.
    """
    meaning = _meaning(notification.reset_reason or notification)
    phrase = meaning.phrase.format(
        asn=asn,
        identifier=identifier,
        hold_time=config.hold_time,
        families=", ".join(map(str, config.families)),
    )
    return Finding(meaning.obstacle, f"{phrase} (NOTIFICATION {notification})", meaning.advice)


def _meaning(notification: Notification) -> Finding:
    match notification.code:
        case ErrorCode.OPEN_MESSAGE_ERROR:
            return _OPEN_ERRORS.get(notification.subcode, _OPEN_ERROR)
        case ErrorCode.CEASE:
            return _CEASES.get(notification.subcode, _CEASE)
        case code:
            return _OTHERS.get(code, _UNKNOWN)
