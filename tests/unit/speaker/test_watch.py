"""A watcher is told what is, then what changes; its memory is bounded however slow it is; it may come back."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, RouteChange
from bgpkit.speaker import watch, watch_log
from bgpkit.speaker.watch import Watchers
from bgpkit.speaker.watch_events import Lagged, SnapshotEnd, SnapshotStart, WatchEvent
from bgpkit.speaker.watched_prefixes import watched_prefixes
from bgpkit_rib import Path, Prefix, Source, SourceKind, Table

SOURCE = Source("192.0.2.1", SourceKind.EBGP)
OTHER = Source("192.0.2.2", SourceKind.EBGP)
KEYS = [Prefix.parse(f"10.{number}.0.0/16").key for number in range(10)]


def path(local_pref: int = 100, source: Source = SOURCE) -> Path:
    """Return a path that differs by its preference."""
    return Path(source, bytes(4), local_pref=local_pref)


class Watched:
    """Tables and those who watch them."""

    def __init__(self, *, rows: int = 0) -> None:
        """Make a table of each width, the first with so many rows."""
        self.table, self.other = Table(32), Table(128)
        self.tables = {IPV4_UNICAST: self.table, IPV6_UNICAST: self.other}
        self.watchers = Watchers()
        if rows:
            self.table.announce(path(), KEYS[:rows])

    def events(self, since: str = "", *prefixes: str) -> AsyncGenerator[WatchEvent, None]:
        """Watch both tables."""
        return self.watchers.events(self.tables, watched_prefixes(prefixes, self.tables), since)

    def changes(self, *prefixes: str) -> AsyncGenerator[RouteChange, None]:
        """Watch both tables without marks."""
        return self.watchers.changes(self.tables, watched_prefixes(prefixes, self.tables))


def said(event: WatchEvent) -> str:
    """Return an event in short."""
    if isinstance(event, RouteChange):
        return f"{event.nlri}" if event.route is not None else f"no {event.nlri}"
    return type(event).__name__


async def read(events: AsyncGenerator[WatchEvent, None], count: int) -> list[WatchEvent]:
    """Read so many events."""
    return [await anext(events) for _ in range(count)]


async def test_a_snapshot_comes_first_between_its_marks_then_news() -> None:
    """All tables that are watched, then changes of each as they come."""
    watched = Watched(rows=2)
    watched.other.announce(path(), [Prefix.parse("2001:db8::/32").key])
    async with aclosing(watched.events()) as events:
        first = await read(events, 5)
        assert list(map(said, first)) == [
            "SnapshotStart",
            "10.0.0.0/16",
            "10.1.0.0/16",
            "2001:db8::/32",
            "SnapshotEnd",
        ]
        assert [event.family for event in first if isinstance(event, RouteChange)] == [IPV4_UNICAST] * 2 + [
            IPV6_UNICAST
        ]
        watched.table.withdraw(SOURCE, KEYS[:1])
        watched.other.announce(path(), [Prefix.parse("2001:db9::/32").key])
        assert list(map(said, await read(events, 2))) == ["no 10.0.0.0/16", "2001:db9::/32"]


async def test_a_slow_watcher_gets_the_last_state_of_each_prefix_once() -> None:
    """A thousand changes of ten prefixes while nobody reads are ten changes; a prefix that came and went is none."""
    watched = Watched(rows=5)
    async with aclosing(watched.changes()) as changes:
        for _ in range(5):
            await anext(changes)
        waiting = asyncio.ensure_future(anext(changes))
        await asyncio.sleep(0)
        for local_pref in range(1000):
            watched.table.announce(path(local_pref), list(KEYS))
        watched.table.withdraw(SOURCE, [*KEYS[:2], *KEYS[8:]])
        watched.watchers.close()
        heard = [await waiting, *[change async for change in changes]]
    preferences = {str(change.prefix): change.route and change.route.path.local_pref for change in heard}
    assert preferences == {f"10.{number}.0.0/16": None if number < 2 else 999 for number in range(8)}
    assert len(heard) == 8


async def test_only_changes_of_the_best_route_count() -> None:
    """A worse path that comes and goes is no news."""
    watched = Watched()
    watched.table.announce(path(200), KEYS[:1])
    async with aclosing(watched.changes()) as changes:
        first = await anext(changes)
        assert first.route is not None
        assert first.route.best
        watched.table.announce(path(100, OTHER), KEYS[:1])
        watched.table.withdraw(OTHER, KEYS[:1])
        watched.watchers.close()
        assert [change async for change in changes] == []


async def test_a_waiting_watcher_wakes_for_a_change_and_for_the_end() -> None:
    """A read that waits gets the change when it comes; close ends a read that waits, and nothing is left behind."""
    watched = Watched()
    changes = watched.changes()
    waiting = asyncio.ensure_future(anext(changes))
    await asyncio.sleep(0)
    watched.table.announce(path(), KEYS[:1])
    assert str((await waiting).prefix) == "10.0.0.0/16"
    ending = asyncio.ensure_future(anext(changes, None))
    await asyncio.sleep(0)
    watched.watchers.close()
    assert await ending is None
    assert watched.table.consumers == watched.other.consumers == ()


async def test_a_watcher_of_prefixes_is_told_of_what_lies_inside_them_only() -> None:
    """The prefix itself and longer ones, in the snapshot and after it."""
    watched = Watched(rows=3)
    async with aclosing(watched.changes("10.1.0.0/16", "10.8.0.0/15", "2001:db8::/32")) as changes:
        assert said(await anext(changes)) == "10.1.0.0/16"
        inside = [Prefix.parse(text).key for text in ("10.1.128.0/17", "10.8.0.0/15", "10.9.9.9/32")]
        watched.table.announce(path(), [*KEYS[5:7], *inside, Prefix.parse("10.0.0.0/8").key])
        watched.other.announce(path(), [Prefix.parse(text).key for text in ("2001:db8:1::/48", "2001:db9::/32")])
        heard = [said(await anext(changes)) for _ in range(4)]
        assert heard == ["10.1.128.0/17", "10.8.0.0/15", "10.9.9.9/32", "2001:db8:1::/48"]
        watched.table.withdraw(SOURCE, [*KEYS[:3], inside[0]])
        assert [said(await anext(changes)) for _ in range(2)] == ["no 10.1.0.0/16", "no 10.1.128.0/17"]


async def cursor_after(events: AsyncGenerator[WatchEvent, None], count: int) -> str:
    """Return the cursor of the last of so many events."""
    return (await read(events, count))[-1].cursor


async def test_who_comes_back_gets_what_has_changed_since_and_no_snapshot() -> None:
    """A change, a coming and a going while nobody watched; what has not changed does not come."""
    watched = Watched(rows=4)
    async with aclosing(watched.events()) as events:
        cursor = await cursor_after(events, 6)
    watched.table.withdraw(SOURCE, KEYS[:1])
    watched.table.announce(path(300), KEYS[1:2])
    watched.table.announce(path(), KEYS[7:8])
    async with aclosing(watched.events(cursor)) as events:
        assert list(map(said, await read(events, 3))) == ["no 10.0.0.0/16", "10.1.0.0/16", "10.7.0.0/16"]
        cursor = await cursor_after_change(watched, events)
    async with aclosing(watched.events(cursor)) as events:
        watched.table.withdraw(SOURCE, KEYS[3:4])
        assert said(await anext(events)) == "no 10.3.0.0/16"


async def cursor_after_change(watched: Watched, events: AsyncGenerator[WatchEvent, None]) -> str:
    """Return the cursor of one more change."""
    watched.table.announce(path(400), KEYS[2:3])
    return await cursor_after(events, 1)


async def test_a_route_that_was_told_beyond_the_cursor_and_went_is_told_to_be_gone() -> None:
    """Of a batch only the last event moves the cursor; who left within it may know more than the cursor says."""
    watched = Watched()
    async with aclosing(watched.events()) as events:
        await read(events, 2)
        watched.table.announce(path(), KEYS[:3])
        first = await anext(events)
        assert said(first) == "10.0.0.0/16"
    watched.table.withdraw(SOURCE, KEYS[:3])
    async with aclosing(watched.events(first.cursor)) as events:
        assert said(await anext(events)) == "no 10.0.0.0/16"


@pytest.mark.parametrize("spoilt", ["", "x{}", "{}x", "{}99", "4", "-4", "0-00000000-2"])
async def test_a_cursor_of_no_use_means_a_new_snapshot(spoilt: str) -> None:
    """One of another run, cut off, from the future: the picture begins anew."""
    watched = Watched(rows=1)
    async with aclosing(watched.events()) as events:
        cursor = await cursor_after(events, 3)
    async with aclosing(watched.events(spoilt.format(cursor))) as events:
        assert list(map(said, await read(events, 3))) == ["SnapshotStart", "10.0.0.0/16", "SnapshotEnd"]


async def test_a_cursor_is_for_the_same_families_and_prefixes() -> None:
    """Who asks for other ones has a picture of something else."""
    watched = Watched(rows=1)
    async with aclosing(watched.events("", "10.0.0.0/8")) as events:
        cursor = await cursor_after(events, 3)
    async with aclosing(watched.events(cursor)) as events:
        assert isinstance(await anext(events), SnapshotStart)
    async with aclosing(watched.events(cursor, "10.0.0.0/8")) as events:
        watched.table.withdraw(SOURCE, KEYS[:1])
        assert said(await anext(events)) == "no 10.0.0.0/16"


async def test_within_a_snapshot_there_is_nothing_to_go_on_from() -> None:
    """Its events have an empty cursor; its end has one."""
    watched = Watched(rows=2)
    async with aclosing(watched.events()) as events:
        cursors = [event.cursor for event in await read(events, 4)]
    assert cursors[:3] == ["", "", ""]
    assert cursors[3]


async def test_a_watcher_that_the_log_has_overtaken_hears_so_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """``Lagged`` tells how much could not wait; the last state of everything follows."""
    monkeypatch.setattr(watch_log, "KEYS_KEPT", 30)
    watched = Watched(rows=2)
    async with aclosing(watched.events()) as events:
        await read(events, 4)
        for local_pref in range(200, 210):
            watched.table.announce(path(local_pref), KEYS[:4])
        lagged = await anext(events)
        assert isinstance(lagged, Lagged)
        assert lagged.keys == 4 * 8
        heard = await read(events, 4)
        assert [event.route.path.local_pref for event in heard if isinstance(event, RouteChange) and event.route] == (
            [209] * 4
        )


async def test_who_was_away_for_too_long_gets_a_new_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    """The log keeps so many keys; when nobody can go on from it any more it keeps nothing, and costs nothing."""
    monkeypatch.setattr(watch_log, "KEYS_KEPT", 30)
    watched = Watched(rows=2)
    async with aclosing(watched.events()) as events:
        cursor = await cursor_after(events, 4)
    for local_pref in range(200, 204):
        assert len(watched.table.consumers) == 1
        watched.table.announce(path(local_pref), KEYS[:2])
    assert watched.table.consumers == ()
    watched.table.withdraw(SOURCE, KEYS[:1])
    async with aclosing(watched.events(cursor)) as events:
        assert list(map(said, await read(events, 3))) == ["SnapshotStart", "10.1.0.0/16", "SnapshotEnd"]


async def test_what_a_watcher_keeps_is_bounded_by_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prefixes that come and go for ever while nobody reads leave nothing behind."""
    monkeypatch.setattr(watch_log, "KEYS_KEPT", 50)
    watched = Watched(rows=2)
    log = watch_log.WatchLog()
    watcher = watch.Watcher(log, watched.tables, None, "")
    async with aclosing(watcher.events()) as events:
        await read(events, 4)
        for number in range(5000):
            keys = [b"\x20" + number.to_bytes(4, "big")]
            watched.table.announce(path(), keys)
            watched.table.withdraw(SOURCE, keys)
        assert watcher.pending + log.end - log.first < 20
        assert isinstance(await anext(events), Lagged)


