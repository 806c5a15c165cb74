"""What a watch of the embedded store is told by its own process, and what it has to read."""

from bgpkit_node.datastore.port import WatchEvent
from bgpkit_node.datastore.sqlite_watch import MOST_TOLD, SqliteWatch


def event(key: str, revision: int) -> WatchEvent:
    """Return that of a key that was written."""
    return WatchEvent(key, b"", revision)


def up_to_date(revision: int = 5) -> SqliteWatch:
    """Return a watch of /a/ that has read all there was."""
    watch = SqliteWatch("/a/", 0)
    assert watch.begin_reading()
    watch.end_reading(revision)
    assert not watch.begin_reading()
    return watch


def test_the_next_transaction_need_not_be_read() -> None:
    """What concerns the watch is told, once; of the rest the revision is known."""
    watch = up_to_date()
    watch.tell(6, [event("/b/1", 6)])
    assert not watch.bell.is_set()
    watch.tell(7, [event("/a/1", 7), event("/b/1", 7), event("/a/2", 7)])
    assert watch.bell.is_set()
    assert (watch.take(), watch.take()) == (((event("/a/1", 7), event("/a/2", 7)),), ())
    assert (watch.revision, watch.begin_reading()) == (7, False)


def test_after_a_gap_everything_is_read_from_there() -> None:
    """Somebody else has written in between; what is told after it would come before it."""
    watch = up_to_date()
    watch.tell(6, [event("/a/1", 6)])
    watch.tell(8, [event("/a/3", 8)])
    watch.tell(9, [event("/a/4", 9)])
    assert watch.take() == ((event("/a/1", 6),),)
    assert (watch.revision, watch.begin_reading()) == (6, True)


def test_what_is_told_during_reading_is_read_after_it() -> None:
    """The reading may have missed it or not."""
    for told in (6, 7):
        watch = up_to_date()
        watch.fall_behind()
        assert watch.begin_reading()
        watch.tell(told, [event("/a/1", told)])
        watch.end_reading(6)
        assert (watch.take(), watch.begin_reading()) == ((), True)


def test_a_revision_that_is_known_is_no_news() -> None:
    """One of somebody else is, and an earlier one too: the store was replaced."""
    watch = up_to_date()
    watch.tell(6, [event("/b/1", 6)])
    watch.hear(6)
    assert (watch.bell.is_set(), watch.begin_reading()) == (False, False)
    for revision in (7, 2):
        watch = up_to_date()
        watch.hear(revision)
        assert (watch.bell.is_set(), watch.begin_reading()) == (True, True)


def test_who_does_not_come_for_what_he_is_told_reads_the_rest() -> None:
    """No more is kept than a number of transactions."""
    watch = up_to_date(0)
    for revision in range(1, MOST_TOLD + 3):
        watch.tell(revision, [event("/a/1", revision)])
    assert len(watch.take()) == watch.revision == MOST_TOLD
    assert watch.begin_reading()
