"""Agents of several machines that share an etcd: routes, names held by leases, and etcd's absence."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.integration.agents import ADDRESSES, PATIENCE, POOL, Agents, command
from tests.support.etcd_cluster import EtcdCluster
from tests.support.netns import Namespaces
from tests.support.processes import wait_until

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("agents"), pytest.mark.timeout(120)]

MASTER, NODE1, _ = ADDRESSES


@pytest.fixture
def cluster(namespaces: Namespaces, tmp_path: Path) -> Generator[tuple[Agents, EtcdCluster]]:
    """Give two machines with running agents; etcd runs on the master."""
    agents = Agents(namespaces, tmp_path, (MASTER, NODE1))
    etcd = EtcdCluster(tmp_path, host=ADDRESSES[MASTER], within=agents.machines[MASTER])
    agents.where = [f"ETCD_ENDPOINTS={etcd.endpoints[0]}"]
    try:
        _apply(agents, tmp_path, POOL)
        for name in agents.machines:
            agents.start(name)
        yield agents, etcd
    finally:
        agents.stop()
        etcd.stop()


def _apply(agents: Agents, folder: Path, text: str) -> None:
    (folder / "resources.yaml").write_text(text)
    words = command("apply", "-f", str(folder / "resources.yaml"))
    agents.machines[MASTER].run(["env", *agents.where, *words])


def test_a_cluster_on_etcd_routes_and_outlives_etcds_absence(
    cluster: tuple[Agents, EtcdCluster], tmp_path: Path
) -> None:
    """Pods reach each other over blocks kept in etcd, also while it is dead; what changes afterwards is followed."""
    agents, etcd = cluster
    agents.wait_established(MASTER, NODE1)
    first, _ = agents.add_pod(MASTER, "first")
    _, address = agents.add_pod(NODE1, "second")
    wait_until(lambda: first.ping(address), "the pods reach each other", PATIENCE)
    agents.machines[MASTER].run(["env", *agents.where, *command("routes", "diff")])
    keys = etcd.ask("get", "--prefix", "--keys-only", "/calico/ipam/v2/").split()
    assert any(key.startswith(f"/calico/ipam/v2/host/{NODE1}/ipv4/block/10.244.") for key in keys)
    etcd.members[0].kill()
    assert first.ping(address, count=5)
    etcd.members[0].start()
    wait_until(lambda: etcd.leader() is not None, "etcd is back", PATIENCE)
    _apply(agents, tmp_path, POOL.replace("{asNumber: 63400}", "{asNumber: 63401}"))
    wait_until(lambda: agents.status(NODE1)["asn"] == 63401, "the agent follows etcd again", PATIENCE)
    assert first.ping(address)


def test_a_name_is_one_machines_until_its_agent_is_gone(cluster: tuple[Agents, EtcdCluster]) -> None:
    """Another machine is refused it; the same machine has it again at once, however its agent ended."""
    agents, etcd = cluster
    holder = etcd.ask("get", "--print-value-only", f"/calico/bgpkit/agents/{NODE1}")
    assert holder
    words = command("agent", "--node", NODE1, "--run-dir", str(agents.directory(MASTER).parent / "elsewhere"))
    environment = [*agents.where, "BGPKIT_NODE_HEALTH_ADDRESS=none"]
    answer = agents.machines[MASTER].run(["env", *environment, *words], check=False)
    assert answer.returncode == 1
    assert f"node {NODE1} has a running agent on another machine" in answer.stderr
    agents.running[NODE1].kill()
    agents.start(NODE1)
    assert etcd.ask("get", "--print-value-only", f"/calico/bgpkit/agents/{NODE1}") == holder
    agents.running[NODE1].stop()
    assert etcd.ask("get", f"/calico/bgpkit/agents/{NODE1}") == ""
