"""Framing: octets in any pieces give the same messages, in slices that leave the loop free."""

import asyncio
import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgpkit.errors import HeaderError
from bgpkit.session import Connection, connection
from tests.support import octets
from tests.support.scripted_peer import eventually

STREAM = (
    octets.open_message(64512, "192.0.2.1", octets.four_octet_as(64512)),
    octets.message(octets.KEEPALIVE),
    octets.update(octets.attributes(64512), "10.0.0.0/8", "192.0.2.0/24"),
    octets.withdraw("10.0.0.0/8"),
    octets.end_of_rib(),
    octets.message(octets.UPDATE, b"\0\0\0\0".ljust(4077, b"\x18")),
    octets.route_refresh(),
    octets.message(octets.NOTIFICATION, b"\x06\x02"),
)
EXPECTED = [(each[18], each[19:]) for each in STREAM]


class Transport(asyncio.Transport):
    """A transport that carries nothing: it notes what it is asked to do."""

    def __init__(self) -> None:
        """Start open and reading."""
        super().__init__({"peername": ("192.0.2.2", 50000), "sockname": ("192.0.2.1", 179)})
        self.written = b""
        self.reading = True
        self.ended = False
        self.aborted = False

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Take the limits."""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Keep what is written."""
        self.written += bytes(data)

    def pause_reading(self) -> None:
        """Note that nothing more is to come."""
        self.reading = False

    def resume_reading(self) -> None:
        """Note that more may come."""
        self.reading = True

    def write_eof(self) -> None:
        """Note the end of our direction."""
        self.ended = True

    def abort(self) -> None:
        """Note the end of both."""
        self.aborted = True


class Receiver:
    """Keeps what a connection hands over."""

    def __init__(self) -> None:
        """Start empty."""
        self.opened = 0
        self.messages: list[tuple[int, bytes]] = []
        self.reads = 0
        self.refused: list[HeaderError] = []
        self.closed: list[Exception | None] = []
        self.writable = 0

    def connection_opened(self, connection: Connection) -> None:
        """Count."""
        self.opened += 1

    def message_received(self, connection: Connection, kind: int, data: bytes, start: int, end: int) -> None:
        """Keep the message."""
        self.messages.append((kind, data[start:end]))

    def header_refused(self, connection: Connection, error: HeaderError) -> None:
        """Keep the error."""
        self.refused.append(error)

    def read_finished(self, connection: Connection) -> None:
        """Count."""
        self.reads += 1

    def connection_closed(self, connection: Connection, error: Exception | None) -> None:
        """Keep the reason."""
        self.closed.append(error)

    def became_writable(self, connection: Connection) -> None:
        """Count."""
        self.writable += 1


def opened(receiver: Receiver) -> tuple[Connection, Transport]:
    """Return a connection that is open, and its transport."""
    made, transport = Connection(receiver), Transport()
    made.connection_made(transport)
    return made, transport


def feed(made: Connection, data: bytes) -> None:
    """Give octets to a connection as a transport does."""
    while data:
        room = made.get_buffer(-1)
        size = min(len(room), len(data))
        room[:size] = data[:size]
        made.buffer_updated(size)
        data = data[size:]


@given(st.lists(st.integers(0, sum(map(len, STREAM))), max_size=40))
def test_any_division_of_the_stream_gives_the_same_messages(cuts: list[int]) -> None:
    """Wherever TCP cuts the octets, the messages are those that were sent. RFC 4271, section 4.1."""

    async def prove() -> None:
        receiver = Receiver()
        made, transport = opened(receiver)
        stream = b"".join(STREAM)
        for start, stop in itertools.pairwise([0, *sorted(cuts), len(stream)]):
            # When a slice is over, the transport gives nothing before it is asked to.
            await eventually(lambda: transport.reading, "reading")
            feed(made, stream[start:stop])
        await eventually(lambda: len(receiver.messages) == len(EXPECTED), "all messages")
        assert receiver.messages == EXPECTED
        assert made.octets_received == len(stream)

    asyncio.run(prove())


