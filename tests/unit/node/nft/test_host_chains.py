"""What passes a node's own interfaces whatever the policies."""

from bgpkit_node.nft import EnforcementSettings
from bgpkit_node.nft.host_chains import host_chains
from bgpkit_node.nft.settings import FailsafePort


def test_failsafe_ports_are_those_of_the_way() -> None:
    """SSH is one for what comes, DNS for what goes; without any there is no rule for them."""
    to_host, from_host = (chain.rules for chain in host_chains(EnforcementSettings(), "pods"))
    (coming,) = [rule for rule in to_host if "failsafe" in rule]
    (going,) = [rule for rule in from_host if "failsafe" in rule]
    assert ("tcp . 22," in coming, "udp . 53," in coming) == (True, False)
    assert ("tcp . 22," in going, "udp . 53," in going) == (False, True)
    assert all("tcp . 179," in rule for rule in (coming, going))
    none = EnforcementSettings(failsafe_inbound=(), failsafe_outbound=(FailsafePort("tcp", 1),))
    to_host, from_host = (chain.rules for chain in host_chains(none, "pods"))
    assert not any("failsafe" in rule for rule in to_host)
    assert 'meta l4proto . th dport { tcp . 1 } counter accept comment "failsafe"' in from_host


def test_the_maps_of_policies_come_last_and_the_named_interface_first() -> None:
    """After all that passes anyway: pods, by known interfaces and by their prefix, loops, and other nodes' tunnels."""
    to_host, from_host = (chain.rules for chain in host_chains(EnforcementSettings(vxlan_port=8472), "pods"))
    assert to_host[-2:] == ("iifname vmap @host_ingress", "meta nfproto vmap @others_ingress")
    assert from_host[-2:] == ("oifname vmap @host_egress", "meta nfproto vmap @others_egress")
    for rule in ('iifname "lo" accept', "iifname @pods accept", 'iifname "cali*" accept'):
        assert rule in to_host
    assert "udp dport 8472 ip saddr @peers4 accept" in to_host
    assert "udp dport 8472 ip6 daddr @peers6 accept" in from_host
    without = host_chains(EnforcementSettings(interface_prefix=""), "pods")
    assert not any('"*"' in rule for chain in without for rule in chain.rules)
