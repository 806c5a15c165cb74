"""What the kernel says, as values: routes, interfaces, addresses, errors. Pure.

rtnetlink(7); linux/rtnetlink.h, linux/netlink.h.
"""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from bgpkit.fib import uapi
from bgpkit.fib.encode import ATTRIBUTE, FAMILY_OF_WIDTH, HEADER, NEXT_HOP, ROUTE
from bgpkit.fib.form import Forms, Hop, make_form
from bgpkit.fib.operation import Refusal

_WIDTH_OF_FAMILY: Final = {family: width for width, family in FAMILY_OF_WIDTH.items()}
_LENGTH_AND_TYPE: Final = struct.Struct("=IH")
_U32: Final = struct.Struct("=I")
_I32: Final = struct.Struct("=i")
_OCTETS: Final = tuple((length + 7) // 8 for length in range(129))
_LENGTH_OCTET: Final = tuple(bytes((length,)) for length in range(129))
_IGNORED: Final = frozenset(
    {uapi.RTA_DST, uapi.RTA_TABLE, uapi.RTA_CACHEINFO, uapi.RTA_PREF, uapi.RTA_PAD, uapi.RTA_OIF, uapi.RTA_PRIORITY}
)
_LINK_STATE: Final = uapi.IFF_UP | uapi.IFF_RUNNING | uapi.IFF_LOWER_UP
_REMEMBERED: Final = 65_536


class Message(NamedTuple):
    """Where one message lies within a datagram."""

    kind: int
    flags: int
    sequence: int
    port: int
    """Port of the socket that asked for the change; 0 for the kernel itself."""
    start: int
    """Offset after the header."""
    end: int


Route: TypeAlias = tuple[bytes, int, Forms]
"""A route in a dump: prefix key, protocol, and its form in a tuple of one."""


class RouteNotice(NamedTuple):
    """A route that is, has come, or has gone."""

    present: bool
    width: int
    key: bytes
    protocol: int
    forms: Forms
    """One form."""
    replaced: bool = False
    """It took the place of another route of the same prefix and metric."""


@dataclass(frozen=True, slots=True)
class LinkNotice:
    """An interface that is, has changed, or has gone."""

    index: int
    state: tuple[str, int, int] | None
    """Name, flags that matter to routing, index of the master; None when it has gone."""


@dataclass(frozen=True, slots=True)
class AddressNotice:
    """An address of an interface is, has come, or has gone."""

    present: bool
    address: bytes = b""
    """Packed."""


@dataclass(frozen=True, slots=True)
class NextHopNotice:
    """A next-hop object, which routes may share, has come or changed, or has gone with its routes."""

    present: bool


Notice: TypeAlias = RouteNotice | LinkNotice | AddressNotice | NextHopNotice


def messages(data: bytes) -> Iterator[Message]:
    """Walk the messages of one datagram; a cut-off rest is left out."""
    offset, end = 0, len(data)
    while offset + 16 <= end:
        length, kind, flags, sequence, port = HEADER.unpack_from(data, offset)
        if length < 16 or offset + length > end:
            return
        yield Message(kind, flags, sequence, port, offset + 16, offset + length)
        offset += (length + 3) & ~3


def decode_refusal(data: bytes, message: Message) -> Refusal | None:
    """Return what an NLMSG_ERROR says, None when it is a plain acknowledgement."""
    (code,) = _I32.unpack_from(data, message.start)
    if not code:
        return None
    text = os.strerror(-code)
    if message.flags & uapi.NLM_F_ACK_TLVS:
        repeated = 16 if message.flags & uapi.NLM_F_CAPPED else _U32.unpack_from(data, message.start + 4)[0]
        for kind, start, end in _attributes(data, message.start + 4 + ((repeated + 3) & ~3), message.end):
            if kind == uapi.NLMSGERR_ATTR_MSG:
                text = data[start:end].rstrip(b"\0").decode("ascii", "replace").rstrip(".")
    return Refusal(-code, text)


def decode_link(data: bytes, message: Message) -> LinkNotice:
    """Return what an RTM_NEWLINK or RTM_DELLINK says."""
    index, flags = struct.unpack_from("=4xiI", data, message.start)
    if message.kind == uapi.RTM_DELLINK:
        return LinkNotice(index, None)
    name, master = "", 0
    for kind, start, end in _attributes(data, message.start + 16, message.end):
        if kind == uapi.IFLA_IFNAME:
            name = data[start:end].rstrip(b"\0").decode("utf-8", "surrogateescape")
        elif kind == uapi.IFLA_MASTER:
            (master,) = _U32.unpack_from(data, start)
    return LinkNotice(index, (name, flags & _LINK_STATE, master))


def decode_address(data: bytes, message: Message) -> AddressNotice:
    """Return what an RTM_NEWADDR or RTM_DELADDR says: on a link of two ends, of our end."""
    found = {kind: data[start:end] for kind, start, end in _attributes(data, message.start + 8, message.end)}
    address = found.get(uapi.IFA_LOCAL) or found.get(uapi.IFA_ADDRESS, b"")
    return AddressNotice(message.kind == uapi.RTM_NEWADDR, address)


class RouteReader:
    """Reads routes of one table; what follows the destination is interned, since most routes share it."""

    def __init__(self, table: int) -> None:
        """Read the routes of ``table``, skip all others."""
        self._table = table
        self._known: dict[bytes, tuple[int, Forms] | None] = {}
        # What the kernel writes after the route header: the table, then the header of the destination.
        self._usual = {
            octets: struct.pack("=HHIHH", 8, uapi.RTA_TABLE, table, 4 + octets, uapi.RTA_DST) for octets in (4, 16)
        }

    def read(self, data: bytes, message: Message) -> RouteNotice | None:
        """Return the route of an RTM_NEWROUTE or RTM_DELROUTE; None for one of another table or kind of lookup."""
        width = _WIDTH_OF_FAMILY.get(data[message.start], 0)
        route = self._read(data, message.start, message.end) if width else None
        if route is None:
            return None
        present = message.kind == uapi.RTM_NEWROUTE
        replaced = present and bool(message.flags & uapi.NLM_F_REPLACE)
        return RouteNotice(present, width, *route, replaced)

    def read_dump(self, data: bytes, width: int) -> list[Route]:
        """Return the routes of one datagram of a dump, those of ``width`` bits."""
        family, octets = FAMILY_OF_WIDTH[width], width // 8
        usual, known = self._usual[octets], self._known
        routes: list[Route] = []
        offset, end = 0, len(data)
        while offset + 28 <= end:
            length, kind = _LENGTH_AND_TYPE.unpack_from(data, offset)
            stop = offset + length
            if kind == uapi.RTM_NEWROUTE and data[offset + 16] == family:
                bits = data[offset + 17]
                if data[offset + 28 : offset + 40] == usual and bits:
                    tail = data[offset + 18 : offset + 28] + data[offset + 40 + octets : stop]
                    body = known[tail] if tail in known else self._learn(tail, data, offset + 16, stop)
                    if body is not None:
                        routes.append((_LENGTH_OCTET[bits] + data[offset + 40 : offset + 40 + _OCTETS[bits]], *body))
                else:
                    route = self._read(data, offset + 16, stop)
                    if route is not None:
                        routes.append(route)
            offset += (max(length, 16) + 3) & ~3
        return routes

    def _read(self, data: bytes, start: int, end: int) -> Route | None:
        """Read one route from the route header on, whatever its attributes."""
        bits = data[start + 1]
        address, tail = 0, data[start : start + 1] + data[start + 2 : start + 12]
        for kind, at, stop in _attributes(data, start + 12, end):
            if kind == uapi.RTA_DST:
                address = at
            else:
                tail += data[at - 4 : stop]
        body = self._known[tail] if tail in self._known else self._learn(tail, data, start, end)
        if body is None:
            return None
        return _LENGTH_OCTET[bits] + data[address : address + _OCTETS[bits]], *body

    def _learn(self, tail: bytes, data: bytes, start: int, end: int) -> tuple[int, Forms] | None:
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        body = self._known[tail] = _decode_body(data, start, end, self._table)
        return body


def terminator(data: bytes) -> Message | None:
    """Return the message that ends a dump, NLMSG_DONE or NLMSG_ERROR, where this datagram has one."""
    offset, end = 0, len(data)
    while offset + 16 <= end:
        length, kind = _LENGTH_AND_TYPE.unpack_from(data, offset)
        if kind in {uapi.NLMSG_DONE, uapi.NLMSG_ERROR}:
            return next(messages(data[offset:]))._replace(start=offset + 16, end=offset + length)
        offset += (max(length, 16) + 3) & ~3
    return None


def _attributes(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Walk attributes: kind without flag bits, first octet and end of the value."""
    while start + 4 <= end:
        length, kind = ATTRIBUTE.unpack_from(data, start)
        if length < 4 or start + length > end:
            return
        yield kind & 0x3FFF, start + 4, start + length
        start += (length + 3) & ~3


def _decode_body(data: bytes, start: int, end: int, wanted_table: int) -> tuple[int, Forms] | None:
    """Return protocol and form of a route, None when it is none of ``wanted_table``'s ordinary routes."""
    _, _, source_length, tos, table, protocol, _, kind, flags = ROUTE.unpack_from(data, start)
    found = {each: (at, stop) for each, at, stop in _attributes(data, start + 12, end)}
    if uapi.RTA_TABLE in found:
        (table,) = _U32.unpack_from(data, found[uapi.RTA_TABLE][0])
    if table != wanted_table or source_length or tos or flags & uapi.RTM_F_CLONED:
        return None
    metric = _number(data, found, uapi.RTA_PRIORITY)
    hops: list[Hop] = []
    source, mtu, unread = b"", 0, set[int]()
    gateway = b""
    for each, (at, stop) in found.items():
        if each in {uapi.RTA_GATEWAY, uapi.RTA_VIA}:
            gateway = _gateway(data, each, at, stop)
        elif each == uapi.RTA_MULTIPATH:
            hops, strange = _multipath(data, at, stop)
            unread |= strange
        elif each == uapi.RTA_PREFSRC:
            source = data[at:stop]
        elif each == uapi.RTA_METRICS:
            mtu, strange = _metrics(data, at, stop)
            unread |= strange
        elif each not in _IGNORED:
            unread.add(each)
    if not hops:
        onlink = bool(flags & uapi.RTNH_F_ONLINK)
        hops = [Hop(gateway, _number(data, found, uapi.RTA_OIF), onlink, 1)]
    form = make_form(kind, hops, metric, source, mtu)
    return protocol, (form._replace(unread=tuple(sorted(unread))) if unread else form,)


def _number(data: bytes, found: dict[int, tuple[int, int]], kind: int) -> int:
    number: int = _U32.unpack_from(data, found[kind][0])[0] if kind in found else 0
    return number


def _gateway(data: bytes, kind: int, start: int, end: int) -> bytes:
    return data[start + 2 : end] if kind == uapi.RTA_VIA else data[start:end]


def _multipath(data: bytes, start: int, end: int) -> tuple[list[Hop], set[int]]:
    """Return the next hops of an RTA_MULTIPATH and the numbers of attributes not understood."""
    hops: list[Hop] = []
    unread: set[int] = set()
    while start + 8 <= end:
        length, flags, weight, index = NEXT_HOP.unpack_from(data, start)
        if length < 8 or start + length > end:
            break
        gateway = b""
        for kind, at, stop in _attributes(data, start + 8, start + length):
            if kind in {uapi.RTA_GATEWAY, uapi.RTA_VIA}:
                gateway = _gateway(data, kind, at, stop)
            else:
                unread.add(kind)
        hops.append(Hop(gateway, index, bool(flags & uapi.RTNH_F_ONLINK), weight + 1))
        start += (length + 3) & ~3
    return hops, unread


def _metrics(data: bytes, start: int, end: int) -> tuple[int, set[int]]:
    """Return the MTU of an RTA_METRICS; any other metric makes it an attribute not understood."""
    mtu = 0
    unread: set[int] = set()
    for kind, at, _ in _attributes(data, start, end):
        if kind == uapi.RTAX_MTU:
            (mtu,) = _U32.unpack_from(data, at)
        else:
            unread.add(uapi.RTA_METRICS)
    return mtu, unread
