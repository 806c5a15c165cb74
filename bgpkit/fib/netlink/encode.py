"""Route requests as octets: RTM_NEWROUTE, RTM_DELROUTE and dump requests. Pure.

rtnetlink(7); linux/rtnetlink.h.
"""

import struct
from array import array
from functools import lru_cache
from typing import Final

from bgpkit.fib.form import Form, Forms, Hop
from bgpkit.fib.netlink import uapi
from bgpkit.fib.netlink.attributes import ATTRIBUTE, attribute
from bgpkit.fib.netlink.encap_octets import encode_encap
from bgpkit.fib.operation import Batch, Verb

FAMILY_OF_WIDTH: Final = {32: 2, 128: 10}
"""AF_INET and AF_INET6, by the bits of an address."""

HEADER: Final = struct.Struct("=IHHII")
"""Message header: length, type, flags, sequence number, port."""
ROUTE: Final = struct.Struct("=BBBBBBBBI")
"""Route header: family, prefix length, source length, TOS, table, protocol, scope, type, flags."""
NEXT_HOP: Final = struct.Struct("=HBBi")
"""Header of one next hop of several: length, flags, weight less one, interface index."""

_NUMBER: Final = struct.Struct("=HHI")
_HEAD: Final = struct.Struct("=IHH")
_SEQUENCE: Final = struct.Struct("=I")
_NUMBER_AT: Final = 8
"""Where the sequence number stands in a request,"""
_LENGTH_AT: Final = 17
"""the prefix length,"""
_ADDRESS_AT: Final = 32
"""and the destination's address."""
_REMEMBERED: Final = 65_536
_ROOM: Final = 16 << 10
"""Octets that next hops may take: Linux dumps a route in 32 KiB at most, and adds fields; it takes larger ones, but
then neither shows nor removes them."""

_FLAGS: Final = {
    Verb.ADD: uapi.NLM_F_REQUEST | uapi.NLM_F_CREATE | uapi.NLM_F_EXCL,
    Verb.REPLACE: uapi.NLM_F_REQUEST | uapi.NLM_F_REPLACE,
    Verb.DELETE: uapi.NLM_F_REQUEST,
}