async def test_octets_that_come_one_by_one_give_the_same_messages() -> None:
    """A read of one octet completes a message at most, and an unfinished one is kept."""
    receiver = Receiver()
    made, _ = opened(receiver)
    for octet in b"".join(STREAM):
        feed(made, bytes((octet,)))
    assert receiver.messages == EXPECTED


@pytest.mark.parametrize("rest", [1, 18, 19, 1000, 4095])
async def test_a_message_at_the_end_of_a_full_buffer_is_finished_by_the_next_read(rest: int) -> None:
    """When the buffer ends within a message, nothing is lost: the head moves to the front."""
    receiver = Receiver()
    made, transport = opened(receiver)
    long = octets.message(octets.UPDATE, bytes(range(256)) * 15 + bytes(237))
    assert len(long) == 4096
    room = len(made.get_buffer(-1))
    count = room // 4096 + 2
    stream = long * count
    feed(made, stream[:rest])
    position = rest
    while position < len(stream):
        size = min(len(made.get_buffer(-1)), len(stream) - position)
        feed(made, stream[position : position + size])
        position += size
        await eventually(lambda: transport.reading, "reading again")
    await eventually(lambda: len(receiver.messages) == count, "all messages")
    assert set(receiver.messages) == {(octets.UPDATE, long[19:])}


@pytest.mark.interpreted
async def test_slices_let_others_have_their_turn_and_lose_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a slice of no time, every message is followed by a turn of the loop, in which reading is paused."""
    monkeypatch.setattr(connection, "SLICE_SECONDS", -1.0)
    monkeypatch.setattr(connection, "OCTETS_A_LOOK", 0)
    receiver = Receiver()
    made, transport = opened(receiver)
    turns: list[tuple[int, bool]] = []
    loop = asyncio.get_running_loop()

    def turn() -> None:
        turns.append((len(receiver.messages), transport.reading))
        if len(receiver.messages) < len(EXPECTED):
            loop.call_soon(turn)

    feed(made, b"".join(STREAM) + STREAM[0][:10])
    loop.call_soon(turn)
    await eventually(lambda: transport.reading, "reading again")
    assert receiver.messages == EXPECTED
    assert [count for count, _ in turns] == list(range(2, len(EXPECTED) + 1)), "one more message at each turn"
    assert not any(reading for _, reading in turns[:-1])
    feed(made, STREAM[0][10:])
    assert receiver.messages[len(EXPECTED) :] == EXPECTED[:1]


@pytest.mark.interpreted
async def test_each_slice_is_reported_as_a_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The receiver hears of each slice: so the hold timer is restarted within a long burst."""
    monkeypatch.setattr(connection, "SLICE_SECONDS", -1.0)
    monkeypatch.setattr(connection, "OCTETS_A_LOOK", 0)
    receiver = Receiver()
    made, transport = opened(receiver)
    feed(made, STREAM[1] * 5)
    await eventually(lambda: transport.reading, "reading again")
    assert receiver.reads >= 5


