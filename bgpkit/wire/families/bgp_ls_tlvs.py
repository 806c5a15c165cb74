"""The descriptors of BGP-LS in octets (RFC 9552, section 5.2)."""

from collections.abc import Callable, Mapping
from ipaddress import IPv4Address, IPv6Address
from typing import Final, TypeAlias, assert_never

from bgpkit.wire.families.bgp_ls_descriptors import (
    AutonomousSystem,
    BgpLsIdentifier,
    BgpRouterId,
    IgpRouterId,
    InterfaceAddress,
    IpReachability,
    LinkIdentifiers,
    LinkStateDescriptor,
    MemberAs,
    MultiTopologyId,
    NeighborAddress,
    NodeDescriptor,
    NodeDescriptors,
    OspfAreaId,
    OspfRouteTypeDescriptor,
    Srv6Sid,
)
from bgpkit.wire.tlv import Tlv, read_tlvs, write_tlvs
from bgpkit_rib import Prefix

LOCAL_NODE: Final = 256
REMOTE_NODE: Final = 257

_Read: TypeAlias = Callable[[bytes], LinkStateDescriptor]


def _number(octets: bytes) -> int:
    return int.from_bytes(octets, "big")


def _numbers(octets: bytes, size: int) -> tuple[int, ...]:
    return tuple(_number(octets[start : start + size]) for start in range(0, len(octets), size))


_NODE: Final[Mapping[int, Callable[[bytes], NodeDescriptor]]] = {
    512: lambda value: AutonomousSystem(_number(value)),
    513: lambda value: BgpLsIdentifier(_number(value)),
    514: lambda value: OspfAreaId(IPv4Address(value)),
    515: IgpRouterId,
    516: lambda value: BgpRouterId(IPv4Address(value)),
    517: lambda value: MemberAs(_number(value)),
}
_NLRI: Final[Mapping[int, _Read]] = {
    258: lambda value: LinkIdentifiers(_number(value[:4]), _number(value[4:])),
    259: lambda value: InterfaceAddress(IPv4Address(value)),
    260: lambda value: NeighborAddress(IPv4Address(value)),
    261: lambda value: InterfaceAddress(IPv6Address(value)),
    262: lambda value: NeighborAddress(IPv6Address(value)),
    263: lambda value: MultiTopologyId(_numbers(value, 2)),
    264: lambda value: OspfRouteTypeDescriptor(_number(value)),
    518: lambda value: Srv6Sid(IPv6Address(value)),
}


def read_descriptors(octets: bytes, width: int) -> tuple[LinkStateDescriptor, ...]:
    """Return the descriptors that the TLVs of an NLRI hold, in order; ValueError when one runs past the end.

    ``width`` is that of the addresses in prefixes, 0 where none are to be expected. What would not be written again
    as the same octets stays a `Tlv`: whether the fields make sense is not for a propagator to judge.
    RFC 9552, sections 5.1 and 8.2.2.
    """
    return tuple(_read(code, value, width) for code, value in read_tlvs(octets))


def _read(code: int, value: bytes, width: int) -> LinkStateDescriptor:
    try:
        if code in {LOCAL_NODE, REMOTE_NODE}:
            nodes = tuple(_read_node(*tlv) for tlv in read_tlvs(value))
            return NodeDescriptors(nodes, code == REMOTE_NODE)
        read = _NLRI.get(code)
        found = IpReachability(Prefix(value, width)) if code == 265 else read(value) if read else Tlv(code, value)
    except ValueError:
        return Tlv(code, value)
    return found if write_descriptor(found) == (code, value) else Tlv(code, value)


def _read_node(code: int, value: bytes) -> NodeDescriptor:
    read = _NODE.get(code)
    try:
        found = read(value) if read else Tlv(code, value)
    except ValueError:
        return Tlv(code, value)
    return found if _write_node(found) == (code, value) else Tlv(code, value)


def write_descriptor(descriptor: LinkStateDescriptor) -> tuple[int, bytes]:
    """Return type and value of a descriptor. RFC 9552, section 5.2."""
    match descriptor:
        case NodeDescriptors():
            code = REMOTE_NODE if descriptor.remote else LOCAL_NODE
            return code, write_tlvs(map(_write_node, descriptor.descriptors))
        case LinkIdentifiers():
            return 258, descriptor.local.to_bytes(4, "big") + descriptor.remote.to_bytes(4, "big")
        case InterfaceAddress(address=address):
            return 259 if address.version == 4 else 261, address.packed
        case NeighborAddress(address=address):
            return 260 if address.version == 4 else 262, address.packed
        case MultiTopologyId():
            return 263, b"".join(topology.to_bytes(2, "big") for topology in descriptor.topologies)
        case OspfRouteTypeDescriptor():
            return 264, bytes((descriptor.route_type,))
        case IpReachability():
            return 265, descriptor.prefix.key
        case Srv6Sid():
            return 518, descriptor.sid.packed
        case Tlv():
            return descriptor.code, descriptor.octets
        case _:
            assert_never(descriptor)


def _write_node(descriptor: NodeDescriptor) -> tuple[int, bytes]:
    """Return type and value of a descriptor of a node. RFC 9552, section 5.2.1.4."""
    match descriptor:
        case AutonomousSystem():
            return 512, descriptor.asn.to_bytes(4, "big")
        case BgpLsIdentifier():
            return 513, descriptor.identifier.to_bytes(4, "big")
        case OspfAreaId():
            return 514, descriptor.area.packed
        case IgpRouterId():
            return 515, descriptor.octets
        case BgpRouterId():
            return 516, descriptor.router_id.packed
        case MemberAs():
            return 517, descriptor.asn.to_bytes(4, "big")
        case Tlv():
            return descriptor.code, descriptor.octets
        case _:
            assert_never(descriptor)
