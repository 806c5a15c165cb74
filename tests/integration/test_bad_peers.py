"""Peers and strangers that misbehave: each fault is answered as it must be, nothing is left, nobody else notices."""

import asyncio
from contextlib import suppress
from itertools import cycle
from typing import Final

import pytest

from bgpkit import Speaker
from bgpkit.testing import BadMessage, MisbehavingPeer, Simulation, bad_headers, bad_opens, message, notifications
from tests.integration.bad_peer_scenes import BAD_ASN, NEIGHBOURS, STRANGER, World, gone, own_open, play
from tests.support import octets
from tests.support.scripted_peer import eventually

BAD: Final = tuple(f"127.0.1.{number}" for number in range(1, 255))
FLAPS: Final = 1000
TOLERATED: Final = 300
"""Blocks of memory that may stay after hundreds of flaps: caches of a bounded size."""

everywhere = pytest.mark.parametrize("where", ["lab", "tcp"])


async def answer_to(peer: MisbehavingPeer, bad: BadMessage) -> tuple[str, int, int]:
    """Send a bad message as the first one; return its name and how it was answered."""
    await peer.expect(octets.OPEN)
    await peer.send(bad.octets)
    peer.half_close()
    return (bad.name, *await peer.expect_notification())


@everywhere
def test_each_fault_is_answered_with_the_notification_of_the_rfc(where: str) -> None:
    """Headers and OPENs, one fault each, as the first message of a connection."""
    faults = [*bad_headers(), *bad_opens(BAD_ASN)]

    async def scene(hub: Speaker, world: World) -> list[tuple[str, int, int]]:
        answers: list[tuple[str, int, int]] = []
        for address, bad in zip(BAD, faults, strict=False):
            async with await world.dial(hub, address) as peer:
                answers.append(await answer_to(peer, bad))
        await gone(hub)
        return answers

    assert play(scene, where) == [(bad.name, bad.code, bad.subcode) for bad in faults]


@everywhere
def test_each_fault_of_a_header_ends_an_established_session(where: str) -> None:
    """With the same NOTIFICATION, whatever state it comes in; a message that is truncated ends with its connection."""

    async def scene(hub: Speaker, world: World) -> list[tuple[str, int, int]]:
        answers: list[tuple[str, int, int]] = []
        for address, bad in zip(BAD, bad_headers(), strict=False):
            async with await world.established(hub, address) as peer:
                await peer.expect(octets.UPDATE)
                await peer.send(bad.octets)
                peer.half_close()
                answers.append((bad.name, *await peer.expect_notification()))
        async with await world.established(hub, BAD[100]) as peer:
            await peer.expect(octets.UPDATE)
            await peer.send(message(octets.UPDATE, bytes(100))[:50])
            peer.half_close()
            await peer.expect_end()
        await gone(hub)
        return answers

    assert play(scene, where) == [(bad.name, bad.code, bad.subcode) for bad in bad_headers()]


@everywhere
def test_every_kind_of_notification_ends_the_session_and_gets_no_answer(where: str) -> None:
    """Those of codes that nobody knows as well. RFC 4271, section 6.4."""

    async def scene(hub: Speaker, world: World) -> None:
        for address, notification in zip(cycle(BAD), notifications(), strict=False):
            async with await world.established(hub, address) as peer:
                await peer.expect(octets.UPDATE)
                await peer.send(notification)
                await peer.expect_end()
            await gone(hub)

    play(scene, where)


@everywhere
def test_a_strangers_garbage_is_not_even_read(where: str) -> None:
    """Three hundred connections of somebody unknown: each ends without a word, and costs nothing."""

    async def scene(hub: Speaker, world: World) -> None:
        for number in range(300):
            garbage = (b"GET / HTTP/1.1\r\n\r\n", bytes(5000), own_open(STRANGER), b"")[number % 4]
            with suppress(OSError):  # the connect itself may find that it has been closed
                async with await world.dial(hub, STRANGER) as stranger:
                    await stranger.send(garbage)
                    assert await stranger.reader.read() == b""
        assert {peer.address for peer in hub.peers()}.isdisjoint({STRANGER})

    play(scene, where)


@everywhere
def test_slow_connects_hold_nobody_up_and_end_with_the_speaker(where: str) -> None:
    """A hundred peers that send an OPEN an octet at a time: each has its connection, and others go on."""

    async def scene(hub: Speaker, world: World) -> None:
        slow = [await world.dial(hub, address) for address in BAD[:100]]
        async with asyncio.TaskGroup() as group:
            for peer, address in zip(slow, BAD, strict=False):
                group.create_task(peer.trickle(own_open(address)[:40], every=0.05))
        assert len(hub.peers()) == 103
        for peer in slow:
            await peer.close()
        await gone(hub)

    play(scene, where)


