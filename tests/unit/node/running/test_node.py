"""The parts of a running agent, as onlookers see them."""

from tests.support.running_nodes import DOWN, UP, looked_at


async def test_peerings_and_sessions_are_told_apart() -> None:
    """What only lingers has a peering still, and is not wanted."""
    async with looked_at() as agent:
        serving = agent.serving
        assert set(serving.peerings) == {UP, DOWN}
        assert [peer.address for peer in serving.wanted_peers] == [UP, DOWN]
        assert serving.established == 1


async def test_a_speaker_that_is_about_to_stop_is_shown_no_more() -> None:
    """Whoever looks meanwhile would ask a speaker that answers nothing."""
    async with looked_at() as agent:
        agent.running.served_no_more()
        assert agent.running.serving is None
