"""The fields that the values of extended communities are made of: their bits, what they mean, how they are written.

Every field knows where it stands (``shift`` and ``mask``, counted from the least significant bit of the value) and
turns its bits into a value and a text and back. What it gives for bits it does not know is None: then the community
is of another row, or of none. A text starts with the colon before it and is empty where there is nothing to say;
``pattern`` is a regular expression for it with one group.
"""

from dataclasses import dataclass
from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address
from typing import Protocol, TypeAlias

from bgpkit_rib.decimals import read_decimal
from bgpkit_rib.mac_address import MacAddress

FieldValue: TypeAlias = int | float | IPv4Address | IPv6Address | MacAddress


class Field(Protocol):
    """What a row asks of its fields."""

    @property
    def name(self) -> str:
        """The name of the value's attribute."""
        ...

    @property
    def shift(self) -> int:
        """How many bits of the community's value stand after the field."""
        ...

    @property
    def mask(self) -> int:
        """The field's bits, in place."""
        ...

    @property
    def pattern(self) -> str:
        """A regular expression with one group for the field's text, which may be empty."""
        ...

    def value(self, bits: int) -> FieldValue | None:
        """Return what the bits mean, or None when they are not for this row."""
        ...

    def bits(self, value: FieldValue) -> int | None:
        """Return the bits of a value, or None when it does not fit."""
        ...

    def text(self, bits: int) -> str | None:
        """Return how the bits are written, or None when they have no text."""
        ...

    def parse(self, text: str | None) -> int | None:
        """Return the bits that a text of the pattern writes, None when they do not fit; no text is None, too."""
        ...


@dataclass(frozen=True, slots=True)
class Number:
    """An unsigned number, within ``low`` and ``high`` if they are given."""

    name: str
    shift: int
    width: int
    low: int = 0
    high: int | None = None

    @property
    def mask(self) -> int:
        """The field's bits, in place."""
        return ((1 << self.width) - 1) << self.shift

    @property
    def pattern(self) -> str:
        """Decimal digits."""
        return ":([0-9]+)"

    def value(self, bits: int) -> int | None:
        """Return the number if it is within the limits."""
        return bits if self.low <= bits and (self.high is None or bits <= self.high) else None

    def bits(self, value: FieldValue) -> int | None:
        """Return the number if it is one and within the limits."""
        return self.value(value) if isinstance(value, int) and 0 <= value < 1 << self.width else None

    def text(self, bits: int) -> str:
        """Return the number in decimal."""
        return f":{bits}"

    def parse(self, text: str | None) -> int | None:
        """Read a decimal number without leading zeros."""
        number = read_decimal(text or "", self.width)
        return None if number is None else self.value(number)


@dataclass(frozen=True, slots=True)
class Flag:
    """A bit that is written as a word when it is set."""

    name: str
    shift: int
    word: str

    @property
    def mask(self) -> int:
        """The bit, in place."""
        return 1 << self.shift

    @property
    def pattern(self) -> str:
        """The word, or nothing."""
        return f"(:{self.word})?"

    def value(self, bits: int) -> bool:
        """Tell whether the bit is set."""
        return bool(bits)

    def bits(self, value: FieldValue) -> int | None:
        """Return the bit of a truth value."""
        return int(value) if isinstance(value, bool) else None

    def text(self, bits: int) -> str:
        """Return the word, or nothing."""
        return f":{self.word}" if bits else ""

    def parse(self, text: str | None) -> int:
        """Read the word, or its absence."""
        return int(text is not None)


@dataclass(frozen=True, slots=True)
class BinaryDigits:
    """A small number that is written in binary digits, and not at all when it is zero."""

    name: str
    shift: int
    width: int

    @property
    def mask(self) -> int:
        """The field's bits, in place."""
        return ((1 << self.width) - 1) << self.shift

    @property
    def pattern(self) -> str:
        """As many binary digits as there are bits, or nothing."""
        return f"(:[01]{{{self.width}}})?"

    def value(self, bits: int) -> int:
        """Return the number."""
        return bits

    def bits(self, value: FieldValue) -> int | None:
        """Return the number if it fits."""
        return value if isinstance(value, int) and 0 <= value < 1 << self.width else None

    def text(self, bits: int) -> str:
        """Return the digits, or nothing."""
        return f":{bits:0{self.width}b}" if bits else ""

    def parse(self, text: str | None) -> int:
        """Read the digits, or their absence."""
        return int(text[1:], 2) if text else 0


@dataclass(frozen=True, slots=True)
class Code:
    """A number of a registry, written by its name; what is not in the registry is written in decimal, or unknown."""

    name: str
    shift: int
    width: int
    registry: type[IntEnum]
    closed: bool = False
    """Whether a number that is not in the registry is an error."""

    @property
    def mask(self) -> int:
        """The field's bits, in place."""
        return ((1 << self.width) - 1) << self.shift

    @property
    def pattern(self) -> str:
        """A word or decimal digits."""
        return ":([0-9a-z_-]+)"

    def value(self, bits: int) -> int | None:
        """Return the member of the registry; for a number without one the number itself, or None."""
        if bits in self.registry.__members__.values():
            return self.registry(bits)
        return None if self.closed else bits

    def bits(self, value: FieldValue) -> int | None:
        """Return the number if it is one that can be."""
        if not isinstance(value, int) or not 0 <= value < 1 << self.width or self.value(value) is None:
            return None
        return int(value)

    def text(self, bits: int) -> str | None:
        """Return the name in lower case with hyphens, or the number."""
        code = self.value(bits)
        if isinstance(code, IntEnum):
            return ":" + code.name.lower().replace("_", "-")
        return None if code is None else f":{bits}"

    def parse(self, text: str | None) -> int | None:
        """Read the name or the number."""
        word = (text or "").upper().replace("-", "_")
        if word in self.registry.__members__:
            return int(self.registry[word])
        number = read_decimal(word, self.width)
        return None if number is None or self.value(number) is None else number


@dataclass(frozen=True, slots=True)
class Reserved:
    """The bits that the specification reserves, wherever they are: kept as a number, in place, and without a text."""

    mask: int
    name: str = "reserved"
    shift: int = 0

    @property
    def pattern(self) -> str:
        """Nothing."""
        return "()"

    def value(self, bits: int) -> int:
        """Return the bits, in place."""
        return bits

    def bits(self, value: FieldValue) -> int | None:
        """Return the bits if all of them are reserved ones."""
        return value if isinstance(value, int) and value & ~self.mask == 0 else None

    def text(self, bits: int) -> str | None:
        """Return nothing for zero; other bits have no text."""
        return None if bits else ""

    def parse(self, text: str | None) -> int:
        """Return zero."""
        return 0
