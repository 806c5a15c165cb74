"""The SendHoldTimer on a real clock: does the peer's TCP take what is sent? RFC 9687."""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

LOOKS: Final = 8
"""Looks in one send hold time: a peer that takes nothing is given up at most an eighth of it late, and never early."""


class Outlet(Protocol):
    """What a connection tells of the octets on their way out."""

    @property
    def octets_sent(self) -> int:
        """How many octets were written so far."""
        ...

    @property
    def octets_waiting(self) -> int:
        """How many of them the TCP of the peer has not taken yet."""
        ...


class SendHold:
    """Watches one outlet at a time, by a look now and then: a message that is sent costs nothing.

    What was written counts as sent when the TCP of the peer has taken it: RFC 9687 leaves to the implementation what
    sending is, and what our own kernel has taken tells nothing of the peer before its buffers are full.
    """

    def __init__(self, sent: Callable[[], None], expired: Callable[[], None]) -> None:
        """Call ``sent`` at a look that finds progress, or nothing waiting, and ``expired`` when the time is over."""
        self._sent = sent
        self._expired = expired
        self._loop = asyncio.get_running_loop()
        self._handle: asyncio.TimerHandle | None = None

    def start(self, outlet: Outlet, seconds: float) -> None:
        """Start, or start anew, to wait ``seconds`` for ``outlet`` to get rid of octets."""
        self.stop()
        self._look_later(outlet, _taken(outlet), self._loop.time() + seconds, seconds / LOOKS)

    def stop(self) -> None:
        """Look no more; nothing happens when no outlet is watched."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _look_later(self, outlet: Outlet, taken: int, deadline: float, step: float) -> None:
        self._handle = self._loop.call_later(step, self._look, outlet, taken, deadline, step)

    def _look(self, outlet: Outlet, taken: int, deadline: float, step: float) -> None:
        self._handle = None
        if not outlet.octets_waiting or _taken(outlet) > taken:
            self._sent()
        elif self._loop.time() >= deadline:
            self._expired()
        else:
            self._look_later(outlet, taken, deadline, step)


def _taken(outlet: Outlet) -> int:
    return outlet.octets_sent - outlet.octets_waiting
