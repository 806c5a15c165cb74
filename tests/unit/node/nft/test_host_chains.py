"""What passes a node's own interfaces whatever the policies."""

from ipaddress import ip_network

from bgpkit_node.nft import EnforcementSettings
from bgpkit_node.nft.host_chains import host_chains
from bgpkit_node.nft.host_maps import Hook
from bgpkit_node.policy.failsafe import FailsafePort
from bgpkit_node.policy.model import Direction
from bgpkit_node.policy.moments import Moment


def deciding(settings: EnforcementSettings) -> list[tuple[str, ...]]:
    """Return the rules for what a node gets itself, and for what it sends."""
    found = host_chains(settings, "pods")
    return [found[Hook(Moment.NORMAL, way)].rules for way in (Direction.INGRESS, Direction.EGRESS)]


def test_failsafe_ports_are_those_of_the_way() -> None:
    """SSH is one for what comes, DNS for what goes; without any there is no rule for them."""
    to_host, from_host = deciding(EnforcementSettings())
    (coming,) = [rule for rule in to_host if "failsafe" in rule]
    (going,) = [rule for rule in from_host if "failsafe" in rule]
    assert ("tcp . 22," in coming, "udp . 53," in coming) == (True, False)
    assert ("tcp . 22," in going, "udp . 53," in going) == (False, True)
    assert all("tcp . 179," in rule for rule in (coming, going))
    none = EnforcementSettings(failsafe_inbound=(), failsafe_outbound=(FailsafePort("tcp", 1),))
    to_host, from_host = deciding(none)
    assert not any("failsafe" in rule for rule in to_host)
    assert 'meta l4proto . th dport { tcp . 1 } counter accept comment "failsafe"' in from_host


def test_a_failsafe_port_may_be_for_some_addresses_only() -> None:
    """One rule for those of a network, by the address of the other end."""
    nets = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"), None)
    ports = tuple(FailsafePort("tcp", number, net) for number, net in enumerate(nets, 1))
    settings = EnforcementSettings(failsafe_inbound=ports, failsafe_outbound=ports[:1])
    to_host, from_host = deciding(settings)
    assert [rule.partition(" counter")[0] for rule in to_host if "failsafe" in rule] == [
        "ip saddr 10.0.0.0/8 meta l4proto . th dport { tcp . 1 }",
        "ip6 saddr fd00::/8 meta l4proto . th dport { tcp . 2 }",
        "meta l4proto . th dport { tcp . 3 }",
    ]
    assert any(rule.startswith("ip daddr 10.0.0.0/8 meta l4proto . th dport { tcp . 1 }") for rule in from_host)


def test_the_maps_of_policies_come_last_and_the_named_interface_first() -> None:
    """After all that passes anyway: pods, by known interfaces and by their prefix, loops, and other nodes' tunnels."""
    to_host, from_host = deciding(EnforcementSettings(vxlan_port=8472))
    assert to_host[-2:] == ("iifname vmap @host_ingress", "meta nfproto vmap @others_host_ingress")
    assert from_host[-2:] == ("oifname vmap @host_egress", "meta nfproto vmap @others_host_egress")
    for rule in ('iifname "lo" accept', "iifname @pods accept", 'iifname "cali*" accept'):
        assert rule in to_host
    assert "udp dport 8472 ip saddr @peers4 accept" in to_host
    assert "udp dport 8472 ip6 daddr @peers6 accept" in from_host
    without = host_chains(EnforcementSettings(interface_prefixes=()), "pods")
    assert not any('"*"' in rule for chain in without.values() for rule in chain.rules)
