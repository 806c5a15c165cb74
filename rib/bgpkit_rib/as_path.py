"""The AS_PATH attribute as a value."""

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Final


class AsSegmentKind(IntEnum):
    """Path segment types, as on the wire. RFC 4271, section 4.3; RFC 5065, section 3."""

    SET = 1
    SEQUENCE = 2
    CONFED_SEQUENCE = 3
    CONFED_SET = 4


_BRACKETS: Final = {
    AsSegmentKind.SET: ("{", ",", "}"),
    AsSegmentKind.SEQUENCE: ("", " ", ""),
    AsSegmentKind.CONFED_SEQUENCE: ("(", " ", ")"),
    AsSegmentKind.CONFED_SET: ("[", ",", "]"),
}
_OPENING: Final = {"{": AsSegmentKind.SET, "(": AsSegmentKind.CONFED_SEQUENCE, "[": AsSegmentKind.CONFED_SET}
_SEGMENT: Final = re.compile(r"\{[^][{}()]*\}|\([^][{}()]*\)|\[[^][{}()]*\]|[^][{}()]+")
_CONFEDERATION: Final = frozenset({AsSegmentKind.CONFED_SEQUENCE, AsSegmentKind.CONFED_SET})


@dataclass(frozen=True, slots=True)
class AsSegment:
    """One path segment: a kind and its AS numbers, leftmost the latest."""

    kind: AsSegmentKind
    asns: tuple[int, ...]

    def __str__(self) -> str:
        """Return ``1 2``, ``{1,2}``, ``(1 2)`` or ``[1,2]``, by kind."""
        opening, separator, closing = _BRACKETS[self.kind]
        return f"{opening}{separator.join(map(str, self.asns))}{closing}"


@dataclass(frozen=True, slots=True)
class AsPath:
    """The ASes that a route passed, the latest on the left; empty for a route of the own AS.

    RFC 4271, section 5.1.2; the confederation segments: RFC 5065, section 3.
    """

    segments: tuple[AsSegment, ...] = ()

    @classmethod
    def of(cls, *asns: int) -> "AsPath":
        """Return the path of one AS_SEQUENCE with ``asns``, or the empty path."""
        return cls((AsSegment(AsSegmentKind.SEQUENCE, asns),)) if asns else cls()

    @classmethod
    def sequence(cls, asns: tuple[int, ...]) -> "AsPath":
        """Return the path of one AS_SEQUENCE with ``asns``, which is not empty, as a decoder makes nearly all."""
        segment = _new(AsSegment)
        _set_kind(segment, _SEQUENCE)
        _set_asns(segment, asns)
        path = _new(cls)
        _set_segments(path, (segment,))
        return path

    @classmethod
    def parse(cls, text: str) -> "AsPath":
        """Return the path that ``text`` writes as ``1 2 {3,4} (5 6) [7,8]``.

        Braces hold an AS_SET, parentheses an AS_CONFED_SEQUENCE, brackets an AS_CONFED_SET. ValueError names
        what cannot be read.
        """
        if _SEGMENT.sub("", text):
            raise ValueError(f"AS path {text!r} has a bracket without its partner")
        parts = (part.strip() for part in _SEGMENT.findall(text))
        return cls(tuple(_segment(part, text) for part in parts if part))

    @property
    def length(self) -> int:
        """The length that the decision process counts: an AS_SET is 1, confederation segments are 0.

        RFC 4271, section 9.1.2.2 (a); RFC 5065, section 5.3.
        """
        total = 0
        for segment in self.segments:
            if segment.kind is AsSegmentKind.SEQUENCE:
                total += len(segment.asns)
            elif segment.kind is AsSegmentKind.SET:
                total += 1
        return total

    @property
    def neighbor_as(self) -> int:
        """The AS from which the own AS heard the route, or 0 when the path does not tell.

        It is the leftmost AS of the first segment that is not of a confederation; a path that is empty, or
        that starts with an AS_SET, tells none. RFC 4271, section 9.1.2.2 (c).
        """
        for segment in self.segments:
            if segment.kind not in _CONFEDERATION:
                return segment.asns[0] if segment.kind is AsSegmentKind.SEQUENCE and segment.asns else 0
        return 0

    @property
    def first_as(self) -> int:
        """The leftmost AS number of the path whatever the kind of segment, or 0 for an empty path."""
        return next((segment.asns[0] for segment in self.segments if segment.asns), 0)

    @property
    def origin_as(self) -> int:
        """The AS that originated the route, the rightmost of an AS_SEQUENCE at the end, or 0.

        RFC 6811, section 2, "Route Origin ASN".
        """
        if not self.segments or self.segments[-1].kind is not AsSegmentKind.SEQUENCE or not self.segments[-1].asns:
            return 0
        return self.segments[-1].asns[-1]

    def contains(self, asn: int) -> bool:
        """Tell whether ``asn`` is anywhere in the path: the loop check of RFC 4271, section 9.1.2."""
        return any(asn in segment.asns for segment in self.segments)

    def __str__(self) -> str:
        """Return the usual text: ``1 2 {3,4}``."""
        return " ".join(map(str, self.segments))


_SEQUENCE: Final = AsSegmentKind.SEQUENCE
_new: Final = object.__new__
_set_kind: Final = AsSegment.__dict__["kind"].__set__
_set_asns: Final = AsSegment.__dict__["asns"].__set__
_set_segments: Final = AsPath.__dict__["segments"].__set__


def _segment(part: str, whole: str) -> AsSegment:
    """Read one segment of the path ``whole``."""
    kind = _OPENING.get(part[0], AsSegmentKind.SEQUENCE)
    inside = part if kind is AsSegmentKind.SEQUENCE else part[1:-1]
    words = inside.replace(",", " ").split()
    for word in words:
        if not (word.isascii() and word.isdecimal() and int(word) < 1 << 32):
            raise ValueError(f"AS path {whole!r} holds {word!r}, which is not an AS number")
    if not words:
        raise ValueError(f"AS path {whole!r} holds a segment without AS numbers")
    return AsSegment(kind, tuple(map(int, words)))
