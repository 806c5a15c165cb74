"""RFC 4271, section 4.4: KEEPALIVEs come in time, whatever else the speaker has to do, and whoever does not listen."""

import asyncio
from contextlib import aclosing

import pytest

from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer
from tests.support.speakers import OURS, THIRD, port_of, scripted, speaker_at, towards_scripted
from tests.support.virtual_time import run

ROUTES = octets.update(octets.attributes(), *(f"10.{high}.{low}.0/24" for high in range(4) for low in range(200)))


async def _all_is_well(peer: ScriptedPeer, seconds: float) -> None:
    """Keep a session of hold time 3 up from the other side, and see that KEEPALIVEs come in time."""
    loop = asyncio.get_running_loop()
    end = last = loop.time()
    end += seconds
    while loop.time() < end:
        async with asyncio.timeout(3):
            kind, _ = await peer.receive()
        if kind == octets.KEEPALIVE:
            assert loop.time() - last <= 1.1
            last = loop.time()
            await peer.send(octets.message(octets.KEEPALIVE))


@pytest.mark.rfc("4271", "4.4")
def test_a_watcher_that_does_not_read_stops_no_keepalives() -> None:
    """Its routes wait, the sessions do not."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await speaker.add_peer(towards_scripted(hold_time=3))
            async with aclosing(speaker.watch()) as idle, await scripted(speaker) as peer:
                await peer.send(ROUTES)
                assert await anext(idle)
                await peer.send(octets.withdraw("10.0.0.0/24"), ROUTES)
                await _all_is_well(peer, 20)

    run(prove())


@pytest.mark.rfc("4271", "4.4")
def test_a_peer_that_does_not_read_stops_no_keepalives_of_others() -> None:
    """What it is to be sent waits, and the KEEPALIVEs of other sessions go out in time."""

    async def prove() -> None:
        async with speaker_at() as speaker:
            await speaker.add_peer(towards_scripted(hold_time=3, route_reflector_client=True))
            await speaker.add_peer(towards_scripted(THIRD, hold_time=0))
            deaf = await ScriptedPeer.dial(OURS, port_of(speaker), local=THIRD, receive_buffer=4096)
            async with deaf, await scripted(speaker) as peer:
                await deaf.handshake(64512, "10.0.0.3", hold_time=0)
                for med in range(200):
                    block = octets.attributes(med=med)
                    await peer.send(octets.update(block, *(f"10.9.{low}.0/24" for low in range(200))))
                await _all_is_well(peer, 10)

    run(prove())
