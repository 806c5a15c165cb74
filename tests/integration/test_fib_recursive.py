"""Routes whose BGP next hop is behind an IGP's or a static route: they go by the neighbours there, and move with them.

What is asserted is what ``ip`` prints.
"""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from struct import pack
from time import monotonic

import pytest

from bgpkit import IPV4_UNICAST
from tests.integration.recursive_lab import SEVERAL, foreign, node, ours, running
from tests.support.netns import Namespace
from tests.support.scripted_peer import eventually

__all__ = ["node"]

pytestmark = pytest.mark.netns

PREFIX, PREFIX6 = "203.0.113.0/24", "2001:db8:ffff::/48"
MANY = [f"198.{18 + (number >> 8)}.{number & 255}.0/24" for number in range(4000)]
BEHIND, BEHIND6 = "10.8.0.1", "2001:db8:8::1"
IGP, IGP6 = "10.8.0.0/16", "2001:db8:8::/48"
E0, E1 = ("10.0.0.2", "e0", 1), ("10.0.1.2", "e1", 1)
GATEWAY0, GATEWAY1 = E0[0], E1[0]


def by(way: tuple[str, str, int], prefixes: list[str]) -> dict[str, set[tuple[str, str, int]]]:
    """Return what `ours` gives when all of ``prefixes`` go one way."""
    return {prefix: {way} for prefix in prefixes}


async def become(node: Namespace, *ways: tuple[str, str, int], prefix: str = PREFIX, patience: float = 5) -> None:
    """Wait until the route has exactly these next hops; until it is gone when there are none."""
    wanted = set(ways) if ways else None
    await eventually(lambda: ours(node).get(prefix) == wanted, f"{prefix} by {wanted}, not {ours(node)}", patience)


@contextmanager
def monitored(node: Namespace, folder: Path) -> Generator[Callable[[], list[str]]]:
    """Give a function that returns what ``ip monitor`` has printed of our routes until then."""
    file = folder / "monitor"
    process = node.popen(["sh", "-c", 'exec ip -o monitor route > "$0"', str(file)])
    try:
        yield lambda: [line for line in file.read_text("utf-8").splitlines() if " proto bgp " in line]
    finally:
        process.terminate()
        process.wait(10)


def changes(lines: list[str]) -> list[str]:
    """Leave out what the kernel tells of routes whose next-hop object has changed."""
    return [line for line in lines if " nhid " not in line]


async def time_to_move(node: Namespace, gateway: str) -> float:
    """Let the static route go by a gateway; return the seconds until the kernel sends the last of many there."""
    began = monotonic()
    node.ip("route", "replace", IGP, "via", gateway, "proto", "static")
    for prefix in (*MANY[::400], MANY[-1]):
        destination, rows = prefix.partition("/")[0], [{"gateway": ""}]
        while rows[0]["gateway"] != gateway:
            assert monotonic() < began + 10, f"{prefix} does not go by {gateway}"
            rows = await asyncio.to_thread(node.ip_json, "route", "get", destination)
    return monotonic() - began


@pytest.mark.parametrize("objects", [False, True])
async def test_thousands_of_routes_follow_a_static_route_within_a_second(
    node: Namespace, tmp_path: Path, objects: bool
) -> None:
    """None is gone meanwhile, the speaker tells of no change, and other routes are as they were.

    With next-hop objects no route is written at all.
    """
    node.ip("route", "add", IGP, "via", GATEWAY0, "proto", "static")
    node.ip("route", "add", "10.9.0.0/16", "via", GATEWAY0, "proto", "static")
    node.ip("route", "add", "100.64.0.0/16", "via", GATEWAY0, "proto", "ospf", "metric", "7")
    async with running(node, objects=objects) as rig:
        await rig.announce(BEHIND, *MANY)
        await rig.announce("10.9.0.1", PREFIX)
        before = by(E0, MANY) | {PREFIX: {E0}}
        await eventually(lambda: ours(node) == before, "all routes by the first gateway", 10)
        await rig.fib.settled()
        others, writes = [row for row in foreign(node) if row["dst"] != IGP], rig.fib.writes
        rig.told.clear()
        with monitored(node, tmp_path) as printed:
            await asyncio.sleep(0.2)
            times: list[float] = []
            for way in (E1, E0, E1):
                times.append(await time_to_move(node, way[0]))
                assert ours(node) == by(way, MANY) | {PREFIX: {E0}}
            await eventually(lambda: objects or bool(changes(printed())), "what ip prints of changes", 5)
            assert not (objects and changes(printed()))
            assert not [line for line in printed() if line.startswith("Deleted")]
        assert min(times) < 1.0
        assert rig.fib.writes == writes + (0 if objects else len(times) * len(MANY))
        assert rig.told == []
        assert [row for row in foreign(node) if row["dst"] != IGP] == others
        assert not await rig.fib.verify()


