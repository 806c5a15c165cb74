"""Another decoder reads the routes of Ethernet VPNs that we write: tshark, from captures put together here."""

from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Final

from bgpkit.wire.families import (
    EthernetAutoDiscoveryRoute,
    EthernetSegmentIdentifier,
    EthernetSegmentRoute,
    InclusiveMulticastRoute,
    IpPrefixRoute,
    MacIpAdvertisementRoute,
)
from bgpkit_fsm import Family
from bgpkit_rib import MacAddress, RouteDistinguisher
from tests.support.tshark_readings import differences, of_nlri

RD: Final = RouteDistinguisher.parse("64512:7")
SEGMENT: Final = EthernetSegmentIdentifier.parse("00:11:22:33:44:55:66:77:88:99")
MAC: Final = MacAddress.parse("02:42:ac:11:00:02")


def test_tshark_reads_routes_of_ethernet_vpns(tmp_path: Path) -> None:
    """Types 1 to 4: a label is the upper 20 of the 24 bits that we tell."""
    address, router = IPv4Address("10.0.0.1"), IPv4Address("192.0.2.1")
    routes = [
        EthernetAutoDiscoveryRoute(route_distinguisher=RD, ethernet_segment=SEGMENT, ethernet_tag=5, label=1600),
        MacIpAdvertisementRoute(
            route_distinguisher=RD,
            ethernet_segment=SEGMENT,
            ethernet_tag=6,
            mac_address=MAC,
            ip_address=address,
            label=1616,
            second_label=1632,
        ),
        MacIpAdvertisementRoute(
            route_distinguisher=RD, mac_address=MAC, ip_address=IPv6Address("2001:db8::7"), label=1616
        ),
        MacIpAdvertisementRoute(route_distinguisher=RD, mac_address=MAC, label=1616),
        InclusiveMulticastRoute(route_distinguisher=RD, ethernet_tag=7, originating_router=router),
        EthernetSegmentRoute(route_distinguisher=RD, ethernet_segment=SEGMENT, originating_router=router),
    ]
    assert differences(tmp_path, [*of_nlri(Family(25, 70), routes, EVPN)]) == []


EVPN: Final = """
    Route Type: Ethernet AD Route (1)
    Length: 25
    Route Distinguisher: 0000fc0000000007 (64512:7)
    ESI: 00:11:22:33:44:55:66:77:88:99
    Ethernet Tag ID: 5
    MPLS Label 1: 100
    Route Type: MAC Advertisement Route (2)
    Length: 40
    Route Distinguisher: 0000fc0000000007 (64512:7)
    ESI: 00:11:22:33:44:55:66:77:88:99
    Ethernet Tag ID: 6
    MAC Address Length: 48
    MAC Address: 02:42:ac:11:00:02
    IP Address Length: 32
    IPv4 address: 10.0.0.1
    MPLS Label 1: 101
    MPLS Label 2: 102
    Route Type: MAC Advertisement Route (2)
    Length: 49
    ESI: 00:00:00:00:00:00:00:00:00:00
    Ethernet Tag ID: 0
    MAC Address: 02:42:ac:11:00:02
    IP Address Length: 128
    IPv6 address: 2001:db8::7
    MPLS Label 1: 101
    Route Type: MAC Advertisement Route (2)
    Length: 33
    MAC Address: 02:42:ac:11:00:02
    IP Address Length: 0
    IP Address: NOT INCLUDED
    MPLS Label 1: 101
    Route Type: Inclusive Multicast Route (3)
    Length: 17
    Route Distinguisher: 0000fc0000000007 (64512:7)
    Ethernet Tag ID: 7
    IP Address Length: 32
    IPv4 address: 192.0.2.1
    Route Type: Ethernet Segment Route (4)
    Length: 23
    Route Distinguisher: 0000fc0000000007 (64512:7)
    ESI: 00:11:22:33:44:55:66:77:88:99
    IP Address Length: 32
    IPv4 address: 192.0.2.1
    """


def test_tshark_reads_ip_prefixes_of_ethernet_vpns(tmp_path: Path) -> None:
    """Type 5, with a gateway and without; it expects the lowest bit of the label field to end a stack."""
    routes = [
        IpPrefixRoute(
            route_distinguisher=RD,
            ethernet_tag=8,
            ip_prefix_length=24,
            ip_prefix=IPv4Address("10.1.2.0"),
            gateway=IPv4Address("10.9.9.9"),
            label=103 << 4 | 1,
        ),
        IpPrefixRoute(
            route_distinguisher=RD,
            ip_prefix_length=48,
            ip_prefix=IPv6Address("2001:db8:5::"),
            gateway=IPv6Address("::"),
            label=104 << 4 | 1,
        ),
    ]
    facts = """
        Route Type: IP Prefix route (5)
        Length: 34
        Route Distinguisher: 0000fc0000000007 (64512:7)
        ESI: 00:00:00:00:00:00:00:00:00:00
        Ethernet Tag ID: 8
        IP prefix length: 24
        IPv4 address: 10.1.2.0
        IPv4 Gateway address: 10.9.9.9
        MPLS Label Stack: 103 (bottom)
        Route Type: IP Prefix route (5)
        Length: 58
        Ethernet Tag ID: 0
        IP prefix length: 48
        IPv6 address: 2001:db8:5::
        IPv6 Gateway address: ::
        MPLS Label Stack: 104 (bottom)
        """
    assert differences(tmp_path, [*of_nlri(Family(25, 70), routes, facts)]) == []
