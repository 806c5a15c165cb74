"""A BGP peer that says what a test tells it to, over TCP or in a virtual network."""

import asyncio
import socket
import struct
from contextlib import suppress
from typing import Final, Self

from bgpkit.testing.bad_messages import MARKER
from bgpkit.testing.ear import Ear
from bgpkit.testing.virtual_host import VirtualHost
from bgpkit.testing.virtual_transport import VirtualTransport
from bgpkit.wire import MessageType, encode_message
from bgpkit_fsm import Keepalive, Message, Open

PATIENCE: Final = 30.0
"""Seconds that a test waits for what must come; the machine may be busy."""
_STREAM_LIMIT: Final = 2**20
_SMALL_STREAM_LIMIT: Final = 4096
_HEADER_LENGTH: Final = 19
_KEEPALIVE: Final = encode_message(Keepalive())


class MisbehavingPeer:
    """One end of a connection that should carry BGP.

    It does nothing by itself: no OPEN, no KEEPALIVE, no answer. What it hears waits until it is asked for. Used as an
    asynchronous context manager it closes the connection at the end. What must come and does not, or comes and must
    not, is an AssertionError.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak over a connection that is open."""
        self.reader = reader
        self.writer = writer

    @classmethod
    async def dial(
        cls,
        address: str,
        port: int,
        *,
        local: str | None = None,
        network: VirtualHost | None = None,
        receive_buffer: int | None = None,
    ) -> Self:
        """Connect to ``address`` and ``port`` from ``local``; OSError when that cannot be.

        Over TCP, or from the host ``network`` of a virtual network. ``receive_buffer`` bounds what the kernel, and
        we, take in while nobody reads, in octets.
        """
        loop = asyncio.get_running_loop()
        opened: asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = loop.create_future()

        def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            """Hand on both ends of the stream."""
            opened.set_result((reader, writer))

        def made() -> asyncio.StreamReaderProtocol:
            """Return what takes the octets of the connection."""
            reader = Ear(limit=_STREAM_LIMIT if receive_buffer is None else _SMALL_STREAM_LIMIT)
            return asyncio.StreamReaderProtocol(reader, take)

        if network is not None:
            await network.connect(made, remote=(address, port), local=local)
        else:
            dialed = await _dialed(address, port, local, receive_buffer)
            await loop.create_connection(made, sock=dialed)
        return cls(*await opened)

    async def __aenter__(self) -> Self:
        """Return the peer itself."""
        return self

    async def __aexit__(self, *error: object) -> None:
        """Close the connection."""
        await self.close()

    # What it says.

    async def send(self, *messages: bytes | Message) -> None:
        """Send octets, which may be anything, and messages; wait while the connection is full."""
        self.writer.write(b"".join(each if isinstance(each, bytes) else encode_message(each) for each in messages))
        await self.writer.drain()

    async def trickle(self, octets: bytes, *, every: float = 1.0, at_once: int = 1) -> None:
        """Send ``octets`` a few at a time, ``every`` so many seconds, until they or the connection end."""
        for start in range(0, len(octets), at_once):
            if self.writer.transport.is_closing():
                return
            self.writer.write(octets[start : start + at_once])
            await asyncio.sleep(every)

    async def establish(self, own: bytes | Open) -> bytes:
        """Bring the session up with the OPEN ``own``; return the body of the OPEN that was heard."""
        await self.send(own)
        heard = await self.expect(MessageType.OPEN)
        await self.send(_KEEPALIVE)
        kind, body = await self.receive()
        if kind != MessageType.KEEPALIVE:
            raise AssertionError(f"type {kind} came where KEEPALIVE was expected: {body.hex()}")
        return heard

    async def keep_alive(self, seconds: float, *, every: float = 1.0) -> list[tuple[int, bytes]]:
        """Send KEEPALIVEs for so long; return what was heard meanwhile, type and body of each message."""
        loop = asyncio.get_running_loop()
        end, heard = loop.time() + seconds, list[tuple[int, bytes]]()
        while (left := end - loop.time()) > 0:
            await self.send(_KEEPALIVE)
            with suppress(TimeoutError):
                async with asyncio.timeout(min(every, left)):
                    while True:
                        heard.append(await self._next())
        return heard

    # What it hears.

    async def receive(self) -> tuple[int, bytes]:
        """Return type and body of the next message, whatever it is."""
        async with asyncio.timeout(PATIENCE):
            return await self._next()

    async def expect(self, kind: int) -> bytes:
        """Return the body of the next message but for KEEPALIVEs, which must be of the type ``kind``."""
        while True:
            heard, body = await self.receive()
            if heard == kind:
                return body
            if heard != MessageType.KEEPALIVE:
                raise AssertionError(f"type {heard} came where {kind} was expected: {body.hex()}")

    async def expect_notification(self) -> tuple[int, int]:
        """Return code and subcode of the NOTIFICATION that must come next, and see that the connection ends."""
        body = await self.expect(MessageType.NOTIFICATION)
        await self.expect_end()
        return body[0], body[1]

    async def expect_end(self) -> None:
        """See that the connection ends without another word."""
        async with asyncio.timeout(PATIENCE):
            try:
                rest = await self.reader.read()
            except ConnectionError:
                rest = b""
        if rest:
            raise AssertionError(f"{rest.hex()} came where the connection was to end")
        await self.close()

    # How it treats the connection.

    def stall(self) -> None:
        """Read nothing from now on: first the kernel's buffers fill, then the sender's."""
        self._transport.pause_reading()

    def resume(self) -> None:
        """Read again after `stall`."""
        self._transport.resume_reading()

    def half_close(self) -> None:
        """End our direction; the other one goes on."""
        self.writer.write_eof()

    def reset(self) -> None:
        """Drop the connection as a crashed process does: the other side gets a reset."""
        transport = self._transport
        if isinstance(transport, VirtualTransport):
            transport.reset()
            return
        own: socket.socket | None = transport.get_extra_info("socket")
        if own is not None and own.fileno() >= 0:
            own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()

    async def close(self) -> None:
        """Close the connection."""
        self.writer.close()
        with suppress(OSError):
            await self.writer.wait_closed()

    @property
    def _transport(self) -> asyncio.Transport:
        transport = self.writer.transport
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("a peer needs a stream that reads and writes")
        return transport

    async def _next(self) -> tuple[int, bytes]:
        header = await self.reader.readexactly(_HEADER_LENGTH)
        if header[:16] != MARKER:
            raise AssertionError(f"no message begins with {header.hex()}")
        return header[18], await self.reader.readexactly(int.from_bytes(header[16:18]) - _HEADER_LENGTH)


async def _dialed(address: str, port: int, local: str | None, receive_buffer: int | None) -> socket.socket:
    made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.setblocking(False)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if receive_buffer is not None:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if local is not None:
            made.bind((local, 0))
        await asyncio.get_running_loop().sock_connect(made, (address, port))
    except BaseException:
        made.close()
        raise
    return made
