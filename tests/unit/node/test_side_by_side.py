"""Two pieces of work at once: both results, the first error as it is, nothing left running."""

import asyncio

import pytest

from bgpkit_node.side_by_side import side_by_side


class Work:
    """One that waits until it is let, and notes how it ended."""

    def __init__(self) -> None:
        """Wait."""
        self.go = asyncio.Event()
        self.ended = ""

    async def run(self, result: int) -> int:
        """Return ``result``, or raise for a negative one; a cancellation takes a moment."""
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            self.ended = "cancelled"
            raise
        self.ended = "done"
        if result < 0:
            raise ZeroDivisionError from KeyError("why")
        return result


async def test_both_run_at_once_and_return() -> None:
    """Neither waits for the other."""
    one, other = Work(), Work()
    both = asyncio.ensure_future(side_by_side(one.run(1), other.run(2)))
    other.go.set()
    await asyncio.sleep(0.0)
    await asyncio.sleep(0.0)
    assert (one.ended, other.ended) == ("", "done")
    one.go.set()
    assert await both == (1, 2)


@pytest.mark.parametrize("first", [True, False])
async def test_an_error_of_one_ends_the_other(first: bool) -> None:
    """It is raised as it is, with its cause, when the other has ended."""
    failing, other = Work(), Work()
    failing.go.set()
    works = (failing.run(-1), other.run(1)) if first else (other.run(1), failing.run(-1))
    with pytest.raises(ZeroDivisionError) as caught:
        await side_by_side(*works)
    assert isinstance(caught.value.__cause__, KeyError)
    assert other.ended == "cancelled"


async def test_a_cancellation_waits_for_both() -> None:
    """They have ended when it is raised."""
    one, other = Work(), Work()
    both = asyncio.ensure_future(side_by_side(one.run(1), other.run(2)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    both.cancel()
    with pytest.raises(asyncio.CancelledError):
        await both
    assert (one.ended, other.ended) == ("cancelled", "cancelled")
