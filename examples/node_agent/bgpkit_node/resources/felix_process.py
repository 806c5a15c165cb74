"""Fields of FelixConfiguration about the process Felix itself and about iptables; carried, not acted upon."""

from typing import Annotated

import msgspec

from bgpkit_node.resources.felix_bpf import FelixBpf
from bgpkit_node.resources.felix_fields import (
    AllowAction,
    Count,
    DenyAction,
    Duration,
    FelixPart,
    GoLimit,
    HostText,
    InterfaceFilter,
    IptablesBackend,
    Mark,
    Pattern,
    PortNumber,
    PortRange,
    Rate,
    Severity,
    Switch,
)


class HealthTimeoutOverride(FelixPart, frozen=True, kw_only=True):
    """How long a part of Felix may be silent."""

    name: str
    timeout: Duration


class FelixProcess(FelixBpf, frozen=True, kw_only=True):
    """Settings of a program that this agent is not."""

    dataplane_driver: str | None = None
    dataplane_watchdog_timeout: Duration | None = None
    debug_disable_log_dropping: bool | None = None
    debug_host: HostText | None = None
    debug_memory_profile_path: str | None = None
    debug_port: PortNumber | None = None
    debug_simulate_calc_graph_hang_after: Duration | None = None
    debug_simulate_dataplane_apply_delay: Duration | None = None
    debug_simulate_dataplane_hang_after: Duration | None = None
    endpoint_reporting_delay: Duration | None = None
    endpoint_reporting_enabled: bool | None = None
    feature_detect_override: str | None = None
    feature_gates: str | None = None
    flow_logs_collector_debug_trace: bool | None = None
    flow_logs_flush_interval: Duration | None = None
    flow_logs_goldmane_server: str | None = None
    flow_logs_local_reporter: Switch | None = None
    flow_logs_policy_evaluation_mode: str | None = None
    go_gc_threshold: GoLimit | None = None
    go_max_procs: GoLimit | None = None
    go_memory_limit_mb: GoLimit | None = None
    health_timeout_overrides: tuple[HealthTimeoutOverride, ...] | None = None
    ipsets_refresh_interval: Duration | None = None
    iptables_backend: IptablesBackend | None = None
    iptables_filter_allow_action: AllowAction | None = None
    iptables_filter_deny_action: DenyAction | None = None
    iptables_lock_file_path: str | None = None
    iptables_lock_probe_interval: Duration | None = None
    iptables_lock_timeout: Duration | None = None
    iptables_mangle_allow_action: AllowAction | None = None
    iptables_mark_mask: Mark | None = None
    iptables_nat_outgoing_interface_filter: InterfaceFilter | None = None
    iptables_post_write_check_interval: Duration | None = None
    iptables_refresh_interval: Duration | None = None
    ipv6_support: bool | None = None
    kube_node_port_ranges: Annotated[tuple[PortRange, ...], msgspec.Meta(max_length=7)] | None = None
    live_migration_route_convergence_time: Duration | None = None
    log_action_rate_limit: Rate | None = None
    log_action_rate_limit_burst: Annotated[int, msgspec.Meta(ge=0, le=9999)] | None = None
    log_debug_filename_regex: Pattern | None = None
    log_file_path: str | None = None
    log_prefix: str | None = None
    log_severity_file: Severity | None = None
    log_severity_sys: Severity | None = None
    max_ipset_size: Count | None = None
    metadata_addr: str | None = None
    metadata_port: PortNumber | None = None
    netlink_timeout: Duration | None = None
    openstack_region: str | None = None
    policy_sync_path_prefix: str | None = None
    prometheus_go_metrics_enabled: bool | None = None
    prometheus_metrics_ca_file: str | None = None
    prometheus_metrics_cert_file: str | None = None
    prometheus_metrics_client_auth: str | None = None
    prometheus_metrics_key_file: str | None = None
    prometheus_process_metrics_enabled: bool | None = None
    prometheus_wire_guard_metrics_enabled: bool | None = None
    reporting_interval: Duration | None = None
    reporting_ttl: Duration | None = None
    require_mtu_file: bool | None = None
    usage_reporting_enabled: bool | None = None
    usage_reporting_initial_delay: Duration | None = None
    usage_reporting_interval: Duration | None = None
    use_internal_dataplane_driver: bool | None = None
