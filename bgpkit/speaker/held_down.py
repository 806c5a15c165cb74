"""A peer that has been sent away: for some seconds, or until an operator lets it come back."""

import asyncio
from collections.abc import Callable


class HeldDown:
    """Whether a peer may not have a session, and until when."""

    __slots__ = ("_come_back", "_timer", "active")

    def __init__(self, come_back: Callable[[], object]) -> None:
        """Call ``come_back`` when the time is over."""
        self._come_back = come_back
        self._timer: asyncio.TimerHandle | None = None
        self.active = False
        """Whether the peer is kept away."""

    def hold(self, seconds: float | None) -> None:
        """Keep the peer away from now on, for ``seconds`` or, with None, until :meth:`let_go`."""
        self.let_go()
        self.active = True
        if seconds is not None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._over)

    def let_go(self) -> None:
        """Keep the peer away no longer; nothing is called."""
        self.active = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _over(self) -> None:
        self.let_go()
        self._come_back()
