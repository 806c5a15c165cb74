"""Several paths into the kernel as one route, as ``ip`` shows it; and what `Speaker.explain` says of it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import Any

import pytest

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, MultipathOptions, PeerConfig, Prefix, Speaker
from bgpkit.fib import Fib, FibStatus, KernelNextHops
from bgpkit_fsm import Family
from tests.integration.fib_node import eventually, node, route, shown, via
from tests.integration.fib_node import running as fib_running
from tests.support import multiprotocol, octets
from tests.support.netns import Namespace
from tests.support.scripted_peer import ScriptedPeer

__all__ = ["node"]

pytestmark = pytest.mark.netns

ASN, OURS = 64512, 12
PREFIX, PREFIX6 = "203.0.113.0/24", "2001:db8:ffff::/48"
PEERS = ("127.0.0.2", "127.0.0.3", "127.0.0.4")
SEVERAL = MultipathOptions(maximum_ibgp=8)
UNICAST = (IPV4_UNICAST, IPV6_UNICAST)


class Rig:
    """A speaker whose paths are routes in the node's kernel, and clients of its own."""

    def __init__(self, speaker: Speaker, fib: Fib, peers: list[ScriptedPeer]) -> None:
        """Keep all three."""
        self.speaker = speaker
        self.fib = fib
        self.peers = peers

    async def announce(self, number: int, next_hop: str, *, local_pref: int = 100, prefix: str = PREFIX) -> None:
        """Let a peer announce a prefix."""
        packed = ip_address(next_hop).packed
        block = octets.attributes(next_hop=None if ":" in prefix else next_hop, local_pref=local_pref)
        update = octets.update(block, prefix)
        if ":" in prefix:
            update = multiprotocol.reach(IPV6_UNICAST, octets.nlri(prefix), next_hop=packed, block=block)
        await self.peers[number].send(update)


@asynccontextmanager
async def running(node: Namespace, *, family: Family = IPV4_UNICAST, track: bool = False) -> AsyncGenerator[Rig]:
    """Run speaker, Fib and clients in the node; with ``track`` next hops are looked up in the kernel."""
    with node.entered():
        async with (
            Speaker(asn=ASN, bgp_identifier="10.255.0.1", listen=[("127.0.0.1", 0)]) as speaker,
            Fib(protocol=OURS) as fib,
            KernelNextHops(on_change=speaker.next_hops_changed, own=[OURS]) as next_hops,
        ):
            if track:
                speaker.use_next_hops(next_hops)
            fib.follow(speaker, family, multipath=SEVERAL)
            peers: list[ScriptedPeer] = []
            capabilities = (octets.IPV4_CAPABILITY, octets.IPV6_CAPABILITY)
            for number, address in enumerate(PEERS, 2):
                await speaker.add_peer(PeerConfig(address=address, asn=ASN, passive=True, families=UNICAST))
                peer = await ScriptedPeer.dial("127.0.0.1", speaker.addresses[0][1], local=address)
                await peer.handshake(ASN, f"10.255.0.{number}", *capabilities)
                peers.append(peer)
            try:
                yield Rig(speaker, fib, peers)
            finally:
                for peer in peers:
                    await peer.close()


def ways(node: Namespace, prefix: str = PREFIX) -> set[tuple[str, str]]:
    """Return gateway and device of each next hop that ip shows for one route of ours."""
    rows: list[dict[str, Any]] = shown(node, prefix)
    assert len(rows) <= 1
    assert {row["protocol"] for row in rows} <= {"bird"}
    return {(hop["gateway"], hop["dev"]) for row in rows for hop in row.get("nexthops", [row])}


async def become(node: Namespace, *wanted: tuple[str, str], prefix: str = PREFIX) -> None:
    """Wait until the route has exactly these ways."""
    assert await eventually(lambda: ways(node, prefix) == set(wanted), 5), ways(node, prefix)


A, B, C = ("10.0.0.2", "e0"), ("10.0.1.2", "e1"), ("10.0.1.3", "e1")


async def test_paths_that_equal_the_best_share_its_route(node: Namespace) -> None:
    """One path after the other comes and goes; a better one stands alone, and what was comes back after it."""
    async with running(node) as rig:
        await rig.announce(0, A[0])
        await become(node, A)
        await rig.announce(1, B[0])
        await become(node, A, B)
        await rig.announce(2, C[0])
        await become(node, A, B, C)
        await rig.announce(2, C[0], local_pref=200)
        await become(node, C)
        await rig.peers[2].send(octets.withdraw(PREFIX))
        await become(node, A, B)
        await rig.announce(1, "10.0.0.3")
        await become(node, A, ("10.0.0.3", "e0"))
        await rig.peers[0].close()
        await become(node, ("10.0.0.3", "e0"))
        assert not await rig.fib.verify()


async def test_a_member_whose_next_hop_cannot_be_reached_is_taken_out(node: Namespace) -> None:
    """Its interface loses the carrier, or is set down; back again, it takes its share."""
    async with running(node, track=True) as rig:
        for number, (gateway, _) in enumerate((A, B)):
            await rig.announce(number, gateway)
        await become(node, A, B)
        node.ip("link", "set", "p1", "down")
        await become(node, A)
        node.ip("link", "set", "p1", "up")
        await become(node, A, B)
        node.ip("link", "set", "e0", "down")
        await become(node, B)
        node.ip("link", "set", "e0", "up")
        await become(node, A, B)
        assert not await rig.fib.verify()


