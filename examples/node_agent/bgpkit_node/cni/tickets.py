"""Calls of the CNI executable that come through files, because a shell opens no Unix socket.

``front.sh`` says how they go. Each ticket is for one call, and has a FIFO that is open for writing here and nowhere
else. Whatever happens to the agent, who reads from it comes to an end; whatever happens to the reader, the agent sees
that it has gone. The first line in it says that the call was taken, and outlives the agent: without it nothing was
done. What the files say is judged by ``shim.converse``, as a call that Python hands over.
"""

import asyncio
import contextlib
import fcntl
import json
import os
import time
from collections.abc import Awaitable, Callable, Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog
from structlog.typing import FilteringBoundLogger

from bgpkit_node.cni import shim
from bgpkit_node.cni.ticket_folder import TicketFolder
from bgpkit_node.cni.unless_gone import unless_gone

Answering = Callable[[bytes], Awaitable[Mapping[str, object]]]
"""Returns the answer to a request, a line of JSON: ``{"result": ...}`` or ``{"error": ...}``."""

COUNT: Final = 64
"""Calls at a time; for more the executable asks by the socket."""
LONGEST: Final = 1 << 18
"""Octets of the longest call; a longer one comes by the socket."""
LEFT_SECONDS: Final = 10.0
"""After how long what a killed caller has left is removed, and what is broken is mended."""
_VARIABLES: Final = (
    shim.SOCKET_VARIABLE,
    "CNI_COMMAND",
    "CNI_CONTAINERID",
    "CNI_NETNS",
    "CNI_IFNAME",
    "CNI_ARGS",
)
_HEAD: Final = 1 + len(_VARIABLES)
"""Lines of a call before its configuration: the socket that the caller has found, and these variables."""
_TAKEN: Final = b"taken\n"
"""Says that the work begins: a caller that has read it never asks again."""
_PIPE: Final = 65536
"""Octets that a pipe holds from the beginning."""
_PAGE: Final = 4096
_log: FilteringBoundLogger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Call:
    socket: str
    environment: Mapping[str, str]
    config: bytes