def test_a_connect_that_never_becomes_an_open_is_given_up() -> None:
    """The large hold time of OpenSent is four minutes; an octet a second is no message. RFC 4271, section 8.2.2."""

    async def scene(hub: Speaker, world: World) -> float:
        async with await world.dial(hub, BAD[0]) as peer:
            began = asyncio.get_running_loop().time()
            await peer.expect(octets.OPEN)
            slowly = asyncio.create_task(peer.trickle(message(octets.OPEN, bytes(400)), every=1.0))
            async with asyncio.timeout(1000):
                assert (await peer.reader.readexactly(21))[19:] == b"\x04\x00"
            ended = asyncio.get_running_loop().time()
            await slowly
        await gone(hub)
        return ended - began

    assert play(scene, "lab") == pytest.approx(240.0)


def test_a_message_that_never_ends_does_not_hold_the_session_up() -> None:
    """Octets of an unfinished UPDATE are no message: the hold timer runs out. RFC 4271, section 6.5."""

    async def scene(hub: Speaker, world: World) -> float:
        async with await world.established(hub, BAD[0]) as peer:
            await peer.expect(octets.UPDATE)
            began = asyncio.get_running_loop().time()
            slowly = asyncio.create_task(peer.trickle(message(octets.UPDATE, bytes(4000)), every=1.0))
            async with asyncio.timeout(1000):
                heard = await peer.reader.readuntil(b"\x03\x04\x00")  # NOTIFICATION, Hold Timer Expired
            assert set(heard.replace(b"\xff" * 16 + b"\x00\x13\x04", b"")) <= set(b"\xff\x00\x15\x03\x04")
            ended = asyncio.get_running_loop().time()
            await peer.close()
            await slowly
        await gone(hub)
        return ended - began

    assert play(scene, "lab") == pytest.approx(90.0)


@everywhere
def test_a_peer_that_flaps_a_thousand_times_leaves_nothing(where: str) -> None:
    """It comes with routes and goes in every way there is; tasks, sockets and memory are what they were."""
    ways = cycle(("reset", "close", "half-close", "notification", "garbage", "truncated"))

    async def flap(hub: Speaker, world: World, way: str) -> None:
        peer = await world.established(hub, BAD[0])
        block = octets.attributes(BAD_ASN, next_hop=BAD[0])
        await peer.send(*(octets.update(block, f"10.{number}.0.0/16") for number in range(10)))
        match way:
            case "reset":
                peer.reset()
            case "half-close":
                peer.half_close()
                await peer.reader.read()
            case "notification":
                await peer.send(message(octets.NOTIFICATION, b"\x06\x04"))
            case "garbage":
                await peer.send(b"\xff" * 18 + b"\x00")
            case "truncated":
                await peer.send(octets.update(block, "10.0.0.0/8")[:-2])
            case _:
                pass
        await peer.close()
        await eventually(lambda: all(peer.address != BAD[0] for peer in hub.peers()), "the bad peer is gone")

    async def scene(hub: Speaker, world: World) -> int:
        for _ in range(FLAPS // 2):
            await flap(hub, world, next(ways))
        await gone(hub)
        middle = world.held()
        for _ in range(FLAPS // 2):
            await flap(hub, world, next(ways))
        await gone(hub)
        end = world.held()
        assert end == middle
        assert list(hub.routes()) == []
        return end.blocks - middle.blocks

    stayed = play(scene, where)
    print(f"{where}: {stayed} blocks more after {FLAPS // 2} flaps")
    assert stayed < TOLERATED


def test_neighbours_hear_the_same_at_the_same_times_as_without_the_bad_peers() -> None:
    """Octet by octet, for a minute: none is late by a microsecond, and none is too many."""

    async def alone(hub: Speaker, world: World) -> None:
        await asyncio.sleep(60)

    async def among_the_bad(hub: Speaker, world: World) -> None:
        for address, bad in zip(BAD, [*bad_headers(), *bad_opens(BAD_ASN)], strict=False):
            async with await world.dial(hub, address) as peer:
                await answer_to(peer, bad)
            async with await world.dial(hub, STRANGER) as stranger:
                await stranger.send(bytes(100))
            flapping = await world.established(hub, address)
            flapping.reset()
        await asyncio.sleep(60)

    heard: list[dict[str, list[tuple[float, bytes]]]] = []
    for scene in (alone, among_the_bad):
        lab = Simulation()
        play(scene, "lab", lab=lab)
        told: dict[str, list[tuple[float, bytes]]] = {address: [] for address in NEIGHBOURS}
        for event in lab.log:
            if event.time < 60 and (address := event.destination.partition(":")[0]) in told:
                told[address].append((event.time, event.octets))
        heard.append(told)
    assert min(map(len, heard[0].values())) > 60
    assert heard[0] == heard[1]
