"""Another decoder reads the NLRI that we write, family by family: tshark, from captures put together here.

Its words stand beside the values, written by hand. Ethernet VPNs, FlowSpec and BGP-LS have a file each beside this one.
"""

from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Final

from bgpkit.wire import ROWS
from bgpkit.wire.families import LabeledPrefix, LabeledVpnPrefix, MplsLabel, RouteTargetMembership, label_stack
from bgpkit.wire.families.mvpn_routes import (
    MvpnInterAsPmsi,
    MvpnIntraAsPmsi,
    MvpnLeaf,
    MvpnSelectivePmsi,
    MvpnSharedTreeJoin,
    MvpnSourceActive,
    MvpnSourceTreeJoin,
)
from bgpkit.wire.families.sr_policy import SrPolicy
from bgpkit.wire.families.vpls import VplsDiscovery, VplsLabelBlock
from bgpkit_fsm import Family
from bgpkit_rib import ExtendedCommunity, Prefix, RouteDistinguisher
from tests.support.tshark_readings import differences, of_nlri

FAMILIES: Final = frozenset(ROWS)
"""Those that are built in: this is read before any test registers another."""
COMPARED: Final = frozenset(
    {Family(afi, safi) for afi in (1, 2) for safi in (1, 2, 4, 5, 128, 133, 134)}
    | {Family(1, 73), Family(1, 132), Family(25, 65), Family(25, 70), Family(16388, 71)}
)
UNREAD: Final = {
    Family(1, 129): "[Malformed Packet: BGP]: it looks for a label, and RFC 6514, section 10, has none",
    Family(2, 129): "[Malformed Packet: BGP], for the same reason",
    Family(2, 73): "Trying to fetch an IPv6 address with length 4",
    Family(25, 133): "Unknown SAFI (133) for AFI 25",
    Family(25, 134): "Unknown SAFI (134) for AFI 25",
    Family(1, 85): "Unknown SAFI (85) for AFI 1",
    Family(2, 85): "Unknown SAFI (85) for AFI 2",
    Family(16388, 72): "Expected/actual tlv mismatch, expected: 256, actual: 0: it overlooks the route distinguisher",
}
"""The families that tshark 4.0.17 cannot read, in its words; they are not compared."""
IPV4, IPV6 = Prefix.parse("192.0.2.0/24"), Prefix.parse("2001:db8:1::/48")
RD: Final = RouteDistinguisher.parse("64512:7")
ROUTER, ROUTER6 = IPv4Address("192.0.2.1"), IPv6Address("2001:db8::1")
SOURCE, GROUP = IPv4Address("10.0.0.1"), IPv4Address("232.1.1.1")
SOURCE6, GROUP6 = IPv6Address("2001:db8::5"), IPv6Address("ff3e::1")


def test_no_family_is_forgotten() -> None:
    """One that gets a row has to be compared, here or in a file beside this one, or tshark has to be blind for it."""
    assert COMPARED | UNREAD.keys() == FAMILIES
    assert not COMPARED & UNREAD.keys()


def test_tshark_reads_prefixes(tmp_path: Path) -> None:
    """Unicast and multicast, IPv4 and IPv6; lengths 0 and beyond whole octets."""
    readings = (
        *of_nlri(Family(1, 1), [Prefix.parse("0.0.0.0/0"), IPV4], "0.0.0.0/0\n192.0.2.0/24"),
        *of_nlri(Family(2, 1), [Prefix.parse("2001:db8::/32"), Prefix.parse("::/0")], "2001:db8::/32\n::/0"),
        *of_nlri(Family(1, 2), [Prefix.parse("198.51.100.128/25")], "198.51.100.128/25"),
        *of_nlri(Family(2, 2), [Prefix.parse("2001:db8:2::/47")], "2001:db8:2::/47"),
    )
    assert differences(tmp_path, readings) == []


def test_tshark_reads_labelled_prefixes(tmp_path: Path) -> None:
    """A stack of two labels, one, and the compatibility label of a withdrawal without."""
    without = "Label Stack=0 (withdrawn) IPv4=192.0.2.0/24"
    two, one, none = label_stack(100, 200), label_stack(300), ()
    readings = (
        *of_nlri(Family(1, 4), [LabeledPrefix(IPV4, two)], "Label Stack=100,200 (bottom) IPv4=192.0.2.0/24"),
        *of_nlri(Family(2, 4), [LabeledPrefix(IPV6, one)], "Label Stack=300 (bottom), IPv6=2001:db8:1::/48"),
        *of_nlri(Family(1, 4), [LabeledPrefix(IPV4, none)], without, announced=False),
    )
    assert differences(tmp_path, readings) == []


def test_tshark_reads_prefixes_of_vpns(tmp_path: Path) -> None:
    """Route distinguishers of the three types; the length of an IPv4 prefix counts label and RD, too."""
    routes = [
        LabeledVpnPrefix(RD, IPV4, label_stack(100)),
        LabeledVpnPrefix(RouteDistinguisher.parse("192.0.2.1:9"), Prefix.parse("10.0.0.0/8"), label_stack(17)),
        LabeledVpnPrefix(RouteDistinguisher.parse("4200000000:9"), Prefix.parse("10.64.0.0/10"), label_stack(18)),
    ]
    facts = """
        Prefix Length: 112
        Label Stack: 100 (bottom)
        Route Distinguisher: 64512:7
        MP Reach NLRI IPv4 prefix: 192.0.2.0
        Prefix Length: 96
        Label Stack: 17 (bottom)
        Route Distinguisher: 192.0.2.1:9
        MP Reach NLRI IPv4 prefix: 10.0.0.0
        Prefix Length: 98
        Label Stack: 18 (bottom)
        Route Distinguisher: 4200000000:9
        MP Reach NLRI IPv4 prefix: 10.64.0.0
        """
    ipv6 = LabeledVpnPrefix(RD, IPV6, label_stack(100))
    readings = (
        *of_nlri(Family(1, 128), routes, facts),
        *of_nlri(Family(2, 128), [ipv6], "Label Stack=100 (bottom) RD=64512:7, IPv6=2001:db8:1::/48"),
    )
    assert differences(tmp_path, readings) == []


