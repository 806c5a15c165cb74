"""Drift repair with many routes: what another hand, an interface or an address has taken is back within a second."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from bgpkit.fib import Fib
from tests.integration.test_fib_kernel import GATEWAY, eventually, node, route, running, shown, via
from tests.integration.test_fib_other_hands import blocking_batch
from tests.support.netns import Namespace

__all__ = ["node"]

pytestmark = pytest.mark.netns

MANY = 30_000
ONE = "20.17.5.0/24"


@asynccontextmanager
async def full(node: Namespace) -> AsyncGenerator[Fib]:
    """Keep many routes by way of e0."""
    async with running(node) as fib:
        for number in range(MANY):
            fib.replace(route(f"20.{number >> 8}.{number & 255}.0/24", via(GATEWAY)))
        await fib.settled()
        assert fib.held == MANY
        yield fib


def in_kernel(node: Namespace) -> int:
    """Return how many routes of ours ip shows."""
    answer = node.run(["ip", "-4", "route", "show", "proto", "bird"])
    return answer.stdout.count("\n")


async def within_a_second(condition: Callable[[], bool]) -> bool:
    """Tell whether it comes true in time; asked in a thread, so that the loop goes on."""
    began = time.monotonic()
    while not await asyncio.to_thread(condition):
        if time.monotonic() > began + 5:
            return False
    print(f"{time.monotonic() - began:.3f} s")
    return True


async def test_one_route_of_many_that_another_hand_touches_is_back_within_a_second(node: Namespace) -> None:
    """Deleted, and altered: a notice is enough, and nothing else is written."""
    async with full(node) as fib:
        writes = fib.writes
        node.ip("route", "del", ONE)
        assert await within_a_second(lambda: bool(shown(node, ONE)))
        node.ip("route", "replace", ONE, "dev", "e1", "proto", "bird")
        assert await within_a_second(lambda: [row.get("gateway") for row in shown(node, ONE)] == [GATEWAY])
        assert fib.writes == writes + 2


@pytest.mark.parametrize(
    ("off", "on"),
    [
        (["link", "set", "e0", "down"], ["link", "set", "e0", "up"]),
        (["addr", "del", "10.0.0.1/24", "dev", "e0"], ["addr", "add", "10.0.0.1/24", "dev", "e0"]),
    ],
    ids=["link", "address"],
)
async def test_many_routes_are_back_a_second_after_what_had_taken_them(
    node: Namespace, off: list[str], on: list[str]
) -> None:
    """They go without a notice of their own."""
    async with full(node) as fib:
        node.ip(*off)
        assert await eventually(lambda: fib.held == 0, 5)
        await fib.settled()
        assert in_kernel(node) == 0
        node.ip(*on)
        assert await within_a_second(lambda: in_kernel(node) == MANY)
        await fib.settled()
        assert not fib.diff()


async def test_a_flap_that_is_over_before_it_is_seen_is_repaired_within_a_second(node: Namespace) -> None:
    """Down and up again while the loop is busy: the end is as the beginning, but for the routes."""
    async with full(node):
        node.ip("link", "set", "e0", "down")
        node.ip("link", "set", "e0", "up")
        assert in_kernel(node) == 0
        assert await within_a_second(lambda: in_kernel(node) == MANY)


async def test_more_changes_of_another_program_than_the_kernel_can_tell_lead_to_one_comparison(node: Namespace) -> None:
    """A hundred thousand while the loop is busy, amid them one of ours: it is back, nothing foreign is touched."""
    foreign = [f"30.{number >> 16}.{number >> 8 & 255}.{number & 255}/32" for number in range(100_000)]
    lines = [f"route add blackhole {prefix} proto static\n" for prefix in foreign]
    lines.insert(90_000, f"route del {ONE}\n")
    async with full(node) as fib:
        writes = fib.writes
        blocking_batch(node, "".join(lines))
        with capture_logs() as said:
            assert await within_a_second(lambda: bool(shown(node, ONE)))
            await fib.settled()
        assert [line["differing"] for line in said if line["event"] == "fib.resynced"] == [1]
        assert fib.writes == writes + 1
        assert not fib.diff()
        answer = node.run(["ip", "-4", "route", "show", "proto", "static"])
        assert answer.stdout.count("\n") == len(foreign)
