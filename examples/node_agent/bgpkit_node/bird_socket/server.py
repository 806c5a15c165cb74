"""The Unix socket: any number of commands a client, some clients at once, none of which can hold the agent up."""

import asyncio
import contextlib
import socket
from pathlib import Path
from typing import Final, Self

import structlog
from structlog.typing import FilteringBoundLogger

from bgpkit import BgpError
from bgpkit_node.bird_socket.commands import Commands
from bgpkit_node.bird_socket.framing import Framer, refused
from bgpkit_node.cni.socket_file import SocketFile
from bgpkit_node.errors import NodeError

MAXIMUM_COMMAND: Final = 4096
"""Octets of a command, as in BIRD."""
MAXIMUM_CLIENTS: Final = 64
PATIENCE: Final = 30.0
"""Seconds that a client may take nothing of an answer that waits for it."""
_CHUNK: Final = 1 << 15
_LIMIT: Final = 1 << 16
"""Octets of an answer that wait for a slow client at most; the rest is made when it has taken them."""

_log: FilteringBoundLogger = structlog.get_logger("bgpkit_node.bird_socket")


class BirdSocket:
    """Serves :class:`Commands` on a Unix socket that only its owner can open; a context manager."""

    def __init__(self, path: Path, commands: Commands, *, patience: float = PATIENCE) -> None:
        """Serve on ``path`` once entered."""
        self._path = path
        self._commands = commands
        self._patience = patience
        self._file = SocketFile(path)
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Begin to listen. NodeError, in one sentence, when something answers there or it cannot be used."""
        await asyncio.to_thread(_check_unserved, self._path)
        listener = self._file.open()
        self._server = await asyncio.start_unix_server(self._accept, sock=listener, limit=MAXIMUM_COMMAND)
        return self

    async def __aexit__(self, *exception: object) -> None:
        """Stop listening, let go of all clients, and remove the socket."""
        if self._server is None:
            return
        self._server.close()
        for client in self._clients:
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        self._server = None
        self._file.close()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._clients) >= MAXIMUM_CLIENTS:
            writer.close()
            return
        client = asyncio.ensure_future(self._serve(reader, writer))
        self._clients.add(client)
        client.add_done_callback(self._clients.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.set_write_buffer_limits(high=_LIMIT)
        try:
            await self._send(writer, Framer().framed(self._commands.greeting))
            while command := await reader.readuntil(b"\n"):
                await self._answer(writer, command.decode(errors="replace").strip())
        except asyncio.IncompleteReadError:  # half a command is none
            await self._finish(writer)
        except asyncio.LimitOverrunError:  # what follows cannot be told apart
            writer.write(Framer().framed(refused(9000, "Command too long")))
            await self._finish(writer)
        except (OSError, TimeoutError):
            _log.debug("bird_socket.client_vanished")
        except BgpError as error:  # the speaker stops in the middle of an answer
            _log.debug("bird_socket.answer_broken_off", reason=str(error))
        except Exception:
            _log.exception("bird_socket.command_failed")
        finally:
            # What waits for a client that takes nothing must not hold up the end.
            writer.transport.abort()

    async def _finish(self, writer: asyncio.StreamWriter) -> None:
        """Let the client, which sends no more, take what is still on its way."""
        writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(self._patience):
                await writer.wait_closed()

    async def _answer(self, writer: asyncio.StreamWriter, command: str) -> None:
        framer, waiting = Framer(), bytearray()
        async for line in self._commands.answer(command):
            waiting += framer.framed(line)
            if len(waiting) >= _CHUNK:
                await self._send(writer, bytes(waiting))
                waiting.clear()
        await self._send(writer, bytes(waiting))

    async def _send(self, writer: asyncio.StreamWriter, octets: bytes) -> None:
        writer.write(octets)
        async with asyncio.timeout(self._patience):
            await writer.drain()


def _check_unserved(path: Path) -> None:
    """Raise NodeError when someone answers on ``path``: a file left behind by a process that is gone is nobody."""
    with socket.socket(socket.AF_UNIX) as probe, contextlib.suppress(OSError):
        probe.settimeout(1.0)
        probe.connect(str(path))
        raise NodeError(
            f"something answers on {path} already, a BIRD perhaps; "
            "stop it, or choose another path with --bird-socket, or none for no such socket"
        )
