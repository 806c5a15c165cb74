"""Nodes look for blocks from places of their own."""

from collections import Counter
from ipaddress import IPv4Network, ip_network
from itertools import islice, pairwise

import pytest

from bgpkit_node.ipam.walk import fnv32, start_of, walk

POOL = IPv4Network("10.244.0.0/16")


@pytest.mark.parametrize(
    ("octets", "value"),
    [(b"", 0x811C9DC5), (b"a", 0x050C5D7E), (b"b", 0x050C5D7D), (b"foobar", 0x31F0B262)],
)
def test_the_hash_is_fnv_1(octets: bytes, value: int) -> None:
    """The vectors are those of the authors of FNV (test suite of draft-eastlake-fnv)."""
    assert fnv32(octets) == value


def test_a_walk_meets_every_block_once_and_always_in_the_same_order() -> None:
    """1024 blocks of 64 addresses make up a /16."""
    order = list(walk(POOL, 26, "k8s-node1"))
    assert sorted(order) == list(POOL.subnets(new_prefix=26))
    assert order == list(walk(POOL, 26, "k8s-node1"))
    assert all(int(after[0]) - int(before[0]) in {64, 64 - 65536} for before, after in pairwise(order))


def test_nodes_with_numbers_for_names_begin_far_apart() -> None:
    """Of 100 nodes in 1024 places hardly two begin at the same or the next one; a good dice gives about 5 + 9 pairs."""
    places = sorted(start_of(f"k8s-node{number}", 1024) for number in range(100))
    gaps = Counter(after - before for before, after in pairwise(places))
    assert gaps[0] + gaps[1] < 25


def test_a_pool_of_one_block_has_one_and_a_smaller_one_none() -> None:
    """A pool that no block fits into is passed by."""
    assert list(walk(IPv4Network("10.0.0.0/26"), 26, "a")) == [IPv4Network("10.0.0.0/26")]
    assert list(walk(IPv4Network("10.0.0.0/27"), 26, "a")) == []


def test_an_ipv6_pool_is_walked_without_counting_its_blocks() -> None:
    """A /48 has 2^74 blocks of 64 addresses."""
    pool = ip_network("fd00:10:244::/48")
    blocks = list(islice(walk(pool, 122, "a"), 3))
    assert len(set(blocks)) == 3
    assert all(block.network_address in pool and block.prefixlen == 122 for block in blocks)