class Encoder:
    """Writes the route requests of one owner: one protocol number in one table, one address width."""

    def __init__(self, width: int, protocol: int, table: int) -> None:
        """Write routes of ``protocol`` into ``table``, for addresses of ``width`` bits."""
        self._width = width
        self._family = FAMILY_OF_WIDTH[width]
        self._protocol = protocol
        self._table = table
        # By the identity of the forms, which are interned; they are held beside, so that no other takes their place.
        self._known: dict[Verb, dict[int, bytes]] = {verb: {} for verb in Verb}
        self._kept: list[Forms] = []

    def encode(self, batch: Batch, first: int) -> bytes:
        """Return the requests one after the other, numbered from ``first``; only the last asks for an answer.

        The kernel answers errors without being asked.
        """
        if not batch:
            return b""
        parts = self._templates(batch)
        octets = bytearray().join(parts)
        if len(set(map(len, parts))) == 1:
            self._fill_columns(octets, batch.keys, first)
        else:
            self._fill_each(octets, parts, batch.keys, first)
        last = len(octets) - len(parts[-1])
        length, kind, flags = _HEAD.unpack_from(octets, last)
        _HEAD.pack_into(octets, last, length, kind, flags | uapi.NLM_F_ACK)
        return bytes(octets)

    def _fill_columns(self, octets: bytearray, keys: list[bytes], first: int) -> None:
        """Write number, prefix length and address into requests that are equally long: an octet of all at a time."""
        count, width = len(keys), 1 + self._width // 8
        size = len(octets) // count
        numbers = array("I", range(first, first + count)).tobytes()
        for place in range(4):
            octets[_NUMBER_AT + place :: size] = numbers[place::4]
        padded = _columns(count, width).pack(*keys)
        octets[_LENGTH_AT::size] = padded[::width]
        for place in range(1, width):
            octets[_ADDRESS_AT - 1 + place :: size] = padded[place::width]

    def _fill_each(self, octets: bytearray, parts: list[bytes], keys: list[bytes], first: int) -> None:
        """Write them into requests that are not."""
        start = 0
        for number, (key, part) in enumerate(zip(keys, parts, strict=True), first):
            _SEQUENCE.pack_into(octets, start + _NUMBER_AT, number)
            octets[start + _LENGTH_AT] = key[0]
            octets[start + _ADDRESS_AT : start + _ADDRESS_AT + len(key) - 1] = key[1:]
            start += len(part)

    def encode_dump(self, sequence: int, *, own_only: bool) -> bytes:
        """Return the request for all routes of the table, or with ``own_only`` for those of our protocol."""
        table = self._table
        protocol = self._protocol if own_only else 0
        small = table if table <= 255 else uapi.RT_TABLE_UNSPEC
        body = ROUTE.pack(self._family, 0, 0, 0, small, protocol, 0, 0, 0)
        body += _NUMBER.pack(8, uapi.RTA_TABLE, table)
        flags = uapi.NLM_F_REQUEST | uapi.NLM_F_DUMP
        return HEADER.pack(16 + len(body), uapi.RTM_GETROUTE, flags, sequence, 0) + body

    def _templates(self, batch: Batch) -> list[bytes]:
        """Return the requests without numbers and prefixes."""
        verb = batch.verb
        if verb is not None:
            known, wanted = self._known[verb], list(map(id, batch.forms))
            if known.keys() >= set(wanted):
                return list(map(known.__getitem__, wanted))
        rows = zip(batch.verbs, batch.forms, strict=True)
        return [self._known[verb].get(id(forms)) or self._learn(verb, forms) for verb, forms in rows]

    def _learn(self, verb: Verb, forms: Forms) -> bytes:
        if len(self._kept) >= _REMEMBERED:
            self._kept.clear()
            for known in self._known.values():
                known.clear()
        self._kept.append(forms)
        template = self._known[verb][id(forms)] = self._template(verb, forms)
        return template

    def _template(self, verb: Verb, forms: Forms) -> bytes:
        form, table = forms[0], self._table
        if verb is Verb.DELETE:
            kind, scope, flags, rest = uapi.RTN_UNSPEC, uapi.RT_SCOPE_NOWHERE, 0, _identity(form, self._width)
        else:
            kind, (scope, flags, rest) = form.kind, _tail(form, self._width)
        if table > 255:
            rest += _NUMBER.pack(8, uapi.RTA_TABLE, table)
        small = table if table <= 255 else uapi.RT_TABLE_COMPAT
        octets = self._width // 8
        route = ROUTE.pack(self._family, 0, 0, 0, small, self._protocol, scope, kind, flags)
        route += ATTRIBUTE.pack(4 + octets, uapi.RTA_DST) + bytes(octets)
        message_type = uapi.RTM_DELROUTE if verb is Verb.DELETE else uapi.RTM_NEWROUTE
        return HEADER.pack(HEADER.size + len(route) + len(rest), message_type, _FLAGS[verb], 0, 0) + route + rest


@lru_cache(maxsize=4)
def _columns(count: int, width: int) -> struct.Struct:
    """Return what fills ``count`` keys up with zeros to ``width`` octets each: batches are equally long as a rule."""
    return struct.Struct(f"{width}s" * count)


def fits(form: Form, width: int) -> bool:
    """Tell whether the next hops of a form are few enough for the kernel to show them again."""
    return sum(len(_nested(hop, width)) for hop in form.hops) <= _ROOM


def encode_probe(sequence: int) -> bytes:
    """Return a request that changes nothing: too short to be carried out, refused after the right is checked."""
    flags = uapi.NLM_F_REQUEST | uapi.NLM_F_ACK
    return HEADER.pack(20, uapi.RTM_DELROUTE, flags, sequence, 0) + struct.pack("=Bxxx", FAMILY_OF_WIDTH[32])


