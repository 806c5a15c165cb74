"""Each peer holds the VPN routes that it asks for, and no others, after any sequence of events."""

import asyncio
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bgpkit.adj_rib_out import ExportKey
from bgpkit.policy import ACCEPT_ALL
from bgpkit.speaker.outputs import Outputs
from bgpkit.speaker.route_targets import RouteTargets
from bgpkit_fsm import IPV4_ROUTE_TARGET, IPV4_VPN
from bgpkit_rib import Path, Source, SourceKind, Table, make_path
from tests.support.multiprotocol import PLAIN, read_messages
from tests.support.octets import attribute
from tests.support.schedulers import ManualScheduler

T = TypeVar("T")

FAMILIES = (IPV4_VPN, IPV4_ROUTE_TARGET)
TARGETS: Final = [bytes.fromhex("0002fc00") + number.to_bytes(4) for number in range(4)]
KEYS: Final = [bytes.fromhex(f"580000fc00000000010a{number:02x}00") for number in range(6)]
LABEL: Final = bytes.fromhex("000641")
WHOLE: Final = [(96, target) for target in TARGETS]
MEMBERSHIPS: Final = [*WHOLE, (95, TARGETS[2]), (94, TARGETS[0]), (95, TARGETS[0]), (32, bytes(8)), (0, b"")]
HOP: Final = bytes(8) + bytes((192, 0, 2, 99))
PEERS: Final = 4
STEPS: Final = (
    "announce",
    "announce",
    "withdraw",
    "ask",
    "ask",
    "unask",
    "unask",
    "complete",
    "stall",
    "stall",
    "session",
)
KEY: Final = ExportKey(
    family=IPV4_VPN,
    kind=SourceKind.CLIENT,
    local_asn=64512,
    cluster_id=9,
    next_hop=bytes((192, 0, 2, 1)),
    policy=ACCEPT_ALL,
)