async def test_what_is_no_message_is_refused_after_the_messages_before_it() -> None:
    """A bad marker comes to the receiver as a HeaderError with 1/1, once. RFC 4271, section 6.1."""
    receiver = Receiver()
    made, _ = opened(receiver)
    feed(made, STREAM[1] + b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert receiver.messages == [EXPECTED[1]]
    assert [(error.notification.code, error.notification.subcode) for error in receiver.refused] == [(1, 1)]


@pytest.mark.parametrize(("maximum", "refused"), [(4096, [(1, 2)]), (65535, [])])
async def test_long_messages_need_to_be_negotiated(maximum: int, refused: Sequence[tuple[int, int]]) -> None:
    """More than 4,096 octets are Bad Message Length unless RFC 8654 has been negotiated."""
    receiver = Receiver()
    made, _ = opened(receiver)
    made.maximum = maximum
    feed(made, octets.message(octets.UPDATE, bytes(60_000)))
    assert [(error.notification.code, error.notification.subcode) for error in receiver.refused] == refused
    assert len(receiver.messages) == 1 - len(refused)


async def test_a_session_that_says_little_has_a_small_buffer(monkeypatch: pytest.MonkeyPatch) -> None:
    """It grows for one that fills it, up to a bound; a thousand quiet sessions take a few megabytes together."""
    monkeypatch.setattr(connection, "SLICE_SECONDS", 1000.0)  # however loaded the machine is, there is no pause
    made, _ = opened(Receiver())
    assert len(made.get_buffer(-1)) == connection.FIRST_READ_LENGTH
    feed(made, octets.message(octets.KEEPALIVE) * 100)
    assert len(made.get_buffer(-1)) == connection.FIRST_READ_LENGTH
    feed(made, octets.message(octets.KEEPALIVE) * 100_000)
    assert connection.READ_LENGTH - 19 < len(made.get_buffer(-1)) <= connection.READ_LENGTH


async def test_closing_ends_our_direction_and_drops_what_still_comes() -> None:
    """The peer can read our last message to its end; what it sends meanwhile reaches nobody."""
    receiver = Receiver()
    made, transport = opened(receiver)
    made.write(STREAM[-1])
    made.close()
    made.write(STREAM[1])
    assert (transport.written, transport.ended, transport.aborted) == (STREAM[-1], True, False)
    feed(made, b"".join(STREAM) * 100)
    assert receiver.messages == []
    made.connection_lost(None)
    await made.wait_closed()
    assert receiver.closed == [None]


async def test_closing_within_a_message_stops_the_delivery() -> None:
    """A receiver that closes while it takes a message gets no further one."""

    class Closing(Receiver):
        def message_received(self, connection: Connection, kind: int, data: bytes, start: int, end: int) -> None:
            super().message_received(connection, kind, data, start, end)
            connection.close()

    receiver = Closing()
    made, transport = opened(receiver)
    feed(made, b"".join(STREAM))
    assert receiver.messages == EXPECTED[:1]
    assert transport.ended


async def test_a_peer_that_does_not_close_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the linger time the connection is aborted."""
    monkeypatch.setattr(connection, "LINGER_SECONDS", 0.0)
    made, transport = opened(Receiver())
    made.close()
    await eventually(lambda: transport.aborted, "aborted")


@pytest.mark.interpreted
async def test_closing_resumes_a_paused_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection closed between two slices reads on, or it would never see the peer's end."""
    monkeypatch.setattr(connection, "SLICE_SECONDS", -1.0)
    monkeypatch.setattr(connection, "OCTETS_A_LOOK", 0)
    receiver = Receiver()
    made, transport = opened(receiver)
    feed(made, STREAM[1] * 3)
    states = [transport.reading]
    made.close()
    states.append(transport.reading)
    assert states == [False, True]
    await asyncio.sleep(0)
    assert len(receiver.messages) == 1


async def test_a_full_transport_is_not_writable_until_it_has_room() -> None:
    """The receiver is told when there is room again; a closed connection never becomes writable."""
    receiver = Receiver()
    made, _ = opened(receiver)
    made.pause_writing()
    assert not made.writable
    made.resume_writing()
    assert (made.writable, receiver.writable) == (True, 1)
    made.pause_writing()
    made.abort()
    made.resume_writing()
    assert (made.writable, receiver.writable) == (False, 1)


async def test_addresses_are_those_of_the_socket() -> None:
    """The addresses are known while the connection is there, and empty before."""
    assert (Connection(Receiver()).remote_address, Connection(Receiver()).local_address) == ("", "")
    made, _ = opened(Receiver())
    assert (made.remote_address, made.local_address) == ("192.0.2.2", "192.0.2.1")
