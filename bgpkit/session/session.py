"""The driver of one peer's machine: sockets, clock and octets on one side, the owner on the other.

The machine decides; the driver does what it says, in its order, and reports what happened.
"""

import asyncio
import errno
import os
import random
from collections import deque
from dataclasses import dataclass
from typing import Final, Generic, TypeVar, assert_never

import structlog

from bgpkit.errors import ConfigError, HeaderError, MessageError
from bgpkit.session.connection import Connection
from bgpkit.session.handler import SessionHandler, UpdateReceiver
from bgpkit.session.send_hold import SendHold
from bgpkit.session.timers import SYSTEM_JITTER, Timers
from bgpkit.transport import BGP_PORT, DEFAULT_OPTIONS, Network, TcpNetwork, TransportOptions
from bgpkit.wire import (
    MessageType,
    UpdateDecoder,
    decode_notification,
    decode_open,
    decode_route_refresh,
    encode_message,
)
from bgpkit_fsm import (
    AutomaticallyStopped,
    CloseTransport,
    Effect,
    ErrorCode,
    EstablishSession,
    Event,
    KeepaliveReceived,
    Message,
    MessageRefused,
    MessageSent,
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
    Timer,
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
    options: TransportOptions = DEFAULT_OPTIONS


class Session(Generic[T]):
    """One peer's sessions over time, from start to stop."""

    def __init__(
        self,
        config: SessionConfig,
        endpoint: Endpoint,
        handler: SessionHandler[T],
        network: Network | None = None,
        jitter: random.Random = SYSTEM_JITTER,
    ) -> None:
        """Prepare; nothing happens before :meth:`start`. Without ``network`` connections are the kernel's TCP.

        Timers are spread by numbers of ``jitter``. RFC 4271, section 10.
        """
        self.endpoint = endpoint
        self._network: Network = network or TcpNetwork()
        self.machine = Peer(config)
        self._handler = handler
        self._log = structlog.get_logger("bgpkit.session").bind(peer=endpoint.remote)
        self._timers = Timers(lambda timer, slot: self._handle(TimerExpired(timer), slot), jitter)
        self._send_hold = SendHold(lambda: self._on_session(MessageSent()), self._send_hold_expired)
        self._connections: dict[Slot, Connection] = {}
        self._attempt: asyncio.Task[None] | None = None
        self._attempts: set[asyncio.Task[None]] = set()
        self._dialed: Connection | None = None
        self._closing: set[Connection] = set()
        self._way_in: tuple[UpdateDecoder[T], UpdateReceiver[T]] | None = None
        self._established: Connection | None = None
        self._updates = 0
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

    def seconds_left(self, timer: Timer) -> float:
        """Return when ``timer`` of the established session runs out; 0 where it does not run, or has run out."""
        slots = (slot for slot, connection in self._connections.items() if connection is self._established)
        return max((self._timers.seconds_left(slot, timer) for slot in slots), default=0.0)

    def start(self) -> None:
        """Start trying to get the session up, and accept the peer's attempts."""
        self._handle(Started(), Slot.OUTGOING)

    def stop(self, notification: Notification | None) -> None:
        """End the session with ``notification``, or without one, and make no further attempt."""
        self._handle(Stopped(notification), Slot.OUTGOING)
        self._timers.stop_all()
        self._send_hold.stop()

    def interrupt(self, notification: Notification) -> None:
        """End the session with ``notification`` as a failure: after the IdleHoldTimer it is tried again.

        RFC 4271, section 8.1.2, AutomaticStop.
        """
        self._handle(AutomaticallyStopped(notification), Slot.OUTGOING)

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

    def use(self, endpoint: Endpoint) -> None:
        """Connect to ``endpoint`` from now on, and give its options to what is open; ConfigError when it cannot be."""
        for connection in tuple(self._connections.values()):
            if connection.transport is not None:
                self._network.adapt(connection.transport, remote=endpoint.remote, options=endpoint.options)
        self.endpoint = endpoint

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

    def send(self, message: Message) -> None:
        """Send a message on the established session."""
        if self._established is not None:
            self._established.send(encode_message(message))

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
        """Take a message; UPDATEs of the established session go straight to their receiver."""
        try:
            if kind == _UPDATE and connection is self._established and self._way_in is not None:
                self._updates += 1
                decoder, receiver = self._way_in
                plain = decoder.decode_plain(data, start, end)
                if plain is not None:
                    receiver.routes_announced(*plain)
                else:
                    receiver.update_received(decoder.decode_any(data, start, end))
                return
            slot = self._slot_of(connection)
            if slot is not None:
                self._handle(self._event(connection, kind, data, start, end), slot)
        except MessageError as error:
            slot = self._slot_of(connection)
            if slot is not None:
                self._log.warning("message.refused", reason=str(error), notification=str(error.notification))
                self._handle(MessageRefused(error.notification, str(error)), slot)

    def header_refused(self, connection: Connection, error: HeaderError) -> None:
        """Take note that the peer sent something that is no BGP message."""
        slot = self._slot_of(connection)
        if slot is not None:
            self._log.warning("message.refused", reason=str(error), notification=str(error.notification))
            self._handle(MessageRefused(error.notification, str(error)), slot)

    def read_finished(self, connection: Connection) -> None:
        """Tell the machine once a read that UPDATEs arrived."""
        if self._updates and connection is self._established:
            connection.messages_received[_UPDATE] += self._updates
            self._updates = 0
            slot = self._slot_of(connection)
            if slot is not None:
                self._handle(UpdateReceived(), slot)

    def connection_closed(self, connection: Connection, error: Exception | None) -> None:
        """Take note that a connection is gone."""
        self._closing.discard(connection)
        slot = self._slot_of(connection)
        if slot is not None:
            del self._connections[slot]
            self._handle(TransportFailed(_reason(error), _errno(error)), slot)

    def became_writable(self, connection: Connection) -> None:
        """Pass on that the transport has room again."""
        if connection is self._established:
            self._handler.became_writable()

    def _event(self, connection: Connection, kind: int, data: bytes, start: int, end: int) -> Event:
        connection.messages_received[kind] += 1
        match kind:
            case MessageType.OPEN:
                return OpenReceived(decode_open(data, start, end))
            case MessageType.UPDATE:
                return UpdateReceived()
            case MessageType.NOTIFICATION:
                return NotificationReceived(decode_notification(data, start, end))
            case MessageType.ROUTE_REFRESH:
                terms = self.machine.negotiated
                marked = terms is None or terms.enhanced_route_refresh
                refresh = decode_route_refresh(data, start, end, marked=marked)
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
                self._start_timer(slot, timer, seconds)
            case StopTimer(slot, timer):
                self._stop_timer(slot, timer)
            case SendMessage(slot, message):
                if slot in self._connections:
                    self._connections[slot].send(encode_message(message))
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
                self._way_in = self._handler.session_established(negotiated, connection.local_address)
            case ReleaseSession(reason):
                self._established = self._way_in = None
                self._updates = 0
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

    def _start_timer(self, slot: Slot, timer: Timer, seconds: float) -> None:
        if timer is Timer.SEND_HOLD:
            self._send_hold.start(self._connections[slot], seconds)
        else:
            self._timers.start(slot, timer, seconds)

    def _stop_timer(self, slot: Slot, timer: Timer) -> None:
        if timer is Timer.SEND_HOLD:
            self._send_hold.stop()
        else:
            self._timers.stop(slot, timer)

    def _on_session(self, event: Event) -> None:
        slot = self.machine.session_slot
        if slot is not None:
            self._handle(event, slot)

    def _send_hold_expired(self) -> None:
        self._log.error("session.send_hold_timer_expired", error_code=int(ErrorCode.SEND_HOLD_TIMER_EXPIRED))
        self._on_session(TimerExpired(Timer.SEND_HOLD))

    async def _connect(self) -> None:
        endpoint = self.endpoint
        dialed = self._dialed = Connection(self)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._network.connect(
                    lambda: dialed,
                    remote=(endpoint.remote, endpoint.port),
                    local=endpoint.local,
                    options=endpoint.options,
                )
        except (OSError, ConfigError) as error:  # TimeoutError is an OSError
            if self._dialed is not dialed:
                return
            self._attempt = self._dialed = None
            number = _errno(error)
            text = os.strerror(number) if isinstance(error, OSError) and error.errno else str(error) or "no answer"
            reason = f"connect to {endpoint.remote} port {endpoint.port}: {text}"
            self._handle(TransportFailed(reason, number), Slot.OUTGOING)

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


def _errno(error: Exception | None) -> int:
    """Return the operating system's number for what went wrong; that of a timeout of our own counts as its own."""
    if isinstance(error, TimeoutError):
        return error.errno or errno.ETIMEDOUT
    return (error.errno or 0) if isinstance(error, OSError) else 0


def _reason(error: Exception | None) -> str:
    if error is None:
        return "the peer closed the connection"
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
