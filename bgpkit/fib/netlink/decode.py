"""What the kernel says, as values: routes, interfaces, addresses, errors. Pure.

Nothing here raises for any octets: a route that cannot be one is left out, other numbers that are missing are 0.
rtnetlink(7); linux/rtnetlink.h, linux/netlink.h.
"""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from bgpkit.fib.form import Forms
from bgpkit.fib.netlink import uapi
from bgpkit.fib.netlink.attributes import attributes, number
from bgpkit.fib.netlink.encode import FAMILY_OF_WIDTH, HEADER
from bgpkit.fib.netlink.page import Page, Route
from bgpkit.fib.netlink.route_body import decode_body
from bgpkit.fib.objects import KernelObject
from bgpkit.fib.operation import Refusal

_WIDTH_OF_FAMILY: Final = {family: width for width, family in FAMILY_OF_WIDTH.items()}
_LENGTH_AND_TYPE: Final = struct.Struct("=IH")
_ROUTE_HEADER: Final = 12
"""Octets of it, before the attributes."""
_OCTETS: Final = tuple((length + 7) // 8 for length in range(129))
_KEY_OCTETS: Final = tuple(1 + octets for octets in _OCTETS)
_LENGTH_OCTET: Final = tuple(bytes((length,)) for length in range(129))
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
    found: KernelObject | None = None
    """The object, where it has been read."""


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
    code = -number(data, message.start, message.end) & 0xFFFFFFFF
    if not code:
        return None
    text = os.strerror(code & 0x7FFFFFFF)
    if message.flags & uapi.NLM_F_ACK_TLVS:
        repeated = 16 if message.flags & uapi.NLM_F_CAPPED else number(data, message.start + 4, message.end)
        for kind, start, end in attributes(data, message.start + 4 + ((repeated + 3) & ~3), message.end):
            if kind == uapi.NLMSGERR_ATTR_MSG:
                text = data[start:end].rstrip(b"\0").decode("ascii", "replace").rstrip(".") or text
    return Refusal(code, text)


def decode_link(data: bytes, message: Message) -> LinkNotice:
    """Return what an RTM_NEWLINK or RTM_DELLINK says."""
    index = number(data, message.start + 4, message.end)
    flags = number(data, message.start + 8, message.end)
    if message.kind == uapi.RTM_DELLINK:
        return LinkNotice(index, None)
    name, master = "", 0
    for kind, start, end in attributes(data, message.start + 16, message.end):
        if kind == uapi.IFLA_IFNAME:
            name = data[start:end].rstrip(b"\0").decode("utf-8", "surrogateescape")
        elif kind == uapi.IFLA_MASTER:
            master = number(data, start, end)
    return LinkNotice(index, (name, flags & _LINK_STATE, master))


def decode_address(data: bytes, message: Message) -> AddressNotice:
    """Return what an RTM_NEWADDR or RTM_DELADDR says: on a link of two ends, of our end."""
    found = {kind: data[start:end] for kind, start, end in attributes(data, message.start + 8, message.end)}
    address = found.get(uapi.IFA_LOCAL) or found.get(uapi.IFA_ADDRESS, b"")
    return AddressNotice(message.kind == uapi.RTM_NEWADDR, address)


class RouteReader:
    """Reads routes of one table; what follows the destination is interned, since most routes share it."""

    def __init__(self, table: int) -> None:
        """Read the routes of ``table``, skip all others."""
        self._table = table
        self._known: dict[bytes, tuple[int, Forms] | None] = {}
        self._alike: dict[Forms, Forms] = {}
        # What the kernel writes after the route header: the table, then the header of the destination.
        self._usual = {
            octets: struct.pack("=HHIHH", 8, uapi.RTA_TABLE, table, 4 + octets, uapi.RTA_DST) for octets in (4, 16)
        }

    def read(self, data: bytes, message: Message) -> RouteNotice | None:
        """Return the route of an RTM_NEWROUTE or RTM_DELROUTE; None for one of another table or kind of lookup."""
        whole = message.end - message.start >= _ROUTE_HEADER
        width = _WIDTH_OF_FAMILY.get(data[message.start], 0) if whole else 0
        route = self._read(data, message.start, message.end, width) if width else None
        if route is None:
            return None
        present = message.kind == uapi.RTM_NEWROUTE
        replaced = present and bool(message.flags & uapi.NLM_F_REPLACE)
        return RouteNotice(present, width, *route, replaced)

    def read_dump(self, data: bytes, width: int) -> Page:
        """Return the routes of one datagram of a dump, those of ``width`` bits."""
        return self._read_alike(data, width) or Page.of(self._read_each(data, width))

    def _read_alike(self, data: bytes, width: int) -> Page | None:
        """Read a datagram of routes of our table that are spelled alike, as most are; None where it has any other."""
        size, octets = alike(data, uapi.RTM_NEWROUTE), width // 8
        if size < 40 + octets or data[16::size].strip(bytes((FAMILY_OF_WIDTH[width],))):
            return None
        lengths = data[17::size]
        usual = data[28:40] == self._usual[octets] and _repeats(data, size, range(18, 40))
        if not usual or not 0 < min(lengths) <= max(lengths) <= width:
            return None
        padded = bytearray((1 + octets) * len(lengths))
        padded[:: 1 + octets] = lengths
        for place in range(octets):
            padded[1 + place :: 1 + octets] = data[40 + place :: size]
        rows = _rows(f"{1 + octets}s", len(lengths)).unpack(padded)
        keys = [row[: _KEY_OCTETS[row[0]]] for row in rows]
        tails = _rows(f"{40 + octets}x{size - 40 - octets}s", len(lengths)).unpack(data)
        protocols: dict[bytes, int] = {}
        forms: dict[bytes, Forms] = {}
        for tail in set(tails):
            offset = size * tails.index(tail)
            body = self._body(data[18:28] + tail, data, offset + 16, offset + size)
            if body is None:
                return None
            protocols[tail], forms[tail] = body
        return Page(keys, list(map(protocols.__getitem__, tails)), list(map(forms.__getitem__, tails)))

    def _read_each(self, data: bytes, width: int) -> list[Route]:
        """Read a datagram of a dump route by route."""
        family, octets = FAMILY_OF_WIDTH[width], width // 8
        usual, known = self._usual[octets], self._known
        routes: list[Route] = []
        offset, end = 0, len(data)
        while offset + 28 <= end:
            length, kind = _LENGTH_AND_TYPE.unpack_from(data, offset)
            stop = offset + length
            if kind == uapi.RTM_NEWROUTE and data[offset + 16] == family and offset + 28 <= stop <= end:
                bits = data[offset + 17]
                if data[offset + 28 : offset + 40] == usual and 0 < bits <= width and stop >= offset + 40 + octets:
                    tail = data[offset + 18 : offset + 28] + data[offset + 40 + octets : stop]
                    body = known[tail] if tail in known else self._learn(tail, data, offset + 16, stop)
                    if body is not None:
                        routes.append((_LENGTH_OCTET[bits] + data[offset + 40 : offset + 40 + _OCTETS[bits]], *body))
                else:
                    route = self._read(data, offset + 16, stop, width)
                    if route is not None:
                        routes.append(route)
            offset += (max(length, 16) + 3) & ~3
        return routes

    def _read(self, data: bytes, start: int, end: int, width: int) -> Route | None:
        """Read one route of ``width`` bits from the route header on, whatever its attributes."""
        bits = data[start + 1]
        address, tail = b"", data[start : start + 1] + data[start + 2 : start + 12]
        for kind, at, stop in attributes(data, start + _ROUTE_HEADER, end):
            if kind == uapi.RTA_DST:
                address = data[at:stop]
            else:
                tail += data[at - 4 : stop]
        if bits > width or len(address) < _OCTETS[bits]:
            return None
        body = self._body(tail, data, start, end)
        if body is None:
            return None
        return _LENGTH_OCTET[bits] + address[: _OCTETS[bits]], *body

    def _body(self, tail: bytes, data: bytes, start: int, end: int) -> tuple[int, Forms] | None:
        return self._known[tail] if tail in self._known else self._learn(tail, data, start, end)

    def _learn(self, tail: bytes, data: bytes, start: int, end: int) -> tuple[int, Forms] | None:
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
            self._alike.clear()
        body = decode_body(data, start, end, self._table)
        if body is not None:
            body = body[0], self._alike.setdefault(body[1], body[1])
        self._known[tail] = body
        return body


@lru_cache(maxsize=16)
def _rows(form: str, count: int) -> struct.Struct:
    """Return what unpacks ``count`` rows of the same ``form``: most datagrams of a dump have as many routes."""
    return struct.Struct("=" + form * count)


def alike(data: bytes, kind: int) -> int:
    """Return the octets that each message of a datagram has, if all have as many and are of one ``kind``; else 0."""
    if len(data) < _LENGTH_AND_TYPE.size:
        return 0
    length, found = _LENGTH_AND_TYPE.unpack_from(data)
    if found != kind or length % 4 or len(data) % max(length, 16):
        return 0
    return length if _repeats(data, length, range(_LENGTH_AND_TYPE.size)) else 0


def _repeats(data: bytes, size: int, places: range) -> bool:
    """Tell whether all messages of ``size`` octets have the same at some places."""
    count = len(data) // size
    return all(data[place::size] == data[place : place + 1] * count for place in places)


def terminator(data: bytes) -> Message | None:
    """Return the message that ends a dump, NLMSG_DONE or NLMSG_ERROR, where this datagram has one."""
    if alike(data, uapi.RTM_NEWROUTE):
        return None
    offset, end = 0, len(data)
    while offset + 16 <= end:
        length, kind = _LENGTH_AND_TYPE.unpack_from(data, offset)
        if kind in {uapi.NLMSG_DONE, uapi.NLMSG_ERROR}:
            _, _, flags, sequence, port = HEADER.unpack_from(data, offset)
            return Message(kind, flags, sequence, port, offset + 16, min(max(offset + length, offset + 16), end))
        offset += (max(length, 16) + 3) & ~3
    return None
