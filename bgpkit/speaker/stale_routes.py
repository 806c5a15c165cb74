"""The helper's side of a graceful restart: which families of one peer hold stale routes, and until when.

RFC 4724, section 4.2; RFC 8538, section 4.1; RFC 9494, section 4.2.
"""

import asyncio
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from bgpkit.speaker.retention import Retention
from bgpkit_fsm import Family

STALE_SECONDS: Final = 360.0
"""How long a returned peer may take to its End-of-RIB before its stale routes go. RFC 4724, section 4.2."""


class _Kept:
    """The stale routes of one family."""

    __slots__ = ("long_lived", "retention", "timer", "until")

    def __init__(self, retention: Retention, until: float) -> None:
        self.retention = retention
        self.until = until
        """When they have been kept long enough, however often the peer came and went; long-lived ones aside."""
        self.timer: asyncio.TimerHandle | None = None
        """Of the restart time, or of what the returned peer may take."""
        self.long_lived: asyncio.TimerHandle | None = None
        """Of the long-lived stale time; it is never set anew."""

    def arm(self, seconds: float | None, call: Callable[[Family], None], family: Family) -> None:
        if self.timer is not None:
            self.timer.cancel()
        self.timer = None if seconds is None else asyncio.get_running_loop().call_later(seconds, call, family)

    def cancel(self) -> None:
        for timer in (self.timer, self.long_lived):
            if timer is not None:
                timer.cancel()


class StaleRoutes:
    """Keeps routes through the restart of a peer: as they are for a time, then as the last resort for another."""

    def __init__(self, sweep: Callable[[Family], None], mark: Callable[[Family], None]) -> None:
        """Call ``sweep`` when the stale routes of a family have to go, ``mark`` when they become long-lived stale."""
        self._sweep = sweep
        self._mark = mark
        self._kept: dict[Family, _Kept] = {}
        self._expired: set[Family] = set()
        self._up = False

    @property
    def families(self) -> frozenset[Family]:
        """The families that hold stale routes."""
        return frozenset(self._kept)

    @property
    def long_lived(self) -> frozenset[Family]:
        """Those of them whose stale routes are the last resort. RFC 9494, section 4.3."""
        return frozenset(family for family, kept in self._kept.items() if kept.long_lived is not None)

    def let_go(self, coming: Mapping[Family, Retention]) -> None:
        """Drop what has been stale before a session that is lost now, unless by ``coming`` it is kept, too.

        RFC 4724, section 4.2; RFC 8538, section 4.1; RFC 9494, section 4.2.
        """
        for family in self.families:
            retention = coming.get(family)
            if retention is None or not retention.keeps_older:
                self._drop(family)

    def session_lost(self, coming: Mapping[Family, Retention]) -> None:
        """Keep the routes of the families that ``coming`` names, each for its time, while the peer is away.

        Whose long-lived stale time passed before the peer had told all it knew, are not kept. RFC 9494, section 4.2.
        """
        self._up = False
        expired, self._expired = self._expired, set()
        now = asyncio.get_running_loop().time()
        for family, retention in coming.items():
            if family in expired:
                continue
            kept = self._kept.get(family)
            if kept is None:
                kept = self._kept[family] = _Kept(retention, now + retention.restart_time + STALE_SECONDS)
            kept.retention = retention
            if kept.long_lived is not None:
                kept.arm(None, self._drop, family)
                self._mark(family)
                continue
            seconds = min(retention.restart_time, max(0.0, kept.until - now))
            if seconds:
                kept.arm(seconds, self._restart_time_passed, family)
            else:
                self._restart_time_passed(family)

    def session_back(self, preserved: AbstractSet[Family], long_lived_preserved: AbstractSet[Family]) -> None:
        """Keep until End-of-RIB what the peer says it went on forwarding; the rest goes at once.

        RFC 4724, section 4.2; of long-lived stale routes their own capability speaks: RFC 9494, section 4.2.
        """
        self._up = True
        now = asyncio.get_running_loop().time()
        for family, kept in tuple(self._kept.items()):
            long_lived = kept.long_lived is not None
            if family not in (long_lived_preserved if long_lived else preserved):
                self._drop(family)
            else:
                seconds = STALE_SECONDS if long_lived else min(STALE_SECONDS, max(0.0, kept.until - now))
                kept.arm(seconds, self.end_of_rib, family)

    def end_of_rib(self, family: Family) -> None:
        """Drop the routes of ``family`` that the peer has not announced again."""
        self._expired.discard(family)
        self._drop(family)

    def expire(self) -> None:
        """Drop all stale routes now."""
        for family in self.families:
            self._drop(family)

    def cancel(self) -> None:
        """Forget the stale routes without dropping them; nothing is called any more."""
        for kept in self._kept.values():
            kept.cancel()
        self._kept.clear()
        self._expired.clear()

    def _restart_time_passed(self, family: Family) -> None:
        kept = self._kept[family]
        seconds = kept.retention.long_lived_time
        if not seconds:
            self._drop(family)
            return
        kept.arm(None, self._drop, family)
        kept.long_lived = asyncio.get_running_loop().call_later(seconds, self._long_lived_time_passed, family)
        self._mark(family)

    def _long_lived_time_passed(self, family: Family) -> None:
        if self._up:
            self._expired.add(family)
        self._drop(family)

    def _drop(self, family: Family) -> None:
        kept = self._kept.pop(family, None)
        if kept is not None:
            kept.cancel()
            self._sweep(family)
