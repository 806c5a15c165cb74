"""What the kernel's routing netlink tells: one socket to ask, one to listen. Linux only.

netlink(7), rtnetlink(7).
"""

import ctypes
import os
import socket
import struct
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Iterator, Sequence
from contextlib import ExitStack, suppress
from errno import EAGAIN, ENOBUFS, ENOENT
from typing import Final

from bgpkit.errors import FibError
from bgpkit.fib.kernel import Notices
from bgpkit.fib.netlink import uapi
from bgpkit.fib.netlink.decode import (
    LinkNotice,
    Message,
    NextHopNotice,
    Notice,
    RouteReader,
    decode_address,
    decode_link,
    messages,
    terminator,
)
from bgpkit.fib.netlink.encode import FAMILY_OF_WIDTH, Encoder, encode_address_dump, encode_link_dump
from bgpkit.fib.netlink.object_octets import decode_object
from bgpkit.fib.netlink.opening import open_socket
from bgpkit.fib.netlink.packet_filter import Step, assemble, drop_port, drop_protocols
from bgpkit.fib.netlink.page import Page
from bgpkit.fib.netlink.vrf import read_link
from bgpkit.fib.pacing import paced

_GROUPS: Final = (
    uapi.RTNLGRP_LINK,
    uapi.RTNLGRP_IPV4_IFADDR,
    uapi.RTNLGRP_IPV4_ROUTE,
    uapi.RTNLGRP_IPV6_IFADDR,
    uapi.RTNLGRP_IPV6_ROUTE,
)
DATAGRAM: Final = 256 << 10
_PAGE: Final = 64 << 10
"""Octets of a datagram of a dump: Linux makes them of 32 KiB at most."""
_FILTERED: Final = 200
"""Protocols that one filter can hold."""


