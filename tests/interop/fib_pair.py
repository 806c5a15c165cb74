"""Two nodes alike, one with a speaker of ours and its Fib, one with BIRD, that hear the same peers.

Each is told what makes it do as the other; README.md says what, and what is left of differences.
"""

import asyncio
import json
import struct
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, DecisionOptions, MultipathOptions, PeerConfig, Speaker
from bgpkit.fib import Fib, KernelNextHops
from bgpkit.policy import ACCEPT_ALL, REJECT_ALL
from tests.integration.recursive_lab import two_links
from tests.support import octets
from tests.support.daemons import Bird
from tests.support.netns import Namespace, Namespaces
from tests.support.scripted_peer import ScriptedPeer

ASN: Final = 64512
OURS: Final = 12
LOCAL: Final = "10.255.0.1"
PATIENCE: Final = 20.0
_QUIET: Final = 0.05
_EXTENDED_NEXT_HOP: Final = struct.pack("!BBHHH", 5, 6, 1, 1, 2)
"""IPv4 unicast with IPv6 next hops. RFC 8950, section 4."""
_CAPABILITIES: Final = (octets.IPV4_CAPABILITY, octets.IPV6_CAPABILITY, _EXTENDED_NEXT_HOP)
_SEVERAL: Final = MultipathOptions(maximum_ebgp=16, maximum_ibgp=16, as_relaxed=True)

Rows = dict[str, Any]
"""What ``ip`` shows of each prefix and metric."""
StartBird = Callable[[Namespace, str], Bird]


@dataclass(frozen=True, slots=True)
class Neighbor:
    """A peer of both."""

    address: str
    asn: int = ASN

    @property
    def name(self) -> str:
        """What BIRD calls it."""
        return f"peer{self.address.rpartition('.')[2]}"


NEIGHBORS: Final = (
    Neighbor("10.255.0.2"),
    Neighbor("10.255.0.3"),
    Neighbor("10.255.0.4"),
    Neighbor("10.255.0.5", 64999),
)
_WAYS: Final = "import filter { igp_metric = krt_metric; accept; };"
_KEPT: Final = "if source = RTS_STATIC || (source = RTS_BGP && dest != RTD_UNREACHABLE) then accept; reject;"
_KERNEL: Final = "learn; metric 0; scan time 1; merge paths on limit 16;"


def bird_configuration(statics: str = "") -> str:
    """Return what BIRD is told, with protocols of the test's own."""
    neighbors = "\n".join(
        f"protocol bgp {each.name} from each {{ neighbor {each.address} as {each.asn}; }}" for each in NEIGHBORS
    )
    channels = "".join(
        f" protocol kernel {{ {_KERNEL} {name} {{ {_WAYS} export filter {{ {_KEPT} }}; }}; }}"
        for name in ("ipv4", "ipv6")
    )
    return f"""
log stderr all;
router id {LOCAL};
protocol device {{ scan time 1; }}
protocol direct {{ ipv4; ipv6; }}
{channels}
template bgp each {{
  local {LOCAL} as {ASN}; multihop; passive; med metric on; error wait time 1, 1;
  ipv4 {{ import all; export none; gateway recursive; extended next hop on; }};
  ipv6 {{ import all; export none; gateway recursive; }};
}}
{neighbors}
{statics}
"""


def _node(namespaces: Namespaces, word: str) -> Namespace:
    """Make a node with two links, our address, and those of the peers."""
    node = two_links(namespaces, word)
    for address in (LOCAL, *(each.address for each in NEIGHBORS)):
        node.ip("addr", "add", f"{address}/32", "dev", "lo")
    node.ip("link", "set", "lo", "up")
    return node


class Side:
    """A node, and the sessions that peers have with whoever runs there."""

    def __init__(self, node: Namespace) -> None:
        """Start without sessions."""
        self.node = node
        self.peers: dict[Neighbor, ScriptedPeer] = {}

    async def connect(self, neighbor: Neighbor) -> None:
        """Bring a session up; who has just lost one may hang up on us for a while."""
        until = asyncio.get_running_loop().time() + PATIENCE
        while True:
            with self.node.entered():
                peer = await ScriptedPeer.dial(LOCAL, 179, local=neighbor.address)
            try:
                await peer.handshake(neighbor.asn, neighbor.address, *_CAPABILITIES)
            except (asyncio.IncompleteReadError, ConnectionError):
                await peer.close()
                assert asyncio.get_running_loop().time() < until, f"no session of {neighbor.address}"
                await asyncio.sleep(0.1)
            else:
                self.peers[neighbor] = peer
                return

    async def disconnect(self, neighbor: Neighbor) -> None:
        """Lose a session."""
        await self.peers.pop(neighbor).close()

    def table(self) -> Rows:
        """Return the routes of protocol bird as ``ip -j`` shows them, the next hops of one route in one order."""
        shown: Rows = {}
        for family in ("-4", "-6"):
            for row in self.node.ip_json("-d", family, "route", "show", "proto", "bird"):
                hops = sorted(row.get("nexthops", ()), key=json.dumps)
                shown[f"{row['dst']} {row.get('metric', 0)}"] = row | ({"nexthops": hops} if hops else {})
        return shown


