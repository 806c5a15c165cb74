"""Node: a machine of the cluster, its addresses, its AS number, and whether it reflects routes."""

from collections.abc import Iterable, Iterator
from enum import Enum
from functools import partial
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface
from typing import ClassVar, Final

import msgspec

from bgpkit_node.resources.address_text import parse_address, parse_interface, parse_mac
from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.field_checks import check_text
from bgpkit_node.resources.field_types import AsNumber
from bgpkit_node.resources.kind import Column, Resource, ResourceKind
from bgpkit_node.resources.metadata import check_metadata
from bgpkit_node.resources.part import Part


class NodeAddressType(Enum):
    """What an address of a node is good for."""

    CALICO_NODE_IP = "CalicoNodeIP"
    INTERNAL_IP = "InternalIP"
    EXTERNAL_IP = "ExternalIP"


class OrchRef(Part, frozen=True, kw_only=True):
    """The name that an orchestrator knows the node by."""

    node_name: str = ""
    orchestrator: str


class NodeBgp(Part, frozen=True, kw_only=True):
    """How a node takes part in BGP; addresses with the subnet they stand in."""

    as_number: AsNumber | None = None
    ipv4_address: str = msgspec.field(default="", name="ipv4Address")
    ipv6_address: str = msgspec.field(default="", name="ipv6Address")
    ipv4_ipip_tunnel_addr: str = msgspec.field(default="", name="ipv4IPIPTunnelAddr")
    route_reflector_cluster_id: str = msgspec.field(default="", name="routeReflectorClusterID")


class NodeWireguard(Part, frozen=True, kw_only=True):
    """Addresses of a node's WireGuard devices; carried for other components."""

    interface_ipv4_address: str = msgspec.field(default="", name="interfaceIPv4Address")
    interface_ipv6_address: str = msgspec.field(default="", name="interfaceIPv6Address")


class NodeAddress(Part, frozen=True, kw_only=True):
    """One address of a node."""

    address: str
    type: NodeAddressType | None = None


class NodeInterface(Part, frozen=True, kw_only=True):
    """One interface of a node and its addresses."""

    name: str = ""
    addresses: tuple[str, ...] = ()


class NodeSpec(Part, frozen=True, kw_only=True):
    """What is wanted of a node."""

    bgp: NodeBgp | None = None
    ipv4_vxlan_tunnel_addr: str = msgspec.field(default="", name="ipv4VXLANTunnelAddr")
    vxlan_tunnel_mac_addr: str = msgspec.field(default="", name="vxlanTunnelMACAddr")
    ipv6_vxlan_tunnel_addr: str = msgspec.field(default="", name="ipv6VXLANTunnelAddr")
    vxlan_tunnel_mac_addr_v6: str = msgspec.field(default="", name="vxlanTunnelMACAddrV6")
    orch_refs: tuple[OrchRef, ...] = ()
    wireguard: NodeWireguard | None = None
    addresses: tuple[NodeAddress, ...] = ()
    interfaces: tuple[NodeInterface, ...] = ()


class NodeStatus(Part, frozen=True, kw_only=True):
    """What a node reports of itself."""

    wireguard_public_key: str = ""
    wireguard_public_key_v6: str = msgspec.field(default="", name="wireguardPublicKeyV6")
    pod_cidrs: tuple[str, ...] = msgspec.field(default=(), name="podCIDRs")


class Node(Resource, frozen=True, kw_only=True):
    """A machine of the cluster."""

    kind: ClassVar[str] = "Node"
    spec: NodeSpec = NodeSpec()
    status: NodeStatus | None = None

    @property
    def ipv4(self) -> IPv4Interface | None:
        """The IPv4 address for BGP with its subnet, if the node has one."""
        text = self.spec.bgp.ipv4_address if self.spec.bgp else ""
        return IPv4Interface(text) if text else None

    @property
    def ipv6(self) -> IPv6Interface | None:
        """The IPv6 address for BGP with its subnet, if the node has one."""
        text = self.spec.bgp.ipv6_address if self.spec.bgp else ""
        return IPv6Interface(text) if text else None

    @property
    def interfaces(self) -> tuple[IPv4Interface | IPv6Interface, ...]:
        """Its addresses for BGP with their subnets, IPv4 first; a node without any has no session."""
        return tuple(each for each in (self.ipv4, self.ipv6) if each is not None)

    @property
    def as_number(self) -> int | None:
        """The AS number of this node alone; None: that of the BGPConfiguration holds."""
        return self.spec.bgp.as_number if self.spec.bgp else None

    @property
    def cluster_id(self) -> IPv4Address | None:
        """The cluster ID when the node is a route reflector."""
        text = self.spec.bgp.route_reflector_cluster_id if self.spec.bgp else ""
        return IPv4Address(text) if text else None

    @property
    def labels(self) -> dict[str, str]:
        """The labels that selectors look at."""
        return self.metadata.labels


