"""The demonstration, run as its user runs it; what it shows is looked up anew, with the kernel's own words."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha1
from pathlib import Path
from typing import Any

import pytest

from tests.integration.demo_changes import (
    PEERING,
    apply,
    assert_block_routes,
    blocks_of,
    is_down,
    log_of,
    mesh_off,
    reflector,
    restart_agent,
    wait_sessions,
)
from tests.integration.demo_policies import POLICIES
from tests.integration.demo_process import (
    INSIDE,
    MACHINES,
    PATIENCE,
    PODS,
    STEPS,
    DemoProcess,
    HeldCluster,
    assert_gone,
    is_local,
    machine_of,
    namespace_of,
)
from tests.integration.steady_pings import SteadyPings, ping_steadily
from tests.support.processes import RunningProcess, wait_until

MASTER, NODE1, NODE2 = MACHINES

STATUS = """\
Calico process is running.

IPv4 BGP status
+--------------+-------------------+-------+----------+-------------+
| PEER ADDRESS | PEER TYPE         | STATE | SINCE    | INFO        |
+--------------+-------------------+-------+----------+-------------+
| 10.4.7.12    | node-to-node mesh | up    | hh:mm:ss | Established |
| 10.4.7.21    | node-to-node mesh | up    | hh:mm:ss | Established |
+--------------+-------------------+-------+----------+-------------+

IPv6 BGP status
No IPv6 peers found.

