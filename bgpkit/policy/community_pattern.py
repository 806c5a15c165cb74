"""Patterns for communities of all kinds: exact ones, and such with fields left open."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Final, TypeAlias

from bgpkit.errors import ConfigError
from bgpkit.policy.number_range import NumberRange
from bgpkit.wire import AttributeCode
from bgpkit_rib import Community, ExtendedCommunity, IPv6ExtendedCommunity, LargeCommunity

AnyCommunity: TypeAlias = Community | LargeCommunity | ExtendedCommunity | IPv6ExtendedCommunity


class CommunityKind(Enum):
    """The kinds of community, each in an attribute of its own."""

    STANDARD = ("community", AttributeCode.COMMUNITIES, 4)
    LARGE = ("large community", AttributeCode.LARGE_COMMUNITIES, 12)
    EXTENDED = ("extended community", AttributeCode.EXTENDED_COMMUNITIES, 8)
    IPV6_EXTENDED = ("IPv6 extended community", AttributeCode.IPV6_EXTENDED_COMMUNITIES, 20)

    def __init__(self, title: str, code: int, size: int) -> None:
        """Keep what people call it, the type code of its attribute, and how many octets one has."""
        self.title = title
        self.code = code
        self.size = size

    def parse(self, text: str) -> bytes:
        """Return the octets of the community that ``text`` writes; ValueError says what is wrong."""
        match self:
            case CommunityKind.STANDARD:
                return Community.parse(text).to_bytes(4, "big")
            case CommunityKind.LARGE:
                return octets_of(LargeCommunity.parse(text))
            case CommunityKind.EXTENDED:
                return ExtendedCommunity.parse(text).octets
            case CommunityKind.IPV6_EXTENDED:
                return IPv6ExtendedCommunity.parse(text).octets

    def text(self, octets: bytes) -> str:
        """Return the text of a community in octets."""
        match self:
            case CommunityKind.STANDARD:
                return str(Community(int.from_bytes(octets, "big")))
            case CommunityKind.LARGE:
                return ":".join(str(number) for number in _numbers(octets, 4))
            case CommunityKind.EXTENDED:
                return str(ExtendedCommunity(octets))
            case CommunityKind.IPV6_EXTENDED:
                return str(IPv6ExtendedCommunity(octets))


_FIELDS: Final = {CommunityKind.STANDARD: (2, 2), CommunityKind.LARGE: (4, 3)}
"""Octets of a field, and how many fields there are, of the kinds that are numbers."""
_COLON: Final = re.compile(r":(?![^\[]*\])")
"""A colon outside brackets, which hold an IPv6 address."""
_FILLERS: Final = (
    "1",
    "1:1",
    "0:0:0",
    "0:0:0:0",
    "0",
    "1.1.1.1",
    "1.1.1.1:0",
    "1.1.1.1:0:0",
    "[::]",
    "[::]:0",
    "valid",
    "00:00:00:00:00:01",
)
"""Fields that some kinds of extended community have behind their name; to find out whether a name is known."""
_RANGE: Final = re.compile(r"\d{1,10}-\d{1,10}")
_Field: TypeAlias = NumberRange | str | None
"""Numbers, a word, or None for anything."""


def kind_of(community: AnyCommunity) -> CommunityKind:
    """Return the kind of a community."""
    match community:
        case Community():
            return CommunityKind.STANDARD
        case LargeCommunity():
            return CommunityKind.LARGE
        case ExtendedCommunity():
            return CommunityKind.EXTENDED
        case IPv6ExtendedCommunity():
            return CommunityKind.IPV6_EXTENDED


def octets_of(community: AnyCommunity) -> bytes:
    """Return a community in octets."""
    match community:
        case Community():
            return community.to_bytes(4, "big")
        case LargeCommunity(first, second, third):
            return b"".join(number.to_bytes(4, "big") for number in (first, second, third))
        case ExtendedCommunity() | IPv6ExtendedCommunity():
            return community.octets


@dataclass(frozen=True, slots=True)
class CommunityPattern:
    """A community, or all that have certain fields.

    ``64512:100`` and ``no-export`` are one community each; a field may be ``*`` or a range of numbers: ``64512:*``,
    ``64512:100-199``, ``64512:*:7``, ``rt:64512:*``. A ``*`` at the end stands for all fields that follow, if any:
    ``*`` alone is every community of the kind. Extended ones are compared by their text; one that has no text but
    hexadecimal digits matches those digits, and ``*``. ConfigError when ``text`` cannot be read.
    """

    kind: CommunityKind
    text: str
    exact: bytes | None = field(init=False, compare=False, repr=False)
    """The one community that it matches, in octets; None for a pattern."""
    _fields: tuple[_Field, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Read the text."""
        exact: bytes | None = None
        fields: tuple[_Field, ...] = ()
        try:
            exact = self.kind.parse(self.text)
        except ValueError as error:
            fields = _read(self.kind, self.text, error)
        object.__setattr__(self, "exact", exact)
        object.__setattr__(self, "_fields", fields)

    @classmethod
    def of(cls, community: AnyCommunity) -> "CommunityPattern":
        """Return the pattern that matches one community."""
        return cls(kind_of(community), str(community))

    @classmethod
    def parse(cls, text: str) -> "CommunityPattern":
        """Return the pattern that ``text`` writes; the kind follows from its form.

        Two numbers are a community, three a large one, a word and a colon an extended one, brackets one with an IPv6
        address. ConfigError when no kind fits.
        """
        fields = _COLON.split(text)
        if "[" in text or (text.startswith("0x") and len(text) > 18):
            return cls(CommunityKind.IPV6_EXTENDED, text)
        if text.startswith("0x") or (len(fields) > 1 and fields[0][:1].isalpha()):
            return cls(CommunityKind.EXTENDED, text)
        return cls(CommunityKind.LARGE if len(fields) == 3 else CommunityKind.STANDARD, text)

    def matches(self, octets: bytes) -> bool:
        """Tell whether a community of the kind, in octets, is meant."""
        if self.exact is not None:
            return octets == self.exact
        size = _FIELDS.get(self.kind)
        parts: Sequence[int | str] = _text_fields(self.kind, octets) if size is None else _numbers(octets, size[0])
        fields = self._fields
        if len(fields) != len(parts) and (fields[-1] is not None or len(fields) > len(parts) + 1):
            return False
        return all(_fits(field, part) for field, part in zip(fields, parts, strict=False))

    def __str__(self) -> str:
        """Return the text."""
        return self.text


