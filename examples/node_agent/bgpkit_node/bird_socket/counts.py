"""How many routes each protocol has to do with."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Final, TypedDict, TypeVar

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, Family, RibView, Speaker
from bgpkit_node.bird_socket.instances import KERNEL, STATIC, Instance
from bgpkit_node.bird_socket.protocol_rows import RouteCounts
from bgpkit_node.running import Serving

T = TypeVar("T")

FAMILIES: Final = {4: IPV4_UNICAST, 6: IPV6_UNICAST}
_SLICE: Final = 256
"""Routes that are looked at before others have their turn."""


async def in_slices(items: Iterable[T]) -> AsyncIterator[T]:
    """Yield ``items``, and let others have their turn now and then."""
    for number, item in enumerate(items, 1):
        yield item
        if number % _SLICE == 0:
            await asyncio.sleep(0)


def served(speaker: Speaker, versions: Iterable[int]) -> Iterator[tuple[int, Family]]:
    """Yield the IP versions that the speaker has tables for, with their families."""
    return ((version, FAMILIES[version]) for version in versions if FAMILIES[version] in speaker.families)


async def count_routes(
    serving: Serving, found: tuple[Instance, ...], versions: tuple[int, ...]
) -> dict[str, dict[int, RouteCounts]]:
    """Return the counts of the protocols ``found``, by name and IP version."""
    counted: dict[str, dict[int, RouteCounts]] = {instance.name: {} for instance in found}
    for version, family in served(serving.speaker, versions):
        imported, preferred = await _received(serving.speaker, family)
        for instance in found:
            address = _address(instance)
            if instance.session is not None and family not in instance.session.config.families:
                continue
            counted[instance.name][version] = RouteCounts(
                imported=imported[address],
                preferred=preferred[address],
                exported=await _exported(serving, instance, family),
                **_changes(serving, instance, family),
            )
    return counted


class _Changes(TypedDict, total=False):
    updates: tuple[int | None, ...]
    withdraws: tuple[int | None, ...]


def _changes(serving: Serving, instance: Instance, family: Family) -> _Changes:
    """Return what has come since the protocol is up; what told no news is ignored, as BIRD calls it."""
    source = _address(instance)
    if not source:
        return {}
    tally = serving.news.tally(family, source)
    news = tally.rejected + tally.filtered + tally.accepted
    announced, withdrawn = news, tally.withdrawn
    if instance.session is not None:
        counts = {each.family: each for each in instance.session.status.routes_received}
        if family not in counts:  # no session
            return {"updates": (0, 0, 0, 0, 0), "withdraws": (0, 0, None, 0, 0)}
        announced, withdrawn = counts[family].announced, counts[family].withdrawn
    return {
        "updates": (announced, tally.rejected, tally.filtered, announced - news, tally.accepted),
        "withdraws": (withdrawn, 0, None, withdrawn - tally.withdrawn, tally.withdrawn),
    }


async def _received(speaker: Speaker, family: Family) -> tuple[Counter[str], Counter[str]]:
    imported: Counter[str] = Counter()
    preferred: Counter[str] = Counter()
    async for route in in_slices(speaker.routes(family, view=RibView.ADJ_RIB_IN_POST)):
        imported[route.peer] += route.eligible
        preferred[route.peer] += route.best
    async for route in in_slices(speaker.routes(family, peer="local")):
        imported["local"] += 1
        preferred["local"] += route.best
    return imported, preferred


async def _exported(serving: Serving, instance: Instance, family: Family) -> int:
    if instance.name == KERNEL:
        return serving.fib.wanted if family == IPV4_UNICAST else 0
    if instance.session is None or not instance.up:
        return 0
    return await count_sent(serving.speaker, _address(instance), family)


async def count_sent(speaker: Speaker, address: str, family: Family) -> int:
    """Return how many routes of ``family`` the peer at ``address`` has been sent."""
    return sum([1 async for _ in in_slices(speaker.routes(family, peer=address, view=RibView.ADJ_RIB_OUT))])


def _address(instance: Instance) -> str:
    """Return what a speaker calls the source of the protocol's routes."""
    if instance.session is not None:
        return instance.session.status.address
    return "local" if instance.name == STATIC else ""
