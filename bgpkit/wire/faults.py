"""What is wrong with path attributes, and what has to follow (RFC 7606, section 2)."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from bgpkit.errors import UpdateError
from bgpkit_fsm import ErrorCode, Notification, UpdateSubcode

_DATA_MAXIMUM: Final = 4096 - 21


class FaultAction(IntEnum):
    """What a fault leads to, the strongest last. RFC 7606, section 2."""

    DISCARD = 1
    """Attribute discard: the route stays, without the attribute."""
    WITHDRAW = 2
    """Treat-as-withdraw: the routes of the UPDATE count as withdrawn."""
    RESET = 3
    """Session reset: a NOTIFICATION, and the session is over."""


@dataclass(frozen=True, slots=True)
class AttributeFault:
    """One fault in the path attributes of an UPDATE. RFC 7606, section 3."""

    action: FaultAction
    code: int
    """Type code of the attribute; 0 for a fault of the list itself."""
    text: str
    """What is wrong, for a person."""
    section: str
    """The RFC and section that decide the action: ``RFC 7606, section 7.8``."""
    subcode: int = UpdateSubcode.MALFORMED_ATTRIBUTE_LIST
    """Subcode of the NOTIFICATION that would say it. RFC 4271, section 6.3."""
    data: bytes = b""
    """The attribute in octets, as far as RFC 4271, section 6.3, wants it in the NOTIFICATION."""

    def error(self) -> UpdateError:
        """Return the fault as the error that resets the session."""
        return reset(self.text, self.subcode, self.data)


def reset(text: str, subcode: int, data: bytes = b"") -> UpdateError:
    """Return the error that resets the session, its NOTIFICATION within 4,096 octets. RFC 4271, section 6.3."""
    return UpdateError(text, Notification(ErrorCode.UPDATE_MESSAGE_ERROR, subcode, data[:_DATA_MAXIMUM]))
