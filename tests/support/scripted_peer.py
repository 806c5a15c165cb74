"""A BGP peer that says what a test tells it to, over a real socket, and keeps what it hears."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Self

from tests.support import octets

PATIENCE = 30.0
"""Seconds that a test waits for what must come; the machine may be busy."""


async def eventually(condition: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    """Look until a condition holds; fail with a sentence naming what was awaited after ``patience`` seconds."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience
    while not condition():
        if loop.time() > deadline:
            raise AssertionError(f"{what}: not within {patience:g} seconds")
        await asyncio.sleep(0.002)


class ScriptedPeer:
    """One end of a TCP connection that carries BGP."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak over a connection that is open."""
        self.reader = reader
        self.writer = writer
        self.heard_open = b""
        """The body of the OPEN that was heard."""

    @classmethod
    async def dial(cls, address: str, port: int, *, local: str, receive_buffer: int | None = None) -> Self:
        """Connect from the address ``local``; ``receive_buffer`` bounds what the kernel takes in for us, in octets."""
        made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        made.setblocking(False)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if receive_buffer is not None:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        made.bind((local, 0))
        await asyncio.get_running_loop().sock_connect(made, (address, port))
        return cls(*await asyncio.open_connection(sock=made, limit=4096 if receive_buffer else 2**20))

    async def __aenter__(self) -> Self:
        """Return the peer itself."""
        return self

    async def __aexit__(self, *error: object) -> None:
        """Close the connection."""
        await self.close()

    async def close(self) -> None:
        """Close the connection."""
        self.writer.close()
        with suppress(OSError):
            await self.writer.wait_closed()

    def reset(self) -> None:
        """Drop the connection as a crash does."""
        self.writer.transport.abort()

    async def send(self, *messages: bytes) -> None:
        """Send messages."""
        self.writer.write(b"".join(messages))
        await self.writer.drain()

    async def receive(self) -> tuple[int, bytes]:
        """Return type and body of the next message, whatever it is."""
        async with asyncio.timeout(PATIENCE):
            header = await self.reader.readexactly(19)
            assert header[:16] == b"\xff" * 16
            return header[18], await self.reader.readexactly(int.from_bytes(header[16:18], "big") - 19)

    async def expect(self, kind: int) -> bytes:
        """Return the body of the next message but for KEEPALIVEs, which must be of the type ``kind``."""
        while True:
            heard, body = await self.receive()
            if heard == kind:
                return body
            assert heard == octets.KEEPALIVE, f"type {heard} came where {kind} was expected: {body.hex()}"

    async def expect_notification(self) -> tuple[int, int]:
        """Return code and subcode of the NOTIFICATION that must come next, and see that the connection ends."""
        body = await self.expect(octets.NOTIFICATION)
        await self.expect_end()
        return body[0], body[1]

    async def expect_end(self) -> None:
        """See that the connection ends without another word."""
        async with asyncio.timeout(PATIENCE):
            try:
                rest = await self.reader.read()
            except ConnectionError:
                rest = b""
        assert rest == b""
        await self.close()

    async def handshake(self, asn: int, identifier: str, *capabilities: bytes, hold_time: int = 90) -> Self:
        """Bring the session up: OPEN and KEEPALIVE out, OPEN and KEEPALIVE in. 4-octet AS is always offered."""
        own = octets.open_message(asn, identifier, octets.four_octet_as(asn), *capabilities, hold_time=hold_time)
        await self.send(own)
        self.heard_open = await self.expect(octets.OPEN)
        await self.send(octets.message(octets.KEEPALIVE))
        assert await self.receive() == (octets.KEEPALIVE, b"")
        return self

    async def update(self) -> octets.HeardUpdate:
        """Return the UPDATE that must come next."""
        return octets.read_update(await self.expect(octets.UPDATE))

    async def routes(self) -> dict[str, octets.HeardUpdate]:
        """Return what is announced until End-of-RIB: prefix to the UPDATE that brought it."""
        found: dict[str, octets.HeardUpdate] = {}
        while not (heard := await self.update()).is_end_of_rib:
            found.update(dict.fromkeys(heard.announced, heard))
            for prefix in heard.withdrawn:
                found.pop(prefix, None)
        return found


class ScriptedListener:
    """Waits at an address for the connections that a speaker opens."""

    def __init__(self, address: str) -> None:
        """Describe a listener at ``address``, on whatever port is free."""
        self._address = address
        self._server: asyncio.Server | None = None
        self._waiting: asyncio.Queue[ScriptedPeer] = asyncio.Queue()
        self._all: list[ScriptedPeer] = []
        self._closed = False

    @property
    def port(self) -> int:
        """The port on which it listens."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def __aenter__(self) -> Self:
        """Start to listen."""
        self._server = await asyncio.start_server(self._take, self._address, 0)
        return self

    async def __aexit__(self, *error: object) -> None:
        """Stop to listen and close what was accepted."""
        assert self._server is not None
        self._server.close()
        self._closed = True
        for peer in self._all:
            await peer.close()

    @property
    def accepted(self) -> int:
        """How many connections have come."""
        return len(self._all)

    async def accept(self) -> ScriptedPeer:
        """Return the next connection."""
        async with asyncio.timeout(PATIENCE):
            return await self._waiting.get()

    def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = ScriptedPeer(reader, writer)
        if self._closed:
            peer.reset()
            return
        self._all.append(peer)
        self._waiting.put_nowait(peer)
