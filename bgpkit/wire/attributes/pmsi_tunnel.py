"""PMSI_TUNNEL, the tunnel that carries the multicast traffic of a VPN (RFC 6514, section 5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address
from typing import Final, TypeAlias

from bgpkit.wire.attributes.code import OPTIONAL_TRANSITIVE, AttributeCode
from bgpkit.wire.attributes.row import AttributeRow, expect

Address: TypeAlias = IPv4Address | IPv6Address

_HEADER: Final = 5
_LEAF_INFORMATION_REQUIRED: Final = 0x01
_FAMILIES: Final[Mapping[tuple[int, int], type[IPv4Address] | type[IPv6Address]]] = {
    (1, 4): IPv4Address,
    (2, 16): IPv6Address,
}
"""The classes of the addresses of a FEC element, by address family number and length. RFC 6388, section 2.2."""
_REGISTERED: Final = frozenset({*range(0x08, 0x10), *range(0x7B, 0x7F), *range(0x80, 0xFF)})
"""Tunnel types of other RFCs, and the next ones to be given out; experiments; composite tunnels.

RFC 7385, section 3; RFC 8317.
"""


class PmsiTunnelType(IntEnum):
    """The tunnel types whose identifiers are interpreted. RFC 6514, section 5."""

    NO_TUNNEL_INFORMATION = 0
    RSVP_TE_P2MP_LSP = 1
    MLDP_P2MP_LSP = 2
    PIM_SSM_TREE = 3
    PIM_SM_TREE = 4
    BIDIR_PIM_TREE = 5
    INGRESS_REPLICATION = 6
    MLDP_MP2MP_LSP = 7


class MldpFecType(IntEnum):
    """The types of a FEC element for multipoint LSPs. RFC 6388, sections 2.2 and 3.2."""

    P2MP = 6
    MP2MP_UPSTREAM = 7
    MP2MP_DOWNSTREAM = 8


_FEC_TYPES: Final = frozenset(map(int, MldpFecType))


@dataclass(frozen=True, slots=True, kw_only=True)
class RsvpTeP2mpLsp:
    """The SESSION object of a P2MP LSP. RFC 6514, section 5; RFC 4875, section 19.1."""

    extended_tunnel_id: Address
    reserved: int = 0
    tunnel_id: int
    p2mp_id: int

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        if not 0 <= self.reserved < 1 << 16 or not 0 <= self.tunnel_id < 1 << 16 or not 0 <= self.p2mp_id < 1 << 32:
            raise ValueError(f"the tunnel ID {self.tunnel_id} or the P2MP ID {self.p2mp_id} does not fit its field")

    def __str__(self) -> str:
        """Return the three IDs: ``192.0.2.1 33139 167772164``."""
        return f"{self.extended_tunnel_id} {self.tunnel_id} {self.p2mp_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MldpLsp:
    """The FEC element of a multipoint LSP. RFC 6388, sections 2.2 and 3.2."""

    fec_type: MldpFecType
    root: Address
    opaque: bytes
    """The opaque value, which tells the root's LSPs apart. RFC 6388, section 2.3."""

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        if len(self.opaque) > 0xFFFF:
            raise ValueError(f"an opaque value of {len(self.opaque)} octets does not fit a FEC element")

    def __str__(self) -> str:
        """Return root and opaque value: ``192.0.2.1 0x01000400000007``."""
        return f"{self.root} 0x{self.opaque.hex()}"


@dataclass(frozen=True, slots=True)
class PimTree:
    """The sender, or the root of a PIM-SSM tree, and the group of a PIM tree. RFC 6514, section 5.

    ValueError when one is an IPv4 and the other an IPv6 address.
    """

    sender: Address
    group: Address

    def __post_init__(self) -> None:
        """Refuse addresses of two families."""
        if self.sender.version != self.group.version:
            raise ValueError(f"{self.sender} and {self.group} are of different families")

    def __str__(self) -> str:
        """Return sender and group: ``192.0.2.1 232.0.0.1``."""
        return f"{self.sender} {self.group}"


@dataclass(frozen=True, slots=True)
class IngressReplication:
    """The endpoint of the unicast tunnel to the PE. RFC 6514, section 5."""

    endpoint: Address

    def __str__(self) -> str:
        """Return the endpoint."""
        return str(self.endpoint)


