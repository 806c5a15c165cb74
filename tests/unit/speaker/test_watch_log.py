"""The log that watchers share: what is kept, for whom, and until when."""

import pytest

from bgpkit import IPV4_UNICAST, IPV6_UNICAST
from bgpkit.speaker import watch_log
from bgpkit.speaker.watch_log import LoggedBlock, WatchLog
from bgpkit_rib import Path, Source, SourceKind, Table

SOURCE = Source("192.0.2.1", SourceKind.EBGP)
KEY, SECOND = b"\x08\x0a", b"\x08\x0b"


def path(*, eligible: bool = True, local_pref: int = 100) -> Path:
    """Return a path."""
    return Path(SOURCE, bytes(4), eligible=eligible, local_pref=local_pref)


class Reader:
    """Reads nothing by itself."""

    def __init__(self, position: int = 0) -> None:
        """Stand at a position."""
        self.position = position
        self.missed: list[LoggedBlock] = []
        self.woken = 0

    def overtaken(self, block: LoggedBlock) -> None:
        """Keep what would be missed."""
        self.missed.append(block)
        self.position += 1

    def wake(self) -> None:
        """Count."""
        self.woken += 1


def test_blocks_are_changes_of_best_paths_and_say_whether_there_was_and_is_one() -> None:
    """A path that may not be chosen is none."""
    log, table, reader = WatchLog(), Table(32), Reader()
    log.join(reader, {IPV4_UNICAST: table})
    table.announce(path(eligible=False), [KEY])
    assert (log.end, reader.woken) == (0, 0)
    table.announce(path(), [KEY, SECOND])
    table.announce(path(local_pref=7), [KEY])
    table.withdraw(SOURCE, [KEY])
    assert (log.first, log.end, reader.woken) == (0, 4, 4)
    told = [(block.keys, block.had, block.has) for block in map(log.block, range(4))]
    assert told == [
        ([KEY], False, True),
        ([SECOND], False, True),
        ([KEY], True, True),
        ([KEY], True, False),
    ]


def test_a_table_is_followed_once_for_all_readers() -> None:
    """Each table that anybody watches has one consumer, until the log is closed."""
    log, four, six = WatchLog(), Table(32), Table(128)
    log.join(Reader(), {IPV4_UNICAST: four})
    log.join(Reader(), {IPV4_UNICAST: four, IPV6_UNICAST: six})
    assert (len(four.consumers), len(six.consumers)) == (1, 1)
    log.close()
    assert four.consumers == six.consumers == ()


def test_readers_that_are_behind_take_in_what_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that have read it already do not."""
    monkeypatch.setattr(watch_log, "KEYS_KEPT", 20)
    log, table, behind, ahead = WatchLog(), Table(32), Reader(), Reader(position=2)
    for reader in (behind, ahead):
        log.join(reader, {IPV4_UNICAST: table})
    for local_pref in range(4):
        table.announce(path(local_pref=local_pref), [KEY])
    assert (log.first, log.end) == (2, 4)
    assert [block.had for block in behind.missed] == [False, True]
    assert ahead.missed == []


def test_two_logs_have_different_names() -> None:
    """So that a cursor of one means nothing to the other."""
    assert WatchLog().name != WatchLog().name
