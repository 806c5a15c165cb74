"""How long calls of an etcd wait, in virtual time."""

import asyncio

import pytest

from bgpkit_node.datastore.etcd.patience import AT_THE_END, PATIENCE, Patience
from tests.support.virtual_time import run


async def waited(patience: Patience, seconds: float = 1000.0) -> float:
    """Wait for an answer that takes so many seconds; return after how many that has ended, negative without it."""
    began = asyncio.get_running_loop().time()
    try:
        async with patience.bounded():
            await asyncio.sleep(seconds)
    except TimeoutError:
        return began - asyncio.get_running_loop().time()
    return asyncio.get_running_loop().time() - began


def test_calls_have_their_time_each() -> None:
    """Whoever gets an answer within it has it."""

    async def scene() -> None:
        patience = Patience()
        assert await waited(patience, PATIENCE - 1) == pytest.approx(PATIENCE - 1)
        assert await waited(patience) == pytest.approx(-PATIENCE)
        assert not patience.lost
        assert await waited(patience) == pytest.approx(-PATIENCE)

    run(scene())


def test_near_the_end_all_that_wait_have_the_same_moment() -> None:
    """Those that had less left keep that; when one has got no answer, nobody waits any more."""

    async def scene() -> None:
        patience = Patience()
        early = asyncio.ensure_future(waited(patience))
        await asyncio.sleep(PATIENCE - 0.5)
        late = asyncio.ensure_future(waited(patience))
        answered = asyncio.ensure_future(waited(patience, 1.0))
        await asyncio.sleep(0)
        patience.end_soon()
        await asyncio.sleep(0.3)
        patience.end_soon()
        new, later = asyncio.ensure_future(waited(patience, 0.4)), asyncio.ensure_future(waited(patience))
        assert await new == pytest.approx(0.4)
        assert await early == pytest.approx(-PATIENCE)
        assert patience.lost
        assert await later == pytest.approx(0.3 - AT_THE_END)
        assert await late == pytest.approx(-AT_THE_END)
        assert await answered == pytest.approx(1.0)
        assert await waited(patience) == pytest.approx(0.0)

    run(scene())


def test_a_store_that_answers_is_asked_to_the_end_and_one_that_does_not_once() -> None:
    """However late a call comes: what is undone at the end takes several."""

    async def scene() -> None:
        patience = Patience()
        patience.end_soon()
        await asyncio.sleep(AT_THE_END * 3)
        for _ in range(10):
            assert await waited(patience, 0.3) == pytest.approx(0.3)
        assert -1.0 < await waited(patience) < -0.1
        assert await waited(patience) == pytest.approx(0.0)

    run(scene())