class NetlinkReader:
    """One table of one network namespace, to be read and watched. Anybody may do that."""

    def __init__(
        self,
        table: int,
        *,
        protocol: int = 0,
        unheard: Collection[int] = (),
        vrf: str | None = None,
        netns: str | None = None,
    ) -> None:
        """Open both sockets, in the network namespace ``netns``; FibError when there is no netlink.

        ``protocol`` is that of dumps of our own routes. There are no notices of routes of the protocols ``unheard``
        or, where none are named, of what the asking socket has changed. ``vrf`` is the name of the VRF device whose
        table this is: should it get another table, interfaces and notices end in a FibError. ConfigError when there
        is no way into ``netns``.
        """
        self._table = table
        self._vrf = vrf
        self._encoders = {width: Encoder(width, protocol, table) for width in FAMILY_OF_WIDTH}
        self._reader = RouteReader(table)
        self._sequence = 0
        with ExitStack() as opened:
            try:
                self._asking = opened.enter_context(open_socket(netns))
                self._port: int = self._asking.getsockname()[0]
                self._listening = opened.enter_context(open_socket(netns))
                if not unheard:
                    _attach(self._listening, drop_port(self._port))
                elif len(unheard) <= _FILTERED:
                    _attach(self._listening, drop_protocols(unheard))
                for group in _GROUPS:
                    self._listening.setsockopt(uapi.SOL_NETLINK, uapi.NETLINK_ADD_MEMBERSHIP, group)
            except OSError as error:
                raise FibError(f"no netlink socket for routes: {error.strerror}", error.errno or 0) from error
            opened.pop_all()

    def watch_next_hops(self) -> None:
        """Give notices of next-hop objects, too, where the kernel knows them: Linux 5.3."""
        with suppress(OSError):
            self._listening.setsockopt(uapi.SOL_NETLINK, uapi.NETLINK_ADD_MEMBERSHIP, uapi.RTNLGRP_NEXTHOP)

    def fileno(self) -> int:
        """Return the descriptor that becomes readable when there are notices."""
        return self._listening.fileno()

    def close(self) -> None:
        """Close both sockets; routes stay."""
        self._asking.close()
        self._listening.close()

    def notices(self) -> Notices:
        """Return routes, interfaces and addresses that came or went, without waiting."""
        told: list[Notice] = []
        lost = False
        while True:
            try:
                data = self._listening.recv(DATAGRAM)
            except OSError as error:
                if error.errno == ENOBUFS:
                    lost = True
                    continue
                if error.errno == EAGAIN:
                    return Notices(told, lost)
                raise FibError(f"netlink: {error.strerror}", error.errno or 0) from error
            for message in messages(data):
                notice = self._read(data, message)
                if notice is not None:
                    told.append(notice)

    async def dump(self, width: int, *, own_only: bool) -> AsyncIterator[Page]:
        """Give the routes of the table page by page; the loop runs between pages."""
        self._sequence += 1
        request = self._encoders[width].encode_dump(self._sequence, own_only=own_only)
        async for data in self._pages(request):
            yield self._reader.read_dump(data, width)

    async def links(self) -> list[LinkNotice]:
        """Return the interfaces there are."""
        self._sequence += 1
        links: list[LinkNotice] = []
        async for data in self._pages(encode_link_dump(self._sequence)):
            links += [self._link(data, each) for each in messages(data) if each.kind == uapi.RTM_NEWLINK]
        return links

    async def addresses(self) -> list[bytes]:
        """Return the addresses of all interfaces, packed."""
        self._sequence += 1
        addresses: list[bytes] = []
        async for data in self._pages(encode_address_dump(self._sequence)):
            addresses += [
                decode_address(data, each).address for each in messages(data) if each.kind == uapi.RTM_NEWADDR
            ]
        return addresses

    def _pages(self, request: bytes) -> AsyncGenerator[bytes, None]:
        """Give the datagrams that answer a dump request, between turns of the loop; FibError as of the others."""
        return paced(self._datagrams(request))

    def _datagrams(self, request: bytes) -> Iterator[bytes]:
        """Give the datagrams that answer a dump request; FibError when the kernel breaks off."""
        try:
            self._discard()
            self._asking.send(request)
            while True:
                data = self._asking.recv(_PAGE)
                yield data
                if _ends(data):
                    return
        except OSError as error:
            raise FibError(f"the kernel's table cannot be read: {error.strerror}", error.errno or 0) from error

    def _discard(self) -> None:
        """Read to its end what an earlier dump, given up half way, has left."""
        with suppress(BlockingIOError):
            while self._asking.recv(DATAGRAM):
                pass

    def _read(self, data: bytes, message: Message) -> Notice | None:
        if message.kind in {uapi.RTM_NEWROUTE, uapi.RTM_DELROUTE}:
            return self._reader.read(data, message) if message.port != self._port else None
        if message.kind in {uapi.RTM_NEWLINK, uapi.RTM_DELLINK}:
            return self._link(data, message)
        if message.kind in {uapi.RTM_NEWADDR, uapi.RTM_DELADDR}:
            return decode_address(data, message)
        if message.kind in {uapi.RTM_NEWNEXTHOP, uapi.RTM_DELNEXTHOP}:
            return NextHopNotice(message.kind == uapi.RTM_NEWNEXTHOP, decode_object(data, message))
        return None

    def _link(self, data: bytes, message: Message) -> LinkNotice:
        """Read what is told of an interface; FibError when it is our VRF, and our table is no longer its own."""
        if self._vrf is not None and message.kind == uapi.RTM_NEWLINK:
            name, _, table = read_link(data, message)
            if name == self._vrf and table != self._table:
                now = f"has table {table} now" if table is not None else "is no VRF any more"
                raise FibError(f"vrf {name} {now}, and table {self._table} is kept; start again")
        return decode_link(data, message)


def _attach(listening: socket.socket, program: Sequence[Step]) -> None:
    """Let the kernel drop what ``program`` says; a hundred thousand routes of our own stay quiet."""
    octets = assemble(program)
    memory = ctypes.create_string_buffer(octets, len(octets))
    with suppress(OSError):  # without the filter they are told apart when read
        wanted = struct.pack("@HP", len(program), ctypes.addressof(memory))
        listening.setsockopt(socket.SOL_SOCKET, uapi.SO_ATTACH_FILTER, wanted)


def _ends(data: bytes) -> bool:
    """Tell whether a dump's datagram is the last; FibError when it says that the dump failed."""
    last = terminator(data)
    if last is None:
        return False
    code = 0
    if last.kind == uapi.NLMSG_ERROR or last.end - last.start >= 4:
        (code,) = struct.unpack_from("=i", data, last.start)
    if code and -code != ENOENT:  # ENOENT: the table holds no route yet
        raise FibError(f"the kernel's table cannot be read: {os.strerror(-code)}", -code)
    return True
