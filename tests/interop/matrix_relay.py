"""A relay between our speaker and the daemon that spoils what we say, so that the daemon has to answer it."""

import asyncio
import socket
import struct
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress

from bgpkit.transport import TransportOptions
from tests.interop.matrix_neighbors import Neighbor

Spoil = Callable[[int, int, bytes], bytes]
"""Takes the number of one of our messages, its type and its octets, and returns what the daemon is told instead."""
_HEADER = 19


@asynccontextmanager
async def relay(neighbor: Neighbor, spoil: Spoil) -> AsyncGenerator[TransportOptions]:
    """Relay connections from our address to the daemon; give the options that make a peer go through it.

    The thread has to be in our namespace.
    """
    open_ends: list[asyncio.StreamWriter] = []
    tasks: list[asyncio.Task[None]] = []

    async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_ends.append(writer)
        try:
            away = await asyncio.open_connection(neighbor.theirs, 179, local_addr=(neighbor.address, 0))
        except OSError:
            writer.close()
            return
        open_ends.append(away[1])
        tasks.append(asyncio.ensure_future(_copy(away[0], writer)))
        tasks.append(asyncio.ensure_future(_spoiled(reader, away[1], spoil)))

    server = await asyncio.start_server(accepted, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    async def dial(address: str, to: int) -> socket.socket:
        del address, to
        made = socket.socket()
        made.setblocking(False)
        await asyncio.get_running_loop().sock_connect(made, ("127.0.0.1", port))
        return made

    try:
        yield TransportOptions(dialer=dial)
    finally:
        server.close()
        for end in open_ends:
            end.close()
        await asyncio.gather(*tasks)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while octets := await reader.read(65536):
            writer.write(octets)
            await writer.drain()
    writer.close()


async def _spoiled(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, spoil: Spoil) -> None:
    number = 0
    with suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            header = await reader.readexactly(_HEADER)
            length, kind = struct.unpack("!HB", header[16:])
            message = header + await reader.readexactly(length - _HEADER)
            writer.write(spoil(number, kind, message))
            number += 1
    writer.close()
