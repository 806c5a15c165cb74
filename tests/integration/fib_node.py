"""A node with two interfaces, a Fib that runs inside it, and what ``ip`` prints of its routes."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import Any, Final

import pytest

from bgpkit.fib import Encap, Fib, KernelRoute, NextHop
from bgpkit_rib import Prefix
from tests.support.netns import Namespace, Namespaces

OURS: Final = 12
GATEWAY: Final = "10.0.0.2"
GATEWAY6: Final = "2001:db8::2"


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
async def running(node: Namespace, *, check_interval: float = 60, **options: Any) -> AsyncGenerator[Fib]:
    """Start a Fib inside the node; its sockets stay there."""
    fib = Fib(protocol=OURS, check_interval=check_interval, **options)
    with node.entered():
        await fib.start()
    try:
        yield fib
    finally:
        await fib.close()


def via(
    gateway: str | None = None,
    device: str | None = None,
    *,
    onlink: bool = False,
    weight: int = 1,
    encap: Encap | None = None,
) -> NextHop:
    """Return a next hop."""
    return NextHop(ip_address(gateway) if gateway else None, device, onlink, weight, encap)


def route(prefix: str, *hops: NextHop, **rest: Any) -> KernelRoute:
    """Return a route."""
    return KernelRoute(prefix=Prefix.parse(prefix), next_hops=hops, **rest)


def shown(node: Namespace, prefix: str, *where: str) -> list[dict[str, Any]]:
    """Return what ip shows for exactly this prefix."""
    family = "-6" if ":" in prefix else "-4"
    return node.ip_json("-d", family, "route", "show", "exact", prefix, *where)


def facts(row: dict[str, Any]) -> dict[str, Any]:
    """Leave out of a row of ip, and of its next hops, what was not asked for.

    ip prints the destination of a tunnel under the same key as that of the route, and after it: that one stays.
    """
    useless = {"pref", "scope", "dst", "table"}
    if row.get("encap") in {"ip", "ip6", "mpls"}:
        useless.discard("dst")
    if row.get("scope") != "global":
        useless.discard("scope")
    if not row["flags"]:
        useless.add("flags")
    kept = {key: value for key, value in row.items() if key not in useless}
    return kept | ({"nexthops": [facts(hop) for hop in row["nexthops"]]} if "nexthops" in row else {})


async def eventually(condition: Callable[[], bool], seconds: float = 1.0) -> bool:
    """Tell whether a condition comes true in time, while the loop runs."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not condition():
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(0.01)
    return True
