"""Fib against the real kernel, judged by what ``ip`` prints."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import Any

import pytest

from bgpkit.fib import Fib, KernelRoute, NextHop, RouteKind
from bgpkit_rib import Prefix
from tests.support.netns import Namespace, Namespaces

pytestmark = pytest.mark.netns

OURS = 12
GATEWAY, GATEWAY6 = "10.0.0.2", "2001:db8::2"


@pytest.fixture
def node(namespaces: Namespaces) -> Namespace:
    """Make a node with the interfaces e0 (10.0.0.1/24, 2001:db8::1/64) and e1 (10.0.1.1/24, 2001:db8:1::1/64)."""
    made = namespaces.node("fib")
    for number in (0, 1):
        made.ip("link", "add", f"e{number}", "type", "veth", "peer", "name", f"p{number}")
        for name in (f"e{number}", f"p{number}"):
            made.ip("link", "set", name, "up")
        made.ip("addr", "add", f"10.0.{number}.1/24", "dev", f"e{number}")
        made.ip("addr", "add", f"2001:db8:{number}::1/64", "dev", f"e{number}", "nodad")
    return made


@asynccontextmanager
async def running(node: Namespace, *, table: int = 254, check_interval: float = 60) -> AsyncGenerator[Fib]:
    """Start a Fib inside the node; its sockets stay there."""
    fib = Fib(protocol=OURS, table=table, check_interval=check_interval)
    with node.entered():
        await fib.start()
    try:
        yield fib
    finally:
        await fib.close()


def via(gateway: str | None = None, device: str | None = None, *, onlink: bool = False, weight: int = 1) -> NextHop:
    """Return a next hop."""
    return NextHop(ip_address(gateway) if gateway else None, device, onlink, weight)


def route(prefix: str, *hops: NextHop, **rest: Any) -> KernelRoute:
    """Return a route."""
    return KernelRoute(prefix=Prefix.parse(prefix), next_hops=hops, **rest)


def shown(node: Namespace, prefix: str, *where: str) -> list[dict[str, Any]]:
    """Return what ip shows for exactly this prefix."""
    family = "-6" if ":" in prefix else "-4"
    return node.ip_json("-d", family, "route", "show", "exact", prefix, *where)


def facts(row: dict[str, Any]) -> dict[str, Any]:
    """Leave out of a row of ip what was not asked for."""
    row = {key: value for key, value in row.items() if key not in {"dst", "pref", "flags", "dev"} or key == "dev"}
    if row.get("scope") == "global":
        row.pop("scope")
    return row


async def eventually(condition: Callable[[], bool], seconds: float = 1.0) -> bool:
    """Tell whether a condition comes true in time, while the loop runs."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not condition():
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(0.01)
    return True


