"""Why we do not accept an OPEN, or another message, of the peer's: with what it says and what was expected."""

from typing import Final

from bgpkit.speaker.config import PeerConfig
from bgpkit.speaker.peer_obstacle import Finding, Obstacle
from bgpkit_fsm import (
    AS_TRANS,
    BgpRole,
    ErrorCode,
    Family,
    MessageRefused,
    Open,
    OpenSubcode,
    RoleCapability,
    families_of,
)

_LOOK: Final = "See whether a BGP speaker answers at that address and port; if so, report it with a capture."
_ROLES: Final = "One side is provider and the other customer, or rs and rs-client, or both are peer (RFC 9234)."


def finding_of_refusal(event: MessageRefused, config: PeerConfig, identifier: str) -> Finding:
    """Return why a message of the peer of ``config`` was refused by us, who have the BGP Identifier ``identifier``."""
    if event.open is not None:
        return _finding_of_open(event.open, event.notification.subcode, config, identifier)
    detail = event.text or str(event.notification)
    if event.notification.code == ErrorCode.OPEN_MESSAGE_ERROR:
        return Finding(Obstacle.PROTOCOL_ERROR, f"the peer's OPEN cannot be read: {detail}", _LOOK)
    return Finding(Obstacle.PROTOCOL_ERROR, f"we cannot accept what the peer sends: {detail}", _LOOK)


def _finding_of_open(message: Open, subcode: int, config: PeerConfig, identifier: str) -> Finding:
    match subcode:
        case OpenSubcode.UNSUPPORTED_VERSION_NUMBER:
            return Finding(Obstacle.PROTOCOL_ERROR, f"the peer speaks BGP version {message.version}, not 4", _LOOK)
        case OpenSubcode.BAD_PEER_AS:
            return _wrong_as(message, config)
        case OpenSubcode.BAD_BGP_IDENTIFIER:
            return _identifier(message, identifier)
        case OpenSubcode.UNACCEPTABLE_HOLD_TIME:
            return Finding(
                Obstacle.HOLD_TIME,
                f"the peer offers a hold time of {message.hold_time} s, and it must be 0 or at least 3 s",
                "Give the peer another hold time.",
            )
        case OpenSubcode.UNSUPPORTED_CAPABILITY:
            return Finding(
                Obstacle.NO_COMMON_FAMILY,
                f"no address family in common: we offer {_listed(config.families)}, "
                f"the peer {_listed(families_of(message))}",
                "Configure at least one and the same family on both sides.",
            )
        case OpenSubcode.ROLE_MISMATCH:
            return _roles(message, config)
        case _:
            return Finding(Obstacle.PROTOCOL_ERROR, f"we do not accept the peer's OPEN: {message}", _LOOK)


def _wrong_as(message: Open, config: PeerConfig) -> Finding:
    if message.asn == config.asn or 0 in {message.asn, message.my_as}:
        said = f"the peer gives AS {message.asn} and AS {message.my_as} in one OPEN"
        text = said if message.my_as not in {message.asn, AS_TRANS} else "the peer says that its AS number is 0"
        return Finding(Obstacle.WRONG_AS, text, "Correct the configuration of the peer.")
    return Finding(
        Obstacle.WRONG_AS,
        f"the peer says that it is AS {message.asn}, but AS {config.asn} is configured for it here",
        "Correct the one of the two that is wrong.",
    )


def _identifier(message: Open, identifier: str) -> Finding:
    if int(message.bgp_identifier):
        phrase = f"the peer has our own BGP Identifier, {identifier}, in our own AS"
        return Finding(Obstacle.IDENTIFIER_CLASH, phrase, "Give each speaker an identifier of its own.")
    return Finding(Obstacle.IDENTIFIER_CLASH, "the peer's BGP Identifier is 0.0.0.0", "Give the peer an identifier.")


def _roles(message: Open, config: PeerConfig) -> Finding:
    theirs = sorted({_role_name(c.role) for c in message.capabilities if isinstance(c, RoleCapability)})
    said = f"the peer says that it is {' and '.join(theirs)}" if theirs else "the peer announces no BGP role"
    ours = f"and we say that we are {_role_name(config.role)}" if config.role is not None else "and we announce none"
    return Finding(Obstacle.ROLE_MISMATCH, f"{said}, {ours}", _ROLES)


def _role_name(role: int) -> str:
    known = next((each for each in BgpRole if each == role), None)
    return f"role {role}" if known is None else known.name.lower().replace("_", "-")


def _listed(families: tuple[Family, ...]) -> str:
    return ", ".join(map(str, families))
