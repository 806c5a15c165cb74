"""Lists of type, length and value, with a type of one octet, as Prefix-SID and Tunnel Encapsulation hold them."""

from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

from bgpkit.wire.tlv import Tlv

LengthSize: TypeAlias = Callable[[int], int]
"""Takes a type; returns the octets of the length field that follows it, 1 or 2."""

_LIMITS: Final = {1: 1 << 8, 2: 1 << 16}


def two_octets(code: int) -> int:
    """Return 2: every TLV of Prefix-SID has a length of two octets. RFC 8669, section 3."""
    del code
    return 2


def one_octet(code: int) -> int:
    """Return 1: every sub-TLV of a segment list has a length of one octet. RFC 9830, section 2.4.4."""
    del code
    return 1


def by_type(code: int) -> int:
    """Return 1 for the types 0 to 127 and 2 for the others. RFC 9012, section 2."""
    return 1 if code < 128 else 2


def read_short_tlvs(octets: bytes, length_size: LengthSize, what: str) -> tuple[tuple[int, bytes], ...]:
    """Return type and value of each TLV, in order; ValueError when one of them, called ``what``, is cut short."""
    found: list[tuple[int, bytes]] = []
    offset, end = 0, len(octets)
    while offset < end:
        code = octets[offset]
        start = offset + 1 + length_size(code)
        if start > end:
            raise ValueError(f"the {end - offset} octets left at octet {offset} are no type and length of a {what}")
        stop = start + int.from_bytes(octets[offset + 1 : start], "big")
        if stop > end:
            raise ValueError(f"{what} {code} of {stop - start} octets runs past the end by {stop - end}")
        found.append((code, octets[start:stop]))
        offset = stop
    return tuple(found)


def write_short_tlvs(tlvs: Iterable[tuple[int, bytes]], length_size: LengthSize, what: str) -> bytes:
    """Return TLVs in octets, in the order given; ValueError for a type or a value that does not fit its field."""
    parts: list[bytes] = []
    for code, value in tlvs:
        if not 0 <= code < 256:
            raise ValueError(f"the type {code} of a {what} does not fit an octet")
        size = length_size(code)
        if len(value) >= _LIMITS[size]:
            raise ValueError(f"{what} {code} of {len(value)} octets does not fit its length field")
        parts += (bytes((code,)), len(value).to_bytes(size, "big"), value)
    return b"".join(parts)


def pair(tlv: Tlv) -> tuple[int, bytes]:
    """Return type and value of a TLV that nobody has looked into."""
    return tlv.code, tlv.octets
