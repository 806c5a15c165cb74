"""Tests of address families: names and numbers go back and forth."""

import pytest

from bgpkit_fsm import (
    BGP_LS,
    BGP_LS_VPN,
    IPV4_FLOWSPEC,
    IPV4_FLOWSPEC_VPN,
    IPV4_LABELED_UNICAST,
    IPV4_MULTICAST,
    IPV4_MULTICAST_VPN,
    IPV4_MUP,
    IPV4_MVPN,
    IPV4_ROUTE_TARGET,
    IPV4_SR_POLICY,
    IPV4_UNICAST,
    IPV4_VPN,
    IPV6_FLOWSPEC,
    IPV6_FLOWSPEC_VPN,
    IPV6_LABELED_UNICAST,
    IPV6_MULTICAST,
    IPV6_MULTICAST_VPN,
    IPV6_MUP,
    IPV6_MVPN,
    IPV6_SR_POLICY,
    IPV6_UNICAST,
    IPV6_VPN,
    L2VPN_EVPN,
    L2VPN_FLOWSPEC,
    L2VPN_VPLS,
    Family,
)

NAMES = [
    (IPV4_UNICAST, 1, 1, "ipv4-unicast"),
    (IPV4_MULTICAST, 1, 2, "ipv4-multicast"),
    (IPV4_LABELED_UNICAST, 1, 4, "ipv4-labeled-unicast"),
    (IPV4_MVPN, 1, 5, "ipv4-mvpn"),
    (IPV4_SR_POLICY, 1, 73, "ipv4-sr-policy"),
    (IPV4_MUP, 1, 85, "ipv4-mup"),
    (IPV4_VPN, 1, 128, "ipv4-vpn"),
    (IPV4_MULTICAST_VPN, 1, 129, "ipv4-multicast-vpn"),
    (IPV4_ROUTE_TARGET, 1, 132, "ipv4-route-target"),
    (IPV4_FLOWSPEC, 1, 133, "ipv4-flowspec"),
    (IPV4_FLOWSPEC_VPN, 1, 134, "ipv4-flowspec-vpn"),
    (IPV6_UNICAST, 2, 1, "ipv6-unicast"),
    (IPV6_MULTICAST, 2, 2, "ipv6-multicast"),
    (IPV6_LABELED_UNICAST, 2, 4, "ipv6-labeled-unicast"),
    (IPV6_MVPN, 2, 5, "ipv6-mvpn"),
    (IPV6_SR_POLICY, 2, 73, "ipv6-sr-policy"),
    (IPV6_MUP, 2, 85, "ipv6-mup"),
    (IPV6_VPN, 2, 128, "ipv6-vpn"),
    (IPV6_MULTICAST_VPN, 2, 129, "ipv6-multicast-vpn"),
    (IPV6_FLOWSPEC, 2, 133, "ipv6-flowspec"),
    (IPV6_FLOWSPEC_VPN, 2, 134, "ipv6-flowspec-vpn"),
    (L2VPN_VPLS, 25, 65, "l2vpn-vpls"),
    (L2VPN_EVPN, 25, 70, "l2vpn-evpn"),
    (L2VPN_FLOWSPEC, 25, 134, "l2vpn-flowspec"),
    (BGP_LS, 16388, 71, "bgp-ls"),
    (BGP_LS_VPN, 16388, 72, "bgp-ls-vpn"),
]


@pytest.mark.parametrize(("family", "afi", "safi", "name"), NAMES)
def test_named_family_has_the_numbers_of_the_registries(family: Family, afi: int, safi: int, name: str) -> None:
    """IANA's Address Family Numbers and SAFI Values; the name is printed and parsed."""
    assert (family.afi, family.safi, str(family), Family.parse(name)) == (afi, safi, name, family)


@pytest.mark.parametrize(("afi", "safi"), [(1, 200), (0, 0), (65535, 255), (25, 1), (2, 132)])
def test_unnamed_family_goes_by_its_numbers(afi: int, safi: int) -> None:
    """What has no name here is printed by number, and read again."""
    family = Family(afi, safi)
    assert (str(family), Family.parse(str(family))) == (f"afi-{afi}-safi-{safi}", family)


def test_numbers_of_a_named_family_are_understood() -> None:
    """Who knows the numbers only may write them."""
    assert Family.parse("afi-25-safi-70") == L2VPN_EVPN


@pytest.mark.parametrize(
    "text", ["ipv5", "", "IPV4-UNICAST", "afi-1", "afi-01-safi-1", "afi-65536-safi-1", "afi-1-safi-256", "afi-١-safi-1"]
)
def test_unknown_name_is_refused_with_the_known_ones(text: str) -> None:
    """The error tells what would have been understood; numbers are written in one way and within their fields."""
    with pytest.raises(ValueError, match=r"unknown address family '.*'; known: bgp-ls, .*ipv4-unicast"):
        Family.parse(text)