@pytest.mark.parametrize(("track", "objects"), [(True, False), (False, False), (True, True), (False, True)])
async def test_routes_vanish_with_the_way_and_come_back_with_it(node: Namespace, track: bool, objects: bool) -> None:
    """Whether or not the speaker judges its paths by it; another route that leads there takes over at once."""
    node.ip("route", "add", IGP, "via", GATEWAY0)
    async with running(node, track=track, objects=objects) as rig:
        await rig.announce(BEHIND, *MANY[:100])
        await eventually(lambda: ours(node) == by(E0, MANY[:100]), "the routes", 5)
        node.ip("route", "del", IGP)
        await eventually(lambda: ours(node) == {}, "no route", 5)
        assert not await rig.fib.verify()
        node.ip("route", "add", IGP, "via", GATEWAY1)
        await eventually(lambda: ours(node) == by(E1, MANY[:100]), "the routes by the other gateway", 5)
        node.ip("route", "add", "10.0.0.0/8", "via", GATEWAY0)
        node.ip("route", "del", IGP)
        await eventually(lambda: ours(node) == by(E0, MANY[:100]), "the shorter prefix", 5)
        assert not await rig.fib.verify()


async def test_a_route_announced_before_there_is_a_way_comes_with_it(node: Namespace) -> None:
    """It is no failure meanwhile, and no difference."""
    async with running(node, track=False) as rig:
        await rig.announce(BEHIND, PREFIX)
        await eventually(lambda: rig.speaker.size(IPV4_UNICAST) == 1, "the path", 5)
        assert not await rig.fib.verify()
        assert ours(node) == {}
        node.ip("route", "add", IGP, "via", GATEWAY0)
        await become(node, E0)


@pytest.mark.parametrize("objects", [False, True])
async def test_a_way_that_divides_makes_routes_that_divide(node: Namespace, objects: bool) -> None:
    """With the weights of the way; a member without carrier is left out until it is back."""
    heavy, light = (GATEWAY0, "e0", 3), (GATEWAY1, "e1", 1)
    hops = ("nexthop", "via", GATEWAY0, "weight", "3", "nexthop", "via", GATEWAY1, "weight", "1")
    node.ip("route", "add", IGP, *hops)
    async with running(node, objects=objects) as rig:
        await rig.announce(BEHIND, PREFIX)
        await become(node, heavy, light)
        node.ip("link", "set", "p1", "down")
        await become(node, E0)
        node.ip("link", "set", "p1", "up")
        await become(node, heavy, light)
        node.ip("route", "replace", IGP, "via", GATEWAY1)
        await become(node, E1)
        assert not await rig.fib.verify()


async def test_ipv6_routes_follow_likewise(node: Namespace) -> None:
    """By a global gateway, by a link-local one, by two."""
    node.ip("-6", "route", "add", IGP6, "via", "2001:db8::2")
    async with running(node) as rig:
        await rig.announce(BEHIND6, PREFIX6)
        await become(node, ("2001:db8::2", "e0", 1), prefix=PREFIX6)
        node.ip("-6", "route", "replace", IGP6, "via", "fe80::9", "dev", "e1")
        await become(node, ("fe80::9", "e1", 1), prefix=PREFIX6)
        node.ip("-6", "route", "append", IGP6, "via", "2001:db8::3")
        await become(node, ("fe80::9", "e1", 1), ("2001:db8::3", "e0", 1), prefix=PREFIX6)
        node.ip("-6", "route", "flush", IGP6)
        await become(node, prefix=PREFIX6)
        assert not await rig.fib.verify()