def test_tshark_reads_routes_of_multicast_vpns(tmp_path: Path) -> None:
    """The seven types for IPv4, and three of them for IPv6."""
    routes = [
        MvpnIntraAsPmsi(RD, ROUTER),
        MvpnInterAsPmsi(RD, 64512),
        MvpnSelectivePmsi(RD, SOURCE, GROUP, ROUTER),
        MvpnLeaf(MvpnInterAsPmsi(RD, 64512), ROUTER),
        MvpnSourceActive(RD, SOURCE, GROUP),
        MvpnSharedTreeJoin(RD, 64512, SOURCE, GROUP),
        MvpnSourceTreeJoin(RD, 64512, SOURCE, GROUP),
    ]
    routes6 = [
        MvpnIntraAsPmsi(RD, ROUTER6),
        MvpnSelectivePmsi(RD, SOURCE6, GROUP6, ROUTER6),
        MvpnSourceTreeJoin(RD, 64512, SOURCE6, GROUP6),
    ]
    assert differences(tmp_path, [*of_nlri(Family(1, 5), routes, MVPN), *of_nlri(Family(2, 5), routes6, MVPN6)]) == []


MVPN: Final = """
    Route Type: Intra-AS I-PMSI A-D route (1)
    Route Distinguisher: 64512:7
    Originating Router: 192.0.2.1
    Route Type: Inter-AS I-PMSI A-D route (2)
    Route Distinguisher: 64512:7
    Source AS: 64512
    Route Type: S-PMSI A-D route (3)
    Route Distinguisher: 64512:7
    Multicast Source Address: 10.0.0.1
    Multicast Group Address: 232.1.1.1
    Originating Router: 192.0.2.1
    Route Type: Leaf A-D route (4)
    Route Key (14 bytes)
    Originating Router: 192.0.2.1
    Route Type: Source Active A-D route (5)
    Route Distinguisher: 64512:7
    Multicast Source Address: 10.0.0.1
    Multicast Group Address: 232.1.1.1
    Route Type: Shared Tree Join route (6)
    Route Distinguisher: 64512:7
    Source AS: 64512
    Multicast Source Address: 10.0.0.1
    Multicast Group Address: 232.1.1.1
    Route Type: Source Tree Join route (7)
    Route Distinguisher: 64512:7
    Source AS: 64512
    Multicast Source Address: 10.0.0.1
    Multicast Group Address: 232.1.1.1
    """
MVPN6: Final = """
    Route Type: Intra-AS I-PMSI A-D route (1)
    Route Distinguisher: 64512:7
    Originating Router: 2001:db8::1
    Route Type: S-PMSI A-D route (3)
    Route Distinguisher: 64512:7
    Multicast Source Address: 2001:db8::5
    Group Address: ff3e::1
    Originating Router: 2001:db8::1
    Route Type: Source Tree Join route (7)
    Route Distinguisher: 64512:7
    Source AS: 64512
    Multicast Source Address: 2001:db8::5
    Group Address: ff3e::1
    """


def test_tshark_reads_layer_2_vpns_that_signal_by_bgp(tmp_path: Path) -> None:
    """A block of labels and the discovery of a virtual switch, told apart by their lengths."""
    block = VplsLabelBlock(route_distinguisher=RD, ve_id=5, block_offset=1, block_size=8, label_base=MplsLabel(10702))
    facts = """
        Length: 17
        RD: 64512:7
        CE-ID: 5
        Label Block Offset: 1
        Label Block Size: 8
        Label Block Base: 10702 (bottom)
        Length: 12
        RD: 64512:7
        PE Addr: 192.0.2.1
        """
    assert differences(tmp_path, [*of_nlri(Family(25, 65), [block, VplsDiscovery(RD, ROUTER)], facts)]) == []


def test_tshark_reads_route_target_memberships(tmp_path: Path) -> None:
    """Whole ones and the default one; it reads beyond the end of those that are shorter than 96 bits."""
    routes = [
        RouteTargetMembership(origin_as=64512, route_target=ExtendedCommunity.parse("rt:64512:100")),
        RouteTargetMembership(origin_as=4200000000, route_target=ExtendedCommunity.parse("rt:192.0.2.1:100")),
        RouteTargetMembership(length=0),
    ]
    facts = """
        Prefix Length: 96
        Originating AS: 64512
        Community Prefix: 64512:100
        Prefix Length: 96
        Originating AS: 4200000000
        Community Prefix: 192.0.2.1:100
        Wildcard route target: MP Reach NLRI
        """
    assert differences(tmp_path, [*of_nlri(Family(1, 132), routes, facts)]) == []


def test_tshark_reads_sr_policies_that_are_withdrawn(tmp_path: Path) -> None:
    """IPv4 ones; of the next hop of those announced it says "Unknown SAFI (73) for AFI 1"."""
    facts = "NLRI length: 96\nDistinguisher: 00000001\nPolicy color: 00000064\nEndpoint: 192.0.2.1"
    assert differences(tmp_path, [*of_nlri(Family(1, 73), [SrPolicy(1, 100, ROUTER)], facts, announced=False)]) == []
