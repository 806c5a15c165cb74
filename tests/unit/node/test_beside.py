"""What goes on beside a context ends with it, whatever ends it; what fails is told."""

import asyncio
from contextlib import nullcontext

import pytest
from structlog.testing import capture_logs

from bgpkit_node.beside import beside


class Work:
    """One that goes on until it is cancelled, or told to fail, and notes how it ended."""

    def __init__(self) -> None:
        """Go on."""
        self.fail = asyncio.Event()
        self.ended = ""

    async def run(self) -> None:
        """Wait; a cancellation takes a moment, and an error may come of it."""
        try:
            await self.fail.wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0.01)
            self.ended = "cancelled"
            raise
        self.ended = "failed"
        raise ZeroDivisionError("why")


@pytest.mark.parametrize("error", [None, KeyError("x")])
async def test_it_lasts_as_long_as_the_context(error: Exception | None) -> None:
    """All of it has ended when the context has; an error inside goes on as it is."""
    first, second = Work(), Work()
    with capture_logs() as logs, pytest.raises(KeyError) if error is not None else nullcontext():
        async with beside(first.run(), second.run()):
            await asyncio.sleep(0)
            assert (first.ended, second.ended) == ("", "")
            if error is not None:
                raise error
    assert (first.ended, second.ended, logs) == ("cancelled", "cancelled", [])


async def test_a_piece_that_fails_is_told_at_once_and_ends_nothing_else() -> None:
    """With the error."""
    first, second = Work(), Work()
    with capture_logs() as logs:
        async with beside(first.run(), second.run()):
            first.fail.set()
            for _ in range(3):
                await asyncio.sleep(0)
            (told,) = logs
            assert second.ended == ""
    assert (told["event"], str(told["exc_info"])) == ("agent.part_failed", "why")
    assert (first.ended, second.ended) == ("failed", "cancelled")
