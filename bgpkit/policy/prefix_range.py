"""A prefix with bounds for the length of what lies inside it."""

import re
from dataclasses import dataclass
from typing import Final

from bgpkit.errors import ConfigError
from bgpkit_rib import Prefix

_TEXT: Final = re.compile(r"(\S+)(?: +ge +(\d{1,4}))?(?: +le +(\d{1,4}))?")
_NAMES: Final = {32: "IPv4", 128: "IPv6"}


@dataclass(frozen=True, slots=True)
class PrefixRange:
    """The prefixes inside ``prefix`` whose length lies within bounds; without bounds, that one prefix only.

    ``ge`` alone leaves the longest length open, ``le`` alone starts from the prefix itself. ConfigError when a
    bound is shorter than the prefix or longer than an address, or both are in the wrong order.
    """

    prefix: Prefix
    ge: int | None = None
    """Shortest length that matches, in bits."""
    le: int | None = None
    """Longest length that matches, in bits."""

    def __post_init__(self) -> None:
        """Refuse bounds that match nothing, or not what they seem to."""
        width, length = self.prefix.width, self.prefix.length
        for name, bound in (("ge", self.ge), ("le", self.le)):
            if bound is None:
                continue
            if not 0 <= bound <= width:
                raise ConfigError(f"{name!r} {bound} is longer than an {_NAMES[width]} prefix; use 0 to {width}")
            if bound < length:
                raise ConfigError(f"{name!r} {bound} is shorter than {self.prefix} itself; use {length} to {width}")
        if self.ge is not None and self.le is not None and self.ge > self.le:
            raise ConfigError(f"'ge' {self.ge} is more than 'le' {self.le}; no prefix in {self.prefix} matches both")

    @classmethod
    def parse(cls, text: str) -> "PrefixRange":
        """Return what ``text`` writes as ``10.0.0.0/8``, ``10.0.0.0/8 ge 16 le 24``; ConfigError says what is wrong."""
        found = _TEXT.fullmatch(text.strip())
        if found is None:
            raise ConfigError(f"{text!r} is not a prefix with bounds; write it like '10.0.0.0/8 ge 16 le 24'")
        try:
            prefix = Prefix.parse(found[1])
        except ValueError as error:
            raise ConfigError(str(error)) from error
        return cls(prefix, *(None if bound is None else int(bound) for bound in found.groups()[1:]))

    @classmethod
    def inside(cls, prefix: Prefix) -> "PrefixRange":
        """Return ``prefix`` and everything in it."""
        return cls(prefix, le=prefix.width)

    @property
    def shortest(self) -> int:
        """The shortest length that matches, in bits."""
        return self.prefix.length if self.ge is None else self.ge

    @property
    def longest(self) -> int:
        """The longest length that matches, in bits."""
        if self.le is not None:
            return self.le
        return self.prefix.length if self.ge is None else self.prefix.width

    def __str__(self) -> str:
        """Return the text that ``parse`` reads: ``10.0.0.0/8 ge 16 le 24``."""
        bounds = "".join(f" {name} {bound}" for name, bound in (("ge", self.ge), ("le", self.le)) if bound is not None)
        return f"{self.prefix}{bounds}"
