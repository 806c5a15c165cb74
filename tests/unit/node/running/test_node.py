"""The parts of a running agent, as onlookers see them."""

from dataclasses import replace
from datetime import UTC, datetime

from bgpkit_node.agent.status import service_status
from bgpkit_node.health.verdict import readiness
from bgpkit_node.resources import BGPPeerSpec
from bgpkit_node.resources.secret_ref import BgpPassword, SecretKeyRef
from tests.support.running_nodes import DOWN, UP, looked_at


async def test_peerings_and_sessions_are_told_apart() -> None:
    """What only lingers has a peering still, and is not wanted."""
    async with looked_at() as agent:
        serving = agent.serving
        assert set(serving.peerings) == {UP, DOWN}
        assert [peer.address for peer in serving.wanted_peers] == [UP, DOWN]
        assert serving.established == 1
        assert serving.down == (DOWN,)


async def test_a_session_that_cannot_be_is_down() -> None:
    """Though the speaker knows nothing of it."""
    async with looked_at() as agent:
        sessions, signed = agent.serving.sessions, BgpPassword(secret_key_ref=SecretKeyRef(name="bgp", key="k"))
        refused = replace(sessions.wanted[UP], address="127.0.82.9", spec=BGPPeerSpec(password=signed))
        await sessions.follow((sessions.wanted[UP], refused), agent.terms, frozenset({"a", "b"}))
        assert agent.serving.down == ("127.0.82.9",)
        assert service_status(agent.running) == "1 of 2 sessions Established"
        assert "BGP not established with 127.0.82.9" in readiness(agent.running, datetime.now(UTC))


async def test_a_speaker_that_is_about_to_stop_is_shown_no_more() -> None:
    """Whoever looks meanwhile would ask a speaker that answers nothing."""
    async with looked_at() as agent:
        agent.running.served_no_more()
        assert agent.running.serving is None
        agent.running.datastore_gone()
        assert agent.running.datastore is None
