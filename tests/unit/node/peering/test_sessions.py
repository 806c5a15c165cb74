"""Sessions follow the plan make before break; real speakers, each on a loopback address of its own."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from structlog.testing import capture_logs

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, PeerStatus, Prefix, Secret, Speaker, State, best_of
from bgpkit.policy import PrefixPolicy, PrefixRule
from bgpkit.testing import Simulation
from bgpkit_node.errors import PasswordError
from bgpkit_node.peering import Peering, PeeringKind
from bgpkit_node.peering.session_config import Terms
from bgpkit_node.peering.sessions import LOOK_SECONDS, Sessions
from bgpkit_node.resources import BGPPeerSpec
from bgpkit_node.resources.secret_ref import BgpPassword, SecretKeyRef
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

    def has_chosen(self, prefix: str, *, via: "Machine") -> bool:
        """Tell whether a path from a machine may be chosen."""
        found = self.speaker.routes(IPV4_UNICAST, peer=via.address)
        return any(str(route.prefix) == prefix and route.eligible for route in found)


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


async def test_a_reflector_that_leaves_its_cluster_takes_what_the_others_reflect() -> None:
    """Its sessions with clients linger without the cluster ID, so that they end; nobody loses a path meanwhile."""
    async with machines("abrs") as (a, b, r, s):
        clients = [to(one, PeeringKind.NODE, client=True) for one in (a, b)]
        for one, other in ((r, s), (s, r)):
            await one.follow(*clients, to(other, PeeringKind.NODE))
        for one in (a, b):
            await one.follow(to(r, PeeringKind.NODE), to(s, PeeringKind.NODE))
        await b.speaker.announce(BLOCK, next_hop=b.address)
        await eventually(lambda: a.has(BLOCK, via=r) and a.has(BLOCK, via=s) and r.has(BLOCK), "reflected twice")
        for one in (a, r):
            _note_losses(one)
        await r.follow(to(s, PeeringKind.NODE))
        await s.follow(*clients, to(r, PeeringKind.NODE, client=True))
        await eventually(lambda: r.has_chosen(BLOCK, via=s), "the path of the other reflector counts")
        for one in (a, b):
            await one.follow(to(s, PeeringKind.NODE))
        for one in (r, a, b):
            await one.sessions.close_replaced()
        assert [one.status(r) for one in (a, b)] == [None, None]
        assert (r.status(a), r.status(b)) == (None, None)
        assert (a.lost, r.lost) == ([], [])


async def test_a_session_whose_password_is_missing_stays_away_and_comes_with_it() -> None:
    """The others are there; one that is up keeps the password it has when the file goes away."""
    secrets: dict[str, Secret] = {}

    def passwords(ref: SecretKeyRef) -> Secret:
        """Find a password."""
        if ref.key not in secrets:
            raise PasswordError(f"password {ref.key} is not there")
        return secrets[ref.key]

    signed = BGPPeerSpec(password=BgpPassword(secret_key_ref=SecretKeyRef(name="bgp", key="k")))
    async with machines("abr") as (a, b, r):
        terms = Terms(asn=ASN, local_address=a.address, cluster_id=None, export_policy=EVERYTHING, passwords=passwords)
        plan = (replace(to(b), spec=signed), to(r))
        with capture_logs() as told:
            for _ in range(2):
                await a.sessions.follow(plan, terms, NODES)
        assert [entry["reason"] for entry in told if entry["event"] == "peering.refused"] == ["password k is not there"]
        assert a.sessions.refused == {b.address: "password k is not there"}
        assert (a.status(b), a.status(r) is None) == (None, False)
        secrets["k"] = Secret("one")
        await a.sessions.follow(plan, terms, NODES)
        assert a.sessions.refused == {}
        assert a.speaker.peer_config(b.address).transport.md5_key == Secret("one")
        secrets.clear()
        await a.sessions.follow(plan, terms, NODES)
        assert a.sessions.refused == {b.address: "password k is not there"}
        assert a.speaker.peer_config(b.address).transport.md5_key == Secret("one")
        secrets["k"] = Secret("other")
        await a.sessions.follow(plan, terms, NODES)
        assert a.speaker.peer_config(b.address).transport.md5_key == Secret("other")


def _note_losses(machine: Machine) -> None:
    """Keep the prefixes that a machine has no path to any more."""
    machine.speaker.subscribe(
        IPV4_UNICAST,
        lambda keys, _, new: machine.lost.extend(Prefix.from_key(key, 32) for key in keys if best_of(new) is None),
    )


def test_a_session_of_ipv6_lingers_for_its_routes() -> None:
    """As one of IPv4 does."""
    Simulation(1).run(_from_the_mesh_to_a_reflector_in_ipv6)


async def _from_the_mesh_to_a_reflector_in_ipv6(lab: Simulation) -> None:
    async with AsyncExitStack() as stack:
        machines = {name: await _with_ipv6(lab, stack, name) for name in "abr"}
        a, b = machines["a"], machines["b"]
        await _follow_ipv6(machines, "a", "b")
        await _follow_ipv6(machines, "b", "a")
        await b.speaker.announce("fd00:1::/64", next_hop="fd00::2")
        await asyncio.sleep(10)
        assert [str(route.prefix) for route in a.speaker.routes(IPV6_UNICAST)] == ["fd00:1::/64"]
        for name in "ab":
            await _follow_ipv6(machines, name, "r")
        await a.sessions.close_replaced()
        assert list(a.sessions.lingering) == ["fd00::2"]
        await _follow_ipv6(machines, "r", "a", "b")
        await asyncio.sleep(20)
        await a.sessions.close_replaced()
        assert a.sessions.lingering == {}
        assert [route.peer for route in a.speaker.routes(IPV6_UNICAST)] == ["fd00::3"]


async def _with_ipv6(lab: Simulation, stack: AsyncExitStack, name: str) -> Machine:
    number = "abr".index(name) + 1
    own = f"fd00::{number}"
    speaker = Speaker(
        asn=ASN,
        bgp_identifier=f"10.0.0.{number}",
        listen=[(own, 179)],
        families=[IPV4_UNICAST, IPV6_UNICAST],
        network=lab.network.host(own),
    )
    await stack.enter_async_context(speaker)
    return Machine(name, speaker, Sessions(speaker))


async def _follow_ipv6(machines: dict[str, Machine], name: str, *others: str) -> None:
    """Tell a machine to have sessions with others, as a reflector if it is r."""
    terms = Terms(
        asn=ASN,
        local_address=str(machines[name].speaker.bgp_identifier),
        address6=IPv6Address(f"fd00::{'abr'.index(name) + 1}"),
        cluster_id=IPv4Address("244.0.0.1") if name == "r" else None,
        export_policy=PrefixPolicy("all", (PrefixRule(Prefix.parse("::/0")),)),
    )
    session = Peering(address="", port=179, asn=ASN, kind=PeeringKind.NODE, node="", client=name == "r", resource="")
    plan = [replace(session, address=f"fd00::{'abr'.index(other) + 1}", node=other) for other in others]
    await machines[name].sessions.follow(tuple(plan), terms, NODES)
