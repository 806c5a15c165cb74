"""What the FelixConfigurations of a cluster come to on one node."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Self

from bgpkit_node.resources.address_text import parse_duration
from bgpkit_node.resources.felix_configuration import FelixConfiguration, FelixConfigurationSpec, ProtoPort
from bgpkit_node.resources.node import Node
from bgpkit_node.resources.selector import parse_selector


@dataclass(frozen=True, slots=True, kw_only=True)
class FelixSettings:
    """The settings of one node, each with what holds when no FelixConfiguration says otherwise.

    Times are in seconds. An MTU of 0 is that of the node's interfaces less what encapsulation takes.
    """

    interface_prefix: str = "cali"
    interface_exclude: str = "kube-ipvs0"
    mtu_iface_pattern: str = r"^((en|wl|ww|sl|ib)[Pcopsvx].*|(eth|wlan|wwan).*)"
    ipip_mtu: int = 0
    vxlan_mtu: int = 0
    vxlan_mtu_v6: int = 0
    vxlan_port: int = 4789
    vxlan_vni: int = 4096
    external_nodes_list: tuple[str, ...] = ()
    """Addresses and ranges beside those of nodes from which wrapped packets are taken."""
    device_route_protocol: int = 3
    remove_external_routes: bool = True
    program_cluster_routes: str = "EnabledIPIPOnly"
    route_source: str = "CalicoIPAM"
    route_refresh_interval: float = 90
    interface_refresh_interval: float = 90
    ip_forwarding: str = "Enabled"
    ipv4_normal_route_priority: int = 1024
    ipv4_elevated_route_priority: int = 512
    ipv6_normal_route_priority: int = 1024
    ipv6_elevated_route_priority: int = 512
    nat_outgoing_address: str = ""
    nat_outgoing_exclusions: str = "IPPoolsOnly"
    nat_port_range: int | str = ""
    iptables_nat_outgoing_interface_filter: str = ""
    allow_ipip_packets_from_workloads: bool = False
    allow_vxlan_packets_from_workloads: bool = False
    chain_insert_mode: str = "Insert"
    default_endpoint_to_host_action: str = "Accept"
    """Felix itself drops; every manifest with which it is put on Kubernetes says Accept."""
    failsafe_inbound_host_ports: tuple[ProtoPort, ...] | None = None
    failsafe_outbound_host_ports: tuple[ProtoPort, ...] | None = None
    disable_conntrack_invalid_check: bool = False
    log_prefix: str = ""
    """Empty: what is logged begins with which rule it is."""
    log_action_rate_limit: str = ""
    log_action_rate_limit_burst: int = 5
    nftables_filter_deny_action: str = ""
    iptables_filter_deny_action: str = ""
    endpoint_status_path_prefix: str = "/var/run/calico"
    nftables_mark_mask: int = 0xFFFF0000
    nftables_mode: str = "Auto"
    nftables_refresh_interval: float = 180
    service_loop_prevention: str = "Drop"
    workload_source_spoofing: str = "Disabled"
    health_enabled: bool = False
    health_host: str = "localhost"
    health_port: int = 9099
    prometheus_metrics_enabled: bool = False
    prometheus_metrics_host: str = ""
    prometheus_metrics_port: int = 9091

    @classmethod
    def of(cls, configurations: Iterable[FelixConfiguration], node: Node) -> Self:
        """Return the settings of ``node``.

        ``node.<name>`` goes before a configuration whose nodeSelector matches (of several the oldest), and that before
        ``default``.
        """
        specs = [configuration.spec for configuration in _concerning(configurations, node)]
        return cls(**{name: value for name in _NAMES if (value := _first(specs, name)) is not None})


_NAMES = tuple(field.name for field in fields(FelixSettings))
_TIMES = frozenset({"route_refresh_interval", "interface_refresh_interval", "nftables_refresh_interval"})


def _concerning(configurations: Iterable[FelixConfiguration], node: Node) -> list[FelixConfiguration]:
    """Return the configurations that ``node`` goes by, the most particular first."""
    present = {configuration.name: configuration for configuration in configurations}
    selecting = [
        configuration
        for configuration in present.values()
        if configuration.spec.node_selector and parse_selector(configuration.spec.node_selector).matches(node.labels)
    ]
    oldest = sorted(selecting, key=lambda one: (one.metadata.creation_timestamp or "", one.name))[:1]
    found = [present.get(f"node.{node.name}"), *oldest, present.get("default")]
    return [configuration for configuration in found if configuration is not None]


def _first(specs: Iterable[FelixConfigurationSpec], name: str) -> Any:
    """Return what the first configuration that says something says; None when none does."""
    for spec in specs:
        value: object = getattr(spec, name)
        if value is not None and value != "":
            return parse_duration(str(value)) if name in _TIMES else value
    return None
