"""Redistribution of many routes: nothing is missed, and the loop turns."""

import asyncio
import time
from functools import partial
from pathlib import Path

import pytest

from bgpkit.fib import Redistribution
from tests.integration.redistribution_lab import Nodes, StartBird, running, two_nodes
from tests.support.netns import Namespaces
from tests.support.scripted_peer import eventually

pytestmark = pytest.mark.netns


@pytest.fixture
def nodes(namespaces: Namespaces) -> Nodes:
    """Make our node and that of BIRD."""
    return two_nodes(namespaces)


async def test_more_notices_than_the_kernel_keeps_are_made_up_for(
    nodes: Nodes, start_bird: StartBird, tmp_path: Path
) -> None:
    """While nobody listens the socket overflows; afterwards the table is read, and what is announced is right."""
    batch = tmp_path / "batch"
    lines = [*swarm("add", 2000), *swarm("del", 2000)] * 8
    batch.write_text("\n".join([*lines, "route add 10.77.0.0/16 via 10.0.0.2 proto static"]), encoding="utf-8")
    async with running(nodes, start_bird) as rig, rig.redistributing("static"):
        rig.ip("route add 10.78.0.0/16 via 10.0.0.2 proto static")
        await rig.bird_has("10.78.0.0/16")
        rig.node.run(["ip", "-batch", str(batch)])  # the loop stands still meanwhile
        await rig.bird_has("10.77.0.0/16", "10.78.0.0/16", patience=3)


async def test_a_burst_of_routes_keeps_the_loop_turning(nodes: Nodes, start_bird: StartBird, tmp_path: Path) -> None:
    """30,000 routes come and go; no turn of the loop takes long, by the processor's clock."""
    async with running(nodes, start_bird) as rig, rig.redistributing("static") as redistribution:
        for verb, count in (("add", 30_000), ("del", 0)):
            batch = tmp_path / verb
            batch.write_text("\n".join(swarm(verb, 30_000)), encoding="utf-8")
            turns: list[float] = []
            watch = asyncio.create_task(clock(turns))
            await asyncio.to_thread(rig.node.run, ["ip", "-batch", str(batch)])
            await eventually(partial(has, redistribution, count), f"{count} prefixes", 10)
            watch.cancel()
            assert sorted(turns)[-3] < 0.02  # the garbage collector may have two
        await eventually(lambda: not list(rig.speaker.routes()), "no route", 1)


def swarm(verb: str, count: int) -> list[str]:
    """Return so many lines for ``ip -batch``."""
    return [f"route {verb} 20.0.{number >> 8}.{number & 255}/32 via 10.0.0.2 proto static" for number in range(count)]


def has(redistribution: Redistribution, count: int) -> bool:
    """Tell whether so many prefixes are announced."""
    return redistribution.count == count


async def clock(turns: list[float]) -> None:
    """Note the processor time of each turn of the loop."""
    last = time.thread_time()
    while True:
        await asyncio.sleep(0)
        now = time.thread_time()
        turns.append(now - last)
        last = now
