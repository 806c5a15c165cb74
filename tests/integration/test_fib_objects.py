"""Fib with next-hop objects against the real kernel, judged by what ``ip`` prints."""

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import pytest

from bgpkit.fib import RouteKind
from bgpkit_fsm import IPV4_UNICAST, Family
from bgpkit_rib import Entry, Path, Prefix, Source, SourceKind
from tests.integration.fib_node import eventually, node, route, running, via
from tests.support.netns import Namespace

__all__ = ["node"]

pytestmark = pytest.mark.netns

BIRD = {"type": "unicast", "protocol": "bird"}


def shown(node: Namespace, prefix: str) -> list[dict[str, Any]]:
    """Return what ip shows for exactly this prefix, without what was not asked for."""
    family = "-6" if ":" in prefix else "-4"
    rows = node.ip_json("-d", family, "route", "show", "exact", prefix)
    for row in rows:
        for key in ("dst", "pref", "flags"):
            row.pop(key, None)
        if row.get("scope") == "global":
            row.pop("scope")
    return rows


def objects(node: Namespace) -> dict[int, dict[str, Any]]:
    """Return the next-hop objects by number."""
    return {row.pop("id"): row for row in node.ip_json("-d", "nexthop", "show")}


class Feed:
    """A speaker that has one path for many prefixes."""

    def __init__(self, prefixes: list[Prefix]) -> None:
        """Hold ``prefixes``, all with the next hop 192.0.2.1, until told otherwise."""
        self.path = Path(Source("peer", SourceKind.CLIENT), b"", next_hop=ip_address("192.0.2.1").packed)
        self._keys = [prefix.key for prefix in prefixes]

    def subscribe(
        self, family: Family, consumer: Callable[[list[bytes], Entry | None, Entry | None], None], /
    ) -> Callable[[], None]:
        """Tell of all prefixes at once."""
        assert family == IPV4_UNICAST
        consumer(self._keys, None, self.path)
        return lambda: None


async def test_a_route_names_a_group_of_our_own(node: Namespace) -> None:
    """One next hop is a group of one; the route says no more than the group's number, its metric, source and MTU."""
    async with running(node, next_hop_objects=True) as fib:
        fib.replace(route("10.1.0.0/16", via("10.0.0.2", "e0"), metric=7, source=ip_address("10.0.1.1"), mtu=1400))
        await fib.settled()
        (row,) = shown(node, "10.1.0.0/16")
        made = objects(node)
        (member,) = made[row["nhid"]]["group"]
        assert {"gateway": "10.0.0.2", "dev": "e0", "protocol": "bird"}.items() <= made[member["id"]].items()
        assert (row["metric"], row["prefsrc"], row["metrics"]) == (7, "10.0.1.1", [{"mtu": 1400}])
        assert not await fib.compare()
        before = fib.writes, fib.object_writes
        assert not await fib.verify()
        assert (fib.writes, fib.object_writes) == before


async def test_members_are_shared_and_weighed(node: Namespace) -> None:
    """Two groups of which one holds the other's member: three singles would be one too many. IPv6 likewise."""
    async with running(node, next_hop_objects=True) as fib:
        one, two = via("10.0.0.2", "e0", weight=3), via("10.0.1.2", "e1")
        fib.replace(route("10.1.0.0/16", one, two))
        fib.replace(route("10.2.0.0/16", via("10.0.0.2", "e0")))
        fib.replace(route("2001:db8:9::/48", via("2001:db8::2", "e0"), via("2001:db8:1::2", "e1")))
        await fib.settled()
        made = objects(node)
        singles = [row for row in made.values() if "group" not in row]
        assert sorted(row["gateway"] for row in singles) == ["10.0.0.2", "10.0.1.2", "2001:db8:1::2", "2001:db8::2"]
        (row,) = shown(node, "10.1.0.0/16")
        assert sorted(each.get("weight", 1) for each in made[row["nhid"]]["group"]) == [1, 3]
        (six,) = shown(node, "2001:db8:9::/48")
        assert len(made[six["nhid"]]["group"]) == 2