async def test_ipv6_paths_share_a_route(node: Namespace) -> None:
    """The kernel keeps the ways of IPv6 each on its own; it is one route all the same."""
    one, other = ("2001:db8::2", "e0"), ("2001:db8:1::2", "e1")
    async with running(node, family=IPV6_UNICAST, track=True) as rig:
        for number, (gateway, _) in enumerate((one, other)):
            await rig.announce(number, gateway, prefix=PREFIX6)
        await become(node, one, other, prefix=PREFIX6)
        node.ip("link", "set", "p0", "down")
        await become(node, other, prefix=PREFIX6)
        node.ip("link", "set", "p0", "up")
        await become(node, one, other, prefix=PREFIX6)
        await rig.peers[0].close()
        await become(node, other, prefix=PREFIX6)
        assert not await rig.fib.verify()


async def test_an_explanation_tells_of_the_kernels_route(node: Namespace) -> None:
    """What is there, and what a foreign route keeps out."""
    async with running(node) as rig:
        for number, (gateway, _) in enumerate((A, B)):
            await rig.announce(number, gateway)
        await become(node, A, B)
        await rig.fib.verify()
        state = rig.fib.state(Prefix.parse(PREFIX))
        assert state.status is FibStatus.INSTALLED
        assert str(state) == "installed: the kernel has nexthop via 10.0.0.2 dev e0 nexthop via 10.0.1.2 dev e1"
        forwarding = rig.speaker.explain(PREFIX, fib=rig.fib).forwarding
        assert forwarding is not None
        assert (forwarding.installed, forwarding.text) == (True, str(state))
        node.ip("route", "replace", PREFIX, "via", A[0], "proto", "static")
        assert await eventually(lambda: rig.fib.state(Prefix.parse(PREFIX)).status is FibStatus.CONFLICT)
        text = str(rig.speaker.explain(PREFIX, fib=rig.fib))
        assert "Forwarding: not in use; conflict: wanted nexthop via 10.0.0.2" in text
        assert "a route of protocol static has its place." in text


async def test_a_table_told_bit_by_bit_is_followed_with_its_changes(node: Namespace) -> None:
    """A Fib that comes later hears of 5,000 routes in slices, while a second path to each comes in."""
    prefixes = [f"198.{18 + (number >> 8)}.{number & 255}.0/24" for number in range(5000)]
    async with running(node) as rig:
        await rig.fib.close(remove=True)
        first, second = (octets.attributes(next_hop=gateway, local_pref=100) for gateway, _ in (A, B))
        for start in range(0, len(prefixes), 500):
            await rig.peers[0].send(octets.update(first, *prefixes[start : start + 500]))
        assert await eventually(lambda: rig.speaker.size(IPV4_UNICAST) == 5000, 10)
        with node.entered():
            await rig.fib.start()
        rig.fib.follow(rig.speaker, IPV4_UNICAST, multipath=SEVERAL)
        for start in range(0, len(prefixes), 500):
            await rig.peers[1].send(octets.update(second, *prefixes[start : start + 500]))
            await asyncio.sleep(0)
        paths = rig.speaker.paths
        assert await eventually(lambda: all(len(paths(prefix)) == 2 for prefix in prefixes), 10)
        await rig.fib.settled()
        rows = node.ip_json("-4", "route", "show", "proto", "bird")
        assert sorted(row["dst"] for row in rows) == sorted(prefixes)
        assert {tuple(hop["gateway"] for hop in row["nexthops"]) for row in rows} == {(A[0], B[0])}


@pytest.mark.parametrize("objects", [False, True])
async def test_a_dead_member_takes_no_route_along(node: Namespace, objects: bool) -> None:
    """Wanted while an interface is down, a route has its other next hop; the dead one is named, and rejoins."""
    prefixes = (PREFIX, "198.51.100.0/24", PREFIX6)
    hops = (
        (via(A[0]), via(B[0])),
        (via(*A), via(*B)),
        (via("2001:db8::2", "e0"), via("2001:db8:1::2", "e1")),
    )

    async def have(count: int) -> None:
        """Wait until each route has so many next hops."""
        assert await eventually(lambda: [len(ways(node, each)) for each in prefixes] == [count] * 3, 5)

    async with fib_running(node, next_hop_objects=objects) as fib:
        node.ip("link", "set", "e1", "down")
        for prefix, several in zip(prefixes, hops, strict=True):
            fib.replace(route(prefix, *several))
        await have(1)
        diff = await fib.compare()
        found = {each.route.prefix: each.left_out for each in diff.reduced}
        assert found == {Prefix.parse(prefix): several[1:] for prefix, several in zip(prefixes, hops, strict=True)}
        assert fib.state(Prefix.parse(PREFIX6)).status is FibStatus.REDUCED
        node.ip("link", "set", "e1", "up")
        node.ip("addr", "replace", "2001:db8:1::1/64", "dev", "e1", "nodad")
        await have(2)
        for address in ("10.0.1.1/24", "2001:db8:1::1/64"):
            node.ip("addr", "del", address, "dev", "e1")
        await have(1)
        for address in ("10.0.1.1/24", "2001:db8:1::1/64"):
            node.ip("addr", "add", address, "dev", "e1", *(["nodad"] if ":" in address else []))
        await have(2)
        keys = [Prefix.parse(each) for each in prefixes]
        assert await eventually(lambda: {fib.state(key).status for key in keys} == {FibStatus.INSTALLED}, 5)
        assert not await fib.compare()
