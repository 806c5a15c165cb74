"""The blocks of service addresses: ranges for all nodes, single addresses, and what lies in them."""

from ipaddress import ip_address

import pytest

from bgpkit import Prefix
from bgpkit_node.services import NO_BLOCKS, ServiceBlocks
from tests.support.services import blocks, service

MANY = blocks("10.96.0.0/12 10.96.0.10/32", "192.0.2.0/24 fd00::1/128 10.96.0.0/12", "198.51.100.0/24")


def test_ranges_are_announced_as_a_whole_and_single_addresses_are_not() -> None:
    """Each range once; those of load balancers where they are aggregated."""
    assert list(map(str, MANY.ranges)) == ["10.96.0.0/12", "192.0.2.0/24", "198.51.100.0/24"]
    apart = blocks("10.96.0.0/12", load_balancer="198.51.100.0/24", aggregated=False)
    assert list(map(str, apart.ranges)) == ["10.96.0.0/12"]
    every = ["10.96.0.0/12", "10.96.0.10/32", "192.0.2.0/24", "fd00::1/128", "198.51.100.0/24"]
    assert list(map(str, MANY.every)) == every
    assert list(map(str, apart.every)) == ["10.96.0.0/12", "198.51.100.0/24"]
    assert (NO_BLOCKS.every, NO_BLOCKS.ranges) == ((), ())


@pytest.mark.parametrize(
    ("given", "apart"),
    [
        (blocks("10.96.0.0/12"), {"10.96.0.10": False}),
        (blocks("10.96.0.0/12 10.96.0.10/32"), {"10.96.0.10": True}),
        (blocks("10.96.0.10/32"), {"10.96.0.10": True}),
        (blocks("fd00:96::/112"), {"fd00:96::a": False}),
        (blocks(external="192.0.2.0/24"), {"192.0.2.80": False}),
        (blocks(external="192.0.2.80/32"), {"192.0.2.80": True}),
        (blocks(load_balancer="192.0.2.80/32 198.51.100.0/24"), {"198.51.100.9": False}),
        (blocks(load_balancer="198.51.100.0/24", aggregated=False), {"198.51.100.9": True}),
        (blocks("192.0.2.0/24", "198.51.100.0/24", "10.96.0.0/12"), {}),
        (blocks("10.97.0.0/16", "fd00::/64", "198.51.101.0/24", aggregated=False), {}),
    ],
)
def test_an_address_counts_in_the_blocks_of_its_own_kind(given: ServiceBlocks, apart: dict[str, bool]) -> None:
    """And no range stands for it where it is a block by itself, or its kind is not aggregated."""
    spec = {"type": "LoadBalancer", "clusterIPs": ["10.96.0.10", "fd00:96::a"], "externalIPs": ["192.0.2.80"]}
    web = service("web", spec, ingress=["198.51.100.9"])
    assert dict(given.addresses(web)) == {ip_address(text): single for text, single in apart.items()}


@pytest.mark.parametrize(
    ("prefix", "inside"),
    [
        ("10.96.0.0/12", True),
        ("10.111.255.255/32", True),
        ("10.112.0.0/32", False),
        ("10.96.0.0/11", False),
        ("0.0.0.0/0", False),
        ("192.0.2.0/25", True),
        ("192.0.3.0/24", False),
        ("198.51.100.9/32", True),
        ("fd00::1/128", True),
        ("fd00::2/128", False),
        ("fd00::/64", False),
        ("::/0", False),
    ],
)
def test_a_prefix_is_covered_by_the_block_that_it_lies_in(prefix: str, inside: bool) -> None:
    """Asked by the octets of a route's key, of either IP version."""
    parsed = Prefix.parse(prefix)
    assert MANY.covers(parsed.key, 6 if ":" in prefix else 4) is inside
    assert not NO_BLOCKS.covers(parsed.key, 6 if ":" in prefix else 4)


def test_everything_may_be_a_block() -> None:
    """The range of length 0 covers the default route, too."""
    assert blocks("0.0.0.0/0").covers(Prefix.parse("0.0.0.0/0").key, 4)
    assert not blocks("0.0.0.0/0").covers(Prefix.parse("::/0").key, 6)
