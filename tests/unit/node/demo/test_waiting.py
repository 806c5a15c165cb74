"""Waiting ends when the condition holds, or with a sentence."""

import pytest

from bgpkit_node.demo.waiting import until
from bgpkit_node.errors import NodeError


async def test_a_condition_that_holds_ends_the_waiting() -> None:
    """The third look succeeds; no more are made."""
    looks: list[int] = []

    async def third_time() -> bool:
        looks.append(1)
        return len(looks) == 3

    assert await until("the third look", third_time, pause=0.0) >= 0
    assert len(looks) == 3


async def test_a_condition_that_never_holds_is_named() -> None:
    """After its time the sentence names what did not come."""

    async def never() -> bool:
        return False

    with pytest.raises(NodeError, match=r"^the impossible: not within 0 seconds$"):
        await until("the impossible", never, seconds=0.0)