class Tickets:
    """Serves calls in ``directory``, made for it and removed after."""

    def __init__(self, directory: Path, answer: Answering) -> None:
        """Touch nothing before it is opened."""
        self._directory = directory
        self._folder = TicketFolder(directory)
        self._answer = answer
        self._is_open = False
        self._bell = -1
        self._free: dict[str, int] = {}
        self._busy: dict[str, int] = {}
        self._calls: set[asyncio.Task[None]] = set()
        self._suspects: frozenset[str] = frozenset()
        self._swept = 0.0
        self._told = ""

    def open(self) -> None:
        """Lay out the tickets; where that cannot be, say so in the log: the socket serves all calls.

        Nobody else may serve the directory: what lies there is of a dead agent.
        """
        self._is_open = True
        self._swept = time.monotonic()
        try:
            self._bell = self._folder.open()
            asyncio.get_running_loop().add_reader(self._bell, self._rung)
            self._lay_out()
        except OSError as error:
            self._stop()
            reason = error.strerror or str(error)
            if reason != self._told:
                _log.warning("agent.no_tickets", directory=str(self._directory), reason=reason)
            self._told = reason
        else:
            self._told = ""

    async def close(self) -> None:
        """Cancel the calls that run, wait for them, and remove the directory."""
        if not self._is_open:
            return
        self._is_open = False
        served = self._bell >= 0
        self._stop()
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)
        while self._busy:  # of those that were cancelled before they began
            os.close(self._busy.popitem()[1])
        if served:
            with contextlib.suppress(OSError):
                self._folder.close()

    def sweep(self) -> None:
        """Remove what a killed caller has left, and mend what is broken, at most once in ``LEFT_SECONDS``.

        Left is what was there the last time too.
        """
        now = time.monotonic()
        if not self._is_open or now - self._swept < LEFT_SECONDS:
            return
        self._swept = now
        if self._bell < 0:
            self.open()
            return
        with self._mending():
            found = self._folder.names()
            for name in self._free.keys() - found:
                os.close(self._free.pop(name))
            unused = {name for name in self._free if not self._folder.is_claimed(name)}
            suspects = frozenset(found - unused - self._busy.keys())
            for name in suspects & self._suspects:
                if name in self._free:
                    os.close(self._free.pop(name))
                self._folder.remove(name)
            self._suspects = suspects
            self._lay_out()

    @contextlib.contextmanager
    def _mending(self) -> Generator[None]:
        """Begin anew when the files are not what they were; the calls that run go on."""
        try:
            yield
        except OSError as error:
            reason = error.strerror or str(error)
            _log.warning("agent.tickets_broken", directory=str(self._directory), reason=reason)
            self._stop()
            self.open()

    def _stop(self) -> None:
        """Take no more calls."""
        bell, self._bell = self._bell, -1
        if bell >= 0:
            asyncio.get_running_loop().remove_reader(bell)
            os.close(bell)
        while self._free:
            os.close(self._free.popitem()[1])

    def _lay_out(self) -> None:
        while len(self._free) < COUNT:
            name, writer = self._folder.add()
            self._free[name] = writer

    def _rung(self) -> None:
        """Begin the calls whose tickets are named on the bell."""
        words = b""
        with contextlib.suppress(BlockingIOError):
            words = os.read(self._bell, _PIPE)
        for word in words.split():
            name = word.decode(errors="replace")
            writer = self._free.pop(name, -1)
            if writer >= 0:
                self._busy[name] = writer
                call = asyncio.ensure_future(self._serve(name, writer))
                self._calls.add(call)
                call.add_done_callback(self._calls.discard)

    async def _serve(self, name: str, writer: int) -> None:
        loop = asyncio.get_running_loop()
        gone: asyncio.Future[None] = loop.create_future()
        try:
            call = _read_call(self._folder.read(name, LONGEST))
            # The writing end of a pipe is never readable: it wakes when the last reader has gone.
            loop.add_reader(writer, _once, gone)
            if call is not None and _fits(writer, call):
                await self._converse(call, writer, gone)
        except OSError:
            _log.debug("agent.client_vanished")
        finally:
            loop.remove_reader(writer)
            os.close(self._busy.pop(name))
            loop.call_soon(self._replace, name)  # the caller need not wait for that

    async def _converse(self, call: _Call, writer: int, gone: asyncio.Future[None]) -> None:
        """Answer, unless Python is to ask; ConnectionResetError or BrokenPipeError when the caller has gone."""
        conversation = shim.converse(call.environment, call.config)
        taken = _TAKEN
        try:
            question = next(conversation)
            if question.path != call.socket:
                return
            os.write(writer, taken)
            taken = b""
            try:
                async with asyncio.timeout(shim.ANSWER_SECONDS):
                    answer = await unless_gone(self._ask(question), gone, gone.done)
            except TimeoutError:
                conversation.throw(shim.too_late(question.path))
            else:
                conversation.send(answer)
        except StopIteration as end:
            status, output = end.value
            os.write(writer, taken + f"{status}\n{output or chr(10)}".encode())

    async def _ask(self, question: shim.Question) -> Mapping[str, object]:
        return await self._answer(json.dumps(question.request).encode())

    def _replace(self, name: str) -> None:
        """Lay out a ticket for one that was used."""
        if self._bell >= 0:
            self._folder.remove(name)
            with self._mending():
                self._lay_out()
            self.sweep()


def _read_call(octets: bytes) -> _Call | None:
    """Return the call that was written; None when it is not written as it should be."""
    lines = octets.split(b"\n", _HEAD)
    if len(octets) > LONGEST or len(lines) <= _HEAD:
        return None
    socket, *values = map(os.fsdecode, lines[:_HEAD])
    environment = {name: value for name, value in zip(_VARIABLES, values, strict=True) if value}
    return _Call(socket, environment, lines[_HEAD])


def _fits(writer: int, call: _Call) -> bool:
    """Tell whether the pipe takes the whole answer at once, in which earlier plugins' results are repeated."""
    wanted = 4 * len(call.config) + _PAGE
    if wanted > _PIPE:
        try:
            fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, wanted)
        except OSError:
            return False
    return True


def _once(gone: asyncio.Future[None]) -> None:
    if not gone.done():
        gone.set_result(None)
