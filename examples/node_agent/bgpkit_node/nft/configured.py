"""What FelixConfiguration says of how policies are enforced; what it leaves open is as the agent was started."""

from collections.abc import Iterable
from dataclasses import replace

from bgpkit_node.nft import EnforcementSettings, Refusal
from bgpkit_node.policy.failsafe import FailsafePort
from bgpkit_node.resources import FelixSettings
from bgpkit_node.resources.address_text import parse_interface
from bgpkit_node.resources.felix_configuration import ProtoPort


def enforcement_settings(started: EnforcementSettings, felix: FelixSettings) -> EnforcementSettings:
    """Return how policies are enforced on a node that was ``started`` so and goes by these settings.

    Of the two actions for what is denied, that for nftables goes before that for iptables. Of the bits of a packet's
    mark that are free, the lowest is taken.
    """
    inbound, outbound = felix.failsafe_inbound_host_ports, felix.failsafe_outbound_host_ports
    mask = felix.nftables_mark_mask
    deny = felix.nftables_filter_deny_action or felix.iptables_filter_deny_action
    return replace(
        started,
        refusal=Refusal(deny.lower()) if deny else started.refusal,
        vxlan_port=felix.vxlan_port,
        allow_vxlan=felix.allow_vxlan_packets_from_workloads,
        allow_ipip=felix.allow_ipip_packets_from_workloads,
        source_spoofing=felix.workload_source_spoofing.lower() == "any",
        drop_invalid=not felix.disable_conntrack_invalid_check,
        interface_prefixes=tuple(felix.interface_prefix.split(",")),
        log_prefix=felix.log_prefix,
        log_rate=felix.log_action_rate_limit,
        log_burst=max(1, felix.log_action_rate_limit_burst),  # nft takes no burst of 0
        mark=mask & -mask or started.mark,
        node_closed=felix.default_endpoint_to_host_action.lower() == "drop",
        failsafe_inbound=started.failsafe_inbound if inbound is None else tuple(_ports(inbound)),
        failsafe_outbound=started.failsafe_outbound if outbound is None else tuple(_ports(outbound)),
    )


def _ports(ports: Iterable[ProtoPort]) -> Iterable[FailsafePort]:
    """Return each port once; two that are the same would be none to the kernel."""
    return dict.fromkeys(
        FailsafePort(each.protocol.lower() or "tcp", each.port, parse_interface(each.net).network if each.net else None)
        for each in ports
    )
