"""Update groups: one encode for all, no echo, laggards, the first table; the law of them all is a property test."""

import pytest

from bgpkit.adj_rib_out import ExportKey, RouteLimit, UpdateGroup
from bgpkit.adj_rib_out import group as group_module
from bgpkit.adj_rib_out.log import CHUNK_COST
from bgpkit.policy import ACCEPT_ALL
from bgpkit.wire import encode_attributes, encode_end_of_rib
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import AsPath, Origin, Path, PathAttributes, Source, SourceKind, Table, make_path
from tests.support.schedulers import ManualScheduler

END_OF_RIB = encode_end_of_rib(IPV4_UNICAST)


class Port:
    """A session that remembers what it was given."""

    def __init__(self) -> None:
        """Read from the start."""
        self.writable = True
        self.written: list[bytes] = []

    def write(self, octets: bytes) -> None:
        """Remember ``octets``."""
        self.written.append(octets)

    @property
    def octets(self) -> bytes:
        """All that was written."""
        return b"".join(self.written)


class Bench:
    """A table, a group on it, and an event loop that turns by hand."""

    def __init__(self) -> None:
        """Start with an empty table and no member."""
        self.table = Table(32)
        self.scheduler = ManualScheduler()
        key = ExportKey(
            family=IPV4_UNICAST,
            kind=SourceKind.CLIENT,
            local_asn=64512,
            cluster_id=1,
            next_hop=bytes((192, 0, 2, 1)),
            policy=ACCEPT_ALL,
        )
        self.group = UpdateGroup(key, self.table, self.scheduler)
        self.table.subscribe(self.group.changed)

    def turn(self) -> None:
        """Let everything happen that was put off."""
        self.scheduler.settle()

    def member(self, name: str) -> tuple[Source, Port]:
        """Join a member and let it have its first table."""
        source, port = Source(name, SourceKind.CLIENT, bgp_identifier=hash(name) & 0xFFFF), Port()
        self.group.join(source, port)
        self.turn()
        return source, port


def path_of(source: Source, med: int = 0) -> Path:
    """Return a path of ``source``."""
    attributes = PathAttributes(origin=Origin.IGP, as_path=AsPath(), med=med)
    return make_path(source, encode_attributes(attributes, IPV4_UNICAST), next_hop=bytes(4), med=med)


def keys(count: int, start: int = 0) -> list[bytes]:
    """Return ``count`` different /24 keys."""
    return [bytes((24, 10, number >> 8, number & 255)) for number in range(start, start + count)]


def test_all_members_are_given_the_same_object() -> None:
    """Encoded once: the chunk for the second member is the object that the first was given."""
    bench = Bench()
    _, one = bench.member("one")
    _, two = bench.member("two")
    one.written.clear()
    two.written.clear()
    bench.table.announce(path_of(Source("feeder", SourceKind.EBGP)), keys(3))
    bench.turn()
    assert len(one.written) == 1
    assert one.written[0] is two.written[0]


def test_the_first_table_ends_with_end_of_rib() -> None:
    """RFC 4724, section 2: also where there is nothing to send."""
    bench = Bench()
    _, empty = bench.member("empty")
    assert empty.octets == END_OF_RIB
    bench.table.announce(path_of(Source("feeder", SourceKind.EBGP)), keys(3))
    bench.turn()
    _, late = bench.member("late")
    assert late.octets.endswith(END_OF_RIB)
    assert all(key in late.octets for key in keys(3))


def test_a_source_hears_nothing_of_its_own_routes() -> None:
    """RFC 4456, section 6: a route is not sent back to the client it came from."""
    bench = Bench()
    source, port = bench.member("source")
    _, other = bench.member("other")
    port.written.clear()
    other.written.clear()
    bench.table.announce(path_of(source), keys(2))
    bench.turn()
    assert port.octets == b""
    assert all(key in other.octets for key in keys(2))


def test_a_stalled_member_is_not_written_to_and_holds_nobody_up() -> None:
    """The transport is never over-filled; others go on."""
    bench = Bench()
    _, stalled = bench.member("stalled")
    _, brisk = bench.member("brisk")
    stalled.written.clear()
    stalled.writable = False
    bench.table.announce(path_of(Source("feeder", SourceKind.EBGP)), keys(10))
    bench.turn()
    assert stalled.written == []
    assert all(key in brisk.octets for key in keys(10))


