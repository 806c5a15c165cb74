"""Refreshes that a peer sends: what it has not announced again at the end of one is gone. RFC 7313, section 4."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

from bgpkit_fsm import Family

REFRESH_SECONDS: Final = 360.0
"""How long a refresh may take before what has not been announced again goes without its end. RFC 7313, section 4."""


class IncomingRefreshes:
    """The refreshes of one peer that are under way, each of a family, from BoRR to EoRR."""

    def __init__(self, begin: Callable[[], int], sweep: Callable[[Family, int], None]) -> None:
        """Call ``begin`` for a new generation of the peer's routes, ``sweep`` for the older ones of a family to go."""
        self._begin = begin
        self._sweep = sweep
        self._families: frozenset[Family] = frozenset()
        self._early: set[Family] = set()
        self._running: dict[Family, tuple[int, asyncio.TimerHandle]] = {}

    @property
    def families(self) -> frozenset[Family]:
        """The families that are being refreshed."""
        return frozenset(self._running)

    def session_up(self, families: Iterable[Family], *, marks: bool) -> None:
        """Take note of a session with ``families``; ``marks`` says that the peer sends End-of-RIB markers."""
        self._families = frozenset(families)
        self._early = set(self._families) if marks else set()

    def end_of_rib(self, family: Family) -> None:
        """Take note that the first table of ``family`` is complete."""
        self._early.discard(family)

    def session_lost(self) -> None:
        """Forget all refreshes: what was not announced again is no worse than the rest."""
        for _, timer in self._running.values():
            timer.cancel()
        self._running.clear()

    def begins(self, family: Family) -> bool:
        """Begin a refresh of ``family``; False where that is ignored: not of the session, or before End-of-RIB.

        RFC 7313, section 4.
        """
        if family not in self._families or family in self._early:
            return False
        self._forget(family)
        timer = asyncio.get_running_loop().call_later(REFRESH_SECONDS, self.ends, family)
        self._running[family] = (self._begin(), timer)
        return True

    def ends(self, family: Family) -> bool:
        """Drop what was not announced again; False where no refresh has begun. RFC 7313, section 4."""
        below = self._forget(family)
        if below is None:
            return False
        self._sweep(family, below)
        return True

    def _forget(self, family: Family) -> int | None:
        running = self._running.pop(family, None)
        if running is None:
            return None
        running[1].cancel()
        return running[0]
