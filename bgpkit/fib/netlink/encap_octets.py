"""Encapsulations of next hops as octets: the kind and the payload of RTA_ENCAP and NHA_ENCAP. Pure.

linux/lwtunnel.h, linux/mpls_iptunnel.h, linux/seg6_iptunnel.h. Numbers within are in network order but for the mode
of seg6.
"""

import struct
from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address
from typing import Final, assert_never

from bgpkit.fib.encap import Encap, IpEncap, MplsEncap, Seg6Encap, Seg6Mode
from bgpkit.fib.netlink import uapi
from bgpkit.fib.netlink.attributes import attribute, attributes

_MODE: Final = struct.Struct("=i")
_SEGMENT_HEADER: Final = struct.Struct(">BBBBBBH")
"""Next header, length in 8 octets after the first, type, segments left, last entry, flags, tag. RFC 8754, section 2."""
_ROUTING_TYPE: Final = 4
_BOTTOM: Final = 1 << 8
"""The bit of an MPLS label stack entry that says that it is the last. RFC 3032, section 2.1."""
_CUT: Final = 0
_IP_FIELDS: Final = {
    uapi.LWTUNNEL_IP_ID: (8,),
    uapi.LWTUNNEL_IP_DST: (4, 16),
    uapi.LWTUNNEL_IP_SRC: (4, 16),
    uapi.LWTUNNEL_IP_TTL: (1,),
    uapi.LWTUNNEL_IP_TOS: (1,),
    uapi.LWTUNNEL_IP_FLAGS: (2,),
    uapi.LWTUNNEL_IP_PAD: (0,),
}
"""The fields that are understood, and how many octets each may have; LWTUNNEL_IP6_ has the same numbers."""


def encode_encap(encap: Encap) -> tuple[int, bytes]:
    """Return kind and payload of an encapsulation; NHA_ENCAP, not RTA_ENCAP, wants NLA_F_NESTED beside its number."""
    match encap:
        case IpEncap():
            return (uapi.LWTUNNEL_ENCAP_IP if encap.destination.version == 4 else uapi.LWTUNNEL_ENCAP_IP6), _ip(encap)
        case MplsEncap():
            return uapi.LWTUNNEL_ENCAP_MPLS, _mpls(encap)
        case Seg6Encap():
            return uapi.LWTUNNEL_ENCAP_SEG6, _seg6(encap)
        case _:
            assert_never(encap)


def decode_encap(kind: int, payload: bytes) -> Encap | None:
    """Return an encapsulation, the same for all spellings of it; None for what is not understood in full."""
    fields = _read_fields(payload)
    try:
        if kind == uapi.LWTUNNEL_ENCAP_IP:
            return _read_ip(fields, 4)
        if kind == uapi.LWTUNNEL_ENCAP_IP6:
            return _read_ip(fields, 16)
        if kind == uapi.LWTUNNEL_ENCAP_MPLS:
            return _read_mpls(fields)
        if kind == uapi.LWTUNNEL_ENCAP_SEG6:
            return _read_seg6(fields)
    except ValueError:  # the kernel has what we would not write
        return None
    return None


def _read_fields(payload: bytes) -> dict[int, bytes]:
    """Return the attributes of a payload; a cut-off rest counts as one that nobody knows."""
    fields: dict[int, bytes] = {}
    read = 0
    for kind, start, end in attributes(payload, 0, len(payload)):
        fields[kind] = payload[start:end]
        read = (end + 3) & ~3
    return fields if read >= len(payload) else {_CUT: b""}


def _ip(encap: IpEncap) -> bytes:
    parts = [attribute(uapi.LWTUNNEL_IP_ID, encap.tunnel_id.to_bytes(8, "big"))]
    parts.append(attribute(uapi.LWTUNNEL_IP_DST, encap.destination.packed))
    if encap.source is not None:
        parts.append(attribute(uapi.LWTUNNEL_IP_SRC, encap.source.packed))
    parts.append(attribute(uapi.LWTUNNEL_IP_TTL, bytes((encap.ttl,))))
    parts.append(attribute(uapi.LWTUNNEL_IP_TOS, bytes((encap.tos,))))
    flags = uapi.TUNNEL_KEY * encap.key | uapi.TUNNEL_CSUM * encap.checksum | uapi.TUNNEL_SEQ * encap.sequence
    if flags:
        parts.append(attribute(uapi.LWTUNNEL_IP_FLAGS, flags.to_bytes(2, "big")))
    return b"".join(parts)


