"""BGPConfiguration: how BGP is done in the whole cluster (``default``) or on one node (``node.<name>``)."""

import re
from collections.abc import Iterator
from enum import Enum
from functools import partial
from typing import Annotated, ClassVar, Final

import msgspec

from bgpkit_node.resources.address_text import parse_address, parse_community, parse_duration, parse_network
from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.field_checks import check_duration, check_text
from bgpkit_node.resources.field_types import AsNumber, Port, RoutePriority
from bgpkit_node.resources.kind import Column, Resource, ResourceKind
from bgpkit_node.resources.metadata import check_metadata
from bgpkit_node.resources.part import Part
from bgpkit_node.resources.secret_ref import BgpPassword

DEFAULT_AS_NUMBER: Final = 64512
DEFAULT_PORT: Final = 179

_SEVERITIES: Final = ("Trace", "Debug", "Info", "Warning", "Error", "Fatal")
_INTERFACE: Final = re.compile(r"(?!\*+$)[A-Za-z0-9_.*-]{1,15}")
_LONGEST_RESTART: Final = 4095


class BindMode(Enum):
    """Whether a node listens on all addresses or on its own alone."""

    NONE = "None"
    NODE_IP = "NodeIP"


class ServiceAggregation(Enum):
    """Whether load-balancer addresses are advertised as whole ranges."""

    ENABLED = "Enabled"
    DISABLED = "Disabled"


class ClusterRoutes(Enum):
    """For which pools the routes to other nodes' pods are put into the kernel from BGP."""

    ENABLED = "Enabled"
    DISABLED = "Disabled"
    ENABLED_IPIP_ONLY = "EnabledIPIPOnly"
    ENABLED_NO_ENCAP_ONLY = "EnabledNoEncapOnly"


class ServiceBlock(Part, frozen=True, kw_only=True):
    """A range of service addresses."""

    cidr: str


class NamedCommunity(Part, frozen=True, kw_only=True):
    """A community and the name it is used by."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=253)]
    value: Annotated[str, msgspec.Meta(max_length=40)]


class PrefixAdvertisement(Part, frozen=True, kw_only=True):
    """Communities, by name or value, that the prefixes in a range are advertised with."""

    cidr: str
    communities: Annotated[tuple[str, ...], msgspec.Meta(max_length=50)] = ()


class BGPConfigurationSpec(Part, frozen=True, kw_only=True):
    """The settings; what is None has the default that the properties of BGPConfiguration tell."""

    log_severity_screen: str = "Info"
    node_to_node_mesh_enabled: bool | None = None
    as_number: AsNumber | None = None
    service_load_balancer_ips: tuple[ServiceBlock, ...] = msgspec.field(default=(), name="serviceLoadBalancerIPs")
    service_external_ips: tuple[ServiceBlock, ...] = msgspec.field(default=(), name="serviceExternalIPs")
    service_cluster_ips: tuple[ServiceBlock, ...] = msgspec.field(default=(), name="serviceClusterIPs")
    service_load_balancer_aggregation: ServiceAggregation = ServiceAggregation.ENABLED
    communities: Annotated[tuple[NamedCommunity, ...], msgspec.Meta(max_length=500)] = ()
    prefix_advertisements: Annotated[tuple[PrefixAdvertisement, ...], msgspec.Meta(max_length=500)] = ()
    listen_port: Port | None = None
    node_mesh_password: BgpPassword | None = None
    node_mesh_max_restart_time: str | None = None
    bind_mode: BindMode | None = None
    ignored_interfaces: tuple[str, ...] = ()
    local_workload_peering_ipv4: str = msgspec.field(default="", name="localWorkloadPeeringIPV4")
    local_workload_peering_ipv6: str = msgspec.field(default="", name="localWorkloadPeeringIPV6")
    program_cluster_routes: ClusterRoutes | None = None
    ipv4_normal_route_priority: RoutePriority | None = msgspec.field(default=None, name="ipv4NormalRoutePriority")
    ipv6_normal_route_priority: RoutePriority | None = msgspec.field(default=None, name="ipv6NormalRoutePriority")

    def __post_init__(self) -> None:
        """Take the severity in any case, and the empty one for the default."""
        severity = self.log_severity_screen.capitalize() or "Info"
        if severity in _SEVERITIES:
            msgspec.structs.force_setattr(self, "log_severity_screen", severity)


class BGPConfiguration(Resource, frozen=True, kw_only=True):
    """How BGP is done in the cluster, or on one node."""

    kind: ClassVar[str] = "BGPConfiguration"
    spec: BGPConfigurationSpec = BGPConfigurationSpec()

    @property
    def mesh_enabled(self) -> bool:
        """Whether every node keeps a session with every other; true unless said otherwise."""
        return self.spec.node_to_node_mesh_enabled is not False

    @property
    def as_number(self) -> int:
        """The AS number of nodes that have none of their own; 64512 unless said otherwise."""
        return DEFAULT_AS_NUMBER if self.spec.as_number is None else self.spec.as_number

    @property
    def listen_port(self) -> int:
        """The port that nodes listen on; 179 unless said otherwise."""
        return self.spec.listen_port or DEFAULT_PORT

    @property
    def advertised(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Ranges, each with the communities that prefixes in it are advertised with; no names among them."""
        values = {community.name: community.value for community in self.spec.communities}
        return tuple(
            (each.cidr, tuple(values.get(text, text) for text in each.communities))
            for each in self.spec.prefix_advertisements
        )

    @property
    def mesh_restart_seconds(self) -> float | None:
        """The longest time a restart may take in mesh sessions, in seconds, when given."""
        return parse_duration(self.spec.node_mesh_max_restart_time) if self.spec.node_mesh_max_restart_time else None


