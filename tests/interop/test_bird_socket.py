"""BIRD's own clients on the agent's socket, and a real BIRD 1.6 asked the same: answers that tools read alike."""

import re
import socket
import subprocess
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Final

import pytest

from tests.integration.agents import ADDRESSES, PATIENCE, POOL, Agents
from tests.support.daemons import Daemon, program
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import wait_until
from tests.support.skips import require_kernel

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("bird_node")]

MASTER, NODE1, NODE2 = ADDRESSES
BLOCK: Final = "10.244.99.0/26"
CALICO: Final = """\
log stderr all;
router id 10.4.7.21;
protocol static { route 10.244.99.0/26 blackhole; }
protocol kernel { persist; scan time 2; export all; graceful restart; merge paths on; }
protocol device { scan time 2; }
protocol direct { interface -"cali*", "*"; }
template bgp bgp_template {
  description "Connection to BGP peer"; local as 63400; multihop; gateway recursive; import all;
  export where source = RTS_STATIC; source address 10.4.7.21; add paths on; graceful restart;
  connect delay time 1; connect retry time 2; error wait time 1,2;
}
protocol bgp Mesh_10_4_7_11 from bgp_template { neighbor 10.4.7.11 as 63400; }
protocol bgp Mesh_10_4_7_12 from bgp_template { neighbor 10.4.7.12 as 63400; }
"""
"""A node's configuration as Calico 3.9 writes it."""


class Bird16(Daemon):
    """BIRD 1.6, for which Calico's configurations are written."""

    def __init__(self, namespace: Namespace, folder: Path, configuration: str) -> None:
        """Start it."""
        bird = program("bird", "bird")
        super().__init__(namespace, folder)
        self.socket = self._sockets / "bird.ctl"
        argv = bird.argv("-f", "-c", str(self._file("bird.conf", configuration)), "-s", str(self.socket))
        self._start("bird", argv, self.socket.exists)


@dataclass
class Cluster:
    """Two agents, and BIRD as the third node."""

    agents: Agents
    bird: Bird16

    def socket(self, name: str) -> Path:
        """Return the socket on which a node answers BIRD's clients."""
        return self.bird.socket if name == NODE2 else self.agents.directory(name) / "bird.ctl"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Generator[Cluster]:
    """Start all three, wait for their sessions and routes; the second agent looks like BIRD 2."""
    require_kernel("netns")
    with ExitStack() as stack:
        namespaces = Namespaces()
        stack.callback(namespaces.close)
        agents = Agents(namespaces, tmp_path_factory.mktemp("agents"))
        stack.callback(agents.stop)
        bird = Bird16(agents.machines[NODE2], tmp_path_factory.mktemp("bird"), CALICO)
        stack.callback(bird.stop)
        agents.apply(POOL)
        agents.apply(NODE_2)
        agents.start(MASTER)
        agents.start(NODE1, "--bird-layout", "2")
        agents.wait_established(MASTER, NODE1, NODE2)
        agents.add_pod(MASTER, "pod-a")
        agents.add_pod(NODE1, "pod-b")
        wait_until(lambda: len(agents.routes(MASTER)) == 3, "routes of k8s-master1", PATIENCE)
        wait_until(lambda: len(agents.routes(NODE2)) == 3, "routes of BIRD", PATIENCE)
        yield Cluster(agents, bird)


NODE_2: Final = """\
apiVersion: projectcalico.org/v3
kind: Node
metadata: {name: k8s-node2}
spec: {bgp: {ipv4Address: 10.4.7.21/24}}
"""


def birdc(package: str, path: Path, command: str) -> str:
    """Return what BIRD's client prints, which also says what it does not understand."""
    argv = program(package, "birdc").argv("-s", str(path), *command.split())
    answer = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False)
    assert answer.stderr == ""
    return answer.stdout


