"""Real agents on one segment: sessions, kernel routes, reflectors, crashes, and an agent's way in and out."""

import signal
from collections.abc import Generator
from pathlib import Path
from typing import Final

import pytest

from tests.integration.agents import ADDRESSES, PATIENCE, POOL, Agents
from tests.integration.steady_pings import SteadyPings, ping_steadily
from tests.support.netns import Namespaces
from tests.support.processes import RunningProcess, wait_until

MASTER, NODE1, NODE2 = ADDRESSES
REFLECTOR: Final = """\
apiVersion: projectcalico.org/v3
kind: BGPConfiguration
metadata: {name: default}
spec: {asNumber: 63400, nodeToNodeMeshEnabled: false}
---
apiVersion: projectcalico.org/v3
kind: Node
metadata: {name: k8s-node1, labels: {route-reflector: "true"}}
spec: {bgp: {ipv4Address: 10.4.7.12/24, routeReflectorClusterID: 244.0.0.1}}
---
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata: {name: peer-with-route-reflectors}
spec: {nodeSelector: all(), peerSelector: "route-reflector == 'true'"}
"""
MESH_OFF: Final = """\
apiVersion: projectcalico.org/v3
kind: BGPConfiguration
metadata: {name: default}
spec: {asNumber: 63400, nodeToNodeMeshEnabled: false}
"""

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("agents")]


@pytest.fixture
def three(namespaces: Namespaces, tmp_path: Path) -> Generator[Agents]:
    """Three agents in a mesh."""
    agents = Agents(namespaces, tmp_path)
    agents.apply(POOL)
    for name in agents.machines:
        agents.start(name)
    yield agents
    agents.stop()


@pytest.fixture
def two(namespaces: Namespaces, tmp_path: Path) -> Generator[Agents]:
    """Two machines without agents."""
    agents = Agents(namespaces, tmp_path, (MASTER, NODE1))
    agents.apply(POOL)
    yield agents
    agents.stop()


def test_from_the_mesh_to_a_reflector(three: Agents) -> None:
    """A pod on two nodes, routes in the kernel, a reflector in one apply, a crash, a return. walkthrough 10 to 21.

    The session that stays is the same connection, and SINCE is what it was. walkthrough 14.
    """
    for name in ADDRESSES:
        three.wait_established(name, *(other for other in ADDRESSES if other != name))
    assert set(three.established(MASTER).values()) == {"node-to-node mesh"}
    here, mine = three.add_pod(MASTER, "pod-a")
    _, there = three.add_pod(NODE2, "pod-b")
    blocks = {name: three.status(name)["blocks"] for name in ADDRESSES}
    assert (len(blocks[MASTER]), len(blocks[NODE1]), len(blocks[NODE2])) == (1, 0, 1)
    expected = {blocks[MASTER][0]: "blackhole", blocks[NODE2][0]: ADDRESSES[NODE2]}
    wait_until(lambda: three.routes(MASTER) == expected, "routes of k8s-master1", PATIENCE)
    wait_until(lambda: here.ping(there), "ping", PATIENCE)
    assert [row["dst"] for row in three.machines[MASTER].ip_json("route", "show", mine)] == [mine]

    _crash_twice(three, blocks[MASTER][0])
    assert here.ping(there)
    session = _session(three, MASTER, NODE1)
    three.apply(REFLECTOR)
    three.wait_established(MASTER, NODE1)
    three.wait_established(NODE2, NODE1)
    three.wait_established(NODE1, MASTER, NODE2)
    assert three.established(MASTER) == {ADDRESSES[NODE1]: "node specific"}
    assert _session(three, MASTER, NODE1) == session
    assert three.routes(MASTER) == expected

    three.running.pop(NODE1).kill()
    assert three.routes(MASTER) == expected
    assert here.ping(there)
    assert set(three.routes(NODE1)) == set(expected)
    three.start(NODE1)
    three.wait_established(MASTER, NODE1)
    assert three.routes(MASTER) == expected
    assert here.ping(there)

    refused = three.run("delete", "bgppeer", "peer-with-route-reflectors")
    assert refused.returncode == 1
    assert "k8s-master1 - k8s-node2" in refused.stderr


