"""Why a session is not Established, provoked with real sockets: what listens, what answers, what is let through."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any, Final

import pytest

from bgpkit import PeerConfig, Speaker
from bgpkit.speaker import Obstacle, PeerExplanation, PrefixLimit, PrefixLimitAction
from bgpkit.transport import TransportOptions
from tests.integration.transport_lab import ASN, peer, speaking
from tests.support import octets
from tests.support.netns import Namespaces, connect
from tests.support.scripted_peer import ScriptedListener, ScriptedPeer
from tests.support.speakers import OURS, THEIRS, port_of, scripted, speaker_at, towards_scripted

PATIENCE: Final = 20.0
NEAR: Final = TransportOptions(ttl_security=1)


def dialled(**options: Any) -> PeerConfig:
    """Return the configuration of a peer to which we connect."""
    fields: dict[str, Any] = {"address": THEIRS, "asn": ASN, "local_address": OURS, "connect_retry_time": 0.2} | options
    return PeerConfig(**fields)


async def explained(speaker: Speaker, address: str, obstacle: Obstacle) -> PeerExplanation:
    """Wait until a peer is explained by ``obstacle``; else return the last explanation."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while (found := speaker.explain_peer(address)).obstacle is not obstacle:
        assert asyncio.get_running_loop().time() < deadline, str(found)
        await asyncio.sleep(0.02)
    return found


@asynccontextmanager
async def answering(answer: Callable[[ScriptedPeer], Awaitable[None]]) -> AsyncGenerator[Speaker]:
    """Run a speaker that connects to a peer which does ``answer`` to every connection."""
    async with AsyncExitStack() as stack:
        speaker = await stack.enter_async_context(speaker_at())
        listener = await stack.enter_async_context(ScriptedListener(THEIRS))

        async def serve() -> None:
            while True:
                await answer(await listener.accept())

        serving = asyncio.create_task(serve())
        stack.callback(serving.cancel)
        config = dialled(port=listener.port)
        await speaker.add_peer(config)
        yield speaker


async def test_nothing_listens() -> None:
    """Refused, with the error's name and the port."""
    async with speaker_at() as speaker:
        await speaker.add_peer(dialled(port=1))
        found = await explained(speaker, THEIRS, Obstacle.CONNECTION_REFUSED)
    assert "port 1 of 127.0.0.2 refuses the connection: nothing listens there" in found.sentence
    assert "(ECONNREFUSED)" in found.sentence
    assert found.ends[0].end.errno_name == "ECONNREFUSED"


async def test_nobody_has_connected() -> None:
    """To whom we only listen."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted())
        found = speaker.explain_peer(THEIRS)
    assert found.obstacle is Obstacle.NOBODY_CONNECTED
    assert "it is passive here, so that the peer has to connect, and it has not" in found.sentence


async def test_our_own_address_is_none_of_ours() -> None:
    """Named, as it stands in the configuration."""
    async with speaker_at() as speaker:
        await speaker.add_peer(dialled(local_address="192.0.2.99"))
        found = await explained(speaker, THEIRS, Obstacle.LOCAL_FAULT)
    assert "we cannot connect from 192.0.2.99: Cannot assign requested address (EADDRNOTAVAIL)" in found.sentence


async def test_the_peer_closes_at_once() -> None:
    """As speakers do with a neighbour that they do not know."""
    async with answering(ScriptedPeer.close) as speaker:
        found = await explained(speaker, THEIRS, Obstacle.CONNECTION_CLOSED)
    assert "accepts the TCP connection and closes it without a word" in found.sentence
    assert "has us as a neighbour" in found.advice


async def test_the_peer_accepts_and_says_nothing() -> None:
    """While we wait for its OPEN, that is told."""

    async def wait(peer: ScriptedPeer) -> None:
        await peer.expect(octets.OPEN)

    async with answering(wait) as speaker:
        found = await explained(speaker, THEIRS, Obstacle.HANDSHAKE)
    assert "our OPEN is sent, and we wait for the peer's" in found.sentence


async def test_what_answers_is_no_bgp_speaker() -> None:
    """Such as a web server: what is wrong with its octets is told."""

    async def greet(peer: ScriptedPeer) -> None:
        await peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with answering(greet) as speaker:
        found = await explained(speaker, THEIRS, Obstacle.PROTOCOL_ERROR)
    assert "we cannot accept what the peer sends: " in found.sentence
    assert found.advice.startswith("See whether a BGP speaker answers at that address and port")


async def test_both_connect_at_once_and_the_other_connection_is_kept() -> None:
    """The Cease of a collision says little; it is told only where there is nothing else."""

    async def collide(peer: ScriptedPeer) -> None:
        await peer.expect(octets.OPEN)
        await peer.send(octets.open_message(ASN, "10.0.0.2", octets.four_octet_as(ASN)))
        await peer.send(octets.message(octets.NOTIFICATION, b"\x06\x07"))

    async with answering(collide) as speaker:
        found = await explained(speaker, THEIRS, Obstacle.COLLISION)
    assert "the peer kept the other of two connections" in found.sentence


async def test_the_hold_timer_expires() -> None:
    """The peer had been up and went silent."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(hold_time=3))
        async with await scripted(speaker):
            found = await explained(speaker, THEIRS, Obstacle.HOLD_TIMER_EXPIRED)
    assert "the peer went silent: our hold timer expired" in found.sentence
    assert found.ends[0].established


