"""Next hops: asked once, asked again when something may have moved."""

from ipaddress import ip_address

import pytest

from bgpkit.speaker import next_hops as module
from bgpkit.speaker.next_hops import NextHops, Resolution, address_of

HOST, OTHER = ip_address("192.0.2.7").packed, ip_address("192.0.2.8").packed


class Ways:
    """Metrics by address; what is not there cannot be reached."""

    def __init__(self, **metrics: int) -> None:
        """Know metrics by the last octet: ``h7=10``."""
        self.metrics = {bytes((192, 0, 2, int(name[1:]))): metric for name, metric in metrics.items()}
        self.asked: list[bytes] = []

    def resolve(self, address: bytes) -> Resolution:
        """Return where ``address`` is."""
        self.asked.append(address)
        return Resolution(reachable=address in self.metrics, metric=self.metrics.get(address, 0))


def test_without_a_resolver_everything_can_be_reached_at_no_cost() -> None:
    """As a reflector outside the way of the packets wants it."""
    assert NextHops().resolve(HOST) == (0, "")


def test_a_resolver_is_asked_once_for_each_next_hop() -> None:
    """A million routes have few next hops."""
    ways = Ways(h7=10)
    hops = NextHops(ways)
    assert [hops.resolve(HOST), hops.resolve(HOST)] == [(10, ""), (10, "")]
    assert hops.resolve(OTHER) == (0, "the next hop 192.0.2.8 cannot be reached")
    assert ways.asked == [HOST, OTHER]


def test_only_next_hops_whose_resolution_differs_have_changed() -> None:
    """Asked again, the same answer is no change."""
    ways = Ways(h7=10, h8=20)
    hops = NextHops(ways)
    hops.resolve(HOST)
    hops.resolve(OTHER)
    assert hops.changed() == frozenset()
    ways.metrics[HOST] = 11
    del ways.metrics[OTHER]
    assert hops.changed() == {HOST, OTHER}
    assert hops.use(None) == {HOST, OTHER}


def test_an_own_address_is_no_next_hop_whatever_the_resolver_says() -> None:
    """Those that were in use with it have changed; telling the same again changes nothing."""
    hops = NextHops(Ways(h7=10))
    hops.resolve(HOST)
    assert hops.own([HOST, OTHER]) == {HOST}
    assert hops.own([HOST]) == frozenset()
    assert hops.resolve(HOST)[1] == hops.resolve(OTHER)[1] == "the next hop is our own address"


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many next hops come by."""
    monkeypatch.setattr(module, "REMEMBERED", 3)
    hops = NextHops()
    for number in range(20):
        hops.resolve(bytes((10, 0, 0, number)))
        assert len(hops.known) <= 3


@pytest.mark.parametrize(
    ("next_hop", "address"),
    [
        (HOST, HOST),
        (bytes(16), bytes(16)),
        (b"\x20" * 16 + b"\xfe" * 16, b"\x20" * 16),
        (bytes(8) + HOST, HOST),
        (bytes(8) + b"\x20" * 16, b"\x20" * 16),
        (bytes(8) + b"\x20" * 16 + bytes(8) + b"\xfe" * 16, b"\x20" * 16),
        (bytes(16) + b"\xfe" * 16, b"\xfe" * 16),
        (b"", b""),
    ],
)
def test_one_address_of_a_next_hop_counts(next_hop: bytes, address: bytes) -> None:
    """RFC 2545, section 3 (the global one); RFC 4364, section 4.3.2 (behind a route distinguisher)."""
    assert address_of(next_hop) == address
    assert NextHops().resolve(next_hop) == (0, "")


class Bare:
    """A resolver that names nothing."""

    def resolve(self, address: bytes) -> tuple[bool, int]:
        """Return a bare pair."""
        return address == HOST, 3


def test_an_answer_is_whatever_says_the_same_as_a_resolution() -> None:
    """Whoever knows the ways need not import the speaker."""
    hops = NextHops(Bare())
    assert [hops.resolve(HOST), hops.resolve(OTHER)[0]] == [(3, ""), 0]
    assert hops.resolve(OTHER)[1]


def test_a_resolver_that_raises_ends_no_session() -> None:
    """The next hop counts as out of reach, and the reason says whose fault it is."""

    class Faulty:
        def resolve(self, address: bytes) -> Resolution:
            raise RuntimeError("boom")

    assert NextHops(Faulty()).resolve(HOST) == (0, "the next hop 192.0.2.7 could not be resolved: RuntimeError: boom")
