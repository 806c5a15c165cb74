"""Markers in what a peer is sent: where they stand, and that they are not lost on any way."""

import pytest

from bgpkit.adj_rib_out import ExportKey, UpdateGroup
from bgpkit.adj_rib_out import group as group_module
from bgpkit.adj_rib_out.log import CHUNK_COST
from bgpkit.adj_rib_out.marker import REFRESH, Marker, encode_marker
from bgpkit.policy import ACCEPT_ALL
from bgpkit.wire import encode_attributes, encode_end_of_rib
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST
from bgpkit_rib import Path, PathAttributes, Source, SourceKind, Table, make_path
from tests.support.schedulers import ManualScheduler

END_OF_RIB = encode_end_of_rib(IPV4_UNICAST)
BORR = bytes.fromhex("ff" * 16 + "0017 05 0001 01 01")
EORR = bytes.fromhex("ff" * 16 + "0017 05 0001 02 01")
FEEDER = Source("feeder", SourceKind.EBGP)


class Port:
    """A session that remembers what it was given."""

    def __init__(self) -> None:
        """Take everything."""
        self.writable = True
        self.octets = b""

    def write(self, octets: bytes) -> None:
        """Remember ``octets``."""
        self.octets += octets

    def words(self, *watched: bytes) -> list[str]:
        """Return the markers, and the keys ``watched``, in the order in which they were written."""
        names = {END_OF_RIB: "EoR", BORR: "BoRR", EORR: "EoRR"} | {key: key.hex()[2:] for key in watched}
        found: list[tuple[int, str]] = []
        for octets, name in names.items():
            place = self.octets.find(octets)
            while place >= 0:
                found.append((place, name))
                place = self.octets.find(octets, place + 1)
        return [name for _, name in sorted(found)]


class Bench:
    """A table, groups on it, and a member that has had its first table."""

    def __init__(self, *, end_of_rib: bool = True) -> None:
        """Start with three routes."""
        self.table = Table(32)
        self.scheduler = ManualScheduler()
        self.group = self.another(1)
        self.source, self.port = Source("member", SourceKind.CLIENT), Port()
        self.table.announce(path_of(), keys(3))
        self.group.join(self.source, self.port, end_of_rib=end_of_rib)
        self.scheduler.settle()
        self.first = self.port.words()
        self.port.octets = b""

    def another(self, cluster_id: int) -> UpdateGroup:
        """Return a group of its own."""
        key = ExportKey(
            family=IPV4_UNICAST,
            kind=SourceKind.CLIENT,
            local_asn=64512,
            cluster_id=cluster_id,
            next_hop=bytes((192, 0, 2, 1)),
            policy=ACCEPT_ALL,
        )
        group = UpdateGroup(key, self.table, self.scheduler)
        self.table.subscribe(group.changed)
        return group


def path_of(med: int = 0) -> Path:
    """Return a path of the feeder."""
    attributes = PathAttributes(med=med)
    return make_path(FEEDER, encode_attributes(attributes, IPV4_UNICAST), next_hop=bytes(4), med=med)


def keys(count: int, start: int = 0) -> list[bytes]:
    """Return ``count`` different /24 keys."""
    return [bytes((24, 10, number >> 8, number & 255)) for number in range(start, start + count)]


@pytest.mark.rfc("7313", "3.2")
def test_markers_are_written_as_the_rfcs_have_them() -> None:
    """End-of-RIB before all."""
    assert encode_marker(Marker.BEGINNING, IPV4_UNICAST) == BORR
    assert encode_marker(Marker.END, IPV4_UNICAST) == EORR
    assert encode_marker(Marker.END | Marker.END_OF_RIB, IPV4_UNICAST) == END_OF_RIB + EORR
    assert encode_marker(REFRESH, IPV6_UNICAST)[19:23] == bytes.fromhex("0002 01 01")
    assert encode_marker(Marker.NONE, IPV4_UNICAST) == b""


@pytest.mark.rfc("7313", "4")
def test_a_marked_refresh_stands_between_its_marks() -> None:
    """All keys, once; another member, which has not asked, is sent nothing of it."""
    bench = Bench()
    other, other_port = Source("other", SourceKind.CLIENT), Port()
    bench.group.join(other, other_port)
    bench.scheduler.settle()
    other_port.octets = b""
    bench.group.refresh(bench.source, marked=True)
    bench.scheduler.settle()
    assert bench.port.words(*keys(3)) == ["BoRR", "0a0000", "0a0001", "0a0002", "EoRR"]
    assert other_port.octets == b""


def test_two_requests_before_the_start_are_answered_by_one_refresh() -> None:
    """One that comes while it runs is answered afterwards."""
    bench = Bench()
    bench.table.announce(path_of(), keys(6000))
    bench.scheduler.settle()
    bench.port.octets = b""
    bench.group.refresh(bench.source, marked=True)
    bench.group.refresh(bench.source, marked=True)
    bench.scheduler.turn()
    assert bench.port.words() == ["BoRR"]
    bench.group.refresh(bench.source, marked=True)
    bench.scheduler.settle()
    assert bench.port.words() == ["BoRR", "EoRR", "BoRR", "EoRR"]


