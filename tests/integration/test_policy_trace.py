"""What a node denies, told as it happens, and by the kernel's own account of packets; and nothing stays behind."""

import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.commands import PROGRAM, applied, asked, bgpkit_node, document, documents
from tests.support.policy_cluster import PolicyCluster
from tests.support.policy_packets import Place
from tests.support.processes import wait_until

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("policy_trace")]

_POLICIES: Final[list[dict[str, Any]]] = [
    {
        "apiVersion": "projectcalico.org/v3",
        "kind": "NetworkPolicy",
        "metadata": {"name": "guard", "namespace": "default"},
        "spec": {
            "selector": "name == 'b'",
            "order": 2,
            "types": ["Ingress"],
            "ingress": [
                {"action": "Log", "protocol": "TCP", "destination": {"ports": [82]}},
                {"action": "Allow", "protocol": "TCP", "destination": {"ports": [82]}},
                {"action": "Deny", "protocol": "UDP", "destination": {"ports": [53]}},
            ],
        },
    },
    {
        "apiVersion": "projectcalico.org/v3",
        "kind": "StagedNetworkPolicy",
        "metadata": {"name": "maybe", "namespace": "default"},
        "spec": {"selector": "name == 'b'", "order": 1, "types": ["Ingress"], "ingress": [{"action": "Deny"}]},
    },
    {
        "apiVersion": "projectcalico.org/v3",
        "kind": "NetworkPolicy",
        "metadata": {"name": "silent", "namespace": "default"},
        "spec": {"selector": "name == 'c'", "types": ["Egress"], "egress": [{"action": "Deny", "protocol": "ICMP"}]},
    },
]
_POD: Final = """\
apiVersion: projectcalico.org/v3
kind: WorkloadEndpoint
metadata: {{name: n1-k8s-{0}-eth0, namespace: default}}
spec: {{node: n1, orchestrator: k8s, pod: {0}, endpoint: eth0, ipNetworks: [10.65.0.{1}/32], profiles: [kns.default]}}
"""


class Tracing:
    """A trace that runs on the node, and what it has told."""

    def __init__(self, cluster: PolicyCluster, datastore: Path, folder: Path, *words: str) -> None:
        """Start it, and wait until it traces."""
        self._said, self._told = folder / "said", folder / "told"
        folder.mkdir()
        environment = {**os.environ, "BGPKIT_NODE_DATASTORE": str(datastore)}
        command = cluster.nodes[0].namespace.command([*PROGRAM, "policy", "trace", *words])
        with self._said.open("wb") as said, self._told.open("wb") as told:
            self.process = subprocess.Popen(command, env=environment, stdout=told, stderr=said)
        wait_until(lambda: "tracing what is denied" in self.said or self.process.poll() is not None, "a trace", 20)

    @property
    def said(self) -> str:
        """What it said on standard error."""
        return self._said.read_text(encoding="utf-8")

    @property
    def lines(self) -> list[str]:
        """What it told."""
        return self._told.read_text(encoding="utf-8").splitlines()

    def objects(self, **wanted: object) -> list[dict[str, Any]]:
        """Return what it told of packets with these values."""
        told: list[dict[str, Any]] = [json.loads(line) for line in self.lines]
        return [each for each in told if all(each[key] == value for key, value in wanted.items())]

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        """Ask it to end, and return its status."""
        self.process.send_signal(number)
        return self.process.wait(10)


@pytest.fixture(scope="module")
def cluster() -> Generator[PolicyCluster]:
    """Give a node with three pods and a host outside."""
    with PolicyCluster.made(pods=(3,), externals=1) as made:
        yield made


@pytest.fixture(scope="module")
def given() -> dict[str, Any]:
    """Give what the node has: three pods, and policies for two of them."""
    pods = [
        {"ns": "default", "name": name, "node": "n1", "ip": f"10.65.0.{number}", "labels": {"name": name}}
        | {"ifname": f"cali{number - 1}", "local": True}
        for number, name in enumerate("abc", 1)
    ]
    return {"node": "n1", "nodes": [{"name": "n1", "ip": "192.0.2.11"}], "endpoints": pods, "policies": _POLICIES}


@pytest.fixture(scope="module")
def places(cluster: PolicyCluster, given: dict[str, Any]) -> dict[str, Place]:
    """Put policies in force for the pods."""
    externals = [{"name": "far", "ip": "203.0.113.9"}]
    places = cluster.arrange({"nodes": given["nodes"], "pods": given["endpoints"], "externals": externals})
    with cluster.nodes[0].namespace.entered():
        answer = asked("policy", "program", given=json.dumps(given))
    assert (answer.status, answer.err) == (0, "")
    return places


