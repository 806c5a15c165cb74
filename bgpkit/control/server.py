"""The local socket of a speaker, for commands of the same machine."""

import asyncio
import os
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import structlog

from bgpkit.control.connection import Answerer, ClientConnection
from bgpkit.control.listening import ListeningSocket
from bgpkit.control.protocol import LONGEST_REQUEST, error_line, greeting

CLIENTS: Final = 32
"""Clients at a time, at most."""
STALLED: Final = 5.0
"""Seconds without taking or saying anything after which a client gives way when all places are taken."""


class ControlServer:
    """Answers at a Unix socket, closed to other users; an asynchronous context manager.

    No client can hurt the speaker: there are 32 at most, a request has 64 KiB at most, an answer waits for its
    reader with some hundred kilobytes unsent, and is made in slices. When all places are taken, a client that has
    not moved for five seconds gives way to a new one.
    """

    def __init__(self, answerers: Mapping[str, Answerer], place: Path | ListeningSocket, *, group: str = "") -> None:
        """Answer by ``answerers`` at a path, also to members of ``group``; or at a socket that is there already."""
        self._answerers = answerers
        self._place = place
        self._group = group
        self._listening: ListeningSocket | None = None
        self._server: asyncio.Server | None = None
        self._clients: dict[asyncio.Task[None], ClientConnection] = {}
        self._log = structlog.get_logger("bgpkit.control")

    @property
    def clients(self) -> int:
        """How many clients are connected."""
        return len(self._clients)

    @property
    def unsent(self) -> int:
        """Octets that wait for clients to take them."""
        return sum(client.unsent for client in self._clients.values())

    async def start(self) -> None:
        """Begin to listen; ControlError says what stands in the way."""
        place = self._place
        self._listening = ListeningSocket(place, self._group) if isinstance(place, Path) else place
        try:
            self._server = await asyncio.start_unix_server(
                self._connected, sock=self._listening.socket, limit=LONGEST_REQUEST
            )
        except BaseException:
            self._listening.close()
            raise

    async def close(self) -> None:
        """Close the socket and all connections."""
        server, self._server = self._server, None
        listening, self._listening = self._listening, None
        if server is None or listening is None:
            return
        server.close()
        listening.close()
        for task, client in tuple(self._clients.items()):
            client.abort()
            task.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close."""
        await self.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._clients) >= CLIENTS and not self._made_room():
            writer.write(error_line(None, f"{CLIENTS} clients are connected already; close one of them"))
            writer.close()
            return
        client = ClientConnection(reader, writer, self._answerers, greeting(version("bgpkit"), os.getpid()))
        task = asyncio.current_task()
        if task is None:
            return
        self._clients[task] = client
        try:
            await client.serve()
        except asyncio.CancelledError:
            client.abort()  # ours to end: nobody waits for this task but close
        finally:
            del self._clients[task]
            writer.close()

    def _made_room(self) -> bool:
        """Close the client that has not moved for longest, if that is long."""
        task, client = min(self._clients.items(), key=lambda each: each[1].moved)
        if asyncio.get_running_loop().time() - client.moved < STALLED:
            return False
        self._log.warning("control.client_dropped", reason="it takes nothing, and others want its place")
        client.abort()
        task.cancel()
        return True