def _read_ip(fields: Mapping[int, bytes], octets: int) -> IpEncap | None:
    if any(len(value) not in _IP_FIELDS.get(kind, ()) for kind, value in fields.items()):
        return None
    destination, source = fields.get(uapi.LWTUNNEL_IP_DST, b""), fields.get(uapi.LWTUNNEL_IP_SRC, bytes(octets))
    if len(destination) != octets or len(source) != octets:
        return None
    numbers = {kind: int.from_bytes(value, "big") for kind, value in fields.items()}
    flags = numbers.get(uapi.LWTUNNEL_IP_FLAGS, 0)
    if flags & ~(uapi.TUNNEL_KEY | uapi.TUNNEL_CSUM | uapi.TUNNEL_SEQ):
        return None
    return IpEncap(
        destination=ip_address(destination),
        source=ip_address(source) if any(source) else None,
        tunnel_id=numbers.get(uapi.LWTUNNEL_IP_ID, 0),
        ttl=numbers.get(uapi.LWTUNNEL_IP_TTL, 0),
        tos=numbers.get(uapi.LWTUNNEL_IP_TOS, 0),
        key=bool(flags & uapi.TUNNEL_KEY),
        checksum=bool(flags & uapi.TUNNEL_CSUM),
        sequence=bool(flags & uapi.TUNNEL_SEQ),
    )


def _mpls(encap: MplsEncap) -> bytes:
    entries = [label << 12 for label in encap.labels]
    entries[-1] |= _BOTTOM
    octets = attribute(uapi.MPLS_IPTUNNEL_DST, b"".join(entry.to_bytes(4, "big") for entry in entries))
    return octets if encap.ttl is None else octets + attribute(uapi.MPLS_IPTUNNEL_TTL, bytes((encap.ttl,)))


def _read_mpls(fields: Mapping[int, bytes]) -> MplsEncap | None:
    stack, ttl = fields.get(uapi.MPLS_IPTUNNEL_DST, b""), fields.get(uapi.MPLS_IPTUNNEL_TTL)
    known = fields.keys() <= {uapi.MPLS_IPTUNNEL_DST, uapi.MPLS_IPTUNNEL_TTL}
    if not known or len(stack) % 4 or (ttl is not None and len(ttl) != 1):
        return None
    entries = [int.from_bytes(stack[at : at + 4], "big") for at in range(0, len(stack), 4)]
    encap = MplsEncap(tuple(entry >> 12 for entry in entries), None if ttl is None else ttl[0])
    return encap if [entry & 0xFFF for entry in entries] == [0] * (len(entries) - 1) + [_BOTTOM] else None


def _seg6(encap: Seg6Encap) -> bytes:
    """Return the mode and a routing header; segments are written from the last to the first.

    Inline, the place of the last is kept free for the packet's own destination.
    """
    segments = [segment.packed for segment in reversed(encap.segments)]
    if encap.mode is Seg6Mode.INLINE:
        segments.insert(0, bytes(16))
    count = len(segments)
    header = _SEGMENT_HEADER.pack(0, 2 * count, _ROUTING_TYPE, count - 1, count - 1, 0, 0)
    return attribute(uapi.SEG6_IPTUNNEL_SRH, _MODE.pack(encap.mode) + header + b"".join(segments))


def _read_seg6(fields: Mapping[int, bytes]) -> Seg6Encap | None:
    octets = fields.get(uapi.SEG6_IPTUNNEL_SRH, b"")
    if len(fields) != 1 or len(octets) < 28 or len(octets) % 16 != 12:
        return None
    mode = Seg6Mode(_MODE.unpack_from(octets)[0])
    segments = [octets[at : at + 16] for at in range(12, len(octets), 16)]
    if mode is Seg6Mode.INLINE and any(segments.pop(0)):
        return None
    encap = Seg6Encap(tuple(map(IPv6Address, reversed(segments))), mode)
    return encap if encode_encap(encap)[1][4:] == octets else None
