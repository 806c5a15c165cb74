"""The same peers, UPDATEs, and changes of links and routes: our kernel table is BIRD's, in every field, at every step.

What is left of differences, the last test shows, and README.md explains.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from ipaddress import ip_address
from typing import Final

import pytest

from bgpkit import IPV6_UNICAST
from bgpkit.fib import RouteKind
from tests.integration.fib_node import route
from tests.interop.fib_pair import NEIGHBORS, PATIENCE, Neighbor, Pair, Rows, running
from tests.interop.fib_statics import FORMS, Stated, as_protocols
from tests.interop.fib_stream import Stream
from tests.support import multiprotocol, octets
from tests.support.daemons import Bird
from tests.support.netns import Namespace, Namespaces
from tests.support.scripted_peer import eventually

pytestmark = pytest.mark.netns

StartBird = Callable[[Namespace, str], Bird]
FIRST, SECOND, *_ = NEIGHBORS
SEED: Final = 6
WAYS: Final = (
    ("route", "add", "10.8.0.0/16", "via", "10.0.0.2", "metric", "50"),
    ("route", "add", "10.9.0.0/16", "metric", "70", "nexthop", "via", "10.0.0.2", "nexthop", "via", "10.0.1.2"),
    ("-6", "route", "add", "2001:db8:8::/48", "via", "2001:db8::2"),
    ("-6", "route", "add", "2001:db8:9::/48", "nexthop", "via", "2001:db8::2", "nexthop", "via", "2001:db8:1::2"),
)
"""Routes of others, behind which next hops are."""
HOST: Final = ("route", "add", "10.10.0.1/32", "dev", "e1")
"""Another one, straight to a link."""


async def said(pair: Pair, stream: Stream, *neighbors: Neighbor) -> Rows:
    """Return the table once both have heard all that the neighbors have said."""
    marks: list[str] = []
    for neighbor in neighbors:
        mark, updates = stream.mark(neighbor)
        await pair.send(neighbor, updates)
        marks.append(mark)
    return await pair.agreed(None, *marks)


async def announced(pair: Pair, stream: Stream, share: float) -> Rows:
    """Let each neighbor announce anew, one after the other."""
    for neighbor in NEIGHBORS:
        await pair.send(neighbor, stream.announced(neighbor, share))
    return await said(pair, stream, *NEIGHBORS)


def devices(rows: Rows) -> list[str]:
    """Return for each route the interfaces it takes, one letter and digit each."""
    return [" ".join(sorted(hop["dev"] for hop in row.get("nexthops", [row]))) for row in rows.values()]


async def test_the_kernel_tables_are_the_same(namespaces: Namespaces, start_bird: StartBird) -> None:
    """Through full tables, other best paths, withdrawals, moving next hops, lost sessions, a flapping link, statics."""
    stream = Stream(SEED, ipv4=600, ipv6=300)
    async with running(namespaces, start_bird) as pair:
        await pair.connect(*NEIGHBORS)
        rows = await announced(pair, stream, 0.6)
        assert len(rows) > 600
        rows = await next_hops_move(pair, rows)
        for _ in range(2):
            for neighbor in NEIGHBORS:
                await pair.send(neighbor, stream.withdrawn(neighbor, 0.3))
            rows = await announced(pair, stream, 0.2)
        rows = await a_session_is_lost(pair, stream, rows)
        rows = await a_link_flaps(pair, rows)
        rows = await routes_are_stated(pair, stream, rows)
        for neighbor in NEIGHBORS:
            await pair.send(neighbor, stream.withdrawn(neighbor, 1))
        assert await pair.agreed(rows) == {}


async def next_hops_move(pair: Pair, rows: Rows) -> Rows:
    """Give next hops a way, another one, several, a longer match, and none again."""
    before = len(rows)
    for way in WAYS:
        pair.ip(*way)
    rows = await pair.agreed(rows)
    assert len(rows) > before
    assert {"e0", "e1", "e0 e1"} <= set(devices(rows))
    changes: tuple[tuple[tuple[str, ...], ...], ...] = (
        (
            ("route", "replace", "10.8.0.0/16", "via", "10.0.1.3", "metric", "50"),
            ("-6", "route", "del", "2001:db8:9::/48"),
        ),
        (("route", "add", "10.8.128.0/17", "via", "10.0.0.3"),),
        (("route", "del", "10.9.0.0/16"), ("-6", "route", "replace", "2001:db8:8::/48", "via", "2001:db8:1::3")),
        (HOST,),
        (WAYS[1], WAYS[3]),
        (("route", "replace", "10.9.0.0/16", "metric", "70", "via", "10.0.1.2"),),
        (("route", "del", "10.8.128.0/17"),),
    )
    for change in changes:
        for words in change:
            pair.ip(*words)
        rows = await pair.agreed(rows)
    return rows


async def a_session_is_lost(pair: Pair, stream: Stream, rows: Rows) -> Rows:
    """Lose one neighbor, let it come back with what it has said before, and say something else."""
    once = dict(stream.said[SECOND])
    await pair.disconnect(SECOND)
    stream.forget(SECOND)
    without = await pair.agreed(rows)
    assert without.keys() < rows.keys()
    await pair.connect(SECOND)
    await pair.send(SECOND, stream.again(SECOND, once))
    assert (await said(pair, stream, SECOND)).keys() > rows.keys()
    await pair.send(SECOND, stream.announced(SECOND, 0.5))
    return await said(pair, stream, SECOND)


async def a_link_flaps(pair: Pair, rows: Rows) -> Rows:
    """Take a link down, and with it each way over it; let it come back, with its addresses, and routes of others."""
    before = rows
    pair.ip("link", "set", "e0", "down")
    rows = await pair.agreed(rows)
    assert not any("e0" in each for each in devices(rows))
    for words in (("link", "set", "e0", "up"), ("-6", "addr", "add", "2001:db8::1/64", "dev", "e0", "nodad")):
        pair.ip(*words)
    rows = await pair.agreed(rows)
    assert not before.keys() ^ rows.keys()
    pair.ip("addr", "del", "10.0.1.1/24", "dev", "e1")
    rows = await pair.agreed(rows)
    assert rows.keys() < before.keys()
    pair.ip("addr", "add", "10.0.1.1/24", "dev", "e1")
    for way in (*WAYS[:2], HOST):
        pair.ip("route", "replace", *way[2:])
    rows = await pair.agreed(rows)
    assert not before.keys() ^ rows.keys()
    return rows


async def routes_are_stated(pair: Pair, stream: Stream, rows: Rows) -> Rows:
    """State routes of every form that both can say, give each another form, and let all go again.

    One is stated over what a neighbor has announced, which comes back in the end.
    """
    over = next(prefix for prefix in stream.said[FIRST] if ":" not in prefix and any(prefix in each for each in rows))
    hidden = Stated(route(over, kind=RouteKind.BLACKHOLE), "blackhole")
    before = rows
    rows = await state(pair, rows, (*FORMS, hidden))
    assert len(rows) == len(before) + len(FORMS)
    rows = await state(pair, rows, (*_turned(32), *_turned(128), hidden))
    assert len(rows) == len(before) + len(FORMS)
    pair.fib.remove(hidden.route.prefix)
    return await state(pair, rows, ())


async def state(pair: Pair, rows: Rows, stated: Sequence[Stated]) -> Rows:
    """State these routes, and of the others none any more."""
    wanted = {each.route.prefix for each in stated}
    for each in stated:
        pair.fib.replace(each.route)
    for each in FORMS:
        if each.route.prefix not in wanted:
            pair.fib.remove(each.route.prefix)
    pair.tell_bird(as_protocols(stated))
    return await pair.agreed(rows)


def _turned(width: int) -> list[Stated]:
    """Return the stated routes of one address width, each in the form of another one of the same metric."""
    routes = [each for each in FORMS if each.route.prefix.width == width]
    alike = {
        each.route.metric: [other for other in routes if other.route.metric == each.route.metric] for each in routes
    }
    return [
        Stated(replace(after.route, prefix=before.route.prefix), after.bird)
        for forms in alike.values()
        for before, after in zip(forms, (*forms[1:], forms[0]), strict=True)
    ]


async def test_where_the_tables_differ(namespaces: Namespaces, start_bird: StartBird) -> None:
    """Each difference of README.md is there, so that a BIRD that does otherwise gets its row."""
    async with running(namespaces, start_bird) as pair:
        await pair.connect(FIRST)
        await two_addresses_in_a_next_hop(pair)
        await a_next_hop_behind_a_bgp_route(pair)
        await a_metric_changes(pair)
        await a_link_without_carrier(pair)
        await a_way_that_is_refused(pair)


async def differ(pair: Pair, ours: dict[str, str], birds: dict[str, str]) -> None:
    """Wait until places, such as ``192.0.2.0/24 0``, have these gateways on either side; empty for no route."""

    def gateways(rows: Rows, places: Iterable[str]) -> dict[str, str]:
        return {place: rows[place].get("gateway", "itself") if place in rows else "" for place in places}

    def there() -> bool:
        return gateways(pair.ours.table(), ours) == ours and gateways(pair.birds.table(), birds) == birds

    await eventually(there, f"{ours} beside {birds}", PATIENCE)


async def two_addresses_in_a_next_hop(pair: Pair) -> None:
    """Name a global and a link-local address in a next hop."""
    both = ip_address("2001:db8:1::2").packed + ip_address("fe80::2").packed
    await pair.send(FIRST, [multiprotocol.reach(IPV6_UNICAST, octets.nlri("2001:db8:f000::/48"), next_hop=both)])
    place = "2001:db8:f000::/48 1024"
    await differ(pair, {place: "2001:db8:1::2"}, {place: "fe80::2"})


async def a_next_hop_behind_a_bgp_route(pair: Pair) -> None:
    """Let a route of others and a longer one of BGP lead to a next hop."""
    pair.ip("route", "add", "10.20.0.0/16", "via", "10.0.1.3")
    await pair.send(FIRST, [announcement("10.20.1.0/24", "10.0.0.2"), announcement("20.0.0.0/24", "10.20.1.1")])
    place, covering = "20.0.0.0/24 0", "10.20.1.0/24 0"
    await differ(pair, {place: "10.0.1.3", covering: "10.0.0.2"}, {place: "", covering: "10.0.0.2"})


async def a_metric_changes(pair: Pair) -> None:
    """Give a stated route another metric."""
    for metric in (7, 9):
        stated = Stated(
            route("7.0.0.0/24", kind=RouteKind.BLACKHOLE, metric=metric), f"blackhole {{ krt_metric = {metric}; }}"
        )
        pair.fib.replace(stated.route)
        pair.tell_bird(as_protocols([stated]))
        await differ(pair, *[{f"7.0.0.0/24 {metric}": "itself"}] * 2)
    await differ(pair, {"7.0.0.0/24 7": ""}, {"7.0.0.0/24 7": "itself"})


async def a_link_without_carrier(pair: Pair) -> None:
    """Take the other end of a link down."""
    await pair.send(FIRST, [announcement("20.0.1.0/24", "10.0.0.2")])
    place = "20.0.1.0/24 0"
    await differ(pair, *[{place: "10.0.0.2"}] * 2)
    pair.ip("link", "set", "p0", "down")
    await differ(pair, {place: ""}, {place: "10.0.0.2"})
    assert pair.birds.table()[place]["flags"] == ["linkdown"]
    pair.ip("link", "set", "p0", "up")
    await differ(pair, *[{place: "10.0.0.2"}] * 2)


async def a_way_that_is_refused(pair: Pair) -> None:
    """Let a link come up again without its IPv6 address, and with it one of two ways of another program's route."""
    pair.ip(*WAYS[3])
    next_hop = ip_address("2001:db8:9::1").packed
    await pair.send(FIRST, [multiprotocol.reach(IPV6_UNICAST, octets.nlri("2001:db8:f001::/48"), next_hop=next_hop)])
    place = "2001:db8:f001::/48 1024"
    await differ(pair, *[{place: "itself"}] * 2)
    pair.ip("link", "set", "e0", "down")
    await differ(pair, *[{place: "2001:db8:1::2"}] * 2)
    pair.ip("link", "set", "e0", "up")
    await differ(pair, {place: "2001:db8:1::2"}, {place: ""})


def announcement(prefix: str, next_hop: str) -> bytes:
    """Return an UPDATE of one IPv4 prefix."""
    return octets.update(octets.attributes(65001, next_hop=next_hop, local_pref=100), prefix)