@pytest.mark.rfc("7313", "4")
def test_a_refresh_asked_for_during_the_first_table_follows_end_of_rib() -> None:
    """BoRR MUST NOT be sent before End-of-RIB."""
    bench = Bench()
    source, port = Source("late", SourceKind.CLIENT), Port()
    bench.group.join(source, port)
    bench.group.refresh(source, marked=True)
    bench.scheduler.settle()
    assert port.words(keys(1)[0]) == ["0a0000", "EoR", "BoRR", "0a0000", "EoRR"]


def lag(bench: Bench) -> None:
    """Let changes pile up until the member leaves the log."""
    for number in range(20):
        bench.table.announce(path_of(number + 1), keys(1, 9000))
        bench.scheduler.settle()
    assert bench.group.kept_chunks < 20


@pytest.mark.rfc("7313", "4")
@pytest.mark.parametrize("begun", [False, True], ids=["not begun", "begun"])
@pytest.mark.interpreted
def test_a_refresh_of_a_member_that_lags_is_complete(monkeypatch: pytest.MonkeyPatch, begun: bool) -> None:
    """Its end is not lost with the log; if its beginning is, the whole comes later, and so do all keys between them."""
    monkeypatch.setattr(group_module, "LAG_LIMIT", 5 * CHUNK_COST)
    bench = Bench()
    bench.table.announce(path_of(), keys(6000))
    bench.scheduler.settle()
    bench.port.octets = b""
    bench.group.refresh(bench.source, marked=True)
    if begun:
        bench.scheduler.turn()
    bench.port.writable = False
    lag(bench)
    assert bench.port.words() == (["BoRR"] if begun else [])
    bench.port.writable = True
    bench.group.pump(bench.source)
    bench.scheduler.settle()
    assert bench.port.words() == ["BoRR", "EoRR"]
    inside = bench.port.octets.partition(BORR)[2].partition(EORR)[0]
    assert all(key in inside for key in keys(6000))


@pytest.mark.rfc("7313", "4")
@pytest.mark.parametrize("begun", [False, True], ids=["not begun", "begun"])
def test_a_refresh_of_a_member_that_moves_is_complete(begun: bool) -> None:
    """To another group, in the middle or before: all keys stand between the marks."""
    bench = Bench()
    bench.table.announce(path_of(), keys(6000))
    bench.scheduler.settle()
    bench.port.octets = b""
    bench.group.refresh(bench.source, marked=True)
    if begun:
        bench.scheduler.turn()
        assert bench.port.words() == ["BoRR"]
    another = bench.another(2)
    another.join(bench.source, bench.port, previous=bench.group)
    bench.scheduler.settle()
    assert bench.port.words() == ["BoRR", "EoRR"]
    inside = bench.port.octets.partition(BORR)[2].partition(EORR)[0]
    assert all(key in inside for key in keys(6000))


def test_a_plain_refresh_that_has_not_begun_moves_along() -> None:
    """Without marks as well."""
    bench = Bench()
    bench.group.refresh(bench.source)
    bench.another(2).join(bench.source, bench.port, previous=bench.group)
    bench.scheduler.settle()
    assert bench.port.words(*keys(3)) == ["0a0000", "0a0001", "0a0002"]


@pytest.mark.rfc("4724", "2")
def test_end_of_rib_can_come_later() -> None:
    """It follows all that has changed before, and comes once."""
    bench = Bench(end_of_rib=False)
    assert bench.first == []
    bench.table.announce(path_of(), keys(1, 9))
    bench.group.end_of_rib(bench.source)
    bench.scheduler.settle()
    assert bench.port.words(keys(1, 9)[0]) == ["0a0009", "EoR"]
    bench.group.end_of_rib(Source("stranger", SourceKind.CLIENT))


@pytest.mark.rfc("4724", "2")
def test_end_of_rib_during_the_first_table_follows_it() -> None:
    """And a refresh that waits follows that, even if the member moves in between."""
    bench = Bench()
    bench.table.announce(path_of(), keys(6000))
    source, port = Source("late", SourceKind.CLIENT), Port()
    bench.group.join(source, port, end_of_rib=False)
    bench.scheduler.turn()
    bench.group.end_of_rib(source)
    bench.group.refresh(source, marked=True)
    assert port.words() == []
    bench.another(2).join(source, port, previous=bench.group)
    bench.scheduler.settle()
    assert port.words() == ["EoR", "BoRR", "EoRR"]
    assert all(key in port.octets.partition(END_OF_RIB)[0] for key in keys(6000))


@pytest.mark.rfc("4724", "2")
@pytest.mark.interpreted
def test_a_late_end_of_rib_is_not_lost_by_a_member_that_lags(monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes once the member has caught up."""
    monkeypatch.setattr(group_module, "LAG_LIMIT", 5 * CHUNK_COST)
    bench = Bench(end_of_rib=False)
    bench.port.writable = False
    bench.group.end_of_rib(bench.source)
    lag(bench)
    bench.port.writable = True
    bench.group.pump(bench.source)
    bench.scheduler.settle()
    assert bench.port.words(keys(1, 9000)[0]) == ["0a2328", "EoR"]
