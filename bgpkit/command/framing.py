"""Where a message ends, as far as its header tells: the marker and the length (RFC 4271, section 4.1).

Stricter rules, such as the lengths that a type may have, are the codec's to judge: a message that breaks them is
still one that can be cut out, and has a verdict.
"""

from typing import Final

from bgpkit.wire import HEADER_LENGTH, MARKER, MessageType

_TYPES: Final = frozenset(map(int, MessageType))


class NoMessageError(ValueError):
    """Octets that start no message."""

    def __init__(self, text: str, offset: int) -> None:
        """Keep the ``offset`` of the first octet that is wrong."""
        super().__init__(text)
        self.offset = offset


def message_length(data: bytes, start: int) -> int:
    """Return how long the message at ``start`` is, by its header; 0 while too little of that is there.

    NoMessageError for an octet of the marker that is not ff, and for a length below that of a header.
    """
    here = len(data) - start
    marker = data[start : start + len(MARKER)]
    if marker != MARKER[:here]:
        wrong = next(index for index, octet in enumerate(marker) if octet != 0xFF)
        raise NoMessageError(f"{marker[wrong]:02x} where the marker, 16 octets of ff, must be", start + wrong)
    if here < HEADER_LENGTH:
        return 0
    length = data[start + 16] << 8 | data[start + 17]
    if length < HEADER_LENGTH:
        raise NoMessageError(f"a length of {length} is less than the {HEADER_LENGTH} octets of a header", start + 16)
    return length


def next_start(data: bytes, start: int) -> int:
    """Return where the first octets at or after ``start`` stand that look like a header; -1 when there are none.

    In the midst of a stream a marker alone is not enough: ones stand elsewhere, too.
    """
    while (start := data.find(MARKER, start)) >= 0:
        header = data[start : start + HEADER_LENGTH]
        if len(header) < HEADER_LENGTH:
            return -1
        if header[18] in _TYPES and int.from_bytes(header[16:18], "big") >= HEADER_LENGTH:
            return start
        start += 1
    return -1