async def test_we_keep_a_peer_down_that_sends_too_much() -> None:
    """With the reason, and until when."""
    limit = PrefixLimit(maximum=1, action=PrefixLimitAction.RESTART, restart_seconds=60)
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(max_prefixes_in=limit))
        async with await scripted(speaker) as peer:
            await peer.send(octets.update(octets.attributes(), "10.2.0.0/16", "10.3.0.0/16"))
            found = await explained(speaker, THEIRS, Obstacle.STOPPED)
    assert "we keep it down until " in found.sentence
    assert "Maximum Number of Prefixes Reached" in found.sentence


@pytest.mark.netns
async def test_what_the_network_does_not_let_through(namespaces: Namespaces) -> None:
    """No route, a neighbour that is not there, and a black hole that swallows what is sent."""
    node, other = namespaces.node("ours"), namespaces.node("theirs")
    connect(node, other, addresses=(["10.9.0.2/24"], ["10.9.0.1/24"]))
    node.ip("neigh", "add", "10.9.0.66", "lladdr", "02:00:00:00:00:66", "dev", "eth0", "nud", "permanent")
    node.ip("route", "add", "prohibit", "10.66.0.0/24")
    wanted = {
        "192.0.2.1": (Obstacle.NO_ROUTE, "there is no way to port 179 of 192.0.2.1: Network is unreachable"),
        "10.9.0.77": (Obstacle.NO_ROUTE, "No route to host (EHOSTUNREACH)"),
        "10.9.0.66": (Obstacle.NO_ANSWER, "port 179 of 10.9.0.66 does not answer"),
        "10.66.0.1": (Obstacle.LOCAL_FAULT, "our own machine does not let us connect: Permission denied (EACCES)"),
    }
    async with speaking(node) as speaker:
        for address in wanted:
            patient = address == "10.9.0.77"  # the kernel asks for a neighbour three times, a second each
            await speaker.add_peer(replace(peer(address), connect_retry_time=10.0 if patient else 0.5))
        for address, (obstacle, words) in wanted.items():
            assert words in (await explained(speaker, address, obstacle)).sentence


@pytest.mark.netns
@pytest.mark.rfc("5082", "3")
async def test_the_peer_is_too_far_away(namespaces: Namespaces) -> None:
    """It connects with a small TTL and is not taken."""
    node, other = namespaces.node("ours"), namespaces.node("theirs")
    connect(node, other, addresses=(["10.9.0.2/24"], ["10.9.0.1/24", "10.9.0.3/24"]))
    async with (
        speaking(other, "10.9.0.1", asn=64513, listen=[("10.9.0.3", 179)]) as remote,
        speaking(node) as speaker,
    ):
        await speaker.add_peer(peer("10.9.0.1", passive=True, transport=NEAR))
        with other.entered():
            await remote.add_peer(peer("10.9.0.2", asn=ASN, local_address="10.9.0.1"))
            refused = await explained(speaker, "10.9.0.1", Obstacle.TTL_SECURITY)
        assert (
            "the peer connects, and we do not take the connection: transport: the connection came" in refused.sentence
        )


async def test_a_lost_session_and_one_that_comes_back() -> None:
    """The sentence follows what happens."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(graceful_restart=False))
        async with await scripted(speaker) as first:
            assert speaker.explain_peer(THEIRS).obstacle is Obstacle.NONE
            first.reset()
            lost = await explained(speaker, THEIRS, Obstacle.CONNECTION_LOST)
        assert "the connection broke: Connection reset by peer" in lost.sentence
        async with await scripted(speaker):
            assert speaker.explain_peer(THEIRS).sentence.startswith("127.0.0.2 is Established: with AS 64512 since ")


async def test_a_peer_that_speaks_as_another_as() -> None:
    """Both numbers are in the sentence, and the OPEN is among the facts."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(asn=64999))
        async with await ScriptedPeer.dial(OURS, port_of(speaker), local=THEIRS) as stranger:
            await stranger.send(octets.open_message(64998, "10.0.0.2", octets.four_octet_as(64998)))
            await stranger.expect(octets.OPEN)
            assert await stranger.expect_notification() == (2, 2)
        found = await explained(speaker, THEIRS, Obstacle.WRONG_AS)
    assert "the peer says that it is AS 64998, but AS 64999 is configured for it here" in found.sentence
    assert found.refused_open is not None
    assert found.refused_open.asn == 64998
