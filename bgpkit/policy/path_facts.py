"""What conditions look at of a path: its attributes, cut out of the block when one is first asked for."""

from struct import unpack_from
from typing import Final

from bgpkit_fsm import Family
from bgpkit_rib import Path

_AS_PATH: Final = 2
_EXTENDED_LENGTH: Final = 0x10
_AS_SET: Final = 1
_AS_SEQUENCE: Final = 2


class PathFacts:
    """One path and the family of its routes, as conditions ask about them."""

    __slots__ = ("_members", "_segments", "_values", "family", "path")

    def __init__(self, family: Family, path: Path) -> None:
        """Look at ``path``, whose routes are of ``family``."""
        self.family = family
        self.path = path
        self._values: dict[int, bytes] | None = None
        self._segments: list[tuple[int, tuple[int, ...]]] | None = None
        self._members: dict[int, frozenset[bytes]] = {}

    def value(self, code: int) -> bytes | None:
        """Return the value of an attribute, None when the path has none."""
        if self._values is None:
            self._values = _values(self.path.raw)
        return self._values.get(code)

    def number(self, code: int) -> int | None:
        """Return the value of an attribute that is a number, None when the path has none."""
        value = self.value(code)
        return None if value is None else int.from_bytes(value, "big")

    def members(self, code: int, size: int) -> frozenset[bytes]:
        """Return the distinct parts, of ``size`` octets each, of an attribute that is a list."""
        found = self._members.get(code)
        if found is None:
            value = self.value(code) or b""
            found = frozenset(value[start : start + size] for start in range(0, len(value), size))
            self._members[code] = found
        return found

    @property
    def segments(self) -> list[tuple[int, tuple[int, ...]]]:
        """The segments of AS_PATH: type and AS numbers. RFC 4271, section 4.3."""
        if self._segments is None:
            value = self.value(_AS_PATH) or b""
            segments: list[tuple[int, tuple[int, ...]]] = []
            offset = 0
            while offset < len(value):
                count = value[offset + 1]
                segments.append((value[offset], unpack_from(f">{count}I", value, offset + 2)))
                offset += 2 + 4 * count
            self._segments = segments
        return self._segments

    @property
    def asns(self) -> tuple[int, ...]:
        """All AS numbers of AS_PATH from the left, whatever segment they stand in."""
        segments = self.segments
        if len(segments) == 1:
            return segments[0][1]
        return tuple(asn for _, asns in segments for asn in asns)

    @property
    def as_path_length(self) -> int:
        """The length that the decision process counts. RFC 4271, section 9.1.2.2 (a); RFC 5065, section 5.3."""
        return sum(len(asns) if kind == _AS_SEQUENCE else kind == _AS_SET for kind, asns in self.segments)

    @property
    def neighbor_as(self) -> int | None:
        """The AS from which the own AS heard the route; None where the path tells none."""
        for kind, asns in self.segments:
            if kind in {_AS_SET, _AS_SEQUENCE}:
                return asns[0] if kind == _AS_SEQUENCE and asns else None
        return None

    @property
    def origin_as(self) -> int | None:
        """The rightmost AS, when it stands in an AS_SEQUENCE; None otherwise. RFC 6811, section 2."""
        if not self.segments or self.segments[-1][0] != _AS_SEQUENCE:
            return None
        return self.segments[-1][1][-1]

    def route_origin(self, own_as: int | None) -> int | None:
        """Return the Route Origin ASN: ``own_as`` for a path of our own AS, None after an AS_SET.

        RFC 6811, section 2.
        """
        if self.segments and self.segments[-1][0] in {_AS_SET, _AS_SEQUENCE}:
            return self.origin_as
        return own_as


def _values(raw: bytes) -> dict[int, bytes]:
    """Return the value of each attribute of a block. RFC 4271, section 4.3."""
    values: dict[int, bytes] = {}
    offset, end = 0, len(raw)
    while offset < end:
        if raw[offset] & _EXTENDED_LENGTH:
            start = offset + 4
            stop = start + (raw[offset + 2] << 8 | raw[offset + 3])
        else:
            start = offset + 3
            stop = start + raw[offset + 2]
        values[raw[offset + 1]] = raw[start:stop]
        offset = stop
    return values
