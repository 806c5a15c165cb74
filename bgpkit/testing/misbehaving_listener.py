"""Where a misbehaving peer waits for the connections that a speaker opens."""

import asyncio
from typing import Self

from bgpkit.testing.ear import Ear
from bgpkit.testing.misbehaving_peer import PATIENCE, MisbehavingPeer
from bgpkit.testing.virtual_host import VirtualHost, VirtualListener


class MisbehavingListener:
    """Accepts connections and does nothing with them until a test asks for one; an asynchronous context manager.

    The end closes what was accepted.
    """

    def __init__(self, address: str, port: int = 0, *, network: VirtualHost | None = None) -> None:
        """Describe a listener at ``address`` and ``port`` (0: one that is free).

        Over TCP, or at the host ``network`` of a virtual network.
        """
        self._place = (address, port)
        self._network = network
        self._server: asyncio.Server | VirtualListener | None = None
        self._waiting: asyncio.Queue[MisbehavingPeer] = asyncio.Queue()
        self._all: list[MisbehavingPeer] = []
        self._closed = False

    @property
    def port(self) -> int:
        """The port on which it listens; RuntimeError before it does."""
        match self._server:
            case VirtualListener():
                return self._server.addresses[0][1]
            case asyncio.Server():
                return int(self._server.sockets[0].getsockname()[1])
            case _:
                raise RuntimeError("it does not listen; use it inside 'async with'")

    @property
    def accepted(self) -> int:
        """How many connections have come."""
        return len(self._all)

    async def __aenter__(self) -> Self:
        """Start to listen."""
        if self._network is not None:
            self._server = await self._network.listen(self._made, *self._place)
        else:
            self._server = await asyncio.get_running_loop().create_server(self._made, *self._place)
        return self

    async def __aexit__(self, *error: object) -> None:
        """Stop to listen and close what was accepted."""
        if self._server is not None:
            self._server.close()
        self._closed = True
        for peer in self._all:
            await peer.close()

    async def accept(self) -> MisbehavingPeer:
        """Return the next connection."""
        async with asyncio.timeout(PATIENCE):
            return await self._waiting.get()

    def _made(self) -> asyncio.StreamReaderProtocol:
        return asyncio.StreamReaderProtocol(Ear(), self._take)

    def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = MisbehavingPeer(reader, writer)
        if self._closed:
            peer.reset()
            return
        self._all.append(peer)
        self._waiting.put_nowait(peer)
