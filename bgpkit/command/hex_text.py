"""Octets written as hex digits, with whatever people put between them."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from bgpkit.command.errors import InputError

_WRONG: Final = re.compile(r"[^0-9a-fA-F \t\r\n\v\f:,xX]|(?<!0)[xX]")
_PREFIX: Final = re.compile("0[xX]")
_SEPARATORS: Final = str.maketrans("", "", " \t\r\n\v\f:,")


def is_hex(text: str) -> bool:
    """Tell whether a text has only what `octets_of_hex` reads, and at least one digit."""
    return _WRONG.search(text) is None and any(letter.isalnum() for letter in text)


def octets_of_hex(chunks: Iterable[str]) -> Iterator[bytes]:
    """Yield the octets that a text, given in chunks, writes in hex digits.

    White space, colons, commas and the prefix ``0x`` may stand anywhere. InputError, behind the octets before it,
    for another character and for an odd number of digits; it says which octet could not be read.
    """
    count, held, half = 0, "", ""
    place = _Place()
    for chunk in chunks:
        text = held + chunk
        # A last 0 may be the first half of 0x.
        text, held = (text[:-1], "0") if text.endswith("0") else (text, "")
        wrong = _WRONG.search(text)
        good = wrong.start() if wrong else len(text)
        digits = half + _PREFIX.sub("", text[:good]).translate(_SEPARATORS)
        half = digits[-1:] if len(digits) % 2 else ""
        octets = bytes.fromhex(digits.removesuffix(half))
        count += len(octets)
        yield octets
        place.move(text[:good])
        if wrong:
            raise InputError(f"octet {count}: {wrong[0]!r} is no hex digit ({place})")
    digits = half + held
    if len(digits) == 2:
        yield bytes.fromhex(digits)
    elif digits:
        raise InputError(f"octet {count}: its second hex digit is missing, the number of digits is odd")


class _Place:
    """Where a character stands in a text, for people: both numbers from 1."""

    def __init__(self) -> None:
        self._line = 1
        self._character = 1

    def move(self, text: str) -> None:
        """Go on past a text."""
        newlines = text.count("\n")
        self._line += newlines
        self._character = len(text) - text.rfind("\n") if newlines else self._character + len(text)

    def __str__(self) -> str:
        return f"line {self._line}, character {self._character}" if self._line > 1 else f"character {self._character}"
