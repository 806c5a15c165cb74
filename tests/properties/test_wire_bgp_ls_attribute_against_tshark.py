"""Another decoder reads the BGP-LS attribute that we write: tshark, from captures put together here."""

from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Final

from bgpkit.wire.attributes.bgp_ls_attribute import BgpLsAttribute, LinkStateTlv
from bgpkit.wire.attributes.link_state_codes import LinkStateCode as Code
from bgpkit.wire.attributes.link_state_tlvs import (
    IgpMetric,
    LinkStateAddress,
    LinkStateBandwidth,
    LinkStateNumber,
    LinkStateNumbers,
    LinkStateOctets,
    LinkStateSid,
    LinkStateText,
)
from tests.support.tshark_readings import Reading, differences, of_attribute


def link_state(facts: str, *tlvs: LinkStateTlv) -> Reading:
    """Return a BGP-LS attribute with TLVs, of which tshark says ``facts``."""
    return of_attribute(0x80, 29, BgpLsAttribute(tlvs), f"Type Code: BGP-LS Attribute (29)\n{facts}")


def test_tshark_reads_the_attributes_of_nodes(tmp_path: Path) -> None:
    """Flags, names, an area carried as octets, router identifiers, algorithms."""
    reading = link_state(
        NODE,
        LinkStateNumber(Code.NODE_FLAG_BITS, 0x80),
        LinkStateText(Code.NODE_NAME, "router"),
        LinkStateOctets(Code.ISIS_AREA_ID, bytes.fromhex("490001")),
        LinkStateAddress(Code.IPV4_LOCAL_ROUTER_ID, IPv4Address("192.0.2.1")),
        LinkStateAddress(Code.IPV6_LOCAL_ROUTER_ID, IPv6Address("2001:db8::1")),
        LinkStateNumbers(Code.SR_ALGORITHM, (0, 1)),
    )
    assert differences(tmp_path, [reading]) == []


NODE: Final = """
    Type: 1024
    Overload Bit: Set
    Attached Bit: Not set
    Type: 1026
    Node name: router
    Type: 1027
    IS-IS Area Identifier: 490001
    Type: 1028
    IPv4 Router-ID: 192.0.2.1
    Type: 1029
    IPv6 Router-ID: 2001:db8::1
    Type: 1035
    SR Algorithm: 0
    SR Algorithm: 1
    """


def test_tshark_reads_the_attributes_of_links(tmp_path: Path) -> None:
    """Groups, bandwidths (tshark shows megabits), metrics, a name, the label of an adjacency."""
    fast = 125_000_000.0
    reading = link_state(
        LINK,
        LinkStateAddress(Code.IPV4_REMOTE_ROUTER_ID, IPv4Address("192.0.2.2")),
        LinkStateNumber(Code.ADMINISTRATIVE_GROUP, 5),
        LinkStateBandwidth(Code.MAXIMUM_LINK_BANDWIDTH, (fast,)),
        LinkStateBandwidth(Code.MAXIMUM_RESERVABLE_LINK_BANDWIDTH, (2 * fast,)),
        LinkStateBandwidth(Code.UNRESERVED_BANDWIDTH, tuple(fast * share / 8 for share in range(8, 0, -1))),
        LinkStateNumber(Code.TE_DEFAULT_METRIC, 10),
        LinkStateNumber(Code.LINK_PROTECTION_TYPE, 0x0200),
        LinkStateNumber(Code.MPLS_PROTOCOL_MASK, 0x80),
        IgpMetric(20, 3),
        LinkStateNumbers(Code.SHARED_RISK_LINK_GROUP, (7, 8)),
        LinkStateText(Code.LINK_NAME, "link"),
        LinkStateSid(code=Code.ADJACENCY_SID, sid=24001, size=3, flags=0x30, parameter=4),
    )
    assert differences(tmp_path, [reading]) == []


LINK: Final = """
    Type: 1030
    IPv4 Router-ID: 192.0.2.2
    Type: 1088
    Group Mask: 5
    Type: 1089
    Maximum link bandwidth: 1000.00 Mbps
    Type: 1090
    Maximum reservable link bandwidth: 2000.00 Mbps
    Type: 1091
    Priority 0, Unreserved Bandwidth: 1000.00 Mbps
    Priority 1, Unreserved Bandwidth: 875.00 Mbps
    Priority 7, Unreserved Bandwidth: 125.00 Mbps
    Type: 1092
    TE Default Metric: 0x0000000a (10)
    Type: 1093
    Protection Capabilities: 0x02, Unprotected
    Type: 1094
    Label Distribution Protocol (LDP): Set
    Extension to RSVP for LSP Tunnels (RSVP-TE): Not set
    Type: 1095
    Length: 3
    IGP Metric: 0x000014 (20)
    Type: 1096
    Shared Risk Link Group Value: 0x00000007 (7)
    Shared Risk Link Group Value: 0x00000008 (8)
    Type: 1098
    Link Name: link
    Type: 1099
    Flags: 0x30, Value Flag (V), Local Flag (L)
    Weight: 4
    SID/Label: 24001
    """


def test_tshark_reads_the_attributes_of_prefixes(tmp_path: Path) -> None:
    """Flags, tags, a metric, a forwarding address, the index of a SID."""
    reading = link_state(
        PREFIX,
        LinkStateNumber(Code.IGP_FLAGS, 0x80),
        LinkStateNumbers(Code.IGP_ROUTE_TAG, (9,)),
        LinkStateNumbers(Code.IGP_EXTENDED_ROUTE_TAG, (10,)),
        LinkStateNumber(Code.PREFIX_METRIC, 11),
        LinkStateAddress(Code.OSPF_FORWARDING_ADDRESS, IPv4Address("192.0.2.3")),
        LinkStateSid(code=Code.PREFIX_SID, sid=101, size=4, flags=0x40, parameter=1),
    )
    assert differences(tmp_path, [reading]) == []


PREFIX: Final = """
    Type: 1152
    IS-IS Up/Down Bit: Set
    Type: 1153
    Route Tag Value: 0x00000009 (9)
    Type: 1154
    Extended Route Tag: 0x000000000000000a (10)
    Type: 1155
    Prefix Metric: 0x0000000b (11)
    Type: 1156
    OSPF forwarding IPv4 address: 192.0.2.3
    Type: 1158
    Flags: 0x40, Node-SID (N)
    Algorithm: 1
    SID/Index: 101
    """
