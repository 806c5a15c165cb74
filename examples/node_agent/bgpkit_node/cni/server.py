"""The agent's Unix socket: one JSON object a line in, one JSON object a line out.

A request is ``{"request": NAME, ...}`` and its answer ``{"result": {...}}`` or
``{"error": {"code": int, "msg": str, "details": str}}``. A connection may carry several, one after the other.
Whatever a client sends is answered or, when it has gone, forgotten; nothing of it reaches another client.

Beside the socket ``PATH`` lies the directory ``PATH.calls``, another way to the same handlers, for the CNI executable.
"""

import asyncio
import contextlib
import select
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final, Self

import msgspec
import structlog
from structlog.typing import FilteringBoundLogger

from bgpkit_node.cni.code import Code
from bgpkit_node.cni.socket_file import SocketFile
from bgpkit_node.cni.tickets import Tickets
from bgpkit_node.cni.unless_gone import unless_gone
from bgpkit_node.errors import CniError, NodeError

Handler = Callable[[Mapping[str, object]], Awaitable[dict[str, object]]]
"""Takes the request with all its keys, returns the result. A NodeError is answered; anything else is logged too."""

_MAXIMUM_LINE: Final = 1 << 20
_log: FilteringBoundLogger = structlog.get_logger()


class AgentSocket:
    """Serves requests on a Unix socket that only its owner can open; a context manager.

    Closing it cancels the requests that run and waits for their end.
    """

    def __init__(self, path: str | Path, handlers: Mapping[str, Handler] | None = None) -> None:
        """Serve on ``path`` once started; more handlers can be registered at any time."""
        self._file = SocketFile(Path(path))
        self._handlers: dict[str, Handler] = dict(handlers or {})
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()
        self._tickets = Tickets(Path(f"{path}.calls"), self._answer_line)

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(self, *exception: object) -> None:
        """Close."""
        await self.close()

    def register(self, name: str, handler: Handler) -> None:
        """Answer requests called ``name`` by ``handler``; ValueError when the name is taken."""
        if name in self._handlers:
            msg = f"the request {name!r} has a handler"
            raise ValueError(msg)
        self._handlers[name] = handler

    async def start(self) -> None:
        """Begin to listen. NodeError, in one sentence, when a live agent serves the path or it cannot be used."""
        listener = self._file.open()
        self._server = await asyncio.start_unix_server(self._accept, sock=listener, limit=_MAXIMUM_LINE)
        self._tickets.open()

    async def close(self) -> None:
        """Stop listening, cancel what runs, wait for it, and remove the socket; twice is no error."""
        if self._server is None:
            return
        self._server.close()
        for client in self._clients:
            client.cancel()
        await asyncio.gather(self._tickets.close(), *self._clients, return_exceptions=True)
        self._server = None
        self._file.close()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = asyncio.ensure_future(self._serve(reader, writer))
        self._clients.add(client)
        client.add_done_callback(self._clients.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        following = asyncio.ensure_future(_read_line(reader))
        try:
            while line := await following:
                following = asyncio.ensure_future(_read_line(reader))
                answer = await unless_gone(self._answer_line(line), following, lambda: _has_closed(writer))
                writer.write(msgspec.json.encode(answer) + b"\n")
                await writer.drain()
        except ValueError as error:  # a line that is too long: what follows cannot be told apart
            with contextlib.suppress(OSError):
                writer.write(msgspec.json.encode(_refusal(Code.DECODE_FAILURE, str(error))) + b"\n")
                await writer.drain()
                await _swallow(reader)
        except OSError:
            _log.debug("agent.client_vanished")
        finally:
            following.cancel()
            writer.close()
            self._tickets.sweep()
            await asyncio.gather(following, writer.wait_closed(), return_exceptions=True)

    async def _answer_line(self, line: bytes) -> Mapping[str, object]:
        try:
            request = msgspec.json.decode(line, type=dict[str, object])
        except msgspec.DecodeError as error:
            return _refusal(Code.DECODE_FAILURE, "the request is not a JSON object", str(error))
        return await self._answer(request)

    async def _answer(self, request: Mapping[str, object]) -> Mapping[str, object]:
        name = request.get("request")
        handler = self._handlers.get(name) if isinstance(name, str) else None
        if handler is None:
            known = ", ".join(sorted(self._handlers)) or "nothing"
            return _refusal(Code.DECODE_FAILURE, f"the request {name!r} is not known", f"this agent answers {known}")
        try:
            return {"result": await handler(request)}
        except CniError as error:
            return _refusal(error.code, error.msg, error.details)
        except NodeError as error:
            return _refusal(Code.INTERNAL, str(error))
        except Exception as error:
            _log.exception("agent.request_failed", request=name)
            return _refusal(Code.INTERNAL, "a fault of the agent, see its log", f"{type(error).__name__}: {error}")


async def _read_line(reader: asyncio.StreamReader) -> bytes:
    """Return the next line, empty at the end; ValueError when it is too long."""
    try:
        return await reader.readuntil(b"\n")
    except asyncio.IncompleteReadError:
        return b""
    except OSError:
        return b""
    except asyncio.LimitOverrunError as error:
        msg = f"a request has more than {_MAXIMUM_LINE} octets"
        raise ValueError(msg) from error


async def _swallow(reader: asyncio.StreamReader) -> None:
    """Take in what the client still sends, for a second, so that it comes to read its answer."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(1.0):
            while await reader.read(_MAXIMUM_LINE):
                pass


def _has_closed(writer: asyncio.StreamWriter) -> bool:
    """Tell a client that has gone from one that has only ended its own sending."""
    poll = select.poll()
    poll.register(writer.get_extra_info("socket").fileno(), 0)
    return any(event & select.POLLHUP for _, event in poll.poll(0))


def _refusal(code: int, msg: str, details: str = "") -> dict[str, object]:
    return {"error": {"code": int(code), "msg": msg, "details": details}}