@pytest.fixture
def datastore(tmp_path: Path) -> Path:
    """Give a datastore that knows the first two pods, and the host outside as a node."""
    outside = document("Node", "n9", "{bgp: {ipv4Address: 203.0.113.9/32}}")
    applied(tmp_path / "d", documents(_POD.format("a", 1), _POD.format("b", 2), outside))
    return tmp_path / "d"


def test_each_denial_is_told_with_the_rule_that_denied(
    cluster: PolicyCluster, places: dict[str, Place], datastore: Path, tmp_path: Path
) -> None:
    """Two traces at once, one of them filtered; rules are not touched, and after Ctrl-C nothing is switched on."""
    a, b, c, far = (places[name] for name in ("default/a", "default/b", "default/c", "ext/far"))
    before = _ruleset(cluster)
    with (
        _tracing(cluster, datastore, tmp_path / "1", "--json") as all_of_it,
        _tracing(cluster, datastore, tmp_path / "2", "--pod", "a", "--port", "53/UDP") as some,
    ):
        assert [each for each in _ruleset(cluster) if "bgpkit-trace-" not in each] == before
        _send(a, b, 53, socket.SOCK_DGRAM)
        _send(a, b, 81)
        _send(a, b, 82)
        _send(far, b, 53, socket.SOCK_DGRAM)
        c.namespace.run(["ping", "-c", "1", "-W", "1", a.address], check=False)
        wait_until(lambda: len(all_of_it.objects(protocol="ICMP")) == 1, "the last of them", 10)
        wait_until(lambda: len(some.lines) >= 2, "both lines", 10)
        (by_rule,) = all_of_it.objects(source=a.address, port=53, what="denied")
        (by_tier,) = all_of_it.objects(source=a.address, port=81, what="denied")
        (logged,) = all_of_it.objects(port=82, what="logged")
        (out,) = all_of_it.objects(protocol="ICMP")
        (from_outside,) = all_of_it.objects(source=far.address, what="denied")
        staged = all_of_it.objects(port=82, what="would be denied")
        assert not all_of_it.objects(port=82, what="denied")
        assert (all_of_it.end(), some.end()) == (0, 0)
    where = {"source_name": "default/a", "destination_name": "default/b", "direction": "ingress", "tier": "default"}
    guard = "NetworkPolicy(default/guard)"
    assert from_outside.items() >= {**where, "source_name": "node/n9", "policy": guard}.items()
    assert by_rule.items() >= {**where, "protocol": "UDP", "policy": guard, "rule": "ingress[2]"}.items()
    reason = "no rule matches before the end of tier default"
    assert by_tier.items() >= {**where, "protocol": "TCP", "policy": None, "reason": reason}.items()
    assert logged.items() >= {**where, "policy": guard, "rule": "ingress[0]"}.items()
    assert [each["policy"] for each in staged] == ["StagedNetworkPolicy(default/maybe)"]
    silent = {"source_name": "default/c", "policy": "NetworkPolicy(default/silent)", "direction": "egress"}
    assert out.items() >= {**silent, "rule": "egress[0]", "icmp": {"type": 8, "code": 0}}.items()
    denied, would_be = sorted(line.partition(" ")[2] for line in some.lines)
    ends = f"UDP default/a ({a.address}:{by_rule['source_port']}) -> default/b ({b.address}:53), ingress:"
    assert denied == f"denied {ends} ingress[2] of {guard} in tier default"
    assert would_be == f"would be denied {ends} ingress[0] of StagedNetworkPolicy(default/maybe) in tier default"
    assert _ruleset(cluster) == before


