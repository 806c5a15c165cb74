"""A proxy that on request lets questions pass and keeps the answers, as a network does that fails at a bad moment."""

import asyncio
import contextlib
from types import TracebackType
from typing import Self


class DeafProxy:
    """Listens on loopback and passes everything on to a port, while the context lasts."""

    def __init__(self, port: int) -> None:
        """Pass on to ``port``."""
        self.port = 0
        self.kept = 0
        """How many octets of answers were kept back."""
        self._target = port
        self._deaf = False
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        """Listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End every connection."""
        assert self._server
        self._server.close()
        self.cut()
        await self._server.wait_closed()

    def deafen(self) -> None:
        """Keep every answer back from now on."""
        self._deaf = True

    def cut(self) -> None:
        """End every connection at once; new ones are served."""
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers |= {writer, far_writer}
        with contextlib.suppress(ConnectionError):
            await asyncio.gather(
                self._pass_on(reader, far_writer, answers=False), self._pass_on(far_reader, writer, answers=True)
            )
        self._writers -= {writer, far_writer}

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool) -> None:
        while octets := await reader.read(65536):
            if answers and self._deaf:
                self.kept += len(octets)
            else:
                writer.write(octets)
                await writer.drain()
        writer.close()
