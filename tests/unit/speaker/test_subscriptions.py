"""Those who follow a table hear what it holds in slices, and no change is lost or told twice meanwhile."""

import asyncio
import socket

import pytest
from structlog.testing import capture_logs

from bgpkit import IPV4_UNICAST
from bgpkit.speaker import subscriptions
from bgpkit.speaker.subscriptions import AT_ONCE, SLICE, Subscription, Subscriptions
from bgpkit_rib import Entry, Path, Source, SourceKind, Table

SOURCE = Source("192.0.2.1", SourceKind.EBGP)
OTHER = Source("192.0.2.2", SourceKind.EBGP)


def keys(first: int, last: int) -> list[bytes]:
    """Return keys of /32 prefixes."""
    return [b"\x20" + number.to_bytes(4, "big") for number in range(first, last)]


def path(source: Source = SOURCE) -> Path:
    """Return a path of its own."""
    return Path(source, bytes(4))


class Picture:
    """What a consumer knows: it refuses a block that does not fit what it was told before."""

    def __init__(self) -> None:
        """Start empty."""
        self.entries: dict[bytes, Entry] = {}
        self.largest = 0

    def consume(self, block: list[bytes], old: Entry | None, new: Entry | None) -> None:
        """Take a block in."""
        assert block
        self.largest = max(self.largest, len(block))
        for key in block:
            assert self.entries.get(key) is old, "the old entry is what was told last"
            if new is None:
                del self.entries[key]
            else:
                self.entries[key] = new


def added(table: Table, picture: Picture) -> tuple[Subscription, Subscriptions]:
    """Let a picture follow a table."""
    all_of_them = Subscriptions()
    return all_of_them.add(IPV4_UNICAST, table, picture.consume), all_of_them


async def test_the_replay_comes_in_slices_with_turns_between() -> None:
    """The first ones come at once, each other in a turn of its own; at the end all has come."""
    table, picture = Table(32), Picture()
    table.announce(path(), keys(0, (AT_ONCE + 3) * SLICE))
    subscription, _ = added(table, picture)
    seen = [len(picture.entries)]
    replayed = asyncio.ensure_future(subscription.replayed())
    while not replayed.done():
        await asyncio.sleep(0)
        if len(picture.entries) > seen[-1]:
            seen.append(len(picture.entries))
    assert seen == [(AT_ONCE + more) * SLICE for more in range(4)]
    assert picture.entries == dict(table.items())


async def test_who_waits_for_a_socket_goes_on_before_the_next_slice() -> None:
    """Who has written the slices before waits for the kernel's answer, and the kernel for what comes next."""
    table, told = Table(32), 0
    table.announce(path(), keys(0, (AT_ONCE + 5) * SLICE))
    loop = asyncio.get_running_loop()
    answered = loop.create_future()
    ours, theirs = socket.socketpair()
    with ours, theirs:

        def consume(block: list[bytes], _old: Entry | None, _new: Entry | None) -> None:
            nonlocal told
            told += len(block)
            if told == (AT_ONCE + 2) * SLICE:
                theirs.send(b"answer")

        def look() -> None:
            answered.set_result(None)
            loop.remove_reader(ours.fileno())

        loop.add_reader(ours.fileno(), look)
        subscription = Subscriptions().add(IPV4_UNICAST, table, consume)
        await answered
        assert told == (AT_ONCE + 2) * SLICE
        await subscription.replayed()


async def test_a_small_table_is_replayed_before_the_call_returns() -> None:
    """What fits the first slices needs no turn of the loop, and an empty table none at all."""
    for count in (0, 3):
        table, picture = Table(32), Picture()
        table.announce(path(), keys(0, count))
        subscription, _ = added(table, picture)
        assert len(picture.entries) == count
        await subscription.replayed()


async def test_changes_during_the_replay_are_told_once_and_in_order() -> None:
    """Of keys that have been replayed and of keys that have not: changes, withdrawals, comings and goings."""
    table, picture = Table(32), Picture()
    first = AT_ONCE * SLICE
    table.announce(path(), keys(0, first + 3 * SLICE))
    subscription, _ = added(table, picture)
    table.announce(path(OTHER), keys(first - 10, first + 10))  # half of them are known
    table.withdraw(SOURCE, keys(first - 20, first + 20))
    table.withdraw(SOURCE, keys(first + 2 * SLICE, first + 2 * SLICE + 5))
    table.announce(path(), keys(first + 2 * SLICE, first + 2 * SLICE + 2))
    table.announce(path(), keys(9 * SLICE, 9 * SLICE + 3))
    table.withdraw(SOURCE, keys(9 * SLICE, 9 * SLICE + 1))
    await subscription.replayed()
    assert picture.entries == dict(table.items())
    table.withdraw(SOURCE, keys(0, 10))
    assert picture.entries == dict(table.items())


@pytest.mark.parametrize("way", ["call", "close"])
async def test_after_the_end_nothing_is_told_and_nobody_waits(way: str) -> None:
    """Neither the rest of the replay nor changes; who waits for the replay goes on."""
    table, picture = Table(32), Picture()
    table.announce(path(), keys(0, (AT_ONCE + 9) * SLICE))
    subscription, every = added(table, picture)
    waiting = asyncio.ensure_future(subscription.replayed())
    await asyncio.sleep(0)
    known = len(picture.entries)
    assert not waiting.done()
    if way == "call":
        subscription()
        subscription()
    else:
        every.close()
    await waiting
    table.withdraw(SOURCE, keys(0, SLICE))
    for _ in range(3):
        await asyncio.sleep(0)
    assert len(picture.entries) == known
    assert table.consumers == ()


async def test_a_consumer_that_raises_in_the_replay_is_logged_and_called_no_more() -> None:
    """Its fault does not reach who subscribed it."""
    table = Table(32)
    table.announce(path(), keys(0, 3))
    table.announce(path(), keys(3, 6))
    heard: list[int] = []

    def broken(block: list[bytes], _old: Entry | None, _new: Entry | None) -> None:
        heard.append(len(block))
        raise ValueError("a fault of the consumer")

    with capture_logs() as logged:
        every = Subscriptions()
        every.add(IPV4_UNICAST, table, broken)
    table.withdraw(SOURCE, keys(0, 3))
    assert heard == [3]
    assert [(entry["event"], entry["family"]) for entry in logged] == [("subscriber.failed", "ipv4-unicast")]
    every.close()


async def test_a_consumer_may_end_its_own_subscription_while_it_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """It hears nothing after that, not even the rest of the slice."""
    monkeypatch.setattr(subscriptions, "SLICE", 2)
    table = Table(32)
    for number in range(2 * AT_ONCE + 2):
        table.announce(path(), keys(number, number + 1))
    heard: list[bytes] = []
    ends: list[Subscription] = []

    def once(block: list[bytes], _old: Entry | None, _new: Entry | None) -> None:
        heard.extend(block)
        if ends:
            ends[0]()

    ends.append(Subscriptions().add(IPV4_UNICAST, table, once))
    await ends[0].replayed()
    assert len(heard) == 2 * AT_ONCE + 1
