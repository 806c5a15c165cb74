"""Multicast VPN routes for IPv4 and IPv6 in octets (RFC 6514, section 4). The whole of an NLRI is its key."""

from ipaddress import IPv4Address, IPv6Address
from typing import Final, get_args

from bgpkit.wire.families.mvpn_routes import (
    MulticastAddress,
    MvpnInterAsPmsi,
    MvpnIntraAsPmsi,
    MvpnLeaf,
    MvpnRoute,
    MvpnSelectivePmsi,
    MvpnSharedTreeJoin,
    MvpnSourceActive,
    MvpnSourceTreeJoin,
)
from bgpkit.wire.families.opaque import OpaqueNlri
from bgpkit.wire.families.row import FamilyRow, Nlri
from bgpkit_fsm import Family
from bgpkit_rib import RouteDistinguisher

_INTRA_AS: Final = 1
_INTER_AS: Final = 2
_SELECTIVE: Final = 3
_LEAF: Final = 4
_SOURCE_ACTIVE: Final = 5
_SHARED_TREE: Final = 6
_SOURCE_TREE: Final = 7
_KNOWN: Final = range(_INTRA_AS, _SOURCE_TREE + 1)
_HEADER: Final = 2
_RD: Final = 8


def _frame(nlri: bytes, offset: int, withdrawn: bool) -> tuple[int, bytes, bytes]:
    """Cut one NLRI; one of an unknown type has no key, so that it is discarded. RFC 7606, section 5.4."""
    del withdrawn
    stop = offset + _HEADER + nlri[offset + 1]
    return stop, nlri[offset:stop] if nlri[offset] in _KNOWN else b"", b""


def _read(nlri: bytes, width: int) -> MvpnRoute | OpaqueNlri:
    """Return the value; octets as they are where the lengths within are none that RFC 6514 speaks of."""
    try:
        return _read_leaf(nlri, width) if nlri[0] == _LEAF else _read_route(nlri, width)
    except ValueError:
        return OpaqueNlri(nlri)


def _read_leaf(nlri: bytes, width: int) -> MvpnLeaf:
    """Read the NLRI that is the route's key, then the address of the router that answers. RFC 6514, section 4.4."""
    value = nlri[_HEADER:]
    if len(value) < _HEADER:
        raise ValueError("a leaf A-D route has no route key")
    stop = _HEADER + value[1]
    key, router = value[:stop], _router(value[stop:])
    inner = _read(key, width) if key[0] in {_INTER_AS, _SELECTIVE} else None
    return MvpnLeaf(inner if isinstance(inner, MvpnInterAsPmsi | MvpnSelectivePmsi) else OpaqueNlri(key), router)


def _read_route(nlri: bytes, width: int) -> MvpnRoute:
    kind, distinguisher, value = nlri[0], RouteDistinguisher(nlri[_HEADER:][:_RD]), nlri[_HEADER + _RD :]
    if kind == _INTRA_AS:
        return MvpnIntraAsPmsi(distinguisher, _router(value))
    if kind == _INTER_AS:
        return MvpnInterAsPmsi(distinguisher, _source_as(value))
    source_as = None
    if kind in {_SHARED_TREE, _SOURCE_TREE}:
        source_as, value = _source_as(value[:4]), value[4:]
    source, value = _read_address(value, width)
    group, value = _read_address(value, width)
    if kind == _SELECTIVE:
        return MvpnSelectivePmsi(distinguisher, source, group, _router(value))
    if value:
        raise ValueError(f"{len(value)} octets follow a multicast group")
    if source_as is None:
        return MvpnSourceActive(distinguisher, source, group)
    join = MvpnSharedTreeJoin if kind == _SHARED_TREE else MvpnSourceTreeJoin
    return join(distinguisher, source_as, source, group)


def _router(octets: bytes) -> IPv4Address | IPv6Address:
    """Return the address of a router, of either family: its length tells. RFC 6515."""
    if len(octets) not in {4, 16}:
        raise ValueError(f"the address of a router has {len(octets)} octets")
    return IPv4Address(octets) if len(octets) == 4 else IPv6Address(octets)


def _source_as(octets: bytes) -> int:
    if len(octets) != 4:
        raise ValueError(f"a source AS has {len(octets)} octets")
    return int.from_bytes(octets, "big")


def _read_address(octets: bytes, width: int) -> tuple[MulticastAddress, bytes]:
    """Return the address behind a length in bits, and what follows; None for a length of 0, which is any. RFC 6625."""
    length = octets[0] if octets else -1
    stop = 1 + width // 8
    if length == 0:
        return None, octets[1:]
    if length != width:
        raise ValueError(f"a multicast address of {length} bits")
    return (IPv4Address if width == 32 else IPv6Address)(octets[1:stop]), octets[stop:]


def _flow_octets(*addresses: MulticastAddress) -> bytes:
    return b"".join(
        b"\0" if address is None else bytes((address.max_prefixlen,)) + address.packed for address in addresses
    )


def _write(route: MvpnRoute | OpaqueNlri) -> bytes:
    """Return a route in octets, with its type and length."""
    match route:
        case OpaqueNlri():
            return route.octets
        case MvpnIntraAsPmsi():
            kind, value = _INTRA_AS, route.originating_router.packed
        case MvpnInterAsPmsi():
            kind, value = _INTER_AS, route.source_as.to_bytes(4, "big")
        case MvpnSelectivePmsi():
            kind, value = _SELECTIVE, _flow_octets(route.source, route.group) + route.originating_router.packed
        case MvpnLeaf():
            value = _write(route.route_key) + route.originating_router.packed
            return _with_header(_LEAF, value)
        case MvpnSourceActive():
            kind, value = _SOURCE_ACTIVE, _flow_octets(route.source, route.group)
        case MvpnSharedTreeJoin():
            kind = _SHARED_TREE
            value = route.source_as.to_bytes(4, "big") + _flow_octets(route.rendezvous_point, route.group)
        case MvpnSourceTreeJoin():
            kind, value = _SOURCE_TREE, route.source_as.to_bytes(4, "big") + _flow_octets(route.source, route.group)
    return _with_header(kind, route.route_distinguisher.octets + value)


def _with_header(kind: int, value: bytes) -> bytes:
    if len(value) > 255:
        raise ValueError(f"a multicast VPN route of {len(value)} octets is longer than 255")
    return bytes((kind, len(value))) + value


def _row(family: Family, width: int) -> FamilyRow:
    """Return the row for sources and groups with addresses of ``width`` bits. RFC 6514, section 4."""

    def decode(key: bytes, rest: bytes) -> MvpnRoute | OpaqueNlri:
        del rest
        return _read(key, width)

    def encode(value: Nlri) -> tuple[bytes, bytes]:
        if not isinstance(value, MvpnRoute | OpaqueNlri):
            raise ValueError(f"{value} is not an NLRI of {family}: it takes multicast VPN routes")
        octets = _write(value)
        if len(octets) < _HEADER or len(octets) != _HEADER + octets[1] or _read(octets, width) != value:
            raise ValueError(f"{value} is not an NLRI of {family}: it would not be read as that")
        return octets, b""

    return FamilyRow(
        family=family,
        frame=_frame,
        decode=decode,
        encode=encode,
        values=(*get_args(MvpnRoute), OpaqueNlri),
        next_hop_lengths=frozenset({4, 16}),
    )


MVPN_ROWS: Final = (_row(Family(1, 5), 32), _row(Family(2, 5), 128))
