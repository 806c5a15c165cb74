"""A range of numbers, such as of AS numbers or MEDs."""

from dataclasses import dataclass

from bgpkit.errors import ConfigError


@dataclass(frozen=True, slots=True, order=True)
class NumberRange:
    """All whole numbers from ``first`` to ``last``. ConfigError when there are none."""

    first: int
    last: int

    def __post_init__(self) -> None:
        """Refuse an empty range."""
        if self.first > self.last:
            raise ConfigError(f"the range {self.first}-{self.last} is empty; write the smaller number first")

    @classmethod
    def parse(cls, text: str, most: int, what: str) -> "NumberRange":
        """Return what ``text`` writes as ``5`` or ``5-9``, up to ``most``; ConfigError says ``what`` is wrong."""
        numbers = text.split("-")
        if len(numbers) > 2 or not all(number.isascii() and number.isdecimal() for number in numbers):
            raise ConfigError(f"{what} {text!r} is not a number or two with a hyphen; use 0 to {most}")
        # Digits are counted first: a number of many thousands takes long to read.
        if any(len(number.lstrip("0")) > 10 or int(number) > most for number in numbers):
            raise ConfigError(f"{what} {text[:40]!r} is too large; use 0 to {most}")
        return cls(int(numbers[0]), int(numbers[-1]))

    @classmethod
    def of(cls, number: int) -> "NumberRange":
        """Return the range of one number."""
        return cls(number, number)

    def __contains__(self, number: int) -> bool:
        """Tell whether ``number`` lies in the range."""
        return self.first <= number <= self.last

    def __str__(self) -> str:
        """Return ``5`` or ``5-9``."""
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"