def _read(kind: CommunityKind, text: str, error: ValueError) -> tuple[_Field, ...]:
    """Return the fields of a pattern; ``error`` says why it is not one community."""
    words = _COLON.split(text)
    if "*" not in words and not any(_RANGE.fullmatch(word) for word in words):
        raise ConfigError(f"{error}; a pattern has * or a range of numbers in place of a field") from error
    size = _FIELDS.get(kind)
    if size is None:
        return (*(_word(word) for word in _named(kind, words)),)
    octets, count = size
    if len(words) > count or (len(words) < count and words[-1] != "*"):
        raise ConfigError(f"{text!r} is no {kind.title}: it has {count} fields, such as {':'.join('*' * count)}")
    most = (1 << 8 * octets) - 1
    return tuple(None if word == "*" else NumberRange.parse(word, most, f"{kind.title} field") for word in words)


def _word(word: str) -> _Field:
    if word == "*":
        return None
    return NumberRange.parse(word, (1 << 32) - 1, "field") if _RANGE.fullmatch(word) else word


def _named(kind: CommunityKind, words: list[str]) -> list[str]:
    """Return the words with the first as the text of a community has it; ConfigError when it names no kind."""
    if words[0] == "*":
        return words
    shape = [_RANGE.sub(lambda found: found[0].split("-")[0], word) for word in words]
    stem = [word for word in shape if word != "*"]
    candidates = [":".join(word.replace("*", "1") for word in shape)]
    candidates += [":".join(stem), *(":".join((*stem, filler)) for filler in _FILLERS)]
    for candidate in candidates:
        try:
            known = kind.text(kind.parse(candidate))
        except ValueError:
            continue
        if not known.startswith("0x"):
            return [_COLON.split(known)[0], *words[1:]]
    raise ConfigError(f"{':'.join(words)!r} is like no {kind.title} that is known; write it like rt:64512:*")


def _fits(field: _Field, part: int | str) -> bool:
    match field:
        case None:
            return True
        case NumberRange():
            number = part if isinstance(part, int) else int(part) if part.isdecimal() else -1
            return number in field
        case str():
            return field == part


def _numbers(octets: bytes, size: int) -> list[int]:
    return [int.from_bytes(octets[start : start + size], "big") for start in range(0, len(octets), size)]


@lru_cache(maxsize=4096)
def _text_fields(kind: CommunityKind, octets: bytes) -> tuple[str, ...]:
    return tuple(_COLON.split(kind.text(octets)))
