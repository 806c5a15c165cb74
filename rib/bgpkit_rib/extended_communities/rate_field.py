"""The field of extended communities that is a rate, an IEEE 754 number."""

import math
from dataclasses import dataclass
from struct import pack, unpack

from bgpkit_rib.extended_communities.fields import FieldValue


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate as an IEEE 754 number of 32 bits: not negative, not NaN.

    Where ``negative_is_zero``, negative ones are read as zero; they have no text and are never written.
    A value that 32 bits do not hold exactly is rounded to the nearest that they do.
    """

    name: str
    negative_is_zero: bool
    shift: int = 0

    @property
    def mask(self) -> int:
        """The field's bits, in place."""
        return ((1 << 32) - 1) << self.shift

    @property
    def pattern(self) -> str:
        """A decimal number, perhaps with a fraction or an exponent."""
        return r":([0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?|inf)"

    def value(self, bits: int) -> float | None:
        """Return the rate, or None for what is none."""
        rate = _float(bits)
        if math.isnan(rate):
            return None
        if bits >> 31:
            return 0.0 if self.negative_is_zero else None
        return rate

    def bits(self, value: FieldValue) -> int | None:
        """Return the nearest number of 32 bits, or None for what is no rate or too large."""
        if not isinstance(value, int | float):
            return None
        try:
            rate = float(value)
            bits = int.from_bytes(pack(">f", rate), "big")
        except OverflowError:
            return None
        return None if math.isnan(rate) or bits >> 31 else bits

    def text(self, bits: int) -> str | None:
        """Return a whole number in full, another with as few digits as tell it from its neighbours."""
        if bits >> 31 or math.isnan(rate := _float(bits)):
            return None
        if rate.is_integer():
            return f":{int(rate)}"
        return next(f":{text}" for digits in range(1, 10) if self.bits(float(text := f"{rate:.{digits}g}")) == bits)

    def parse(self, text: str | None) -> int | None:
        """Read a decimal number."""
        rate = float(text or "nan")
        return None if math.isinf(rate) and text != "inf" else self.bits(rate)


def _float(bits: int) -> float:
    """Return the number whose IEEE 754 form has these 32 bits."""
    (number,) = unpack(">f", bits.to_bytes(4, "big"))
    return float(number)
