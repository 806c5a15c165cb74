"""Speakers on the loopback interface, each at an address of its own, and the sessions between them."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any

from bgpkit import IPV4_UNICAST, Family, PeerConfig, Prefix, Route, Speaker, State
from bgpkit.policy import PrefixPolicy, PrefixRule
from tests.support.scripted_peer import PATIENCE, ScriptedPeer, eventually

ASN = 64512
OURS, THEIRS, THIRD = "127.0.0.1", "127.0.0.2", "127.0.0.3"
IDENTIFIERS = {OURS: "10.0.0.1", THEIRS: "10.0.0.2", THIRD: "10.0.0.3", "127.0.0.4": "10.0.0.4"}
EVERYTHING = PrefixPolicy("everything", (PrefixRule(Prefix.parse("0.0.0.0/0")), PrefixRule(Prefix.parse("::/0"))))


@asynccontextmanager
async def speaker_at(address: str = OURS, *, asn: int = ASN, **options: Any) -> AsyncGenerator[Speaker]:
    """Run a speaker that listens at ``address``, on whatever port is free."""
    async with Speaker(asn=asn, bgp_identifier=IDENTIFIERS[address], listen=[(address, 0)], **options) as speaker:
        yield speaker


def port_of(speaker: Speaker) -> int:
    """Return the port on which a speaker listens."""
    return speaker.addresses[0][1]


def address_of(speaker: Speaker) -> str:
    """Return the address at which a speaker listens."""
    return speaker.addresses[0][0]


def towards(other: Speaker, own: Speaker, **options: Any) -> PeerConfig:
    """Return the configuration of the peer ``other`` for the speaker ``own``."""
    where: dict[str, Any] = {"address": address_of(other), "port": port_of(other), "local_address": address_of(own)}
    where |= {"asn": other.asn, "connect_retry_time": 0.2}
    where |= options
    return PeerConfig(**where)


def towards_scripted(address: str = THEIRS, *, asn: int = ASN, **options: Any) -> PeerConfig:
    """Return the configuration of a scripted peer, which connects to us."""
    return PeerConfig(address=address, asn=asn, passive=True, **options)


async def connect(one: Speaker, other: Speaker, one_options: Any = None, other_options: Any = None) -> None:
    """Bring up a session between two speakers; the options are of each one's configuration of the other."""
    await one.add_peer(towards(other, one, **(one_options or {})))
    await other.add_peer(towards(one, other, **(other_options or {})))
    await established(one, address_of(other))
    await established(other, address_of(one))


async def established(speaker: Speaker, peer: str) -> None:
    """Wait until the session with ``peer`` is up."""
    await eventually(lambda: state(speaker, peer) is State.ESTABLISHED, f"Established with {peer}")


def state(speaker: Speaker, peer: str) -> State:
    """Return the state of a peer."""
    return next(status.state for status in speaker.peers() if status.address == peer)


async def scripted(
    speaker: Speaker, *capabilities: bytes, address: str = THEIRS, asn: int = ASN, identifier: str | None = None
) -> ScriptedPeer:
    """Return a scripted peer at ``address`` whose session with the speaker is up; refused ones are tried again."""
    async with asyncio.timeout(PATIENCE):
        while True:
            peer = None
            try:
                peer = await ScriptedPeer.dial(address_of(speaker), port_of(speaker), local=address)
                await peer.handshake(asn, identifier or IDENTIFIERS[address], *capabilities)
            except (asyncio.IncompleteReadError, ConnectionError):
                if peer is not None:
                    await peer.close()
                await asyncio.sleep(0.01)
            else:
                await established(speaker, address)
                return peer


async def turned_away(speaker: Speaker, address: str) -> None:
    """See that a connection from a stranger's ``address`` is reset, or ends, without a word."""
    with suppress(ConnectionError):  # it may be reset before it is there
        async with await ScriptedPeer.dial(address_of(speaker), port_of(speaker), local=address) as stranger:
            await stranger.expect_end()


def prefixes(speaker: Speaker, family: Family = IPV4_UNICAST, *, peer: str | None = None) -> set[str]:
    """Return the prefixes that a speaker has a best route for, or holds from ``peer``."""
    return {str(route.prefix) for route in speaker.routes(family, peer=peer)}


def route_to(speaker: Speaker, prefix: str, family: Family = IPV4_UNICAST, *, peer: str | None = None) -> Route:
    """Return the best route to a prefix, or the one of ``peer``."""
    return next(route for route in speaker.routes(family, peer=peer) if str(route.prefix) == prefix)


async def holds(
    speaker: Speaker, wanted: Iterable[str], family: Family = IPV4_UNICAST, *, peer: str | None = None
) -> None:
    """Wait until a speaker's prefixes are exactly ``wanted``."""
    expected = set(wanted)
    await eventually(lambda: prefixes(speaker, family, peer=peer) == expected, f"routes {sorted(expected)}")


async def settled(turns: int = 50) -> None:
    """Let the loop turn; what was going to be done at once has been done then."""
    for _ in range(turns):
        await asyncio.sleep(0)


def only(prefix: str) -> PrefixPolicy:
    """Return a policy that accepts what lies inside ``prefix``, and nothing else."""
    return PrefixPolicy(f"only {prefix}", (PrefixRule(Prefix.parse(prefix)),))
