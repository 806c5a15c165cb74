"""What update groups ask of an event loop."""

from collections.abc import Callable
from typing import Protocol


class Scheduler(Protocol):
    """A clock, and calls put off; an asyncio event loop is one."""

    def time(self) -> float:
        """Return the time in seconds, from any start."""
        ...

    def call_soon(self, callback: Callable[[], object], /) -> object:
        """Call ``callback`` after what is going on now."""
        ...

    def call_later(self, delay: float, callback: Callable[[], object], /) -> object:
        """Call ``callback`` when ``delay`` seconds have passed."""
        ...
