"""One measurement: a daemon, its feeders and sinks, and the clock."""

import gc
import socket
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks._peers_daemon import ASN, CLUSTER_ID, PORT, Daemon
from benchmarks._peers_links import DAEMON, FIRST_SINK, client
from benchmarks._peers_octets import Family
from benchmarks._peers_processes import processor_seconds, resident
from benchmarks._peers_sessions import Session, SessionError, Sessions
from benchmarks._peers_tracking import Goal, Sink

_IDLE: Final = 0.5
"""Seconds without processor time after which a daemon has finished."""
_SETTLE: Final = 1.5
"""Seconds that a daemon is given once its sessions stand: FRR holds back what it says to new peers."""
_WINDOW: Final = 0.1
_TIMER: Final = 0.015
"""A daemon that uses no more processor time within a window is not busy: it has its timers, as everyone has."""
_TICK: Final = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one measurement gave."""

    seconds: float
    processor: float
    """Seconds of processor time of all the daemon's processes."""
    peak: int
    """Octets of memory at the highest, the sum over the daemon's processes."""
    grown: int
    """The same, less what was in use when the sessions stood."""
    stall: float | None = None


class MeasureError(Exception):
    """A daemon did not do what the scenario asks; the message says how far it came."""


class Bench:
    """A running daemon with its sessions and a clock."""

    def __init__(self, daemon: Daemon, family: Family, limit: float) -> None:
        """Take the daemon, the family of all sessions, and the seconds that a measurement may take."""
        self.daemon = daemon
        self._limit = limit
        self._sessions = Sessions((DAEMON, PORT), ASN, family)
        self._all: list[Session] = []
        self._sinks: list[Sink] = []
        self._pids: tuple[int, ...] = ()
        self._resident = self._processor = self._began = 0.0
        self._figures: tuple[float, float] | None = None

    def feeder(self, number: int = 0) -> Session:
        """Bring up a session that only sends."""
        return self._connect(number, None)

    def member(self, number: int, goal: Goal) -> Session:
        """Bring up a session that sends and is a sink, too."""
        sink = Sink(goal)
        self._sinks.append(sink)
        return self._connect(number, sink)

    def sinks(self, count: int, goal: Goal) -> None:
        """Bring up sinks."""
        for number in range(count):
            self.member(FIRST_SINK + number, goal)

    def load(self, session: Session, octets: bytes) -> None:
        """Bring the daemon into a state, off the clock: send, let all sinks become complete and the daemon idle."""
        self.begin()
        self._sessions.send(session, octets)
        if self._sinks:
            self.until_complete()
        self.until_idle()

    def aim(self, goal: Goal) -> None:
        """Give all sinks another goal."""
        for sink in self._sinks:
            sink.aim(goal)

    def begin(self) -> None:
        """Let the daemon settle, and start the clock."""
        self._sessions.drive(lambda: False, time.monotonic() + _SETTLE)
        self._pids = self.daemon.pids
        self._resident = self._resident or resident(self._pids, peak=False)
        gc.collect()
        gc.disable()
        self._processor = processor_seconds(self._pids)
        self._began = time.monotonic()

    def send(self, session: Session, octets: bytes) -> None:
        """Give a feeder octets to send."""
        self._sessions.send(session, octets)

    def close(self, session: Session) -> None:
        """End a session as a peer that is lost."""
        self._all.remove(session)
        self._sessions.close([session])

    def until_complete(self) -> None:
        """Wait until every sink holds what it should; stop the clock where the last began to; else MeasureError."""
        deadline = self._began + self._limit
        self._sessions.drive(lambda: self._is_over() or all(sink.is_complete for sink in self._sinks), deadline)
        self._check()
        times = [sink.complete_at for sink in self._sinks if sink.complete_at is not None]
        if len(times) != len(self._sinks):
            worst = min(self._sinks, key=lambda sink: sink.right)
            reached = f"{worst.right:,} of {worst.expected:,} prefixes after {time.monotonic() - self._began:.0f} s"
            raise MeasureError(f"{len(times)} of {len(self._sinks)} sinks complete, the last with {reached}")
        self._figures = max(times) - self._began, processor_seconds(self._pids) - self._processor

    def until_idle(self) -> None:
        """Wait until all is sent and the daemon idle for half a second; stop the clock where it began to be."""
        before = end = processor_seconds(self._pids)
        last = time.monotonic()
        window = deque([(last, before)])

        def is_idle() -> bool:
            nonlocal before, end, last
            used, now = processor_seconds(self._pids), time.monotonic()
            while window and now - window[0][0] > _WINDOW:
                window.popleft()
            is_busy = used != before and used - (window[0][1] if window else before) > _TIMER
            if is_busy or any(session.unsent for session in self._all):
                end, last = used, now
            before = used
            window.append((now, used))
            return self._is_over() or now - last > _IDLE

        if not self._sessions.drive(is_idle, self._began + self._limit, step=_TICK):
            raise MeasureError(f"busy for more than {self._limit:.0f} s")
        self._check()
        self._figures = last - self._began, end - self._processor

    def expect_count(self, routes: int) -> None:
        """Compare the daemon's own count of prefixes; MeasureError when it has another."""
        if not self.daemon.counts:
            return
        counts = 0
        for _ in range(3):
            counts = self.daemon.count()
            if counts == routes:
                return
            self._sessions.drive(lambda: False, time.monotonic() + 0.5)
        raise MeasureError(f"it says that it has {counts:,} of {routes:,} prefixes")

    def expect_attributes(self, originators: Sequence[int]) -> None:
        """Compare the sinks' samples of attributes with what was sent; MeasureError shows the first difference."""
        if not self.daemon.counts:
            return
        addresses = [socket.inet_aton(client(number)) for number in originators]
        for sink in self._sinks:
            faults = sink.faults(socket.inet_aton(CLUSTER_ID), addresses)
            if faults:
                raise MeasureError(f"{len(faults)} differences, the first: {faults[0]}")

    def figures(self) -> Figures:
        """Return the figures of what was measured last."""
        assert self._figures is not None
        peak = resident(self._pids, peak=True)
        seconds, processor = self._figures
        grown = int(peak - self._resident)
        return Figures(seconds=seconds, processor=processor, peak=peak, grown=grown, stall=self.daemon.stall)

    def end(self) -> None:
        """Close the sessions and end the daemon."""
        gc.enable()
        self._sessions.close()
        self.daemon.stop()

    def _connect(self, number: int, sink: Sink | None) -> Session:
        try:
            session = self._sessions.connect(client(number), sink)
        except SessionError as error:
            self._check()
            raise MeasureError(f"{error} ({self.daemon.words()})") from error
        self._all.append(session)
        return session

    def _is_over(self) -> bool:
        return not self.daemon.is_alive or any(session.ended for session in self._all)

    def _check(self) -> None:
        """Raise MeasureError when the daemon has died or closed a session."""
        if not self.daemon.is_alive:
            raise MeasureError(f"the daemon has ended: {self.daemon.words()}")
        for session in self._all:
            if session.ended:
                raise MeasureError(f"the session with {session.address} has ended: {session.ended}")
