"""FelixConfiguration: how nodes treat interfaces, routes, tunnels and packets; for all, for some, or for one node."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Final

import msgspec

from bgpkit_node.resources.address_text import parse_interface
from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.felix_fields import (
    AllowAction,
    ClusterRoutesOfFelix,
    Count,
    DenyAction,
    Duration,
    FelixPart,
    HostAction,
    HostText,
    InsertMode,
    InterfacePrefixes,
    IPv4Text,
    IPv6Text,
    LoopPrevention,
    Mark,
    NatExclusions,
    NetworkText,
    NftMode,
    Pattern,
    PortNumber,
    PortRange,
    RouteOrigin,
    Severity,
    Spoofing,
    Switch,
    check_fields,
)
from bgpkit_node.resources.felix_process import FelixProcess
from bgpkit_node.resources.field_checks import check_conflict, check_selector, check_text
from bgpkit_node.resources.field_types import Port, RoutePriority, SelectorText
from bgpkit_node.resources.kind import Column, Resource, ResourceKind
from bgpkit_node.resources.metadata import check_metadata

_TABLES: Final = 250
_PROTOCOLS: Final = frozenset({"tcp", "udp", "sctp"})


class ProtoPort(FelixPart, frozen=True, kw_only=True):
    """A port that no policy closes, for all addresses or those in ``net``; without a protocol it is TCP."""

    port: Port
    protocol: str = ""
    net: str = ""


class RouteTableRange(FelixPart, frozen=True, kw_only=True):
    """Numbers of routing tables, both ends included."""

    min: int
    max: int


class FelixConfigurationSpec(FelixProcess, frozen=True, kw_only=True):
    """The settings; what is None is left to the less particular configuration, and last to the default."""

    node_selector: SelectorText = ""
    interface_prefix: InterfacePrefixes | None = None
    interface_exclude: str | None = None
    mtu_iface_pattern: Pattern | None = None
    ipip_enabled: bool | None = None
    ipip_mtu: Count | None = None
    vxlan_enabled: bool | None = None
    vxlan_mtu: Count | None = None
    vxlan_mtu_v6: Count | None = None
    vxlan_port: Port | None = None
    vxlan_vni: Annotated[int, msgspec.Meta(ge=0, le=(1 << 24) - 1)] | None = None
    device_route_protocol: Annotated[int, msgspec.Meta(ge=0, le=255)] | None = None
    device_route_source_address: IPv4Text | None = None
    device_route_source_address_ipv6: IPv6Text | None = None
    remove_external_routes: bool | None = None
    program_cluster_routes: ClusterRoutesOfFelix | None = None
    route_source: RouteOrigin | None = None
    route_sync_disabled: bool | None = None
    route_table_range: RouteTableRange | None = None
    route_table_ranges: tuple[RouteTableRange, ...] | None = None
    route_refresh_interval: Duration | None = None
    interface_refresh_interval: Duration | None = None
    ip_forwarding: Switch | None = None
    ipv4_normal_route_priority: RoutePriority | None = None
    ipv4_elevated_route_priority: RoutePriority | None = None
    ipv6_normal_route_priority: RoutePriority | None = None
    ipv6_elevated_route_priority: RoutePriority | None = None
    local_subnet_l2_reachability: str | None = None
    local_subnet_l2_reachability_refresh_interval: Duration | None = None
    external_nodes_list: tuple[NetworkText, ...] | None = None
    floating_ips: Switch | None = None
    nat_outgoing_address: IPv4Text | None = None
    nat_outgoing_exclusions: NatExclusions | None = None
    nat_port_range: PortRange | None = None
    allow_ipip_packets_from_workloads: bool | None = None
    allow_vxlan_packets_from_workloads: bool | None = None
    chain_insert_mode: InsertMode | None = None
    default_endpoint_to_host_action: HostAction | None = None
    disable_conntrack_invalid_check: bool | None = None
    endpoint_status_path_prefix: str | None = None
    failsafe_inbound_host_ports: tuple[ProtoPort, ...] | None = None
    failsafe_outbound_host_ports: tuple[ProtoPort, ...] | None = None
    nftables_filter_allow_action: AllowAction | None = None
    nftables_filter_deny_action: DenyAction | None = None
    nftables_mangle_allow_action: AllowAction | None = None
    nftables_mark_mask: Mark | None = None
    nftables_mode: NftMode | None = None
    nftables_refresh_interval: Duration | None = None
    service_loop_prevention: LoopPrevention | None = None
    workload_source_spoofing: Spoofing | None = None
    health_enabled: bool | None = None
    health_host: HostText | None = None
    health_port: PortNumber | None = None
    log_severity_screen: Severity | None = None
    prometheus_metrics_enabled: bool | None = None
    prometheus_metrics_host: HostText | None = None
    prometheus_metrics_port: PortNumber | None = None


class FelixConfiguration(Resource, frozen=True, kw_only=True):
    """How nodes treat interfaces, routes, tunnels and packets.

    ``default`` is for all nodes, ``node.<name>`` for one, any other for those that its ``nodeSelector`` matches.
    """

    kind: ClassVar[str] = "FelixConfiguration"
    spec: FelixConfigurationSpec = FelixConfigurationSpec()


def check_felix_configuration(configuration: FelixConfiguration) -> Iterator[Fault]:
    """Yield what is wrong with one configuration."""
    yield from check_metadata(configuration.metadata)
    spec = configuration.spec
    yield from check_fields(spec, "spec")
    yield from check_selector("spec.nodeSelector", spec.node_selector)
    if spec.node_selector and _is_for_one_or_all(configuration.name):
        yield Fault("spec.nodeSelector", f"cannot be set in {configuration}, whose name says for which nodes it is")
    for direction, ports in (
        ("Inbound", spec.failsafe_inbound_host_ports),
        ("Outbound", spec.failsafe_outbound_host_ports),
    ):
        for index, port in enumerate(ports or ()):
            yield from _check_port(f"spec.failsafe{direction}HostPorts[{index}]", port)
    yield from check_conflict(
        "spec.routeTableRange", spec.route_table_range, "spec.routeTableRanges", spec.route_table_ranges
    )
    if spec.route_table_range is not None:
        yield from _check_range("spec.routeTableRange", spec.route_table_range, _TABLES)
    for index, tables in enumerate(spec.route_table_ranges or ()):
        yield from _check_range(f"spec.routeTableRanges[{index}]", tables, (1 << 32) - 1)


def warn_felix_configuration(configuration: FelixConfiguration) -> Iterator[str]:
    """Yield what is allowed and does nothing."""
    if not configuration.spec.node_selector and not _is_for_one_or_all(configuration.name):
        yield f"{configuration} has no effect: it is not named default or node.<name>, and has no nodeSelector"


def _is_for_one_or_all(name: str) -> bool:
    return name == "default" or name.startswith("node.")


def _check_port(field: str, port: ProtoPort) -> Iterator[Fault]:
    if port.protocol and port.protocol.lower() not in _PROTOCOLS:
        yield Fault(f"{field}.protocol", f"must be one of TCP, UDP, SCTP, not {port.protocol!r}")
    yield from check_text(f"{field}.net", port.net, parse_interface)


def _check_range(field: str, tables: RouteTableRange, most: int) -> Iterator[Fault]:
    if not 1 <= tables.min <= tables.max <= most:
        yield Fault(field, f"must be a range of tables within 1 and {most}, not {tables.min} to {tables.max}")


_COLUMNS: Final[tuple[Column[FelixConfiguration], ...]] = (Column("NAME", lambda one, _: one.name),)

FELIX_CONFIGURATION: Final[ResourceKind[FelixConfiguration]] = ResourceKind(
    name="FelixConfiguration",
    plural="felixconfigurations",
    aliases=frozenset({"felixconfig", "felixconfigs"}),
    type=FelixConfiguration,
    narrow=_COLUMNS,
    wide=_COLUMNS,
    check=check_felix_configuration,
    warn=warn_felix_configuration,
)
