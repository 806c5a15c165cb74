"""Fib beside other hands: foreign routes, hand-made changes, interfaces that flap, restarts."""

import asyncio
import subprocess
import sys
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from bgpkit import FibError
from bgpkit.fib import RouteKind
from bgpkit_fsm import IPV4_UNICAST, Family
from bgpkit_rib import Entry, Path, Prefix, Source, SourceKind, Table
from tests.integration.test_fib_kernel import GATEWAY, GATEWAY6, eventually, node, route, running, shown, via
from tests.support.netns import Namespace
from tests.support.skips import require_kernel

__all__ = ["node"]

pytestmark = pytest.mark.netns

BOTH = ["10.1.0.0/16", "2001:db8:9::/48"]


def towards(prefix: str) -> str:
    """Return the gateway on e0 for a prefix."""
    return GATEWAY6 if ":" in prefix else GATEWAY


def family(prefix: str) -> str:
    """Return the option of ip for a prefix."""
    return "-6" if ":" in prefix else "-4"


def metric(prefix: str) -> str:
    """Return the metric that the kernel gives where none is asked for."""
    return "1024" if ":" in prefix else "0"


@pytest.mark.parametrize("prefix", BOTH)
async def test_a_foreign_route_is_left_alone_and_reported(node: Namespace, prefix: str) -> None:
    """Same prefix, same metric, another protocol: untouched, an event, a line in diff; ours comes when it goes."""
    node.ip(family(prefix), "route", "add", prefix, "dev", "e1", "proto", "static", "metric", metric(prefix))
    async with running(node) as fib:
        with capture_logs() as lines:
            fib.replace(route(prefix, via(towards(prefix))))
            await fib.settled()
            await fib.verify()
            await fib.verify()
        assert [(row["protocol"], row["dev"]) for row in shown(node, prefix)] == [("static", "e1")]
        assert [(str(one.route.prefix), one.protocol) for one in fib.diff().conflicts] == [(prefix, 4)]
        conflicts = [(line["prefix"], line["protocol"]) for line in lines if line["event"] == "fib.conflict"]
        assert conflicts == [(prefix, 4)]
        assert fib.writes == 1
        node.ip(family(prefix), "route", "del", prefix, "proto", "static")
        assert await eventually(lambda: [row["protocol"] for row in shown(node, prefix)] == ["bird"])
        await fib.settled()
        assert not fib.diff()


@pytest.mark.parametrize("prefix", BOTH)
async def test_a_foreign_route_that_overwrites_ours_stays(node: Namespace, prefix: str) -> None:
    """``ip route replace`` without our protocol makes the route another's; ours does not fight for the place."""
    async with running(node) as fib:
        fib.replace(route(prefix, via(towards(prefix))))
        await fib.settled()
        node.ip(
            family(prefix),
            "route",
            "replace",
            prefix,
            "via",
            towards(prefix),
            "proto",
            "static",
            "metric",
            metric(prefix),
        )
        assert await eventually(lambda: bool(fib.diff().conflicts))
        await fib.verify()
        assert [row["protocol"] for row in shown(node, prefix)] == ["static"]


@pytest.mark.parametrize("prefix", BOTH)
async def test_a_route_deleted_by_hand_is_back_within_a_second(node: Namespace, prefix: str) -> None:
    """The kernel's notice is enough."""
    async with running(node) as fib:
        fib.replace(route(prefix, via(towards(prefix))))
        await fib.settled()
        node.ip(family(prefix), "route", "del", prefix)
        assert await eventually(lambda: bool(shown(node, prefix)))
        assert fib.writes == 2


@pytest.mark.parametrize("prefix", BOTH)
async def test_a_route_altered_by_hand_is_put_right(node: Namespace, prefix: str) -> None:
    """Another next hop under our protocol, as ``ip route replace ... proto bird`` makes it."""
    async with running(node) as fib:
        fib.replace(route(prefix, via(towards(prefix))))
        await fib.settled()
        node.ip(family(prefix), "route", "replace", prefix, "dev", "e1", "proto", "bird", "metric", metric(prefix))
        assert await eventually(lambda: [row.get("gateway") for row in shown(node, prefix)] == [towards(prefix)])


