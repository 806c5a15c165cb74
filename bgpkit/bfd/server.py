"""BFD for speakers in other processes: a Unix socket before a `BfdService`."""

import asyncio
import errno
import os
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import structlog

from bgpkit.bfd.errors import BfdError
from bgpkit.bfd.service import BfdService, BfdWatch
from bgpkit.bfd.words import LONGEST_LINE, Words, line_of, path_of, plain_liveness, words_of
from bgpkit.errors import ConfigError
from bgpkit.speaker import Liveness

_BACKLOG: Final = 16
_UNREAD: Final = 4 * LONGEST_LINE
"""Octets that a client may leave unread before it is hung up on."""
_PROBE_SECONDS: Final = 2.0


class BfdServer:
    """Lets clients on a Unix socket watch paths; an asynchronous context manager."""

    def __init__(self, service: BfdService, path: Path) -> None:
        """Serve ``service``, which runs already, at ``path``."""
        self._service = service
        self._path = path
        self._instance = secrets.token_hex(8)
        self._server: asyncio.Server | None = None
        self._clients: dict[asyncio.Task[object], asyncio.StreamWriter] = {}
        self._log = structlog.get_logger("bgpkit.bfd")

    async def __aenter__(self) -> Self:
        """Start to listen; ConfigError says what stands in the way."""
        listener = _listener(self._path)
        self._server = await asyncio.start_unix_server(self._serve, sock=listener, limit=LONGEST_LINE)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Hang up, and take the socket away."""
        if self._server is not None:
            self._server.close()
        with suppress(FileNotFoundError):
            self._path.unlink()
        for client in self._clients.values():
            client.transport.abort()
        if self._clients:
            await asyncio.wait(tuple(self._clients))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._clients[task] = writer
            task.add_done_callback(self._clients.pop)
        watches: dict[int, BfdWatch] = {}
        try:
            self._say(writer, {"say": "hello", "instance": self._instance})
            while line := await reader.readline():
                self._obey(words_of(line), watches, writer)
        except (BfdError, ValueError) as error:  # ValueError: a line without end
            self._log.warning("bfd.client_refused", reason=str(error))
        except ConnectionError:
            pass
        finally:
            for watch in watches.values():
                watch.release(keep=True)
            writer.close()

    def _obey(self, words: Words, watches: dict[int, BfdWatch], writer: asyncio.StreamWriter) -> None:
        match words:
            case {"do": "watch", "watch": int(number), "path": path}:
                self._watch(number, path, watches, writer)
            case {"do": "release", "watch": int(number)}:
                watch = watches.pop(number, None)
                if watch is not None:
                    watch.release(keep=False)
            case {"do": "status"}:
                sessions = [asdict(session) for session in self._service.sessions()]
                self._say(writer, {"say": "status", "sessions": sessions})
            case _:
                raise BfdError(f"a client says what is not known: {words.get('do')!r}")

    def _watch(self, number: int, plain: object, watches: dict[int, BfdWatch], writer: asyncio.StreamWriter) -> None:
        path = path_of(plain)
        watch = watches.get(number)
        try:
            if watch is None:
                watch = watches[number] = self._service.watch(path, self._teller(number, writer))
            else:
                watch.change(path.options)
        except ConfigError as error:
            self._say(writer, {"say": "refused", "watch": number, "reason": str(error)})
        else:
            self._teller(number, writer)(watch.liveness)

    def _teller(self, number: int, writer: asyncio.StreamWriter) -> Callable[[Liveness], None]:
        def tell(liveness: Liveness) -> None:
            self._say(writer, {"say": "liveness", "watch": number, "liveness": plain_liveness(liveness)})

        return tell

    def _say(self, writer: asyncio.StreamWriter, words: Words) -> None:
        if writer.transport.is_closing():
            return
        if writer.transport.get_write_buffer_size() > _UNREAD:
            self._log.warning("bfd.client_refused", reason="it does not read")
            writer.transport.abort()
            return
        writer.write(line_of(words))


def _listener(path: Path) -> socket.socket:
    """Return a socket at ``path`` that only its owner may connect to; one that nobody listens at is replaced."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        try:
            _bind(made, path)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            _see_nobody_listens(path)
            path.unlink()
            _bind(made, path)
        made.listen(_BACKLOG)
        made.setblocking(False)
    except OSError as error:
        made.close()
        raise ConfigError(f"the socket {path}: {error.strerror or error}; {_cure(error)}") from error
    except BaseException:
        made.close()
        raise
    return made


def _bind(listener: socket.socket, path: Path) -> None:
    former = os.umask(0o177)
    try:
        listener.bind(os.fspath(path))
    finally:
        os.umask(former)


def _see_nobody_listens(path: Path) -> None:
    """Raise ConfigError when ``path`` is a living program's, or no socket at all."""
    if not path.is_socket():
        raise ConfigError(f"{path} is there and is no socket; give another path")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(_PROBE_SECONDS)
        try:
            probe.connect(os.fspath(path))
        except ConnectionRefusedError:
            return
        except OSError as error:
            raise ConfigError(f"the socket {path} cannot be looked into: {error.strerror or error}") from error
    raise ConfigError(f"another bgpkit bfd listens at {path}; stop it, or give another path")


def _cure(error: OSError) -> str:
    match error.errno:
        case errno.ENOENT:
            return "make its folder first"
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return "give a path in a folder that you may write to"
        case None:
            return "a shorter path may do"
        case _:
            return "give another path"