@dataclass(frozen=True, slots=True)
class OpaqueTunnelIdentifier:
    """The identifier of a tunnel of a type that is not interpreted. RFC 7385, section 3."""

    octets: bytes

    def __str__(self) -> str:
        """Return ``0x`` and the octets in hexadecimal."""
        return f"0x{self.octets.hex()}"


PmsiTunnelIdentifier: TypeAlias = RsvpTeP2mpLsp | MldpLsp | PimTree | IngressReplication | OpaqueTunnelIdentifier


@dataclass(frozen=True, slots=True, kw_only=True)
class PmsiTunnel:
    """A tunnel for multicast. ValueError when type and identifier do not belong together. RFC 6514, section 5."""

    flags: int = 0
    tunnel_type: int
    mpls_label: int = 0
    """The MPLS Label field, 24 bits: a label in the upper 20, or a VNI in all (RFC 8365, section 5.1.3); 0 for none."""
    identifier: PmsiTunnelIdentifier | None = None
    """Of the class that the type asks for; None when no tunnel information is there."""

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        if not 0 <= self.flags < 256 or not 0 <= self.mpls_label < 1 << 24:
            raise ValueError(f"flags {self.flags} or label {self.mpls_label} of a PMSI tunnel do not fit their fields")
        if not _belongs(self.tunnel_type, self.identifier):
            raise ValueError(f"{self.identifier} does not identify a PMSI tunnel of type {self.tunnel_type}")

    @property
    def leaf_information_required(self) -> bool:
        """Whether the sender asks the receivers for Leaf A-D routes. RFC 6514, section 5."""
        return bool(self.flags & _LEAF_INFORMATION_REQUIRED)

    @property
    def label(self) -> int:
        """The label in the upper 20 bits of the field."""
        return self.mpls_label >> 4

    def __str__(self) -> str:
        """Return type, identifier and label field: ``ingress-replication 192.0.2.1 label 100 (vni 1600)``."""
        known = {int(each): each.name.lower().replace("_", "-") for each in PmsiTunnelType}
        words = [known.get(self.tunnel_type, f"type-{self.tunnel_type}")]
        if self.identifier is not None:
            words.append(str(self.identifier))
        if self.mpls_label:
            words.append(f"label {self.label} (vni {self.mpls_label})")
        if self.leaf_information_required:
            words.append("leaf-information-required")
        return " ".join(words)


def _belongs(tunnel_type: int, identifier: PmsiTunnelIdentifier | None) -> bool:
    """Tell whether an identifier is of the kind that a tunnel type asks for."""
    match tunnel_type:
        case PmsiTunnelType.NO_TUNNEL_INFORMATION:
            return identifier is None
        case PmsiTunnelType.RSVP_TE_P2MP_LSP:
            return isinstance(identifier, RsvpTeP2mpLsp)
        case PmsiTunnelType.MLDP_P2MP_LSP:
            return isinstance(identifier, MldpLsp) and identifier.fec_type is MldpFecType.P2MP
        case PmsiTunnelType.MLDP_MP2MP_LSP:
            return isinstance(identifier, MldpLsp) and identifier.fec_type is not MldpFecType.P2MP
        case PmsiTunnelType.PIM_SSM_TREE | PmsiTunnelType.PIM_SM_TREE | PmsiTunnelType.BIDIR_PIM_TREE:
            return isinstance(identifier, PimTree)
        case PmsiTunnelType.INGRESS_REPLICATION:
            return isinstance(identifier, IngressReplication)
        case _:
            return tunnel_type in _REGISTERED and isinstance(identifier, OpaqueTunnelIdentifier)


def _decode(value: bytes) -> PmsiTunnel:
    """Return the tunnel; ValueError for an undefined type, and an identifier that is none of its type.

    RFC 6514, section 5.
    """
    return PmsiTunnel(
        flags=value[0],
        tunnel_type=value[1],
        mpls_label=int.from_bytes(value[2:_HEADER], "big"),
        identifier=_read_identifier(value[1], value[_HEADER:]),
    )


