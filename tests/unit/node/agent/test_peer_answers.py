"""Why a session is not up, each cause provoked and told in one sentence. calico.md, section 8, pain 10."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from bgpkit import PeerConfig, Secret, TransportOptions
from bgpkit_node.agent.peer_answers import PeerAnswers
from tests.support import octets
from tests.support.running_nodes import ASN, DOWN, OWN, UP, LookedAt, looked_at
from tests.support.scripted_peer import ScriptedListener, ScriptedPeer, eventually

THERE = "127.0.84.9"
Script = Callable[[ScriptedPeer], Awaitable[None]]


async def told(agent: LookedAt, address: str, *, patience: float = 2.0) -> dict[str, Any]:
    """Ask the agent of node a about one of its sessions."""
    return await PeerAnswers("a", agent.serving, patience=patience).peer({"request": "peer", "address": address})


@asynccontextmanager
async def _meeting(agent: LookedAt, script: Script, **config: Any) -> AsyncGenerator[None]:
    """Let a peer do what a script says with the first connection."""
    async with ScriptedListener(THERE) as listener:
        speaker = agent.serving.speaker
        fields: dict[str, Any] = {"address": THERE, "asn": ASN, "port": listener.port, "local_address": OWN, **config}
        await speaker.add_peer(PeerConfig(**fields))
        peer = await listener.accept()
        await script(peer)
        yield
        await speaker.remove_peer(THERE)


def _opens(asn: int, identifier: str, hold_time: int = 90) -> Script:
    async def script(peer: ScriptedPeer) -> None:
        """Send an OPEN that is not acceptable, and wait for the answer."""
        await peer.send(octets.open_message(asn, identifier, octets.four_octet_as(asn), hold_time=hold_time))
        await peer.expect(octets.OPEN)
        await peer.expect_notification()

    return script


async def test_what_an_open_has_wrong_is_told() -> None:
    """AS number, BGP Identifier, hold time: both values, and no look at the port, which is not at fault."""
    async with looked_at() as agent:
        for script, obstacle, words in (
            (_opens(65001, "10.0.0.9"), "WRONG_AS", f"AS 65001, but AS {ASN} is configured for it here"),
            (_opens(ASN, OWN), "IDENTIFIER_CLASH", f"the peer has our own BGP Identifier, {OWN}, in our own AS"),
            (_opens(ASN, "10.0.0.9", 2), "HOLD_TIME", "a hold time of 2 s, and it must be 0 or at least 3 s"),
        ):
            async with _meeting(agent, script):
                await eventually(lambda: bool(agent.serving.speaker.explain_peer(THERE).ends), "its end")
                answer = await told(agent, THERE)
            assert (answer["obstacle"], answer["established"], answer["probe"]) == (obstacle, False, "")
            assert words in answer["sentence"]
            assert answer["advice"]


async def test_what_a_peer_refuses_is_told() -> None:
    """It does not like our AS number, and says so in a NOTIFICATION."""

    async def script(peer: ScriptedPeer) -> None:
        """Refuse."""
        await peer.expect(octets.OPEN)
        await peer.send(octets.message(octets.NOTIFICATION, bytes((2, 2))))

    async with looked_at() as agent, _meeting(agent, script):
        await eventually(lambda: bool(agent.serving.speaker.explain_peer(THERE).ends), "its end")
        answer = await told(agent, THERE)
    assert answer["obstacle"] == "WRONG_AS"
    assert f"the peer refuses our AS number {ASN}" in answer["sentence"]


async def test_a_peer_that_sends_no_open_is_told() -> None:
    """TCP is connected: the port is not tried."""

    async def script(peer: ScriptedPeer) -> None:
        """Say nothing."""
        await peer.expect(octets.OPEN)

    async with looked_at() as agent, _meeting(agent, script):
        answer = await told(agent, THERE, patience=0.2)
    assert (answer["obstacle"], answer["probe"]) == ("HANDSHAKE", "")
    assert "our OPEN is sent, and we wait for the peer's" in answer["sentence"]


async def test_a_refused_connection_is_told_and_tried_again() -> None:
    """By a look at the port; the resource that asks for the session is named, too."""
    async with looked_at() as agent:
        answer = await told(agent, DOWN)
    assert (answer["obstacle"], answer["peer_node"], answer["asked_for_by"]) == (
        "CONNECTION_REFUSED",
        "c",
        "nodeToNodeMeshEnabled",
    )
    assert "refuses the connection" in answer["sentence"]
    assert answer["probe"].startswith(f"TCP port 9 of {DOWN} refuses the connection")


async def test_an_attempt_that_has_just_begun_is_waited_for() -> None:
    """What it meets is told, and not that it is under way."""
    async with looked_at() as agent:
        await agent.serving.speaker.add_peer(PeerConfig(address=THERE, asn=ASN, port=9, local_address=OWN))
        answer = await told(agent, THERE)
    assert answer["obstacle"] == "CONNECTION_REFUSED"


async def test_a_silent_port_is_told_by_the_look_at_it() -> None:
    """The attempt is still under way; where segments have to be signed, a look would tell nothing."""
    with socket.socket() as full, socket.socket() as one, socket.socket() as other:
        full.bind((THERE, 0))
        full.listen(0)
        for client in (one, other):
            client.setblocking(False)
            client.connect_ex(full.getsockname())
        port = full.getsockname()[1]
        async with looked_at() as agent:
            speaker = agent.serving.speaker
            await speaker.add_peer(PeerConfig(address=THERE, asn=ASN, port=port, local_address=OWN))
            await asyncio.sleep(0)
            answer = await told(agent, THERE, patience=0.1)
            assert "gives no answer from 127.0.82.1 within 0.1 s" in answer["probe"]
            await speaker.remove_peer(THERE)
            signed = TransportOptions(md5_key=Secret("k"))
            await speaker.add_peer(
                PeerConfig(address="127.0.84.10", asn=ASN, port=port, local_address=OWN, transport=signed)
            )
            answer = await told(agent, "127.0.84.10", patience=0.1)
            assert answer["probe"] == ""


async def test_a_session_that_is_up_is_told_so_and_an_unknown_one_too() -> None:
    """With the peers that there are."""
    async with looked_at() as agent:
        up, nobody = await told(agent, UP), await told(agent, "192.0.2.1")
    assert (up["established"], up["state"], up["probe"]) == (True, "Established", "")
    assert nobody == {"node": "a", "address": "192.0.2.1", "known": False, "speaks_bgp": True, "peers": [UP, DOWN]}
