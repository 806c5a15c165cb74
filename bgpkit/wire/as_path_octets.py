"""The AS_PATH attribute in octets: checked, widened to 4-octet AS numbers, merged with AS4_PATH, and back."""

from collections.abc import Iterable, Sequence
from struct import pack, unpack_from
from typing import Final, TypeAlias

Segment: TypeAlias = tuple[int, tuple[int, ...]]
"""A path segment: its type (1 to 4) and its AS numbers. RFC 4271, section 4.3."""

AS_SET: Final = 1
AS_SEQUENCE: Final = 2
AS_CONFED_SEQUENCE: Final = 3
AS_CONFED_SET: Final = 4

_SEGMENT_MAXIMUM: Final = 255


def read_segments(value: bytes, size: int) -> list[Segment]:
    """Return the segments of an AS_PATH whose AS numbers have ``size`` octets, 2 or 4.

    ValueError for a type that is not 1 to 4, a segment without AS numbers, one that runs past the end, and
    AS number 0. RFC 7606, section 7.2; RFC 5065, section 3; RFC 7607, section 2.
    """
    segments: list[Segment] = []
    offset, end = 0, len(value)
    while offset < end:
        if offset + 2 > end:
            raise ValueError("a path segment is cut short")
        kind, count = value[offset], value[offset + 1]
        stop = offset + 2 + count * size
        if not AS_SET <= kind <= AS_CONFED_SET:
            raise ValueError(f"path segment type {kind} is not known")
        if not count:
            raise ValueError("a path segment holds no AS number")
        if stop > end:
            raise ValueError(f"a path segment of {count} AS numbers runs past the end")
        asns: tuple[int, ...] = unpack_from(f">{count}{'I' if size == 4 else 'H'}", value, offset + 2)
        if 0 in asns:
            raise ValueError("AS number 0 in the path")
        segments.append((kind, asns))
        offset = stop
    return segments


def write_segments(segments: Iterable[Segment], size: int) -> bytes:
    """Return the value of an AS_PATH; segments of more than 255 AS numbers are split, empty ones left out.

    An AS number that does not fit ``size`` octets is a ValueError. RFC 4271, section 4.3.
    """
    parts: list[bytes] = []
    for kind, asns in segments:
        for start in range(0, len(asns), _SEGMENT_MAXIMUM):
            chunk = asns[start : start + _SEGMENT_MAXIMUM]
            if not all(0 <= asn < 1 << 8 * size for asn in chunk):
                raise ValueError(f"an AS number of {chunk} does not fit {size} octets")
            parts.append(pack(f">BB{len(chunk)}{'I' if size == 4 else 'H'}", kind, len(chunk), *chunk))
    return b"".join(parts)


def path_length(segments: Iterable[Segment]) -> int:
    """Return the length that the decision process counts.

    RFC 4271, section 9.1.2.2 (a); RFC 5065, section 5.3.
    """
    return sum(len(asns) if kind == AS_SEQUENCE else kind == AS_SET for kind, asns in segments)


def neighbor_as(segments: Iterable[Segment]) -> int:
    """Return the AS from which the own AS heard the route; 0 when none is told.

    That is the leftmost of the first segment outside confederations, if it is an AS_SEQUENCE.
    RFC 4271, section 9.1.2.2 (c).
    """
    for kind, asns in segments:
        if not is_confederation(kind):
            return asns[0] if kind == AS_SEQUENCE else 0
    return 0


def is_confederation(kind: int) -> bool:
    """Tell whether a segment type is one of the two of RFC 5065, section 3."""
    return kind >= AS_CONFED_SEQUENCE


def merge_as4_path(path: Sequence[Segment], as4_path: Sequence[Segment]) -> list[Segment]:
    """Return the path that AS_PATH of a 2-octet speaker and its AS4_PATH tell together.

    The AS4_PATH replaces as many AS numbers at the right as it has; a longer one than AS_PATH is ignored.
    Confederation segments in AS4_PATH do not count and are left out; those of AS_PATH stay when they lead,
    or follow what stays. RFC 6793, sections 4.2.3 and 6.
    """
    tail = [segment for segment in as4_path if not is_confederation(segment[0])]
    missing = path_length(path) - path_length(tail)
    if missing < 0 or not tail:
        return list(path)
    head: list[Segment] = []
    for kind, asns in path:
        if is_confederation(kind):
            head.append((kind, asns))
        elif missing <= 0:
            break
        elif kind == AS_SET:
            head.append((kind, asns))
            missing -= 1
        else:
            head.append((kind, asns[:missing]))
            missing -= len(asns)
            if missing < 0:
                break
    return _joined(head, tail)


def _joined(head: list[Segment], tail: list[Segment]) -> list[Segment]:
    """Put two paths together; two AS_SEQUENCEs that meet become one when one can hold them."""
    if head and tail and head[-1][0] == tail[0][0] == AS_SEQUENCE:
        asns = head[-1][1] + tail[0][1]
        if len(asns) <= _SEGMENT_MAXIMUM:
            return [*head[:-1], (AS_SEQUENCE, asns), *tail[1:]]
    return head + tail