UNICAST = {"type": "unicast", "protocol": "bird"}
FORMS: dict[str, tuple[KernelRoute, dict[str, Any]]] = {
    "gateway": (route("10.1.0.0/16", via(GATEWAY)), UNICAST | {"gateway": GATEWAY, "dev": "e0"}),
    "gateway and device": (route("10.1.0.0/16", via(GATEWAY, "e0")), UNICAST | {"gateway": GATEWAY, "dev": "e0"}),
    "device": (route("10.1.0.0/16", via(device="e1")), UNICAST | {"dev": "e1", "scope": "link"}),
    "metric": (
        route("10.1.0.0/16", via(GATEWAY), metric=77),
        UNICAST | {"gateway": GATEWAY, "dev": "e0", "metric": 77},
    ),
    "source and mtu": (
        route("10.1.0.0/16", via(GATEWAY), source=ip_address("10.0.1.1"), mtu=1400),
        UNICAST | {"gateway": GATEWAY, "dev": "e0", "prefsrc": "10.0.1.1", "metrics": [{"mtu": 1400}]},
    ),
    "via IPv6": (
        route("10.1.0.0/16", via("fe80::9", "e0")),
        UNICAST | {"via": {"family": "inet6", "host": "fe80::9"}, "dev": "e0"},
    ),
    "blackhole": (route("10.1.0.0/26", kind=RouteKind.BLACKHOLE), {"type": "blackhole", "protocol": "bird"}),
    "unreachable": (route("10.1.0.0/26", kind=RouteKind.UNREACHABLE), {"type": "unreachable", "protocol": "bird"}),
    "prohibit": (route("10.1.0.0/26", kind=RouteKind.PROHIBIT), {"type": "prohibit", "protocol": "bird"}),
    "default": (route("0.0.0.0/0", via(GATEWAY)), UNICAST | {"gateway": GATEWAY, "dev": "e0"}),
    "host": (route("10.1.2.3/32", via(device="e0")), UNICAST | {"dev": "e0", "scope": "link"}),
    "IPv6 gateway": (
        route("2001:db8:9::/48", via(GATEWAY6)),
        UNICAST | {"gateway": GATEWAY6, "dev": "e0", "metric": 1024},
    ),
    "IPv6 link-local": (
        route("2001:db8:9::/48", via("fe80::9", "e1")),
        UNICAST | {"gateway": "fe80::9", "dev": "e1", "metric": 1024},
    ),
    "IPv6 device": (
        route("2001:db8:9::/48", via(device="e1"), metric=5),
        UNICAST | {"dev": "e1", "metric": 5},
    ),
    "IPv6 source and mtu": (
        route("2001:db8:9::/48", via(GATEWAY6), source=ip_address("2001:db8:1::1"), mtu=1400),
        UNICAST
        | {"gateway": GATEWAY6, "dev": "e0", "metric": 1024, "prefsrc": "2001:db8:1::1", "metrics": [{"mtu": 1400}]},
    ),
    "IPv6 blackhole": (
        route("2001:db8:9::/48", kind=RouteKind.BLACKHOLE),
        {"type": "blackhole", "protocol": "bird", "dev": "lo", "metric": 1024},
    ),
    "IPv6 unreachable": (
        route("2001:db8:9::/48", kind=RouteKind.UNREACHABLE),
        {"type": "unreachable", "protocol": "bird", "dev": "lo", "metric": 1024},
    ),
    "IPv6 default": (route("::/0", via(GATEWAY6)), UNICAST | {"gateway": GATEWAY6, "dev": "e0", "metric": 1024}),
}
ONLINK = {
    "onlink": (route("10.1.0.0/16", via("172.16.0.1", "e0", onlink=True)), "172.16.0.1"),
    "IPv6 onlink": (route("2001:db8:9::/48", via("2001:db8:f::1", "e0", onlink=True)), "2001:db8:f::1"),
}
ECMP = {
    "ECMP": (route("10.1.0.0/16", via(GATEWAY), via("10.0.1.2", weight=3)), [GATEWAY, "10.0.1.2"]),
    "IPv6 ECMP": (
        route("2001:db8:9::/48", via(GATEWAY6), via("2001:db8:1::2", weight=3)),
        [GATEWAY6, "2001:db8:1::2"],
    ),
}
EVERY = {name: one for name, (one, _) in (FORMS | ONLINK | ECMP).items()}


@pytest.mark.parametrize("name", FORMS)
async def test_each_form_is_in_the_kernel_as_wanted(node: Namespace, name: str) -> None:
    """Written, shown by ip as wanted, found unchanged by a dump, adopted without a write, removed."""
    wanted, expected = FORMS[name]
    async with running(node) as fib:
        fib.replace(wanted)
        await fib.settled()
        (row,) = shown(node, str(wanted.prefix))
        assert facts(row) == expected
        assert not await fib.verify()
        assert fib.writes == 1
    await adopt_and_remove(node, wanted)


@pytest.mark.parametrize("name", ONLINK)
async def test_onlink_routes(node: Namespace, name: str) -> None:
    """A gateway that no address covers is taken for a neighbour."""
    wanted, gateway = ONLINK[name]
    async with running(node) as fib:
        fib.replace(wanted)
        await fib.settled()
        (row,) = shown(node, str(wanted.prefix))
        assert (row["gateway"], row["dev"], row["flags"]) == (gateway, "e0", ["onlink"])
        assert not await fib.verify()
        assert fib.writes == 1
    await adopt_and_remove(node, wanted)


