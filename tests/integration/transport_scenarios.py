"""What two ends of a connection can do to each other, told to whatever carries it: the kernel's TCP or memory."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from bgpkit.testing import VirtualHost, VirtualTransport

MUCH: Final = 2**21
"""Octets: more than the kernel buffers."""
_BUFFER: Final = 65_536


class End(asyncio.BufferedProtocol):
    """One end: it writes down what it is told, octets that follow each other as one."""

    def __init__(self, name: str, *, keeps_open: bool = False, buffer: int = 65536) -> None:
        """Begin; ``keeps_open`` answers the other side's end."""
        self.name = name
        self.told: list[tuple[str, object]] = []
        self._keeps_open = keeps_open
        self._buffer = bytearray(buffer)
        self._transport: asyncio.Transport | None = None
        self.is_lost = False
        self.octets = 0

    @property
    def transport(self) -> asyncio.Transport:
        """What it speaks through."""
        assert self._transport is not None
        return self._transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take note."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.told.append(("made", None))

    def get_buffer(self, sizehint: int) -> bytearray:
        """Give the buffer."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Take note."""
        self.octets += nbytes
        last = self.told[-1][1]
        if isinstance(last, bytearray):
            last += self._buffer[:nbytes]
        else:
            self.told.append(("octets", self._buffer[:nbytes]))

    def eof_received(self) -> bool:
        """Take note, and answer."""
        self.told.append(("end", None))
        return self._keeps_open

    def pause_writing(self) -> None:
        """Take note."""
        self.told.append(("pause", None))

    def resume_writing(self) -> None:
        """Take note."""
        self.told.append(("resume", None))

    def connection_lost(self, exc: Exception | None) -> None:
        """Take note."""
        self.is_lost = True
        self.told.append(("lost", None if exc is None else type(exc).__name__))


Scenario: TypeAlias = Callable[[End, End], Awaitable[None]]
Connects: TypeAlias = Callable[[End, End], Awaitable[Callable[[], None]]]


async def over_tcp(one: End, other: End) -> Callable[[], None]:
    """Connect two ends over the loopback interface; return what ends the listener."""
    loop = asyncio.get_running_loop()
    listener, dialed = socket.socket(), socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
    listener.bind(("127.0.0.1", 0))
    server = await loop.create_server(lambda: other, sock=listener)
    dialed.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
    dialed.setblocking(False)
    await loop.sock_connect(dialed, listener.getsockname())
    await loop.create_connection(lambda: one, sock=dialed)
    return server.close


def in_memory(client: VirtualHost, server: VirtualHost) -> Connects:
    """Return what connects two ends between two hosts of a virtual network."""

    async def connects(one: End, other: End) -> Callable[[], None]:
        listener = await server.listen(lambda: other, server.addresses[0], 0)
        await client.connect(lambda: one, remote=listener.addresses[0])
        return listener.close

    return connects


async def settled() -> None:
    """Let happen what happens."""
    await asyncio.sleep(0.05)


async def heard(end: End, octets: int) -> None:
    """Wait until an end has got so many octets."""
    async with asyncio.timeout(30):
        while end.octets < octets:
            await settled()


def reset(end: End) -> None:
    """Send a reset."""
    transport = end.transport
    if isinstance(transport, VirtualTransport):
        transport.reset()
    else:
        own: socket.socket = transport.get_extra_info("socket")
        own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()


async def both_say_something_and_one_closes(one: End, other: End) -> None:
    """Play the plain case."""
    one.transport.write(b"hello")
    other.transport.write(b"good day")
    await settled()
    one.transport.close()


async def one_direction_ends_and_the_other_goes_on(one: End, other: End) -> None:
    """Close one half: the other end keeps the connection or does not."""
    one.transport.write(b"last words")
    one.transport.write_eof()
    await settled()
    other.transport.write(b"an answer")
    await settled()
    other.transport.close()


async def the_end_closes_who_does_not_keep_it(one: End, other: End) -> None:
    """Let the protocol's answer decide."""
    other.transport.write_eof()
    await settled()
    assert one.transport.is_closing()


async def closed_with_octets_unread(one: End, other: End) -> None:
    """Give the other side a reset."""
    other.transport.pause_reading()
    one.transport.write(b"never read")
    await settled()
    other.transport.close()


