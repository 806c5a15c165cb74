"""Alive and ready. calico.md 5.10."""

from datetime import timedelta

from bgpkit_node.errors import DatastoreError, GoneError
from bgpkit_node.health import liveness, readiness
from bgpkit_node.health.verdict import STRICT_FOR
from bgpkit_node.running import RunningNode
from tests.support.running_nodes import DOWN, UP, looked_at

MOMENT = timedelta(milliseconds=1)


async def test_at_first_all_peers_count_and_then_one_does() -> None:
    """For thirty seconds; the sentence names who is missing."""
    async with looked_at() as agent:
        running = agent.running
        assert readiness(running, running.started) == f"BGP not established with {DOWN}"
        assert readiness(running, running.started + STRICT_FOR - MOMENT) == f"BGP not established with {DOWN}"
        assert readiness(running, running.started + STRICT_FOR) == ""
        await agent.serving.sessions.follow((agent.serving.peerings[UP],), agent.terms, frozenset({"a", "b"}))
        assert readiness(running, running.started) == ""


async def test_with_no_session_at_all_a_node_is_not_ready() -> None:
    """Without any peer it is: a node may be alone."""
    async with looked_at() as agent:
        running, serving = agent.running, agent.serving
        later = running.started + STRICT_FOR
        down = serving.peerings[DOWN]
        await serving.sessions.follow((down,), agent.terms, frozenset({"a", "c"}))
        assert readiness(running, later) == "BGP is established with none of the peers"
        await serving.sessions.follow((), agent.terms, frozenset({"a"}))
        assert readiness(running, later) == readiness(running, running.started) == ""


async def test_a_restart_that_is_not_over_counts_at_first() -> None:
    """Peers have routes to tell still."""
    async with looked_at(restarting=True) as agent:
        running, serving = agent.running, agent.serving
        await serving.sessions.follow((serving.peerings[DOWN],), agent.terms, frozenset({"a", "c"}))
        await serving.sessions.follow((), agent.terms, frozenset({"a", "c"}))
        assert serving.speaker.deferral.active
        assert readiness(running, running.started) == "the restart is not over: routes of peers are awaited"
        assert readiness(running, running.started + STRICT_FOR) == ""


async def test_a_node_whose_policies_are_not_in_force_is_not_ready() -> None:
    """From its start, and whenever the kernel refuses them."""
    assert RunningNode(name="a").policies.why_not == "they have not been read yet"
    async with looked_at() as agent:
        running = agent.running
        await agent.serving.sessions.follow((), agent.terms, frozenset({"a"}))
        assert readiness(running, running.started) == ""
        running.policies.why_not = "there is no program nft"
        assert readiness(running, running.started) == "the policies are not in force: there is no program nft"
        assert liveness(running) == ""


async def test_an_agent_that_starts_or_ends_is_not_ready_and_alive() -> None:
    """It is not to be started anew for that."""
    running = RunningNode(name="a")
    assert readiness(running, running.started) == "the agent is starting"
    running.stopping = True
    assert readiness(running, running.started) == "the agent is stopping"
    assert liveness(running) == ""


async def test_an_outage_of_the_datastore_takes_neither_away() -> None:
    """Forwarding goes on."""
    async with looked_at() as agent:
        agent.running.outages.began("resources", DatastoreError("no answer"))
        assert readiness(agent.running, agent.running.started + STRICT_FOR) == ""
        assert liveness(agent.running) == ""


async def test_a_node_whose_datastore_is_gone_is_not_ready() -> None:
    """What is written would be lost; a new agent would not help."""
    async with looked_at() as agent:
        agent.running.outages.began("resources", GoneError("it was moved away"))
        assert readiness(agent.running, agent.running.started + STRICT_FOR) == "it was moved away"
        assert liveness(agent.running) == ""


def test_a_kernel_that_cannot_be_heard_is_the_end() -> None:
    """Only a new agent helps."""
    running = RunningNode(name="a")
    running.fib_tally.lost = "No buffer space available"
    assert liveness(running) == "the kernel's routes cannot be followed any more: No buffer space available"
