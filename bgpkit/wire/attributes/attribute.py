"""A path attribute as a value, and lists of them from and to octets (RFC 4271, section 4.3)."""

from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from functools import lru_cache
from typing import NamedTuple, cast

from bgpkit.wire.attributes.code import EXTENDED_LENGTH, name_of
from bgpkit.wire.attributes.table import ATTRIBUTE_ROWS
from bgpkit.wire.update_context import UpdateContext


class Attribute(NamedTuple):
    """One path attribute."""

    flags: int
    """The attribute flags octet, with the extended length bit (0x10) that says how the length is written."""
    code: int
    value: object
    """What the row of ``code`` says, such as an Origin or a tuple of Community.

    Octets (``bytes``) when the attribute is not interpreted: its code has no row, or its value is malformed.
    """

    @property
    def name(self) -> str:
        """The name that IANA lists for the code: ``AS_PATH``; ``attribute 99`` for one that is not known."""
        return name_of(self.code)

    def __str__(self) -> str:
        """Return name and value: ``AS_PATH 64512 64513``."""
        return f"{self.name} {_text(self.value)}".rstrip()


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    if isinstance(value, bool):
        return ""
    if isinstance(value, Enum):
        return value.name.lower()
    if isinstance(value, tuple):
        return " ".join(map(str, cast("tuple[object, ...]", value)))
    return str(value)


def attribute_values(octets: bytes) -> Iterator[tuple[int, int, bytes, bytes]]:
    """Yield flags, type code, value and whole octets of each attribute of a list.

    ValueError where an attribute is cut short or runs past the end. RFC 4271, section 4.3.
    """
    offset, end = 0, len(octets)
    while offset < end:
        size = 2 if octets[offset] & EXTENDED_LENGTH else 1
        start = offset + 2 + size
        stop = start + int.from_bytes(octets[offset + 2 : start], "big")
        if start > end or stop > end:
            raise ValueError(f"the attribute at octet {offset} of the list runs past its end")
        yield octets[offset], octets[offset + 1], octets[start:stop], octets[offset:stop]
        offset = stop


@lru_cache(maxsize=64)
def attribute_decoder(context: UpdateContext) -> Callable[[int, int, bytes], Attribute]:
    """Return what makes an attribute of flags, type code and value in octets, in sessions with ``context``.

    The octets stay where the attribute is not known, or not well-formed.
    """
    rows = {int(row.code): (row.lengths_in(context), row.decode) for row in ATTRIBUTE_ROWS.values()}
    new = tuple[object, ...].__new__

    def decode(flags: int, code: int, value: bytes) -> Attribute:
        row = rows.get(code)
        if row is not None and len(value) in row[0]:
            try:
                return new(Attribute, (flags, code, row[1](value, context)))
            except ValueError:
                pass
        return new(Attribute, (flags, code, value))

    return decode


def decode_attribute_list(octets: bytes, context: UpdateContext) -> tuple[Attribute, ...]:
    """Return the attributes of a list in order; ValueError when it cannot be cut.

    No verdict is given here: that is for the decoder of UPDATEs. RFC 4271, section 4.3.
    """
    decode = attribute_decoder(context)
    return tuple(decode(flags, code, value) for flags, code, value, _ in attribute_values(octets))


def encode_attribute_list(attributes: Iterable[Attribute], context: UpdateContext) -> bytes:
    """Return attributes in octets, in the order given; ValueError for one that cannot be written.

    The extended length bit of an attribute stays when it is set, and is set when its value needs it.
    """
    return b"".join(_encode(attribute, context) for attribute in attributes)


def _encode(attribute: Attribute, context: UpdateContext) -> bytes:
    flags, code, value = attribute
    if not 0 <= flags <= 255 or not 0 <= code <= 255:
        raise ValueError(f"flags {flags} or type code {code} of an attribute do not fit an octet")
    if not isinstance(value, bytes):
        row = ATTRIBUTE_ROWS.get(code)
        if row is None:
            raise ValueError(f"attribute {code} has no row: its value must be octets, not {value!r}")
        value = row.encode(value, context)
    if len(value) > 0xFFFF:
        raise ValueError(f"a value of {len(value)} octets does not fit {attribute.name}")
    if flags & EXTENDED_LENGTH or len(value) > 255:
        return bytes((flags | EXTENDED_LENGTH, code, len(value) >> 8, len(value) & 255)) + value
    return bytes((flags, code, len(value))) + value
