"""Real tables and real UPDATEs, told to BIRD and to a speaker of ours: one Loc-RIB, attribute by attribute."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

import pytest

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, PeerConfig, Route, Speaker, State
from bgpkit.policy import ACCEPT_ALL, REJECT_ALL
from bgpkit.speaker import RibView
from bgpkit_rib import DecisionStep, explain
from tests.interop.real_table_streams import Stream, streams
from tests.interop.real_table_words import BirdRoute, shown, written
from tests.support import octets
from tests.support.daemons import Bird
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import wait_until
from tests.support.scripted_peer import ScriptedPeer, eventually

pytestmark = pytest.mark.netns

ASN: Final = 12654
"""That of the collectors whose captures are played, so that their own beacons come back to them."""
THEIRS, OURS = ("10.9.0.1", "fd09::a"), ("10.9.0.2", "fd09::b")
IDENTIFIER: Final = {THEIRS: "10.9.0.1", OURS: "10.9.0.2"}
FAMILIES: Final = {4: IPV4_UNICAST, 6: IPV6_UNICAST}
V4_MARKS: Final = "100.127.0.0/16"
V6_MARKS: Final = "fd09:ffff::/64"
PATIENCE: Final = 100.0
AS_0: Final = "0.0.0.0 AS0"
"""An AGGREGATOR of nobody, as some sent in 2002: BIRD keeps it, we discard it. RFC 7607, section 2."""
UNSPECIFIED: Final = {"2a01:400::/32": "BIRD refuses the next hop ::, which RFC 2545 does not speak of"}
"""Prefixes of the captures that are in our Loc-RIB only, and why."""
MARTIANS: Final = dict.fromkeys(
    ("127.0.0.0/8", "127.0.0.1/32", "224.0.0.0/4", "239.1.0.0/16"),
    "BIRD takes no route to loopback and multicast addresses; for us that is for a policy to say",
)
TAKEN: Final = ("0.0.0.0/0", "0.0.0.0/8", "10.0.0.0/8", "240.0.0.0/4")
"""Destinations no less odd that both take."""
DECISIVE: Final = {
    DecisionStep.AS_PATH_LENGTH,
    DecisionStep.ORIGIN,
    DecisionStep.MED,
    DecisionStep.BGP_IDENTIFIER,
    DecisionStep.PEER_ADDRESS,
}
"""Steps of the decision process at which real paths lose."""


def configuration(peers: Iterable[Stream]) -> str:
    """Return BIRD's configuration: every next hop can be reached, at the same cost."""
    protocols = "".join(
        f"protocol bgp p{peer.number} from peer{peer.version} {{ neighbor {peer.address} as {peer.asn}; }}\n"
        for peer in peers
    )
    return f"""
log stderr all;
router id {IDENTIFIER[THEIRS]};
ipv4 table ways4;
ipv6 table ways6;
protocol device {{}}
protocol static {{ ipv4 {{ table ways4; }}; route 0.0.0.0/0 via 10.9.0.2; }}
protocol static {{ ipv6 {{ table ways6; }}; route ::/0 via fd09::b; }}
template bgp peer {{ multihop; passive on; deterministic med on; }}
template bgp peer4 from peer {{ local {THEIRS[0]} as {ASN}; ipv4 {{ import all; export none; igp table ways4; }}; }}
template bgp peer6 from peer {{ local {THEIRS[1]} as {ASN}; ipv6 {{ import all; export none; igp table ways6; }}; }}
{protocols}
"""


@asynccontextmanager
async def speaking(node: Namespace, peers: Iterable[Stream]) -> AsyncGenerator[Speaker]:
    """Run a speaker that knows all peers."""
    with node.entered():
        listen = [(address, 179) for address in OURS]
        speaker = Speaker(asn=ASN, bgp_identifier=IDENTIFIER[OURS], listen=listen)
        await speaker.__aenter__()
    try:
        for peer in peers:
            await speaker.add_peer(
                PeerConfig(
                    address=peer.address,
                    asn=peer.asn,
                    passive=True,
                    families=(FAMILIES[peer.version],),
                    import_policy=ACCEPT_ALL,
                    export_policy=REJECT_ALL,
                    accept_as_sets=True,  # tables of 2002 have them
                    enforce_first_as=False,
                )
            )
        yield speaker
    finally:
        await speaker.stop()


