"""One client at the local socket."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing, suppress
from typing import Final, TypeAlias

import structlog

from bgpkit.control.error import ControlError
from bgpkit.control.protocol import Request, Words, end_line, error_line, item_lines, read_request
from bgpkit.errors import BgpError

Answer: TypeAlias = AsyncGenerator[list[str], None]
"""Items, each JSON already, as many at a time as are to be sent at once; between them others have their turn."""
Answerer: TypeAlias = Callable[[Words], Answer]
"""Answers a request; ControlError, ConfigError and ValueError become its error."""

UNSENT: Final = 262_144
"""Octets that wait for a slow client before its answer waits."""


class ClientConnection:
    """Reads the requests of one client and answers them, until it closes or says something that is none."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        answerers: Mapping[str, Answerer],
        greeting: bytes,
    ) -> None:
        """Serve a client by ``answerers``."""
        self._reader = reader
        self._writer = writer
        self._answerers = answerers
        self._greeting = greeting
        self._log = structlog.get_logger("bgpkit.control")
        self._loop = asyncio.get_running_loop()
        self.moved = self._loop.time()
        """When the client last took or said something."""
        writer.transport.set_write_buffer_limits(high=UNSENT)

    @property
    def unsent(self) -> int:
        """Octets that wait for the client to take them."""
        return self._writer.transport.get_write_buffer_size()

    async def serve(self) -> None:
        """Serve until the client has gone."""
        with suppress(ConnectionError, BrokenPipeError):
            await self._send(self._greeting)
            line = await self._line()
            while line:
                try:
                    request = read_request(line)
                except ControlError as error:
                    await self._send(error_line(None, str(error)))
                    return
                line = await self._answered(request)

    def abort(self) -> None:
        """Close at once; what has not been sent is not sent."""
        self._writer.transport.abort()

    async def _answered(self, request: Request) -> bytes:
        """Answer a request while the client is there; return its next line."""
        answering = self._loop.create_task(self._answer(request))
        listening = self._loop.create_task(self._line())
        try:
            await asyncio.wait((answering, listening), return_when=asyncio.FIRST_COMPLETED)
            if listening.done() and not listening.result():
                return b""
            await answering
            return await listening
        finally:
            for task in (answering, listening):
                task.cancel()
            await asyncio.gather(answering, listening, return_exceptions=True)

    async def _line(self) -> bytes:
        """Return the next line; nothing when the client has closed, or goes on without an end."""
        try:
            line = await self._reader.readline()
        except ValueError:
            await self._send(error_line(None, "a request is one short line"))
            return b""
        self.moved = self._loop.time()
        return line if line.endswith(b"\n") else b""

    async def _answer(self, request: Request) -> None:
        answerer = self._answerers.get(request.do)
        if answerer is None:
            known = ", ".join(sorted(self._answerers))
            await self._send(error_line(request.id, f"there is no request {request.do!r}; known: {known}"))
            return
        try:
            async with aclosing(answerer(request.words)) as answer:
                async for items in answer:
                    if items:
                        await self._send(item_lines(request.id, items))
        except (BgpError, ValueError) as error:
            last = error_line(request.id, str(error))
        except ConnectionError:
            raise
        except Exception:
            self._log.exception("control.failed", request=request.do)
            last = error_line(request.id, "the speaker failed to answer that; its log says more")
        else:
            last = end_line(request.id)
        await self._send(last)

    async def _send(self, octets: bytes) -> None:
        self._writer.write(octets)
        await self._writer.drain()
        self.moved = self._loop.time()
