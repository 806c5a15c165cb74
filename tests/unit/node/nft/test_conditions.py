"""What a packet must be for a rule, in nft's words."""

from ipaddress import ip_network

import pytest

from bgpkit_node.nft import NftError
from bgpkit_node.nft.conditions import conditions
from bgpkit_node.nft.naming import network_set, port_set
from bgpkit_node.policy.model import Action, IcmpMatch, PortRange
from bgpkit_node.policy.program import RuleProgram, SetId, SideProgram

WEB = SetId("web")
ANY = SideProgram()


def rule(
    source: SideProgram = ANY,
    destination: SideProgram = ANY,
    *,
    protocol: int | None = None,
    icmp: IcmpMatch | None = None,
    not_icmp: IcmpMatch | None = None,
    ip_version: int | None = None,
    not_protocol: int | None = None,
) -> RuleProgram:
    """Return a rule that allows."""
    return RuleProgram(
        name="ingress[0]",
        action=Action.ALLOW,
        source=source,
        destination=destination,
        protocol=protocol,
        not_protocol=not_protocol,
        icmp=icmp,
        not_icmp=not_icmp,
        ip_version=ip_version,
    )


def test_a_rule_that_looks_at_no_address_is_one_line_for_both_ip_versions() -> None:
    """Nothing at all, a protocol, ports."""
    assert conditions(rule(), {4, 6}) == ("",)
    assert conditions(rule(protocol=47), {4, 6}) == ("meta l4proto 47",)
    assert conditions(rule(not_protocol=6), {4, 6}) == ("meta l4proto != 6",)
    ports = SideProgram(ports=(PortRange(443, 443), PortRange(80, 90), PortRange(85, 91), PortRange(92, 92)))
    assert conditions(rule(ANY, ports, protocol=6), {4, 6}) == ("tcp dport { 80-92, 443 }",)


def test_a_set_is_a_line_for_each_ip_version_of_the_node() -> None:
    """One that there is no endpoint of has none."""
    web = rule(SideProgram(sets=(WEB,), not_sets=(SetId("bad"),)), SideProgram(ports=(PortRange(80, 80),)), protocol=6)
    bad4 = network_set(SetId("bad"), 4)
    four = f"tcp dport 80 ip saddr @{network_set(WEB, 4)} ip saddr != @{bad4}"
    assert conditions(web, {4}) == (four,)
    assert conditions(web, {4, 6}) == (four, four.replace("ip saddr", "ip6 saddr").replace("4-", "6-"))
    assert conditions(web, set()) == ()


def test_networks_are_of_their_ip_version_and_exceptions_of_theirs() -> None:
    """A rule for IPv4 networks matches no IPv6; one that only excludes IPv4 networks matches all IPv6."""
    nets = SideProgram(
        nets=(ip_network("10.0.0.0/8"), ip_network("10.1.0.0/16")), not_nets=(ip_network("10.2.0.0/16"),)
    )
    assert conditions(rule(nets), {4, 6}) == ("ip saddr 10.0.0.0/8 ip saddr != 10.2.0.0/16",)
    others = SideProgram(not_nets=(ip_network("10.0.0.0/8"),))
    assert conditions(rule(ANY, others), {4, 6}) == ("ip daddr != 10.0.0.0/8", "meta nfproto ipv6")


def test_ports_by_number_and_by_name_are_alternatives() -> None:
    """So are several names; what is excluded is so from each."""
    side = SideProgram(ports=(PortRange(80, 80),), port_sets=(WEB,), not_ports=(PortRange(81, 81),))
    assert conditions(rule(ANY, side, protocol=17), {4}) == (
        "meta nfproto ipv4 udp dport 80 udp dport != 81",
        f"meta nfproto ipv4 meta l4proto 17 ip daddr . meta l4proto . th dport @{port_set(WEB, 4)} udp dport != 81",
    )
    excluded = SideProgram(not_port_sets=(WEB,), service_set=WEB)
    name = port_set(WEB, 6)
    words = "ip6 saddr . meta l4proto . th sport"
    assert conditions(rule(excluded, protocol=6), {6}) == (f"meta l4proto 6 {words} != @{name} {words} @{name}",)


def test_icmp_is_that_of_its_ip_version() -> None:
    """By type, by type and code, and all but these."""
    assert conditions(rule(protocol=1, icmp=IcmpMatch(8)), {4, 6}) == ("meta l4proto 1 icmp type 8",)
    echo = IcmpMatch(128, 0)
    assert conditions(rule(protocol=58, icmp=echo), {4, 6}) == ("meta l4proto 58 icmpv6 type 128 icmpv6 code 0",)
    (line,) = conditions(rule(protocol=1, not_icmp=IcmpMatch(3, 1)), {4})
    assert line == "meta l4proto 1 icmp type . icmp code != { 3 . 1 }"
    assert conditions(rule(protocol=1, not_icmp=IcmpMatch(3)), {4}) == ("meta l4proto 1 icmp type != 3",)
    assert conditions(rule(protocol=1, icmp=IcmpMatch()), {4}) == ("meta nfproto ipv4 meta l4proto 1 meta l4proto 1",)


def test_an_ip_version_is_a_condition_of_its_own() -> None:
    """Also where nothing else tells it."""
    assert conditions(rule(ip_version=6, protocol=6), {4, 6}) == ("meta nfproto ipv6 meta l4proto 6",)


def test_what_a_protocol_does_not_have_is_refused() -> None:
    """Rather than a rule that never matches: a rule that denies would be open."""
    with pytest.raises(NftError, match="need the protocol ICMP"):
        conditions(rule(protocol=6, icmp=IcmpMatch(8)), {4})
    with pytest.raises(NftError, match="protocol 47 has no ports"):
        conditions(rule(ANY, SideProgram(ports=(PortRange(1, 1),)), protocol=47), {4})
