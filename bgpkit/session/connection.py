"""One TCP connection: octets in, whole messages out, in slices that leave the event loop free."""

import asyncio
from typing import Final, Protocol

from bgpkit.errors import HeaderError
from bgpkit.session.untaken import octets_untaken
from bgpkit.transport import host_at
from bgpkit.wire import HEADER_LENGTH, MessageType, next_message

FIRST_READ_LENGTH: Final = 8 * 1024
"""Octets of the receive buffer at first: thousands of sessions that say little take little."""
READ_LENGTH: Final = 256 * 1024
"""Octets of the receive buffer of a session that fills it: four of the longest messages."""
SLICE_SECONDS: Final = 0.005
"""Time for messages of one connection before timers and other connections get their turn."""
OCTETS_A_LOOK: Final = 1024
"""Octets between two looks at the clock: taking a short message costs hardly more than a look."""
LINGER_SECONDS: Final = 2.0
"""How long a closing connection may take to send its last octets and to see the peer close, too."""
_HIGH_WATER: Final = 512 * 1024
_TYPE_OFFSET: Final = 18
_TYPES: Final = max(MessageType) + 1


class MessageReceiver(Protocol):
    """Whoever owns a connection and takes its messages."""

    def connection_opened(self, connection: "Connection") -> None:
        """Take note that ``connection`` can be used."""
        ...

    def message_received(self, connection: "Connection", kind: int, data: bytes, start: int, end: int) -> None:
        """Take the message whose body is ``data[start:end]``; ``kind`` is the type octet."""
        ...

    def header_refused(self, connection: "Connection", error: HeaderError) -> None:
        """Take note that the octets are no BGP message; the connection reads no further."""
        ...

    def read_finished(self, connection: "Connection") -> None:
        """Take note that all messages of one read, or of one slice of it, have been handed over."""
        ...

    def connection_closed(self, connection: "Connection", error: Exception | None) -> None:
        """Take note that the connection is gone."""
        ...

    def became_writable(self, connection: "Connection") -> None:
        """Take note that the transport has room again."""
        ...


