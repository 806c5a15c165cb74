"""The attributes of dumped routes: canonical octets and values, whatever form the dump has."""

import pytest

from bgpkit.mrt import EntryBlock, EntryReader, encode_entry_attributes
from bgpkit.wire import encode_attributes
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST
from bgpkit_rib import AsPath, Origin
from tests.unit.mrt.octets import (
    AS_PATH2,
    AS_PATH4,
    ATTRIBUTES,
    LOCAL6,
    NEXT_HOP,
    ORIGIN,
    PEER4,
    PEER6,
    SHORT_REACH,
    V6_ATTRIBUTES,
    V6_HOP,
    WHOLE_REACH,
)
from tests.unit.wire.octets import attribute

V6_CANONICAL = ORIGIN + AS_PATH4 + WHOLE_REACH


def test_ipv4_attributes_are_canonical_as_they_stand() -> None:
    """Four-octet AS numbers and NEXT_HOP."""
    block = EntryReader().read(ATTRIBUTES, IPV4_UNICAST)
    assert (block.octets, block.faults) == (ATTRIBUTES, ())
    assert block.attributes.origin is Origin.IGP
    assert block.attributes.as_path == AsPath.of(64512, 64513)
    assert block.attributes.next_hop == PEER4


def test_an_abbreviated_next_hop_becomes_a_whole_attribute() -> None:
    """RFC 6396, section 4.3.4: AFI, SAFI and the reserved octet are not in a dump."""
    block = EntryReader().read(V6_ATTRIBUTES, IPV6_UNICAST)
    assert block.octets == V6_CANONICAL
    assert block.attributes.next_hop == PEER6


@pytest.mark.parametrize(
    "reach",
    [
        WHOLE_REACH,
        attribute(0x80, 14, b"\0\2\1\x10" + V6_HOP + b"\0" + bytes.fromhex("2020010db8")),
        attribute(0x90, 14, b"\0\2\1\x10" + V6_HOP + b"\0"),
        attribute(0x90, 14, b"\x10" + V6_HOP),
    ],
    ids=["whole", "with NLRI", "whole, extended length", "abbreviated, extended length"],
)
def test_other_forms_of_the_attribute_mean_the_same(reach: bytes) -> None:
    """Many programs dump MP_REACH_NLRI as a message has it; where it stands does not matter."""
    reader = EntryReader()
    assert reader.read(ORIGIN + AS_PATH4 + reach, IPV6_UNICAST).octets == V6_CANONICAL
    assert reader.read(reach + ORIGIN + AS_PATH4, IPV6_UNICAST).octets == V6_CANONICAL


def test_a_link_local_next_hop_stays_beside_the_global_one() -> None:
    """Thirty-two octets. RFC 2545, section 3."""
    hops = V6_HOP + bytes.fromhex("fe800000000000000000000000000001")
    block = EntryReader().read(ORIGIN + AS_PATH4 + attribute(0x80, 14, b"\x20" + hops), IPV6_UNICAST)
    assert (str(block.attributes.next_hop), str(block.attributes.link_local_next_hop)) == ("2001:db8::1", "fe80::1")


def test_an_ipv4_route_may_have_an_ipv6_next_hop() -> None:
    """RFC 8950, section 3."""
    block = EntryReader().read(V6_ATTRIBUTES, IPV4_UNICAST)
    assert block.attributes.next_hop == PEER6


def test_two_octet_as_numbers_become_four() -> None:
    """As TABLE_DUMP has them; AS4_PATH is merged. RFC 6793, section 4.2.3."""
    reader = EntryReader()
    old = reader.read(ORIGIN + AS_PATH2 + NEXT_HOP, IPV4_UNICAST, four_octet_as=False)
    assert old.octets == ATTRIBUTES
    path = attribute(0x40, 2, bytes.fromhex("0202fc005ba0")) + NEXT_HOP + attribute(0xC0, 17, b"\2\1\0\1\0\0")
    merged = reader.read(ORIGIN + path, IPV4_UNICAST, four_octet_as=False)
    assert merged.attributes.as_path == AsPath.of(64512, 65536)