@pytest.mark.parametrize("prefix", BOTH)
async def test_routes_come_back_after_an_interface_flap(node: Namespace, prefix: str) -> None:
    """IPv4 routes go with the link without a notice of their own; all are back when the link is."""
    async with running(node) as fib:
        fib.replace(route(prefix, via(towards(prefix))))
        fib.replace(route("10.2.0.0/16", via("10.0.1.2")))
        await fib.settled()
        node.ip("link", "set", "e0", "down")
        assert await eventually(lambda: bool(fib.diff().failed))
        assert shown(node, prefix) == []
        node.ip("link", "set", "e0", "up")
        if ":" in prefix:  # IPv6 addresses go with the link
            node.ip("addr", "add", "2001:db8:0::1/64", "dev", "e0", "nodad")
        assert await eventually(lambda: bool(shown(node, prefix)))
        await fib.settled()
        assert not fib.diff()


async def test_routes_come_back_after_an_address_flap(node: Namespace) -> None:
    """An address that goes takes the gateway routes behind it along, silently."""
    async with running(node) as fib:
        fib.replace(route("10.1.0.0/16", via(GATEWAY)))
        await fib.settled()
        node.ip("addr", "del", "10.0.0.1/24", "dev", "e0")
        assert await eventually(lambda: bool(fib.diff().failed))
        node.ip("addr", "add", "10.0.0.1/24", "dev", "e0")
        assert await eventually(lambda: bool(shown(node, "10.1.0.0/16")))


async def test_a_restart_loses_nothing_and_sweeps_only_its_own(node: Namespace) -> None:
    """Adopted routes stay; equal wishes cost 0 writes; the sweep removes what nobody wants, of ours only."""
    kept = [route(f"10.{number}.0.0/16", via(GATEWAY)) for number in range(1, 50)]
    gone = [route(f"10.{number}.0.0/16", kind=RouteKind.BLACKHOLE) for number in range(50, 60)]
    node.ip("route", "add", "172.16.0.0/16", "dev", "e1", "proto", "static")
    node.ip("route", "add", "172.17.0.0/16", "dev", "e1")
    async with running(node) as fib:
        for one in kept + gone:
            fib.replace(one)
        await fib.settled()
    before = node.ip_json("route")
    async with running(node) as fib:
        assert node.ip_json("route") == before
        for one in kept:
            fib.replace(one)
        await fib.settled()
        assert fib.writes == 0
        assert node.ip_json("route") == before
        assert {one.prefix for one in fib.diff().unwanted} == {one.prefix for one in gone}
        assert await fib.sweep() == len(gone)
        assert fib.writes == len(gone)
        prefixes = {str(one.prefix) for one in gone}
        assert node.ip_json("route") == [row for row in before if row["dst"] not in prefixes]
        await fib.close(remove=True)
    assert {row["dst"] for row in node.ip_json("route")} == {
        "10.0.0.0/24",
        "10.0.1.0/24",
        "172.16.0.0/16",
        "172.17.0.0/16",
    }


async def test_more_notices_than_the_socket_holds_lead_to_a_resync(node: Namespace) -> None:
    """Forty thousand foreign routes while the loop is blocked: what was missed is found and put right."""
    async with running(node) as fib:
        fib.replace(route("10.1.0.0/16", via(GATEWAY)))
        await fib.settled()
        batch = "".join(
            f"route add 20.{number >> 8}.{number & 255}.0/24 dev e1 proto static\n" for number in range(40_000)
        )
        with capture_logs() as lines:
            blocking_batch(node, batch + "route del 10.1.0.0/16\n")
            assert await eventually(lambda: bool(shown(node, "10.1.0.0/16")), 10)
            await fib.settled()
        assert "fib.resynced" in {line["event"] for line in lines}
        assert not fib.diff()
        assert len(node.ip_json("route", "show", "proto", "static")) == 40_000


def blocking_batch(node: Namespace, lines: str) -> None:
    """Run ``ip -batch`` and wait for it without letting the loop run."""
    subprocess.run(node.command(["ip", "-batch", "-"]), input=lines, text=True, check=True)


async def test_the_kernel_is_watched_while_many_routes_are_written(node: Namespace) -> None:
    """Ten thousand adds bring no notice of themselves, and a change by hand amid them is seen."""
    first = route("10.1.0.0/16", via(GATEWAY))
    many = [route(f"20.{number >> 8}.{number & 255}.0/24", via(GATEWAY)) for number in range(10_000)]
    async with running(node) as fib:
        fib.replace(first)
        await fib.settled()
        for one in many:
            fib.replace(one)
        await asyncio.sleep(0)
        node.ip("route", "del", "10.1.0.0/16")
        await fib.settled()
        assert await eventually(lambda: bool(shown(node, "10.1.0.0/16")))
        assert len(node.ip_json("route", "show", "proto", "bird")) == 10_001


