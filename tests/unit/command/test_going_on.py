"""What goes on beside a command begins with the entry and has ended after the exit."""

import asyncio

import pytest

from bgpkit.command.going_on import GoingOn


class Work(GoingOn):
    """Counts, or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        """Have counted nothing."""
        self.count, self.ended = 0, False
        self._error = error

    async def _go_on(self) -> None:
        try:
            while True:
                self.count += 1
                if self._error is not None:
                    raise self._error
                await asyncio.sleep(0)
        finally:
            self.ended = True


async def test_it_goes_on_from_entry_to_exit() -> None:
    """Not before, and not after."""
    work = Work()
    await asyncio.sleep(0)
    assert work.count == 0
    async with work as entered:
        assert entered is work
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert work.count > 1
    counted = work.count
    await asyncio.sleep(0)
    assert (work.count, work.ended) == (counted, True)


async def test_what_it_raises_is_heard_at_the_exit() -> None:
    """A fault of ours is not lost."""
    with pytest.raises(ZeroDivisionError):
        async with Work(ZeroDivisionError()):
            await asyncio.sleep(0)