def membership(one: tuple[int, bytes]) -> bytes:
    """Return the NLRI of a membership of AS 64512."""
    length, target = one
    return bytes((length,)) + (bytes.fromhex("0000fc00") + target)[: length // 8 + bool(length % 8)]


def asks_for(one: tuple[int, bytes], target: bytes) -> bool:
    """Tell, bit by bit, whether a membership covers a route target. RFC 4684, section 4."""
    length, wanted = one
    bits = max(length - 32, 0)
    return f"{int.from_bytes(wanted):064b}"[:bits] == f"{int.from_bytes(target):064b}"[:bits] if length > 32 else True


@dataclass
class Peer:
    """One peer: its session, what it asked for, and what it holds by the octets that it was sent."""

    source: Source
    constrained: bool
    """Its sessions have the family of the memberships."""
    writable: bool = True
    up: bool = False
    complete: bool = False
    asked: set[tuple[int, bytes]] = field(default_factory=set[tuple[int, bytes]])
    holds: dict[bytes, bytes] = field(default_factory=dict[bytes, bytes])

    def write(self, octets: bytes) -> None:
        """Take messages: routes by key, with their route targets."""
        for heard in read_messages(octets):
            for key in cut(heard.announced):
                self.holds[key] = heard.value(16) or b""
            for key in cut(heard.withdrawn):
                self.holds.pop(key, None)

    def wants(self, targets: list[bytes]) -> bool:
        """Tell whether a route with ``targets`` is to be sent."""
        if not self.constrained or any(length <= 32 for length, _ in self.asked):
            return self.complete
        return self.complete and any(asks_for(each, target) for each in self.asked for target in targets)


def cut(nlri: bytes) -> Iterator[bytes]:
    """Yield the keys of labeled VPN routes, whose label is not part of them."""
    while nlri:
        size = 1 + (nlri[0] + 7) // 8
        yield bytes((nlri[0] - 24,)) + nlri[4:size]
        nlri = nlri[size:]


class Backbone:
    """Two tables, the groups, and peers that are sources, too."""

    def __init__(self) -> None:
        """Start empty."""
        self.tables = {family: Table(0) for family in FAMILIES}
        self.scheduler = ManualScheduler()
        self.running: list[Iterator[None]] = []
        self.outputs = Outputs(self.tables, self.scheduler)
        self.targets = RouteTargets(self.tables, self.running.append)
        self.outputs.concerned = self.targets.concerned
        sources = [Source(f"peer{n}", SourceKind.CLIENT, bgp_identifier=n + 1) for n in range(PEERS)]
        self.peers = [Peer(source, constrained=source is not sources[0]) for source in sources]
        self.told: dict[Path, list[bytes]] = {}

    async def turn(self) -> None:
        """Let the event loop turn once."""
        self.running[:] = [steps for steps in self.running if next(steps, steps) is not steps]
        self.scheduler.now += 0.01
        self.scheduler.turn()
        await asyncio.sleep(0)

    async def settle(self) -> None:
        """Do all that is to be done."""
        for peer in self.peers:
            peer.writable = True
            self.outputs.pump(peer.source)
        for _ in range(3):
            await self.turn()
        while self.scheduler.soon or self.scheduler.later or self.running:
            await self.turn()

    def join(self, peer: Peer) -> None:
        """Take the place in the groups that the memberships ask for."""
        if not self.targets.holds_back(peer.source, IPV4_VPN):
            key = replace(KEY, route_targets=self.targets.interest(peer.source, IPV4_VPN))
            self.outputs.join(peer.source, peer, key)

    def announce(self, peer: Peer, keys: set[bytes], targets: list[bytes], med: int) -> None:
        """Announce VPN routes."""
        path = path_of(peer.source, targets, med)
        self.told[path] = targets
        self.tables[IPV4_VPN].announce(path, sorted(keys))

    def session(self, peer: Peer) -> None:
        """Bring a session up, or down when it is up."""
        peer.up = not peer.up
        if peer.up:
            families = FAMILIES if peer.constrained else (IPV4_VPN,)
            peer.complete, peer.holds = not peer.constrained, {}
            self.targets.session_up(peer.source, families, lambda: self.join(peer), marks=True)
            self.join(peer)
        else:
            self.outputs.leave(peer.source)
            self.targets.session_lost(peer.source)
            for table in self.tables.values():
                for _ in table.sweep(peer.source):
                    pass
            peer.asked.clear()

    def ask(self, peer: Peer, wanted: set[tuple[int, bytes]], *, more: bool) -> None:
        """Announce memberships, or withdraw them."""
        keys = sorted(map(membership, wanted))
        if more:
            self.tables[IPV4_ROUTE_TARGET].announce(make_path(peer.source, b""), keys)
            peer.asked |= wanted
        else:
            self.tables[IPV4_ROUTE_TARGET].withdraw(peer.source, keys)
            peer.asked -= wanted

    def complete(self, peer: Peer) -> None:
        """End the initial memberships."""
        self.targets.end_of_rib(peer.source, IPV4_ROUTE_TARGET)
        peer.complete = True

    def expected(self, peer: Peer) -> dict[bytes, bytes]:
        """Return what a peer should hold, computed in the slow way."""
        return {
            key: b"".join(self.told[path])
            for key, path in self.tables[IPV4_VPN].loc_rib()
            if path.source is not peer.source and peer.wants(self.told[path])
        }


def path_of(source: Source, targets: list[bytes], med: int) -> Path:
    """Return a path that has its next hop in MP_REACH_NLRI, as canonical blocks do."""
    reach = attribute(0x80, 14, struct.pack("!HBB", 1, 128, len(HOP)) + HOP + b"\0")
    block = PLAIN + attribute(0x80, 4, bytes((0, 0, 0, med))) + reach + attribute(0xC0, 16, b"".join(targets))
    return make_path(source, block, next_hop=HOP, med=med, neighbor_as=1, rest=LABEL)


@settings(max_examples=70, deadline=None)
@given(data=st.data())
def test_each_peer_holds_the_routes_that_it_asks_for(data: st.DataObject) -> None:
    """Whatever comes and goes: sessions, memberships and prefixes of them, routes and their targets, stalls."""

    async def main() -> None:
        backbone = Backbone()
        for number, key in enumerate(KEYS):
            backbone.announce(backbone.peers[0], {key}, [TARGETS[number % len(TARGETS)]], 1)
        for peer in backbone.peers:
            backbone.session(peer)
            backbone.ask(peer, data.draw(some(WHOLE)), more=peer.constrained)
            backbone.complete(peer)
        await backbone.settle()
        for _ in range(data.draw(st.integers(1, 16))):
            step(backbone, data)
            for _ in range(data.draw(st.integers(0, 3))):
                await backbone.turn()
        await backbone.settle()
        for peer in backbone.peers:
            if peer.up:
                assert peer.holds == backbone.expected(peer)
                backbone.targets.session_lost(peer.source)

    asyncio.run(main())


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_a_peer_that_takes_nothing_may_change_its_mind_meanwhile(data: st.DataObject) -> None:
    """Moves from one interest to the next before anything of the former is sent, while routes change, lose nothing."""

    async def main() -> None:
        backbone = Backbone()
        sender, receiver = backbone.peers[:2]
        for number, key in enumerate(KEYS):
            backbone.announce(sender, {key}, [TARGETS[number % len(TARGETS)]], 1)
        backbone.session(receiver)
        backbone.ask(receiver, data.draw(some(WHOLE)), more=True)
        backbone.complete(receiver)
        await backbone.settle()
        receiver.writable = False
        for _ in range(data.draw(st.integers(1, 4))):
            wanted = data.draw(some(WHOLE))
            backbone.ask(receiver, wanted - receiver.asked, more=True)
            backbone.ask(receiver, receiver.asked - wanted, more=False)
            await backbone.turn()
            await backbone.turn()
            if data.draw(st.booleans()):
                backbone.tables[IPV4_VPN].withdraw(sender.source, sorted(data.draw(some(KEYS))))
            else:
                backbone.announce(sender, data.draw(some(KEYS)), [data.draw(st.sampled_from(TARGETS))], 1)
        await backbone.settle()
        assert receiver.holds == backbone.expected(receiver)
        backbone.targets.session_lost(receiver.source)

    asyncio.run(main())


def step(backbone: Backbone, data: st.DataObject) -> None:
    """Let one thing happen."""
    peer = data.draw(st.sampled_from(backbone.peers))
    match data.draw(st.sampled_from(STEPS)):
        case "announce" if peer.up:
            targets = data.draw(st.lists(st.sampled_from(TARGETS), unique=True, max_size=2))
            backbone.announce(peer, data.draw(some(KEYS)), targets, data.draw(st.integers(0, 2)))
        case "withdraw":
            backbone.tables[IPV4_VPN].withdraw(peer.source, sorted(data.draw(some(KEYS))))
        case "ask" | "unask" as what if peer.up and peer.constrained:
            backbone.ask(peer, data.draw(some(MEMBERSHIPS)), more=what == "ask")
        case "complete" if peer.up:
            backbone.complete(peer)
        case "stall":
            peer.writable = not peer.writable
            backbone.outputs.pump(peer.source)
        case "session":
            backbone.session(peer)
        case _:
            pass


def some(values: Sequence[T]) -> st.SearchStrategy[set[T]]:
    """Return sets of a few of ``values``."""
    return st.sets(st.sampled_from(values), min_size=1, max_size=3)


async def test_a_change_of_interest_costs_what_it_concerns(monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys of the table are not gone through; those with the targets that differ are known."""
    backbone = Backbone()
    sender, receiver = backbone.peers[:2]
    many = {bytes.fromhex("580000fc00") + number.to_bytes(4) + b"\1\0\0" for number in range(5000)}
    backbone.session(receiver)
    backbone.announce(sender, many, [TARGETS[0]], 0)
    backbone.announce(sender, set(KEYS), [TARGETS[1]], 0)
    backbone.ask(receiver, {(96, TARGETS[0])}, more=True)
    backbone.complete(receiver)
    await backbone.settle()
    assert set(receiver.holds) == many
    monkeypatch.setattr(Table, "keys", all_keys_taken)
    backbone.ask(receiver, {(96, TARGETS[1])}, more=True)
    await backbone.settle()
    assert set(receiver.holds) == many | set(KEYS)
    backbone.ask(receiver, {(96, TARGETS[1])}, more=False)
    await backbone.settle()
    assert set(receiver.holds) == many
    backbone.targets.session_lost(receiver.source)


def all_keys_taken(table: Table) -> list[bytes]:
    """Stand for a call that must not be."""
    raise AssertionError(f"all {len(table)} keys are gone through")