async def test_starting_twice_is_refused(node: Namespace) -> None:
    """One Fib has one life at a time, and may live again."""
    async with running(node) as fib:
        with pytest.raises(FibError, match="started already"):
            await fib.start()
    with node.entered():
        async with fib:
            assert fib.held == 0


PROBE = """
import asyncio
from bgpkit import FibError
from bgpkit.fib import Fib
try:
    asyncio.run(Fib(protocol=12).start())
except FibError as error:
    print(error.errno, error)
"""


async def test_without_the_right_one_sentence_says_so(node: Namespace) -> None:
    """CAP_NET_ADMIN is named, and the error number is EPERM (1)."""
    argv = ["setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin", sys.executable, "-c", PROBE]
    answer = node.run(argv)
    assert answer.stdout == "1 changing the kernel's routes needs the capability CAP_NET_ADMIN; run as root\n"


async def test_an_ordinary_user_in_a_namespace_of_its_own_can() -> None:
    """In a user namespace the buffers cannot be forced; a thousand routes and refusals work all the same."""
    require_kernel("userns")
    argv = ["unshare", "-Urn", sys.executable, "-c", USER]
    answer = await asyncio.to_thread(subprocess.run, argv, capture_output=True, text=True, check=False)
    assert answer.stdout == "1000 1000 True\n", answer.stderr


USER = """
import asyncio
from ipaddress import IPv4Address
from bgpkit.fib import Fib, KernelRoute, NextHop, RouteKind
from bgpkit_rib import Prefix

async def main():
    fib = Fib(protocol=12)
    await fib.start()
    for number in range(1000):
        high, low = divmod(number, 250)
        fib.replace(KernelRoute(prefix=Prefix.parse(f"10.{high}.{low}.0/24"), kind=RouteKind.BLACKHOLE))
        lost = (NextHop(IPv4Address("9.9.9.9")),)
        fib.replace(KernelRoute(prefix=Prefix.parse(f"20.{high}.{low}.0/24"), next_hops=lost))
    await fib.settled()
    held, failed = fib.held, len(fib.diff().failed)
    await fib.verify()
    print(held, failed, fib.held == held)
    await fib.close()

import structlog
structlog.configure(processors=[lambda *_: (_ for _ in ()).throw(structlog.DropEvent)])
asyncio.run(main())
"""


async def test_following_a_table_installs_its_best_paths(node: Namespace) -> None:
    """Announced, changed and withdrawn in the RIB, shown by ip; own routes stay out."""
    table = Table(32)

    class TableSpeaker:
        """A speaker that is nothing but its table."""

        def subscribe(
            self, family: Family, consumer: Callable[[list[bytes], Entry | None, Entry | None], None], /
        ) -> Callable[[], None]:
            """Follow the table."""
            assert family == IPV4_UNICAST
            for key, entry in table.items():
                consumer([key], None, entry)
            return table.subscribe(lambda keys, old, new, _nlri: consumer(keys, old, new))

    peer, own = Source("peer", SourceKind.EBGP), Source("own", SourceKind.LOCAL)
    keys = [Prefix.parse(text).key for text in ("10.1.0.0/16", "10.2.0.0/16")]
    table.announce(Path(peer, b"1", next_hop=b"\x0a\0\0\2"), keys)
    table.announce(Path(own, b"2"), [Prefix.parse("10.3.0.0/26").key])
    async with running(node) as fib:
        fib.follow(TableSpeaker(), IPV4_UNICAST)
        await fib.settled()
        assert installed(node) == {"10.1.0.0/16": GATEWAY, "10.2.0.0/16": GATEWAY}
        table.announce(Path(peer, b"3", next_hop=b"\x0a\0\1\2"), keys[:1])
        table.withdraw(peer, keys[1:])
        await fib.settled()
        assert installed(node) == {"10.1.0.0/16": "10.0.1.2"}
        with pytest.raises(ValueError, match="have no place in a kernel table"):
            fib.follow(TableSpeaker(), Family(1, 128))
    table.withdraw(peer, keys[:1])
    assert installed(node) == {"10.1.0.0/16": "10.0.1.2"}


def installed(node: Namespace) -> dict[str, str]:
    """Return the gateways of our routes."""
    return {row["dst"]: row["gateway"] for row in node.ip_json("route", "show", "proto", "bird")}
