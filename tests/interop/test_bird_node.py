"""BIRD 2 as the third node of a cluster of agents: sessions, blocks, kernel routes, pods, an agent's crash."""

import re
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from tests.integration.agents import ADDRESSES
from tests.interop.foreign_node import BLOCK, MASTER, NODE1, PATIENCE, MixedCluster
from tests.support.daemons import Bird
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import wait_until

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("bird_node")]

StartBird = Callable[[Namespace, str], Bird]
PEERS = {"master1": MASTER, "node1": NODE1}
BIRD = """
log stderr all;
router id 10.4.7.21;
graceful restart wait 10;
protocol device { scan time 1; }
protocol direct { ipv4; }
protocol kernel { persist; graceful restart; scan time 1; ipv4 { import none; export where source != RTS_DEVICE; }; }
protocol static own { ipv4; route 10.244.7.0/26 blackhole; }
template bgp peers {
  local 10.4.7.21 %(port)s as 63400;
  direct;
  connect delay time 1; connect retry time 1; error wait time 1, 2;
  graceful restart on;
  %(options)s
  ipv4 { import all; export where source = RTS_STATIC; };
}
protocol bgp master1 from peers { neighbor 10.4.7.11 as 63400; }
protocol bgp node1 from peers { neighbor 10.4.7.12 as 63400; }
"""
PASSIVE = BIRD % {"port": "", "options": "passive on;"}
"""BIRD waits: every connection is opened by an agent."""
ALONE = BIRD % {"port": "port 1790", "options": ""}
"""BIRD listens where no agent looks: every connection is opened by BIRD."""


@pytest.fixture
def cluster(namespaces: Namespaces, tmp_path: Path) -> Generator[MixedCluster]:
    """Two agents with a pod each, and a machine for BIRD."""
    mixed = MixedCluster(namespaces, tmp_path)
    yield mixed
    mixed.agents.stop()


@pytest.mark.parametrize(
    ("configuration", "agents_listen"), [(PASSIVE, False), (ALONE, True)], ids=["passive", "active"]
)
def test_bird_is_a_node_among_agents(
    cluster: MixedCluster, start_bird: StartBird, configuration: str, agents_listen: bool
) -> None:
    """Whoever opens the connection: Established on both ends, blocks in every table and kernel, pods reach pods."""
    bird = start_bird(cluster.foreign, configuration)
    cluster.wait_established()
    wait_until(lambda: all(map(bird.is_established, PEERS)), "Established in BIRD", PATIENCE)
    assert bird.ask("show", "protocols").count("Established") == 2
    sockets = [(own, peer) for own, peer in cluster.sockets() if ":179" in own + peer]
    assert len(sockets) == 2
    assert [own.endswith(":179") for own, _ in sockets] == [not agents_listen] * 2
    assert [peer.endswith(":179") for _, peer in sockets] == [agents_listen] * 2
    cluster.wait_routes()
    for protocol, name in PEERS.items():
        shown = bird.ask("show", "route", "protocol", protocol)
        assert re.search(
            rf"^{re.escape(cluster.block(name))} +unicast \[{protocol} [\d:.-]+\] \* \(100\) \[i\]\n"
            rf"\tvia {re.escape(ADDRESSES[name])} on eth0$",
            shown,
            re.MULTILINE,
        ), shown
        assert len(re.findall(r"unicast", shown)) == 1  # the block and no pod
        assert cluster.agents.routes(name)[BLOCK] == ADDRESSES["k8s-node2"]
    cluster.assert_pods_reach_each_other()


def test_bird_keeps_the_routes_of_a_killed_agent(cluster: MixedCluster, start_bird: StartBird, tmp_path: Path) -> None:
    """RFC 4724: while an agent is dead and comes back, BIRD's routes stay and no ping is lost, either way.

    BIRD waits: the Cease of a connection collision (RFC 4271, section 6.8) is a refusal to it, and what it keeps goes.
    """
    bird = start_bird(cluster.foreign, PASSIVE)
    cluster.wait_established()
    cluster.wait_routes()
    block = cluster.block(MASTER)
    with cluster.pinging(tmp_path, MASTER, NODE1):
        cluster.agents.running[MASTER].kill()
        wait_until(lambda: not bird.is_established("master1"), "BIRD sees the end of the session", PATIENCE)
        assert f"via {ADDRESSES[MASTER]} on eth0" in bird.ask("show", "route", block)
        assert cluster.agents.routes(MASTER)[BLOCK] == ADDRESSES["k8s-node2"]
        restarted = cluster.agents.start(MASTER)
        cluster.wait_established()
        wait_until(lambda: '"agent.converged"' in restarted.words(), "the restarted agent has its routes", PATIENCE)
        wait_until(lambda: bird.is_established("master1"), "Established in BIRD", PATIENCE)
        cluster.wait_routes()
    assert "Restarting" not in bird.ask("show", "protocols", "all", "master1")


def test_a_block_of_bird_comes_and_goes(cluster: MixedCluster, start_bird: StartBird) -> None:
    """A route that BIRD stops announcing leaves the agents' kernels, and comes back when it is announced again."""
    bird = start_bird(cluster.foreign, BIRD % {"port": "", "options": ""})
    cluster.wait_established()
    cluster.wait_routes()
    bird.command("disable", "own")
    wait_until(lambda: all(BLOCK not in cluster.agents.routes(n) for n in PEERS.values()), "the block gone", PATIENCE)
    bird.command("enable", "own")
    cluster.wait_routes()
