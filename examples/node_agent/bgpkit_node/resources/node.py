"""Node: a machine of the cluster, its addresses, its AS number, and whether it reflects routes."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from enum import Enum
from functools import partial
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface
from typing import ClassVar, Final

import msgspec

from bgpkit_node.resources.address_text import parse_address, parse_interface, parse_mac
from bgpkit_node.resources.bgp_identifier import IDENTIFIER, parse_identifier, usual_identifier
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
    def bgp_identifier(self) -> IPv4Address:
        """The BGP Identifier of its speaker: what its agent has said of it, else its IPv4 address, else of its name."""
        told = self.metadata.annotations.get(IDENTIFIER, "")
        with suppress(ValueError):
            return parse_identifier(told)
        return usual_identifier(self.name, None if self.ipv4 is None else self.ipv4.ip)

    @property
    def labels(self) -> dict[str, str]:
        """The labels that selectors look at."""
        return self.metadata.labels


def check_node(node: Node) -> Iterator[Fault]:
    """Yield what is wrong with one node."""
    yield from check_metadata(node.metadata)
    spec, bgp = node.spec, node.spec.bgp or NodeBgp()
    told = node.metadata.annotations.get(IDENTIFIER, "")
    yield from check_text(f"metadata.annotations[{IDENTIFIER}]", told, parse_identifier)
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


def check_written_node(node: Node) -> Iterator[Fault]:
    """Yield what is wrong with a node that someone writes: addresses that are no machine's."""
    bgp = node.spec.bgp or NodeBgp()
    for field, text in (("ipv4Address", bgp.ipv4_address), ("ipv6Address", bgp.ipv6_address)):
        yield from check_text(f"spec.bgp.{field}", text, _parse_of_machine)


def warn_node(node: Node) -> Iterator[str]:
    """Yield a sentence for each address at which only processes of the same machine reach the node."""
    for interface in node.interfaces:
        if interface.is_loopback:
            field = f"spec.bgp.ipv{interface.version}Address"
            yield f"{node}: {field} {interface} is a loopback address: no other machine reaches it"


def check_nodes(after: Iterable[Node], _before: Iterable[Node]) -> Iterator[tuple[str, Fault]]:
    """Yield a fault for each node whose BGP address, or whose BGP Identifier, another node has, too; both are named.

    An identifier may be another's in another AS (RFC 6286, section 2.1): nodes that name different ones may share it.
    """
    owners: dict[IPv4Address | IPv6Address, str] = {}
    speakers: dict[tuple[IPv4Address, int | None], str] = {}
    for node in after:
        own = [(interface, owners.setdefault(interface.ip, node.name)) for interface in node.interfaces]
        for interface, owner in own:
            field = f"spec.bgp.ipv{interface.version}Address"
            yield from _shared(node.name, owner, field, f"the address {interface.ip}")
        owner = speakers.setdefault((node.bgp_identifier, node.as_number), node.name) if own else node.name
        if owner not in {each for _, each in own}:  # else the address says it
            what = f"the BGP Identifier {node.bgp_identifier}: start the agent of one with another --router-id"
            yield from _shared(node.name, owner, f"metadata.annotations[{IDENTIFIER}]", what)


def _shared(name: str, owner: str, field: str, what: str) -> Iterator[tuple[str, Fault]]:
    if owner != name:
        text = f"Node({name}) and Node({owner}) cannot both have {what}"
        yield name, Fault(field, text)
        yield owner, Fault(field, text)


def _parse_own(text: str, version: int) -> None:
    address = parse_interface(text, version).ip
    if address.is_unspecified or address.is_multicast:
        raise ValueError(f"{text} cannot be the address of a node")


def _parse_of_machine(text: str) -> None:
    try:
        interface = parse_interface(text)
    except ValueError:
        return  # which check_node says
    network = interface.network
    if getattr(interface, "ipv4_mapped", None) is not None:
        raise ValueError(f"{text} is an IPv4 address as an IPv6 one: write it as ipv4Address")
    if network.num_addresses <= 2:
        return
    if interface.ip == network.network_address:
        raise ValueError(f"{text} is the address of the network, not of a machine in it")
    if interface.version == 4 and interface.ip == network.broadcast_address:
        raise ValueError(f"{text} is the broadcast address of {network}, not that of a machine in it")


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
    check_written=check_written_node,
    warn=warn_node,
    check_all=check_nodes,
)
