"""The demonstration, run as its user runs it; what it shows is looked up anew, with the kernel's own words."""

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha1
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from tests.integration.demo_pings import SteadyPings
from tests.integration.demo_process import (
    COMMAND,
    INSIDE,
    MACHINES,
    PATIENCE,
    PODS,
    DemoProcess,
    HeldCluster,
    assert_gone,
    is_local,
    machine_of,
    namespace_of,
)
from tests.support.processes import RunningProcess, wait_until
from tests.support.skips import require_kernel

MASTER, NODE1, NODE2 = MACHINES
DEMO_HELP_STEPS = ("nodes", "pods", "mesh", "reflectors", "table")

STATUS = """\
Calico process is running.

IPv4 BGP status
+--------------+-------------------+-------+----------+-------------+
| PEER ADDRESS |     PEER TYPE     | STATE |  SINCE   |    INFO     |
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
    """The cluster held after step mesh, entered at the process that the demonstration names."""
    demo = DemoProcess(tmp_path_factory.mktemp("held"), "--hold", "mesh")
    try:
        told = demo.wait_event("hold", step="mesh")
        assert told["pid"] == demo.first_process()
        yield HeldCluster(told["pid"], told["lines"])
    finally:
        demo.guard.stop(20)


@pytest.fixture(scope="module")
def addresses(held: HeldCluster) -> dict[str, str]:
    """The address of each pod, as the pods tell them."""
    return {pod: held.address(pod) for pod in PODS}


def test_the_routes_of_a_node_are_those_of_the_walkthrough(held: HeldCluster, addresses: dict[str, str]) -> None:
    """walkthrough 10: default, segment, a link route per local pod, one blackhole, two gateways, nothing else."""
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
    """walkthrough 11: LISTEN 0.0.0.0:179 and exactly one ESTABLISHED for each peer, owned by the agent's process."""
    for machine, own in MACHINES.items():
        agent = held.agent(machine)
        number = re.findall(r"^NSpid:.*\t(\d+)$", Path(f"/proc/{agent}/status").read_text(), re.MULTILINE)[0]
        rows = [line.split() for line in held.run(machine, "ss", "-Htanp").splitlines()]
        assert [row[3] for row in rows if row[0] == "LISTEN"] == ["0.0.0.0:179"]
        up = [(row[3].partition(":")[0], row[4].partition(":")[0]) for row in rows if row[0] == "ESTAB"]
        assert sorted(up) == sorted((own, other) for other in MACHINES.values() if other != own)
        assert [row for row in rows if row[0] in {"LISTEN", "ESTAB"} and f",pid={number}," not in row[5]] == []
        assert namespace_of("net", agent) != namespace_of("net", held.pid)


def test_every_pod_and_every_node_reaches_every_pod(held: HeldCluster, addresses: dict[str, str]) -> None:
    """walkthrough 16: 30 pings between pods and 18 from nodes; each hop on the way takes one off the TTL."""
    sources = [(f"pod-{pod}", pod, machine_of(pod)) for pod in PODS] + [(name, name, name) for name in MACHINES]
    pairs = [(place, name, home, pod) for place, name, home in sources for pod in PODS if pod != name]

    def ttl(pair: tuple[str, str, str, str]) -> tuple[str, str, int]:
        place, name, _, pod = pair
        answer = held.run(place, "ping", "-n", "-c", "1", "-W", "10", addresses[pod])
        return name, pod, int(re.findall(r"icmp_seq=1 ttl=(\d+)", answer)[0])

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ttl, pairs))
    expected = [
        (name, pod, 64 - (name in PODS) - (not is_local(pod, home))) for _, name, home, pod in pairs
    ]
    assert len(found) == 48
    assert found == expected


