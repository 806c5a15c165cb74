"""What a segment list holds, put together as in RFC 9830, section 2.4.4."""

from ipaddress import IPv6Address

import pytest

from bgpkit.wire.attributes.label_stack_entry import LabelStackEntry
from bgpkit.wire.attributes.segment_list import (
    EndpointBehaviorStructure,
    SegmentA,
    SegmentB,
    Weight,
    read_segments,
    write_segments,
)
from bgpkit.wire.tlv import Tlv

SID = "20010db8000000000000000000000001"
BEHAVIOR = EndpointBehaviorStructure(
    behavior=0x13,
    locator_block_length=40,
    locator_node_length=24,
    function_length=16,
    argument_length=0,
    reserved=1,
)


def test_segments_and_weight_are_read_in_order() -> None:
    """A weight of 7, label 16001, and an SRv6 SID with its behavior; type 3 is kept as it is."""
    octets = bytes.fromhex(
        f"09 06 0000 0000000701 06 8001 03e810000d 12 0000 {SID}0d 1a 1000 {SID} 0013 0001 28 18 10 0003 02 aabb"
    )
    sid = IPv6Address("2001:db8::1")
    segments = (
        Weight(7),
        SegmentA(LabelStackEntry(label=16001), flags=0x80, reserved=1),
        SegmentB(sid),
        SegmentB(sid, BEHAVIOR, flags=0x10),
        Tlv(3, b"\xaa\xbb"),
    )
    assert read_segments(octets) == segments
    assert write_segments(segments) == octets
    assert [str(each) for each in segments] == [
        "weight 7",
        "label 16001",
        "sid 2001:db8::1",
        "sid 2001:db8::1 behavior 0x13 [40,24,16,0]",
        "tlv-3 0xaabb",
    ]


@pytest.mark.parametrize(
    ("octets", "complaint"),
    [
        ("09 05 0000 000007", "a weight of 5 octets"),
        ("01 02 0000", "type A of 2 octets"),
        (f"0d 13 0000 {SID} 00", "type B of 19 octets"),
        ("03 04 00", "runs past the end"),
        ("03", "no type and length"),
    ],
)
def test_lengths_that_the_type_cannot_have_are_told(octets: str, complaint: str) -> None:
    """Each segment type has its lengths; another raises ValueError."""
    with pytest.raises(ValueError, match=complaint):
        read_segments(bytes.fromhex(octets))


def test_fields_that_do_not_fit_are_refused() -> None:
    """A number beyond its field, and a value beyond its length field, raise ValueError."""
    with pytest.raises(ValueError, match="does not fit 4 octets"):
        Weight(1 << 32)
    for flags in (-1, 256):
        with pytest.raises(ValueError, match="does not fit an octet"):
            SegmentA(LabelStackEntry(label=1), flags=flags)
        with pytest.raises(ValueError, match="does not fit an octet"):
            SegmentB(IPv6Address("::"), flags=flags)
    with pytest.raises(ValueError, match="does not fit 2 octets"):
        EndpointBehaviorStructure(
            behavior=1 << 16, locator_block_length=0, locator_node_length=0, function_length=0, argument_length=0
        )
    with pytest.raises(ValueError, match="does not have 8"):
        EndpointBehaviorStructure.of(bytes(7))
    with pytest.raises(ValueError, match="does not fit its length field"):
        write_segments((Tlv(3, bytes(256)),))