class Pair:
    """Both sides, which are told the same."""

    def __init__(self, ours: Side, birds: Side, fib: Fib, bird: Bird) -> None:
        """Start with what runs already."""
        self.ours = ours
        self.birds = birds
        self.fib = fib
        self._bird = bird
        self.sides = (ours, birds)

    async def connect(self, *neighbors: Neighbor) -> None:
        """Bring the sessions of some neighbors up."""
        for neighbor in neighbors:
            for side in self.sides:
                await side.connect(neighbor)

    async def disconnect(self, *neighbors: Neighbor) -> None:
        """Lose the sessions of some neighbors."""
        for neighbor in neighbors:
            for side in self.sides:
                await side.disconnect(neighbor)

    async def send(self, neighbor: Neighbor, updates: Iterable[bytes]) -> None:
        """Let a neighbor say the same to both."""
        for update in updates:
            for side in self.sides:
                await side.peers[neighbor].send(update)

    def ip(self, *words: str) -> None:
        """Change interfaces, addresses or routes of others on both."""
        for side in self.sides:
            side.node.ip(*words)

    def tell_bird(self, statics: str) -> None:
        """Give BIRD other protocols of the test's own."""
        answer = self._bird.reconfigure(bird_configuration(statics))
        assert "Reconfigured" in answer or "Reconfiguration in progress" in answer, answer

    async def agreed(self, before: Rows | None = None, *marks: str) -> Rows:
        """Return the routes once both have the same, others than ``before``, and among them those to ``marks``.

        AssertionError names the routes that differ when they do not come to agree, or not for long.
        """
        loop = asyncio.get_running_loop()
        until, since = loop.time() + PATIENCE, 0.0
        seen: Rows | None = None
        while True:
            ours, birds = self.ours.table(), self.birds.table()
            now = loop.time()
            there = ours == birds != before and all(f"{mark} 0" in ours for mark in marks)
            if not there or ours != seen:
                since = now
            elif now > since + _QUIET:
                return ours
            seen = ours
            assert now < until, _differences(ours, birds)
            await asyncio.sleep(0.02)


def _differences(ours: Rows, birds: Rows) -> str:
    """Return what differs between two tables, a few prefixes of it."""
    places = [place for place in sorted({*ours, *birds}) if ours.get(place) != birds.get(place)]
    lines = [f"{place}\n  ours {ours.get(place)}\n  BIRD {birds.get(place)}" for place in places[:5]]
    return "\n".join((f"{len(ours)} of ours, {len(birds)} of BIRD's, {len(places)} differ", *lines))


def _peer(neighbor: Neighbor) -> PeerConfig:
    """Return what our speaker is told of a neighbor."""
    return PeerConfig(
        address=neighbor.address,
        asn=neighbor.asn,
        passive=True,
        families=(IPV4_UNICAST, IPV6_UNICAST),
        extended_next_hop=True,
        import_policy=ACCEPT_ALL,
        export_policy=REJECT_ALL,
    )


@asynccontextmanager
async def running(namespaces: Namespaces, start_bird: StartBird) -> AsyncGenerator[Pair]:
    """Run a speaker with its Fib on one node, and BIRD on the other; no neighbor has a session yet."""
    ours, birds = Side(_node(namespaces, "ours")), Side(_node(namespaces, "bird"))
    bird = start_bird(birds.node, bird_configuration())
    async with AsyncExitStack() as stack:
        with ours.node.entered():
            speaker = await stack.enter_async_context(
                Speaker(
                    asn=ASN,
                    bgp_identifier=LOCAL,
                    listen=[(LOCAL, 179)],
                    decision=DecisionOptions(always_compare_med=True),
                )
            )
            fib = await stack.enter_async_context(Fib(protocol=OURS))
            ways = await stack.enter_async_context(KernelNextHops(own=[OURS], on_change=lambda: moved()))

        def moved() -> None:
            fib.next_hops_changed()
            speaker.next_hops_changed()

        speaker.use_next_hops(ways)
        for family in (IPV4_UNICAST, IPV6_UNICAST):
            fib.follow(speaker, family, via=ways.via, multipath=_SEVERAL)
        for neighbor in NEIGHBORS:
            await speaker.add_peer(_peer(neighbor))
        pair = Pair(ours, birds, fib, bird)
        try:
            yield pair
        finally:
            for side in pair.sides:
                for peer in side.peers.values():
                    await peer.close()
