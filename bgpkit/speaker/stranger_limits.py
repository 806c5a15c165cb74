"""Those who are not let in: what is said of them, and how many of them may become peers."""

import asyncio
from typing import Final

import structlog

NAMED: Final = 64
"""Addresses that are named when they are refused; of more, only how many they are."""


class Strangers:
    """Counts connections that are refused. Whoever scans addresses has many: neither memory nor the log fills."""

    __slots__ = ("_log", "_named", "_next", "refused")

    def __init__(self) -> None:
        """Start with none."""
        self._log = structlog.get_logger("bgpkit.speaker")
        self._named: set[str] = set()
        self._next = 2 * NAMED
        self.refused = 0
        """Connections that have been refused."""

    def refuse(self, address: str, reason: str) -> None:
        """Count one; name it if it is new and few have been named, else say at each doubling how many there are."""
        self.refused += 1
        if address not in self._named and len(self._named) < NAMED:
            self._named.add(address)
            self._log.info("connection.refused", peer=address, reason=reason)
        if self.refused >= self._next:
            self._next *= 2
            self._log.warning("connections.refused", count=self.refused)


class NewPeerRate:
    """A bound on how many new peers come in a second, as many at once at most."""

    __slots__ = ("_at", "_left", "rate")

    def __init__(self, rate: float) -> None:
        """Allow ``rate`` in a second, one at least at once."""
        self.rate = rate
        self._left = max(1.0, rate)
        self._at = _now()

    def allows(self) -> bool:
        """Tell whether another one may come now."""
        now = _now()
        self._left = min(max(1.0, self.rate), self._left + (now - self._at) * self.rate)
        self._at = now
        return self._left >= 1.0

    def take(self) -> None:
        """Take note that one has come."""
        self._left -= 1.0


def _now() -> float:
    return asyncio.get_running_loop().time()
