"""What is wrong with what a cache sent."""

from enum import IntEnum

from bgpkit.errors import BgpError


class RtrErrorCode(IntEnum):
    """Codes of an Error Report. RFC 8210, section 12."""

    CORRUPT_DATA = 0
    INTERNAL_ERROR = 1
    NO_DATA_AVAILABLE = 2
    """The only one that leaves the session as it is."""
    INVALID_REQUEST = 3
    UNSUPPORTED_PROTOCOL_VERSION = 4
    UNSUPPORTED_PDU_TYPE = 5
    WITHDRAWAL_OF_UNKNOWN_RECORD = 6
    DUPLICATE_ANNOUNCEMENT_RECEIVED = 7
    UNEXPECTED_PROTOCOL_VERSION = 8


class RtrError(BgpError):
    """A PDU that breaks the RTR protocol; it ends the session with the cache. RFC 8210, section 12."""

    def __init__(self, code: RtrErrorCode, text: str, pdu: bytes) -> None:
        """Keep the ``code`` that answers the fault and the octets of the PDU at fault beside a ``text`` for people."""
        super().__init__(text)
        self.code = code
        self.pdu = pdu


def error_title(code: int) -> str:
    """Return the RFC's words for the code of an Error Report, in lower case: ``corrupt data``."""
    known = [one for one in RtrErrorCode if one == code]
    return known[0].name.replace("_", " ").lower() if known else f"error code {code}"
