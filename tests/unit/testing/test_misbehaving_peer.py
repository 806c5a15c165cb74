"""A peer that does what it is told, over TCP and in memory."""

import asyncio
from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address
from typing import TypeAlias

import pytest

from bgpkit.testing import MisbehavingListener, MisbehavingPeer, Simulation, VirtualHost, message
from bgpkit_fsm import Keepalive, Notification, Open
from tests.support import octets

OWN = Open(my_as=64512, hold_time=90, bgp_identifier=IPv4Address("192.0.2.1"))
Scene: TypeAlias = Callable[[MisbehavingPeer, MisbehavingPeer], Awaitable[None]]

everywhere = pytest.mark.parametrize("where", ["memory", "tcp"])


async def _between(scene: Scene, host: VirtualHost | None, receive_buffer: int | None) -> None:
    async with MisbehavingListener("127.0.0.1", network=host) as listener:
        dialing = MisbehavingPeer.dial(
            "127.0.0.1", listener.port, local="127.0.0.1", network=host, receive_buffer=receive_buffer
        )
        async with await dialing as one:
            other = await listener.accept()
            assert listener.accepted == 1
            await scene(one, other)


def play(scene: Scene, where: str, receive_buffer: int | None = None) -> None:
    """Play a scene between two such peers."""
    if where == "tcp":
        asyncio.run(_between(scene, None, receive_buffer))
    else:
        Simulation().run(lambda lab: _between(scene, lab.network.host("127.0.0.1"), receive_buffer))


@everywhere
def test_messages_and_octets_are_sent_as_they_are(where: str) -> None:
    """In one go, and received one by one."""

    async def scene(one: MisbehavingPeer, other: MisbehavingPeer) -> None:
        await one.send(Keepalive(), message(77, b"body"), Notification(6, 4))
        assert await other.receive() == (4, b"")
        assert await other.receive() == (77, b"body")
        assert await other.expect(3) == b"\x06\x04"

    play(scene, where)


@everywhere
def test_a_session_comes_up_with_two_opens_and_two_keepalives(where: str) -> None:
    """Each side gets the other's OPEN; KEEPALIVEs are passed over afterwards."""

    async def scene(one: MisbehavingPeer, other: MisbehavingPeer) -> None:
        heard = await asyncio.gather(one.establish(OWN), other.establish(octets.open_message(64513, "192.0.2.2")))
        assert [body[:5].hex() for body in heard] == ["04fc01005a", "04fc00005a"]
        await one.send(Keepalive(), Keepalive(), octets.end_of_rib())
        assert await other.expect(octets.UPDATE) == bytes(4)

    play(scene, where)


@everywhere
def test_what_comes_in_place_of_what_must_is_an_assertion_error(where: str) -> None:
    """The sentence shows it."""

    async def scene(one: MisbehavingPeer, other: MisbehavingPeer) -> None:
        await one.send(Notification(6, 2), OWN, OWN)
        with pytest.raises(AssertionError, match="type 3 came where 1 was expected: 0602"):
            await other.expect(octets.OPEN)
        with pytest.raises(AssertionError, match="type 1 came where KEEPALIVE was expected"):
            await other.establish(OWN)
        await one.send(b"the rest")
        one.half_close()
        with pytest.raises(AssertionError, match="7468652072657374 came where the connection was to end"):
            await other.expect_end()

    play(scene, where)


@everywhere
def test_octets_that_are_no_message_are_no_message(where: str) -> None:
    """A marker that is none."""

    async def scene(one: MisbehavingPeer, other: MisbehavingPeer) -> None:
        await one.send(bytes(19))
        with pytest.raises(AssertionError, match="no message begins with 00"):
            await other.receive()

    play(scene, where)


@everywhere
def test_octets_trickle(where: str) -> None:
    """A few at a time; it ends when the connection does."""

    async def scene(one: MisbehavingPeer, other: MisbehavingPeer) -> None:
        began = asyncio.get_running_loop().time()
        await one.trickle(message(4), every=0.001, at_once=2)
        assert asyncio.get_running_loop().time() - began >= 0.0099
        assert await other.receive() == (4, b"")
        other.reset()
        await asyncio.sleep(0.01)
        async with asyncio.timeout(5):
            await one.trickle(bytes(10_000), every=1.0)

    play(scene, where)


@everywhere
def test_keepalives_are_sent_for_as_long_as_asked(where: str) -> None:
    """What is heard meanwhile is given back."""

    async def scene(one: MisbehavingPeer, other: MisbehavingPeer) -> None:
        await other.send(octets.end_of_rib(), octets.route_refresh())
        heard = await one.keep_alive(0.05, every=0.02)
        assert [kind for kind, _ in heard] == [octets.UPDATE, octets.ROUTE_REFRESH]
        assert [await other.receive() for _ in range(2)] == [(4, b""), (4, b"")]

    play(scene, where)


@everywhere
def test_who_stalls_fills_the_other_sides_buffer_until_it_resumes(where: str) -> None:
    """With a small receive buffer soon."""

    async def scene(one: MisbehavingPeer, other: MisbehavingPeer) -> None:
        one.stall()
        writing = asyncio.create_task(other.send(bytes(20_000_000)))
        await asyncio.sleep(0.05)
        assert not writing.done()
        one.resume()
        assert len(await one.reader.readexactly(20_000_000)) == 20_000_000
        await writing

    play(scene, where, receive_buffer=8192)


@everywhere
def test_half_a_connection_can_be_closed(where: str) -> None:
    """The other half goes on."""

    async def scene(one: MisbehavingPeer, other: MisbehavingPeer) -> None:
        one.half_close()
        assert await other.reader.read() == b""
        await other.send(Notification(6, 2))
        other.half_close()
        assert await one.expect_notification() == (6, 2)

    play(scene, where)


@everywhere
def test_a_reset_is_an_error_for_the_other_side(where: str) -> None:
    """Not an end."""

    async def scene(one: MisbehavingPeer, other: MisbehavingPeer) -> None:
        one.reset()
        with pytest.raises(ConnectionResetError):
            await other.reader.readexactly(1)
        await other.expect_end()

    play(scene, where)


@everywhere
def test_a_connect_that_is_refused_is_an_os_error(where: str) -> None:
    """As of the kernel."""

    async def main(host: VirtualHost | None) -> None:
        with pytest.raises(ConnectionRefusedError):
            await MisbehavingPeer.dial("127.0.0.1", 1, network=host)

    if where == "tcp":
        asyncio.run(main(None))
    else:
        Simulation().run(lambda lab: main(lab.network.host("127.0.0.1")))
