"""Extended communities that other implementations made, and what those say of them."""

from ipaddress import IPv4Address, IPv6Address

import pytest

from bgpkit_rib import (
    Encapsulation,
    ExtendedCommunity,
    ExtendedCommunityValue,
    IPv6ExtendedCommunity,
    LinkBandwidth,
    OriginValidation,
    OriginValidationState,
    RedirectToIp,
    RouteTarget,
    RtRedirect,
    SourceAs,
    TrafficAction,
    TrafficMarking,
    TrafficRateBytes,
    TunnelType,
    VrfRouteImport,
)


@pytest.mark.rfc("4360", "3")
@pytest.mark.parametrize(
    ("number", "text"),
    [
        (562992903094282, "target:10:10"),
        (564667940413712, "target:400:74000"),
        (605899626381313, "target:10000:1"),
        (797416513077254, "target:54591:6"),
        (842122827761311, "target:65000:99999"),
        (72620548618196848, "target:0.1.19.200:6000"),
        (72902023588352904, "origin:0.1.19.100:5000"),
        (864691171404808202, "mup:10:10"),
        (9225903013837668471, "redirect:65001:119"),
        (9226187895601526928, "l2info:1:2:13398:30864"),
        (9226207677441114223, "l2info:19:0:1500:111"),
    ],
)
def test_exabgp_writes_the_same_octets(number: int, text: str) -> None:
    """The octets, as a number, that ExaBGP gives for its own text; from its encoding tests (BSD-3-Clause)."""
    assert ExtendedCommunity.parse(text).octets == number.to_bytes(8, "big")


@pytest.mark.rfc("4360", "3")
@pytest.mark.parametrize(
    ("number", "text"),
    [
        (844854426862568, "ro:100:1000"),
        (845713420393768, "ro:300:73000"),
        (9225060886715039744, "flowspec-rate:0:0"),
        (9225060887890886656, "flowspec-rate:0:9600"),
        (9225060888033428217, "flowspec-rate:0:1250000000"),
    ],
)
def test_exabgp_means_the_same(number: int, text: str) -> None:
    """ExaBGP says origin:100:0.0.3.232, origin:300:0.1.29.40, rate-limit:0, 9600, 1250000000; from its own tests."""
    assert str(ExtendedCommunity(number.to_bytes(8, "big"))) == text


@pytest.mark.rfc("4360", "3")
@pytest.mark.parametrize(
    ("octets", "value"),
    [
        ("0002fde800000064", RouteTarget(65000, 100)),  # tcpdump, a capture with ATTR_SET
        ("020200021aef2329", RouteTarget(137967, 9001)),  # a message of the Internet, from bgpkit-parser's data
        ("030c000000000008", Encapsulation(TunnelType.VXLAN)),  # tcpdump, bgp-encap.pcap
        ("4004fde847f42400", LinkBandwidth(65000, 125000.0)),  # tcpdump, bgp-link-bw-extcommunity.pcapng: 1 Mbit/s
        ("40040001447a0000", LinkBandwidth(1, 1000.0)),  # bgpkit-parser's tests
        ("00040001447a0000", LinkBandwidth(1, 1000.0, transitive=True)),  # bgpkit-parser's tests
        ("4300000000000001", OriginValidation(OriginValidationState.NOT_FOUND)),  # tcpdump, bgp-ovs.pcapng
        ("4300000000000002", OriginValidation(OriginValidationState.INVALID)),  # tcpdump, bgp-ovs.pcapng
        ("0009006400000000", SourceAs(100)),  # routecore's tests
        ("010b0a0000020001", VrfRouteImport(IPv4Address("10.0.0.2"), 1)),  # routecore's tests
        ("8006000042c80000", TrafficRateBytes(0, 100.0)),  # os-ken, flowspec_action_traffic_rate.pcap
        ("8007000000000002", TrafficAction(sample=True)),  # os-ken, flowspec_action_traffic_action.pcap
        ("8007000000000003", TrafficAction(terminal_action=True, sample=True)),  # os-ken, the same
        ("8008000a0000000a", RtRedirect(10, 10)),  # os-ken, flowspec_action_redirect.pcap
        ("8009000000000018", TrafficMarking(24)),  # os-ken, flowspec_nlri_ipv4.pcap
    ],
)
def test_captured_communities_mean_what_was_meant(octets: str, value: ExtendedCommunityValue) -> None:
    """Octets of captures and of other suites; the names of those say what they hold."""
    community = ExtendedCommunity(bytes.fromhex(octets))
    assert community.value == value
    assert ExtendedCommunity.from_value(value) == community


@pytest.mark.rfc("5701", "2")
def test_exabgp_redirects_to_an_ipv6_address_alike() -> None:
    """ExaBGP says "redirect-to-nexthop-ietf 2a02:b80:0:1::1"; from its encoding tests (BSD-3-Clause)."""
    community = IPv6ExtendedCommunity((271268354242357201462255214013497395816497152).to_bytes(20, "big"))
    assert community.value == RedirectToIp(IPv6Address("2a02:b80:0:1::1"))
    assert str(community) == "redirect-to-ip:[2a02:b80:0:1::1]"
