"""What becomes of AS_PATH when a route leaves: numbers put before it, replaced, removed (octets to octets)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from bgpkit.wire.as_path_octets import (
    AS_CONFED_SEQUENCE,
    AS_SEQUENCE,
    Segment,
    is_confederation,
    read_segments,
    write_segments,
)

_SIZE: Final = 4
_SEGMENT_MAXIMUM: Final = 255
_PRIVATE: Final = (range(64512, 65535), range(4_200_000_000, 4_294_967_295))
"""RFC 6996, section 5."""


class PrivateAs(Enum):
    """What becomes of private AS numbers in AS_PATH towards an external peer; its own number stays. RFC 6996."""

    KEEP = "keep"
    REMOVE = "remove"
    """All are removed, where the path holds nothing else; a path with public numbers in it stays as it is."""
    REMOVE_ALL = "remove-all"
    """All are removed."""
    REPLACE_ALL = "replace-all"
    """Each is replaced by our own AS number, so that the length stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AsPathRewrite:
    """What is to change in an AS_PATH of 4-octet AS numbers, in the order of the fields; by default nothing."""

    leave_confederation: bool = False
    """Take the confederation segments out, wherever they stand. RFC 5065, section 4.1 (c)."""
    overridden: int | None = None
    """The AS number that ``substitute`` takes the place of."""
    private_as: PrivateAs = PrivateAs.KEEP
    substitute: int = 0
    """The AS number to stand for overridden and for replaced private ones."""
    spared: int | None = None
    """The private AS number that stays: the peer's own, which it looks for to find loops."""
    prepend: tuple[int, ...] = ()
    """AS numbers to put on the left, at most 255. RFC 4271, section 5.1.2."""
    into_confederation: bool = False
    """Put them into an AS_CONFED_SEQUENCE. RFC 5065, section 4.1 (b)."""
    _octets: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Write the numbers once; ValueError when one does not fit, or there are too many."""
        if len(self.prepend) > _SEGMENT_MAXIMUM:
            raise ValueError(f"{len(self.prepend)} AS numbers to prepend do not fit one segment")
        for asn in (*self.prepend, self.substitute):
            if not 0 <= asn < 1 << 32:
                raise ValueError(f"AS number {asn} does not fit 4 octets")
        object.__setattr__(self, "_octets", b"".join(asn.to_bytes(_SIZE, "big") for asn in self.prepend))

    def apply(self, path: bytes) -> bytes:
        """Return the value ``path`` changed; ValueError when it has to be looked into and is malformed."""
        # Nearly every path is one AS_SEQUENCE, in which only the numbers themselves can ask for a change.
        plain = path[:1] == b"\2" and len(path) == 2 + _SIZE * path[1]
        if self.private_as is not PrivateAs.KEEP or self.overridden is not None or not plain:
            path = self._edited(path)
        kind = AS_CONFED_SEQUENCE if self.into_confederation else AS_SEQUENCE
        return _prepended(path, self._octets, kind) if self._octets else path

    def _edited(self, path: bytes) -> bytes:
        """Return ``path`` without what must not be in it; the very octets when that is nothing."""
        segments = read_segments(path, _SIZE)
        left = list(self._without_private(self._overridden(self._outside(segments))))
        return path if left == segments else write_segments(left, _SIZE)

    def _outside(self, segments: list[Segment]) -> list[Segment]:
        if not self.leave_confederation:
            return segments
        return [segment for segment in segments if not is_confederation(segment[0])]

    def _overridden(self, segments: list[Segment]) -> list[Segment]:
        wanted = self.overridden
        if wanted is None:
            return segments
        return [(kind, tuple(self.substitute if asn == wanted else asn for asn in asns)) for kind, asns in segments]

    def _without_private(self, segments: list[Segment]) -> Iterator[Segment]:
        mode = self.private_as
        if mode is PrivateAs.REMOVE and not all(is_private(asn) for _, asns in segments for asn in asns):
            mode = PrivateAs.KEEP
        for kind, asns in segments:
            if mode is PrivateAs.KEEP:
                yield kind, asns
            elif mode is PrivateAs.REPLACE_ALL:
                yield kind, tuple(self.substitute if self._goes(asn) else asn for asn in asns)
            elif left := tuple(asn for asn in asns if not self._goes(asn)):
                yield kind, left

    def _goes(self, asn: int) -> bool:
        return asn != self.spared and is_private(asn)


def is_private(asn: int) -> bool:
    """Tell whether an AS number is for private use. RFC 6996, section 5."""
    return any(asn in numbers for numbers in _PRIVATE)


def _prepended(path: bytes, octets: bytes, kind: int) -> bytes:
    """Return ``path`` with AS numbers on its left, in its first segment as far as that is of ``kind`` and has room.

    RFC 4271, section 5.1.2 (b); RFC 5065, section 4.1.
    """
    if path and path[0] == kind:
        room = min(_SEGMENT_MAXIMUM - path[1], len(octets) // _SIZE)
        if room:
            cut = len(octets) - _SIZE * room
            path = bytes((kind, path[1] + room)) + octets[cut:] + path[2:]
            octets = octets[:cut]
    return bytes((kind, len(octets) // _SIZE)) + octets + path if octets else path
