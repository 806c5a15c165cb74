"""Messages octet by octet, right ones and wrong ones, and what RFC 4271 says of the wrong ones."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address
from typing import Final

from bgpkit_fsm import CeaseSubcode, ErrorCode, FsmSubcode, HeaderSubcode, OpenSubcode, UpdateSubcode

MARKER: Final = b"\xff" * 16
_OPEN, _UPDATE, _KEEPALIVE = 1, 2, 4
_UNKNOWN_TYPE: Final = 77


@dataclass(frozen=True, slots=True)
class BadMessage:
    """A message that breaks the protocol, and the NOTIFICATION that must answer it."""

    name: str
    """What is wrong, in few words."""
    octets: bytes
    code: int
    subcode: int
    section: str
    """Where RFC 4271 says so."""

    def __str__(self) -> str:
        """Return the name."""
        return self.name


def message(kind: int, body: bytes = b"", *, marker: bytes = MARKER, length: int | None = None) -> bytes:
    """Return a message of type ``kind``; ``length`` is the Length field in place of the true one.

    RFC 4271, section 4.1.
    """
    return marker + struct.pack("!HB", 19 + len(body) if length is None else length, kind) + body


def open_message(
    *,
    version: int = 4,
    my_as: int = 64512,
    hold_time: int = 90,
    bgp_identifier: str = "192.0.2.1",
    parameters: bytes = b"",
    parameters_length: int | None = None,
) -> bytes:
    """Return an OPEN with these fields, whatever they are. RFC 4271, section 4.2."""
    size = len(parameters) if parameters_length is None else parameters_length
    fixed = struct.pack("!BHH", version, my_as, hold_time) + IPv4Address(bgp_identifier).packed
    return message(_OPEN, fixed + bytes((size,)) + parameters)


def bad_headers() -> Iterator[BadMessage]:
    """Yield one message for each fault of a header. RFC 4271, section 6.1."""
    header, length = ErrorCode.MESSAGE_HEADER_ERROR, HeaderSubcode.BAD_MESSAGE_LENGTH
    marker = b"\xff" * 15 + b"\x00"
    yield BadMessage(
        "a marker that is not all ones",
        message(_KEEPALIVE, marker=marker),
        header,
        HeaderSubcode.CONNECTION_NOT_SYNCHRONIZED,
        "6.1",
    )
    for name, octets in (
        ("a length below 19", message(_KEEPALIVE, length=18)),
        ("a length of 0", message(_KEEPALIVE, length=0)),
        ("a length above 4096", message(_UPDATE, bytes(4), length=4097)),
        ("the greatest length there is", message(_UPDATE, bytes(4), length=65535)),
        ("an OPEN below 29 octets", message(_OPEN, bytes(9))),
        ("an UPDATE below 23 octets", message(_UPDATE, bytes(3))),
        ("a KEEPALIVE with a body", message(_KEEPALIVE, b"\x00")),
    ):
        yield BadMessage(name, octets, header, length, "6.1")
    yield BadMessage("a type that is none", message(_UNKNOWN_TYPE), header, HeaderSubcode.BAD_MESSAGE_TYPE, "6.1")
    yield BadMessage("the type 0", message(0), header, HeaderSubcode.BAD_MESSAGE_TYPE, "6.1")


def bad_opens(my_as: int, bgp_identifier: str = "192.0.2.1") -> Iterator[BadMessage]:
    """Yield one OPEN for each fault; ``my_as`` is what the other side takes for right. RFC 4271, section 6.2."""
    right = partial(open_message, my_as=my_as, bgp_identifier=bgp_identifier)
    unknown, short_parameter, short_capability = b"\xfd\x02\x00\x00", b"\x02\x06\x01\x04\x00", b"\x02\x03\x01\x04\x00"
    for name, subcode, octets in (
        ("version 3", OpenSubcode.UNSUPPORTED_VERSION_NUMBER, right(version=3)),
        ("version 255", OpenSubcode.UNSUPPORTED_VERSION_NUMBER, right(version=255)),
        ("another AS", OpenSubcode.BAD_PEER_AS, right(my_as=my_as ^ 1)),
        ("AS 0", OpenSubcode.BAD_PEER_AS, right(my_as=0)),
        ("a hold time of 1 second", OpenSubcode.UNACCEPTABLE_HOLD_TIME, right(hold_time=1)),
        ("a hold time of 2 seconds", OpenSubcode.UNACCEPTABLE_HOLD_TIME, right(hold_time=2)),
        ("the identifier 0", OpenSubcode.BAD_BGP_IDENTIFIER, right(bgp_identifier=str(IPv4Address(0)))),
        ("a parameter that is none", OpenSubcode.UNSUPPORTED_OPTIONAL_PARAMETER, right(parameters=unknown)),
        ("a parameter cut short", OpenSubcode.UNSPECIFIC, right(parameters=short_parameter)),
        ("a capability cut short", OpenSubcode.UNSPECIFIC, right(parameters=short_capability)),
        ("parameters longer than the message", OpenSubcode.UNSPECIFIC, right(parameters_length=200)),
    ):
        yield BadMessage(name, octets, ErrorCode.OPEN_MESSAGE_ERROR, subcode, "6.2")


def notifications() -> Iterator[bytes]:
    """Yield a NOTIFICATION for each code and subcode that has a name, and for some that have none.

    RFC 4271, section 4.5.
    """
    named = {
        ErrorCode.MESSAGE_HEADER_ERROR: HeaderSubcode,
        ErrorCode.OPEN_MESSAGE_ERROR: OpenSubcode,
        ErrorCode.UPDATE_MESSAGE_ERROR: UpdateSubcode,
        ErrorCode.FINITE_STATE_MACHINE_ERROR: FsmSubcode,
        ErrorCode.CEASE: CeaseSubcode,
    }
    for code in (0, *ErrorCode, 200):
        subcodes = [int(subcode) for subcode in named.get(code, ())] if isinstance(code, ErrorCode) else []
        for subcode in (*subcodes, 250):
            yield message(3, bytes((code, subcode)))
