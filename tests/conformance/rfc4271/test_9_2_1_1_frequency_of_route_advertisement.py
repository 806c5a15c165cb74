"""RFC 4271, section 9.2.1.1: the least time between two UPDATEs for one destination."""

from itertools import pairwise

import pytest

from bgpkit.adj_rib_out import ExportKey, UpdateGroup
from bgpkit.policy import ACCEPT_ALL
from bgpkit.wire import encode_attributes
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import Community, Path, PathAttributes, Source, SourceKind, Table, make_path
from tests.support.schedulers import ManualScheduler
from tests.support.update_fields import update_fields

TEN, ELEVEN = bytes((8, 10)), bytes((8, 11))
INTERVAL = 30.0
FEEDER = Source("feeder", SourceKind.EBGP)


class Peer:
    """A peer with an interval, and when it was sent what."""

    def __init__(self, interval: float) -> None:
        """Start with a first table that is empty, and sent."""
        self.writable = True
        self.heard: list[tuple[float, bytes, bytes]] = []
        self.table, self.scheduler = Table(32), ManualScheduler()
        key = ExportKey(
            family=IPV4_UNICAST,
            kind=SourceKind.EBGP,
            local_asn=64512,
            cluster_id=1,
            next_hop=bytes((192, 0, 2, 1)),
            policy=ACCEPT_ALL,
            advertisement_interval=interval,
        )
        group = UpdateGroup(key, self.table, self.scheduler)
        self.table.subscribe(group.changed)
        group.join(Source("peer", SourceKind.EBGP), self)
        self.scheduler.settle()
        self.heard.clear()

    def write(self, octets: bytes) -> None:
        """Note the time, and what each UPDATE withdraws and announces."""
        self.heard += [(self.scheduler.now, withdrawn, nlri) for withdrawn, _, nlri in update_fields(octets)]

    def announce(self, number: int, *keys: bytes) -> None:
        """Announce, and let happen what happens at once."""
        self.table.announce(path(number), list(keys))
        self.scheduler.settle()

    def withdraw(self, *keys: bytes) -> None:
        """Withdraw, and let happen what happens at once."""
        self.table.withdraw(FEEDER, list(keys))
        self.scheduler.settle()


def path(number: int) -> Path:
    """Return a path; different numbers are different attributes."""
    raw = encode_attributes(PathAttributes(communities=(Community(number),)), IPV4_UNICAST)
    return make_path(FEEDER, raw, next_hop=bytes(4))


@pytest.mark.rfc("4271", "9.2.1.1")
def test_two_updates_for_a_destination_are_separated_by_the_interval() -> None:
    """They MUST be separated by at least MinRouteAdvertisementIntervalTimer."""
    peer = Peer(INTERVAL)
    for second in range(100):
        peer.announce(second + 1, TEN)
        peer.scheduler.advance(1)
    times = [time for time, _, _ in peer.heard]
    assert times[0] == 0
    assert all(later - earlier >= INTERVAL for earlier, later in pairwise(times))
    assert len(times) == 4


@pytest.mark.rfc("4271", "9.2.1.1")
def test_the_latest_route_is_sent_when_the_interval_is_over() -> None:
    """Of the routes chosen meanwhile the last one; where it is the former again, none."""
    peer = Peer(INTERVAL)
    peer.announce(1, TEN, ELEVEN)
    peer.heard.clear()
    peer.announce(2, TEN, ELEVEN)
    peer.announce(3, TEN)
    peer.announce(1, ELEVEN)
    peer.scheduler.advance(INTERVAL)
    assert peer.heard == [(INTERVAL, b"", TEN)]


@pytest.mark.rfc("4271", "9.2.1.1")
def test_withdrawals_wait_as_announcements_do() -> None:
    """The interval is between UPDATEs that advertise feasible routes and/or withdraw unfeasible ones."""
    peer = Peer(INTERVAL)
    peer.announce(1, TEN)
    peer.withdraw(TEN)
    assert peer.heard == [(0, b"", TEN)]
    peer.scheduler.advance(INTERVAL)
    assert peer.heard[1:] == [(INTERVAL, TEN, b"")]


def test_without_an_interval_everything_is_sent_at_once() -> None:
    """The default: convergence is not held up."""
    peer = Peer(0.0)
    for number in range(1, 4):
        peer.announce(number, TEN)
    assert [time for time, _, _ in peer.heard] == [0, 0, 0]
