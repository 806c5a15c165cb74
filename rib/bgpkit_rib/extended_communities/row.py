"""Rows, one for each kind of extended community, and the table that finds them by octets, by value and by name."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from bgpkit_rib.extended_communities.fields import Field, FieldValue

Value_co = TypeVar("Value_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Row(Generic[Value_co]):
    """A kind of extended community: which octets, which class, which fields and which text."""

    head: bytes
    """The first two octets: type and subtype."""
    kind: Callable[..., Value_co]
    """The dataclass of its values; the fields are its attributes."""
    fields: tuple[Field, ...]
    """In the order of the text; together they cover every bit after the head, each once."""
    name: str | None = None
    """The word before the first colon of its text; None when it has no text but ``0x...``."""
    aliases: tuple[str, ...] = ()
    """Further words that are read."""
    fixed: tuple[tuple[str, FieldValue], ...] = ()
    """Attributes of the value that the head alone decides."""

    def value(self, bits: int) -> Value_co | None:
        """Return the value of the bits after the head, or None when they are not for this row."""
        values: dict[str, FieldValue] = dict(self.fixed)
        for field in self.fields:
            value = field.value((bits & field.mask) >> field.shift)
            if value is None:
                return None
            values[field.name] = value
        return self.kind(**values)

    def bits(self, value: object) -> int | None:
        """Return the bits of a value of this row's class, or None when they do not fit."""
        if any(getattr(value, name) != fixed for name, fixed in self.fixed):
            return None
        bits = 0
        for field in self.fields:
            part = field.bits(getattr(value, field.name))
            if part is None:
                return None
            bits |= part << field.shift
        return bits

    def text(self, bits: int) -> str | None:
        """Return the text of the bits, or None when it would not tell all of them."""
        if self.name is None:
            return None
        text = self.name
        for field in self.fields:
            part = field.text((bits & field.mask) >> field.shift)
            if part is None:
                return None
            text += part
        return text

    def parse(self, rest: str) -> int | None:
        """Return the bits that the text after the name writes, or None."""
        pattern = "".join(field.pattern for field in self.fields)
        match = re.fullmatch(pattern, rest, re.ASCII | re.IGNORECASE)
        if match is None:
            return None
        bits = 0
        for field, text in zip(self.fields, match.groups(), strict=True):
            part = field.parse(text)
            if part is None:
                return None
            bits |= part << field.shift
        return bits


class RowTable(Generic[Value_co]):
    """The rows of the communities of one length.

    Several rows may share head, class or name: the first that takes the octets, the value or the text has it.
    """

    def __init__(self, length: int, rows: Iterable[Row[Value_co]]) -> None:
        """Take the ``rows`` of communities of ``length`` octets."""
        self.rows = tuple(rows)
        self._length = length
        self._by_head: dict[bytes, list[Row[Value_co]]] = {}
        self._by_kind: dict[object, list[Row[Value_co]]] = {}
        self._by_name: dict[str, list[Row[Value_co]]] = {}
        for row in self.rows:
            self._by_head.setdefault(row.head, []).append(row)
            self._by_kind.setdefault(row.kind, []).append(row)
            for name in (row.name, *row.aliases) if row.name else ():
                self._by_name.setdefault(name, []).append(row)

    def value(self, octets: bytes) -> Value_co | None:
        """Return the typed value of the octets, or None when no row takes them."""
        bits = int.from_bytes(octets[2:], "big")
        for row in self._by_head.get(octets[:2], ()):
            value = row.value(bits)
            if value is not None:
                return value
        return None

    def octets(self, value: object) -> bytes | None:
        """Return the octets of a typed value, or None when no row takes it."""
        for row in self._by_kind.get(type(value), ()):
            bits = row.bits(value)
            if bits is not None:
                return row.head + bits.to_bytes(self._length - 2, "big")
        return None

    def text(self, octets: bytes) -> str:
        """Return the text of the octets: by the fields if that tells every bit, or ``0x`` and hexadecimal digits."""
        bits = int.from_bytes(octets[2:], "big")
        for row in self._by_head.get(octets[:2], ()):
            if row.value(bits) is not None:
                return row.text(bits) or f"0x{octets.hex()}"
        return f"0x{octets.hex()}"

    def parse(self, text: str) -> bytes | None:
        """Return the octets that a text by fields writes, or None when no row takes it."""
        name, colon, rest = text.partition(":")
        for row in self._by_name.get(name.lower(), ()):
            bits = row.parse(colon + rest)
            if bits is not None:
                return row.head + bits.to_bytes(self._length - 2, "big")
        return None
