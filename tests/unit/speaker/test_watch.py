"""A watcher's memory is bounded by the number of prefixes, however slow it is."""

import asyncio

from bgpkit.speaker.watch import Watcher
from bgpkit_rib import Path, Prefix, Source, SourceKind, Table

SOURCE = Source("192.0.2.1", SourceKind.EBGP)
OTHER = Source("192.0.2.2", SourceKind.EBGP)
KEYS = [Prefix.parse(f"10.{number}.0.0/16").key for number in range(10)]


def path(local_pref: int, source: Source = SOURCE) -> Path:
    """Return a path that differs by its preference."""
    return Path(source, bytes(4), local_pref=local_pref)


async def test_a_slow_watcher_gets_the_last_state_of_each_prefix_once() -> None:
    """A thousand changes of ten prefixes while nobody reads are ten changes."""
    table = Table(32)
    watcher = Watcher(table, 32)
    for local_pref in range(1000):
        table.announce(path(local_pref), list(KEYS))
    table.withdraw(SOURCE, KEYS[:3])
    watcher.close()
    changes = [change async for change in watcher.changes()]
    assert len(changes) == 10
    preferences = {str(change.prefix): change.route and change.route.path.local_pref for change in changes}
    assert preferences == {f"10.{number}.0.0/16": None if number < 3 else 999 for number in range(10)}


async def test_only_changes_of_the_best_route_count() -> None:
    """A worse path that comes and goes is no news."""
    table = Table(32)
    table.announce(path(200), KEYS[:1])
    watcher = Watcher(table, 32)
    reading = watcher.changes()
    first = await anext(reading)
    assert first.route is not None
    assert first.route.best
    table.announce(path(100, OTHER), KEYS[:1])
    table.withdraw(OTHER, KEYS[:1])
    watcher.close()
    assert [change async for change in reading] == []


async def test_a_waiting_watcher_wakes_for_a_change_and_for_the_end() -> None:
    """A read that waits gets the change when it comes; close ends a read that waits."""
    table = Table(32)
    watcher = Watcher(table, 32)
    reading = watcher.changes()
    waiting = asyncio.ensure_future(anext(reading))
    await asyncio.sleep(0)
    table.announce(path(100), KEYS[:1])
    assert str((await waiting).prefix) == "10.0.0.0/16"
    ending = asyncio.ensure_future(anext(reading, None))
    await asyncio.sleep(0)
    watcher.close()
    assert await ending is None
    table.announce(path(100), KEYS[1:2])
    assert table.consumers == ()