def test_node_status_prints_the_table_that_operators_know(held: HeldCluster) -> None:
    """The whole text of ``bgpkit-node node status`` on k8s-master1, but for the times and the order of the peers."""
    answer = subprocess.run(
        held.bgpkit_node(MASTER, "node", "status"), capture_output=True, text=True, timeout=60, check=True
    )
    lines = re.sub(r"\d\d:\d\d:\d\d", "hh:mm:ss", answer.stdout).split("\n")
    assert [*lines[:6], *sorted(lines[6:8]), *lines[8:]] == STATUS.split("\n")


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
    """walkthrough 20, 21: reflectors by one apply, a second one, SIGKILL and restart of the first: 0 of each lost."""
    watches = [RunningProcess(held.command(n, ["ip", "monitor", "route"]), tmp_path / f"{n}.routes") for n in MACHINES]
    pings = SteadyPings(held, tmp_path)
    started = time.time()
    try:
        apply(held, tmp_path, mesh_off(), PEERING, reflector(NODE1))
        wait_sessions(held, {MASTER: {NODE1}, NODE1: {MASTER, NODE2}, NODE2: {NODE1}})
        apply(held, tmp_path, reflector(NODE2))
        everyone = {machine: set(MACHINES) - {machine} for machine in MACHINES}
        wait_sessions(held, everyone)
        os.kill(held.agent(NODE1), signal.SIGKILL)
        wait_until(
            lambda: held.sessions(MASTER).get(MACHINES[NODE1], ("", "Established"))[1] != "Established",
            "k8s-master1 sees the crash",
            PATIENCE,
        )
        assert_block_routes(held, addresses)
        restarted = RunningProcess(
            held.bgpkit_node(NODE1, "agent", "--node", NODE1, "--run-dir", f"{INSIDE}/{NODE1}"), tmp_path / "agent.log"
        )
        try:
            wait_sessions(held, everyone)
            wait_until(lambda: '"agent.converged"' in restarted.words(), "the restarted agent has its routes", PATIENCE)
            assert_block_routes(held, addresses)
            time.sleep(0.5)  # pings after the last change
            ended, replies = pings.stop()
        finally:
            restarted.stop()
    finally:
        pings.stop()
        for watch in watches:
            watch.stop()
    assert {pair: one.missing() for pair, one in replies.items() if one.missing()} == {}
    assert [pair for pair, one in replies.items() if one.last < ended - 1] == []
    assert [pair for pair, one in replies.items() if len(one.numbers) < (ended - started) * 10] == []
    assert len(replies) == 24
    assert set().union(*(one.ttls for one in replies.values())) == {62}
    deleted = re.compile(rf"^Deleted .*({'|'.join(map(re.escape, blocks_of(addresses).values()))}).*", re.MULTILINE)
    assert [line.group() for watch in watches for line in deleted.finditer(watch.words())] == []


