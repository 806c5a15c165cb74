"""The driver of the machine of one cache: socket, clock and slices."""

import asyncio
import contextlib
import os
import socket
import ssl
from collections.abc import Callable
from typing import Final, assert_never

import structlog

from bgpkit.rpki.cache import RtrCache, RtrState
from bgpkit.rpki.effects import (
    CloseConnection,
    PublishTable,
    ReportProblem,
    RtrEffect,
    RtrTimer,
    SendOctets,
    StartTimer,
    StopTimer,
)
from bgpkit.rpki.machine import RtrMachine
from bgpkit.rpki.table import RoaTable

CONNECT_SECONDS: Final = 30.0
"""How long a TCP connection may take to open before the attempt counts as failed."""
FIRST_DELAY: Final = 1.0
"""Seconds from the first failure to the next attempt; each failure after it doubles them."""
LONGEST_DELAY: Final = 60.0
"""Seconds between two attempts at most."""
_READ_LENGTH: Final = 65_536
_SLICE: Final = 1_000
"""PDUs read before others get their turn: a few milliseconds."""
_LINGER_SECONDS: Final = 1.0


class RtrSession:
    """One cache: connects, reads, and connects again, from start to stop."""

    def __init__(self, cache: RtrCache, make_machine: Callable[[], RtrMachine], changed: Callable[[], None]) -> None:
        """Call ``changed`` whenever :attr:`table`, :attr:`fresh` or :attr:`failed` may have changed."""
        self.cache = cache
        self.machine = make_machine()
        self._make_machine = make_machine
        self.fresh = False
        """Whether the cache has sent all its data over the connection that is open."""
        self.failed = False
        """Whether the last connection or query has failed."""
        self.problem = ""
        """Why it failed."""
        self._changed = changed
        self._log = structlog.get_logger("bgpkit.rpki").bind(cache=str(cache))
        self._timers: dict[RtrTimer, asyncio.TimerHandle] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._closing: CloseConnection | None = None
        self._delay = FIRST_DELAY
        self._task: asyncio.Task[None] | None = None

    @property
    def table(self) -> RoaTable | None:
        """The data of the cache, which has not expired."""
        return self.machine.table

    @property
    def running(self) -> bool:
        """Whether the session has been started."""
        return self._task is not None

    def start(self) -> None:
        """Start to connect."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run(), name=f"rtr {self.cache}")

    async def stop(self) -> None:
        """Close the connection and forget the data; no task and no timer is left."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait((task,))
        for timer in tuple(self._timers.values()):
            timer.cancel()
        self._timers.clear()
        self.machine = self._make_machine()
        self.fresh = self.failed = False
        self._delay = FIRST_DELAY

    async def _run(self) -> None:
        while True:
            end = await self._connect()
            self.fresh = False
            self._fail(end.reason)
            if not end.at_once:
                await asyncio.sleep(min(self._delay, self.machine.retry_seconds))
                self._delay = min(self._delay * 2, LONGEST_DELAY)

    async def _connect(self) -> CloseConnection:
        """Open a connection and use it to its end; return why it ended."""
        cache = self.cache
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                reader, writer = await asyncio.open_connection(cache.host, cache.port, ssl=cache.tls)
        except OSError as error:  # TimeoutError is one
            return CloseConnection(f"cannot connect: {_words(error)}")
        self._writer, self._closing = writer, None
        try:
            self._perform(self.machine.connected())
            return await self._use(reader)
        except OSError as error:
            return CloseConnection(_words(error))
        finally:
            self._writer = None
            self._perform(self.machine.disconnected())
            writer.close()

    async def _use(self, reader: asyncio.StreamReader) -> CloseConnection:
        while octets := await reader.read(_READ_LENGTH):
            self.machine.feed(octets)
            more = True
            while more:
                effects, more = self.machine.process(_SLICE)
                self._perform(effects)
                if self._closing is not None:
                    if not self._closing.at_once:
                        await self._linger(reader)
                    return self._closing
                await asyncio.sleep(0)
        return self._closing or CloseConnection("the cache closed the connection")

    async def _linger(self, reader: asyncio.StreamReader) -> None:
        """Let an Error Report reach the cache: a socket closed with octets unread would take it back."""
        if self._writer is None or not self._writer.can_write_eof():
            return
        with contextlib.suppress(OSError):
            async with asyncio.timeout(_LINGER_SECONDS):
                self._writer.write_eof()
                while await reader.read(_READ_LENGTH):
                    pass

    def _perform(self, effects: tuple[RtrEffect, ...]) -> None:
        for effect in effects:
            match effect:
                case SendOctets(octets):
                    if self._writer is not None:
                        self._writer.write(octets)
                case StartTimer(timer, seconds):
                    self._stop_timer(timer)
                    loop = asyncio.get_running_loop()
                    self._timers[timer] = loop.call_later(seconds, self._timer_expired, timer)
                case StopTimer(timer):
                    self._stop_timer(timer)
                case PublishTable(table):
                    self._publish(table)
                case ReportProblem(reason):
                    self._fail(reason)
                case CloseConnection():
                    self._closing = effect
                case _:
                    assert_never(effect)

    def _timer_expired(self, timer: RtrTimer) -> None:
        del self._timers[timer]
        self._perform(self.machine.timer_expired(timer))
        if self._closing is not None and self._writer is not None:
            self._writer.close()  # the reader sees the end

    def _stop_timer(self, timer: RtrTimer) -> None:
        running = self._timers.pop(timer, None)
        if running is not None:
            running.cancel()

    def _publish(self, table: RoaTable | None) -> None:
        if table is None:
            self._log.warning("rpki.data_dropped")
        else:
            self._log.info("rpki.data_complete", roas=len(table), serial=self.machine.serial)
            self.fresh, self.failed, self.problem = True, False, ""
            self._delay = FIRST_DELAY
        self._changed()

    def _fail(self, reason: str) -> None:
        if reason != self.problem:  # told once, not at every attempt
            self._log.warning("rpki.cache_failed", reason=reason)
        self.failed, self.problem = True, reason
        if self.machine.state is RtrState.WAITING:
            self.fresh = False
        self._changed()


def _words(error: OSError) -> str:
    """Return what the system says of an error; numbers of TLS and of name resolution are not the system's."""
    if error.errno and not isinstance(error, (ssl.SSLError, socket.gaierror)):
        return os.strerror(error.errno)
    return error.strerror or str(error) or "no answer"
