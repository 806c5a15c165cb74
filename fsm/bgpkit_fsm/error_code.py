"""Error codes and subcodes of the NOTIFICATION message, with the names that IANA's registry gives them."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Final


class NamedCode(IntEnum):
    """A number of a registry that has a name there."""

    @property
    def title(self) -> str:
        """The name as the registry spells it; what is no longer to be used is marked as deprecated."""
        return _SPELLED.get(self.name, self.name.replace("_", " ").title())


class ErrorCode(NamedCode):
    """Error code of a NOTIFICATION. RFC 4271, section 4.5; 7: RFC 7313; 8: RFC 9687; 9: RFC 9815."""

    MESSAGE_HEADER_ERROR = 1
    OPEN_MESSAGE_ERROR = 2
    UPDATE_MESSAGE_ERROR = 3
    HOLD_TIMER_EXPIRED = 4
    FINITE_STATE_MACHINE_ERROR = 5
    CEASE = 6
    ROUTE_REFRESH_MESSAGE_ERROR = 7
    SEND_HOLD_TIMER_EXPIRED = 8
    LOSS_OF_LSDB_SYNCHRONIZATION = 9


class HeaderSubcode(NamedCode):
    """Subcodes of Message Header Error. RFC 4271, section 6.1."""

    UNSPECIFIC = 0
    CONNECTION_NOT_SYNCHRONIZED = 1
    BAD_MESSAGE_LENGTH = 2
    BAD_MESSAGE_TYPE = 3


class OpenSubcode(NamedCode):
    """Subcodes of OPEN Message Error. RFC 4271, section 6.2; 7: RFC 5492; 8 to 11: RFC 9234, section 7."""

    UNSPECIFIC = 0
    UNSUPPORTED_VERSION_NUMBER = 1
    BAD_PEER_AS = 2
    BAD_BGP_IDENTIFIER = 3
    UNSUPPORTED_OPTIONAL_PARAMETER = 4
    AUTHENTICATION_FAILURE = 5
    UNACCEPTABLE_HOLD_TIME = 6
    UNSUPPORTED_CAPABILITY = 7
    DEPRECATED_8 = 8
    DEPRECATED_9 = 9
    DEPRECATED_10 = 10
    ROLE_MISMATCH = 11


class UpdateSubcode(NamedCode):
    """Subcodes of UPDATE Message Error. RFC 4271, section 6.3."""

    UNSPECIFIC = 0
    MALFORMED_ATTRIBUTE_LIST = 1
    UNRECOGNIZED_WELL_KNOWN_ATTRIBUTE = 2
    MISSING_WELL_KNOWN_ATTRIBUTE = 3
    ATTRIBUTE_FLAGS_ERROR = 4
    ATTRIBUTE_LENGTH_ERROR = 5
    INVALID_ORIGIN_ATTRIBUTE = 6
    AS_ROUTING_LOOP = 7
    INVALID_NEXT_HOP_ATTRIBUTE = 8
    OPTIONAL_ATTRIBUTE_ERROR = 9
    INVALID_NETWORK_FIELD = 10
    MALFORMED_AS_PATH = 11


class FsmSubcode(NamedCode):
    """Subcodes of Finite State Machine Error. RFC 6608, section 3."""

    UNSPECIFIED_ERROR = 0
    UNEXPECTED_MESSAGE_IN_OPEN_SENT = 1
    UNEXPECTED_MESSAGE_IN_OPEN_CONFIRM = 2
    UNEXPECTED_MESSAGE_IN_ESTABLISHED = 3


class CeaseSubcode(NamedCode):
    """Subcodes of Cease. RFC 4486, section 3; 9: RFC 8538, section 3; 10: RFC 9384, section 3."""

    MAXIMUM_NUMBER_OF_PREFIXES_REACHED = 1
    ADMINISTRATIVE_SHUTDOWN = 2
    PEER_DE_CONFIGURED = 3
    ADMINISTRATIVE_RESET = 4
    CONNECTION_REJECTED = 5
    OTHER_CONFIGURATION_CHANGE = 6
    CONNECTION_COLLISION_RESOLUTION = 7
    OUT_OF_RESOURCES = 8
    HARD_RESET = 9
    BFD_DOWN = 10


class RouteRefreshSubcode(NamedCode):
    """Subcodes of ROUTE-REFRESH Message Error. RFC 7313, section 5."""

    INVALID_MESSAGE_LENGTH = 1


def error_name(code: int, subcode: int) -> str:
    """Return code and subcode by name, such as ``Cease / Connection Rejected``, or by number where there is none.

    A subcode of 0 that has no name means that the code says it all: it is left out. RFC 4271, section 4.5.
    """
    title = _title(ErrorCode, code)
    if not title:
        return f"error code {code}, subcode {subcode}"
    kind = _SUBCODES.get(code)
    detail = (_title(kind, subcode) if kind is not None else "") or (f"Subcode {subcode}" if subcode else "")
    return f"{title} / {detail}" if detail else title


def _title(kind: type[NamedCode], value: int) -> str:
    """Return the name of a number, or an empty text when it has none."""
    for member in kind:
        if member == value:
            return member.title
    return ""


_SUBCODES: Final[Mapping[int, type[NamedCode]]] = {
    ErrorCode.MESSAGE_HEADER_ERROR: HeaderSubcode,
    ErrorCode.OPEN_MESSAGE_ERROR: OpenSubcode,
    ErrorCode.UPDATE_MESSAGE_ERROR: UpdateSubcode,
    ErrorCode.FINITE_STATE_MACHINE_ERROR: FsmSubcode,
    ErrorCode.CEASE: CeaseSubcode,
    ErrorCode.ROUTE_REFRESH_MESSAGE_ERROR: RouteRefreshSubcode,
}

_SPELLED: Final[Mapping[str, str]] = {
    "OPEN_MESSAGE_ERROR": "OPEN Message Error",
    "UPDATE_MESSAGE_ERROR": "UPDATE Message Error",
    "ROUTE_REFRESH_MESSAGE_ERROR": "ROUTE-REFRESH Message Error",
    "LOSS_OF_LSDB_SYNCHRONIZATION": "Loss of LSDB Synchronization",
    "BAD_PEER_AS": "Bad Peer AS",
    "BAD_BGP_IDENTIFIER": "Bad BGP Identifier",
    "AUTHENTICATION_FAILURE": "Authentication Failure (deprecated)",
    "DEPRECATED_8": "Subcode 8 (deprecated)",
    "DEPRECATED_9": "Subcode 9 (deprecated)",
    "DEPRECATED_10": "Subcode 10 (deprecated)",
    "UNRECOGNIZED_WELL_KNOWN_ATTRIBUTE": "Unrecognized Well-known Attribute",
    "MISSING_WELL_KNOWN_ATTRIBUTE": "Missing Well-known Attribute",
    "INVALID_ORIGIN_ATTRIBUTE": "Invalid ORIGIN Attribute",
    "AS_ROUTING_LOOP": "AS Routing Loop (deprecated)",
    "INVALID_NEXT_HOP_ATTRIBUTE": "Invalid NEXT_HOP Attribute",
    "MALFORMED_AS_PATH": "Malformed AS_PATH",
    "UNEXPECTED_MESSAGE_IN_OPEN_SENT": "Receive Unexpected Message in OpenSent State",
    "UNEXPECTED_MESSAGE_IN_OPEN_CONFIRM": "Receive Unexpected Message in OpenConfirm State",
    "UNEXPECTED_MESSAGE_IN_ESTABLISHED": "Receive Unexpected Message in Established State",
    "MAXIMUM_NUMBER_OF_PREFIXES_REACHED": "Maximum Number of Prefixes Reached",
    "PEER_DE_CONFIGURED": "Peer De-configured",
    "OUT_OF_RESOURCES": "Out of Resources",
    "BFD_DOWN": "BFD Down",
}
"""The names that are more than the words of the member."""
