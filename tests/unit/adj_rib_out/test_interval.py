"""The interval between two UPDATEs: what waits, what members have been told of, what goes in the end."""

from bgpkit.adj_rib_out.interval import Interval
from bgpkit_rib import Entry, Path, Source, SourceKind, Table
from tests.support.schedulers import ManualScheduler

SOURCE = Source("source", SourceKind.CLIENT)
ONE, TWO, THREE = (Path(SOURCE, raw) for raw in (b"1", b"2", b"3"))
KEY, OTHER = b"\x08\x0a", b"\x08\x0b"


class Bench:
    """An interval of five seconds on a table."""

    def __init__(self) -> None:
        """Start with nothing to wait for."""
        self.scheduler, self.table, self.calls = ManualScheduler(), Table(32), 0
        self.interval = Interval(5.0, self.table, self.scheduler, self.ready)
        self.table.subscribe(self.changed)

    def changed(self, keys: list[bytes], *change: *tuple[Entry | None, Entry | None, bytes | None]) -> None:
        """Hand on what a group would."""
        self.interval.note(keys, change[0])

    def ready(self) -> None:
        """Count."""
        self.calls += 1


def test_the_first_change_is_due_at_once_and_the_next_after_the_interval() -> None:
    """RFC 4271, section 9.2.1.1: the time counts from the last UPDATE."""
    bench = Bench()
    bench.table.announce(ONE, [KEY])
    bench.scheduler.settle()
    assert (bench.calls, bench.interval.take(9)) == (1, {(None, ONE): [KEY]})
    bench.table.announce(TWO, [KEY])
    bench.scheduler.advance(4.9)
    assert (bench.calls, bench.interval.is_due, bench.interval.take(9)) == (1, False, {})
    bench.scheduler.advance(0.1)
    assert (bench.calls, bench.interval.is_due) == (2, True)
    assert bench.interval.take(9) == {(ONE, TWO): [KEY]}


def test_until_then_members_have_been_told_of_the_former_entry() -> None:
    """Also while only a part of what is due has been taken."""
    bench = Bench()
    bench.table.announce(ONE, [KEY, OTHER])
    bench.scheduler.settle()
    bench.interval.take(9)
    bench.table.announce(TWO, [KEY, OTHER])
    bench.table.announce(THREE, [KEY])
    assert (bench.table.get(KEY), bench.interval.told(KEY)) == (THREE, ONE)
    bench.scheduler.advance(5)
    assert bench.interval.take(1) == {(ONE, THREE): [KEY]}
    bench.table.announce(THREE, [OTHER])
    assert (bench.interval.told(KEY), bench.interval.told(OTHER)) == (THREE, ONE)
    assert bench.interval.take(1) == {(ONE, THREE): [OTHER]}
    assert bench.interval.unsent() == {}


def test_what_is_again_as_it_was_is_not_sent() -> None:
    """Of all changes within an interval only the last state counts."""
    bench = Bench()
    bench.table.announce(ONE, [KEY])
    bench.scheduler.settle()
    bench.interval.take(9)
    bench.table.announce(TWO, [KEY])
    bench.table.announce(ONE, [KEY])
    bench.table.announce(ONE, [OTHER])
    bench.table.withdraw(SOURCE, [OTHER])
    bench.scheduler.advance(5)
    assert bench.interval.take(9) == {}


def test_looking_for_what_is_due_does_not_put_it_off() -> None:
    """The time counts from the last UPDATE, not from the last look."""
    bench = Bench()
    bench.table.announce(ONE, [KEY])
    bench.scheduler.settle()
    bench.interval.take(9)
    bench.scheduler.advance(4)
    assert bench.interval.take(9) == {}
    bench.table.announce(TWO, [KEY])
    bench.scheduler.advance(1)
    assert bench.interval.is_due


def test_nothing_waits_after_clearing() -> None:
    """When the last member has left."""
    bench = Bench()
    bench.table.announce(ONE, [KEY])
    bench.interval.clear()
    bench.scheduler.settle()
    assert (bench.interval.is_due, bench.interval.told(KEY)) == (False, ONE)
