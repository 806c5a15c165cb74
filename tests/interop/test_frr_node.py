"""FRR as the third node of a cluster of agents: sessions, blocks, kernel routes, pods, an agent's crash."""

from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from tests.integration.agents import ADDRESSES
from tests.interop.foreign_node import BLOCK, MASTER, NODE1, PATIENCE, MixedCluster, ttl
from tests.support.daemons import Frr
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import RunningProcess, wait_until

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("frr_node")]

StartFrr = Callable[[Namespace, str], Frr]
FRR = """
router bgp 63400
 bgp router-id 10.4.7.21
 timers bgp 10 30
 neighbor agents peer-group
 neighbor agents remote-as 63400
 neighbor agents timers connect 1
%(options)s
 neighbor 10.4.7.11 peer-group agents
 neighbor 10.4.7.12 peer-group agents
 address-family ipv4 unicast
  network 10.244.7.0/26
"""


@pytest.fixture
def cluster(namespaces: Namespaces, tmp_path: Path) -> Generator[MixedCluster]:
    """Two agents with a pod each, and a machine for FRR, whose kernel drops what no pod of its block answers for."""
    mixed = MixedCluster(namespaces, tmp_path)
    mixed.foreign.ip("route", "add", "blackhole", BLOCK)
    yield mixed
    mixed.agents.stop()


@pytest.mark.parametrize("passive", [True, False], ids=["passive", "active"])
def test_frr_is_a_node_among_agents(cluster: MixedCluster, start_frr: StartFrr, passive: bool) -> None:
    """Established on both ends, blocks in every table and kernel, pods reach pods; also when FRR only waits."""
    frr = start_frr(cluster.foreign, FRR % {"options": " neighbor agents passive" if passive else ""})
    cluster.wait_established()
    addresses = {name: ADDRESSES[name] for name in (MASTER, NODE1)}
    wait_until(lambda: all(map(frr.is_established, addresses.values())), "Established in FRR", PATIENCE)
    sockets = [(own, peer) for own, peer in cluster.sockets() if ":179" in own + peer]
    assert len(sockets) == 2
    assert not passive or all(own.endswith(":179") for own, _ in sockets)
    cluster.wait_routes()
    routes = frr.ask_json("show bgp ipv4 unicast")["routes"]
    assert routes.keys() == {BLOCK, cluster.block(MASTER), cluster.block(NODE1)}  # blocks and no pod
    for name, address in addresses.items():
        (path,) = routes[cluster.block(name)]
        assert (path["valid"], path["bestpath"], path["pathFrom"]) == (True, True, "internal")
        assert (path["path"], path["origin"], path["locPrf"]) == ("", "IGP", 100)
        assert [hop["ip"] for hop in path["nexthops"]] == [address]
        assert cluster.agents.routes(name)[BLOCK] == ADDRESSES["k8s-node2"]
    cluster.assert_pods_reach_each_other()


def test_frr_keeps_the_routes_of_a_killed_agent(cluster: MixedCluster, start_frr: StartFrr, tmp_path: Path) -> None:
    """RFC 4724: while an agent is dead and comes back, FRR's routes stay and no ping is lost, either way.

    In its own first two minutes FRR says in every OPEN that it is restarting itself, so that the agent does not wait
    for it (section 4.1); FRR's block stays in the agent's kernel all the same until FRR announces it, a second later.
    """
    frr = start_frr(cluster.foreign, FRR % {"options": ""})
    cluster.wait_established()
    cluster.wait_routes()
    block, address = cluster.block(MASTER), ADDRESSES[MASTER]
    watch = RunningProcess(cluster.foreign.command(["ip", "monitor", "route"]), tmp_path / "frr.routes")
    try:
        with cluster.pinging(tmp_path, MASTER, NODE1):
            cluster.agents.running[MASTER].kill()
            wait_until(lambda: not frr.is_established(address), "FRR sees the end of the session", PATIENCE)
            (path,) = frr.ask_json("show bgp ipv4 unicast")["routes"][block]
            assert path["stale"]
            assert ttl(cluster.pod, cluster.addresses[MASTER]) == 62
            cluster.agents.start(MASTER)
            cluster.wait_established()
            wait_until(lambda: is_fresh(frr, block), "the route is no longer stale in FRR", PATIENCE)
            cluster.wait_routes()
    finally:
        watch.stop()
    assert f"Deleted {block}" not in watch.words()
    cluster.assert_pods_reach_each_other()


def is_fresh(frr: Frr, block: str) -> bool:
    """Tell whether FRR has one path to a block, and not a stale one."""
    paths = frr.ask_json("show bgp ipv4 unicast")["routes"].get(block, [])
    return len(paths) == 1 and not paths[0].get("stale")
