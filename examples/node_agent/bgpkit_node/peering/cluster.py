"""What peering is decided from: the resources of a whole cluster at one revision."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Network
from typing import Final

from bgpkit_node.resources import (
    BGPConfiguration,
    BGPConfigurationSpec,
    BGPFilter,
    BGPPeer,
    BGPPeerSpec,
    IPPool,
    Node,
    Resource,
    WorkloadEndpoint,
)
from bgpkit_node.resources.bgp_configuration import BindMode
from bgpkit_node.services import NO_BLOCKS, Networks, ServiceBlocks

DEFAULT_ASN: Final = 64512
DEFAULT_PORT: Final = 179
DRAINED: Final = "bgpkit-node/drained"
"""The annotation of a Node that is not to reflect for the time being; its value says since when."""
WATCHED: Final = "bgpkit-node/bfd"
"""The annotation of a BGPPeer, or for the mesh of the default BGPConfiguration, with which BFD watches the paths."""
NO_SERVICES: Final = "node.kubernetes.io/exclude-from-external-load-balancers"
"""The label of a Node that is to draw no traffic for services."""


CLUSTER_KINDS: Final[tuple[type[Resource], ...]] = (Node, IPPool, BGPConfiguration, BGPPeer, BGPFilter)
"""The kinds of resources that a cluster is made of; no others are to be read, or followed, for peering."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """The nodes, pools and BGP resources of a cluster; ``cluster_of`` makes it of resources."""

    nodes: tuple[Node, ...] = ()
    """The nodes, with the cluster IDs that are in effect: those in ``drained`` and ``idle`` have none here."""
    pools: tuple[IPPool, ...] = ()
    configurations: tuple[BGPConfiguration, ...] = ()
    peers: tuple[BGPPeer, ...] = ()
    filters: tuple[BGPFilter, ...] = ()
    drained: frozenset[str] = frozenset()
    """The names of nodes that would reflect and are not to for the time being."""
    idle: Mapping[str, IPv4Address] = field(default_factory=dict[str, IPv4Address])
    """The cluster IDs that are not in effect, by node: no BGPPeer makes the node a reflector for anybody."""
    workloads: tuple[WorkloadEndpoint, ...] = ()
    """Endpoints of pods of the asking node; ``cluster_of`` passes them over, for they come and go."""
    cluster_ips: Networks | None = None
    """What the asking node is told of cluster IPs by its environment; None: what the resources say counts."""

    def node(self, name: str) -> Node | None:
        """Return the node called ``name``."""
        return next((node for node in self.nodes if node.name == name), None)

    @property
    def mesh(self) -> bool:
        """Whether every node peers with every other one; on unless the default configuration says no."""
        default = self._configuration("default")
        return default is None or default.spec.node_to_node_mesh_enabled is not False

    @property
    def mesh_terms(self) -> BGPPeerSpec:
        """How sessions of the mesh are kept: as the default configuration says, in the words of a BGPPeer."""
        default = self._configuration("default")
        if default is None:
            return BGPPeerSpec()
        spec = default.spec
        return BGPPeerSpec(password=spec.node_mesh_password, max_restart_time=spec.node_mesh_max_restart_time)

    @property
    def exported(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The ranges that nodes tell each other of; those of a disabled pool, too, which may still have pods."""
        return tuple(pool.network for pool in self.pools if not pool.spec.disable_bgp_export)

    def advertised(self, node: Node) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return ranges, each with the communities that ``node`` advertises prefixes in it with.

        They stand in the node's own configuration; where that has none, in the default one.
        """
        for name in (f"node.{node.name}", "default"):
            configuration = self._configuration(name)
            if configuration is not None and configuration.spec.prefix_advertisements:
                return configuration.advertised
        return ()

    def asn(self, node: Node) -> int:
        """Return the AS number of ``node``: its own, else that of the default configuration, else 64512."""
        return node.as_number or self.default_asn or DEFAULT_ASN

    @property
    def default_asn(self) -> int | None:
        """The AS number of the default configuration, if it gives one."""
        default = self._configuration("default")
        return default.spec.as_number if default is not None else None

    def port(self, node: Node) -> int:
        """Return the TCP port on which ``node`` listens."""
        for name in (f"node.{node.name}", "default"):
            configuration = self._configuration(name)
            if configuration is not None and configuration.spec.listen_port:
                return configuration.spec.listen_port
        return DEFAULT_PORT

    def log_severity(self, node: str) -> str:
        """Return from which severity on ``node`` is to log: ``Debug``, ``Info``, ... of its own or the default one."""
        found = (self._configuration(name) for name in (f"node.{node}", "default"))
        return next((each.spec.log_severity_screen for each in found if each is not None), "Info")

    @property
    def binds_node_address(self) -> bool:
        """Whether nodes listen at their own addresses only."""
        default = self._configuration("default")
        return default is not None and default.spec.bind_mode is BindMode.NODE_IP

    @property
    def watched(self) -> frozenset[str]:
        """The names of the BGPPeers whose sessions' paths are watched by BFD; the empty name is the mesh's."""
        names = {peer.name for peer in self.peers if WATCHED in peer.metadata.annotations}
        default = self._configuration("default")
        if self.mesh and default is not None and WATCHED in default.metadata.annotations:
            names.add("")
        return frozenset(names)

    def workload_peering_address(self, version: int) -> str:
        """Return the address at which a node's own pods reach its speaker; empty when none is configured."""
        default = self._configuration("default")
        if default is None:
            return ""
        six = version != 4
        return default.spec.local_workload_peering_ipv6 if six else default.spec.local_workload_peering_ipv4

    @property
    def service_blocks(self) -> ServiceBlocks:
        """The blocks in which services have their addresses, as the default configuration and the environment say."""
        default = self._configuration("default")
        if default is None and self.cluster_ips is None:
            return NO_BLOCKS
        return ServiceBlocks.of(BGPConfigurationSpec() if default is None else default.spec, self.cluster_ips)

    def _configuration(self, name: str) -> BGPConfiguration | None:
        return next((found for found in self.configurations if found.name == name), None)


def is_drained(node: Node) -> bool:
    """Tell whether ``node`` would reflect, and is not to for the time being."""
    return node.cluster_id is not None and DRAINED in node.metadata.annotations


def advertises_services(node: Node) -> bool:
    """Tell whether ``node`` may draw traffic for services."""
    return node.labels.get(NO_SERVICES) != "true"
