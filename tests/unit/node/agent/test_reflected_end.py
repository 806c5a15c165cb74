"""When a reflector that restarts says that it has told all."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from bgpkit import IPV4_UNICAST, EndOfRibReceived, PeerConfig, Prefix, Speaker
from bgpkit.policy import PrefixPolicy, PrefixRule
from bgpkit_node.agent.reflected_end import ReflectedEnd
from bgpkit_node.peering import Peering, PeeringKind
from bgpkit_node.peering.session_config import Terms
from bgpkit_node.peering.sessions import Sessions
from tests.support.scripted_peer import eventually

ASN = 64512
OWN, FIRST, SECOND = "127.0.83.1", "127.0.83.2", "127.0.83.3"
POOLS = PrefixPolicy("ip-pools", (PrefixRule(Prefix.parse("10.244.0.0/16")),))
TERMS = Terms(asn=ASN, local_address=OWN, cluster_id=IPv4Address("244.0.0.1"), export_policy=POOLS)


@dataclass
class Restarting:
    """A reflector that restarts, and what its clients have been told the end by."""

    stack: AsyncExitStack
    speaker: Speaker
    told: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    async def join(self, address: str) -> Speaker:
        """Let a client join."""
        client = await self.stack.enter_async_context(
            Speaker(asn=ASN, bgp_identifier=address, listen=[], families=[IPV4_UNICAST])
        )
        told = self.told[address] = list[str]()

        async def listen() -> None:
            """Take note of each End-of-RIB."""
            async for event in client.events():
                if isinstance(event, EndOfRibReceived):
                    told.append(event.peer)

        self.stack.callback(asyncio.create_task(listen()).cancel)
        ((_, port),) = self.speaker.addresses
        await client.add_peer(PeerConfig(address=OWN, port=port, asn=ASN, local_address=address))
        return client


@asynccontextmanager
async def restarting(*, deadline: float) -> AsyncGenerator[Restarting]:
    """Start a reflector of two clients, which has announced its block."""
    async with AsyncExitStack() as stack:
        own = Speaker(
            asn=ASN,
            bgp_identifier=OWN,
            listen=[(OWN, 0)],
            families=[IPV4_UNICAST],
            restarting=True,
            selection_deferral_time=0.1,
            hold_end_of_rib=True,
        )
        await stack.enter_async_context(own)
        end = ReflectedEnd(own, deadline=deadline)
        await own.announce("10.244.1.0/26", next_hop=OWN)
        sessions = Sessions(own)
        clients = tuple(
            Peering(address=one, port=9, asn=ASN, kind=PeeringKind.NODE, node=one, client=True, resource="")
            for one in (FIRST, SECOND)
        )
        await sessions.follow(clients, TERMS, frozenset({OWN, FIRST, SECOND}))
        stack.callback(asyncio.create_task(end.release(sessions)).cancel)
        yield Restarting(stack, own)


async def test_the_end_is_told_once_every_client_has_told_its_own() -> None:
    """Routes go out before; the first client knows that there may be more."""
    async with restarting(deadline=30) as lab:
        first = await lab.join(FIRST)
        await eventually(lambda: bool(tuple(first.routes())), "the reflector's route")
        assert lab.told[FIRST] == []
        await lab.join(SECOND)
        await eventually(lambda: lab.told == {FIRST: [OWN], SECOND: [OWN]}, "the end")


async def test_a_client_that_does_not_come_is_waited_for_no_longer_than_the_deadline() -> None:
    """Its node may be gone."""
    async with restarting(deadline=0.2) as lab:
        await lab.join(FIRST)
        await eventually(lambda: lab.told[FIRST] == [OWN], "the end")
