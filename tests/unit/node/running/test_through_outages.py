"""Reading goes on after an outage, from the beginning; whoever follows is not told of errors."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from bgpkit_node.errors import DatastoreError
from bgpkit_node.running import Outages
from bgpkit_node.running import through_outages as module
from bgpkit_node.running.through_outages import through_outages


class Store:
    """Has feeds that end as a test says."""

    def __init__(self, *feeds: tuple[int, ...] | None) -> None:
        """Have one feed after the other, each failing behind its numbers; None fails at once; the last one ends."""
        self._feeds = list(feeds)
        self.begun = 0

    async def feed(self) -> AsyncGenerator[int, None]:
        """Yield the next feed's numbers."""
        self.begun += 1
        numbers = self._feeds.pop(0)
        for number in numbers or ():
            yield number
        if self._feeds:
            raise DatastoreError("no answer")


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Pass over the pauses, and note them."""
    noted: list[float] = []

    async def sleep(seconds: float) -> None:
        """Take no time."""
        noted.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return noted


async def test_what_begins_anew_says_so(pauses: list[float]) -> None:
    """The first item of each feed is marked, so that what was known before can be dropped."""
    store, outages = Store((1, 2), (1, 3), (4,)), Outages()
    found = [item async for item in through_outages("x", store.feed, outages)]
    assert found == [(True, 1), (False, 2), (True, 1), (False, 3), (True, 4)]
    assert (outages.reason, outages.count, len(pauses)) == ("", 2, 2)


async def test_pauses_grow_to_a_bound_and_begin_anew(pauses: list[float]) -> None:
    """Many nodes do not come at the same moment: each pause is somewhere in its upper half."""
    store = Store(*[None] * 9, (1,), None, ())
    found = [item async for item in through_outages("x", store.feed, Outages())]
    assert found == [(True, 1)]
    longest = [0.25, 0.5, 1, 2, 4, 8, 10, 10, 10, 0.25, 0.5]
    assert len(pauses) == len(longest)
    assert all(bound / 2 <= pause <= bound for pause, bound in zip(pauses, longest, strict=True))
    assert max(longest) == module.LONGEST_PAUSE


async def test_during_an_outage_the_reason_can_be_asked_for(pauses: list[float]) -> None:
    """Until something has been read again."""
    del pauses
    store, outages, seen = Store((1,), (2,)), Outages(), list[str]()
    async for _, _ in through_outages("x", store.feed, outages):
        seen.append(outages.reason)
    assert seen == ["", ""]
    silent = Store((1,), ())
    async for _ in through_outages("x", silent.feed, outages):
        pass
    assert outages.reason == "no answer"


async def test_a_feed_that_ends_is_the_end() -> None:
    """The datastore was closed; it is not asked again."""
    store = Store((1,))
    assert [item async for item in through_outages("x", store.feed, Outages())] == [(True, 1)]
    assert store.begun == 1
