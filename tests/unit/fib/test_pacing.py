"""Long walks: others have their turn after some time, not after some items."""

from collections.abc import Iterator

import pytest

from bgpkit.fib import pacing
from bgpkit.fib.pacing import in_turns, paced
from tests.unit.fib.turns import Turns


@pytest.mark.parametrize(("seconds", "turns"), [(-1.0, 5), (1000.0, 0)])
async def test_a_turn_comes_when_its_time_has_come(monkeypatch: pytest.MonkeyPatch, seconds: float, turns: int) -> None:
    """No item takes a turn of its own for nothing; None is work without an item."""
    monkeypatch.setattr(pacing, "SLICE_SECONDS", seconds)
    async with Turns() as passed:
        assert [item async for item in paced([1, None, 2, None, 3])] == [1, 2, 3]
        assert passed.count == turns
        await in_turns([None] * 5)
        assert passed.count == 2 * turns


async def test_all_steps_are_taken() -> None:
    """And no more than once."""
    taken: list[int] = []

    def steps() -> Iterator[None]:
        for number in range(5):
            taken.append(number)
            yield

    await in_turns(steps())
    assert taken == [0, 1, 2, 3, 4]
