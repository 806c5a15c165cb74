"""Next-hop objects as octets: RTM_NEWNEXTHOP, RTM_DELNEXTHOP, and dumps of objects. Pure.

rtnetlink(7); linux/nexthop.h.
"""

import re
import struct
import sys
from collections.abc import Sequence
from typing import Final

from bgpkit.fib.encap import Encap
from bgpkit.fib.form import Hop
from bgpkit.fib.netlink import uapi
from bgpkit.fib.netlink.attributes import attribute, attributes, number
from bgpkit.fib.netlink.decode import Message
from bgpkit.fib.netlink.encap_octets import decode_encap, encode_encap
from bgpkit.fib.netlink.encode import FAMILY_OF_WIDTH, HEADER, ROUTE
from bgpkit.fib.objects import Content, Group, KernelObject, ObjectOperation, ObjectVerb, Single

OBJECT: Final = struct.Struct("=BBBxI")
"""Header of a next-hop object: family, scope, protocol, flags."""
MEMBER: Final = struct.Struct("=IBBH")
"""A member of a group: number, weight less one in its low and its high octet, nothing."""

_U32: Final = struct.Struct("=I")
_FLAGS: Final = {
    ObjectVerb.CREATE: uapi.NLM_F_REQUEST | uapi.NLM_F_CREATE | uapi.NLM_F_EXCL,
    ObjectVerb.REPLACE: uapi.NLM_F_REQUEST | uapi.NLM_F_REPLACE,
    ObjectVerb.DELETE: uapi.NLM_F_REQUEST,
}
_OF_A_GROUP: Final = frozenset({uapi.NHA_ID, uapi.NHA_GROUP, uapi.NHA_GROUP_TYPE, uapi.NHA_OP_FLAGS})
_OF_A_SINGLE: Final = frozenset({uapi.NHA_ID, uapi.NHA_OIF, uapi.NHA_GATEWAY, uapi.NHA_ENCAP_TYPE, uapi.NHA_ENCAP})
_USE: Final = re.compile(re.escape(struct.pack("=HH", 8, uapi.RTA_NH_ID)) + rb"(?=(.{4}))", re.DOTALL)
"""The header of the attribute by which a route names its object."""
_FAMILY_OF_OCTETS: Final = {width // 8: family for width, family in FAMILY_OF_WIDTH.items()}
_GATEWAY_OCTETS: Final = frozenset({0, 4, 16})


def encode_objects(operations: Sequence[ObjectOperation], protocol: int, first: int) -> bytes:
    """Return the requests one after the other, numbered from ``first``; only the last asks for an answer.

    The kernel answers errors without being asked.
    """
    parts: list[bytes] = []
    for sequence, operation in enumerate(operations, first):
        flags = _FLAGS[operation.verb]
        if sequence - first == len(operations) - 1:
            flags |= uapi.NLM_F_ACK
        kind = uapi.RTM_DELNEXTHOP if operation.verb is ObjectVerb.DELETE else uapi.RTM_NEWNEXTHOP
        body = _body(operation, protocol)
        parts.append(HEADER.pack(16 + len(body), kind, flags, sequence, 0) + body)
    return b"".join(parts)


def encode_object_dump(sequence: int) -> bytes:
    """Return the request for all next-hop objects."""
    return HEADER.pack(24, uapi.RTM_GETNEXTHOP, uapi.NLM_F_REQUEST | uapi.NLM_F_DUMP, sequence, 0) + bytes(8)


def encode_object_probe(sequence: int) -> bytes:
    """Return a request for an object that cannot be, whose refusal tells whether the kernel knows of objects."""
    body = OBJECT.pack(0, 0, 0, 0) + attribute(uapi.NHA_ID, _U32.pack(0xFFFFFFFF))
    return HEADER.pack(16 + len(body), uapi.RTM_GETNEXTHOP, uapi.NLM_F_REQUEST | uapi.NLM_F_ACK, sequence, 0) + body


def encode_user_dump(sequence: int, family: int) -> bytes:
    """Return the request for all routes of an address family, whatever their table: who uses objects."""
    body = ROUTE.pack(family, 0, 0, 0, uapi.RT_TABLE_UNSPEC, 0, 0, 0, 0)
    return HEADER.pack(16 + len(body), uapi.RTM_GETROUTE, uapi.NLM_F_REQUEST | uapi.NLM_F_DUMP, sequence, 0) + body


def decode_users(data: bytes) -> set[int]:
    """Return the numbers of the objects that routes of a datagram name; others that happen to look so do no harm."""
    return {int.from_bytes(each, sys.byteorder) for each in set(_USE.findall(data))}


def encode_lookup(sequence: int, gateway: bytes, through: int) -> bytes:
    """Return the question for the route to ``gateway``, packed, ``through`` an interface or a VRF if not 0."""
    family = _FAMILY_OF_OCTETS[len(gateway)]
    body = ROUTE.pack(family, 8 * len(gateway), 0, 0, 0, 0, 0, 0, uapi.RTM_F_FIB_MATCH)
    body += attribute(uapi.RTA_DST, gateway)
    if through:
        body += attribute(uapi.RTA_OIF, _U32.pack(through))
    return HEADER.pack(16 + len(body), uapi.RTM_GETROUTE, uapi.NLM_F_REQUEST, sequence, 0) + body


def decode_neighbour(data: bytes, message: Message, gateway: bytes) -> int:
    """Return the index of the interface on which ``gateway`` is a neighbour, by the way to it; 0 for none."""
    kind = number(data, message.start + 7, message.start + 8)
    found = {each: data[start:end] for each, start, end in attributes(data, message.start + ROUTE.size, message.end)}
    past = found.get(uapi.RTA_GATEWAY, gateway) != gateway or uapi.RTA_VIA in found
    return 0 if kind != uapi.RTN_UNICAST or past else _number(found, uapi.RTA_OIF)


def decode_link_prefix(data: bytes, message: Message, gateway: bytes) -> tuple[int, int]:
    """Return bits and interface of the address in an RTM_NEWADDR, 0 and 0 where ``gateway`` is not in its prefix."""
    bits = number(data, message.start + 1, message.start + 2)
    found = {kind: data[start:end] for kind, start, end in attributes(data, message.start + 8, message.end)}
    network = found.get(uapi.IFA_ADDRESS, b"")
    if len(network) != len(gateway) or bits > 8 * len(gateway):
        return 0, 0
    differing = int.from_bytes(network, "big") ^ int.from_bytes(gateway, "big")
    if differing >> (8 * len(gateway) - bits):
        return 0, 0
    return bits, number(data, message.start + 4, message.start + 8)


def decode_object(data: bytes, message: Message) -> KernelObject:
    """Return the object of an RTM_NEWNEXTHOP or RTM_DELNEXTHOP; what is missing counts as 0."""
    family = number(data, message.start, message.start + 1)
    protocol = number(data, message.start + 2, message.start + 3)
    flags = number(data, message.start + 4, message.end)
    found = {kind: data[start:end] for kind, start, end in attributes(data, message.start + OBJECT.size, message.end)}
    content: Content = _read_group(found) if uapi.NHA_GROUP in found else _read_single(found, family, flags)
    return KernelObject(_number(found, uapi.NHA_ID), protocol, content)


def _body(operation: ObjectOperation, protocol: int) -> bytes:
    identity = attribute(uapi.NHA_ID, _U32.pack(operation.number))
    match operation.content:
        case Group(members) if operation.verb is not ObjectVerb.DELETE:
            octets = b"".join(MEMBER.pack(member, weight - 1, 0, 0) for member, weight in members)
            return OBJECT.pack(0, 0, protocol, 0) + identity + attribute(uapi.NHA_GROUP, octets)
        case Single(family, hop) if operation.verb is not ObjectVerb.DELETE:
            flags = uapi.RTNH_F_ONLINK if hop.onlink else 0
            return OBJECT.pack(family, 0, protocol, flags) + identity + _way(hop)
        case _:
            return OBJECT.pack(0, 0, 0, 0) + identity


def _way(hop: Hop) -> bytes:
    parts = [attribute(uapi.NHA_OIF, _U32.pack(hop.ifindex))]
    if hop.gateway:
        parts.append(attribute(uapi.NHA_GATEWAY, hop.gateway))
    if hop.encap is not None:
        kind, payload = encode_encap(hop.encap)
        parts.append(attribute(uapi.NHA_ENCAP_TYPE, struct.pack("=H", kind)))
        parts.append(attribute(uapi.NHA_ENCAP | uapi.NLA_F_NESTED, payload))
    return b"".join(parts)


def _read_group(found: dict[int, bytes]) -> Group | None:
    octets = found[uapi.NHA_GROUP]
    usual = found.keys() <= _OF_A_GROUP and _number(found, uapi.NHA_GROUP_TYPE) == uapi.NEXTHOP_GRP_TYPE_MPATH
    if not usual or len(octets) % MEMBER.size:
        return None
    return Group(tuple(sorted((each, low + (high << 8) + 1) for each, low, high, _ in MEMBER.iter_unpack(octets))))


def _read_single(found: dict[int, bytes], family: int, flags: int) -> Single | None:
    gateway, encap = found.get(uapi.NHA_GATEWAY, b""), None
    if uapi.NHA_ENCAP in found:
        encap = _read_encap(found)
        if encap is None:
            return None
    if not found.keys() <= _OF_A_SINGLE or len(gateway) not in _GATEWAY_OCTETS:
        return None
    hop = Hop(gateway, _number(found, uapi.NHA_OIF), bool(flags & uapi.RTNH_F_ONLINK), 1, encap)
    return Single(family, hop)


def _read_encap(found: dict[int, bytes]) -> Encap | None:
    return decode_encap(_number(found, uapi.NHA_ENCAP_TYPE) & 0xFFFF, found[uapi.NHA_ENCAP])


def _number(found: dict[int, bytes], kind: int) -> int:
    return number(found[kind], 0, len(found[kind])) if kind in found else 0