"""

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("demo"), pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Generator[HeldCluster]:
    """Give the cluster held after step mesh, entered at the process that the demonstration names."""
    demo = DemoProcess(tmp_path_factory.mktemp("held"), "--hold", "mesh")
    try:
        told = demo.wait_event("hold", step="mesh")
        assert told["pid"] == demo.first_process()
        yield HeldCluster(told["pid"], told["lines"])
    finally:
        demo.guard.stop(20)


@pytest.fixture(scope="module")
def addresses(held: HeldCluster) -> dict[str, str]:
    """Give the address of each pod, as the pods tell them."""
    return {pod: held.address(pod) for pod in PODS}


def test_the_routes_of_a_node_are_those_of_the_walkthrough(held: HeldCluster, addresses: dict[str, str]) -> None:
    """Walkthrough 10: default, segment, a link route per local pod, one blackhole, two gateways, nothing else."""
    blocks = blocks_of(addresses)
    assert len(set(blocks.values())) == 3
    expected = [
        {"dst": "default", "gateway": "10.4.7.1", "dev": "eth0"},
        {"dst": "10.4.7.0/24", "dev": "eth0", "protocol": "kernel", "scope": "link", "prefsrc": "10.4.7.11"},
        {"type": "blackhole", "dst": blocks[MASTER], "protocol": "bird"},
        *({"dst": blocks[n], "gateway": MACHINES[n], "dev": "eth0", "protocol": "bird"} for n in (NODE1, NODE2)),
        *({"dst": addresses[pod], "dev": cali(pod), "scope": "link"} for pod in PODS if is_local(pod, MASTER)),
    ]
    rows = [told(row) for row in held.ip_json(MASTER, "route")]
    assert sorted(rows, key=str) == sorted(expected, key=str)


def test_the_sockets_of_a_node_are_the_agents(held: HeldCluster) -> None:
    """Walkthrough 11: LISTEN 0.0.0.0:179 and exactly one ESTABLISHED for each peer, owned by the agent's process.

    Beside it the probes' address, from the machine itself only.
    """
    for machine, own in MACHINES.items():
        agent = held.agent(machine)
        number = re.findall(r"^NSpid:.*\t(\d+)$", Path(f"/proc/{agent}/status").read_text(), re.MULTILINE)[0]
        rows = [line.split() for line in held.run(machine, "ss", "-Htanp").splitlines()]
        assert {row[3] for row in rows if row[0] == "LISTEN"} == {"0.0.0.0:179", "127.0.0.1:9099"}
        up = [(row[3].partition(":")[0], row[4].partition(":")[0]) for row in rows if row[0] == "ESTAB"]
        assert sorted(up) == sorted((own, other) for other in MACHINES.values() if other != own)
        assert [row for row in rows if row[0] in {"LISTEN", "ESTAB"} and f",pid={number}," not in row[5]] == []
        assert namespace_of("net", agent) != namespace_of("net", held.pid)


def test_every_pod_and_every_node_reaches_every_pod(held: HeldCluster, addresses: dict[str, str]) -> None:
    """Walkthrough 16: 30 pings between pods and 18 from nodes; each hop on the way takes one off the TTL."""
    sources = [(f"pod-{pod}", pod, machine_of(pod)) for pod in PODS] + [(name, name, name) for name in MACHINES]
    pairs = [(place, name, home, pod) for place, name, home in sources for pod in PODS if pod != name]

    def ttl(pair: tuple[str, str, str, str]) -> tuple[str, str, int]:
        place, name, _, pod = pair
        answer = held.run(place, "ping", "-n", "-c", "1", "-W", "10", addresses[pod])
        return name, pod, int(re.findall(r"icmp_seq=1 ttl=(\d+)", answer)[0])

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ttl, pairs))
    expected = [(name, pod, 64 - (name in PODS) - (not is_local(pod, home))) for _, name, home, pod in pairs]
    assert len(found) == 48
    assert found == expected


def test_node_status_prints_the_table_that_operators_know(held: HeldCluster) -> None:
    """The whole text of ``bgpkit-node node status`` on k8s-master1, but for the times and the order of the peers."""
    answer = subprocess.run(
        held.bgpkit_node(MASTER, "node", "status"), capture_output=True, text=True, timeout=60, check=True
    )
    lines = re.sub(r"\d\d:\d\d:\d\d", "hh:mm:ss", answer.stdout).split("\n")
    assert [*lines[:6], *sorted(lines[6:8]), *lines[8:]] == STATUS.split("\n")


def test_a_route_that_is_missing_is_told_and_nothing_else(held: HeldCluster, addresses: dict[str, str]) -> None:
    """``routes diff``: exit code 0 while the kernel is as wanted, 1 when a route is gone, or is one too many."""
    pod = next(pod for pod in PODS if is_local(pod, MASTER))
    route = (f"{addresses[pod]}/32", "dev", cali(pod), "scope", "link")
    stray = ("10.244.9.9/32", "dev", cali(pod), "scope", "link")
    everywhere = [f"{name}: 5 routes wanted, all of them in the kernel, none too many\n" for name in MACHINES]
    assert _told(held, "routes", "diff") == (0, "".join(everywhere))
    held.run(MASTER, "ip", "route", "del", *route)
    held.run(MASTER, "ip", "route", "add", *stray)
    try:
        status, text = _told(held, "routes", "diff", "--json")
        assert status == 1
        told = json.loads(text)["nodes"][MASTER]
        assert told["counts"]["pod"] == {"wanted": 2, "present": 1}
        assert [(each["prefix"], each["kind"], each["status"]) for each in told["differences"]] == [
            (route[0], "pod", "missing"),
            (stray[0], "pod", "unwanted"),
        ]
    finally:
        held.run(MASTER, "ip", "route", "del", *stray)
        held.run(MASTER, "ip", "route", "add", *route)
    assert _told(held, "routes", "diff")[0] == 0


def test_the_routes_of_all_nodes_are_counted(held: HeldCluster) -> None:
    """Walkthrough 17: wanted and present, on every node."""
    status, text = _told(held, "routes", "summary", "--json")
    here = {"wanted": 2, "present": 2}
    assert (status, json.loads(text)[MASTER]) == (
        0,
        {
            "pod": here,
            "own block": {"wanted": 1, "present": 1},
            "remote block": here,
            "borrowed": {"wanted": 0, "present": 0},
            "external": {"wanted": 0, "present": 0},
        },
    )
    assert json.loads(text)[NODE1] == json.loads(text)[MASTER]


def test_an_address_is_explained_from_its_pool_to_the_kernels_route(
    held: HeldCluster, addresses: dict[str, str]
) -> None:
    """By the address, or by the pod's name; from a node on which it is not."""
    pod = next(pod for pod in PODS if machine_of(pod) == NODE1)
    block = blocks_of(addresses)[NODE1]
    for what in (addresses[pod], f"default/{pod}"):
        status, text = _told(held, "explain", what)
        assert status == 0
        lines = dict(line.split(maxsplit=1) for line in text.splitlines() if line and line[0] != " ")
        assert lines["address"] == addresses[pod]
        assert lines["pool"].startswith("default-ipv4-ippool 10.244.0.0/16")
        assert lines["block"] == f"{block} of k8s-node1, affinity confirmed"
        assert lines["owner"].startswith(f"pod default/{pod}, on k8s-node1, handle k8s-pod-network.{pod}-container")
        assert lines["origin"] == f"k8s-node1 announces {block}"
        assert lines["kernel"] == f"{block} via 10.4.7.12 dev eth0 proto bird (on k8s-master1)"
        assert lines["bgp"] == f"{block} (on k8s-master1)"
        assert "From 10.4.7.12" in text


def _told(held: HeldCluster, *words: str) -> tuple[int, str]:
    """Run the command on k8s-master1; return its exit code and what it says."""
    command = held.bgpkit_node(MASTER, *words)
    answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert answer.stderr == ""
    return answer.returncode, answer.stdout


