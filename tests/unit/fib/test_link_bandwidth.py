"""Bandwidths read from a path's communities, and the weights that come of them."""

from math import inf, nan
from struct import pack

import pytest

from bgpkit.fib.link_bandwidth import bandwidth_of, divided, shares_of
from bgpkit.wire import encode_attributes
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import Community, ExtendedCommunity, LinkBandwidth, Path, PathAttributes, Source, SourceKind

PEER = Source("peer", SourceKind.EBGP)
TRANSITIVE, NON_TRANSITIVE = 0x0004, 0x4004
ROUTE_TARGET = b"\x00\x02\xfd\xe8\0\0\0\1"


def told(*values: float, kind: int = NON_TRANSITIVE) -> bytes:
    """Return communities that tell bandwidths."""
    return b"".join(pack(">HHf", kind, 65001, value) for value in values)


def path(communities: bytes) -> Path:
    """Return a path with extended communities, if any."""
    block = encode_attributes(PathAttributes(communities=(Community(1),)), IPV4_UNICAST)
    if communities:
        block += bytes((0xC0, 16, len(communities))) + communities
    return Path(PEER, block, next_hop=b"\x0a\0\0\1")


@pytest.mark.parametrize(
    ("communities", "bandwidth"),
    [
        (b"", None),
        (ROUTE_TARGET, None),
        (told(1.25e9), 1.25e9),
        (told(1.25e9, kind=TRANSITIVE), 1.25e9),
        (told(1.25e9, kind=0x4005), None),
        (told(1.25e9, kind=0x8004), None),
        (ROUTE_TARGET + told(5e8), 5e8),
        (told(4e9) + told(1e9, kind=TRANSITIVE) + told(2e9), 1e9),
        (told(4e9, 0), 0),
        (told(0), 0),
        (told(-1), None),
        (told(nan), None),
        (told(inf), None),
        (told(-1, 8, nan), 8),
    ],
)
def test_the_lowest_bandwidth_that_is_one_counts(communities: bytes, bandwidth: float | None) -> None:
    """Transitive or not, in whatever order; what is no bandwidth is as if it were not there. RFC 10005."""
    assert bandwidth_of(path(communities)) == bandwidth


def test_it_is_the_community_of_the_rib() -> None:
    """As its value writes it."""
    for transitive in (True, False):
        octets = ExtendedCommunity.from_value(LinkBandwidth(65001, 1.25e8, transitive)).octets
        assert bandwidth_of(path(octets)) == 1.25e8


@pytest.mark.parametrize(
    ("bandwidths", "shares"),
    [
        ((told(1.25e9), told(1.25e8)), (10, 1)),
        ((told(5e9), told(5e9), told(5e9)), (1, 1, 1)),
        ((told(0.75), told(0.5)), (3, 2)),
        ((told(1e9), b""), ()),
        ((told(1e9), told(0)), ()),
        ((told(1e9), told(nan)), ()),
        ((told(1e9), told(-5)), ()),
    ],
)
def test_shares_are_whole_numbers_in_proportion_or_none_at_all(
    bandwidths: tuple[bytes, ...], shares: tuple[int, ...]
) -> None:
    """Where one path tells nothing, all weigh the same."""
    assert shares_of(map(path, bandwidths)) == shares


def test_shares_may_be_as_far_apart_as_numbers_can_be() -> None:
    """A float of 32 bits reaches from 2**-149 to almost 2**128."""
    shares = shares_of([path(told(2.0**127)), path(told(2.0**-149))])
    assert shares == (1 << 276, 1)
    assert divided([([("a", 1)], shares[0]), ([("b", 1)], shares[1])]) == {"a": 256, "b": 1}


@pytest.mark.parametrize(
    ("groups", "weights"),
    [
        ([([("a", 1)], 10), ([("b", 1)], 1)], {"a": 10, "b": 1}),
        ([([("a", 1)], 256), ([("b", 1)], 255)], {"a": 256, "b": 255}),
        ([([("a", 1)], 512), ([("b", 1)], 255)], {"a": 256, "b": 128}),
        ([([("a", 1)], 1000), ([("b", 1)], 1)], {"a": 256, "b": 1}),
        ([([("a", 1), ("b", 1)], 1), ([("c", 1)], 1)], {"a": 1, "b": 1, "c": 2}),
        ([([("a", 3), ("b", 1)], 2), ([("b", 7)], 1)], {"a": 1, "b": 1}),
        ([([("a", 9)], 7)], {"a": 1}),
    ],
)
def test_shares_are_divided_by_weights_and_scaled_to_256(
    groups: list[tuple[list[tuple[str, int]], int]], weights: dict[str, int]
) -> None:
    """Exactly where that is possible; nobody gets nothing."""
    assert divided(groups) == weights
