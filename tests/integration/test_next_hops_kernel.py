"""Next hops by the kernel's routes: what ``ip`` changes moves the speaker's choice, and moves it back."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from bgpkit import PeerConfig, Speaker
from bgpkit.fib import KernelNextHops, Way
from bgpkit.fib.netlink.reader import NetlinkReader
from bgpkit.fib.table_watch import TableWatch
from tests.support import octets
from tests.support.netns import Namespace, Namespaces
from tests.support.scripted_peer import ScriptedPeer, eventually

pytestmark = pytest.mark.netns

ASN, PREFIX = 64512, "203.0.113.0/24"
PEERS = {"127.0.0.2": "10.0.0.2", "127.0.0.3": "10.0.0.3"}
"""Sessions run over loopback, so that no interface takes them down."""
NEAR, FAR = "10.8.0.1", "10.9.0.1"


@pytest.fixture
def node(namespaces: Namespaces) -> Namespace:
    """Make a node with e0 (10.0.0.1/24, 2001:db8::1/64) and e1 (10.0.1.1/24), the other ends beside them."""
    made = namespaces.node("hops")
    for number in (0, 1):
        made.ip("link", "add", f"e{number}", "type", "veth", "peer", "name", f"p{number}")
        for name in (f"e{number}", f"p{number}"):
            made.ip("link", "set", name, "up")
        made.ip("addr", "add", f"10.0.{number}.1/24", "dev", f"e{number}")
    made.ip("addr", "add", "2001:db8::1/64", "dev", "e0", "nodad")
    return made


@dataclass
class Rig:
    """A speaker, its next hops, and peers that say what they are told to."""

    speaker: Speaker
    next_hops: KernelNextHops
    peers: list[ScriptedPeer]

    async def announce(self, *next_hops: str, prefixes: Iterable[str] = (PREFIX,)) -> None:
        """Let each peer announce the prefix with a next hop of its own."""
        for peer, next_hop in zip(self.peers, next_hops, strict=False):
            await peer.send(octets.update(octets.attributes(next_hop=next_hop, local_pref=100), *prefixes))

    def chosen(self) -> str | None:
        """Return the next hop of the best path."""
        return next((str(route.attributes.next_hop) for route in self.speaker.paths(PREFIX) if route.best), None)

    def paths(self) -> dict[str, tuple[bool, int]]:
        """Return by next hop whether a path may be chosen, and its metric."""
        return {
            str(each.attributes.next_hop): (each.path.eligible, each.path.metric) for each in self.speaker.paths(PREFIX)
        }

    async def chooses(self, next_hop: str | None) -> None:
        """Wait until the best path goes by a next hop, None for no best path."""
        await eventually(lambda: self.chosen() == next_hop, f"the way by {next_hop}, not {self.paths()}", 5)


@asynccontextmanager
async def running(node: Namespace, **options: Any) -> AsyncGenerator[Rig]:
    """Run a speaker with two clients in the node."""
    with node.entered():
        async with Speaker(asn=ASN, bgp_identifier="10.255.0.1", listen=[("127.0.0.1", 0)]) as speaker:
            next_hops = KernelNextHops(on_change=speaker.next_hops_changed, **options)
            async with next_hops:
                speaker.use_next_hops(next_hops)
                peers: list[ScriptedPeer] = []
                for address, identifier in PEERS.items():
                    config = PeerConfig(address=address, asn=ASN, passive=True, route_reflector_client=True)
                    await speaker.add_peer(config)
                    peer = await ScriptedPeer.dial("127.0.0.1", speaker.addresses[0][1], local=address)
                    await peer.handshake(ASN, identifier)
                    peers.append(peer)
                try:
                    yield Rig(speaker, next_hops, peers)
                finally:
                    for peer in peers:
                        await peer.close()


def routes(node: Namespace, prefix: str) -> list[dict[str, Any]]:
    """Return what the kernel has for exactly a prefix."""
    return node.ip_json("-6" if ":" in prefix else "-4", "route", "show", "exact", prefix)


async def test_a_removed_connected_route_takes_the_path_along_and_brings_it_back(node: Namespace) -> None:
    """10.0.0.0/24 goes by ``ip route del``, and by the loss of its address; each time the other path takes over."""
    async with running(node) as rig:
        await rig.announce("10.0.0.9", "10.0.1.9")
        await rig.chooses("10.0.0.9")
        node.ip("route", "del", "10.0.0.0/24")
        assert routes(node, "10.0.0.0/24") == []
        await rig.chooses("10.0.1.9")
        assert rig.paths() == {"10.0.0.9": (False, 0), "10.0.1.9": (True, 0)}
        reasons = [route.path.reason for route in rig.speaker.paths(PREFIX) if not route.path.eligible]
        assert reasons == ["the next hop 10.0.0.9 cannot be reached"]
        node.ip("route", "add", "10.0.0.0/24", "dev", "e0", "proto", "kernel", "scope", "link")
        await rig.chooses("10.0.0.9")
        node.ip("addr", "del", "10.0.0.1/24", "dev", "e0")
        await rig.chooses("10.0.1.9")
        node.ip("addr", "add", "10.0.0.1/24", "dev", "e0")
        assert [row["protocol"] for row in routes(node, "10.0.0.0/24")] == ["kernel"]
        await rig.chooses("10.0.0.9")


@pytest.mark.parametrize("interface", ["e0", "p0"])
async def test_an_interface_that_goes_down_or_loses_its_carrier_takes_its_paths_along(
    node: Namespace, interface: str
) -> None:
    """Set down, routes by it vanish without a word; with the other end down they stay, and are dead."""
    by_e0 = ("10.8.0.0/16", "via", "10.0.0.2", "metric", "10")
    node.ip("route", "add", *by_e0)
    async with running(node) as rig:
        await rig.announce(NEAR, "10.0.1.9")
        await rig.chooses("10.0.1.9")
        node.ip("link", "set", "e1", "down")
        await rig.chooses(NEAR)
        node.ip("link", "set", "e1", "up")
        await rig.chooses("10.0.1.9")
        node.ip("link", "set", interface, "down")
        assert [row["flags"] for row in routes(node, "10.8.0.0/16")] == [["linkdown"]] * (interface == "p0")
        await eventually(lambda: rig.paths()[NEAR][0] is False, "a path without a way", 5)
        node.ip("link", "set", interface, "up")
        if interface == "e0":
            assert routes(node, "10.8.0.0/16") == []
            node.ip("route", "add", *by_e0)
        await eventually(lambda: rig.paths()[NEAR] == (True, 10), "a path with a way again", 5)


async def test_of_two_paths_the_closer_wins_and_moves_when_the_metrics_swap(node: Namespace) -> None:
    """The metrics are those that ``ip`` shows; the other path's metric is told beside."""
    for prefix, metric in (("10.8.0.0/16", "10"), ("10.9.0.0/16", "20")):
        node.ip("route", "add", prefix, "via", "10.0.0.2", "metric", metric)
    async with running(node) as rig:
        await rig.announce(FAR, NEAR)
        await rig.chooses(NEAR)
        assert rig.paths() == {NEAR: (True, 10), FAR: (True, 20)}
        node.ip("route", "add", "10.9.0.0/16", "via", "10.0.0.2", "metric", "5")
        await rig.chooses(FAR)
        assert rig.paths() == {NEAR: (True, 10), FAR: (True, 5)}
        assert sorted(row["metric"] for row in routes(node, "10.9.0.0/16")) == [5, 20]
        node.ip("route", "del", "10.9.0.0/16", "metric", "5")
        await rig.chooses(NEAR)
        node.ip("route", "add", "unreachable", "10.8.0.0/24")
        await rig.chooses(FAR)
        node.ip("route", "replace", "10.8.0.0/24", "via", "10.0.0.2", "metric", "0")
        assert [row.get("gateway") for row in routes(node, "10.8.0.0/24")] == ["10.0.0.2"]
        await rig.chooses(NEAR)
        assert rig.paths()[NEAR] == (True, 0)


