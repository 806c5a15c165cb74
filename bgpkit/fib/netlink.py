"""The kernel's routing netlink: one socket to ask, one to listen. Linux only.

netlink(7), rtnetlink(7).
"""

import asyncio
import ctypes
import os
import socket
import struct
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, suppress
from errno import EAGAIN, EMSGSIZE, ENOBUFS, ENOENT, EPERM
from fcntl import ioctl
from typing import Final

from bgpkit.errors import FibError
from bgpkit.fib import uapi
from bgpkit.fib.decode import (
    AddressNotice,
    LinkNotice,
    Message,
    Notice,
    Route,
    RouteReader,
    decode_link,
    decode_refusal,
    messages,
    terminator,
)
from bgpkit.fib.encode import FAMILY_OF_WIDTH, Encoder, encode_link_dump, encode_probe
from bgpkit.fib.kernel import Notices
from bgpkit.fib.operation import Answers, Operation, Refusal

_GROUPS: Final = (
    uapi.RTNLGRP_LINK,
    uapi.RTNLGRP_IPV4_IFADDR,
    uapi.RTNLGRP_IPV4_ROUTE,
    uapi.RTNLGRP_IPV6_IFADDR,
    uapi.RTNLGRP_IPV6_ROUTE,
)
_RECEIVE_BUFFER: Final = 8 << 20
"""Octets asked for; the kernel gives less to those without the right to force it."""
_DATAGRAM: Final = 256 << 10


class NetlinkKernel:
    """One table of the network namespace in which it is opened; routes of one protocol are its own."""

    def __init__(self, protocol: int, table: int) -> None:
        """Open both sockets; FibError when there is no netlink or the right to change routes is missing."""
        self._encoders = {width: Encoder(width, protocol, table) for width in FAMILY_OF_WIDTH}
        self._reader = RouteReader(table)
        self._sequence = 0
        with ExitStack() as opened:
            try:
                self._asking = opened.enter_context(_open())
                self._port: int = self._asking.getsockname()[0]
                self._listening = opened.enter_context(_open())
                _drop_changes_of(self._listening, self._port)
                for group in _GROUPS:
                    self._listening.setsockopt(uapi.SOL_NETLINK, uapi.NETLINK_ADD_MEMBERSHIP, group)
            except OSError as error:
                raise FibError(f"no netlink socket for routes: {error.strerror}", error.errno or 0) from error
            self._probe()
            opened.pop_all()

    def fileno(self) -> int:
        """Return the descriptor that becomes readable when there are notices."""
        return self._listening.fileno()

    def close(self) -> None:
        """Close both sockets; routes stay."""
        self._asking.close()
        self._listening.close()

    def index_of(self, device: str) -> int:
        """Return the index of an interface in the sockets' namespace, 0 when there is none."""
        request = struct.pack("=16s24x", os.fsencode(device))
        try:
            answer = ioctl(self._asking, uapi.SIOCGIFINDEX, request)
        except OSError:
            return 0
        return int.from_bytes(answer[16:20], sys.byteorder)

    def execute(self, operations: Sequence[Operation]) -> Answers:
        """Send a batch in one call, acknowledged on its last message; errors are known by sequence number.

        All operations are of one address width. The kernel carries the batch out before ``send`` returns, so there
        is nothing to wait for.
        """
        first = self._sequence + 1
        self._sequence = last = self._sequence + len(operations)
        try:
            self._asking.send(self._encoders[operations[0].width].encode(operations, first))
        except OSError as error:
            if error.errno == EMSGSIZE and len(operations) > 1:
                return self._execute_halves(operations)
            refusal = Refusal(error.errno or 0, f"netlink: {error.strerror}")
            return Answers(dict.fromkeys(range(len(operations)), refusal), complete=True)
        answers, complete = self._answers(first, last)
        return Answers({sequence - first: refusal for sequence, refusal in answers.items() if refusal}, complete)

    def _execute_halves(self, operations: Sequence[Operation]) -> Answers:
        """Carry out a batch that is too long for the send buffer."""
        middle = len(operations) // 2
        head, rest = self.execute(operations[:middle]), self.execute(operations[middle:])
        refused = dict(head.refused) | {place + middle: refusal for place, refusal in rest.refused.items()}
        return Answers(refused, head.complete and rest.complete)

    def notices(self) -> Notices:
        """Return routes, interfaces and addresses that came or went, without waiting."""
        told: list[Notice] = []
        lost = False
        while True:
            try:
                data = self._listening.recv(_DATAGRAM)
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

    async def dump(self, width: int, *, own_only: bool) -> AsyncIterator[list[Route]]:
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
            links += [decode_link(data, each) for each in messages(data) if each.kind == uapi.RTM_NEWLINK]
        return links

    async def _pages(self, request: bytes) -> AsyncIterator[bytes]:
        """Give the datagrams that answer a dump request; FibError when the kernel breaks off."""
        try:
            self._discard()
            self._asking.send(request)
            while True:
                data = self._asking.recv(_DATAGRAM)
                yield data
                if _ends(data):
                    return
                await asyncio.sleep(0)
        except OSError as error:
            raise FibError(f"the kernel's table cannot be read: {error.strerror}", error.errno or 0) from error

    def _discard(self) -> None:
        """Read to its end what an earlier dump, given up half way, has left."""
        with suppress(BlockingIOError):
            while self._asking.recv(_DATAGRAM):
                pass

    def _answers(self, first: int, last: int) -> tuple[dict[int, Refusal | None], bool]:
        """Read what is there already for the requests ``first`` to ``last``, and tell whether nothing was lost."""
        answers: dict[int, Refusal | None] = {}
        whole = True
        while True:
            try:
                data = self._asking.recv(_DATAGRAM)
            except OSError as error:
                if error.errno == ENOBUFS:
                    whole = False
                    continue
                return answers, whole and last in answers
            for message in messages(data):
                if message.kind == uapi.NLMSG_ERROR and first <= message.sequence <= last:
                    answers[message.sequence] = decode_refusal(data, message)
            if whole and last in answers:
                return answers, True

    def _probe(self) -> None:
        """Ask for something that changes nothing; FibError when the kernel says that we may not."""
        self._sequence += 1
        self._asking.send(encode_probe(self._sequence))
        answers, _ = self._answers(self._sequence, self._sequence)
        refusal = answers.get(self._sequence)
        if refusal is not None and refusal.errno == EPERM:
            raise FibError("changing the kernel's routes needs the capability CAP_NET_ADMIN; run as root", EPERM)

    def _read(self, data: bytes, message: Message) -> Notice | None:
        if message.kind in {uapi.RTM_NEWROUTE, uapi.RTM_DELROUTE}:
            return self._reader.read(data, message) if message.port != self._port else None
        if message.kind in {uapi.RTM_NEWLINK, uapi.RTM_DELLINK}:
            return decode_link(data, message)
        if message.kind in {uapi.RTM_NEWADDR, uapi.RTM_DELADDR}:
            return AddressNotice(message.kind == uapi.RTM_NEWADDR)
        return None


