"""FelixConfiguration as choices of enforcement."""

from ipaddress import ip_network
from typing import Any

import pytest

from bgpkit_node.nft import EnforcementSettings, Refusal
from bgpkit_node.nft.configured import enforcement_settings
from bgpkit_node.policy.failsafe import FailsafePort
from bgpkit_node.resources import FelixSettings
from bgpkit_node.resources.felix_configuration import ProtoPort

STARTED = EnforcementSettings(table="ours", refusal=Refusal.REJECT)


def test_without_a_configuration_all_is_as_the_agent_was_started() -> None:
    """Pods reach their node, as every manifest for Kubernetes has it."""
    assert enforcement_settings(STARTED, FelixSettings()) == STARTED
    assert not STARTED.node_closed


@pytest.mark.parametrize(
    ("fields", "changed"),
    [
        ({"vxlan_port": 8472}, {"vxlan_port": 8472}),
        ({"allow_vxlan_packets_from_workloads": True}, {"allow_vxlan": True}),
        ({"allow_ipip_packets_from_workloads": True}, {"allow_ipip": True}),
        ({"default_endpoint_to_host_action": "DROP"}, {"node_closed": True}),
        ({"default_endpoint_to_host_action": "Return"}, {}),
        ({"iptables_filter_deny_action": "Drop"}, {"refusal": Refusal.DROP}),
        ({"iptables_filter_deny_action": "Drop", "nftables_filter_deny_action": "REJECT"}, {}),
        ({"log_action_rate_limit": "9/hour", "log_action_rate_limit_burst": 1}, {"log_rate": "9/hour", "log_burst": 1}),
        ({"log_action_rate_limit": "9/hour", "log_action_rate_limit_burst": 0}, {"log_rate": "9/hour", "log_burst": 1}),
        ({"log_prefix": "%t %p"}, {"log_prefix": "%t %p"}),
        ({"disable_conntrack_invalid_check": True}, {"drop_invalid": False}),
        ({"workload_source_spoofing": "ANY"}, {"source_spoofing": True}),
        ({"interface_prefix": "cali,tap"}, {"interface_prefixes": ("cali", "tap")}),
        ({"nftables_mark_mask": 0xFF000000}, {"mark": 0x1000000}),
        ({"nftables_mark_mask": 0}, {}),
        ({"failsafe_inbound_host_ports": ()}, {"failsafe_inbound": ()}),
        ({"failsafe_outbound_host_ports": ()}, {"failsafe_outbound": ()}),
    ],
)
def test_what_is_configured_goes_before_how_the_agent_was_started(
    fields: dict[str, Any], changed: dict[str, Any]
) -> None:
    """In any case of letters; of the two deny actions that for nftables counts."""
    expected = {name: getattr(STARTED, name) for name in STARTED.__dataclass_fields__} | changed
    assert enforcement_settings(STARTED, FelixSettings(**fields)) == EnforcementSettings(**expected)


def test_failsafe_ports_are_of_tcp_unless_they_say_otherwise_and_each_is_one() -> None:
    """A network is that of the other end; two of the same would be refused by the kernel."""
    ports = (
        ProtoPort(port=22),
        ProtoPort(port=22, protocol="TCP"),
        ProtoPort(port=53, protocol="UDP", net="10.0.0.1/8"),
    )
    found = enforcement_settings(STARTED, FelixSettings(failsafe_inbound_host_ports=ports))
    assert found.failsafe_inbound == (FailsafePort("tcp", 22), FailsafePort("udp", 53, ip_network("10.0.0.0/8")))