async def dial(node: Namespace, stream: Stream, address: str) -> ScriptedPeer:
    """Bring up the session of a peer with the speaker at ``address``, which may not be ready at once."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with node.entered():
                peer = await ScriptedPeer.dial(address, 179, local=stream.address)
            try:
                await peer.send(stream.opening())
                await peer.expect(octets.OPEN)
                await peer.send(octets.message(octets.KEEPALIVE))
                assert await peer.receive() == (octets.KEEPALIVE, b"")
            except (asyncio.IncompleteReadError, ConnectionError, AssertionError):
                await peer.close()
                await asyncio.sleep(0.1)
            else:
                return peer


async def play(stack: AsyncExitStack, node: Namespace, peers: Iterable[Stream], addresses: tuple[str, str]) -> None:
    """Let all peers say all they said to the speaker at ``addresses``, with their mark at the end."""

    async def say(stream: Stream) -> None:
        peer = await dial(node, stream, addresses[stream.version == 6])
        stack.push_async_callback(peer.close)
        for start in range(0, len(stream.messages), 100):
            await peer.send(*stream.messages[start : start + 100])
        await peer.send(stream.marked())

    await asyncio.gather(*map(say, peers))


def martians(number: int) -> Stream:
    """Return a peer that announces what no table of the Internet should hold."""
    peer = Stream(number=number, asn=64999, version=4, four_octet_as=True)
    peer.messages.append(octets.update(octets.attributes(peer.asn, next_hop=peer.address), *MARTIANS, *TAKEN))
    return peer


def bird_has(bird: Bird, marks: set[str]) -> bool:
    """Tell whether BIRD has all marks."""
    found: set[str] = set()
    for table, range_ in (("master4", V4_MARKS), ("master6", V6_MARKS)):
        found |= shown(bird.ask("show", "route", "table", table, "in", range_, check=False)).keys()
    return marks <= found


@dataclass(frozen=True, slots=True)
class Converged:
    """What both hold in the end."""

    bird: Mapping[str, BirdRoute]
    ours: Mapping[str, Route]
    """Our best routes by prefix."""
    looped: int
    """Paths of ours that may not be chosen, since AS_PATH holds our own AS."""
    steps: Counter[DecisionStep]
    """How many of our paths lost at each step."""


def kept(speaker: Speaker) -> tuple[dict[str, Route], int, Counter[DecisionStep]]:
    """Return our best routes, how many paths are loops, and where the others lost."""
    best: dict[str, Route] = {}
    looped, steps = 0, Counter[DecisionStep]()
    for family in FAMILIES.values():
        for route in speaker.routes(family):
            best[str(route.prefix)] = route
        for route in speaker.routes(family, view=RibView.ADJ_RIB_IN_POST):
            looped += not route.eligible and str(ASN) in route.path.reason
            if route.best:
                steps.update(step for _, step in explain([each.path for each in speaker.paths(route.prefix)]))
    return best, looped, steps


async def converge(
    namespaces: Namespaces, start_bird: Callable[[Namespace, str], Bird], peers: list[Stream]
) -> Converged:
    """Play the peers to both until both have heard all of them to the end."""
    switch, theirs, ours, world = namespaces.segment(), *map(namespaces.node, ("theirs", "ours", "world"))
    switch.attach(theirs, f"{THEIRS[0]}/16", f"{THEIRS[1]}/64")
    switch.attach(ours, f"{OURS[0]}/16", f"{OURS[1]}/64")
    switch.attach(world, *(f"{peer.address}/{16 if peer.version == 4 else 64}" for peer in peers))
    bird = start_bird(theirs, configuration(peers))
    marks = {peer.mark for peer in peers}
    async with AsyncExitStack() as stack:
        speaker = await stack.enter_async_context(speaking(ours, peers))
        await asyncio.gather(*(play(stack, world, peers, addresses) for addresses in (OURS, THEIRS)))
        await eventually(lambda: all(map(speaker.paths, marks)), "all marks here", PATIENCE)
        assert {status.state for status in speaker.peers()} == {State.ESTABLISHED}
        await asyncio.to_thread(wait_until, lambda: bird_has(bird, marks), "all marks in BIRD", PATIENCE)
        chosen = shown(await asyncio.to_thread(bird.ask, "show", "route", "primary", "all"))
        return Converged(chosen, *kept(speaker))


def assert_they_agree(found: Converged, peers: list[Stream], refused: Mapping[str, str]) -> None:
    """See the same prefixes but for those that BIRD refuses by a rule of its own, the same best paths and words."""
    names = {f"p{peer.number}": peer.address for peer in peers}
    assert set(found.ours) - set(found.bird) == set(refused)
    assert set(found.bird) <= set(found.ours)
    unlike: list[tuple[str, object, object]] = []
    for prefix, theirs in found.bird.items():
        ours = found.ours[prefix]
        expected = dict(theirs.words)
        if expected.get("aggregator") == AS_0:
            del expected["aggregator"]
        mine = written(ours.path.raw)
        if (names[theirs.protocol], expected) != (ours.peer, mine):
            unlike.append((prefix, theirs, (ours.peer, mine)))
    assert unlike[:3] == []


def test_the_tables_of_real_peers_become_one_loc_rib_here_and_in_bird(
    namespaces: Namespaces, start_bird: Callable[[Namespace, str], Bird]
) -> None:
    """A tenth of the table of 2002 and of the rivals of 2014, with all captured UPDATEs, and a peer's martians."""
    peers = streams(every=10, rivals_every=10)
    peers.append(martians(len(peers)))
    found = asyncio.run(converge(namespaces, start_bird, peers))
    assert_they_agree(found, peers, UNSPECIFIED | MARTIANS)
    assert len(found.bird) > 22_000
    assert found.looped > 0
    assert set(found.steps) >= DECISIVE


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_whole_tables_of_real_peers_become_one_loc_rib_here_and_in_bird(
    namespaces: Namespaces, start_bird: Callable[[Namespace, str], Bird]
) -> None:
    """All 112,988 prefixes of 2002, the rivals of 2014 and the captured UPDATEs."""
    peers = streams()
    found = asyncio.run(converge(namespaces, start_bird, peers))
    assert_they_agree(found, peers, UNSPECIFIED)
    assert len(found.bird) > 125_000
    assert any(route.words.get("aggregator") == AS_0 for route in found.bird.values())
    print(f"{len(found.bird)} prefixes, {len(peers)} peers, {sum(found.steps.values())} paths: {found.steps}")
