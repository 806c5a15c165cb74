"""Dumps: who shares one, when it starts, and what becomes of those that cannot keep up."""

from collections.abc import Iterable

from bgpkit.adj_rib_out.best_writer import BestWriter
from bgpkit.adj_rib_out.dumps import Dumps
from bgpkit.adj_rib_out.export import Export
from bgpkit.adj_rib_out.marker import Marker
from bgpkit.adj_rib_out.member import Member, RouteLimit
from bgpkit.adj_rib_out.stream import Stream
from bgpkit_rib import Source, SourceKind, Table
from tests.support.schedulers import ManualScheduler
from tests.unit.adj_rib_out.test_best_writer import key_of, path_of
from tests.unit.adj_rib_out.test_stream import Port


class Costly(ManualScheduler):
    """Each look at the clock takes a while."""

    cost = 0.0

    def time(self) -> float:
        """Return the time, and let some pass."""
        self.now += self.cost
        return self.now


class Bench:
    """Dumps of a table of three routes."""

    def __init__(self) -> None:
        """Start with nobody to send it to."""
        self.table, self.scheduler, self.stream, self.asked = Table(32), Costly(), Stream(), 0
        self.table.announce(path_of("feeder"), [b"\x08\x0a", b"\x08\x0b", b"\x08\x0c"])
        writer = BestWriter(Export(key_of()), ())
        self.dumps = Dumps(self.stream, writer, self.table.get, self.scheduler, self.ask)

    def ask(self) -> None:
        """Count."""
        self.asked += 1

    def member(self, name: str, *, owed: Marker = Marker.NONE, apart: bool = False) -> tuple[Member, Port]:
        """Enlist a member for the first table."""
        port = Port()
        member = Member(Source(name, SourceKind.CLIENT), port)
        self.dumps.enlist(member, None, owed=owed, apart=apart)
        return member, port

    def turn(self, *, counted: bool = False) -> None:
        """Do one step and send."""
        self.dumps.turn(self.all_keys, counted=counted)
        self.stream.send_all()

    def all_keys(self, further: Iterable[bytes]) -> list[bytes]:
        """Return the keys of the table."""
        return [*self.table.keys(), *further]


def test_members_that_wait_together_share_a_dump_but_not_one_that_lags() -> None:
    """A laggard's missed keys are nobody else's matter."""
    bench = Bench()
    one, two = bench.member("one")[0], bench.member("two")[0]
    apart = bench.member("apart", apart=True)[0]
    shared = bench.dumps.of(one.source)
    assert shared is not None
    assert shared is bench.dumps.of(two.source)
    assert bench.dumps.of(apart.source) is not shared
    bench.dumps.remove(one.source)
    assert list(shared.members) == [two.source]


def test_after_a_dump_others_rest_in_proportion_to_what_it_cost() -> None:
    """So a thousand members that come one after the other do not cost a thousand dumps."""
    bench = Bench()
    bench.scheduler.cost = 0.002
    _, first = bench.member("first")
    bench.turn()
    assert len(first.written) == 1
    bench.scheduler.cost = 0.0
    _, second = bench.member("second")
    bench.turn()
    bench.member("third")
    assert (second.written, bench.dumps.has_more(counted=False), bench.asked) == ([], False, 0)
    bench.scheduler.advance(0.008)
    assert (bench.asked, bench.dumps.has_more(counted=False)) == (1, True)
    bench.turn()
    assert len(second.written) == 1
    assert not bench.dumps.has_more(counted=False), "the third has shared it"


def test_a_dump_waits_for_room_and_for_the_count() -> None:
    """Nothing is written to a transport that is full, nor to a member whose routes have not been counted."""
    bench = Bench()
    member, port = bench.member("member")
    port.room = 0
    bench.turn()
    assert not bench.dumps.has_more(counted=True)
    port.room = 9
    assert bench.dumps.has_more(counted=False)
    bench.dumps.remove(member.source)
    limited = Member(Source("limited", SourceKind.CLIENT), Port())
    limited.limit = RouteLimit(maximum=1, closes=True, exceeded=print)
    bench.dumps.enlist(limited, None)
    assert [bench.dumps.has_more(counted=counted) for counted in (False, True)] == [False, True]


def test_steps_become_smaller_when_they_take_too_long() -> None:
    """The event loop has its turn after about five milliseconds."""
    bench = Bench()
    bench.table.announce(path_of("feeder"), [b"\x18" + number.to_bytes(3) for number in range(5000)])
    bench.scheduler.cost = 0.02
    _, port = bench.member("member")
    for _ in range(3):
        bench.turn()
    sizes = [octets.count(b"\x18") for octets in port.written]
    assert sizes[0] > 1.5 * sizes[1] > 2 * sizes[2]


def test_who_is_put_off_goes_on_with_what_is_left() -> None:
    """And with what came into the log meanwhile; the others of the dump do not notice."""
    bench = Bench()
    (slow, slow_port), (_, brisk_port) = (bench.member(name, owed=Marker.END_OF_RIB) for name in ("slow", "brisk"))
    slow_port.room = 0
    bench.turn()
    bench.dumps.put_off([slow])
    dump = bench.dumps.of(slow.source)
    assert bench.dumps.behind == [dump]
    bench.stream.building.add_block([b"\x08\x0d"], b"later", Source("nobody", SourceKind.CLIENT))
    chunk = bench.stream.close()
    assert chunk is not None
    bench.dumps.passed_by(chunk)
    assert dump is not None
    assert set(dump.dirty) == {b"\x08\x0a", b"\x08\x0b", b"\x08\x0c", b"\x08\x0d"}
    assert Marker.END_OF_RIB in dump.owed
    slow_port.room = 9
    bench.dumps.resume(dump)
    bench.turn()
    assert (len(slow_port.written), len(brisk_port.written)) == (1, 2)
    assert (bench.dumps.behind, bench.dumps.of(slow.source)) == ([], None)


def test_a_change_is_told_to_those_that_move() -> None:
    """And only as long as they do."""
    bench = Bench()
    member = Member(Source("member", SourceKind.CLIENT), Port())
    dump = bench.dumps.enlist(member, None, BestWriter(Export(key_of(cluster_id=2)), ()))
    bench.dumps.told([b"\x08\x0d"], path_of("feeder"))
    assert list(dump.dirty) == [b"\x08\x0d"]
    bench.turn()
    assert bench.dumps.moving == []


def test_only_those_are_owed_a_marker_that_were_to_be_sent_it() -> None:
    """The end of a refresh is none of another laggard's, who would take it for a request. RFC 7313, section 3.2."""
    bench = Bench()
    one, two = (bench.member(name)[0] for name in ("one", "two"))
    bench.turn()
    bench.stream.building.add_block([b"\x08\x0d"], b"end", Source("nobody", SourceKind.CLIENT))
    chunk = bench.stream.close({one.source: one})
    assert chunk is not None
    chunk.markers = Marker.END
    bench.dumps.put_off([one, two])
    behind = [bench.dumps.of(member.source) for member in (one, two)]
    assert [None if dump is None else dump.owed for dump in behind] == [Marker.END, Marker.NONE]