async def aborted_with_nothing_unread(one: End, other: End) -> None:
    """Give the other side a plain end."""
    one.transport.write(b"this arrives")
    await settled()
    one.transport.abort()


async def written_to_after_it_has_closed(one: End, other: End) -> None:
    """Answer the first octets with a reset, which who has heard the end learns of when it writes again."""
    one.transport.close()
    await settled()
    for _ in range(2):
        other.transport.write(b"anybody there?")
        await settled()


async def reset_by_one_side(one: End, other: End) -> None:
    """Without a word before."""
    reset(one)


async def what_was_not_read_comes_later(one: End, other: End) -> None:
    """Pause reading while octets and the end come."""
    other.transport.pause_reading()
    one.transport.write(b"first")
    one.transport.write(b"second")
    one.transport.close()
    await settled()
    assert other.told == [("made", None)]
    other.transport.resume_reading()


async def the_writer_is_paused_by_who_does_not_read(one: End, other: End) -> None:
    """Until everything is read."""
    other.transport.pause_reading()
    one.transport.write(b"octet by" * (MUCH // 8))
    await settled()
    assert one.told[-1] == ("pause", None)
    assert one.transport.get_write_buffer_size() > one.transport.get_write_buffer_limits()[1]
    other.transport.resume_reading()
    await heard(other, MUCH)
    one.transport.close()


async def closed_with_octets_still_to_send(one: End, other: End) -> None:
    """They are sent before the end."""
    other.transport.pause_reading()
    one.transport.write(b"octet by" * (MUCH // 8))
    one.transport.close()
    await settled()
    other.transport.resume_reading()
    await heard(other, MUCH)


async def one_direction_ended_with_octets_still_to_send(one: End, other: End) -> None:
    """Send them before the end of the direction."""
    other.transport.pause_reading()
    one.transport.write(b"octet by" * (MUCH // 8))
    one.transport.write_eof()
    await settled()
    other.transport.resume_reading()
    await heard(other, MUCH)


async def aborted_with_octets_still_to_send(one: End, other: End) -> None:
    """They are dropped; what is on its way may arrive, but not all."""
    other.transport.pause_reading()
    one.transport.write(b"octet by" * (MUCH // 8))
    one.transport.abort()
    await settled()
    assert one.told[-1] == ("lost", None)
    if not other.is_lost:
        other.transport.abort()
    other.told[:] = [("made", None)]


async def nothing_is_written_behind_the_end(one: End, other: End) -> None:
    """Refuse the caller's fault."""
    one.transport.write_eof()
    try:
        one.transport.write(b"too late")
    except RuntimeError:
        one.told.append(("RuntimeError", None))
    await settled()


SCENARIOS: Final[tuple[Scenario, ...]] = (
    both_say_something_and_one_closes,
    one_direction_ends_and_the_other_goes_on,
    the_end_closes_who_does_not_keep_it,
    closed_with_octets_unread,
    aborted_with_nothing_unread,
    written_to_after_it_has_closed,
    reset_by_one_side,
    what_was_not_read_comes_later,
    the_writer_is_paused_by_who_does_not_read,
    closed_with_octets_still_to_send,
    one_direction_ended_with_octets_still_to_send,
    aborted_with_octets_still_to_send,
    nothing_is_written_behind_the_end,
)


async def played(scenario: Scenario, connects: Connects, *, keeps_open: bool, buffer: int) -> list[object]:
    """Play a scenario; return what both ends were told, and what their transports said at the end."""
    one, other = End("one", buffer=buffer), End("other", keeps_open=keeps_open, buffer=buffer)
    close = await connects(one, other)
    await settled()
    mirrored = one.transport.get_extra_info("peername") == other.transport.get_extra_info("sockname")
    await scenario(one, other)
    await settled()
    states = [(end.is_lost, end.transport.is_closing(), end.transport.is_reading()) for end in (one, other)]
    for end in (one, other):
        if not end.is_lost:
            end.transport.abort()
    close()
    await settled()
    assert one.is_lost
    assert other.is_lost
    return [mirrored, states, *([(word, _shown(what)) for word, what in end.told] for end in (one, other))]


def _shown(what: object) -> object:
    return f"{len(what)} octets: {bytes(what[:40])!r}" if isinstance(what, bytearray) else what