def _read_identifier(tunnel_type: int, octets: bytes) -> PmsiTunnelIdentifier | None:
    match tunnel_type:
        case PmsiTunnelType.NO_TUNNEL_INFORMATION:
            if octets:
                raise ValueError(f"{len(octets)} octets identify a tunnel where no tunnel information is present")
            return None
        case PmsiTunnelType.RSVP_TE_P2MP_LSP:
            return _read_rsvp_te(octets)
        case PmsiTunnelType.MLDP_P2MP_LSP | PmsiTunnelType.MLDP_MP2MP_LSP:
            return _read_mldp(octets)
        case PmsiTunnelType.PIM_SSM_TREE | PmsiTunnelType.PIM_SM_TREE | PmsiTunnelType.BIDIR_PIM_TREE:
            half = len(octets) // 2
            return PimTree(_read_address(octets[:half]), _read_address(octets[half:]))
        case PmsiTunnelType.INGRESS_REPLICATION:
            return IngressReplication(_read_address(octets))
        case _:
            if tunnel_type not in _REGISTERED:
                raise ValueError(f"tunnel type {tunnel_type} is not defined")
            return OpaqueTunnelIdentifier(octets)


def _read_address(octets: bytes) -> Address:
    match len(octets):
        case 4:
            return IPv4Address(octets)
        case 16:
            return IPv6Address(octets)
        case length:
            raise ValueError(f"{length} octets of a tunnel identifier are no IPv4 or IPv6 address")


def _read_rsvp_te(octets: bytes) -> RsvpTeP2mpLsp:
    """Read a SESSION object: an extended tunnel ID of 4 octets, or of 16, and 8 more. RFC 4875, section 19.1."""
    rest = octets[-8:]
    return RsvpTeP2mpLsp(
        extended_tunnel_id=_read_address(octets[:-8]),
        reserved=int.from_bytes(rest[:2], "big"),
        tunnel_id=int.from_bytes(rest[2:4], "big"),
        p2mp_id=int.from_bytes(rest[4:], "big"),
    )


def _read_mldp(octets: bytes) -> MldpLsp:
    """Read a FEC element: type, address family, root and opaque value. RFC 6388, section 2.2."""
    start = 4 + (octets[3] if len(octets) > 3 else 0)
    family = int.from_bytes(octets[1:3], "big")
    address = _FAMILIES.get((family, start - 4))
    opaque = octets[start + 2 :]
    if address is None or int.from_bytes(octets[start : start + 2], "big") != len(opaque) or len(octets) < start + 2:
        raise ValueError(f"{len(octets)} octets are no FEC element with a root of family {family} and an opaque value")
    if octets[0] not in _FEC_TYPES:
        raise ValueError(f"a FEC element of type {octets[0]} is none of a multipoint LSP")
    return MldpLsp(fec_type=MldpFecType(octets[0]), root=address(octets[4:start]), opaque=opaque)


def _encode(value: object) -> bytes:
    tunnel = expect(PmsiTunnel, value, "PMSI_TUNNEL")
    head = bytes((tunnel.flags, tunnel.tunnel_type)) + tunnel.mpls_label.to_bytes(3, "big")
    return head + _write_identifier(tunnel.identifier)


def _write_identifier(identifier: PmsiTunnelIdentifier | None) -> bytes:
    match identifier:
        case None:
            return b""
        case RsvpTeP2mpLsp():
            numbers = identifier.reserved << 48 | identifier.tunnel_id << 32 | identifier.p2mp_id
            return identifier.extended_tunnel_id.packed + numbers.to_bytes(8, "big")
        case MldpLsp(fec_type=fec_type, root=root, opaque=opaque):
            head = bytes((fec_type, 0, 1 if root.version == 4 else 2, len(root.packed)))
            return head + root.packed + len(opaque).to_bytes(2, "big") + opaque
        case PimTree(sender=sender, group=group):
            return sender.packed + group.packed
        case IngressReplication(endpoint=endpoint):
            return endpoint.packed
        case OpaqueTunnelIdentifier(octets=octets):
            return octets


ROWS: Final = (
    AttributeRow(
        code=AttributeCode.PMSI_TUNNEL,
        flags=OPTIONAL_TRANSITIVE,
        lengths=range(_HEADER, 1 << 16),
        section="RFC 6514, section 5",
        decode=lambda value, _: _decode(value),
        encode=lambda value, _: _encode(value),
        value=PmsiTunnel,
        judged_by_value=True,
    ),
)
