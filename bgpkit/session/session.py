"""The driver of one peer's machine: sockets, clock and octets on one side, the owner on the other.

The machine decides; the driver does what it says, in its order, and reports what happened.
"""

import asyncio
import os
from collections import deque
from dataclasses import dataclass
from typing import Final, Generic, TypeVar, assert_never

import structlog

from bgpkit.errors import HeaderError, MessageError
from bgpkit.session.connection import Connection
from bgpkit.session.handler import SessionHandler
from bgpkit.session.timers import Timers
from bgpkit.transport import BGP_PORT, connect
from bgpkit.wire import (
    MessageType,
    UpdateDecoder,
    decode_notification,
    decode_open,
    decode_route_refresh,
    encode_message,
)
from bgpkit_fsm import (
    CloseTransport,
    Effect,
    EstablishSession,
    Event,
    KeepaliveReceived,
    MessageRefused,
    Notification,
    NotificationReceived,
    OpenReceived,
    OpenTransport,
    Peer,
    ReleaseSession,
    ReportFailure,
    RouteRefreshReceived,
    SendMessage,
    SessionConfig,
    Slot,
    Started,
    StartTimer,
    State,
    Stopped,
    StopTimer,
    TimerExpired,
    TransportAccepted,
    TransportFailed,
    TransportOpened,
    UpdateReceived,
)

T = TypeVar("T")

_UPDATE: Final = int(MessageType.UPDATE)
CONNECT_SECONDS: Final = 30.0
"""How long a TCP connection may take to open before the attempt counts as failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a peer is."""

    remote: str
    port: int = BGP_PORT
    local: str | None = None
    """Our own address for outgoing connections; None: the kernel's choice."""


