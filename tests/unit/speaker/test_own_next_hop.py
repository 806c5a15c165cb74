"""Our own next hop: the session's address, one that was named, or an IPv6 one where that has been agreed on."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address

import pytest

from bgpkit.speaker import PeerConfig
from bgpkit.speaker.own_next_hop import own_next_hop, takes_ipv6_next_hop
from bgpkit_fsm import IPV4_FLOWSPEC, IPV4_UNICAST, IPV6_UNICAST, Family

CONFIG = PeerConfig(address="192.0.2.2", asn=64513)
LINK_LOCAL = PeerConfig(address="fe80::2%eth0", asn=64513)
NAMED4, NAMED6 = IPv4Address("10.0.0.9"), IPv6Address("2001:db8::9")
L2VPN_EVPN = Family(25, 70)


def packed(*addresses: str) -> bytes:
    """Return addresses, packed, one behind the other."""
    return b"".join((IPv6Address(each) if ":" in each else IPv4Address(each)).packed for each in addresses)


@pytest.mark.parametrize(
    ("family", "local", "named", "expected"),
    [
        (IPV4_UNICAST, "10.0.0.1", (), ["10.0.0.1"]),
        (IPV6_UNICAST, "2001:db8::1", (), ["2001:db8::1"]),
        (IPV6_UNICAST, "10.0.0.1", (), ["::ffff:10.0.0.1"]),
        (IPV6_UNICAST, "10.0.0.1", (NAMED4, NAMED6), ["2001:db8::9"]),
        (IPV4_UNICAST, "2001:db8::1", (NAMED4,), ["10.0.0.9"]),
        (L2VPN_EVPN, "2001:db8::1", (NAMED4,), ["2001:db8::1"]),
    ],
)
def test_our_next_hop_is_of_the_family_of_the_routes(
    family: Family, local: str, named: tuple[IPv4Address | IPv6Address, ...], expected: list[str]
) -> None:
    """The session's own address where it fits, else one that was named, else the mapped form."""
    assert own_next_hop(replace(CONFIG, next_hops=named), family, local) == packed(*expected)


@pytest.mark.parametrize("family", [IPV4_UNICAST, IPV6_UNICAST])
@pytest.mark.parametrize(("named", "first"), [((), "fe80::1"), ((NAMED6,), "2001:db8::9")])
def test_a_link_local_session_names_both_addresses(family: Family, named: tuple[IPv6Address, ...], first: str) -> None:
    """32 octets: a global address before the link-local one, or where there is none that one twice. RFC 2545."""
    config = replace(LINK_LOCAL, next_hops=named)
    assert own_next_hop(config, family, "fe80::1%eth0", extended=True) == packed(first, "fe80::1")


def test_ipv4_routes_on_an_ipv6_session_need_an_agreement_or_a_name() -> None:
    """An IPv6 address stands in for an IPv4 next hop only by RFC 8950."""
    assert own_next_hop(CONFIG, IPV4_UNICAST, "2001:db8::1") is None
    assert own_next_hop(CONFIG, IPV4_UNICAST, "2001:db8::1", extended=True) == packed("2001:db8::1")
    assert own_next_hop(CONFIG, IPV4_UNICAST, "10.0.0.1", extended=True) == packed("10.0.0.1")


@pytest.mark.parametrize(
    ("config", "family", "offered"),
    [
        (CONFIG, IPV4_UNICAST, False),
        (replace(CONFIG, extended_next_hop=True), IPV4_UNICAST, True),
        (replace(CONFIG, address="2001:db8::2"), IPV4_UNICAST, False),
        (LINK_LOCAL, IPV4_UNICAST, True),
        (LINK_LOCAL, IPV6_UNICAST, False),
        (LINK_LOCAL, IPV4_FLOWSPEC, False),
        (replace(LINK_LOCAL, extended_next_hop=False), IPV4_UNICAST, False),
    ],
)
def test_ipv6_next_hops_are_offered_to_link_local_peers_and_where_asked(
    config: PeerConfig, family: Family, offered: bool
) -> None:
    """Of families that can have them only. RFC 8950, section 4."""
    assert takes_ipv6_next_hop(config, family) is offered
