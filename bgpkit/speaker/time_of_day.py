"""The time of day, for people; a loop that keeps one of its own, as in a simulation, is asked for it."""

import asyncio
from datetime import UTC, datetime
from typing import Protocol, runtime_checkable


@runtime_checkable
class KeepsTimeOfDay(Protocol):
    """An event loop whose clock is not the machine's."""

    def time_of_day(self) -> datetime:
        """Return the time of day that goes with the loop's clock (UTC)."""
        ...


def time_of_day() -> datetime:
    """Return the time of day (UTC); nothing is measured by it, that is for the loop's clock."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return datetime.now(UTC)
    return loop.time_of_day() if isinstance(loop, KeepsTimeOfDay) else datetime.now(UTC)
