"""Feeders and sinks: many BGP sessions in one process; what comes is kept, and read when it is quiet."""

import select
import socket
import time
from collections.abc import Callable, Iterable
from typing import Final

from benchmarks._peers_octets import HEADER, KEEPALIVE, NOTIFICATION, OPEN, Family, message, open_message
from benchmarks._peers_tracking import Sink

HOLD_TIME: Final = 240
_BUFFER: Final = 1 << 20
_ROUND: Final = 1 << 18
"""At most so many octets are written to one session before the others are looked at."""
_QUIET: Final = 0.25
"""Seconds without octets after which the sinks read what they have."""


class SessionError(Exception):
    """A session could not be brought up, or has ended too early; the message says whose, and why."""


class Session:
    """One session: a feeder when it is given octets to send, a sink when it keeps what it gets."""

    def __init__(self, address: str, connection: socket.socket, sink: Sink | None, interval: float) -> None:
        """Take a connection that stands, and the seconds between two KEEPALIVEs."""
        self.address = address
        self.connection = connection
        self.sink = sink
        self.unsent = memoryview(b"")
        self.interval = interval
        self.keepalive_due = time.monotonic() + interval
        self.ended = ""

    def fileno(self) -> int:
        """Return the number that epoll knows the connection by."""
        return self.connection.fileno()


class Sessions:
    """All sessions with one daemon."""

    def __init__(self, daemon: tuple[str, int], asn: int, family: Family) -> None:
        """Take where the daemon listens, the AS of all sides, and the family of all sessions."""
        self._daemon, self._asn, self._family = daemon, asn, family
        self._epoll = select.epoll()
        self._sessions: dict[int, Session] = {}
        self._buffer = bytearray(_BUFFER)
        self.last_octets = 0.0

    def connect(self, address: str, sink: Sink | None = None, *, limit: float = 20) -> Session:
        """Bring up a session from an address, which is the BGP identifier, too; SessionError when that fails."""
        deadline = time.monotonic() + limit
        reason = ""
        while time.monotonic() < deadline:
            try:
                return self._connect(address, sink, deadline)
            except (OSError, SessionError) as error:
                reason = str(error)
                self.drive(lambda: False, time.monotonic() + 0.1)
        raise SessionError(f"no session from {address} within {limit:.0f} s: {reason}")

    def send(self, session: Session, octets: bytes) -> None:
        """Give a session octets to send; `drive` sends them."""
        assert not session.unsent
        session.unsent = memoryview(octets)
        self._epoll.modify(session.fileno(), select.EPOLLIN | select.EPOLLOUT)

    def drive(self, done: Callable[[], bool], deadline: float, *, step: float = 0.05) -> bool:
        """Send and receive until ``done()``, asked about every ``step`` seconds; False when the deadline came first."""
        view = memoryview(self._buffer)
        due = 0.0
        while True:
            unread = self._unread() if time.monotonic() - self.last_octets > _QUIET else None
            events = self._epoll.poll(0 if unread else step, 256)
            now = time.monotonic()
            for number, event in events:
                session = self._sessions[number]
                if event & ~select.EPOLLOUT:
                    self._receive(session, view, now)
                if event & select.EPOLLOUT and number in self._sessions:
                    self._send(session)
            if not events and unread:
                unread.read()
                continue
            if now < due:
                continue
            due = now + step
            self._keep_alive(now)
            if done():
                return True
            if now > deadline:
                return False

    def close(self, sessions: Iterable[Session] | None = None) -> None:
        """Close sessions, or all of them."""
        for session in list(self._sessions.values() if sessions is None else sessions):
            if self._sessions.pop(session.fileno(), None) is not None:
                self._epoll.unregister(session.fileno())
            session.connection.close()
        if sessions is None:
            self._epoll.close()

    def _connect(self, address: str, sink: Sink | None, deadline: float) -> Session:
        connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.settimeout(max(0.1, deadline - time.monotonic()))
            connection.bind((address, 0))
            connection.connect(self._daemon)
            connection.sendall(open_message(self._asn, HOLD_TIME, address, self._family))
            theirs = int.from_bytes(_expect(connection, OPEN)[3:5], "big")
            connection.sendall(message(KEEPALIVE))
            _expect(connection, KEEPALIVE)
        except BaseException:
            connection.close()
            raise
        connection.setblocking(False)
        session = Session(address, connection, sink, min(HOLD_TIME, theirs or HOLD_TIME) / 4)
        self._sessions[session.fileno()] = session
        self._epoll.register(session.fileno(), select.EPOLLIN)
        return session

    def _receive(self, session: Session, view: memoryview, now: float) -> None:
        try:
            count = session.connection.recv_into(view)
        except BlockingIOError:
            return
        except OSError as error:
            count = 0
            session.ended = str(error)
        if count == 0:
            while session.sink is not None and session.sink.unread:
                session.sink.read()
            session.ended = session.ended or (session.sink.ended if session.sink else "") or "closed by the daemon"
            self.close([session])
        elif session.sink is not None:
            session.sink.take(now, bytes(view[:count]))
            if count > HEADER:
                self.last_octets = now

    def _send(self, session: Session) -> None:
        try:
            count = session.connection.send(session.unsent[:_ROUND])
        except BlockingIOError:
            return
        except OSError as error:
            session.ended = str(error)
            self.close([session])
            return
        session.unsent = session.unsent[count:]
        if not session.unsent:
            session.keepalive_due = time.monotonic() + session.interval
            self._epoll.modify(session.fileno(), select.EPOLLIN)

    def _unread(self) -> Sink | None:
        """Return a sink that has octets to read."""
        return next((each.sink for each in self._sessions.values() if each.sink and each.sink.unread), None)

    def _keep_alive(self, now: float) -> None:
        for session in self._sessions.values():
            if now > session.keepalive_due and not session.unsent:
                self.send(session, message(KEEPALIVE))


def _expect(connection: socket.socket, kind: int) -> bytes:
    """Read one message and return its body; SessionError when it is another than wanted."""
    header = _exactly(connection, HEADER)
    body = _exactly(connection, int.from_bytes(header[16:18], "big") - HEADER)
    if header[18] == NOTIFICATION:
        raise SessionError(f"the daemon answered with NOTIFICATION {body[0]}/{body[1]}")
    if header[18] != kind:
        raise SessionError(f"the daemon sent a message of type {header[18]} where {kind} was due")
    return body


def _exactly(connection: socket.socket, count: int) -> bytes:
    octets = b""
    while len(octets) < count:
        more = connection.recv(count - len(octets))
        if not more:
            raise SessionError("the daemon closed the connection")
        octets += more
    return octets