def test_an_agent_that_returns_changes_no_route(two: Agents) -> None:
    """Stopped or killed, its routes stay in the kernel; the next agent adopts them without touching one."""
    for name in (MASTER, NODE1):
        two.start(name)
    two.add_pod(MASTER, "pod-a")
    two.add_pod(NODE1, "pod-b")
    wait_until(lambda: len(two.routes(MASTER)) == 2, "routes", PATIENCE)
    before = two.routes(MASTER)
    listener = two.machines[MASTER].popen(["ip", "monitor", "route"])
    for way in (signal.SIGTERM, signal.SIGKILL):
        agent = two.running.pop(MASTER)
        if way is signal.SIGTERM:
            agent.stop(PATIENCE)
            assert "Traceback" not in agent.words()
        else:
            agent.kill()
        assert two.routes(MASTER) == before
        again = two.start(MASTER)
        _wait_converged(again)
        assert '"swept": 0' in again.words()
        assert '"restarting": true' in again.words()
        assert two.routes(MASTER) == before
    two.wait_established(MASTER, NODE1)
    listener.terminate()
    words, _ = listener.communicate(timeout=PATIENCE)
    assert [line for line in words.splitlines() if "bird" in line] == []


def test_another_as_number_brings_the_sessions_back_under_it(two: Agents, tmp_path: Path) -> None:
    """The sessions come back with the new number; kernel routes stay meanwhile, and no ping is lost. walkthrough 19."""
    for name in (MASTER, NODE1):
        two.start(name)
    here, _ = two.add_pod(MASTER, "pod-a")
    _, there = two.add_pod(NODE1, "pod-b")
    wait_until(lambda: all(len(two.routes(name)) == 2 for name in (MASTER, NODE1)), "routes", PATIENCE)
    before = two.routes(MASTER)
    listener = two.machines[MASTER].popen(["ip", "monitor", "route"])
    pings = SteadyPings({"there": here.command(ping_steadily(there))}, tmp_path)
    try:
        two.apply(MESH_OFF.replace("63400, nodeToNodeMeshEnabled: false", "64600"))
        wait_until(lambda: all(two.status(name)["asn"] == 64600 for name in (MASTER, NODE1)), "new AS", PATIENCE)
        two.wait_established(MASTER, NODE1)
        two.wait_established(NODE1, MASTER)
        assert {peer["asn"] for peer in two.status(MASTER)["peers"]} == {64600}
        wait_until(lambda: two.running[MASTER].words().count("agent.converged") == 2, "converged", PATIENCE)
        pings.assert_none_lost({62})
    finally:
        pings.stop()
    listener.terminate()
    words, _ = listener.communicate(timeout=PATIENCE)
    assert [line for line in words.splitlines() if "bird" in line] == []
    assert two.routes(MASTER) == before


def test_a_mesh_switched_off_with_yes_ends_the_sessions(two: Agents) -> None:
    """Refused with the names; with --yes nothing lingers and routes go; a reflector restores them. walkthrough 18."""
    for name in (MASTER, NODE1):
        two.start(name)
    two.add_pod(NODE1, "pod-b")
    wait_until(lambda: len(two.routes(MASTER)) == 1, "routes", PATIENCE)
    refused = two.run("apply", "-f", "-", given=MESH_OFF)
    assert refused.returncode == 1
    assert "k8s-master1 - k8s-node1" in refused.stderr
    two.wait_established(MASTER, NODE1)
    two.apply(MESH_OFF, "--yes")
    two.wait_established(MASTER)
    wait_until(lambda: two.routes(MASTER) == {}, "no routes", PATIENCE)
    answer = two.run("node", "status", "--run-dir", str(two.directory(MASTER)))
    assert "No IPv4 peers found." in answer.stdout
    two.apply(REFLECTOR)
    two.wait_established(MASTER, NODE1)
    wait_until(lambda: list(two.routes(MASTER).values()) == [ADDRESSES[NODE1]], "the route is back", PATIENCE)


def test_who_may_not_start_says_so_in_one_sentence(two: Agents) -> None:
    """A name that has an agent, an address that a node has, a name that cannot be: exit 1, nothing written."""
    agent = two.start(MASTER)
    revision = two.run("get", "node", "-o", "json").stdout
    second = two.start(MASTER, "--run-dir", str(two.directory(NODE1)), ready=False)
    twin = two.start(NODE1, "--ip", "10.4.7.11/24", ready=False)
    odd = two.start(NODE1, "--node", "../k8s", ready=False)
    for process, sentence in (
        (second, f"node k8s-master1 has a running agent already (process {agent.pid})"),
        (twin, "Node(k8s-node1) and Node(k8s-master1) cannot both have the address 10.4.7.11"),
        (odd, "'../k8s' is not a name"),
    ):
        _wait_ended(process)
        assert sentence in process.words()
        assert len(process.words().splitlines()) == 1
        assert process.status == 1
    assert two.run("get", "node", "-o", "json").stdout == revision
    assert agent.is_running