def test_a_whole_run_loses_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    """Every step, told in JSON: exit status 0, no ping lost, the table complete and equal, no trace afterwards."""
    demo = DemoProcess(tmp_path)
    namespace = namespace_of("pid", demo.first_process())
    assert demo.wait_ended() == 0, demo.guard.words() + demo.errors()
    assert demo.errors() == ""
    events = demo.events()
    assert [event["name"] for event in events if event["event"] == "step"] == list(DEMO_HELP_STEPS)
    (done,) = [event for event in events if event["event"] == "done"]
    assert events[-1] is done
    assert done["pings_answered"] == "48 of 48"
    assert (done["pings_lost"], done["table_routes"], done["table_differences"]) == (0, 112986, 0)
    assert done["pings_sent"] > 24 * 500
    assert done["table_routes_per_second"] > 0
    assert_gone([namespace])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_a_sentence_and_130(tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C, and SIGTERM as well, to the command: one sentence, exit status 130, no trace."""
    demo = DemoProcess(tmp_path)
    namespace = namespace_of("pid", demo.first_process())
    if number == signal.SIGINT:
        demo.wait_event("step", name="nodes")
    os.kill(demo.guard.pid, number)
    assert demo.wait_ended() == 130
    told = [event for event in demo.events() if event["event"] == "failed"]
    assert (told, demo.errors()) == ([{"event": "failed", "error": "interrupted; nothing is left behind"}], "")
    assert_gone([namespace])


def test_sigkill_leaves_nothing_and_another_demonstration_goes_on(held: HeldCluster, tmp_path: Path) -> None:
    """Two demonstrations run at once; one is killed, its processes go with it, the other one's stay."""
    demo = DemoProcess(tmp_path)
    namespace = namespace_of("pid", demo.first_process())
    demo.wait_event("note")  # its agents run
    demo.guard.kill()
    assert_gone([namespace])
    assert "LISTEN" in held.run(MASTER, "ss", "-Htln", "( sport = :179 )")


def test_an_ordinary_user_is_root_inside(tmp_path: Path) -> None:
    """A user without any right gets a user namespace, the cluster comes up in it, and the way in fits it."""
    require_kernel("userns")
    demo = DemoProcess(tmp_path, "--hold", "pods", prefix=["unshare", "--user", "--map-user=1000", "--map-group=1000"])
    try:
        held = demo.wait_event("hold")
        assert re.search(r"^CapEff:\t0+$", Path(f"/proc/{demo.guard.pid}/status").read_text(), re.MULTILINE)
        assert namespace_of("user", held["pid"]) != namespace_of("user", demo.guard.pid)
        enter = held["lines"][0].partition(":")[2].split()
        user = ["nsenter", "-t", str(demo.guard.pid), "-U", "--preserve-credentials"]
        words = [*user, *enter, "bgpkit-node", "ipam", "show"]
        shown = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
        assert "k8s-node2" in shown.stdout, shown.stderr
    finally:
        demo.guard.stop(20)


def test_an_unknown_step_is_refused_with_the_steps_there_are() -> None:
    """``--hold`` with a word that is no step: exit status 2 and the words that are."""
    answer = subprocess.run([COMMAND, "demo", "--hold", "lunch"], capture_output=True, text=True, timeout=60, check=False)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert [step for step in DEMO_HELP_STEPS if step not in answer.stderr] == []
    assert "Traceback" not in answer.stderr


def test_a_reader_who_leaves_ends_it_without_a_fault(tmp_path: Path) -> None:
    """``bgpkit-node demo | head -1``: one line, no traceback, and the demonstration is over."""
    errors = tmp_path / "errors"
    with errors.open("wb") as file:
        demo = subprocess.Popen([COMMAND, "demo"], stdout=subprocess.PIPE, stderr=file, stdin=subprocess.DEVNULL)
        try:
            assert demo.stdout is not None
            assert b"== nodes:" in demo.stdout.readline()
            demo.stdout.close()
            wait_until(lambda: demo.poll() is not None, "the end of the demonstration", PATIENCE)
        finally:
            demo.kill()
            demo.wait()
    assert (demo.returncode, errors.read_text()) == (1, "")


def test_without_ip_the_debian_package_is_named(tmp_path: Path) -> None:
    """A machine without a tool: one sentence with the package to install, exit status 1."""
    hidden = "mount -t tmpfs none /usr/sbin && mount -t tmpfs none /sbin; mount --bind /dev/null /usr/bin/ip 2>/dev/null"
    script = f'{hidden}; mount --bind /dev/null "$(readlink -f /bin/ip)" 2>/dev/null; exec "$@"'
    answer = subprocess.run(
        ["unshare", "-m", "sh", "-c", script, "sh", COMMAND, "demo"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode == 1
    assert answer.stderr.startswith("bgpkit-node: the demonstration needs the Debian packages iproute2")
    assert len(answer.stderr.splitlines()) == 1


PEERING = """\
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata:
  name: peer-with-route-reflectors
spec:
  nodeSelector: all()
  peerSelector: route-reflector == 'true'
"""


def mesh_off() -> str:
    """Return the BGPConfiguration of walkthrough 18."""
    return """\
apiVersion: projectcalico.org/v3
kind: BGPConfiguration
metadata:
  name: default
spec:
  logSeverityScreen: Info
  nodeToNodeMeshEnabled: false
  asNumber: 63400
"""


def reflector(machine: str) -> str:
    """Return the Node document of walkthrough 20."""
    return f"""\
apiVersion: projectcalico.org/v3
kind: Node
metadata:
  name: {machine}
  labels:
    route-reflector: "true"
spec:
  bgp:
    ipv4Address: {MACHINES[machine]}/24
    routeReflectorClusterID: 244.0.0.1
"""


def apply(held: HeldCluster, folder: Path, *documents: str) -> None:
    """Apply documents as one file, as an operator does on a node."""
    file = folder / f"{len(list(folder.iterdir()))}.yaml"
    file.write_text("---\n".join(documents), encoding="utf-8")
    answer = subprocess.run(
        held.bgpkit_node(MASTER, "apply", "-f", str(file)), capture_output=True, text=True, timeout=60, check=False
    )
    assert answer.returncode == 0, answer.stderr
    assert f"Successfully applied {len(documents)}" in answer.stdout


def wait_sessions(held: HeldCluster, wanted: dict[str, set[str]]) -> None:
    """Wait until each node's status table has these sessions, all node specific and Established, and no other."""
    expected = {
        machine: dict.fromkeys((MACHINES[other] for other in others), ("node specific", "Established"))
        for machine, others in wanted.items()
    }
    wait_until(lambda: {one: held.sessions(one) for one in wanted} == expected, f"sessions {wanted}", PATIENCE)


def assert_block_routes(held: HeldCluster, addresses: dict[str, str]) -> None:
    """Each node's kernel has its own block as a blackhole and the others' blocks by their nodes."""
    blocks = blocks_of(addresses)
    for machine in MACHINES:
        rows = {row["dst"]: row for row in held.ip_json(machine, "route", "show", "proto", "bird")}
        assert rows.keys() == set(blocks.values())
        assert rows[blocks[machine]]["type"] == "blackhole"
        others = {other for other in MACHINES if other != machine}
        assert {other: rows[blocks[other]]["gateway"] for other in others} == {one: MACHINES[one] for one in others}


def blocks_of(addresses: dict[str, str]) -> dict[str, str]:
    """Return the /26 of each node, by the addresses of its pods."""
    blocks = {(machine_of(pod), str(ip_network(f"{address}/26", strict=False))) for pod, address in addresses.items()}
    assert len(blocks) == len(MACHINES)
    return dict(blocks)


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


def test_every_line_of_json_is_an_event(tmp_path: Path) -> None:
    """``--json`` prints nothing but JSON objects with an ``event``, until it is interrupted."""
    demo = DemoProcess(tmp_path)
    demo.wait_event("step")
    demo.guard.stop(20)
    assert all(isinstance(json.loads(line)["event"], str) for line in demo.guard.words().splitlines())