def raw(path: Path, command: str) -> list[str]:
    """Return the lines of an answer as they come, the greeting first; read as bird_exporter's library reads."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(20)
        client.connect(str(path))
        greeting = client.recv(4096)
        client.sendall(f"{command}\n".encode())
        octets = b""
        while not re.search(rb"(?m)^\d{4} [^\n]*\n\Z", octets):
            octets += client.recv(4096)
    return [greeting.decode().rstrip("\n"), *octets.decode().splitlines()]


def calicoctl_rows(lines: list[str]) -> list[tuple[str, str, str]]:
    """Read ``show protocols`` as calicoctl does: type and address of each peer, its state, its BGP state.

    Anything that it would stop at fails. calico.md 5.9.
    """
    assert lines[0].startswith("0001")
    assert lines[1].startswith("2002")
    assert lines[1][5:].split() == ["name", "proto", "table", "state", "since", "info"]
    found: list[tuple[str, str, str]] = []
    for line in lines[2:]:
        if line.startswith("0000"):
            return found
        assert line.startswith(("1002-", " ")), line
        columns = (line[5:] if line.startswith("1002") else line[1:]).split()
        peer = re.match(r"^(Global|Node|Mesh)_(.+)$", columns[0])
        if len(columns) >= 6 and columns[1] == "BGP" and peer:
            assert re.fullmatch(r"\d\d:\d\d:\d\d|\d{4}-\d\d-\d\d", columns[4])
            found.append((f"{peer[1]} {peer[2].replace('_', '.')}", columns[3], columns[5]))
    raise AssertionError("no end")


def exporter_figures(lines: list[str]) -> dict[str, tuple[str, str, tuple[int, ...]]]:
    """Read ``show protocols all`` as bird_exporter does: kind, state, and routes imported, exported, preferred."""
    row = re.compile(r"^(?:1002-)?([^\s]+)\s+(BGP|Direct|Device|Kernel|Static)\s+\S+\s+(\S+)\s+\S+(?:\s+(.*?))?$")
    routes = re.compile(r"^\s+Routes:\s+(\d+) imported, (?:\d+ filtered, )?(\d+) exported(?:, (\d+) preferred)?")
    found: dict[str, tuple[str, str, tuple[int, ...]]] = {}
    name = ""
    for line in (line.rstrip() for line in lines[1:]):
        if head := row.match(line.lstrip(" ") if line.startswith(" ") and not line.startswith("  ") else line):
            name = head[1]
            found[name] = (head[2], head[3], ())
        elif counts := routes.match(line):
            found[name] = (*found[name][:2], tuple(map(int, counts.groups())))
    return found


def test_calicoctl_reads_the_agent_as_it_reads_bird(cluster: Cluster) -> None:
    """The same lines, columns and ends: each lists its two peers, Established."""
    ours = calicoctl_rows(raw(cluster.socket(MASTER), "show protocols"))
    assert ours == [("Mesh 10.4.7.12", "up", "Established"), ("Mesh 10.4.7.21", "up", "Established")]
    theirs = calicoctl_rows(raw(cluster.socket(NODE2), "show protocols"))
    assert theirs == [("Mesh 10.4.7.11", "up", "Established"), ("Mesh 10.4.7.12", "up", "Established")]


def test_an_exporter_finds_the_same_figures(cluster: Cluster) -> None:
    """Both have one block of their own, learn one from each peer, and tell each peer of one."""
    ours = exporter_figures(raw(cluster.socket(MASTER), "show protocols all"))
    theirs = exporter_figures(raw(cluster.socket(NODE2), "show protocols all"))
    assert ours["static1"] == theirs["static1"] == ("Static", "up", (1, 0, 1))
    assert ours["kernel1"] == theirs["kernel1"] == ("Kernel", "up", (0, 3, 0))
    assert ours["Mesh_10_4_7_12"] == theirs["Mesh_10_4_7_12"] == ("BGP", "up", (1, 1, 1))
    assert ours["Mesh_10_4_7_21"] == theirs["Mesh_10_4_7_11"] == ("BGP", "up", (1, 1, 1))


def _facts(lines: list[str]) -> dict[str, str]:
    """Return the fields of a session's block."""
    return {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines[3:]) if value}