def check_bgp_configuration(configuration: BGPConfiguration) -> Iterator[Fault]:
    """Yield what is wrong with one BGPConfiguration."""
    yield from check_metadata(configuration.metadata)
    spec = configuration.spec
    if spec.log_severity_screen not in _SEVERITIES:
        text = f"must be one of {', '.join(_SEVERITIES)}, not {spec.log_severity_screen!r}"
        yield Fault("spec.logSeverityScreen", text)
    yield from _check_mesh(configuration)
    yield from _check_communities(spec)
    blocks = {
        "serviceLoadBalancerIPs": spec.service_load_balancer_ips,
        "serviceExternalIPs": spec.service_external_ips,
        "serviceClusterIPs": spec.service_cluster_ips,
    }
    for field, ranges in blocks.items():
        for index, block in enumerate(ranges):
            yield from check_text(f"spec.{field}[{index}].cidr", block.cidr or "(empty)", parse_network)
    for index, interface in enumerate(spec.ignored_interfaces):
        if not _INTERFACE.fullmatch(interface):
            yield Fault(f"spec.ignoredInterfaces[{index}]", f"{interface!r} is not the name of an interface")
    four, six = spec.local_workload_peering_ipv4, spec.local_workload_peering_ipv6
    yield from check_text("spec.localWorkloadPeeringIPV4", four, partial(parse_address, version=4))
    yield from check_text("spec.localWorkloadPeeringIPV6", six, partial(parse_address, version=6))


def warn_bgp_configuration(configuration: BGPConfiguration) -> Iterator[str]:
    """Yield what is allowed and does nothing."""
    name = configuration.name
    if name != "default" and not name.startswith("node."):
        yield f"{configuration} has no effect: only default and node.<name of a node> have"


def _check_mesh(configuration: BGPConfiguration) -> Iterator[Fault]:
    spec = configuration.spec
    mesh_only = {
        "spec.nodeMeshPassword": spec.node_mesh_password,
        "spec.nodeMeshMaxRestartTime": spec.node_mesh_max_restart_time,
    }
    default_only = {
        "spec.nodeToNodeMeshEnabled": spec.node_to_node_mesh_enabled,
        "spec.asNumber": spec.as_number,
        **mesh_only,
    }
    for field, value in default_only.items():
        if value is not None and configuration.name != "default":
            yield Fault(field, "can only be set in the BGPConfiguration named default")
    for field, value in mesh_only.items():
        if value is not None and not configuration.mesh_enabled:
            yield Fault(field, "cannot be set while nodeToNodeMeshEnabled is false")
    yield from check_duration("spec.nodeMeshMaxRestartTime", spec.node_mesh_max_restart_time, 0, _LONGEST_RESTART)


def _check_communities(spec: BGPConfigurationSpec) -> Iterator[Fault]:
    if spec.communities and not spec.prefix_advertisements:
        yield Fault("spec.communities", "can only be set together with prefixAdvertisements")
    names: set[str] = set()
    for index, community in enumerate(spec.communities):
        yield from check_text(f"spec.communities[{index}].value", community.value or "(empty)", parse_community)
        if community.name in names:
            yield Fault(f"spec.communities[{index}].name", f"{community.name} is given twice")
        names.add(community.name)
    for index, advertisement in enumerate(spec.prefix_advertisements):
        field = f"spec.prefixAdvertisements[{index}]"
        yield from check_text(f"{field}.cidr", advertisement.cidr or "(empty)", parse_network)
        for place, text in enumerate(advertisement.communities):
            if ":" in text:
                yield from check_text(f"{field}.communities[{place}]", text, parse_community)
            elif text not in names:
                yield Fault(f"{field}.communities[{place}]", f"{text!r} is no community of spec.communities")


def _mesh(configuration: BGPConfiguration, _inherited: int) -> str:
    enabled = configuration.spec.node_to_node_mesh_enabled
    return "-" if enabled is None else str(enabled).lower()


_COLUMNS: Final[tuple[Column[BGPConfiguration], ...]] = (
    Column("NAME", lambda configuration, _: configuration.name),
    Column("LOGSEVERITY", lambda configuration, _: configuration.spec.log_severity_screen),
    Column("MESHENABLED", _mesh),
    Column("ASNUMBER", lambda configuration, _: str(configuration.spec.as_number or "-")),
)

BGP_CONFIGURATION: Final[ResourceKind[BGPConfiguration]] = ResourceKind(
    name="BGPConfiguration",
    plural="bgpconfigurations",
    aliases=frozenset({"bgpconfig", "bgpconfigs"}),
    type=BGPConfiguration,
    narrow=_COLUMNS,
    wide=_COLUMNS,
    check=check_bgp_configuration,
    warn=warn_bgp_configuration,
)
