"""Patterns over the AS numbers of a path, as operators write them, and their reading."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from bgpkit.errors import ConfigError
from bgpkit.policy.as_path_automaton import (
    END,
    START,
    Alternatives,
    Automaton,
    Edge,
    Node,
    Numbers,
    Repeated,
    Sequenced,
)
from bgpkit.policy.number_range import NumberRange

_SIGN: Final = re.compile(r"\s+|(\d+)|(\[[^\]]*\])|([.^$_*+?()|])")
_ASN_MAXIMUM: Final = (1 << 32) - 1
_LENGTH_MAXIMUM: Final = 10_000
_DEPTH_MAXIMUM: Final = 50
_ANY: Final = Numbers((NumberRange(0, _ASN_MAXIMUM),))


@dataclass(frozen=True, slots=True)
class AsPathPattern:
    """A regular expression whose letters are whole AS numbers, not digits.

    ``65001`` is that AS, ``[64512-65534 23456]`` one of these, ``.`` any one AS; ``^`` and ``$`` are the ends of the
    path, ``|``, ``( )``, ``*``, ``+`` and ``?`` as usual. ``_`` and spaces only keep numbers apart, so that what is
    written for other routers reads the same: ``^65001_``, ``_65001_``, ``_65001$``, ``^$``, ``^65001 .* 65002$``.
    Segments of all kinds count, in their order. ConfigError says what cannot be read, and where.

    However it is written, it takes one step for each AS number of a path.
    """

    text: str
    _automaton: Automaton = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Read the pattern."""
        object.__setattr__(self, "_automaton", Automaton(_Reader(self.text).read()))

    def matches(self, asns: Sequence[int]) -> bool:
        """Tell whether the pattern is found anywhere in a path, given from the left."""
        return self._automaton.finds(asns)

    def __str__(self) -> str:
        """Return the pattern as written."""
        return self.text


class _Reader:
    """Reads one pattern, by recursive descent."""

    def __init__(self, text: str) -> None:
        if len(text) > _LENGTH_MAXIMUM:
            raise ConfigError(
                f"an AS path pattern of {len(text)} characters is too long; use at most {_LENGTH_MAXIMUM}"
            )
        self._text = text
        self._signs = self._split()
        self._next = 0
        self._depth = 0

    def read(self) -> Node:
        node = self._alternatives()
        if self._next < len(self._signs):
            raise self._fault("has a ) without its (")
        return node

    def _split(self) -> list[str]:
        signs: list[str] = []
        offset = 0
        previous = ""
        while offset < len(self._text):
            found = _SIGN.match(self._text, offset)
            if found is None:
                raise self._fault(f"has {self._text[offset]!r} at place {offset + 1}, which means nothing in it")
            sign = found[0]
            if {previous[-1:].isdecimal(), sign[:1].isdecimal()} == {True, False} and "." in (previous, sign):
                raise self._fault("has a dot beside a number; write AS numbers in plain decimal, and any AS as ' . '")
            previous = sign
            if not sign.isspace():
                signs.append(sign)
            offset = found.end()
        return signs

    def _peek(self) -> str:
        return self._signs[self._next] if self._next < len(self._signs) else ""

    def _take(self) -> str:
        sign = self._peek()
        self._next += 1
        return sign

    def _alternatives(self) -> Node:
        parts = [self._sequence()]
        while self._peek() == "|":
            self._take()
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else Alternatives(tuple(parts))

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while self._peek() not in {"", "|", ")"}:
            sign = self._take()
            if sign == "_":
                if self._peek() in _REPEATS:
                    raise self._fault(f"repeats _ by {self._peek()}, which only keeps numbers apart")
                continue
            parts.append(self._repeated(self._atom(sign)))
        return Sequenced(tuple(parts))

    def _repeated(self, atom: Node) -> Node:
        if self._peek() not in _REPEATS:
            return atom
        if isinstance(atom, Edge):
            raise self._fault(f"repeats an end of the path by {self._peek()}")
        least, many = _REPEATS[self._take()]
        if self._peek() in _REPEATS:
            raise self._fault(f"repeats twice, by {self._peek()}; use parentheses, or say it once")
        return Repeated(atom, least, many)

    def _atom(self, sign: str) -> Node:
        if sign == "(":
            return self._group()
        if sign == "^":
            return START
        if sign == "$":
            return END
        if sign == ".":
            return _ANY
        if sign in _REPEATS:
            raise self._fault(f"repeats nothing by {sign}")
        return Numbers(tuple(self._ranges(sign)))

    def _group(self) -> Node:
        self._depth += 1
        if self._depth > _DEPTH_MAXIMUM:
            raise self._fault(f"is nested more than {_DEPTH_MAXIMUM} deep")
        inner = self._alternatives()
        if self._take() != ")":
            raise self._fault("has a ( without its )")
        self._depth -= 1
        return inner

    def _ranges(self, sign: str) -> list[NumberRange]:
        words = sign.strip("[]").split()
        if sign in {"[0-9]", "[1-9]"}:
            raise self._fault(f"has {sign}, a class of digits elsewhere; numbers are whole here: any AS is ' . '")
        if not words or sign.startswith("[^"):
            raise self._fault(f"has {sign}; write a choice of AS numbers like [64512-65534 23456]")
        try:
            return [NumberRange.parse(word, _ASN_MAXIMUM, "AS number") for word in words]
        except ConfigError as error:
            raise self._fault(f"cannot be read: {error}") from error

    def _fault(self, what: str) -> ConfigError:
        return ConfigError(f"AS path pattern {self._text[:200]!r} {what}")


_REPEATS: Final = {"*": (0, True), "+": (1, True), "?": (0, False)}