def check_node(node: Node) -> Iterator[Fault]:
    """Yield what is wrong with one node."""
    yield from check_metadata(node.metadata)
    spec, bgp = node.spec, node.spec.bgp or NodeBgp()
    yield from check_text("spec.bgp.ipv4Address", bgp.ipv4_address, partial(_parse_own, version=4))
    yield from check_text("spec.bgp.ipv6Address", bgp.ipv6_address, partial(_parse_own, version=6))
    yield from check_text("spec.bgp.ipv4IPIPTunnelAddr", bgp.ipv4_ipip_tunnel_addr, partial(parse_address, version=4))
    yield from check_text("spec.bgp.routeReflectorClusterID", bgp.route_reflector_cluster_id, _parse_cluster_id)
    yield from check_text("spec.ipv4VXLANTunnelAddr", spec.ipv4_vxlan_tunnel_addr, partial(parse_address, version=4))
    yield from check_text("spec.ipv6VXLANTunnelAddr", spec.ipv6_vxlan_tunnel_addr, partial(parse_address, version=6))
    yield from check_text("spec.vxlanTunnelMACAddr", spec.vxlan_tunnel_mac_addr, parse_mac)
    yield from check_text("spec.vxlanTunnelMACAddrV6", spec.vxlan_tunnel_mac_addr_v6, parse_mac)
    for index, address in enumerate(spec.addresses):
        yield from check_text(f"spec.addresses[{index}].address", address.address, parse_interface)
    if spec.wireguard:
        field = "spec.wireguard.interfaceIPv"
        four, six = spec.wireguard.interface_ipv4_address, spec.wireguard.interface_ipv6_address
        yield from check_text(field + "4Address", four, partial(parse_address, version=4))
        yield from check_text(field + "6Address", six, partial(parse_address, version=6))


def check_nodes(after: Iterable[Node], _before: Iterable[Node]) -> Iterator[tuple[str, Fault]]:
    """Yield a fault for each node whose BGP address another node has, too; both are named."""
    owners: dict[IPv4Address | IPv6Address, str] = {}
    for node in after:
        for interface in node.interfaces:
            field = f"ipv{interface.version}Address"
            owner = owners.setdefault(interface.ip, node.name)
            if owner != node.name:
                text = f"Node({node.name}) and Node({owner}) cannot both have the address {interface.ip}"
                yield node.name, Fault(f"spec.bgp.{field}", text)
                yield owner, Fault(f"spec.bgp.{field}", text)


def _parse_own(text: str, version: int) -> None:
    address = parse_interface(text, version).ip
    if address.is_unspecified or address.is_multicast:
        raise ValueError(f"{text} cannot be the address of a node")


def _parse_cluster_id(text: str) -> None:
    try:
        value = IPv4Address(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a cluster ID: write it as an IPv4 address, 244.0.0.1") from None
    if not int(value):
        raise ValueError("0.0.0.0 is not a cluster ID")


def _asn(node: Node, inherited: int) -> str:
    return str(node.as_number) if node.as_number is not None else f"({inherited})"


_NAME: Final[Column[Node]] = Column("NAME", lambda node, _: node.name)

NODE: Final[ResourceKind[Node]] = ResourceKind(
    name="Node",
    plural="nodes",
    aliases=frozenset({"no"}),
    type=Node,
    narrow=(_NAME,),
    wide=(
        _NAME,
        Column("ASN", _asn),
        Column("IPV4", lambda node, _: str(node.ipv4 or "")),
        Column("IPV6", lambda node, _: str(node.ipv6 or "")),
    ),
    check=check_node,
    check_all=check_nodes,
)
