"""Fields of FelixConfiguration for eBPF, XDP, WireGuard and other add-ons; carried, not acted upon."""

from bgpkit_node.resources.felix_fields import (
    AwsCheck,
    BpfLogLevel,
    BpfRpf,
    BpfServiceMode,
    Count,
    Duration,
    FelixPart,
    InterfaceFilter,
    InterfaceText,
    Mark,
    NetworkText,
    Pattern,
    PortNumber,
    PortRange,
    RulePriority,
    Switch,
)
from bgpkit_node.resources.field_types import Port


class ConntrackTimeouts(FelixPart, frozen=True, kw_only=True):
    """Times after which connections are forgotten; a time or ``Auto``."""

    creation_grace_period: str | None = None
    generic_timeout: str | None = None
    icmp_timeout: str | None = None
    tcp_established: str | None = None
    tcp_fins_seen: str | None = None
    tcp_reset_seen: str | None = None
    tcp_syn_sent: str | None = None
    udp_timeout: str | None = None


class FelixBpf(FelixPart, frozen=True, kw_only=True):
    """Settings of data planes that this agent does not have."""

    aws_src_dst_check: AwsCheck | None = None
    bpf_attach_type: str | None = None
    bpf_ctlb_log_filter: str | None = None
    bpf_connect_time_load_balancing: str | None = None
    bpf_connect_time_load_balancing_enabled: bool | None = None
    bpf_conntrack_log_level: str | None = None
    bpf_conntrack_mode: str | None = None
    bpf_conntrack_timeouts: ConntrackTimeouts | None = None
    bpf_dsr_optout_cidrs: tuple[NetworkText, ...] | None = None
    bpf_data_iface_pattern: Pattern | None = None
    bpf_disable_gro_for_ifaces: Pattern | None = None
    bpf_disable_unprivileged: bool | None = None
    bpf_enabled: bool | None = None
    bpf_enforce_rpf: BpfRpf | None = None
    bpf_exclude_cidrs_from_nat: tuple[NetworkText, ...] | None = None
    bpf_export_buffer_size_mb: Count | None = None
    bpf_ext_to_service_connmark: Mark | None = None
    bpf_external_service_mode: BpfServiceMode | None = None
    bpf_force_track_packets_from_ifaces: tuple[InterfaceFilter, ...] | None = None
    bpf_host_conntrack_bypass: bool | None = None
    bpf_host_networked_nat_without_ctlb: Switch | None = None
    bpf_ip_frag_timeout: Duration | None = None
    bpf_ip_fragment_reassembly_enabled: bool | None = None
    bpf_jit_hardening: str | None = None
    bpf_kube_proxy_endpoint_slices_enabled: bool | None = None
    bpf_kube_proxy_healthz_port: PortNumber | None = None
    bpf_kube_proxy_iptables_cleanup_enabled: bool | None = None
    bpf_kube_proxy_min_sync_period: Duration | None = None
    bpf_l3_iface_pattern: Pattern | None = None
    bpf_log_filters: dict[str, str] | None = None
    bpf_log_level: BpfLogLevel | None = None
    bpf_maglev_max_endpoints_per_service: Count | None = None
    bpf_maglev_max_services: Count | None = None
    bpf_map_size_conntrack: Count | None = None
    bpf_map_size_conntrack_cleanup_queue: Count | None = None
    bpf_map_size_conntrack_scaling: str | None = None
    bpf_map_size_if_state: Count | None = None
    bpf_map_size_ipsets: Count | None = None
    bpf_map_size_nat_affinity: Count | None = None
    bpf_map_size_nat_backend: Count | None = None
    bpf_map_size_nat_frontend: Count | None = None
    bpf_map_size_per_cpu_conntrack: Count | None = None
    bpf_map_size_route: Count | None = None
    bpf_overlay_host_source_ip: str | None = None
    bpf_policy_debug_enabled: bool | None = None
    bpf_profiling: Switch | None = None
    bpf_psnat_ports: PortRange | None = None
    bpf_redirect_to_peer: str | None = None
    cgroup_v2_path: str | None = None
    generic_xdp_enabled: bool | None = None
    istio_ambient_mode: Switch | None = None
    istio_dscp_mark: int | str | None = None
    sidecar_acceleration_enabled: bool | None = None
    windows_manage_firewall_rules: Switch | None = None
    wireguard_enabled: bool | None = None
    wireguard_enabled_v6: bool | None = None
    wireguard_host_encryption_enabled: bool | None = None
    wireguard_interface_name: InterfaceText | None = None
    wireguard_interface_name_v6: InterfaceText | None = None
    wireguard_keep_alive: Duration | None = None
    wireguard_listening_port: Port | None = None
    wireguard_listening_port_v6: Port | None = None
    wireguard_mtu: Count | None = None
    wireguard_mtu_v6: Count | None = None
    wireguard_routing_rule_priority: RulePriority | None = None
    wireguard_threading_enabled: bool | None = None
    xdp_enabled: bool | None = None
    xdp_refresh_interval: Duration | None = None
