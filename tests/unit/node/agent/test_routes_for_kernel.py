"""A kernel is told of all routes of a speaker but those to service addresses, whatever the blocks become."""

from collections.abc import AsyncGenerator

import pytest

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, Entry, Family, Prefix, Speaker
from bgpkit_node.agent.routes_for_kernel import RoutesForKernel
from bgpkit_node.services import NO_BLOCKS
from tests.support.services import blocks

POD, POD6 = "10.244.1.0/26", "fd00:244::/122"
INSIDE, OUTSIDE, INSIDE6 = "10.96.0.10/32", "10.97.0.10/32", "fd00:96::a/128"
RANGE = blocks("10.96.0.0/16 fd00:96::/112")
NEXT_RANGE = blocks("10.97.0.0/16")


class Told:
    """What a kernel has been told of, folded."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.keys: set[bytes] = set()

    def take(self, keys: list[bytes], _old: Entry | None, new: Entry | None) -> None:
        """Take in a block of changes."""
        self.keys = self.keys - set(keys) if new is None else self.keys | set(keys)

    def has(self, *prefixes: str) -> bool:
        """Tell whether these prefixes are all that is there."""
        return self.keys == {Prefix.parse(text).key for text in prefixes}


@pytest.fixture
async def speaker() -> AsyncGenerator[Speaker]:
    """Give a speaker with routes to pods and to service addresses."""
    async with Speaker(asn=64512, bgp_identifier="10.4.7.11", families=[IPV4_UNICAST, IPV6_UNICAST]) as made:
        await made.announce(*map(Prefix.parse, (POD, INSIDE, OUTSIDE)), next_hop="10.4.7.12")
        await made.announce(*map(Prefix.parse, (POD6, INSIDE6)), next_hop="fd00::12")
        yield made


async def subscribed(routes: RoutesForKernel, family: Family = IPV4_UNICAST) -> Told:
    """Follow a family; return what has been told of what was there."""
    told = Told()
    await routes.subscribe(family, told.take).replayed()
    return told


async def test_what_lies_in_a_block_is_left_out(speaker: Speaker) -> None:
    """Of what there is and of what comes, in either IP version."""
    routes = RoutesForKernel(speaker)
    routes.follow(RANGE)
    told, told6 = await subscribed(routes), await subscribed(routes, IPV6_UNICAST)
    assert told.has(POD, OUTSIDE)
    assert told6.has(POD6)
    await speaker.announce(*map(Prefix.parse, ("10.96.0.11/32", "10.96.0.0/15")), next_hop="10.4.7.12")
    await speaker.withdraw(Prefix.parse(OUTSIDE), Prefix.parse(INSIDE))
    assert told.has(POD, "10.96.0.0/15")


async def test_other_blocks_count_for_what_is_there(speaker: Speaker) -> None:
    """What has come to lie in one is withdrawn, what no longer does is told of."""
    routes = RoutesForKernel(speaker)
    telling = routes.subscribe(IPV4_UNICAST, (told := Told()).take)
    await telling.replayed()
    assert told.has(POD, INSIDE, OUTSIDE)
    for given, expected in ((RANGE, (POD, OUTSIDE)), (NEXT_RANGE, (POD, INSIDE)), (NO_BLOCKS, (POD, INSIDE, OUTSIDE))):
        routes.follow(given)
        await telling.replayed()
        assert told.has(*expected)
    await speaker.withdraw(Prefix.parse(POD))
    assert told.has(INSIDE, OUTSIDE)


async def test_who_has_ended_is_told_nothing(speaker: Speaker) -> None:
    """Neither of changes nor of other blocks; the others are."""
    routes = RoutesForKernel(speaker)
    first = routes.subscribe(IPV4_UNICAST, (gone := Told()).take)
    await first.replayed()
    routes.follow(RANGE)
    await first.replayed()
    second = await subscribed(routes)
    first()
    routes.follow(NO_BLOCKS)
    await speaker.withdraw(Prefix.parse(POD))
    assert gone.has(POD, OUTSIDE)
    assert not second.has(POD, OUTSIDE)


async def test_the_same_blocks_tell_nothing_anew(speaker: Speaker) -> None:
    """Nor does another aggregation of them: the blocks cover the same."""
    routes = RoutesForKernel(speaker)
    routes.follow(blocks(load_balancer="10.96.0.0/16"))
    told = await subscribed(routes)
    told.keys.clear()
    routes.follow(blocks(load_balancer="10.96.0.0/16", aggregated=False))
    await subscribed(routes)
    assert told.has()
