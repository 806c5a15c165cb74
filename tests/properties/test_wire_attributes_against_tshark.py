"""Another decoder reads the path attributes that we write: tshark, from captures put together here.

Its words stand beside the values, written by hand. The tunnels (type codes 22 and 23) and BGP-LS have a file each
beside this one.
"""

from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Final

from bgpkit.wire import ATTRIBUTE_ROWS, Attribute
from bgpkit.wire.attributes.aigp import Aigp, AigpMetric
from bgpkit.wire.attributes.attr_set import AttrSet
from bgpkit.wire.attributes.prefix_sid import LabelIndex, OriginatorSrgb, PrefixSid, SrgbRange
from bgpkit.wire.attributes.srv6_service import SidInformation, SidStructure, Srv6L2Service, Srv6L3Service
from bgpkit_rib import (
    BLACKHOLE,
    NO_EXPORT,
    Aggregator,
    AsPath,
    Community,
    ExtendedCommunity,
    LargeCommunity,
    Origin,
)
from tests.support.tshark_readings import differences, of_attribute

WELL_KNOWN, OPTIONAL, TRANSITIVE = 0x40, 0x80, 0xC0
AGGREGATOR: Final = Aggregator(70001, IPv4Address("192.0.2.78"))
ROUTES: Final = frozenset({14, 15})
"""MP_REACH_NLRI and MP_UNREACH_NLRI, which the tests of the families compare."""
COMPARED: Final = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 16, 17, 18, 22, 23, 26, 29, 32, 40, 128})
UNREAD: Final = {
    25: "Unknown Path attributes",
    35: "Type Code: Unknown (35)",
}
"""The attributes that tshark 4.0.17 does not look into, in its words; they are not compared."""


def test_no_attribute_is_forgotten() -> None:
    """One that gets a row has to be compared, here or in a file beside this one, or tshark has to be blind for it."""
    assert COMPARED | ROUTES | UNREAD.keys() == ATTRIBUTE_ROWS.keys()
    assert not COMPARED & UNREAD.keys()


def test_tshark_reads_the_attributes_of_the_base_protocol(tmp_path: Path) -> None:
    """ORIGIN to AGGREGATOR, with flags, and AS4_PATH and AS4_AGGREGATOR; segments of all four types."""
    path = """
        Type Code: AS_PATH (2)
        Segment type: AS_CONFED_SEQUENCE (3)
        Segment length (number of ASN): 1
        AS4: 64513
        Segment type: AS_CONFED_SET (4)
        AS4: 64514
        AS4: 64515
        Segment type: AS_SEQUENCE (2)
        Segment length (number of ASN): 2
        AS4: 64512
        AS4: 70000
        Segment type: AS_SET (1)
        AS4: 5
        AS4: 6
        """
    values = AsPath.parse("(64513) [64514,64515] 64512 70000 {5,6}")
    empty = "Flags: 0x40, Transitive, Well-known, Complete\nType Code: ATOMIC_AGGREGATE (6)\nLength: 0"
    aggregator = "Aggregator AS: 70001\nAggregator origin: 192.0.2.78"
    readings = (
        of_attribute(WELL_KNOWN, 1, Origin.INCOMPLETE, "Type Code: ORIGIN (1)\nOrigin: INCOMPLETE (2)"),
        of_attribute(WELL_KNOWN, 2, values, path),
        of_attribute(WELL_KNOWN, 3, IPv4Address("192.0.2.77"), "Type Code: NEXT_HOP (3)\nNext hop: 192.0.2.77"),
        of_attribute(OPTIONAL, 4, 17, "Type Code: MULTI_EXIT_DISC (4)\nMultiple exit discriminator: 17"),
        of_attribute(WELL_KNOWN, 5, 170, "Type Code: LOCAL_PREF (5)\nLocal preference: 170"),
        of_attribute(WELL_KNOWN, 6, True, empty),
        of_attribute(TRANSITIVE, 7, AGGREGATOR, f"Type Code: AGGREGATOR (7)\n{aggregator}"),
        of_attribute(TRANSITIVE, 17, AsPath.parse("70000 70001"), "Type Code: AS4_PATH (17)\nAS4: 70000\nAS4: 70001"),
        of_attribute(TRANSITIVE | 0x20, 18, AGGREGATOR, f"Flags: 0xe0, Optional, Transitive, Partial\n{aggregator}"),
    )
    assert differences(tmp_path, readings) == []