async def test_a_burst_of_routes_asks_the_kernel_nothing(node: Namespace) -> None:
    """As many next hops as routes: no request goes out while they are learned, and none for what others change."""
    async with running(node) as rig:
        before = asks(rig.next_hops)
        for number in range(0, 200, 20):
            for one in range(number, number + 20):
                await rig.announce(f"10.0.{one % 2}.{one + 2}", prefixes=[f"198.18.{one}.0/24"])
        await eventually(lambda: len(list(rig.speaker.routes())) == 200, "all routes", 10)
        node.ip("route", "add", "10.77.0.0/16", "via", "10.0.0.2")
        await eventually(lambda: rig.next_hops.resolve(ip_address("10.77.0.1").packed).reachable, "the route", 5)
        assert asks(rig.next_hops) == before


def asks(next_hops: KernelNextHops) -> int:
    """Return how many requests have been made of the kernel: they are numbered."""
    watch: TableWatch = vars(next_hops)["_watch"]
    reader: NetlinkReader = vars(watch)["_reader"]
    number: int = vars(reader)["_sequence"]
    return number


async def test_our_own_routes_and_the_default_route_are_no_way(node: Namespace) -> None:
    """Unless the default route is asked for."""
    node.ip("route", "add", "default", "via", "10.0.0.2", "metric", "7")
    node.ip("route", "add", "10.8.0.0/16", "via", "10.0.0.2", "proto", "12")
    async with running(node, own=[12]) as rig:
        await rig.announce(NEAR)
        await eventually(lambda: rig.paths() == {NEAR: (False, 0)}, "a path without a way", 5)
        node.ip("route", "add", "10.8.0.0/24", "via", "10.0.0.2", "proto", "12")
        node.ip("route", "add", "10.8.0.0/15", "via", "10.0.0.2", "proto", "ospf", "metric", "3")
        await eventually(lambda: rig.paths() == {NEAR: (True, 3)}, "the way by OSPF", 5)
    async with running(node, own=[12], through=[2, 4], default=True) as rig:
        await rig.announce(NEAR)
        await eventually(lambda: rig.paths() == {NEAR: (False, 0)}, "no route of these protocols", 5)
        node.ip("route", "replace", "default", "via", "10.0.0.2", "metric", "7", "proto", "static")
        await eventually(lambda: rig.paths() == {NEAR: (True, 7)}, "the default route", 5)


