"""What has come of routes, and when: kept by following the tables, block by block."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final, TypeAlias

from bgpkit import Entry, Family, Path, Route, Source, Speaker

_Place: TypeAlias = tuple[Source, int]
"""Whose path it is, and with which Path Identifier. RFC 7911, section 3."""
_BY_POLICY: Final = "import policy "
"""How the reason begins why a path is not eligible that the import policy has refused."""


@dataclass(slots=True)
class RouteTally:
    """Routes that were news, of one peer and family, since its session began."""

    epoch: int
    """Changes when a session ends."""
    accepted: int = 0
    filtered: int = 0
    """The import policy did not let them be chosen."""
    rejected: int = 0
    """They may not be chosen for another reason, such as a loop."""
    withdrawn: int = 0


class RouteNews:
    """The time of each path's last news, and how many there were.

    News is what a peer has not said before: that a path is judged anew, or told again in the same words, is none.
    It costs an entry of a dict for each route; the time is one object for all routes of a block.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        """Know nothing yet; ``clock`` gives seconds since 1970."""
        self._clock = clock
        self._times: dict[tuple[Family, _Place], dict[bytes, float]] = {}
        self._tallies: dict[tuple[Family, str], RouteTally] = {}

    def follow(self, speaker: Speaker, families: Iterable[Family]) -> None:
        """Take in what becomes of ``families`` until the speaker stops; what it has already is news of this moment."""
        for family in families:
            speaker.subscribe(family, partial(self.take, family))

    def since(self, family: Family, route: Route) -> datetime | None:
        """Return when a unicast route came, or changed, the last time (UTC); None for one that has not been seen."""
        found = self._times.get((family, (route.path.source, route.path.path_id)), {}).get(route.prefix.key)
        return None if found is None else datetime.fromtimestamp(found, UTC)

    def tally(self, family: Family, peer: str) -> RouteTally:
        """Return what has come from ``peer``, an address or ``local``, of ``family``."""
        return self._tallies.get((family, peer), RouteTally(0))

    def take(self, family: Family, keys: list[bytes], old: Entry | None, new: Entry | None) -> None:
        """Take in a block of change."""
        before, after = _by_place(old), _by_place(new)
        for place, path in after.items():
            former = before.pop(place, None)
            if former is None or (former is not path and former.received != path.received):
                self._came(family, place, path, keys)
        for place, path in before.items():
            self._went(family, place, path, keys)

    def _came(self, family: Family, place: _Place, path: Path, keys: list[bytes]) -> None:
        times = self._times.get((family, place))
        if times is None:
            times = self._times[family, place] = {}
        times.update(dict.fromkeys(keys, self._clock()))
        tally = self._tally(family, path.source)
        if path.eligible:
            tally.accepted += len(keys)
        elif path.reason.startswith(_BY_POLICY):
            tally.filtered += len(keys)
        else:
            tally.rejected += len(keys)

    def _went(self, family: Family, place: _Place, path: Path, keys: list[bytes]) -> None:
        times = self._times.get((family, place), {})
        for key in keys:
            times.pop(key, None)
        if not times:
            self._times.pop((family, place), None)
        if path.generation >= path.source.stale_below:  # else it is a session's end that takes it away
            self._tally(family, path.source).withdrawn += len(keys)

    def _tally(self, family: Family, source: Source) -> RouteTally:
        tally = self._tallies.get((family, source.name))
        if tally is None or tally.epoch != source.stale_below:
            tally = self._tallies[family, source.name] = RouteTally(source.stale_below)
        return tally


def _by_place(entry: Entry | None) -> dict[_Place, Path]:
    if entry is None:
        return {}
    paths = (entry,) if isinstance(entry, Path) else entry
    return {(path.source, path.path_id): path for path in paths}
