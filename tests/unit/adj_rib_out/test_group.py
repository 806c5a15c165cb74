"""Update groups: one encode for all, no echo, laggards, the first table; the law of them all is a property test."""

from collections.abc import Callable

import pytest

from bgpkit.adj_rib_out import ExportKey, UpdateGroup
from bgpkit.adj_rib_out import group as group_module
from bgpkit.policy import ACCEPT_ALL
from bgpkit.wire import encode_attributes, encode_end_of_rib
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import AsPath, Origin, Path, PathAttributes, Source, SourceKind, Table, make_path

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
        self.soon: list[Callable[[], None]] = []
        key = ExportKey(
            family=IPV4_UNICAST,
            kind=SourceKind.CLIENT,
            local_asn=64512,
            cluster_id=1,
            next_hop=bytes((192, 0, 2, 1)),
            policy=ACCEPT_ALL,
        )
        self.group = UpdateGroup(key, self.table, self.soon.append)
        self.table.subscribe(self.group.changed)

    def turn(self) -> None:
        """Let everything happen that was put off."""
        while self.soon:
            self.soon.pop(0)()

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
    assert not bench.group.pending(source)
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
    assert bench.group.pending(source)
    port.writable = True
    bench.group.pump(source)
    assert not bench.group.pending(source)
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
    assert bench.group.leave(source) == []


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


def test_many_small_chunks_count_towards_the_lag_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chunk costs memory beside its octets, so that a stuck member leaves the log after few tiny changes, too."""
    monkeypatch.setattr(group_module, "LAG_LIMIT", 20 * group_module.CHUNK_COST)
    bench = Bench()
    _, stuck = bench.member("stuck")
    stuck.writable = False
    feeder = Source("feeder", SourceKind.EBGP)
    for number in range(100):
        bench.table.announce(path_of(feeder, med=number), keys(1))
        bench.turn()
    assert bench.group.kept_chunks <= 21
