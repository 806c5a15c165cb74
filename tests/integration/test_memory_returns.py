"""Memory comes back: when peers leave nothing stays of their routes, and one that flaps costs what it cost at first."""

from typing import Any, Final

import pytest

from tests.integration.loaded_reflector import CLIENTS, POLICIES
from tests.integration.route_load import LoadedReflector, Reading, announcements, loaded_reflector, send_all

ROUTES: Final = 4_000
TOLERATED: Final = 1_000
"""Allocated blocks that may stay: caches of a bounded size that fill up."""
ONE, TWO, READER = CLIENTS


async def visit(reflector: LoadedReflector, count: int, *, peers_stay: bool) -> int:
    """Let two rivals announce ``count`` routes, a third client read them, and all leave; return the most blocks."""
    reading = Reading(await reflector.dial(READER))
    feeders = [await reflector.dial(address) for address in (ONE, TWO)]
    echoes = [Reading(feeder) for feeder in feeders]
    for number, feeder in enumerate(feeders):
        await send_all(feeder, announcements(count, rival=number))
    await reflector.until("all routes", received={READER: 0, ONE: count, TWO: count})
    await reading.quiet()
    await reflector.ask("look")
    blocks: int = (await reflector.ask("memory"))["blocks"]
    for each in (*echoes, reading):
        await each.close()
    await reflector.until("all gone", routes=0, established=[], peers=len(CLIENTS) if peers_stay else 0)
    return blocks


@pytest.mark.parametrize(
    ("configured", "policies"),
    [(False, tuple(POLICIES)), (True, ("changing", "function"))],
    ids=["peers from a range", "configured peers"],
)
async def test_allocated_blocks_return_to_the_base_when_all_peers_have_left(
    configured: bool, policies: tuple[str, ...]
) -> None:
    """Paths, keys, interned blocks, verdicts of policies of all kinds, update groups: nothing of it stays."""
    stayed: dict[str, int] = {}
    async with loaded_reflector(configured=configured) as reflector:
        for policy in policies:
            await reflector.ask(policy)
            await visit(reflector, 400, peers_stay=configured)
            base = (await reflector.ask("memory"))["blocks"]
            most = await visit(reflector, ROUTES, peers_stay=configured)
            stayed[policy] = (await reflector.ask("memory"))["blocks"] - base
            assert most - base > 2 * ROUTES
    print(stayed)
    assert {policy: blocks for policy, blocks in stayed.items() if blocks > TOLERATED} == {}


async def flap(count: int, times: int, **options: Any) -> list[int]:
    """Let a peer come and go ``times`` times with ``count`` routes while a client reads; return the peaks."""
    messages = announcements(count)
    async with loaded_reflector(**options) as reflector:
        reading = Reading(await reflector.dial(READER))
        peaks: list[int] = []
        for _ in range(times):
            feeder = Reading(await reflector.dial(ONE))
            await send_all(feeder.peer, messages)
            await reflector.until("all routes", routes=count)
            feeder.peer.reset()
            await feeder.close()
            await reflector.until("all gone", routes=0)
            peaks.append((await reflector.ask("memory"))["peak"])
        assert await reading.quiet() > times * count * 4
        await reading.close()
    print([peak >> 20 for peak in peaks])
    return peaks


async def test_a_peer_that_flaps_ten_times_stays_near_its_first_peak() -> None:
    """A hundred thousand routes."""
    peaks = await flap(100_000, 10)
    assert peaks[-1] < 1.3 * peaks[0]


@pytest.mark.soak
@pytest.mark.timeout(600)
async def test_a_peer_with_a_million_routes_that_flaps_ten_times_stays_near_its_first_peak() -> None:
    """As the collector is tuned in the reflector that is ready to run."""
    peaks = await flap(1_000_000, 10, tuned=True)
    assert peaks[-1] < 1.3 * peaks[0]