def test_denials_that_are_no_policys_are_told(cluster: PolicyCluster, places: dict[str, Place], tmp_path: Path) -> None:
    """A stolen address, another table; without a datastore pods go by their keys; nothing is left of a killed trace."""
    a, b = places["default/a"], places["default/b"]
    node = cluster.nodes[0].namespace
    node.run(["nft", "add table ip other; add chain ip other c { type filter hook forward priority 10; }"])
    node.run(["nft", "add rule ip other c tcp dport 83 drop"])
    before = _ruleset(cluster)
    with _tracing(cluster, tmp_path / "none", tmp_path / "1", "--json", "-n", "default", "--every-packet") as trace:
        a.namespace.ip("addr", "add", "10.65.0.9/32", "dev", "lo")
        with a.namespace.entered(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mouth:
            mouth.bind(("10.65.0.9", 0))
            for _ in range(3):
                mouth.sendto(b"x", (b.address, 7))
        a.namespace.ip("addr", "del", "10.65.0.9/32", "dev", "lo")
        _send(b, a, 83)
        wait_until(lambda: len(trace.objects(port=7)) == 3, "all three packets", 10)
        wait_until(lambda: bool(trace.objects(port=83)), "the drop of another table", 10)
        assert {each["reason"] for each in trace.objects(port=7)} == {"not an address of the pod"}
        told = trace.objects(port=83)[0]
        assert (told["source_name"], told["destination_name"]) == ("default/b", "default/a")
        assert told["reason"] == "not by a policy: table ip other, chain c drops it"
        assert trace.end(signal.SIGKILL) == -signal.SIGKILL
    assert "warning: names are those of this node's rules" in trace.said
    wait_until(lambda: _ruleset(cluster) == before, "everything as it was", 5)
    node.run(["nft", "delete table ip other"])


def test_counters_are_those_of_this_machine_where_a_file_describes_the_cluster(
    cluster: PolicyCluster, places: dict[str, Place], given: dict[str, Any], tmp_path: Path
) -> None:
    """A staged rule, one that logs, and the one that decides, as nft has them; elsewhere nothing has been counted."""
    path = tmp_path / "state.json"
    path.write_text(json.dumps(given), encoding="utf-8")
    _send(places["default/a"], places["default/b"], 82)
    node = cluster.nodes[0].namespace
    words = ("policy", "explain", "a", "b", "82", "--state", path, "--counters", "--json")
    with node.entered():
        told = json.loads(asked(*words).out)[0]["ingress"]["considered"]
    listed = node.run(["nft", "list", "table", "inet", "bgpkit"]).stdout
    found = re.findall(r'counter packets (\d+ bytes \d+) .*comment "(.*)"', listed)
    counted = {comment: number for number, comment in found}
    guard, maybe = "NetworkPolicy(default/guard) ingress", "staged Deny: StagedNetworkPolicy(default/maybe) ingress[0]"
    for each, comment in zip(told, (maybe, f"{guard}[0]", f"{guard}[1]"), strict=True):
        number = each["counted"]
        assert number["packets"] >= 1
        assert f"{number['packets']} bytes {number['octets']}" == counted[comment]
    with cluster.nodes[0].pods["cali0"].entered():
        answer = asked(*words)
    assert "warning: this machine enforces nothing for default/a, default/b: nothing has been counted" in answer.err
    assert f'log prefix "bgpkit {guard}[0]: "' in listed, "what is traced as logged is in the kernel's log, too"
    assert {each["counted"] for each in json.loads(answer.out)[0]["ingress"]["considered"]} == {None}


def test_doctor_says_whether_policies_can_be_enforced(
    cluster: PolicyCluster, places: dict[str, Place], tmp_path: Path
) -> None:
    """By asking the kernel, and nft by a script that it does not carry out; not where there are no policies."""
    before = _ruleset(cluster)
    assert places
    with cluster.nodes[0].namespace.entered():
        applied(tmp_path / "d", _POD.format("a", 1))
        assert "policies" not in asked("doctor", "--timeout", "0.1", datastore=tmp_path / "d").out
        applied(tmp_path / "d", json.dumps(_POLICIES[0]))
        told = asked("doctor", "--timeout", "0.1", "--json", datastore=tmp_path / "d")
    (found,) = [each for each in json.loads(told.out) if each["what"] == "policies"]
    assert (found["verdict"], found["finding"][:24]) == ("ok", "1 policy can be enforced")
    assert _ruleset(cluster) == before


def test_without_rights_a_trace_says_so(cluster: PolicyCluster, tmp_path: Path) -> None:
    """One sentence, and wrong words another."""
    with cluster.nodes[0].namespace.entered():
        prefix = ("setpriv", "--bounding-set", "-all", "--inh-caps", "-all")
        answer = bgpkit_node("policy", "trace", datastore=tmp_path / "d", prefix=prefix)
        answer.assert_refused("tracing what is denied needs the capability CAP_NET_ADMIN; run as root")
        asked("policy", "trace", "--port", "x/y").assert_refused("'y' is not a protocol", status=2)


@contextmanager
def _tracing(cluster: PolicyCluster, datastore: Path, folder: Path, *words: str) -> Generator[Tracing]:
    trace = Tracing(cluster, datastore, folder, *words)
    try:
        assert trace.process.poll() is None, trace.said
        yield trace
    finally:
        if trace.process.poll() is None:
            trace.process.kill()
            trace.process.wait(10)


def _send(source: Place, target: Place, port: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> None:
    """Send a first packet."""
    with ExitStack() as stack:
        with source.namespace.entered():
            mouth = stack.enter_context(socket.socket(socket.AF_INET, kind))
        mouth.setblocking(False)
        mouth.bind((source.address, 0))
        mouth.connect_ex((target.address, port))
        if kind is socket.SOCK_DGRAM:
            mouth.send(b"x")
        else:
            time.sleep(0.02)  # the SYN has to leave before the socket is closed


def _ruleset(cluster: PolicyCluster) -> list[str]:
    """Return each table of the node with the handles of all that is in it."""
    node = cluster.nodes[0].namespace
    tables = node.run(["nft", "list", "tables"]).stdout.splitlines()
    return [node.run(["nft", "-a", "-s", "list", *table.split()]).stdout for table in tables]
