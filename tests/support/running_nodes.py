"""A running agent for those who look at it, made of real parts that write nothing: no root, no namespaces."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from bgpkit import IPV4_UNICAST, LargeCommunity, PathAttributes, Prefix, Speaker
from bgpkit.fib import Fib, FibMode, KernelRoute, RouteKind
from bgpkit.policy import PrefixPolicy, PrefixRule
from bgpkit_node.peering import Peering, PeeringKind
from bgpkit_node.peering.session_config import Terms
from bgpkit_node.peering.sessions import Sessions
from bgpkit_node.running import RouteNews, RunningNode, Serving
from tests.support.scripted_peer import eventually

ASN: Final = 64512
OWN, UP, DOWN = "127.0.82.1", "127.0.82.2", "127.0.82.3"
BLOCK: Final = Prefix.parse("10.244.1.0/26")
"""The node's own."""
LEARNED: Final = Prefix.parse("10.244.2.0/26")
"""Of the peer that is up, and so is an address of it that someone has borrowed."""
LEARNED_ADDRESS: Final = Prefix.parse("10.244.2.7/32")
_POOLS: Final = PrefixPolicy("ip-pools", (PrefixRule(Prefix.parse("10.244.0.0/16")),))


@dataclass
class Announced:
    """Blocks and borrowed addresses as a test says."""

    blocks: tuple[Prefix, ...] = (BLOCK,)
    borrowed: tuple[Prefix, ...] = ()


@dataclass
class LookedAt:
    """An agent with a session that is up and one that is not."""

    running: RunningNode
    serving: Serving
    terms: Terms
    announced: Announced = field(default_factory=Announced)


def _peering(address: str, port: int, kind: PeeringKind, node: str) -> Peering:
    return Peering(address=address, port=port, asn=ASN, kind=kind, node=node, client=False, resource="")


def _speaker(address: str, *, restarting: bool = False) -> Speaker:
    places = [(address, 0)]
    return Speaker(asn=ASN, bgp_identifier=address, listen=places, families=[IPV4_UNICAST], restarting=restarting)


@asynccontextmanager
async def looked_at(*, started: datetime | None = None, restarting: bool = False) -> AsyncGenerator[LookedAt]:
    """Start an agent's parts: a mesh session with ``UP`` is Established, a global one with ``DOWN`` never is."""
    async with AsyncExitStack() as stack:
        own = await stack.enter_async_context(_speaker(OWN, restarting=restarting))
        other = await stack.enter_async_context(_speaker(UP))
        news = RouteNews()
        news.follow(own, own.families)
        fib = await stack.enter_async_context(Fib(protocol=12, mode=FibMode.READ_ONLY))
        fib.replace(KernelRoute(prefix=BLOCK, kind=RouteKind.BLACKHOLE))
        sessions = Sessions(own)
        terms = Terms(asn=ASN, local_address=OWN, cluster_id=None, export_policy=_POOLS)
        await own.announce(str(BLOCK), next_hop=OWN)
        marked = PathAttributes(large_communities=(LargeCommunity(64512, 1, 2),))
        await other.announce(str(LEARNED), next_hop=UP, attributes=marked)
        await other.announce(str(LEARNED_ADDRESS), next_hop=UP)
        ((_, port),) = other.addresses
        wanted = (
            _peering(UP, port, PeeringKind.MESH, "b"),
            _peering(DOWN, 9, PeeringKind.GLOBAL, "c"),
        )
        await sessions.follow(wanted, terms, frozenset({"a", "b", "c"}))
        ((_, back),) = own.addresses
        theirs = Terms(asn=ASN, local_address=UP, cluster_id=None, export_policy=_POOLS)
        await Sessions(other).follow((_peering(OWN, back, PeeringKind.MESH, "a"),), theirs, frozenset({"a", "b"}))
        await eventually(lambda: own.peers()[0].prefixes_received == 2, "routes")
        await eventually(lambda: bool(own.peers()[1].last_error), "a refusal")
        announced = Announced()
        serving = Serving(speaker=own, fib=fib, sessions=sessions, routes=announced, news=news)
        running = RunningNode(name="a", serving=serving, started=started or datetime.now(UTC))
        running.policies.why_not = ""
        yield LookedAt(running, serving, terms, announced)