class Session(Generic[T]):
    """One peer's sessions over time, from start to stop."""

    def __init__(self, config: SessionConfig, endpoint: Endpoint, handler: SessionHandler[T]) -> None:
        """Prepare; nothing happens before :meth:`start`."""
        self.endpoint = endpoint
        self.machine = Peer(config)
        self._handler = handler
        self._log = structlog.get_logger("bgpkit.session").bind(peer=endpoint.remote)
        self._timers = Timers(lambda timer, slot: self._handle(TimerExpired(timer), slot))
        self._connections: dict[Slot, Connection] = {}
        self._attempt: asyncio.Task[None] | None = None
        self._attempts: set[asyncio.Task[None]] = set()
        self._dialed: Connection | None = None
        self._closing: set[Connection] = set()
        self._decoder: UpdateDecoder[T] | None = None
        self._established: Connection | None = None
        self._update_seen = False
        self._events: deque[tuple[Event, Slot]] = deque()
        self._handling = False

    @property
    def state(self) -> State:
        """The machine's state."""
        return self.machine.state

    @property
    def writable(self) -> bool:
        """Whether UPDATEs may be written now without over-filling the transport."""
        return self._established is not None and self._established.writable

    @property
    def connection(self) -> Connection | None:
        """The connection of the established session."""
        return self._established

    def start(self) -> None:
        """Start trying to get the session up, and accept the peer's attempts."""
        self._handle(Started(), Slot.OUTGOING)

    def stop(self, notification: Notification | None) -> None:
        """End the session with ``notification``, or without one, and make no further attempt."""
        self._handle(Stopped(notification), Slot.OUTGOING)
        self._timers.stop_all()

    @property
    def closing(self) -> bool:
        """Whether connections or attempts that were given up are not gone yet."""
        return bool(self._closing or self._attempts)

    async def wait_closed(self) -> None:
        """Wait, after :meth:`stop`, until all that was sent is out and no connection or attempt is left."""
        for attempt in tuple(self._attempts):
            await asyncio.wait((attempt,))
        for connection in tuple(self._closing):
            await connection.wait_closed()

    def accept(self, connection: Connection) -> None:
        """Take a connection that the peer opened; it is closed when the machine does not want it."""
        if not self.machine.admits_incoming:
            connection.abort()
            return
        former = self._connections.pop(Slot.INCOMING, None)
        if former is not None:
            self._closing.add(former)
            former.abort()
        connection.receiver = self
        self._connections[Slot.INCOMING] = connection
        self._handle(TransportAccepted(), Slot.INCOMING)

    def write(self, octets: bytes) -> None:
        """Send ``octets``, whole UPDATE messages, on the established session."""
        if self._established is not None:
            self._established.write(octets)

    # The connection's side: bgpkit.session.connection.MessageReceiver.

    def connection_opened(self, connection: Connection) -> None:
        """Take note that our own attempt to connect has succeeded; one that was given up meanwhile is closed."""
        if connection is not self._dialed:
            self._closing.add(connection)
            connection.abort()
            return
        self._attempt = self._dialed = None
        self._connections[Slot.OUTGOING] = connection
        self._handle(TransportOpened(), Slot.OUTGOING)

    def message_received(self, connection: Connection, kind: int, data: bytes, start: int, end: int) -> None:
        """Take a message; UPDATEs of the established session go straight to the owner."""
        try:
            if kind == _UPDATE and connection is self._established and self._decoder is not None:
                self._update_seen = True
                self._handler.update_received(self._decoder.decode(data, start, end))
                return
            slot = self._slot_of(connection)
            if slot is not None:
                self._handle(self._event(connection, kind, data, start, end), slot)
        except MessageError as error:
            slot = self._slot_of(connection)
            if slot is not None:
                self._log.warning("message.refused", reason=str(error), notification=str(error.notification))
                self._handle(MessageRefused(error.notification), slot)

    def header_refused(self, connection: Connection, error: HeaderError) -> None:
        """Take note that the peer sent something that is no BGP message."""
        slot = self._slot_of(connection)
        if slot is not None:
            self._log.warning("message.refused", reason=str(error), notification=str(error.notification))
            self._handle(MessageRefused(error.notification), slot)

    def read_finished(self, connection: Connection) -> None:
        """Tell the machine once a read that UPDATEs arrived."""
        if self._update_seen and connection is self._established:
            self._update_seen = False
            slot = self._slot_of(connection)
            if slot is not None:
                self._handle(UpdateReceived(), slot)

    def connection_closed(self, connection: Connection, error: Exception | None) -> None:
        """Take note that a connection is gone."""
        self._closing.discard(connection)
        slot = self._slot_of(connection)
        if slot is not None:
            del self._connections[slot]
            self._handle(TransportFailed(_reason(error)), slot)

    def became_writable(self, connection: Connection) -> None:
        """Pass on that the transport has room again."""
        if connection is self._established:
            self._handler.became_writable()

    def _event(self, connection: Connection, kind: int, data: bytes, start: int, end: int) -> Event:
        match kind:
            case MessageType.OPEN:
                return OpenReceived(decode_open(data, start, end))
            case MessageType.UPDATE:
                return UpdateReceived()
            case MessageType.NOTIFICATION:
                return NotificationReceived(decode_notification(data, start, end))
            case MessageType.ROUTE_REFRESH:
                refresh = decode_route_refresh(data, start, end)
                if connection is self._established:
                    self._handler.refresh_received(refresh)
                return RouteRefreshReceived()
            case _:
                return KeepaliveReceived()

    def _handle(self, event: Event, slot: Slot) -> None:
        """Run ``event`` through the machine; events that effects cause wait until it is done."""
        self._events.append((event, slot))
        if self._handling:
            return
        self._handling = True
        try:
            while self._events:
                for effect in self.machine.handle(*self._events.popleft()):
                    self._perform(effect)
        finally:
            self._handling = False

    def _perform(self, effect: Effect) -> None:
        match effect:
            case StartTimer(slot, timer, seconds):
                self._timers.start(slot, timer, seconds)
            case StopTimer(slot, timer):
                self._timers.stop(slot, timer)
            case SendMessage(slot, message):
                if slot in self._connections:
                    self._connections[slot].write(encode_message(message))
            case OpenTransport():
                self._cancel_attempt()
                self._attempt = asyncio.get_running_loop().create_task(self._connect())
                self._attempts.add(self._attempt)
                self._attempt.add_done_callback(self._attempts.discard)
            case CloseTransport(slot):
                self._close(slot)
            case EstablishSession(slot, negotiated):
                connection = self._connections[slot]
                connection.maximum = 65535 if negotiated.extended_message else 4096
                self._established = connection
                self._log.info("session.established", asn=negotiated.peer_asn, hold_time=negotiated.hold_time)
                self._decoder = self._handler.session_established(negotiated, connection.local_address)
            case ReleaseSession(reason):
                self._established = self._decoder = None
                self._update_seen = False
                self._log.info("session.closed", reason=reason.text)
                try:
                    self._handler.session_released(reason)
                except Exception:  # whatever the owner's fault is, the machine's effects go on
                    self._log.exception("session.owner_failed")
            case ReportFailure(reason):
                self._log.debug("session.attempt_failed", reason=reason.text)
                self._handler.attempt_failed(reason)
            case _:
                assert_never(effect)

    async def _connect(self) -> None:
        endpoint = self.endpoint
        dialed = self._dialed = Connection(self)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await connect(lambda: dialed, remote=(endpoint.remote, endpoint.port), local=endpoint.local)
        except OSError as error:  # TimeoutError is one
            if self._dialed is not dialed:
                return
            self._attempt = self._dialed = None
            text = os.strerror(error.errno) if error.errno else "no answer"
            self._handle(TransportFailed(f"connect to {endpoint.remote} port {endpoint.port}: {text}"), Slot.OUTGOING)

    def _cancel_attempt(self) -> None:
        if self._attempt is not None:
            self._attempt.cancel()
            self._attempt = self._dialed = None

    def _close(self, slot: Slot) -> None:
        if slot is Slot.OUTGOING:
            self._cancel_attempt()
        connection = self._connections.pop(slot, None)
        if connection is not None:
            self._closing.add(connection)
            connection.close()

    def _slot_of(self, connection: Connection) -> Slot | None:
        for slot, candidate in self._connections.items():
            if candidate is connection:
                return slot
        return None


def _reason(error: Exception | None) -> str:
    if error is None:
        return "the peer closed the connection"
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
