"""Route requests as octets: RTM_NEWROUTE, RTM_DELROUTE and dump requests. Pure.

rtnetlink(7); linux/rtnetlink.h.
"""

import struct
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from bgpkit.fib.form import Form, Forms, Hop
from bgpkit.fib.netlink import uapi
from bgpkit.fib.netlink.attributes import ATTRIBUTE, attribute
from bgpkit.fib.netlink.encap_octets import encode_encap
from bgpkit.fib.operation import Operation, Verb

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
_ATTRIBUTES_AT: Final = 32
"""Octets of a request before the destination's address: message header, route header, header of the attribute."""
_REMEMBERED: Final = 65_536
_ROOM: Final = 16 << 10
"""Octets that next hops may take: Linux dumps a route in 32 KiB at most, and adds fields; it takes larger ones, but
then neither shows nor removes them."""

_FLAGS: Final = {
    Verb.ADD: uapi.NLM_F_REQUEST | uapi.NLM_F_CREATE | uapi.NLM_F_EXCL,
    Verb.REPLACE: uapi.NLM_F_REQUEST | uapi.NLM_F_REPLACE,
    Verb.DELETE: uapi.NLM_F_REQUEST,
}


class _Template(NamedTuple):
    """What the requests for routes of one form have in common."""

    forms: Forms
    pack: Callable[..., bytes]
    """Puts a request together: head, sequence number, family, prefix length, route, address, rest."""
    head: bytes
    """Length, message type and flags."""
    route: bytes
    """The route header after the prefix length, and the header of the destination."""
    rest: bytes
    """The attributes after the destination."""


class Encoder:
    """Writes the route requests of one owner: one protocol number in one table, one address width."""

    def __init__(self, width: int, protocol: int, table: int) -> None:
        """Write routes of ``protocol`` into ``table``, for addresses of ``width`` bits."""
        self._width = width
        self._family = FAMILY_OF_WIDTH[width]
        self._protocol = protocol
        self._table = table
        self._start = struct.pack("=IB", 0, self._family)
        # By the identity of the forms, which are interned; an entry holds them, so that no other takes their place.
        self._known: dict[Verb, dict[int, _Template]] = {verb: {} for verb in Verb}

    def encode(self, operations: Sequence[Operation], first: int) -> bytes:
        """Return the requests one after the other, numbered from ``first``; only the last asks for an answer.

        The kernel answers errors without being asked.
        """
        if not operations:
            return b""
        family, parts, known = self._start, list[bytes](), self._known[Verb.ADD]
        before, same = Verb.ADD, None
        pack, head, route, rest = struct.pack, b"", b"", b""
        for sequence, (verb, _, key, forms) in enumerate(operations, first):
            if verb is not before:
                before, same, known = verb, None, self._known[verb]
            if forms is not same:  # those of neighbours are, as a rule
                _, pack, head, route, rest = known.get(id(forms)) or self._learn(known, verb, forms)
                same = forms
            parts.append(pack(head, sequence, family, key[0], route, key[1:], rest))
        parts[-1] = _asking_for_answer(parts[-1])
        return b"".join(parts)

    def encode_dump(self, sequence: int, *, own_only: bool) -> bytes:
        """Return the request for all routes of the table, or with ``own_only`` for those of our protocol."""
        table = self._table
        protocol = self._protocol if own_only else 0
        small = table if table <= 255 else uapi.RT_TABLE_UNSPEC
        body = ROUTE.pack(self._family, 0, 0, 0, small, protocol, 0, 0, 0)
        body += _NUMBER.pack(8, uapi.RTA_TABLE, table)
        flags = uapi.NLM_F_REQUEST | uapi.NLM_F_DUMP
        return HEADER.pack(16 + len(body), uapi.RTM_GETROUTE, flags, sequence, 0) + body

    def _learn(self, known: dict[int, _Template], verb: Verb, forms: Forms) -> _Template:
        if len(known) >= _REMEMBERED:
            known.clear()
        template = known[id(forms)] = self._template(verb, forms)
        return template

    def _template(self, verb: Verb, forms: Forms) -> _Template:
        form, table = forms[0], self._table
        if verb is Verb.DELETE:
            kind, scope, flags, rest = uapi.RTN_UNSPEC, uapi.RT_SCOPE_NOWHERE, 0, _identity(form, self._width)
        else:
            kind, (scope, flags, rest) = form.kind, _tail(form, self._width)
        if table > 255:
            rest += _NUMBER.pack(8, uapi.RTA_TABLE, table)
        small = table if table <= 255 else uapi.RT_TABLE_COMPAT
        octets = self._width // 8
        route = ROUTE.pack(self._family, 0, 0, 0, small, self._protocol, scope, kind, flags)[2:]
        route += ATTRIBUTE.pack(4 + octets, uapi.RTA_DST)
        message_type = uapi.RTM_DELROUTE if verb is Verb.DELETE else uapi.RTM_NEWROUTE
        head = _HEAD.pack(_ATTRIBUTES_AT + octets + len(rest), message_type, _FLAGS[verb])
        request = struct.Struct(f"=8sI5sB{len(route)}s{octets}s{len(rest)}s")
        return _Template(forms, request.pack, head, route, rest)


def _asking_for_answer(request: bytes) -> bytes:
    length, kind, flags = _HEAD.unpack_from(request)
    return _HEAD.pack(length, kind, flags | uapi.NLM_F_ACK) + request[_HEAD.size :]


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