def test_local_attributes_are_kept() -> None:
    """A collector dumps what it has let in: LOCAL_PREF and the like stay, whoever the peer was."""
    block = EntryReader().read(ATTRIBUTES + attribute(0x40, 5, bytes.fromhex("00000064")), IPV4_UNICAST)
    assert block.attributes.local_pref == 100
    assert block.faults == ()


def test_what_is_missing_is_no_fault() -> None:
    """A dump may be of routes that no message brought."""
    block = EntryReader().read(b"", IPV4_UNICAST)
    assert (block.octets, block.attributes.next_hop) == (b"", None)


def test_equal_attributes_are_read_once() -> None:
    """The same block and the same values come again; another family or AS size is another matter."""
    reader = EntryReader()
    first = reader.read(V6_ATTRIBUTES, IPV6_UNICAST)
    assert reader.read(bytes(bytearray(V6_ATTRIBUTES)), IPV6_UNICAST) is first
    assert first.attributes is first.attributes
    assert reader.read(V6_ATTRIBUTES, IPV4_UNICAST) != first
    assert first == EntryBlock(V6_CANONICAL)
    empty_path = ORIGIN + attribute(0x40, 2, b"")
    assert reader.read(empty_path, IPV4_UNICAST) is not reader.read(empty_path, IPV4_UNICAST, four_octet_as=False)


def test_a_small_fault_leaves_an_attribute_out() -> None:
    """AGGREGATOR with AS number 0 is discarded and told. RFC 7607, section 2."""
    block = EntryReader().read(ATTRIBUTES + attribute(0xC0, 7, bytes(4) + PEER4.packed), IPV4_UNICAST)
    assert block.octets == ATTRIBUTES
    assert [fault.text for fault in block.faults] == ["AGGREGATOR with AS number 0"]


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        (b"\x40\1\1\7" + AS_PATH4, "ORIGIN 7 is not known"),
        (ORIGIN + attribute(0x40, 2, b"\2\2\0\0\0\1"), "AS_PATH: "),
        (ORIGIN[:-1], "ORIGIN runs past the end"),
        (b"\x40", "the header of an attribute is cut short"),
        (attribute(0x80, 14, b"\x11" + V6_HOP), "MP_REACH_NLRI"),
        (attribute(0x80, 14, b""), "MP_REACH_NLRI"),
        (attribute(0x80, 14, b"\0\1\1\4" + PEER4.packed + b"\0"), "MP_REACH_NLRI of ipv4-unicast in a route of ipv6"),
    ],
)
def test_attributes_that_withdraw_the_route_are_refused(attributes: bytes, text: str) -> None:
    """As RFC 7606 would have it, with its words."""
    with pytest.raises(ValueError, match=text):
        EntryReader().read(attributes, IPV6_UNICAST)


@pytest.mark.parametrize("hops", [V6_HOP, V6_HOP + LOCAL6.packed])
def test_canonical_blocks_are_abbreviated_for_a_dump(hops: bytes) -> None:
    """MP_REACH_NLRI becomes next hop length and next hop. RFC 6396, section 4.3.4."""
    length = bytes((len(hops),))
    canonical = ORIGIN + AS_PATH4 + attribute(0x80, 14, b"\0\2\1" + length + hops + b"\0") + attribute(0xC0, 8, b"")
    dumped = ORIGIN + AS_PATH4 + attribute(0x80, 14, length + hops) + attribute(0xC0, 8, b"")
    assert encode_entry_attributes(canonical) == dumped


def test_blocks_without_the_attribute_are_dumped_as_they_are() -> None:
    """IPv4 unicast has NEXT_HOP."""
    block = EntryReader().read(ATTRIBUTES, IPV4_UNICAST)
    assert encode_entry_attributes(encode_attributes(block.attributes)) == ATTRIBUTES
    assert SHORT_REACH in encode_entry_attributes(V6_CANONICAL)
