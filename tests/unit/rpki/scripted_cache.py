"""A cache that says what a test tells it to, over a real socket."""

import asyncio
from contextlib import suppress
from typing import Self

from tests.support.scripted_peer import PATIENCE
from tests.unit.rpki import octets
from tests.unit.rpki.machines import ONE, TWO

HOST = "127.0.0.1"


class CacheConnection:
    """The cache's end of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak over a connection that is open."""
        self.reader = reader
        self.writer = writer

    async def hear(self) -> bytes:
        """Return the next PDU of the router."""
        async with asyncio.timeout(PATIENCE):
            header = await self.reader.readexactly(8)
            return header + await self.reader.readexactly(int.from_bytes(header[4:], "big") - 8)

    async def hear_end(self) -> None:
        """See that the router closes the connection."""
        async with asyncio.timeout(PATIENCE):
            with suppress(ConnectionResetError):
                assert await self.reader.read() == b""

    async def say(self, *pdus: bytes) -> None:
        """Send PDUs."""
        self.writer.write(b"".join(pdus))
        await self.writer.drain()

    async def serve(self, *prefixes: bytes, serial: int = 1, session: int = octets.SESSION) -> bytes:
        """Answer the next query with prefixes; return the query."""
        query = await self.hear()
        await self.say(octets.response(session), *prefixes, octets.end(serial, session))
        return query

    async def close(self) -> None:
        """Hang up."""
        self.writer.close()
        with suppress(OSError):
            await self.writer.wait_closed()


class ScriptedCache:
    """Listens on a port of its own, or on one that it had before."""

    def __init__(self, port: int = 0) -> None:
        """Prepare; nothing is heard before it is entered."""
        self.port = port
        self.accepted = 0
        self._connections: asyncio.Queue[CacheConnection] = asyncio.Queue()
        self._all: list[CacheConnection] = []
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        """Listen."""
        self._server = await asyncio.start_server(self._accept, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *error: object) -> None:
        """Hang up and listen no more."""
        if self._server is not None:
            self._server.close()
        for connection in self._all:
            await connection.close()

    async def accept(self, patience: float = PATIENCE) -> CacheConnection:
        """Return the next connection; it must come within ``patience`` seconds."""
        async with asyncio.timeout(patience):
            return await self._connections.get()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        connection = CacheConnection(reader, writer)
        self._all.append(connection)
        self._connections.put_nowait(connection)


BOTH = (ONE, TWO)