@pytest.mark.interpreted
def test_a_laggard_leaves_the_log_and_is_sent_the_last_state_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounded memory: however often routes change, what waits for a stalled member is one entry a key."""
    monkeypatch.setattr(group_module, "LAG_LIMIT", 1000)
    bench = Bench()
    source, stalled = bench.member("stalled")
    stalled.writable = False
    stalled.written.clear()
    feeder = Source("feeder", SourceKind.EBGP)
    for round_of_changes in range(50):
        bench.table.announce(path_of(feeder, med=round_of_changes), keys(5))
        bench.turn()
    bench.table.withdraw(feeder, keys(1))
    bench.turn()
    stalled.writable = True
    bench.group.pump(source)
    bench.turn()
    assert not any(bench.group.owes(source, key) for key in keys(5))
    # Five keys: four announced with one attribute block, one withdrawn, each once.
    assert len(stalled.octets) < 200
    assert stalled.octets.count(keys(1)[0]) == 1
    assert all(stalled.octets.count(key) == 1 for key in keys(5))


def test_the_log_is_forgotten_when_everybody_has_it() -> None:
    """Chunks are kept only while somebody still needs them."""
    bench = Bench()
    source, port = bench.member("member")
    feeder = Source("feeder", SourceKind.EBGP)
    port.writable = False
    for start in range(5):
        bench.table.announce(path_of(feeder, med=start), keys(1, start))
        bench.turn()
    assert bench.group.kept_chunks == 5
    assert bench.group.owes(source, keys(1)[0])
    port.writable = True
    bench.group.pump(source)
    assert not bench.group.owes(source, keys(1)[0])
    assert bench.group.kept_chunks == 0


def test_a_large_burst_is_cut_into_chunks() -> None:
    """A chunk is closed at 64 KiB without waiting for the end of the turn, so that octets flow early."""
    bench = Bench()
    _, port = bench.member("member")
    port.written.clear()
    feeder = Source("feeder", SourceKind.EBGP)
    for number in range(3000):
        bench.table.announce(path_of(feeder, med=number), keys(1, number))
    bench.turn()
    assert len(port.written) > 1
    assert max(map(len, port.written)) < 2 * group_module.CHUNK_LENGTH


def test_leaving_ends_everything_for_the_member() -> None:
    """A member that left is written to no more."""
    bench = Bench()
    source, port = bench.member("member")
    port.written.clear()
    bench.group.leave(source)
    bench.table.announce(path_of(Source("feeder", SourceKind.EBGP)), keys(3))
    bench.turn()
    assert port.written == []
    assert len(bench.group) == 0
    bench.group.leave(source)


def test_a_refresh_sends_the_whole_table_again() -> None:
    """RFC 2918, section 4: the entire Adj-RIB-Out is sent again."""
    bench = Bench()
    bench.table.announce(path_of(Source("feeder", SourceKind.EBGP)), keys(3))
    bench.turn()
    source, port = bench.member("member")
    port.written.clear()
    bench.group.refresh(source)
    bench.turn()
    assert all(port.octets.count(key) == 1 for key in keys(3))


def test_a_refresh_during_the_first_table_does_not_lose_end_of_rib() -> None:
    """RFC 4724, section 2: the marker follows the first table, even if that has to start again."""
    bench = Bench()
    bench.table.announce(path_of(Source("feeder", SourceKind.EBGP)), keys(3))
    source, port = Source("member", SourceKind.CLIENT), Port()
    port.writable = False
    bench.group.join(source, port)
    bench.turn()
    bench.group.refresh(source)
    port.writable = True
    bench.group.pump(source)
    bench.turn()
    before, _, _ = port.octets.partition(END_OF_RIB)
    assert all(key in before for key in keys(3))
    assert port.octets.count(END_OF_RIB) == 1


@pytest.mark.interpreted
def test_a_refresh_while_something_is_on_its_way_is_answered_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    """During the first table, and for a member that has fallen behind: all comes once more in the end."""
    monkeypatch.setattr(group_module, "LAG_LIMIT", 5 * CHUNK_COST)
    bench = Bench()
    bench.table.announce(path_of(Source("feeder", SourceKind.EBGP)), keys(3000))
    source, port = Source("member", SourceKind.CLIENT), Port()
    bench.group.join(source, port)
    bench.scheduler.turn()
    bench.group.refresh(source)
    bench.turn()
    assert all(port.octets.count(key) == 2 for key in keys(10))
    port.written.clear()
    port.writable = False
    bench.group.refresh(source)
    feeder = Source("feeder", SourceKind.EBGP)
    for number in range(20):
        bench.table.announce(path_of(feeder, med=number), keys(1, 5000))
        bench.turn()
    assert bench.group.kept_chunks < 20
    port.writable = True
    bench.group.pump(source)
    bench.turn()
    assert all(key in port.octets for key in keys(3000))


def test_a_member_that_leaves_during_its_first_table_leaves_nothing_behind() -> None:
    """Not even the part that it has not been sent."""
    bench = Bench()
    bench.table.announce(path_of(Source("feeder", SourceKind.EBGP)), keys(6000))
    source, port = Source("member", SourceKind.CLIENT), Port()
    other = Port()
    bench.group.join(source, port)
    bench.group.join(Source("other", SourceKind.CLIENT), other)
    bench.scheduler.turn()
    port.writable = False
    bench.scheduler.turn()
    assert bench.group.kept_chunks == 1
    bench.group.leave(source)
    assert bench.group.kept_chunks == 0
    bench.turn()
    assert all(key in other.octets for key in keys(6000))


@pytest.mark.interpreted
def test_many_small_chunks_count_towards_the_lag_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chunk costs memory beside its octets, so that a stuck member leaves the log after few tiny changes, too."""
    monkeypatch.setattr(group_module, "LAG_LIMIT", 20 * CHUNK_COST)
    bench = Bench()
    _, stuck = bench.member("stuck")
    stuck.writable = False
    feeder = Source("feeder", SourceKind.EBGP)
    for number in range(100):
        bench.table.announce(path_of(feeder, med=number), keys(1))
        bench.turn()
    assert bench.group.kept_chunks <= 21