async def test_a_next_hop_that_moves_is_two_messages_and_no_route(node: Namespace) -> None:
    """Five thousand routes follow one group: its new member, and the group."""
    prefixes = [Prefix.parse(f"10.{64 + each // 256}.{each % 256}.0/24") for each in range(5000)]
    hop = via("10.0.0.2", "e0")
    async with running(node, next_hop_objects=True) as fib:
        fib.follow(Feed(prefixes), IPV4_UNICAST, via=lambda _: hop)
        await fib.settled()
        before = fib.writes, fib.object_writes
        hop = via("10.0.1.2", "e1")
        fib.next_hops_changed()
        await fib.settled()
        assert fib.writes == before[0]
        assert fib.object_writes - before[1] == 2
        rows = node.ip_json("route", "show", "proto", "bird")
        assert {(row["gateway"], row["dev"]) for row in rows} == {("10.0.1.2", "e1")}
        assert len(rows) == 5000


async def test_a_restart_adopts_objects_and_routes_without_a_write(node: Namespace) -> None:
    """The same wishes find their groups by what is in them; what nobody uses goes with the routes."""
    wishes = (route("10.1.0.0/16", via("10.0.0.2", "e0")), route("10.2.0.0/16", via("10.0.1.2", "e1", weight=2)))
    async with running(node, next_hop_objects=True) as fib:
        for wish in wishes:
            fib.replace(wish)
        await fib.settled()
    before = objects(node)
    async with running(node, next_hop_objects=True) as fib:
        for wish in wishes:
            fib.replace(wish)
        await fib.settled()
        assert await fib.sweep() == 0
        assert not await fib.verify()
        assert (fib.writes, fib.object_writes) == (0, 0)
        assert objects(node) == before
        fib.remove(wishes[0].prefix)
        await fib.settled()
        await fib.close(remove=True)
    assert node.ip_json("route", "show", "proto", "bird") == []
    assert objects(node) == {}


async def test_objects_of_others_stay_and_ours_are_put_right(node: Namespace) -> None:
    """A foreign object is never used, changed or removed; one of ours that goes, and its routes with it, comes back."""
    node.ip("nexthop", "add", "id", "5", "via", "10.0.0.2", "dev", "e0", "proto", "static")
    async with running(node, next_hop_objects=True) as fib:
        fib.replace(route("10.1.0.0/16", via("10.0.0.2", "e0")))
        await fib.settled()
        group = shown(node, "10.1.0.0/16")[0]["nhid"]
        assert [member["id"] for member in objects(node)[group]["group"]] != [5]
        node.ip("nexthop", "del", "id", str(group))
        assert shown(node, "10.1.0.0/16") == []
        assert await eventually(lambda: len(shown(node, "10.1.0.0/16")) == 1, 2)
        await fib.settled()
        await fib.close(remove=True)
    assert list(objects(node)) == [5]


async def test_a_link_that_flaps_takes_all_and_all_comes_back(node: Namespace) -> None:
    """The kernel removes members, empty groups and their routes with a link; a group with another member stays."""
    async with running(node, next_hop_objects=True) as fib:
        fib.replace(route("10.1.0.0/16", via("10.0.0.2", "e0")))
        fib.replace(route("10.2.0.0/16", via("10.0.0.2", "e0"), via("10.0.1.2", "e1")))
        await fib.settled()
        node.ip("link", "set", "e0", "down")
        assert shown(node, "10.1.0.0/16") == []
        assert await eventually(lambda: bool(fib.diff()), 2)
        assert len(shown(node, "10.2.0.0/16")) == 1
        node.ip("link", "set", "e0", "up")
        assert await eventually(lambda: len(shown(node, "10.1.0.0/16")) == 1, 5)
        await fib.settled()
        assert await eventually(lambda: not fib.diff(), 5)
        (row,) = shown(node, "10.2.0.0/16")
        assert len(objects(node)[row["nhid"]]["group"]) == 2


async def test_kinds_without_a_next_hop_have_no_object(node: Namespace) -> None:
    """A blackhole is a route alone."""
    async with running(node, next_hop_objects=True) as fib:
        fib.replace(route("10.1.0.0/26", kind=RouteKind.BLACKHOLE))
        await fib.settled()
        assert shown(node, "10.1.0.0/26") == [{"type": "blackhole", "protocol": "bird"}]
        assert objects(node) == {}