async def test_an_address_of_the_machine_is_no_next_hop(node: Namespace) -> None:
    """It may come later, in both families; when it goes, what had it as next hop can be reached."""
    async with running(node) as rig:
        await rig.announce("10.0.0.9", "10.0.0.1")
        await rig.chooses("10.0.0.9")
        assert rig.paths() == {"10.0.0.9": (True, 0), "10.0.0.1": (False, 0)}
        node.ip("addr", "add", "10.0.0.9/24", "dev", "e1")
        await rig.chooses(None)
        node.ip("addr", "del", "10.0.0.9/24", "dev", "e1")
        await rig.chooses("10.0.0.9")
        ours, theirs = (ip_address(text).packed for text in ("2001:db8::1", "2001:db8::2"))
        assert [rig.next_hops.resolve(each).reachable for each in (ours, theirs)] == [False, True]


async def test_ipv6_routes_next_hop_objects_and_several_ways(node: Namespace) -> None:
    """Each change by ``ip`` is seen, what it takes along without a word as well."""

    def way(address: str) -> Way:
        return next_hops.resolve(ip_address(address).packed)

    async def becomes(address: str, reachable: bool, metric: int = 0) -> None:
        await eventually(lambda: way(address) == Way(reachable, metric), f"{address}, not {way(address)}", 5)

    changes: list[None] = []
    next_hops = KernelNextHops(on_change=lambda: changes.append(None))
    with node.entered():
        await next_hops.start()
    await becomes("2001:db8::9", reachable=True)
    await becomes("2001:db8:8::9", reachable=False)
    node.ip("-6", "route", "add", "2001:db8:8::/48", "via", "2001:db8::2")
    await becomes("2001:db8:8::9", True, 1024)
    node.ip("-6", "route", "append", "2001:db8:8::/48", "via", "2001:db8::3")
    node.ip("-6", "route", "del", "2001:db8:8::/48", "via", "2001:db8::2")
    await asyncio.sleep(0.2)
    assert way("2001:db8:8::9") == Way(reachable=True, metric=1024)
    node.ip("-6", "route", "del", "2001:db8:8::/48", "via", "2001:db8::3")
    assert routes(node, "2001:db8:8::/48") == []
    await becomes("2001:db8:8::9", reachable=False)
    node.ip("nexthop", "add", "id", "7", "via", "10.0.0.2", "dev", "e0")
    node.ip("route", "add", "10.8.0.0/16", "nhid", "7", "metric", "4")
    await becomes(NEAR, True, 4)
    node.ip("nexthop", "del", "id", "7")
    assert routes(node, "10.8.0.0/16") == []
    await becomes(NEAR, reachable=False)
    node.ip("route", "add", "10.8.0.0/16", "nexthop", "via", "10.0.0.2", "nexthop", "via", "10.0.1.2")
    await becomes(NEAR, reachable=True)
    for name, reachable in (("p0", True), ("p1", False)):
        node.ip("link", "set", name, "down")
        await becomes(NEAR, reachable)
    assert changes
    await next_hops.close()


async def test_more_notices_than_the_kernel_keeps_are_made_up_for(node: Namespace, tmp_path: Path) -> None:
    """While nobody listens the socket overflows; afterwards the table is read, and the ways are right."""
    changes: list[None] = []
    next_hops = KernelNextHops(on_change=lambda: changes.append(None))
    with node.entered():
        await next_hops.start()
    assert not next_hops.resolve(ip_address(NEAR).packed).reachable
    before = asks(next_hops)
    swarm = [
        f"route {verb} 172.16.{number >> 8}.{number & 255}/32 via 10.0.0.2"
        for _ in range(8)
        for verb in ("add", "del")
        for number in range(2000)
    ]
    batch = tmp_path / "batch"
    batch.write_text("\n".join([*swarm, "route add 10.8.0.0/16 via 10.0.0.2"]), encoding="utf-8")
    node.run(["ip", "-batch", str(batch)])  # the loop stands still meanwhile
    await eventually(lambda: next_hops.resolve(ip_address(NEAR).packed).reachable, "the last route", 10)
    await eventually(lambda: bool(changes), "the call", 5)
    assert asks(next_hops) > before
    await next_hops.close()
