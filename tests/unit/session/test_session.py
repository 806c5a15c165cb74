"""The driver of the machine: a real socket on one side, the owner on the other."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest

from bgpkit.session import Connection, Endpoint, Session, connection
from bgpkit.transport import TcpNetwork
from bgpkit_fsm import ExtendedMessageCapability, Notification, State
from tests.support import octets
from tests.support.leaks import open_sockets, other_tasks, pending_timers
from tests.support.scripted_peer import ScriptedListener, ScriptedPeer, eventually
from tests.support.virtual_time import run
from tests.unit.session.sessions import CEASE, CONFIG, OURS, PASSIVE, PEER_ASN, THEIRS, Owner, running
from tests.unit.session.test_connection import Transport

IDENTIFIER = "10.0.0.2"
FOUR_OCTETS = octets.four_octet_as(PEER_ASN)


async def established(port: int, *capabilities: bytes, hold_time: int = 90) -> ScriptedPeer:
    """Return a peer that has connected and brought the session up."""
    peer = await ScriptedPeer.dial(OURS, port, local=THEIRS)
    return await peer.handshake(PEER_ASN, IDENTIFIER, *capabilities, hold_time=hold_time)


async def test_a_passive_session_comes_up_when_the_peer_connects() -> None:
    """The owner hears of the terms and of our own address; the state is Established."""
    async with running() as (session, owner, port), await established(port, hold_time=30):
        await eventually(lambda: owner.up, "Established")
        assert session.state is State.ESTABLISHED
        assert (owner.established[0].peer_asn, owner.established[0].hold_time) == (PEER_ASN, 30)
        assert owner.local_addresses == [OURS]


async def test_an_active_session_connects_from_its_local_address() -> None:
    """The session opens the connection itself, from the address that it was given."""
    async with ScriptedListener(THEIRS) as listener, running(CONFIG, port=listener.port) as (_, owner, _):
        peer = await listener.accept()
        assert peer.writer.get_extra_info("peername")[0] == OURS
        await peer.handshake(PEER_ASN, IDENTIFIER)
        await eventually(lambda: owner.up, "Established")


def test_a_passive_session_never_connects() -> None:
    """Nobody is called while the session is passive."""

    async def prove() -> None:
        async with ScriptedListener(THEIRS) as listener, running(PASSIVE, port=listener.port) as (session, _, _):
            await asyncio.sleep(600)
            assert listener.accepted == 0
            assert session.state is State.ACTIVE

    run(prove())


async def test_updates_come_decoded_and_in_order() -> None:
    """What the peer announces and withdraws reaches the owner as it was sent."""
    async with running() as (_, owner, port), await established(port) as peer:
        await peer.send(octets.update(octets.attributes(PEER_ASN), "10.0.0.0/8"), octets.withdraw("10.0.0.0/8"))
        await peer.send(octets.end_of_rib())
        await eventually(lambda: len(owner.updates) == 3, "three updates")
        announced, withdrawn, end = owner.updates
        assert announced.announced[0][2] == [octets.nlri("10.0.0.0/8")]
        assert withdrawn.withdrawn[0][1] == [octets.nlri("10.0.0.0/8")]
        assert end.end_of_rib is not None


async def test_route_refresh_reaches_the_owner() -> None:
    """A ROUTE-REFRESH on the session is handed on, and the session stays."""
    async with running() as (_, owner, port), await established(port, octets.REFRESH_CAPABILITY) as peer:
        await peer.send(octets.route_refresh())
        await eventually(lambda: len(owner.refreshes) == 1, "the refresh")
        assert owner.up


@pytest.mark.rfc("4271", "6.1")
async def test_octets_that_are_no_message_end_the_session_with_a_notification() -> None:
    """A marker that is not all ones: 1/1, and the connection is closed."""
    async with running() as (_, owner, port), await established(port) as peer:
        await peer.send(b"GET / HTTP/1.1\r\nHost: example\r\n\r\n")
        assert await peer.expect_notification() == (1, 1)
        await eventually(lambda: len(owner.released) == 1, "released")
        assert owner.released[0].sent is not None


@pytest.mark.rfc("4271", "6.1")
async def test_an_unknown_type_is_named_in_the_notification() -> None:
    """Bad Message Type carries the type in question."""
    async with running() as (_, _, port), await established(port) as peer:
        await peer.send(octets.message(77))
        assert await peer.expect(octets.NOTIFICATION) == bytes((1, 3, 77))
        await peer.expect_end()


@pytest.mark.rfc("4271", "6.3")
async def test_an_update_that_cannot_be_read_ends_the_session() -> None:
    """Lengths that do not fit the message: UPDATE Message Error, Malformed Attribute List."""
    async with running() as (_, owner, port), await established(port) as peer:
        await peer.send(octets.message(octets.UPDATE, b"\0\0\xff\xff"))
        assert await peer.expect_notification() == (3, 1)
        assert owner.updates == []


@pytest.mark.rfc("4271", "6.2")
async def test_a_peer_of_another_as_is_refused() -> None:
    """OPEN Message Error, Bad Peer AS; the owner hears why."""
    async with running() as (_, owner, port):
        peer = await ScriptedPeer.dial(OURS, port, local=THEIRS)
        await peer.send(octets.open_message(64999, IDENTIFIER, octets.four_octet_as(64999)))
        await peer.expect(octets.OPEN)
        assert await peer.expect_notification() == (2, 2)
        assert [reason.sent is not None for reason in owner.failed] == [True]


@pytest.mark.rfc("4271", "6.5")
def test_a_silent_peer_is_told_that_the_hold_timer_expired() -> None:
    """After one hold time without a message: Hold Timer Expired, and the session is over."""

    async def prove() -> None:
        async with running() as (_, owner, port):
            peer = await established(port, hold_time=3)
            began = asyncio.get_running_loop().time()
            assert await peer.expect_notification() == (4, 0)
            assert 2.9 <= asyncio.get_running_loop().time() - began <= 3.5
            await eventually(lambda: len(owner.released) == 1, "released")

    run(prove())


@pytest.mark.rfc("4271", "8.2.2")
@pytest.mark.parametrize(
    "sign_of_life", [octets.message(octets.KEEPALIVE), octets.withdraw("10.0.0.0/8")], ids=["keepalive", "update"]
)
def test_what_the_peer_sends_restarts_the_hold_timer(sign_of_life: bytes) -> None:
    """A KEEPALIVE or an UPDATE every two seconds keeps a session of hold time three up."""

    async def prove() -> None:
        async with running() as (_, owner, port), await established(port, hold_time=3) as peer:
            for _ in range(20):
                await asyncio.sleep(2)
                await peer.send(sign_of_life)
            assert owner.up
            assert await peer.expect_notification() == (4, 0)

    run(prove())


@pytest.mark.rfc("4271", "4.4")
def test_keepalives_are_sent_three_times_a_hold_time() -> None:
    """Between our KEEPALIVEs a third of the negotiated hold time passes, less at most a quarter for the jitter."""

    async def prove() -> list[float]:
        times: list[float] = []
        async with running() as (_, _, port), await established(port, hold_time=30) as peer:
            for _ in range(8):
                kind, _ = await peer.receive()
                assert kind == octets.KEEPALIVE
                times.append(asyncio.get_running_loop().time())
                await peer.send(octets.message(octets.KEEPALIVE))
        return times

    times = run(prove())
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert all(7.4 <= gap <= 10.2 for gap in gaps), gaps


@pytest.mark.rfc("4271", "4.4")
def test_with_a_hold_time_of_zero_nothing_expires_and_no_keepalive_is_sent() -> None:
    """A negotiated hold time of zero: no KEEPALIVEs, and hours of silence end nothing."""

    async def prove() -> None:
        async with running() as (_, owner, port), await established(port, hold_time=0) as peer:
            await asyncio.sleep(7200)
            assert owner.up
            await peer.send(octets.message(77))
            assert (await peer.receive())[0] == octets.NOTIFICATION, "no KEEPALIVE came before"

    run(prove())


@pytest.mark.parametrize("higher", [True, False], ids=["ours is higher", "theirs is higher"])
@pytest.mark.rfc("4271", "6.8")
async def test_of_two_connections_that_of_the_higher_identifier_survives(higher: bool) -> None:
    """Both sides have connected and sent OPEN: one connection is closed with Cease / 7, one becomes the session."""
    identifier = "10.0.0.0" if higher else "10.0.0.9"
    own_open = octets.open_message(PEER_ASN, identifier, FOUR_OCTETS)
    async with ScriptedListener(THEIRS) as listener, running(CONFIG, port=listener.port) as (session, owner, port):
        ours = await listener.accept()
        theirs = await ScriptedPeer.dial(OURS, port, local=THEIRS)
        for peer in (ours, theirs):
            await peer.expect(octets.OPEN)
        for peer in (ours, theirs):
            await peer.send(own_open)
        kept, closed = (ours, theirs) if higher else (theirs, ours)
        assert await closed.expect_notification() == (6, 7)
        await kept.send(octets.message(octets.KEEPALIVE))
        await eventually(lambda: owner.up, "Established")
        assert session.connection is not None
        assert (len(owner.established), len(owner.released)) == (1, 0)
        await kept.send(octets.update(octets.attributes(PEER_ASN), "10.0.0.0/8"))
        await eventually(lambda: len(owner.updates) == 1, "an update on the connection that was kept")
        await kept.close()


async def test_a_second_connection_while_established_leaves_the_session_alone() -> None:
    """The peer connects once more without having restarted: the new connection is closed, the session stays."""
    async with running() as (_, owner, port), await established(port) as first:
        second = await ScriptedPeer.dial(OURS, port, local=THEIRS)
        await second.expect_end()
        await first.send(octets.update(octets.attributes(PEER_ASN), "10.0.0.0/8"))
        await eventually(lambda: len(owner.updates) == 1, "the session goes on")
        assert owner.up


async def test_refresh_on_another_connection_than_the_session_is_not_answered() -> None:
    """A ROUTE-REFRESH on the second connection of an active peer never reaches the owner."""
    async with ScriptedListener(THEIRS) as listener, running(CONFIG, port=listener.port) as (_, owner, port):
        first = await (await listener.accept()).handshake(PEER_ASN, IDENTIFIER)
        await eventually(lambda: owner.up, "Established")
        second = await ScriptedPeer.dial(OURS, port, local=THEIRS)
        await second.expect(octets.OPEN)
        await second.send(octets.route_refresh())
        assert (await second.expect_notification())[0] == 5
        assert owner.refreshes == []
        await first.send(octets.message(octets.KEEPALIVE))
        assert owner.up


async def test_an_attempt_that_nobody_answers_is_reported() -> None:
    """Connection refused: the owner is told by what, and the session tries again."""
    async with ScriptedListener(THEIRS) as listener:
        port = listener.port
    async with running(replace(CONFIG, connect_retry_time=0.05), port=port) as (session, owner, _):
        await eventually(lambda: len(owner.failed) >= 2, "two attempts")
        assert "refused" in owner.failed[0].text
        assert session.state in (State.CONNECT, State.ACTIVE)


async def test_long_messages_are_taken_once_negotiated() -> None:
    """With the extended message capability on both sides, an UPDATE of 20,000 octets is read. RFC 8654, section 4."""
    config = replace(PASSIVE, capabilities=(*PASSIVE.capabilities, ExtendedMessageCapability()))
    prefixes = [f"10.{high}.{low}.0/24" for high in range(20) for low in range(250)]
    async with running(config) as (_, owner, port):
        peer = await established(port, octets.EXTENDED_MESSAGE_CAPABILITY)
        await peer.send(octets.update(octets.attributes(PEER_ASN), *prefixes))
        await eventually(lambda: len(owner.updates) == 1, "the update")
        assert len(owner.updates[0].announced[0][2]) == len(prefixes)
        await peer.close()


@pytest.mark.parametrize("notification", [CEASE, None], ids=["with a word", "without"])
async def test_stop_ends_the_session_with_the_word_given(notification: object) -> None:
    """With a NOTIFICATION the peer hears it and then the end; without one only the end."""
    async with running() as (session, owner, port), await established(port) as peer:
        await eventually(lambda: owner.up, "Established")
        session.stop(CEASE if notification else None)
        if notification:
            assert await peer.expect_notification() == (6, 2)
        else:
            await peer.expect_end()
        assert len(owner.released) == 1
        assert session.state is State.IDLE


async def test_an_interrupted_session_is_told_and_tried_again() -> None:
    """The peer hears the reason; after the IdleHoldTimer the session is opened once more."""
    quick = replace(CONFIG, idle_hold_time=0.05)
    async with ScriptedListener(THEIRS) as listener, running(quick, port=listener.port) as (session, owner, _):
        peer = await (await listener.accept()).handshake(PEER_ASN, IDENTIFIER)
        await eventually(lambda: owner.up, "Established")
        session.interrupt(Notification(6, 10))
        assert await peer.expect_notification() == (6, 10)
        await (await listener.accept()).handshake(PEER_ASN, IDENTIFIER)
        await eventually(lambda: len(owner.established) == 2, "Established again")


async def test_the_notification_arrives_although_octets_of_the_peer_are_unread() -> None:
    """A peer in the middle of a burst still reads our last word: closing does not reset the connection."""
    block = octets.attributes(PEER_ASN)
    burst = b"".join(octets.update(block, f"10.{high}.{low}.0/24") for high in range(100) for low in range(250))
    async with running() as (session, owner, port), await established(port) as peer:
        peer.writer.write(burst)
        await eventually(lambda: len(owner.updates) > 0, "the burst has begun")
        session.stop(CEASE)
        assert len(owner.updates) < 25_000
        assert await peer.expect_notification() == (6, 2)


async def test_nothing_is_left_after_stop() -> None:
    """No task, socket or timer remains of an established session, nor of an attempt under way."""
    sockets, tasks, timers = open_sockets(), other_tasks(), pending_timers()
    async with ScriptedListener(THEIRS) as listener, running(CONFIG, port=listener.port) as (session, owner, port):
        peer = await (await listener.accept()).handshake(PEER_ASN, IDENTIFIER)
        await eventually(lambda: owner.up, "Established")
        silent = await ScriptedPeer.dial(OURS, port, local=THEIRS)
        session.stop(CEASE)
        await peer.expect(octets.NOTIFICATION)
        await asyncio.gather(peer.close(), silent.close())
    await eventually(lambda: open_sockets() <= sockets, "the sockets are gone")
    await eventually(lambda: other_tasks() <= tasks, "the tasks are gone")
    assert [timer for timer in pending_timers() if timer not in timers] == []


async def test_an_attempt_given_up_as_it_succeeds_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped at the very moment of the connection, the session takes no connection and leaves none."""
    monkeypatch.setattr(connection, "LINGER_SECONDS", 0.05)
    sockets = open_sockets()
    for turns in range(12):
        owner = Owner()
        async with ScriptedListener(THEIRS) as listener:
            session = Session(CONFIG, Endpoint(remote=THEIRS, port=listener.port, local=OURS), owner)
            session.start()
            for _ in range(turns):
                await asyncio.sleep(0)
            session.stop(CEASE)
            await session.wait_closed()
            assert session.state is State.IDLE
            assert session.connection is None
            assert not session.closing
        await eventually(lambda: open_sockets() <= sockets, "the sockets are gone")


def test_a_connection_of_an_attempt_that_was_replaced_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The retry timer has begun another attempt: what the first one still brings is aborted, the second one counts."""
    attempts: list[Connection] = []

    async def connect(_network: TcpNetwork, make_protocol: Callable[[], Connection], **_where: object) -> None:
        attempts.append(make_protocol())
        await asyncio.sleep(3600)

    async def prove() -> None:
        async with running(replace(CONFIG, connect_retry_time=10)) as (session, _, _):
            await asyncio.sleep(12)
            first, second = attempts
            former, latest = Transport(), Transport()
            try:
                first.connection_made(former)
                assert (former.aborted, former.written, session.state) == (True, b"", State.CONNECT)
                second.connection_made(latest)
                assert (latest.aborted, session.state) == (False, State.OPEN_SENT)
            finally:
                session.stop(None)
                first.connection_lost(None)
                second.connection_lost(None)

    monkeypatch.setattr(TcpNetwork, "connect", connect)
    run(prove())