class Connection(asyncio.BufferedProtocol):
    """Frames the octets of one TCP connection into messages (RFC 4271, section 4.1)."""

    def __init__(self, receiver: MessageReceiver) -> None:
        """Hand messages to ``receiver``; it may be replaced while the connection opens."""
        self.receiver = receiver
        self.maximum = 4096
        """Longest message accepted, in octets; 65,535 once RFC 8654 has been negotiated."""
        self.writable = True
        """Whether more may be written without over-filling the transport."""
        self.octets_received = 0
        self.octets_sent = 0
        self.messages_received = [0] * _TYPES
        """How many messages were received, by type; those of UPDATEs by whoever takes them."""
        self.messages_sent = [0] * _TYPES
        """How many messages were sent one by one, by type."""
        self._buffer = bytearray(FIRST_READ_LENGTH)
        self._view = memoryview(self._buffer)
        self._fill = 0
        self._transport: asyncio.Transport | None = None
        self._unread = b""
        self._offset = 0
        self._closed = False
        self._refused = False
        self._lost = asyncio.Event()
        self._linger: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()

    @property
    def transport(self) -> asyncio.Transport | None:
        """What octets go through; None before the connection is open."""
        return self._transport

    @property
    def octets_waiting(self) -> int:
        """Octets that were written and that the TCP of the peer has not taken yet; 0 once the connection is gone."""
        return octets_untaken(self._transport) if self._transport is not None and not self._lost.is_set() else 0

    @property
    def remote_address(self) -> str:
        """The peer's address, or an empty string when the connection is gone."""
        return self._address("peername")

    @property
    def local_address(self) -> str:
        """Our own address on this connection, or an empty string when it is gone."""
        return self._address("sockname")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start: asyncio calls this once."""
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("a BGP connection needs a stream transport")
        transport.set_write_buffer_limits(high=_HIGH_WATER)
        self._transport = transport
        self.receiver.connection_opened(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Return where the next octets are to be put."""
        del sizehint
        return self._view[self._fill :]

    def buffer_updated(self, nbytes: int) -> None:
        """Take ``nbytes`` new octets and hand over the messages that they complete."""
        if self._closed or self._refused:
            self._fill = 0
            return
        self.octets_received += nbytes
        filled = self._fill + nbytes
        self._unread = bytes(self._view[:filled])
        self._offset = self._fill = 0
        if filled == len(self._buffer) < READ_LENGTH:
            self._buffer = bytearray(min(4 * filled, READ_LENGTH))
            self._view = memoryview(self._buffer)
        self._deliver()

    def connection_lost(self, exc: Exception | None) -> None:
        """End: asyncio calls this once."""
        self._closed = True
        self.writable = False
        if self._linger is not None:
            self._linger.cancel()
        self._lost.set()
        self.receiver.connection_closed(self, exc)

    def pause_writing(self) -> None:
        """Stop writing: the transport is full."""
        self.writable = False

    def resume_writing(self) -> None:
        """Go on writing: the transport has room."""
        self.writable = not self._closed
        if self.writable:
            self.receiver.became_writable(self)

    def write(self, octets: bytes) -> None:
        """Send ``octets``, which are whole messages; ignored once the connection is closing."""
        if self._transport is not None and not self._closed:
            self.octets_sent += len(octets)
            self._transport.write(octets)

    def send(self, message: bytes) -> None:
        """Send one message, and count it."""
        self.messages_sent[message[_TYPE_OFFSET]] += 1
        self.write(message)

    def close(self) -> None:
        """Close after what was written has gone out; what still comes in is dropped.

        Only our own direction ends at once: a socket that is closed with octets unread resets the connection,
        and the peer might never see the NOTIFICATION. The peer's end, or LINGER_SECONDS, finishes it.
        """
        if self._transport is None or self._closed:
            return
        self._closed = True
        self.writable = False
        self._linger = self._loop.call_later(LINGER_SECONDS, self.abort)
        try:
            self._transport.resume_reading()
            self._transport.write_eof()
        except OSError:  # the connection is gone already
            self._transport.abort()

    def abort(self) -> None:
        """Close at once, dropping what has not gone out."""
        self._closed = True
        self.writable = False
        if self._transport is not None:
            self._transport.abort()

    async def wait_closed(self) -> None:
        """Wait until the connection is gone; only after :meth:`close` or :meth:`abort` does that end by itself."""
        await self._lost.wait()

    def _deliver(self) -> None:
        data, offset, end = self._unread, self._offset, len(self._unread)
        receive, clock = self.receiver.message_received, self._loop.time
        deadline = clock() + SLICE_SECONDS
        look = offset + OCTETS_A_LOOK
        try:
            while not self._closed:
                stop = next_message(data, offset, end, self.maximum)
                if not stop:
                    break
                receive(self, data[offset + _TYPE_OFFSET], data, offset + HEADER_LENGTH, stop)
                offset = stop
                if offset > look:
                    if clock() > deadline:
                        self._pause(offset)
                        return
                    look = offset + OCTETS_A_LOOK
        except HeaderError as error:
            self._refused = True
            self.receiver.header_refused(self, error)
            return
        self._keep_rest(data[offset:])
        self.receiver.read_finished(self)

    def _pause(self, offset: int) -> None:
        """Give others their turn, then go on at ``offset``."""
        self._offset = offset
        self.receiver.read_finished(self)
        if not self._closed and self._transport is not None:
            self._transport.pause_reading()
            self._loop.call_soon(self._resume)

    def _resume(self) -> None:
        if self._closed or self._transport is None:
            return
        self._deliver()
        if not self._unread and not self._closed:
            self._transport.resume_reading()

    def _keep_rest(self, rest: bytes) -> None:
        """Put the head of an unfinished message back to the front of the buffer."""
        self._unread, self._offset, self._fill = b"", 0, len(rest)
        self._view[: len(rest)] = rest

    def _address(self, which: str) -> str:
        if self._transport is None:
            return ""
        return host_at(self._transport, which)
