"""The prefixes that a watcher asks for, and all that lies inside them."""

from collections.abc import Iterable
from typing import Final

from bgpkit.adj_rib_out import Covering
from bgpkit.errors import ConfigError
from bgpkit.wire import ROWS
from bgpkit_fsm import Family
from bgpkit_rib import Prefix


class WatchedPrefixes:
    """A choice of destinations in unicast families: some prefixes with the longer ones inside them."""

    __slots__ = ("_covering", "_named", "prefixes")

    def __init__(self, prefixes: Iterable[Prefix]) -> None:
        """Choose ``prefixes`` and what lies inside them."""
        self.prefixes: Final = frozenset(prefixes)
        widths = {prefix.width for prefix in self.prefixes}
        self._named = {width: {each.key for each in self.prefixes if each.width == width} for width in widths}
        self._covering = {width: Covering(named) for width, named in self._named.items()}

    def has(self, width: int, key: bytes) -> bool:
        """Tell whether a key of a table with addresses of ``width`` bits is chosen."""
        return bool(self.of(width, [key]))

    def of(self, width: int, keys: list[bytes]) -> list[bytes]:
        """Return those of ``keys`` that are chosen."""
        covering = self._covering.get(width)
        if covering is None:
            return []
        inside = self._named[width].union(*covering.over(keys).values())
        return [key for key in keys if key in inside]


def watched_prefixes(prefixes: Iterable[str | Prefix], families: Iterable[Family]) -> WatchedPrefixes | None:
    """Return the choice that ``prefixes`` make, None for no bound.

    ValueError for a text that is no prefix; ConfigError where one of ``families`` has no bare prefixes.
    """
    parsed = [Prefix.parse(each) if isinstance(each, str) else each for each in prefixes]
    if not parsed:
        return None
    others = [str(family) for family in families if not ROWS[family].width]
    if others:
        raise ConfigError(f"routes of {', '.join(others)} are no bare prefixes; watch them without prefixes")
    return WatchedPrefixes(parsed)