def test_the_way_in_that_the_demonstration_prints_works(held: HeldCluster) -> None:
    """The printed command enters a node, where bgpkit-node knows the node's agent and the cluster's datastore."""
    *enter, place = held.printed[0].partition(":")[2].split()
    assert (enter[0], place) == ("nsenter", MASTER)
    bare = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    words = "bgpkit-node node status && bgpkit-node get nodes && ip -br -4 addr show dev eth0"
    shell = subprocess.run(
        [*enter, NODE1, "sh"], input=words, env=bare, capture_output=True, text=True, timeout=60, check=True, cwd="/"
    )
    assert "| 10.4.7.11    | node-to-node mesh |" in shell.stdout
    assert "k8s-node2" in shell.stdout
    assert "10.4.7.12/24" in shell.stdout
    unknown = subprocess.run([*enter, "nobody"], env=bare, capture_output=True, text=True, timeout=60, check=False)
    assert unknown.returncode == 2
    assert "k8s-master1 k8s-node1 k8s-node2 pod-master1-pod1" in unknown.stderr


def test_no_ping_is_lost_from_mesh_to_reflectors_and_through_a_crash(
    held: HeldCluster, addresses: dict[str, str], tmp_path: Path
) -> None:
    """Walkthrough 20, 21: reflectors by one apply, a second one, SIGKILL and restart of the first: 0 of each lost."""
    pairs = [(one, other) for one in PODS for other in PODS if machine_of(one) != machine_of(other)]
    assert len(pairs) == 24
    commands = {f"{a}-{b}": held.command(f"pod-{a}", ping_steadily(addresses[b])) for a, b in pairs}
    watches = [
        RunningProcess(held.command(n, ["ip", "-ts", "monitor", "route"]), tmp_path / f"{n}.routes") for n in MACHINES
    ]
    pings = SteadyPings(commands, tmp_path)
    everyone = {machine: set(MACHINES) - {machine} for machine in MACHINES}
    restarted: RunningProcess | None = None
    try:
        apply(held, tmp_path, mesh_off(), PEERING, reflector(NODE1))
        wait_sessions(held, {MASTER: {NODE1}, NODE1: {MASTER, NODE2}, NODE2: {NODE1}})
        apply(held, tmp_path, reflector(NODE2))
        wait_sessions(held, everyone)
        os.kill(held.agent(NODE1), signal.SIGKILL)
        wait_until(lambda: is_down(held, MASTER, NODE1), "k8s-master1 sees the crash", PATIENCE)
        assert_block_routes(held, addresses)
        restarted = restart_agent(held, NODE1, tmp_path)
        wait_sessions(held, everyone)
        wait_until(lambda: '"agent.converged"' in log_of(restarted), "the restarted agent has its routes", PATIENCE)
        assert_block_routes(held, addresses)
        pings.assert_none_lost({62})
    finally:
        for process in (*watches, restarted):
            if process is not None:
                process.stop()
        pings.stop()
        for machine, watch in zip(MACHINES, watches, strict=True):  # shown when the test fails
            print(
                machine, watch.words(), held.run(machine, "tail", "-n", "30", f"{INSIDE}/{machine}/agent.log"), sep="\n"
            )
    deleted = re.compile(rf"Deleted .*({'|'.join(map(re.escape, blocks_of(addresses).values()))}).*", re.MULTILINE)
    assert [line.group() for watch in watches for line in deleted.finditer(watch.words())] == []


def test_a_whole_run_loses_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    """Every step, told in JSON: exit status 0, no ping lost, the table complete and equal, no trace afterwards.

    Walkthrough 35, 36, 37: who reaches whom before and after each policy.
    """
    demo = DemoProcess(tmp_path)
    try:
        namespace = namespace_of("pid", demo.first_process())
        assert demo.wait_ended(180) == 0, demo.guard.words() + demo.errors()
    finally:
        demo.guard.stop(20)
    assert demo.errors() == ""
    events = demo.events()
    tables = {event["title"]: event["rows"] for event in events if event["event"] == "table"}
    assert {title: [list(row.values()) for row in rows] for title, rows in tables.items()}.items() >= POLICIES.items()
    assert [event["name"] for event in events if event["event"] == "step"] == list(STEPS)
    (done,) = [event for event in events if event["event"] == "done"]
    assert events[-1] is done
    assert done["pings_answered"] == "48 of 48"
    assert (done["pings_lost"], done["table_routes"], done["table_differences"]) == (0, 112986, 0)
    assert done["pings_sent"] > 24 * 500
    assert done["table_routes_per_second"] > 0
    assert_gone([namespace])


def cali(pod: str) -> str:
    """Return the name of a pod's interface on its node."""
    return "cali" + sha1(f"default.{pod}".encode(), usedforsecurity=False).hexdigest()[:11]


def told(row: dict[str, Any]) -> dict[str, Any]:
    """Return what ``ip route`` prints of a route: all but flags, and the protocol of what has none."""
    kept = {key: value for key, value in row.items() if key != "flags"}
    assert row["flags"] == []
    if kept.get("protocol") == "boot":
        del kept["protocol"]
    return kept