def test_a_session_is_told_field_by_field_as_bird_tells_it(cluster: Cluster) -> None:
    """Both ends of one session: all of BIRD's fields, which say of the other what that says of itself; timers run."""
    ours = _facts(raw(cluster.socket(MASTER), "show protocols all Mesh_10_4_7_21"))
    theirs = _facts(raw(cluster.socket(NODE2), "show protocols all Mesh_10_4_7_11"))
    assert list(theirs) == list(ours)
    same = ("Preference", "BGP state", "Neighbor AS", "Routes")
    assert [ours[field] for field in same] == [theirs[field] for field in same]
    assert (ours["Neighbor address"], ours["Neighbor ID"]) == (theirs["Source address"], "10.4.7.21")
    assert (theirs["Neighbor address"], theirs["Neighbor ID"]) == (ours["Source address"], "10.4.7.11")
    assert {"refresh", "enhanced-refresh", "restart-able", "AS4"} <= set(ours["Neighbor caps"].split())
    assert ours["Session"].split() == ["internal", "multihop", "AS4"] == theirs["Session"].split()[:3]
    for timer, most in (("Hold timer", 90), ("Keepalive timer", 30)):
        for told in (ours, theirs):
            left, negotiated = map(int, told[timer].split("/"))
            assert 0 < left <= negotiated == most


def _routes(lines: list[str]) -> dict[str, str]:
    """Return what ``show route`` says behind each prefix, without protocol names, times and the interface's name."""
    rows = [line.removeprefix("1007-").strip() for line in lines[1:-1]]
    assert lines[-1] == "0000 "
    return {row.split()[0]: re.sub(r"\[\w+ [\d:]+\]", "[]", " ".join(row.split()[1:])) for row in rows}


def test_routes_are_written_as_bird_writes_them(cluster: Cluster) -> None:
    """Every block is in both tables, own ones as blackholes, others by their node; word for word alike."""
    ours, theirs = (_routes(raw(cluster.socket(name), "show route")) for name in (MASTER, NODE2))
    del theirs["10.4.7.0/24"]  # of protocol direct
    assert set(ours) == set(theirs)
    other = (cluster.agents.status(NODE1)["blocks"])[0]
    assert ours[other] == theirs[other] == "via 10.4.7.12 on eth0 [] * (100/0) [i]"
    assert ours[BLOCK] == "via 10.4.7.21 on eth0 [] * (100/0) [i]"
    (own,) = cluster.agents.status(MASTER)["blocks"]
    assert theirs[own] == "via 10.4.7.11 on eth0 [] * (100/0) [i]"
    assert ours[own] == theirs[BLOCK] == "blackhole [] * (200)"


def _seconds(lines: list[str]) -> dict[str, int]:
    """Return the second of the day that each line tells, by its first word."""
    found = (re.match(r"(?:\d{4}-| )?(\S+) .*?\b(\d\d):(\d\d):(\d\d)\b", line) for line in lines)
    return {each[1]: int(each[2]) * 3600 + int(each[3]) * 60 + int(each[4]) for each in found if each}


def _imported(lines: list[str]) -> list[str]:
    """Return the rows of changes that came from a peer."""
    return [" ".join(line.split()) for line in lines if line.strip().startswith("Import ")]