def test_a_datastore_that_is_moved_away_is_told_and_nothing_is_kept_in_it(two: Agents, tmp_path: Path) -> None:
    """A pod is to be tried again, and has its address once the file is back; in another file it keeps that."""
    two.apply(POOL)
    agent = two.start(MASTER)
    two.datastore.rename(tmp_path / "aside")
    wait_until(lambda: "datastore.unreachable" in agent.words(), "it is told", PATIENCE)
    assert "was removed, moved away or replaced" in two.status(MASTER)["datastore"]
    with pytest.raises(AssertionError, match=r'"code": ?11\b'):
        two.add_pod(MASTER, "pod-a")
    assert not two.datastore.exists()
    (tmp_path / "aside").rename(two.datastore)
    wait_until(lambda: two.status(MASTER)["datastore"] == "reachable", "it is there again", PATIENCE)
    _, address = two.add_pod(MASTER, "pod-b")
    assert address in two.run("ipam", "show", f"--ip={address}").stdout
    for suffix in ("", "-wal", "-shm"):
        Path(f"{two.datastore}{suffix}").unlink(missing_ok=True)
    two.apply(POOL)
    wait_until(lambda: not agent.is_running, "its node is not in the new one", PATIENCE)
    assert "Node(k8s-master1) has been deleted from the datastore" in agent.words()
    assert '"address.adopted"' in (two.start(MASTER).words())
    assert two.add_pod(MASTER, "pod-c")[1] != address


def test_an_agent_whose_node_is_deleted_ends_with_a_sentence(two: Agents) -> None:
    """Its peers let go of it; it says how to come back."""
    for name in (MASTER, NODE1):
        two.start(name)
    two.wait_established(MASTER, NODE1)
    assert two.run("delete", "node", NODE1).returncode == 0
    agent = two.running.pop(NODE1)
    _wait_ended(agent)
    assert "Node(k8s-node1) has been deleted" in agent.words().splitlines()[-1]
    assert "Traceback" not in agent.words()
    two.wait_established(MASTER)
    two.start(NODE1)
    two.wait_established(MASTER, NODE1)


def _crash_twice(agents: Agents, block: str) -> None:
    """Let an agent crash, and once more while it waits for a peer that is away: others keep the route to its block.

    RFC 4724, section 4.2: what was stale before the second crash goes; the block has been told anew by then.
    """
    agents.running.pop(NODE2).kill()
    listener = agents.machines[NODE1].popen(["ip", "monitor", "route"])
    for life in (1, 2):
        agents.running.pop(MASTER).kill()
        agent = agents.start(MASTER)
        wait_until(lambda: ADDRESSES[NODE1] in agents.established(MASTER), "the session", PATIENCE)
        assert life == 2 or "agent.converged" not in agent.words()
    assert agents.routes(NODE1)[block] == ADDRESSES[MASTER]
    agents.start(NODE2)
    for name in ADDRESSES:
        agents.wait_established(name, *(other for other in ADDRESSES if other != name))
    _wait_converged(agent)
    listener.terminate()
    words, _ = listener.communicate(timeout=PATIENCE)
    assert [line for line in words.splitlines() if block in line] == []


def _session(agents: Agents, name: str, other: str) -> tuple[str, list[list[str]]]:
    """Return since when a node's session with another one is up, and its connection as ``ss`` prints it."""
    (since,) = [row["since"] for row in agents.status(name)["peers"] if row["address"] == ADDRESSES[other]]
    rows = agents.machines[name].run(["ss", "-Htn", "state", "established"]).stdout.splitlines()
    return since, [row.split()[2:4] for row in rows if f"{ADDRESSES[other]}:" in row]


def _wait_converged(agent: RunningProcess) -> None:
    wait_until(lambda: "agent.converged" in agent.words(), "converged", PATIENCE)


def _wait_ended(agent: RunningProcess) -> None:
    wait_until(lambda: not agent.is_running, "ended", PATIENCE)