@pytest.mark.parametrize("name", ECMP)
async def test_routes_of_several_next_hops(node: Namespace, name: str) -> None:
    """Each next hop with its weight."""
    wanted, gateways = ECMP[name]
    async with running(node) as fib:
        fib.replace(wanted)
        await fib.settled()
        (row,) = shown(node, str(wanted.prefix))
        assert [(hop["gateway"], hop["dev"], hop["weight"]) for hop in row["nexthops"]] == [
            (gateways[0], "e0", 1),
            (gateways[1], "e1", 3),
        ]
        assert not await fib.verify()
        assert fib.writes == 1
    await adopt_and_remove(node, wanted)


async def adopt_and_remove(node: Namespace, wanted: KernelRoute) -> None:
    """Start anew over the route: wanting it writes nothing; not wanting it removes it."""
    async with running(node) as fib:
        fib.replace(wanted)
        await fib.settled()
        assert fib.writes == 0
        assert await fib.sweep() == 0
        fib.remove(wanted.prefix)
        await fib.settled()
        assert shown(node, str(wanted.prefix)) == []
        assert fib.writes == 1


@pytest.mark.parametrize("width", [32, 128])
async def test_every_form_replaces_every_other(node: Namespace, width: int) -> None:
    """From any form to any other, under the same metric: one message, and the table is as wanted."""
    prefix = Prefix.parse("10.9.0.0/16" if width == 32 else "2001:db8:9::/48")
    forms = {
        name: KernelRoute(
            prefix=prefix, kind=one.kind, next_hops=one.next_hops, metric=9, source=one.source, mtu=one.mtu
        )
        for name, one in EVERY.items()
        if one.prefix.width == width
    }
    async with running(node) as fib:
        for first in forms.values():
            for second in forms.values():
                fib.replace(first)
                await fib.settled()
                fib.replace(second)
                await fib.settled()
                assert not fib.diff()
                assert len(shown(node, str(prefix))) == 1
        assert not await fib.verify()


async def test_a_table_of_its_own(node: Namespace) -> None:
    """A table above 255 is kept; the main table is not looked at."""
    node.ip("route", "add", "10.1.0.0/16", "via", GATEWAY, "proto", "12")
    async with running(node, table=1000) as fib:
        assert fib.held == 0
        fib.replace(route("10.1.0.0/16", via(device="e1")))
        await fib.settled()
        assert shown(node, "10.1.0.0/16", "table", "1000")[0]["dev"] == "e1"
        assert shown(node, "10.1.0.0/16")[0]["dev"] == "e0"
        await fib.close(remove=True)
    assert node.ip_json("route", "show", "table", "1000") == []


async def test_a_refused_route_stops_no_other(node: Namespace) -> None:
    """Of a batch, the one that cannot be is named with the kernel's reason; the others are in."""
    wanted = [route(f"10.{number}.0.0/16", via(GATEWAY)) for number in range(1, 200)]
    wanted[100] = route("10.101.0.0/16", via("9.9.9.9"))
    async with running(node) as fib:
        for one in wanted:
            fib.replace(one)
        await fib.settled()
        diff = fib.diff()
        (failed,) = diff.failed
        assert (str(failed.prefix), failed.reason) == ("10.101.0.0/16", "Nexthop has invalid gateway")
        assert diff.missing == (wanted[100],)
        assert len(node.ip_json("route", "show", "proto", "12")) == 198


async def test_a_batch_in_which_all_are_refused(node: Namespace) -> None:
    """A thousand refusals: each is attributed to its own prefix, none is lost."""
    wanted = [route(f"10.{1 + number // 250}.{number % 250}.0/24", via("9.9.9.9")) for number in range(1000)]
    async with running(node) as fib:
        for one in wanted:
            fib.replace(one)
        await fib.settled()
        assert {each.prefix for each in fib.diff().failed} == {one.prefix for one in wanted}


async def test_a_missing_device_is_named_and_waited_for(node: Namespace) -> None:
    """The route comes when the interface comes, without being asked again."""
    async with running(node) as fib:
        fib.replace(route("10.1.2.3/32", via(device="cali1")))
        await fib.settled()
        assert [each.reason for each in fib.diff().failed] == ["device cali1 does not exist"]
        node.ip("link", "add", "cali1", "type", "veth", "peer", "name", "peer1")
        node.ip("link", "set", "cali1", "up")
        assert await eventually(lambda: bool(shown(node, "10.1.2.3/32")))
        await fib.settled()
        assert not fib.diff()