async def test_a_long_snapshot_lets_others_have_their_turn() -> None:
    """Between slices the loop turns, even when the reader never waits for anything else."""
    watched = Watched()
    watched.table.announce(path(), [b"\x20" + number.to_bytes(4, "big") for number in range(4 * watch.SLICE)])
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.ensure_future(count())
    async with aclosing(watched.events()) as events:
        while not isinstance(await anext(events), SnapshotEnd):
            pass
    counting.cancel()
    assert turns >= 4


async def test_a_route_told_in_the_midst_of_a_batch_is_known_when_it_goes() -> None:
    """It had gone, came back before its turn, was told, and went again: that is told, too."""
    watched = Watched(rows=3)
    async with aclosing(watched.events()) as events:
        await read(events, 5)
        watched.table.withdraw(SOURCE, KEYS[:2])
        assert said(await anext(events)) == "no 10.0.0.0/16"
        watched.table.announce(path(), KEYS[1:2])
        assert said(await anext(events)) == "10.1.0.0/16"
        watched.table.withdraw(SOURCE, KEYS[1:2])
        watched.table.announce(path(), KEYS[5:6])
        assert list(map(said, await read(events, 2))) == ["no 10.1.0.0/16", "10.5.0.0/16"]


async def test_what_changed_again_before_its_turn_is_told_once() -> None:
    """As it is then, and not again."""
    watched = Watched(rows=3)
    async with aclosing(watched.events()) as events:
        await read(events, 5)
        watched.table.announce(path(200), KEYS[:2])
        assert said(await anext(events)) == "10.0.0.0/16"
        watched.table.announce(path(300), KEYS[1:2])
        second = await anext(events)
        assert isinstance(second, RouteChange)
        assert second.route is not None
        assert second.route.path.local_pref == 300
        watched.table.announce(path(), KEYS[5:6])
        assert said(await anext(events)) == "10.5.0.0/16"


async def test_who_leaves_within_a_batch_is_told_the_rest_of_it_on_return() -> None:
    """And perhaps again what it has been told of it."""
    watched = Watched()
    async with aclosing(watched.events()) as events:
        await read(events, 2)
        watched.table.announce(path(), KEYS[:3])
        cursor = await cursor_after(events, 1)
    async with aclosing(watched.events(cursor)) as events:
        assert set(map(said, await read(events, 3))) == {"10.0.0.0/16", "10.1.0.0/16", "10.2.0.0/16"}


async def test_a_route_told_in_the_midst_of_a_snapshot_is_known_when_it_goes() -> None:
    """It could not be chosen when the snapshot began, but could before its turn."""
    watched = Watched(rows=1)
    watched.table.announce(Path(SOURCE, bytes(4), eligible=False), KEYS[1:2])
    async with aclosing(watched.events()) as events:
        await read(events, 2)
        watched.table.announce(path(), KEYS[1:2])
        assert said(await anext(events)) == "10.1.0.0/16"
        watched.table.withdraw(SOURCE, KEYS[1:2])
        assert list(map(said, await read(events, 2))) == ["SnapshotEnd", "no 10.1.0.0/16"]