def test_members_that_come_together_share_one_first_table() -> None:
    """The table is encoded once for all of them: they are given the same object."""
    bench = Bench()
    bench.table.announce(path_of(Source("feeder", SourceKind.EBGP)), keys(3))
    ports = [Port() for _ in range(3)]
    for number, port in enumerate(ports):
        bench.group.join(Source(f"member{number}", SourceKind.CLIENT), port)
    bench.turn()
    assert [len(port.written) for port in ports] == [1, 1, 1]
    assert ports[0].written[0] is ports[1].written[0] is ports[2].written[0]


@pytest.mark.interpreted
def test_laggards_that_come_back_share_what_they_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many are behind, what they missed is kept once and encoded once."""
    monkeypatch.setattr(group_module, "LAG_LIMIT", 5 * CHUNK_COST)
    bench = Bench()
    stalled = [bench.member(name) for name in ("one", "two", "three")]
    for _, port in stalled:
        port.writable = False
        port.written.clear()
    feeder = Source("feeder", SourceKind.EBGP)
    for number in range(20):
        bench.table.announce(path_of(feeder, med=number), keys(2))
        bench.turn()
    for source, port in stalled:
        port.writable = True
        bench.group.pump(source)
    bench.turn()
    assert len({tuple(map(id, port.written)) for _, port in stalled}) == 1
    assert all(port.octets.count(key) == 1 for _, port in stalled for key in keys(2))


def test_a_change_that_changes_no_octets_is_not_sent() -> None:
    """A new path with the same attributes going out is no news to members."""
    bench = Bench()
    _, port = bench.member("member")
    feeder = Source("feeder", SourceKind.EBGP)
    path = path_of(feeder)
    bench.table.announce(path, keys(2))
    bench.turn()
    port.written.clear()
    bench.table.announce(make_path(feeder, path.raw, next_hop=bytes(4), med=9, weight=7), keys(2))
    bench.turn()
    assert port.written == []


def limited(maximum: int, *, closes: bool) -> tuple[RouteLimit, list[int]]:
    """Return a limit, and the counts that it is told of."""
    told: list[int] = []
    return RouteLimit(maximum=maximum, closes=closes, exceeded=told.append), told


def test_a_first_table_beyond_a_limit_that_closes_is_not_begun() -> None:
    """The routes are counted first: no partial set is ever sent."""
    bench = Bench()
    bench.table.announce(path_of(Source("feeder", SourceKind.EBGP)), keys(5000))
    limit, told = limited(4999, closes=True)
    port = Port()
    bench.group.join(Source("member", SourceKind.CLIENT), port, limit=limit)
    bench.turn()
    assert (told, port.written, len(bench.group)) == ([5000], [], 0)


def test_the_first_change_beyond_a_limit_that_closes_is_not_sent() -> None:
    """Up to the limit everything is sent, of the change that exceeds it nothing, and others go on."""
    bench = Bench()
    _, other = bench.member("other")
    limit, told = limited(3, closes=True)
    port, feeder = Port(), Source("feeder", SourceKind.EBGP)
    bench.group.join(Source("member", SourceKind.CLIENT), port, limit=limit)
    bench.table.announce(path_of(feeder), keys(3))
    bench.turn()
    assert all(key in port.octets for key in keys(3))
    port.written.clear()
    bench.table.announce(path_of(feeder, med=1), keys(2, 2))
    bench.turn()
    assert (told, port.written, len(bench.group)) == ([4], [], 1)
    assert keys(1, 3)[0] in other.octets


def test_a_limit_that_warns_warns_once_and_everything_is_sent() -> None:
    """Beyond the limit all goes on; another limit may warn again."""
    bench = Bench()
    limit, told = limited(1, closes=False)
    source, port, feeder = Source("member", SourceKind.CLIENT), Port(), Source("feeder", SourceKind.EBGP)
    bench.group.join(source, port, limit=limit)
    for number in range(4):
        bench.table.announce(path_of(feeder, med=number), keys(1, number))
        bench.turn()
    assert told == [2]
    assert all(key in port.octets for key in keys(4))
    bench.group.limit_to(source, limit)
    bench.turn()
    assert told == [2], "the same limit is no news"
    bench.group.limit_to(source, limited(2, closes=False)[0])
    bench.group.limit_to(source, limit)
    bench.turn()
    assert told == [2, 4]


def test_own_routes_of_a_member_do_not_count() -> None:
    """A member is not sent what it announces itself, so a limit is not about that."""
    bench = Bench()
    limit, told = limited(2, closes=True)
    source, port = Source("member", SourceKind.CLIENT), Port()
    bench.group.join(source, port, limit=limit)
    bench.table.announce(path_of(source), keys(9))
    bench.table.announce(path_of(Source("feeder", SourceKind.EBGP)), keys(2, 20))
    bench.turn()
    assert told == []
    assert all(key in port.octets for key in keys(2, 20))
