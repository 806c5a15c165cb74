"""Lists of type, length and value, with a type and a length of two octets each (RFC 9552, section 5.1)."""

from collections.abc import Iterable
from dataclasses import dataclass

_HEADER = 4
_LIMIT = 1 << 16


@dataclass(frozen=True, slots=True)
class Tlv:
    """A type and a value that nobody has looked into. ValueError when one of them does not fit its field.

    RFC 9552, section 5.1.
    """

    code: int
    """The type: 0 to 65535."""
    octets: bytes
    """The value, without type and length; at most 65535 octets."""

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        _check(self.code, self.octets)

    def __str__(self) -> str:
        """Return the type and the value in hexadecimal: ``tlv-1024 0x80``."""
        return f"tlv-{self.code} 0x{self.octets.hex()}"


def read_tlvs(octets: bytes) -> tuple[tuple[int, bytes], ...]:
    """Return type and value of each TLV, in order; ValueError says at which octet one of them runs past the end.

    RFC 9552, section 5.1.
    """
    found: list[tuple[int, bytes]] = []
    offset, end = 0, len(octets)
    while offset < end:
        start = offset + _HEADER
        if start > end:
            raise ValueError(f"the {end - offset} octets left at octet {offset} are no type and length of a TLV")
        stop = start + (octets[offset + 2] << 8 | octets[offset + 3])
        if stop > end:
            raise ValueError(f"a TLV of {stop - start} octets at octet {offset} runs past the end by {stop - end}")
        found.append((octets[offset] << 8 | octets[offset + 1], octets[start:stop]))
        offset = stop
    return tuple(found)


def write_tlvs(tlvs: Iterable[tuple[int, bytes]]) -> bytes:
    """Return TLVs in octets, in the order given; ValueError for a type or a value that does not fit its field.

    RFC 9552, section 5.1.
    """
    parts: list[bytes] = []
    for code, value in tlvs:
        _check(code, value)
        parts += (code.to_bytes(2, "big"), len(value).to_bytes(2, "big"), value)
    return b"".join(parts)


def _check(code: int, value: bytes) -> None:
    if not 0 <= code < _LIMIT:
        raise ValueError(f"TLV type {code} does not fit 2 octets")
    if len(value) >= _LIMIT:
        raise ValueError(f"a TLV value of {len(value)} octets is longer than 65535")
