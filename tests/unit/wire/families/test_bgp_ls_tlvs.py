"""BGP-LS descriptors in octets."""

from ipaddress import IPv4Address, IPv6Address

import pytest

from bgpkit.wire.families.bgp_ls_descriptors import (
    AutonomousSystem,
    BgpLsIdentifier,
    BgpRouterId,
    IgpRouterId,
    InterfaceAddress,
    IpReachability,
    LinkIdentifiers,
    LinkStateDescriptor,
    MemberAs,
    MultiTopologyId,
    NeighborAddress,
    NodeDescriptors,
    OspfAreaId,
    OspfRouteTypeDescriptor,
    Srv6Sid,
)
from bgpkit.wire.families.bgp_ls_tlvs import read_descriptors, write_descriptor
from bgpkit.wire.tlv import Tlv, write_tlvs
from bgpkit_rib import Prefix

NODE = (
    "0100 0038"  # local node descriptors
    "0200 0004 0000fde8"  # autonomous system
    "0201 0004 00000002"  # BGP-LS identifier
    "0202 0004 00000001"  # OSPF area ID
    "0203 0004 c0000201"  # IGP router ID
    "0204 0004 cb007101"  # BGP router ID
    "0205 0004 0000fde9"  # member AS
    "0258 0004 01020304"  # type 600
)


@pytest.mark.parametrize(
    ("octets", "width", "descriptor"),
    [
        (
            NODE,
            0,
            NodeDescriptors(
                (
                    AutonomousSystem(65000),
                    BgpLsIdentifier(2),
                    OspfAreaId(IPv4Address("0.0.0.1")),
                    IgpRouterId(bytes.fromhex("c0000201")),
                    BgpRouterId(IPv4Address("203.0.113.1")),
                    MemberAs(65001),
                    Tlv(600, bytes.fromhex("01020304")),
                )
            ),
        ),
        ("0101 000a 0203 0006 000000000003", 0, NodeDescriptors((IgpRouterId(bytes(5) + b"\3"),), remote=True)),
        ("0102 0008 00000010 00000007", 0, LinkIdentifiers(16, 7)),
        ("0103 0004 c0000201", 0, InterfaceAddress(IPv4Address("192.0.2.1"))),
        ("0104 0004 c0000202", 0, NeighborAddress(IPv4Address("192.0.2.2"))),
        (f"0105 0010 20010db8{'00' * 11}01", 0, InterfaceAddress(IPv6Address("2001:db8::1"))),
        (f"0106 0010 20010db8{'00' * 11}02", 0, NeighborAddress(IPv6Address("2001:db8::2"))),
        ("0107 0004 0002 0fff", 0, MultiTopologyId((2, 4095))),
        ("0107 0000", 0, MultiTopologyId(())),
        ("0108 0001 06", 0, OspfRouteTypeDescriptor(6)),
        ("0109 0004 18 c00002", 32, IpReachability(Prefix.parse("192.0.2.0/24"))),
        ("0109 0005 20 20010db8", 128, IpReachability(Prefix.parse("2001:db8::/32"))),
        ("0109 0001 00", 32, IpReachability(Prefix.parse("0.0.0.0/0"))),
        (f"0206 0010 20010db8{'00' * 11}05", 0, Srv6Sid(IPv6Address("2001:db8::5"))),
        ("0400 0001 80", 0, Tlv(1024, b"\x80")),
    ],
)
def test_every_descriptor_is_read_and_written(octets: str, width: int, descriptor: LinkStateDescriptor) -> None:
    """Types and fields of RFC 9552, sections 5.2.1.4, 5.2.2 and 5.2.3, RFC 9086, section 4.1, RFC 9514, section 6.1."""
    raw = bytes.fromhex(octets)
    assert read_descriptors(raw, width) == (descriptor,)
    assert write_tlvs([write_descriptor(descriptor)]) == raw


@pytest.mark.parametrize(
    ("octets", "width"),
    [
        ("0102 0007 00000010 000000", 0),
        ("0102 000c 00000010 00000007 00000000", 0),
        ("0103 0010 20010db8000000000000000000000001", 0),
        ("0105 0004 c0000201", 0),
        ("0107 0003 000200", 0),
        ("0107 0002 f002", 0),
        ("0108 0002 0001", 0),
        ("0108 0000", 0),
        ("0109 0004 18 c00002", 0),
        ("0109 0005 20 20010db8", 0),
        ("0109 0006 21 20010db880", 32),
        ("0109 0004 17 c00003", 32),
        ("0109 0005 18 c0000200", 32),
        ("0109 0000", 32),
        ("0206 0004 20010db8", 0),
        ("0100 0003 020000", 0),
    ],
)
def test_a_value_of_another_form_stays_as_it_is(octets: str, width: int) -> None:
    """Contents are not judged: what the fields do not say exactly is kept as a TLV. RFC 9552, section 8.2.2."""
    raw = bytes.fromhex(octets)
    assert read_descriptors(raw, width) == (Tlv(int.from_bytes(raw[:2], "big"), raw[4:]),)


@pytest.mark.parametrize("octets", ["0200 0003 00fde8", "0201 0005 0000000002", "0202 0003 000001", "0204 0000"])
def test_a_value_of_another_form_within_a_node_stays_as_it_is(octets: str) -> None:
    """The other descriptors of the node are read all the same."""
    inner = bytes.fromhex(octets)
    node = inner + bytes.fromhex("0205 0004 0000fde9")
    raw = b"\1\1" + len(node).to_bytes(2, "big") + node
    kept = Tlv(int.from_bytes(inner[:2], "big"), inner[4:])
    assert read_descriptors(raw, 0) == (NodeDescriptors((kept, MemberAs(65001)), remote=True),)


def test_descriptors_stand_in_the_order_of_their_octets() -> None:
    """Several TLVs, one after another, and one that runs past the end is refused."""
    raw = bytes.fromhex("0103 0004 c0000201 0104 0004 c0000202")
    assert [str(each) for each in read_descriptors(raw, 0)] == ["interface 192.0.2.1", "neighbor 192.0.2.2"]
    with pytest.raises(ValueError, match="runs past the end"):
        read_descriptors(raw[:-1], 0)
