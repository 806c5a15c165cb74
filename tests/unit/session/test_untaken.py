"""What the kernel tells of octets on their way."""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bgpkit.session.untaken import octets_untaken
from tests.support.scripted_peer import eventually


@asynccontextmanager
async def _connected(receive_buffer: int) -> AsyncGenerator[tuple[asyncio.Transport, socket.socket]]:
    """Give a transport, and the socket of the other end, on which nobody reads."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as end:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        end.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(end, server.getsockname())
        accepted, _ = server.accept()
        transport, _ = await loop.create_connection(asyncio.Protocol, sock=accepted)
        try:
            yield transport, end
        finally:
            transport.abort()
            await asyncio.sleep(0)


async def test_what_the_other_end_has_acknowledged_is_taken() -> None:
    """Its kernel takes a little for it, read or not."""
    async with _connected(65536) as (transport, _):
        transport.write(bytes(1000))
        await eventually(lambda: octets_untaken(transport) == 0, "taken")


async def test_what_the_kernel_keeps_is_not_taken() -> None:
    """Octets that have left the transport, but for which the other end has no room."""
    async with _connected(4096) as (transport, _):
        transport.write(bytes(100_000))
        await asyncio.sleep(0)
        await eventually(lambda: transport.get_write_buffer_size() == 0, "the kernel has them all")
        assert 0 < octets_untaken(transport) < 100_000


async def test_reading_shows_at_once() -> None:
    """A few octets read are progress, long before the kernel asks for more of ours."""
    async with _connected(4096) as (transport, end):
        transport.write(bytes(20_000_000))
        await asyncio.sleep(0.05)
        before, waiting = octets_untaken(transport), transport.get_write_buffer_size()
        assert before > waiting > 0
        for _ in range(4):
            assert await asyncio.get_running_loop().sock_recv(end, 4096)
        await eventually(lambda: octets_untaken(transport) < before, "some were taken")


class _Memory(asyncio.Transport):
    """A transport that has no socket."""

    def __init__(self, waiting: int, beneath: object = None) -> None:
        """Keep ``waiting`` octets; ``beneath`` stands for the socket."""
        super().__init__()
        self.waiting = waiting
        self.beneath = beneath

    def get_write_buffer_size(self) -> int:
        """Return what waits."""
        return self.waiting

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return what is beneath, if anything is."""
        del name
        return self.beneath if self.beneath is not None else default


def test_a_transport_without_a_socket_tells_of_its_buffer() -> None:
    """One in memory, as simulations have it."""
    assert octets_untaken(_Memory(7)) == 7


def test_what_the_kernel_does_not_tell_is_left_out() -> None:
    """What is no TCP socket gives the transport's own word."""
    with Path(os.devnull).open("rb") as other:
        assert octets_untaken(_Memory(7, other)) == 7


async def test_a_closed_socket_has_nothing_to_tell() -> None:
    """After its end only the transport's own word counts."""
    async with _connected(4096) as (transport, _):
        transport.abort()
        await asyncio.sleep(0.01)
        assert octets_untaken(transport) == 0