def encode_link_dump(sequence: int) -> bytes:
    """Return the request for all interfaces."""
    flags = uapi.NLM_F_REQUEST | uapi.NLM_F_DUMP
    return HEADER.pack(32, uapi.RTM_GETLINK, flags, sequence, 0) + bytes(16)


def encode_link_question(sequence: int, index: int) -> bytes:
    """Return the question for the interface ``index``."""
    return HEADER.pack(32, uapi.RTM_GETLINK, uapi.NLM_F_REQUEST, sequence, 0) + struct.pack("=4xi8x", index)


def encode_address_dump(sequence: int) -> bytes:
    """Return the request for the addresses of all interfaces."""
    flags = uapi.NLM_F_REQUEST | uapi.NLM_F_DUMP
    return HEADER.pack(24, uapi.RTM_GETADDR, flags, sequence, 0) + bytes(8)


def _priority(metric: int) -> bytes:
    return _NUMBER.pack(8, uapi.RTA_PRIORITY, metric) if metric else b""


def _identity(form: Form, width: int) -> bytes:
    """Return the attributes that tell our route from others of the prefix, beside the protocol.

    IPv4 has one route for a prefix, metric and protocol. IPv6 may have a foreign next hop among ours, and takes a
    request without next hops for one to remove them all.
    """
    if width == 32 or form.nhid or not any(hop.gateway for hop in form.hops):
        return _priority(form.metric)
    return _priority(form.metric) + _next_hops(form, width)


def _tail(form: Form, width: int) -> tuple[int, int, bytes]:
    """Return scope, next-hop flags and the attributes after the destination: the same for all routes of a form."""
    parts = [_priority(form.metric)]
    if form.source:
        parts.append(attribute(uapi.RTA_PREFSRC, form.source))
    if form.mtu:
        parts.append(attribute(uapi.RTA_METRICS, _NUMBER.pack(8, uapi.RTAX_MTU, form.mtu)))
    flags = 0
    if len(form.hops) == 1 and form.hops[0].onlink and not form.nhid:
        flags = uapi.RTNH_F_ONLINK
    parts.append(_next_hops(form, width))
    direct = bool(form.hops) and not form.nhid and not any(hop.gateway for hop in form.hops)
    return uapi.RT_SCOPE_LINK if direct and width == 32 else uapi.RT_SCOPE_UNIVERSE, flags, b"".join(parts)


def _next_hops(form: Form, width: int) -> bytes:
    if form.nhid:
        return _NUMBER.pack(8, uapi.RTA_NH_ID, form.nhid)
    if len(form.hops) > 1:
        return attribute(uapi.RTA_MULTIPATH, b"".join(_nested(hop, width) for hop in form.hops))
    parts: list[bytes] = []
    for hop in form.hops:
        if hop.ifindex:
            parts.append(_NUMBER.pack(8, uapi.RTA_OIF, hop.ifindex))
        parts.append(_gateway(hop, width))
        parts.append(_encap(hop))
    return b"".join(parts)


def _gateway(hop: Hop, width: int) -> bytes:
    if not hop.gateway:
        return b""
    if len(hop.gateway) * 8 == width:
        return attribute(uapi.RTA_GATEWAY, hop.gateway)
    family = FAMILY_OF_WIDTH[len(hop.gateway) * 8]
    return attribute(uapi.RTA_VIA, struct.pack("=H", family) + hop.gateway)


def _encap(hop: Hop) -> bytes:
    if hop.encap is None:
        return b""
    kind, payload = encode_encap(hop.encap)
    return attribute(uapi.RTA_ENCAP_TYPE, struct.pack("=H", kind)) + attribute(uapi.RTA_ENCAP, payload)


def _nested(hop: Hop, width: int) -> bytes:
    rest = _gateway(hop, width) + _encap(hop)
    flags = uapi.RTNH_F_ONLINK if hop.onlink else 0
    return NEXT_HOP.pack(8 + len(rest), flags, hop.weight - 1, hop.ifindex) + rest
