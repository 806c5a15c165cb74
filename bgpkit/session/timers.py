"""The machine's timers on a real clock."""

import asyncio
import random
from collections.abc import Callable
from typing import Final

from bgpkit_fsm import Slot, Timer

_JITTERED: Final = frozenset({Timer.CONNECT_RETRY, Timer.KEEPALIVE})
"""Timers spread by a random factor of 0.75 to 1.0. RFC 4271, section 10."""

_LEAST_KEEPALIVE_SECONDS: Final = 1.0
"""KEEPALIVEs MUST NOT be sent more frequently than that, jitter or not. RFC 4271, section 4.4."""

SYSTEM_JITTER: Final[random.Random] = random.SystemRandom()
"""Where the factors come from unless somebody says otherwise."""


class Timers:
    """Runs timers by slot.

    The hold timer is restarted by every read of a busy session; so that this costs nothing, only
    its deadline is stored, and the deadline is checked when the timer fires.
    """

    def __init__(self, expired: Callable[[Timer, Slot], None], jitter: random.Random = SYSTEM_JITTER) -> None:
        """Call ``expired`` when a timer runs out; the random factors come from ``jitter``."""
        self._expired = expired
        self._jitter = jitter
        self._loop = asyncio.get_running_loop()
        self._handles: dict[tuple[Slot, Timer], asyncio.TimerHandle] = {}
        self._hold_deadlines: dict[Slot, float] = {}

    def start(self, slot: Slot, timer: Timer, seconds: float) -> None:
        """Start or restart ``timer`` of ``slot``; it runs out after ``seconds`` (jittered where the RFC says so)."""
        if timer is Timer.HOLD:
            self._hold_deadlines[slot] = deadline = self._loop.time() + seconds
            running = self._handles.get((slot, timer))
            if running is not None and running.when() <= deadline:
                return
            self._schedule(slot, timer, seconds)
            return
        if timer in _JITTERED:
            least = min(seconds, _LEAST_KEEPALIVE_SECONDS) if timer is Timer.KEEPALIVE else 0.0
            seconds = max(least, seconds * self._jitter.uniform(0.75, 1.0))
        self._schedule(slot, timer, seconds)

    def stop(self, slot: Slot, timer: Timer) -> None:
        """Stop ``timer`` of ``slot``; nothing happens when it does not run."""
        if timer is Timer.HOLD:
            self._hold_deadlines.pop(slot, None)
        handle = self._handles.pop((slot, timer), None)
        if handle is not None:
            handle.cancel()

    def seconds_left(self, slot: Slot, timer: Timer) -> float:
        """Return when ``timer`` of ``slot`` runs out; 0 where it does not run, or has run out."""
        handle = self._handles.get((slot, timer))
        if handle is None:
            return 0.0
        deadline = self._hold_deadlines.get(slot, 0.0) if timer is Timer.HOLD else handle.when()
        return max(0.0, deadline - self._loop.time())

    def stop_all(self) -> None:
        """Stop every timer."""
        for handle in self._handles.values():
            handle.cancel()
        self._handles.clear()
        self._hold_deadlines.clear()

    def _schedule(self, slot: Slot, timer: Timer, seconds: float) -> None:
        old = self._handles.pop((slot, timer), None)
        if old is not None:
            old.cancel()
        self._handles[slot, timer] = self._loop.call_later(seconds, self._fire, slot, timer)

    def _fire(self, slot: Slot, timer: Timer) -> None:
        del self._handles[slot, timer]
        if timer is Timer.HOLD:
            remaining = self._hold_deadlines.get(slot, 0.0) - self._loop.time()
            if remaining > 0:
                self._schedule(slot, timer, remaining)
                return
        self._expired(timer, slot)
