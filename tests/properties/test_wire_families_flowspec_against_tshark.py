"""Another decoder reads the flow specifications that we write: tshark, from captures put together here."""

from pathlib import Path
from typing import Final

from bgpkit.wire.families.flowspec import FlowSpecRule
from bgpkit.wire.families.flowspec_components import (
    BitmaskTerm,
    Comparison,
    FlowBits,
    FlowComponent,
    FlowNumbers,
    FlowPrefix,
    NumericTerm,
)
from bgpkit_fsm import Family
from bgpkit_rib import Prefix, RouteDistinguisher
from tests.support.tshark_readings import differences, of_nlri

RD: Final = RouteDistinguisher.parse("64512:7")
IPV4, IPV6 = Prefix.parse("192.0.2.0/24"), Prefix.parse("2001:db8:1::/48")
EQUAL: Final = Comparison.EQUAL


def test_tshark_reads_flow_specifications(tmp_path: Path) -> None:
    """Eight components for IPv4, five for IPv6; behind a route distinguisher for VPNs.

    It shows "not equal" as ``><``, and the not bit of a bitmask as ``>``. Not compared: flow labels, which are an
    "Unknown filter 13" to it; IPv6 prefixes with an offset, of which it reads more octets than there are; values of
    four octets and of eight, of which it reads others than are there.
    """
    ipv4 = FlowSpecRule(
        (
            FlowPrefix(FlowComponent.DESTINATION_PREFIX, IPV4),
            FlowPrefix(FlowComponent.SOURCE_PREFIX, Prefix.parse("10.0.0.0/8")),
            FlowNumbers(FlowComponent.PROTOCOL, (NumericTerm(EQUAL, 6),)),
            FlowNumbers(FlowComponent.PORT, PORTS),
            FlowBits(FlowComponent.TCP_FLAGS, (BitmaskTerm(0x02, match=True),)),
            FlowNumbers(FlowComponent.PACKET_LENGTH, (NumericTerm(Comparison.LESS, 1400, 2),)),
            FlowNumbers(FlowComponent.DSCP, (NumericTerm(EQUAL, 46),)),
            FlowBits(FlowComponent.FRAGMENT, (BitmaskTerm(0x02, negated=True),)),
        )
    )
    ipv6 = FlowSpecRule(
        (
            FlowPrefix(FlowComponent.SOURCE_PREFIX, IPV6),
            FlowNumbers(FlowComponent.PROTOCOL, (NumericTerm(EQUAL, 17),)),
            FlowNumbers(FlowComponent.DESTINATION_PORT, (NumericTerm(Comparison.NOT_EQUAL, 53),)),
            FlowNumbers(FlowComponent.ICMP_TYPE, (NumericTerm(EQUAL, 128),)),
            FlowNumbers(FlowComponent.ICMP_CODE, (NumericTerm(Comparison.GREATER, 1, 2),)),
        )
    )
    source = FlowNumbers(FlowComponent.SOURCE_PORT, (NumericTerm(EQUAL, 53),))
    vpn = FlowSpecRule((FlowPrefix(FlowComponent.DESTINATION_PREFIX, IPV4), source), RD)
    vpn6 = FlowSpecRule((FlowPrefix(FlowComponent.DESTINATION_PREFIX, IPV6), source), RD)
    readings = (
        *of_nlri(Family(1, 133), [ipv4, FlowSpecRule((source,))], f"{FLOW}{SOURCE_PORT}"),
        *of_nlri(Family(2, 133), [ipv6, FlowSpecRule((source,))], f"{FLOW6}{SOURCE_PORT}"),
        *of_nlri(Family(1, 134), [vpn], f"{FLOW_RD}{FLOW_DESTINATION}{SOURCE_PORT}"),
        *of_nlri(Family(2, 134), [vpn6], f"{FLOW_RD}{FLOW6_DESTINATION}{SOURCE_PORT}"),
    )
    assert differences(tmp_path, readings) == []


PORTS: Final = (
    NumericTerm(Comparison.GREATER_OR_EQUAL, 137),
    NumericTerm(Comparison.LESS_OR_EQUAL, 139, and_bit=True),
    NumericTerm(EQUAL, 8080, 2),
)
FLOW: Final = """
    NRLI length: 32
    Filter: Destination prefix filter (192.0.2.0/24)
    Filter: Source prefix filter (10.0.0.0/8)
    Filter: Protocol / Next Header filter (=6)
    Filter: Port filter (>=137 && <=139 || =8080)
    Filter: TCP flags filter (= S)
    Filter: Packet Length filter (<1400)
    Filter: DSCP marking filter (=Expedited Forwarding)
    Filter: IP fragment filter (> IsF)
    Fragment Flag: 0x02, Is a fragment
    """
FLOW6: Final = """
    NRLI length: 22
    Filter: Source prefix filter (2001:db8:1::/48)
    Filter: Protocol / Next Header filter (=17)
    Filter: Destination port filter (><53)
    Filter: ICMP type filter (=128)
    Filter: ICMP code filter (>1)
    """
FLOW_RD: Final = """
    Route Distinguisher Type: 0
    Administrator Subfield: 64512
    Assigned Number Subfield: 0x00000007 (7)
    """
FLOW_DESTINATION: Final = "Filter: Destination prefix filter (192.0.2.0/24)\n"
FLOW6_DESTINATION: Final = "Filter: Destination prefix filter (2001:db8:1::/48)\n"
SOURCE_PORT: Final = "Filter: Source port filter (=53)\n"
