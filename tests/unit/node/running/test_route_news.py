"""When routes came, and how many, of a table that changes as a peer's UPDATEs change it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from bgpkit import IPV4_UNICAST, Entry, Path, Prefix, Route, Source, SourceKind
from bgpkit_node.running import RouteNews
from bgpkit_rib import Table

A, B = (Prefix.parse(text) for text in ("10.244.1.0/26", "10.244.2.0/26"))


@dataclass
class Followed:
    """A table with two peers, and what is known of its news; the clock stands where it is put."""

    now: float = 1000.0
    table: Table = field(default_factory=lambda: Table(32))
    peer: Source = field(default_factory=lambda: Source("10.4.7.12", SourceKind.NON_CLIENT, bgp_identifier=12))
    other: Source = field(default_factory=lambda: Source("10.4.7.13", SourceKind.NON_CLIENT, bgp_identifier=13))
    news: RouteNews = field(init=False)

    def __post_init__(self) -> None:
        """Follow."""
        self.news = RouteNews(lambda: self.now)
        self.table.subscribe(self._take)

    def _take(self, keys: list[bytes], old: Entry | None, new: Entry | None, nlri: bytes | None) -> None:
        del nlri
        self.news.take(IPV4_UNICAST, keys, old, new)

    def announce(self, path: Path, *prefixes: Prefix) -> Path:
        """Announce, and say with what path."""
        self.table.announce(path, [prefix.key for prefix in prefixes])
        return path

    def since(self, path: Path, prefix: Prefix) -> float | None:
        """Return the seconds at which a route came."""
        found = self.news.since(IPV4_UNICAST, Route(prefix, path, best=True))
        assert found is None or found.tzinfo is UTC
        return None if found is None else found.timestamp()


@pytest.fixture
def followed() -> Followed:
    """Begin with an empty table."""
    return Followed()


def test_routes_of_one_path_have_times_of_their_own(followed: Followed) -> None:
    """A peer's routes share a path where their attributes are alike, and come one after the other."""
    path = followed.announce(Path(followed.peer, b"x"), A)
    followed.now = 2000.0
    followed.announce(path, B)
    assert (followed.since(path, A), followed.since(path, B)) == (1000.0, 2000.0)
    assert followed.news.since(IPV4_UNICAST, Route(A, path, best=True)) == datetime.fromtimestamp(1000, UTC)


def test_only_what_has_not_been_said_before_is_news(followed: Followed) -> None:
    """The same words, told again or judged anew, change nothing; other words are a time of their own."""
    path = followed.announce(Path(followed.peer, b"x"), A)
    followed.now = 2000.0
    followed.announce(path, A)
    judged = followed.announce(Path(followed.peer, b"y", received=b"x"), A)
    assert followed.since(judged, A) == 1000.0
    changed = followed.announce(Path(followed.peer, b"z"), A)
    assert followed.since(changed, A) == 2000.0
    assert followed.news.tally(IPV4_UNICAST, "10.4.7.12").accepted == 2


def test_each_peers_route_to_a_prefix_has_its_time(followed: Followed) -> None:
    """What another peer tells, and takes back, is nothing to the first one's."""
    first = followed.announce(Path(followed.peer, b"x"), A)
    followed.now = 2000.0
    second = followed.announce(Path(followed.other, b"x"), A)
    assert (followed.since(first, A), followed.since(second, A)) == (1000.0, 2000.0)
    followed.table.withdraw(followed.peer, [A.key])
    assert (followed.since(first, A), followed.since(second, A)) == (None, 2000.0)
    assert [followed.news.tally(IPV4_UNICAST, name).withdrawn for name in ("10.4.7.12", "10.4.7.13")] == [1, 0]


def test_what_may_not_be_chosen_is_counted_by_why(followed: Followed) -> None:
    """The import policy filters, the rules reject."""
    followed.announce(Path(followed.peer, b"x"), A, B)
    followed.announce(Path(followed.peer, b"y", eligible=False, reason="import policy none"), A)
    followed.announce(Path(followed.peer, b"z", eligible=False, reason="AS_PATH holds the own AS"), B)
    tally = followed.news.tally(IPV4_UNICAST, "10.4.7.12")
    assert (tally.accepted, tally.filtered, tally.rejected, tally.withdrawn) == (2, 1, 1, 0)


def test_a_session_begins_with_nothing(followed: Followed) -> None:
    """What its end takes away was not withdrawn; what the peer then says is of the next session. RFC 4724."""
    peer = followed.peer
    followed.announce(Path(peer, b"x"), A, B)
    peer.generation += 1
    peer.stale_below = peer.generation
    for _ in followed.table.sweep(peer):
        pass
    peer.generation += 1
    followed.announce(Path(peer, b"x"), A)
    tally = followed.news.tally(IPV4_UNICAST, "10.4.7.12")
    assert (tally.accepted, tally.withdrawn) == (1, 0)
