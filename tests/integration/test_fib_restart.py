"""Restart without loss: a router's daemon is killed, or stopped, and started again, and nobody behind it notices."""

import asyncio
import random
import signal
import threading
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bgpkit import IPV4_UNICAST
from bgpkit.fib import Fib
from tests.integration.restart_path import (
    BEHIND_BIRD,
    PATIENCE,
    SERVER,
    RestartPath,
    RouteMonitor,
    end,
    with_statics,
)
from tests.integration.steady_pings import SteadyPings, ping_steadily
from tests.integration.steady_stream import SteadyStream
from tests.integration.test_fib_kernel import GATEWAY, eventually, node, route, running, shown, via
from tests.support import octets
from tests.support.daemons import Bird
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import wait_until
from tests.support.speakers import scripted, speaker_at, towards_scripted

__all__ = ["node"]

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("fib_restart")]

StartBird = Callable[[Namespace, str], Bird]
ONE, TWO = "10.77.1.0/24", "10.77.2.0/24"
HELD = {BEHIND_BIRD, ONE, TWO}


@pytest.fixture
def path(namespaces: Namespaces) -> Generator[RestartPath]:
    """Give the machines; what runs is ended."""
    with TemporaryDirectory(prefix="bgpkit-") as folder, ExitStack() as stack:
        yield RestartPath(namespaces, Path(folder), stack)


def test_no_packet_is_lost_and_no_route_written_while_the_daemon_restarts(
    path: RestartPath, start_bird: StartBird, tmp_path: Path
) -> None:
    """By SIGKILL and by SIGTERM: every ping of 10 ms is answered, every octet of a stream arrives, 0 routes change.

    Nor do BIRD's: it is told that forwarding went on. RFC 4724, section 4.1.
    """
    bird = start_bird(path.theirs, with_statics(some=[ONE, TWO]))
    daemon = path.start()
    wait_until(lambda: path.kernel_routes() == HELD, "routes", PATIENCE)
    wait_until(lambda: path.client.ping(SERVER), "the way there and back", PATIENCE)
    path.wait_complete(bird)
    monitors = [RouteMonitor(path.router, "bgp"), RouteMonitor(path.theirs, "bird")]
    pings = SteadyPings({"there": path.client.command(ping_steadily(SERVER))}, tmp_path)
    stream = SteadyStream(path.client, path.server, SERVER)
    try:
        for number in (signal.SIGKILL, signal.SIGTERM):
            end(daemon, number)
            assert path.kernel_routes() == HELD
            daemon = path.start()
            path.wait_complete(bird)
        pings.assert_none_lost({62})
        stream.assert_whole()
    finally:
        pings.stop()
        stream.stop()
    assert stream.longest_silence < 2
    assert [monitor.changes() for monitor in monitors] == [[], []]
    assert path.kernel_routes() == HELD


def test_a_route_that_was_withdrawn_meanwhile_goes_once_the_peer_has_told_all(
    path: RestartPath, start_bird: StartBird
) -> None:
    """It stays while the peer is away; it is the only change, long before the deadline of an hour."""
    path.configure("selection_deferral_time = 1")
    bird = start_bird(path.theirs, with_statics(some=[ONE, TWO]))
    daemon = path.start()
    wait_until(lambda: path.kernel_routes() == HELD, "routes", PATIENCE)
    monitor = RouteMonitor(path.router, "bgp")
    daemon.kill()
    bird.stop()
    path.start()
    time.sleep(1.5)  # beyond the time for which our choice of routes waits
    assert path.kernel_routes() == HELD
    start_bird(path.theirs, with_statics(some=[ONE]))
    wait_until(lambda: path.kernel_routes() == HELD - {TWO}, "the sweep", PATIENCE)
    (change,) = monitor.changes()
    assert change.startswith(f"Deleted {TWO}")


async def test_a_leftover_stays_until_end_of_rib_and_goes_right_after_it(node: Namespace) -> None:
    """The peer tells its routes bit by bit: nothing is certain before it says that this was all."""
    async with running(node) as fib:
        fib.replace(route(ONE, via(GATEWAY)))
        fib.replace(route(TWO, via(GATEWAY)))
        await fib.settled()
    async with speaker_at() as speaker, Fib(protocol=12, netns=node.name) as fib:
        await speaker.add_peer(towards_scripted())
        fib.follow(speaker, IPV4_UNICAST)
        async with await scripted(speaker, octets.graceful_restart((1, True))) as peer:
            await peer.send(octets.update(octets.attributes(64700, next_hop=GATEWAY), ONE))
            sweeping = asyncio.create_task(fib.sweep_when_complete(speaker))
            assert not await eventually(lambda: not shown(node, TWO), 0.7)
            assert fib.leftover == 1
            await peer.send(octets.end_of_rib())
            assert await eventually(lambda: not shown(node, TWO), 0.5)
            assert await sweeping == 1
            assert fib.writes == 1
            assert shown(node, ONE)


@pytest.mark.parametrize("seed", [6])
def test_a_daemon_killed_at_random_moments_under_churn_converges(
    path: RestartPath, start_bird: StartBird, seed: int
) -> None:
    """Three hundred routes, half of which come and go all the time: in the end the kernel has what BIRD has."""
    chance = random.Random(seed)
    lasting, churning = ([f"10.{net}.{number}.0/24" for number in range(150)] for net in (80, 81))
    bird = start_bird(path.theirs, with_statics(lasting=lasting, churning=churning))
    path.router.ip("route", "add", "blackhole", "10.81.0.0/24", "metric", "7", "proto", "static")
    over = threading.Event()

    def churn() -> None:
        while not over.wait(0.1):
            bird.command("disable", "churning")
            bird.command("enable", "churning")

    thread = threading.Thread(target=churn)
    thread.start()
    try:
        for _ in range(2):
            daemon = path.start()
            time.sleep(chance.uniform(0.2, 2.0))
            daemon.kill()
    finally:
        over.set()
        thread.join(PATIENCE)
    bird.command("disable", "churning")
    path.start()
    wait_until(lambda: path.kernel_routes() == {BEHIND_BIRD, *lasting}, "BIRD's routes and no others", PATIENCE)
    foreign = path.router.ip_json("route", "show", "proto", "static")
    assert [(row["dst"], row["metric"]) for row in foreign] == [("10.81.0.0/24", 7)]