def _open() -> socket.socket:
    """Open a routing netlink socket that never waits, with buffers as large as we may have."""
    opened = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
    opened.setblocking(False)
    opened.bind((0, 0))
    for forced, asked in ((uapi.SO_RCVBUFFORCE, socket.SO_RCVBUF), (uapi.SO_SNDBUFFORCE, socket.SO_SNDBUF)):
        try:
            opened.setsockopt(socket.SOL_SOCKET, forced, _RECEIVE_BUFFER)
        except PermissionError:
            opened.setsockopt(socket.SOL_SOCKET, asked, _RECEIVE_BUFFER)
    for option in (uapi.NETLINK_CAP_ACK, uapi.NETLINK_EXT_ACK, uapi.NETLINK_GET_STRICT_CHK):
        with suppress(OSError):  # older than Linux 4.20: answers are longer, dumps are not filtered
            opened.setsockopt(uapi.SOL_NETLINK, option, 1)
    return opened


def _drop_changes_of(listening: socket.socket, port: int) -> None:
    """Let the kernel drop notices of changes that ``port`` asked for; a hundred thousand adds stay quiet.

    A classic packet filter: load the port out of the message header, drop on equality, else take all.
    """
    swapped = int.from_bytes(port.to_bytes(4, sys.byteorder), "big")
    program = b"".join(
        struct.pack("=HBBI", *step)
        for step in ((0x20, 0, 0, 12), (0x15, 0, 1, swapped), (0x06, 0, 0, 0), (0x06, 0, 0, 0xFFFFFFFF))
    )
    memory = ctypes.create_string_buffer(program, len(program))
    with suppress(OSError):  # without the filter they are told apart when read
        listening.setsockopt(socket.SOL_SOCKET, uapi.SO_ATTACH_FILTER, struct.pack("@HP", 4, ctypes.addressof(memory)))


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
