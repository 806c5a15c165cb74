"""What is wrong with path attributes, and what has to follow (RFC 7606, section 2)."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from bgpkit.errors import UpdateError
from bgpkit_fsm import ErrorCode, Family, Notification, UpdateSubcode

DUPLICATE: Final = "RFC 7606, section 3 (g)"
"""The section of the fault of an attribute that comes again: the first of its code is not at fault."""
_DATA_MAXIMUM: Final = 4096 - 21
_NO_DATA: Final = frozenset({UpdateSubcode.MALFORMED_ATTRIBUTE_LIST, UpdateSubcode.INVALID_NETWORK_FIELD})


class FaultAction(IntEnum):
    """What a fault leads to, the strongest last. RFC 7606, section 2."""

    IGNORE = 0
    """Nothing is wrong, but it is not for this session: routes of a family that was not agreed on, say."""
    DISCARD = 1
    """Attribute discard: the route stays, without the attribute."""
    WITHDRAW = 2
    """Treat-as-withdraw: the routes of the UPDATE count as withdrawn."""
    DISABLE = 3
    """AFI/SAFI disable: all routes of the family go, and none is taken any more in this session."""
    RESET = 4
    """Session reset: a NOTIFICATION, and the session is over."""

    @property
    def title(self) -> str:
        """The RFC's words: ``treat-as-withdraw``."""
        return _TITLES[self]


_TITLES: Final = {
    FaultAction.IGNORE: "ignore",
    FaultAction.DISCARD: "attribute-discard",
    FaultAction.WITHDRAW: "treat-as-withdraw",
    FaultAction.DISABLE: "afi-safi-disable",
    FaultAction.RESET: "session-reset",
}


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
    octets: bytes = b""
    """The attribute as received, flags to value, for a log; empty when there is none."""
    malformed: bool = True
    """False for what an RFC has taken out although it is well-formed; strict mode lets it pass."""
    family: Family | None = None
    """The family whose routes are at fault, where they are of one."""

    @property
    def data(self) -> bytes:
        """What the Data field of the NOTIFICATION would hold. RFC 4271, section 6.3."""
        if self.subcode == UpdateSubcode.MISSING_WELL_KNOWN_ATTRIBUTE:
            return bytes((self.code,))
        return b"" if self.subcode in _NO_DATA else self.octets

    def error(self) -> UpdateError:
        """Return the fault as the error that resets the session, its NOTIFICATION within 4,096 octets.

        RFC 4271, section 6.3.
        """
        answer = Notification(ErrorCode.UPDATE_MESSAGE_ERROR, self.subcode, self.data[:_DATA_MAXIMUM])
        return UpdateError(self.text, answer, attribute=self.code, section=self.section, octets=self.octets)

    def __str__(self) -> str:
        """Return the action, what is wrong, and who says so."""
        return f"{self.action.title}: {self.text} ({self.section})"


def reset(text: str, subcode: int, octets: bytes = b"", *, code: int = 0, section: str) -> UpdateError:
    """Return the error of a fault that leaves nothing but a session reset."""
    return AttributeFault(FaultAction.RESET, code, text, section, subcode, octets).error()
