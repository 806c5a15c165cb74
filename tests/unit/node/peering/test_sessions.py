"""Sessions follow the plan make before break; real speakers, each on a loopback address of its own."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address
from typing import Final

from structlog.testing import capture_logs

from bgpkit import IPV4_UNICAST, PeerStatus, Prefix, Speaker, State, best_of
from bgpkit.policy import PrefixPolicy, PrefixRule
from bgpkit_node.peering import Peering, PeeringKind
from bgpkit_node.peering.session_config import Terms
from bgpkit_node.peering.sessions import LOOK_SECONDS, Sessions
from tests.support.scripted_peer import eventually

ASN: Final = 64512
BLOCK: Final = "10.244.1.0/26"
NAMES: Final = {"a": "127.0.81.1", "b": "127.0.81.2", "r": "127.0.81.3", "s": "127.0.81.4"}
EVERYTHING: Final = PrefixPolicy("everything", (PrefixRule(Prefix.parse("0.0.0.0/0")),))
NODES: Final = frozenset(NAMES)


@dataclass
class Machine:
    """A speaker and its sessions."""

    name: str
    speaker: Speaker
    sessions: Sessions
    lost: list[Prefix] = field(default_factory=list[Prefix])
    """Prefixes that had a path and then none."""

    @property
    def address(self) -> str:
        """Its address."""
        return NAMES[self.name]

    async def follow(self, *peerings: Peering, nodes: frozenset[str] = NODES, cut_off: tuple[str, ...] = ()) -> None:
        """Be told a plan."""
        identifier = IPv4Address("244.0.0.1") if any(peering.client for peering in peerings) else None
        terms = Terms(asn=ASN, local_address=self.address, cluster_id=identifier, export_policy=EVERYTHING)
        await self.sessions.follow(peerings, terms, nodes, frozenset(IPv4Address(NAMES[name]) for name in cut_off))

    def status(self, other: "Machine") -> PeerStatus | None:
        """Return how the session with another machine is; None when there is none."""
        return next((status for status in self.speaker.peers() if status.address == other.address), None)

    def is_up(self, other: "Machine") -> bool:
        """Tell whether the session with another machine is Established."""
        status = self.status(other)
        return status is not None and status.state is State.ESTABLISHED

    def has(self, prefix: str, *, via: "Machine | None" = None) -> bool:
        """Tell whether there is a path to a prefix, from a machine if one is named."""
        peer = via.address if via is not None else None
        return any(str(route.prefix) == prefix for route in self.speaker.routes(IPV4_UNICAST, peer=peer))


@asynccontextmanager
async def machines(names: str) -> AsyncGenerator[list[Machine]]:
    """Start a machine for each letter."""
    async with AsyncExitStack() as stack:
        started: list[Machine] = []
        for name in names:
            speaker = Speaker(asn=ASN, bgp_identifier=NAMES[name], listen=[(NAMES[name], 0)], families=[IPV4_UNICAST])
            await stack.enter_async_context(speaker)
            started.append(Machine(name, speaker, Sessions(speaker)))
        yield started


def to(other: Machine, kind: PeeringKind = PeeringKind.MESH, *, client: bool = False) -> Peering:
    """Plan a session with another machine."""
    ((_, port),) = other.speaker.addresses
    return Peering(address=other.address, port=port, asn=ASN, kind=kind, node=other.name, client=client, resource="")


async def announced(a: Machine, b: Machine) -> None:
    """Bring up the session between two machines, and let the second announce a block that the first learns."""
    await a.follow(to(b))
    await b.follow(to(a))
    await b.speaker.announce(BLOCK, next_hop=b.address)
    await eventually(lambda: a.is_up(b) and b.is_up(a) and a.has(BLOCK), "mesh")


async def test_planned_sessions_come_up() -> None:
    """What is planned at both ends is Established, and nothing lingers."""
    async with machines("ab") as (a, b):
        await announced(a, b)
        assert list(a.sessions.wanted) == [b.address]
        assert a.sessions.lingering == {}


async def test_a_session_lingers_until_every_prefix_has_another_path() -> None:
    """From the mesh to a reflector no prefix is ever without a path."""
    async with machines("abr") as (a, b, r):
        await announced(a, b)
        stop = a.speaker.subscribe(
            IPV4_UNICAST, lambda keys, _, new: a.lost.extend(Prefix.from_key(key, 32) for key in keys if new is None)
        )
        await a.follow(to(r, PeeringKind.NODE))
        await b.follow(to(r, PeeringKind.NODE))
        assert list(a.sessions.lingering) == [b.address]
        await a.sessions.close_replaced()
        assert a.is_up(b)
        await r.follow(to(a, PeeringKind.NODE, client=True), to(b, PeeringKind.NODE, client=True))
        await eventually(lambda: a.has(BLOCK, via=r), "reflected")
        assert a.is_up(b)
        await a.sessions.close_replaced()
        assert a.status(b) is None
        assert a.sessions.lingering == {}
        assert a.has(BLOCK)
        assert a.lost == []
        stop()


async def test_a_session_is_closed_without_a_notification() -> None:
    """The other end keeps our routes as those of a peer that restarts. RFC 4724, section 4.2."""
    async with machines("abr") as (a, b, r):
        await announced(a, b)
        await a.speaker.announce("10.244.2.0/26", next_hop=a.address)
        await eventually(lambda: b.has("10.244.2.0/26"), "learned")
        for machine in (a, b):
            await machine.follow(to(r, PeeringKind.NODE))
        await r.follow(to(a, PeeringKind.NODE, client=True), to(b, PeeringKind.NODE, client=True))
        await eventually(lambda: a.has(BLOCK, via=r), "reflected")
        await a.sessions.close_replaced()
        await eventually(lambda: not b.is_up(a), "closed")
        status = b.status(a)
        assert status is not None
        assert status.stale == (IPV4_UNICAST,)
        assert b.has("10.244.2.0/26", via=a)


async def test_a_path_over_another_lingering_session_does_not_count() -> None:
    """It will be closed, too."""
    async with machines("abr") as (a, b, r):
        await announced(a, b)
        await a.follow(to(b), to(r))
        await b.follow(to(a), to(r))
        await r.follow(to(a, client=True), to(b, client=True))
        await eventually(lambda: a.has(BLOCK, via=r), "reflected")
        await a.follow()
        await a.sessions.close_replaced()
        assert set(a.sessions.lingering) == {b.address, r.address}
        assert a.is_up(b)
        assert a.is_up(r)


async def test_a_path_from_a_peer_that_is_away_does_not_count() -> None:
    """Stale routes are no other path."""
    async with machines("abr") as (a, b, r):
        await announced(a, b)
        await a.follow(to(b), to(r))
        await b.follow(to(a), to(r))
        await r.follow(to(a, client=True), to(b, client=True))
        await eventually(lambda: a.has(BLOCK, via=r), "reflected")
        away = to(r)
        await r.speaker.stop(graceful=True)
        await eventually(lambda: not a.is_up(r), "away")
        await a.follow(away)
        await a.sessions.close_replaced()
        assert a.has(BLOCK, via=r)
        assert a.is_up(b)


async def test_the_session_to_a_deleted_node_goes_at_once() -> None:
    """With its routes: whoever deletes a node means it."""
    async with machines("ab") as (a, b):
        await announced(a, b)
        await a.follow(nodes=NODES - {"b"})
        assert a.status(b) is None
        assert a.sessions.lingering == {}
        await eventually(lambda: not a.has(BLOCK), "routes gone")


async def test_a_node_deleted_while_its_session_lingers_goes_too() -> None:
    """Nothing keeps it any longer."""
    async with machines("ab") as (a, b):
        await announced(a, b)
        await a.follow()
        assert a.is_up(b)
        await a.follow(nodes=NODES - {"b"})
        assert a.status(b) is None


async def test_a_session_wanted_again_while_it_lingers_is_the_same_session() -> None:
    """It never went down."""
    async with machines("ab") as (a, b):
        await announced(a, b)
        await a.follow()
        assert list(a.sessions.lingering) == [b.address]
        await a.follow(to(b))
        await a.sessions.close_replaced()
        status = a.status(b)
        assert status is not None
        assert (status.state, status.established_count) == (State.ESTABLISHED, 1)
        assert a.sessions.lingering == {}


async def test_a_session_of_another_kind_is_the_same_session() -> None:
    """From the mesh to node specific SINCE stays, also where the peer becomes a client. walkthrough 14."""
    async with machines("ab") as (a, b):
        await announced(a, b)
        before = a.status(b)
        await a.follow(to(b, PeeringKind.NODE, client=True))
        assert a.sessions.wanted[b.address].kind is PeeringKind.NODE
        after = a.status(b)
        assert before is not None
        assert after is not None
        assert (after.since, after.established_count, after.state) == (before.since, 1, State.ESTABLISHED)


async def test_routes_of_nodes_that_the_plan_cuts_off_are_not_waited_for() -> None:
    """With the mesh off and nothing in its place sessions end, as an operator has said --yes to. walkthrough 18."""
    async with machines("ab") as (a, b):
        await announced(a, b)
        await a.follow(cut_off=("b",))
        await a.sessions.close_replaced()
        assert a.status(b) is None
        await eventually(lambda: not a.has(BLOCK), "routes gone")


async def test_what_is_cut_off_does_not_take_others_with_it() -> None:
    """A reflector that is cut off itself lingers until the routes of others have another path."""
    async with machines("abr") as (a, b, r):
        for machine in (a, b):
            await machine.follow(to(r, PeeringKind.NODE))
        await r.follow(to(a, PeeringKind.NODE, client=True), to(b, PeeringKind.NODE, client=True))
        await b.speaker.announce(BLOCK, next_hop=b.address)
        await eventually(lambda: a.has(BLOCK), "reflected")
        await a.follow(to(b), cut_off=("r",))
        await a.sessions.close_replaced()
        assert a.is_up(r)
        await b.follow(to(a), cut_off=("r",))
        await eventually(lambda: a.has(BLOCK, via=b), "direct")
        await a.sessions.close_replaced()
        assert a.status(r) is None


async def test_a_session_that_brought_nothing_is_closed_at_the_next_look() -> None:
    """Nobody needs it."""
    async with machines("ab") as (a, b):
        await a.follow(to(b))
        await b.follow(to(a))
        await eventually(lambda: a.is_up(b), "up")
        await a.follow()
        await a.sessions.close_replaced()
        assert a.status(b) is None


async def test_lingering_sessions_are_looked_at_all_the_time() -> None:
    """Nobody has to ask."""
    async with machines("ab") as (a, b):
        await announced(a, b)
        looking = asyncio.create_task(a.sessions.run())
        await a.follow()
        assert a.is_up(b)
        await b.speaker.withdraw(BLOCK)
        await eventually(lambda: a.status(b) is None, f"closed within some {LOOK_SECONDS} s")
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)


async def test_sessions_do_not_disturb_each_other() -> None:
    """A plan that adds one peer and drops another leaves the third alone."""
    async with machines("abrs") as (a, b, r, s):
        await announced(a, b)
        await r.follow(to(a))
        await a.follow(to(b), to(r))
        await eventually(lambda: a.is_up(r), "up")
        await a.follow(to(b), to(s), nodes=NODES - {"r"})
        status = a.status(b)
        assert status is not None
        assert status.established_count == 1
        assert (a.status(r), a.is_up(s)) == (None, False)
        assert set(a.sessions.wanted) == {b.address, s.address}


async def test_a_session_keeps_its_former_cluster_id_until_nothing_depends_on_it() -> None:
    """A node that joins a cluster of reflectors is never without a path. RFC 4456, section 8; DECISIONS.md, 9."""
    async with machines("abr") as (a, b, r):
        own = IPv4Address("244.0.0.1")
        await r.follow(to(a, PeeringKind.NODE, client=True), to(b, PeeringKind.NODE, client=True))
        await a.follow(to(r, PeeringKind.NODE))
        await b.follow(to(r, PeeringKind.NODE))
        await a.speaker.announce(BLOCK, next_hop=a.address)
        await eventually(lambda: b.has(BLOCK, via=r), "the reflected path")
        b.speaker.subscribe(
            IPV4_UNICAST,
            lambda keys, _, new: b.lost.extend(Prefix.from_key(key, 32) for key in keys if best_of(new) is None),
        )
        await b.follow(to(r, PeeringKind.NODE), to(a, PeeringKind.NODE, client=True))
        await b.sessions.change_held_back()
        assert b.speaker.peer_config(r.address).cluster_id != own
        await a.follow(to(r, PeeringKind.NODE), to(b, PeeringKind.NODE))
        await eventually(lambda: b.has(BLOCK, via=a), "the path of the new session")
        await b.sessions.change_held_back()
        assert b.speaker.peer_config(r.address).cluster_id == own
        assert [route.eligible for route in b.speaker.routes(IPV4_UNICAST, peer=r.address)] == [False]
        assert b.lost == []


async def test_a_peer_that_cannot_be_is_named_and_leaves_the_others_alone() -> None:
    """Whatever a resource asks for that the speaker refuses."""
    async with machines("ab") as (a, b):
        with capture_logs() as told:
            await a.follow(replace(to(b), address="127.0.81.9", asn=0, resource="bad"), to(b))
        await b.follow(to(a))
        await eventually(lambda: a.is_up(b), "the session")
        assert [(entry["peer"], entry["resource"]) for entry in told if entry["event"] == "peering.refused"] == [
            ("127.0.81.9", "bad")
        ]