def test_routes_tell_when_they_came_and_sessions_how_many_did(cluster: Cluster) -> None:
    """A third node's route, when the sessions are some seconds old: both received it, at once, and see it go."""
    ours, theirs = (cluster.socket(name) for name in (MASTER, NODE2))
    up = _seconds(raw(ours, "show protocols"))["Mesh_10_4_7_12"]
    wait_until(lambda: (_now() - up) % 86_400 >= 4, "a session of some seconds", PATIENCE)
    (block,) = cluster.agents.status(MASTER)["blocks"]
    late = f"{ip_network(block)[60]}"
    cluster.agents.add_pod(NODE1, "pod-late", late)
    _wait_route(cluster, f"{late}/32", there=True)
    mine, birds = (_seconds(raw(told, "show route")) for told in (ours, theirs))
    assert (mine[f"{late}/32"] - up) % 86_400 >= 4
    assert (mine[f"{late}/32"] - birds[f"{late}/32"] + 2) % 86_400 <= 4
    (other,) = cluster.agents.status(NODE1)["blocks"]
    assert (mine[other] - birds[other] + 2) % 86_400 <= 4
    assert _imported(raw(ours, "show protocols all Mesh_10_4_7_12")) == [
        "Import updates: 2 0 0 0 2",
        "Import withdraws: 0 0 --- 0 0",
    ]
    cluster.agents.delete_pod(NODE1, "pod-late")
    _wait_route(cluster, f"{late}/32", there=False)
    rows = [_imported(raw(told, "show protocols all Mesh_10_4_7_12")) for told in (ours, theirs)]
    assert rows[0] == rows[1] == ["Import updates: 2 0 0 0 2", "Import withdraws: 1 0 --- 0 1"]


def _wait_route(cluster: Cluster, prefix: str, *, there: bool) -> None:
    """Wait until both the agent and BIRD have a route, or have it no more."""

    def as_wanted() -> bool:
        tables = [raw(cluster.socket(name), "show route") for name in (MASTER, NODE2)]
        return all((prefix in _seconds(table)) is there for table in tables)

    wait_until(as_wanted, f"{prefix} there: {there}", PATIENCE)


def _now() -> int:
    """Return the second of the day, in the machine's time zone."""
    here = datetime.now(UTC).astimezone()
    return here.hour * 3600 + here.minute * 60 + here.second


@pytest.mark.parametrize(
    "command",
    [
        f"show route {BLOCK} all protocol Mesh_10_4_7_12",
        "show route for 192.0.2.1",
        "show route 10.244.99.0/27",
        "show route protocol nosuch",
        "show route bogus",
        "show protocols nosuch",
        'show protocols "No*"',
        "show protocols all Mesh_10_4_7_12 more",
        "show",
        "bogus",
        "",
        "quit",
        "restrict",
    ],
)
def test_the_answer_is_the_same_to_the_letter(cluster: Cluster, command: str) -> None:
    """Refusals, empty answers, syntax errors."""
    assert raw(cluster.socket(MASTER), command) == raw(cluster.socket(NODE2), command)


def test_birdc_of_both_versions_reads_the_agent(cluster: Cluster) -> None:
    """Abbreviations are the client's own; it prints rows, details and refusals as of any BIRD."""
    old = birdc("bird", cluster.socket(MASTER), "sh pr")
    assert old.startswith("BIRD 1.6.8 ready.\nname     proto    table    state  since       info\n")
    assert re.search(r"^Mesh_10_4_7_12 BGP      master   up     [\d:]+    Established", old, re.MULTILINE)
    assert "Daemon is up and running" in birdc("bird", cluster.socket(MASTER), "show status")
    assert "Access denied" in birdc("bird", cluster.socket(MASTER), "configure")
    new = birdc("bird2", cluster.socket(NODE1), "show protocols all Mesh_10_4_7_21")
    assert re.search(r"^Mesh_10_4_7_21 BGP        ---        up     [\d:.]+  Established", new, re.MULTILINE)
    assert "  Channel ipv4\n    State:          UP\n" in new
    routes = birdc("bird2", cluster.socket(NODE1), f"show route for {BLOCK}")
    way = r"unicast \[Mesh_10_4_7_21 [\d:.]+\] \* \(100\) \[i\]\n\tvia 10\.4\.7\.21 on eth0"
    assert re.search(rf"^{BLOCK} +{way}", routes, re.MULTILINE)
    six = birdc("bird", cluster.agents.directory(MASTER) / "bird6.ctl", "show protocols")
    assert "static1" in six
    assert "Mesh" not in six