def test_tshark_reads_communities(tmp_path: Path) -> None:
    """Plain ones with well-known ones between, extended and large ones."""
    communities = (Community.parse("64512:99"), NO_EXPORT, BLACKHOLE, Community.parse("65535:5"))
    plain = """
        Type Code: COMMUNITIES (8)
        Community AS: 64512
        Community value: 99
        Community Well-known: NO_EXPORT (0xffffff01)
        Community Well-known: BLACKHOLE (0xffff029a)
        Community Well-known: Unknown (0xffff0005)
        """
    extended = (ExtendedCommunity.parse("rt:64512:100"), ExtendedCommunity.parse("ro:192.0.2.1:7"))
    targets = """
        Type Code: EXTENDED_COMMUNITIES (16)
        Carried extended communities: (2 communities)
        Route Target: 64512:100 [Transitive 2-Octet AS-Specific]
        Route Origin: 192.0.2.1:7 [Transitive IPv4-Address-Specific]
        """
    large = "Type Code: LARGE_COMMUNITY (32)\nLarge communities: 1:2:3\nLarge communities: 4200000000:4:5"
    readings = (
        of_attribute(TRANSITIVE, 8, communities, plain),
        of_attribute(TRANSITIVE, 16, extended, targets),
        of_attribute(TRANSITIVE, 32, (LargeCommunity(1, 2, 3), LargeCommunity(4200000000, 4, 5)), large),
    )
    assert differences(tmp_path, readings) == []


def test_tshark_reads_what_reflectors_and_providers_add(tmp_path: Path) -> None:
    """ORIGINATOR_ID, CLUSTER_LIST, AIGP, and ATTR_SET with the attributes in it."""
    clusters = (IPv4Address("192.0.2.10"), IPv4Address("192.0.2.11"))
    inner = (
        Attribute(WELL_KNOWN, 1, Origin.EGP),
        Attribute(WELL_KNOWN, 2, AsPath.parse("70000")),
        Attribute(WELL_KNOWN, 5, 100),
    )
    attr_set = """
        Type Code: ATTR_SET (128)
        Origin AS: 64512
        Type Code: ORIGIN (1)
        Origin: EGP (1)
        Type Code: AS_PATH (2)
        AS4: 70000
        Type Code: LOCAL_PREF (5)
        Local preference: 100
        """
    aigp = "Type Code: AIGP (26)\nAIGP TLV length: 11\nAIGP Accumulated IGP Metric: 12345678901"
    readings = (
        of_attribute(OPTIONAL, 9, clusters[0], "Type Code: ORIGINATOR_ID (9)\nOriginator identifier: 192.0.2.10"),
        of_attribute(OPTIONAL, 10, clusters, "Cluster ID: 192.0.2.10\nCluster ID: 192.0.2.11"),
        of_attribute(OPTIONAL, 26, Aigp((AigpMetric(12345678901),)), aigp),
        of_attribute(TRANSITIVE, 128, AttrSet(64512, inner), attr_set),
    )
    assert differences(tmp_path, readings) == []


def test_tshark_reads_prefix_sids(tmp_path: Path) -> None:
    """A label index with the originator's block; the services of SRv6 (it calls a type 6 "L3" in its heading)."""
    structure = SidStructure(
        locator_block_length=40,
        locator_node_length=24,
        function_length=16,
        argument_length=0,
        transposition_length=16,
        transposition_offset=64,
    )
    l3 = SidInformation(sid=IPv6Address("2001:db8:1:1::"), endpoint_behavior=0x13, sub_sub_tlvs=(structure,))
    l2 = SidInformation(sid=IPv6Address("2001:db8:1:2::"), endpoint_behavior=0x17)
    labels = PrefixSid((LabelIndex(100), OriginatorSrgb((SrgbRange(16000, 8000), SrgbRange(30000, 1000)))))
    readings = (
        of_attribute(TRANSITIVE, 40, labels, LABELS),
        of_attribute(TRANSITIVE, 40, PrefixSid((Srv6L3Service((l3,)), Srv6L2Service((l2,)))), SERVICES),
    )
    assert differences(tmp_path, readings) == []


LABELS: Final = """
    Type Code: BGP Prefix-SID (40)
    Type: Label-Index (1)
    Length: 7
    Label-Index Value: 100
    Type: Originator SRGB (3)
    Length: 14
    SRGB Base: 16000
    SRGB Range: 8000
    SRGB Base: 30000
    SRGB Range: 1000
    """
SERVICES: Final = """
    Type Code: BGP Prefix-SID (40)
    Type: SRv6 L3 Service (5)
    Length: 34
    Type: SRv6 SID Information (1)
    SRv6 SID Value: 2001:db8:1:1::
    SRv6 Endpoint Behavior: End.DT4 (0x0013)
    Type: SRv6 SID Structure (1)
    Locator Block Length: 40
    Locator Node Length: 24
    Function Length: 16
    Argument Length: 0
    Transposition Length: 16
    Transposition Offset: 64
    Type: SRv6 L2 Service (6)
    Length: 25
    SRv6 SID Value: 2001:db8:1:2::
    SRv6 Endpoint Behavior: End.DT2U (0x0017)
    """
