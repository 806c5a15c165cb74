"""Strangers cost nothing: neither memory, nor the log, nor the time of the others."""

import asyncio
import gc
import sys
import tracemalloc

import pytest
from structlog.testing import capture_logs

from bgpkit import ConfigError, PeerConfig, Speaker
from bgpkit.speaker.stranger_limits import NAMED, NewPeerRate, Strangers
from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer, eventually
from tests.support.speakers import (
    ASN,
    THEIRS,
    THIRD,
    address_of,
    holds,
    port_of,
    scripted,
    speaker_at,
    towards_scripted,
    turned_away,
)
from tests.support.virtual_time import run

FLOOD = 10_000
_CONNECTS = """
import socket, sys
address, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
for number in range(count):
    with socket.socket() as connection:
        connection.bind((f"127.0.{number % 250 + 1}.{number // 250 % 250 + 1}", 0))
        try:
            connection.connect((address, port))
            connection.recv(1)
        except ConnectionError:
            pass
"""


async def flood(address: str, port: int, count: int) -> None:
    """Connect from ``count`` different addresses, one after the other, each until it is refused."""
    words = [sys.executable, "-c", _CONNECTS, address, str(port), str(count)]
    process = await asyncio.create_subprocess_exec(*words)
    assert await asyncio.wait_for(process.wait(), 60) == 0


async def keep_busy(speaker: Speaker, peer: ScriptedPeer, over: asyncio.Event) -> tuple[float, int]:
    """Have a route taken and dropped until it is over; return the longest that this took, and the most tasks seen."""
    loop = asyncio.get_running_loop()
    slowest, tasks, number = 0.0, 0, 0
    while not over.is_set():
        number = number % 250 + 1
        began, prefix = loop.time(), f"10.{number}.0.0/16"
        await peer.send(octets.update(octets.attributes(med=number), prefix))
        await holds(speaker, {prefix})
        await peer.send(octets.withdraw(prefix))
        await holds(speaker, set())
        slowest, tasks = max(slowest, loop.time() - began), max(tasks, len(asyncio.all_tasks()))
    return slowest, tasks


async def test_ten_thousand_strangers_leave_nothing_behind_and_slow_nobody() -> None:
    """No task is made for one, no object stays, few lines are logged; routes of a peer are taken meanwhile, quickly."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(THEIRS, connect_retry_time=60))
        async with await scripted(speaker) as peer:
            where = address_of(speaker), port_of(speaker)
            await flood(*where, 100)  # what is made once is there
            tasks = len(asyncio.all_tasks())
            gc.collect()
            objects = len(gc.get_objects())
            tracemalloc.start()
            before = tracemalloc.get_traced_memory()[0]
            over = asyncio.Event()
            busy = asyncio.create_task(keep_busy(speaker, peer, over))
            with capture_logs() as logs:
                await flood(*where, FLOOD)
            over.set()
            slowest, most_tasks = await busy
            del busy
            gc.collect()
            kept, grown = tracemalloc.get_traced_memory()[0] - before, len(gc.get_objects()) - objects
            tracemalloc.stop()
            assert speaker.strangers_refused == FLOOD + 100
            assert len(asyncio.all_tasks()) == tasks
            assert most_tasks <= tasks + 2, "the one that keeps busy, and the flood"
            # One object kept for each would be 10,000, and half a million octets; the rest of the process breathes.
            assert (grown < 600, kept < 256 * 1024) == (True, True), (
                f"{grown} objects and {kept} octets more than before"
            )
            assert slowest < 1.0
            assert len([log for log in logs if log["event"].startswith("connection")]) < 2 * NAMED


async def test_new_peers_of_a_range_come_at_its_rate() -> None:
    """The next ones are strangers until their time has come; a peer that is there may connect as often as it likes."""
    async with speaker_at() as speaker:

        def client(address: str) -> PeerConfig:
            return towards_scripted(address, graceful_restart=False)

        await speaker.accept_peers("127.0.0.0/24", client, rate=2)
        where = address_of(speaker), port_of(speaker)
        async with await scripted(speaker), await scripted(speaker, address=THIRD):
            await turned_away(speaker, "127.0.0.4")
            assert speaker.strangers_refused == 1
            async with await ScriptedPeer.dial(*where, local=THEIRS) as again:
                await again.send(octets.open_message(ASN, "10.0.0.2", octets.four_octet_as(ASN)))
                await eventually(lambda: len(speaker.peers()) == 2, "both are there")
            async with await scripted(speaker, address="127.0.0.4"):
                assert len(speaker.peers()) == 3
        with pytest.raises(
            ConfigError, match=r"peer range 127\.0\.1\.0/24: rate 0 is not more than 0 new peers in a second"
        ):
            await speaker.accept_peers("127.0.1.0/24", client, rate=0)
        with pytest.raises(ConfigError, match=r"rate nan is not more than 0 new peers in a second"):
            await speaker.accept_peers("127.0.1.0/24", client, rate=float("nan"))


def test_a_rate_is_a_rate() -> None:
    """As many at once as in a second, then one after the other; a slow one lets one come at a time."""

    async def scenario() -> None:
        fast, slow = NewPeerRate(5), NewPeerRate(0.5)
        for bound, burst in ((fast, 5), (slow, 1)):
            for _ in range(burst):
                assert bound.allows()
                bound.take()
            assert not bound.allows()
        await asyncio.sleep(0.21)
        assert fast.allows()
        fast.take()
        assert not fast.allows()
        assert not slow.allows()
        await asyncio.sleep(1.8)
        assert slow.allows()
        await asyncio.sleep(1_000)
        for _ in range(5):
            assert fast.allows()
            fast.take()
        assert not fast.allows()

    run(scenario())


def test_the_first_ones_are_named_and_then_only_counted() -> None:
    """At each doubling it is said how many there have been."""
    strangers = Strangers()
    with capture_logs() as logs:
        for number in range(1_000):
            strangers.refuse(f"192.0.2.{number % 200}", "not configured")
    assert strangers.refused == 1_000
    assert [log["count"] for log in logs if log["event"] == "connections.refused"] == [128, 256, 512]
    assert len([log for log in logs if log["event"] == "connection.refused"]) == NAMED
