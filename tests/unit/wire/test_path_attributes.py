"""Attribute blocks from and to values."""

from ipaddress import IPv4Address, IPv6Address

import pytest

from bgpkit.wire import decode_attributes, encode_attributes
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import (
    NO_EXPORT,
    Aggregator,
    AsPath,
    Community,
    ExtendedCommunity,
    LargeCommunity,
    Origin,
    PathAttributes,
    UnknownAttribute,
)
from tests.unit.wire.octets import AS_PATH, MANDATORY, ORIGIN, V6_HOP, attribute, mp_reach

HOP = IPv4Address("192.0.2.1")
ALL = PathAttributes(
    origin=Origin.INCOMPLETE,
    as_path=AsPath.parse("1 70000 {2,3}"),
    next_hop=HOP,
    med=0,
    local_pref=4294967295,
    atomic_aggregate=True,
    aggregator=Aggregator(70000, HOP),
    communities=(NO_EXPORT, Community(1)),
    originator_id=IPv4Address("192.0.2.9"),
    cluster_list=(IPv4Address("192.0.2.10"), IPv4Address("192.0.2.11")),
    extended_communities=(ExtendedCommunity.parse("rt:64512:1"),),
    large_communities=(LargeCommunity(1, 2, 3),),
    unknown=(UnknownAttribute(0xE0, 99, b"abc"), UnknownAttribute(0xC0, 200, bytes(300))),
)
OCTETS = bytes.fromhex(
    "40010102"
    "4002140202000000010001117001020000000200000003"
    "400304c0000201"
    "80040400000000"
    "400504ffffffff"
    "400600"
    "c0070800011170c0000201"
    "c00808ffffff0100000001"
    "800904c0000209"
    "800a08c000020ac000020b"
    "c010080002fc0000000001"
    "c0200c000000010000000200000003"
    "e06303616263"
    "d0c8012c" + "00" * 300
)


def test_everything_is_laid_out_in_ascending_order() -> None:
    """The octets are those that the RFCs give, written here by hand."""
    assert encode_attributes(ALL) == OCTETS
    assert decode_attributes(OCTETS) == ALL


def test_a_bare_route_has_the_mandatory_attributes() -> None:
    """ORIGIN, AS_PATH, NEXT_HOP; without a next hop, and for a local route, the first two."""
    assert encode_attributes(PathAttributes(as_path=AsPath.of(64512, 64513), next_hop=HOP)) == MANDATORY
    assert encode_attributes(PathAttributes()) == ORIGIN + bytes.fromhex("400200")
    assert decode_attributes(ORIGIN + bytes.fromhex("400200")) == PathAttributes()


@pytest.mark.parametrize("link_local", [None, IPv6Address("fe80::1")])
def test_ipv6_next_hops_are_in_mp_reach(link_local: IPv6Address | None) -> None:
    """RFC 2545, section 3: 16 octets, or 32 with the link-local one behind."""
    attributes = PathAttributes(
        as_path=AsPath.of(64512, 64513), next_hop=IPv6Address(V6_HOP), link_local_next_hop=link_local
    )
    octets = V6_HOP + (link_local.packed if link_local else b"")
    assert encode_attributes(attributes, IPV6_UNICAST) == ORIGIN + AS_PATH + mp_reach(b"", octets)
    assert decode_attributes(ORIGIN + AS_PATH + mp_reach(b"", octets)) == attributes


def test_an_ipv6_route_without_next_hop_keeps_its_family() -> None:
    """An empty next hop stands in MP_REACH_NLRI until there is one."""
    block = encode_attributes(PathAttributes(), IPV6_UNICAST)
    assert block == ORIGIN + bytes.fromhex("400200") + mp_reach(b"", b"")
    assert decode_attributes(block) == PathAttributes()


def test_the_order_of_unknown_attributes_and_long_lengths_do_not_matter() -> None:
    """Values are equal whatever the sender's order and length fields."""
    raw = attribute(0xD0, 200, b"b") + attribute(0xC0, 99, b"a") + ORIGIN + attribute(0x50, 2, b"")
    expected = (UnknownAttribute(0xC0, 99, b"a"), UnknownAttribute(0xC0, 200, b"b"))
    assert decode_attributes(raw).unknown == expected


@pytest.mark.parametrize(
    ("attributes", "family"),
    [
        (PathAttributes(next_hop=HOP, link_local_next_hop=IPv6Address("fe80::1")), IPV4_UNICAST),
        (PathAttributes(next_hop=HOP), IPV6_UNICAST),
        (PathAttributes(link_local_next_hop=IPv6Address("fe80::1")), IPV6_UNICAST),
        (PathAttributes(med=1 << 32), IPV4_UNICAST),
        (PathAttributes(local_pref=-1), IPV4_UNICAST),
        (PathAttributes(unknown=(UnknownAttribute(0xC0, 8, b"abcd"),)), IPV4_UNICAST),
        (PathAttributes(unknown=(UnknownAttribute(0xC0, 99, b""), UnknownAttribute(0xC0, 99, b""))), IPV4_UNICAST),
        (PathAttributes(as_path=AsPath.of(1 << 32)), IPV4_UNICAST),
    ],
)
def test_what_no_block_can_say_is_refused(attributes: PathAttributes, family: Family) -> None:
    """A next hop of the wrong kind, numbers too large, attributes twice."""
    with pytest.raises(ValueError, match=r"next hop|fit|twice|4 octets"):
        encode_attributes(attributes, family)
