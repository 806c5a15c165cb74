"""A node agent and a real BIRD: both write kernel routes of protocol 12, so one of them has to go."""

from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from tests.integration.agents import ADDRESSES, PATIENCE, POOL, Agents
from tests.support.daemons import Bird
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import RunningProcess, wait_until

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("agents")]

StartBird = Callable[[Namespace, str], Bird]
MASTER, NODE1, _ = ADDRESSES
QUIET = """
log stderr all;
router id 10.4.7.99;
protocol device {}
protocol static { ipv4; route 10.99.1.0/24 via 10.4.7.99; route 10.99.2.0/24 blackhole; }
"""
KERNEL = QUIET + "protocol kernel { ipv4 { export all; }; }"


@pytest.fixture
def two(namespaces: Namespaces, tmp_path: Path) -> Generator[Agents]:
    """Two machines without agents."""
    agents = Agents(namespaces, tmp_path, (MASTER, NODE1))
    agents.apply(POOL)
    yield agents
    agents.stop()


def ended(agent: RunningProcess) -> str:
    """Return the words of an agent that does not start."""
    wait_until(lambda: not agent.is_running, "the agent's end", PATIENCE)
    assert agent.status == 1
    return agent.words()


def test_an_agent_does_not_start_beside_a_bird_that_keeps_kernel_routes(two: Agents, start_bird: StartBird) -> None:
    """One sentence, nothing registered, no route touched; without BIRD, and its routes, it starts."""
    bird = start_bird(two.machines[MASTER], KERNEL)
    both = {"10.99.1.0/24": "10.4.7.99", "10.99.2.0/24": "blackhole"}
    wait_until(lambda: two.routes(MASTER) == both, "BIRD's routes", PATIENCE)
    (words,) = ended(two.start(MASTER, ready=False)).splitlines()
    assert "runs in this network namespace, and the kernel has 2 routes of protocol 12 (bird)" in words
    assert "stop BIRD, then start the agent" in words
    assert two.routes(MASTER) == both
    assert MASTER not in two.run("get", "node", "-o", "json").stdout
    two.start(NODE1)  # BIRD is in another namespace than this one
    bird.stop()
    two.start(MASTER)


def test_a_bird_without_kernel_routes_stands_beside_an_agent_and_its_successors(
    two: Agents, start_bird: StartBird
) -> None:
    """The routes that the second agent finds are those of the first, whatever BIRD may be there for."""
    bird = start_bird(two.machines[MASTER], QUIET)
    agent = two.start(MASTER)
    two.add_pod(MASTER, "pod-a")
    wait_until(lambda: len(two.routes(MASTER)) == 1, "the block", PATIENCE)
    agent.kill()
    again = two.start(MASTER)
    assert '"restarting": true' in again.words()
    again.kill()
    bird.stop()
    start_bird(two.machines[MASTER], QUIET)
    assert "stop BIRD, then start the agent" in ended(two.start(MASTER, ready=False))