async def test_a_next_hop_that_becomes_connected_is_the_gateway_itself(node: Namespace) -> None:
    """An address of its network comes to an interface, and goes again."""
    node.ip("route", "add", IGP, "via", GATEWAY0)
    async with running(node) as rig:
        await rig.announce(BEHIND, PREFIX)
        await become(node, E0)
        node.ip("addr", "add", "10.8.0.254/24", "dev", "e1")
        await become(node, (BEHIND, "e1", 1))
        node.ip("addr", "del", "10.8.0.254/24", "dev", "e1")
        await become(node, E0)
        assert not await rig.fib.verify()


async def test_a_way_by_a_next_hop_object_is_followed(node: Namespace) -> None:
    """The kernel tells that the object has changed, not which routes have."""
    node.ip("nexthop", "add", "id", "7", "via", GATEWAY0, "dev", "e0")
    node.ip("nexthop", "add", "id", "8", "via", GATEWAY1, "dev", "e1")
    node.ip("nexthop", "add", "id", "9", "group", "7/8")
    node.ip("route", "add", IGP, "nhid", "7")
    async with running(node) as rig:
        await rig.announce(BEHIND, PREFIX)
        await become(node, E0)
        node.ip("nexthop", "replace", "id", "7", "via", "10.0.1.3", "dev", "e1")
        await become(node, ("10.0.1.3", "e1", 1))
        node.ip("route", "replace", IGP, "nhid", "9")
        await become(node, ("10.0.1.3", "e1", 1), E1)
        node.ip("nexthop", "del", "id", "8")
        await become(node, ("10.0.1.3", "e1", 1))


async def test_a_route_of_our_own_is_no_way_to_its_next_hop(node: Namespace) -> None:
    """10.8.0.0/16 learnt by BGP covers its own next hop: it would lead to itself."""
    node.ip("route", "add", "10.0.0.0/8", "via", GATEWAY0)
    async with running(node) as rig:
        await rig.announce(BEHIND, IGP)
        await become(node, E0, prefix=IGP)
        node.ip("route", "replace", "10.0.0.0/8", "via", GATEWAY1)
        await become(node, E1, prefix=IGP)
        node.ip("route", "del", "10.0.0.0/8")
        await become(node, prefix=IGP)


def bandwidth(octets_a_second: float) -> bytes:
    """Return the Link Bandwidth community of AS 65001, as its definition draws it. RFC 10005."""
    return b"\x40\x04" + pack(">Hf", 65001, octets_a_second)


async def test_bandwidths_are_weights_in_the_kernel(node: Namespace) -> None:
    """In proportion as long as each path tells one; a change of one of them changes the route."""
    async with running(node, multipath=SEVERAL, link_bandwidth=True) as rig:
        await rig.announce(GATEWAY0, PREFIX, extended=bandwidth(1.25e9))
        await become(node, E0)
        await rig.announce(GATEWAY1, PREFIX, peer=1, extended=bandwidth(1.25e8))
        await become(node, (GATEWAY0, "e0", 10), E1)
        await rig.announce(GATEWAY1, PREFIX, peer=1, extended=bandwidth(1.25e8) + bandwidth(6.25e8))
        await asyncio.sleep(0.1)
        await become(node, (GATEWAY0, "e0", 10), E1)
        await rig.announce(GATEWAY1, PREFIX, peer=1, extended=bandwidth(2.5e9))
        await become(node, E0, (GATEWAY1, "e1", 2))
        await rig.announce(GATEWAY1, PREFIX, peer=1)
        await become(node, E0, E1)
        assert not await rig.fib.verify()
