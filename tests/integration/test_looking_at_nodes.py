"""Looking at a whole cluster from one node: reports, routes, the way of a packet, diagnoses, an examination.

Real agents on three nodes; held against what the kernels say and what packet sockets see. walkthrough 6, 9, 10, 16, 17.
"""

import json
import signal
import subprocess
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network
from typing import Any, Final

import pytest

from bgpkit_node.node_status import PREFIX
from tests.integration.agents import ADDRESSES, PATIENCE, POOL, Agents, command
from tests.integration.packet_captures import PacketCaptures, Seen
from tests.support.commands import asked
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import wait_until

MASTER, NODE1, NODE2 = ADDRESSES
REQUEST: Final = """\
apiVersion: projectcalico.org/v3
kind: CalicoNodeStatus
metadata: {{name: status-of-{0}}}
spec: {{node: {0}, classes: [Agent, BGP, Routes], updatePeriodSeconds: {1}}}
---
"""
WRONG_AS: Final = """\
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata: {name: wrong}
spec: {node: k8s-master1, peerIP: 10.4.7.21, asNumber: 65009}
"""

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("looking")]


class Looked:
    """A cluster with a pod on the first and on the last node, looked at from the first."""

    def __init__(self, agents: Agents) -> None:
        """Start everything."""
        self.agents = agents
        agents.apply(POOL)
        with ThreadPoolExecutor(len(agents.machines)) as pool:
            list(pool.map(agents.start, agents.machines))
        agents.wait_established(MASTER, NODE1, NODE2)
        self.pod_a, self.a = agents.add_pod(MASTER, "pod-a")
        self.pod_b, self.b = agents.add_pod(NODE2, "pod-b")
        wait_until(lambda: self.pod_a.ping(self.b), "ping", PATIENCE)

    def run(self, *words: str, on: str = MASTER) -> tuple[int, str]:
        """Run ``bgpkit-node`` on a node; return its exit code and what it says."""
        environment = {"BGPKIT_NODE_RUN_DIR": str(self.agents.directory(on))}
        with self.agents.machines[on].entered():
            answer = asked(*words, datastore=self.agents.datastore, environment=environment)
        assert answer.err == "", answer
        return answer.status, answer.out

    def cali(self, name: str, address: str) -> str:
        """Return a pod's interface on its node, as the kernel tells it."""
        (row,) = self.agents.machines[name].ip_json("route", "show", address)
        return str(row["dev"])

    def reports(self) -> dict[str, dict[str, Any]]:
        """Return the status in every CalicoNodeStatus, by its name."""
        items = json.loads(self.run("get", "caliconodestatus", "-o", "json")[1])["items"]
        return {item["metadata"]["name"]: item.get("status", {}) for item in items}


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> Generator[Looked]:
    """Give the cluster, one for all tests here."""
    namespaces = Namespaces()
    agents = Agents(namespaces, tmp_path_factory.mktemp("looking"))
    try:
        yield Looked(agents)
    finally:
        agents.stop()
        namespaces.close()


def test_every_agent_reports_through_the_datastore(looked: Looked) -> None:
    """In Calico's fields, what its kernel has: each route once, with gateway and interface; and again as time goes."""
    looked.agents.apply("".join(REQUEST.format(name, 1 if name == NODE1 else 0) for name in ADDRESSES))
    names = {f"status-of-{name}": name for name in ADDRESSES}
    wait_until(lambda: all(looked.reports().values()), "reports", PATIENCE)
    first = looked.reports()
    for report, name in names.items():
        status = first[report]
        assert status["agent"]["birdV4"]["state"] == "Ready"
        assert status["bgp"]["numberEstablishedV4"] == 2
        assert {peer["peerIP"] for peer in status["bgp"]["peersV4"]} == set(ADDRESSES.values()) - {ADDRESSES[name]}
        told = {row["destination"]: row for row in status["routes"]["routesV4"]}
        kernel = {_long(row["dst"]): row for row in looked.agents.machines[name].ip_json("-4", "route", "show")}
        assert set(told) == set(kernel)
        for destination, row in kernel.items():
            found = told[destination]
            assert found["type"] == "FIB"
            assert found["gateway"] == row.get("gateway", "N/A")
            assert found["interface"] == row.get("dev", row.get("type"))
    moved = f"status-of-{NODE1}"
    wait_until(lambda: looked.reports()[moved]["lastUpdated"] != first[moved]["lastUpdated"], "next", PATIENCE)
    assert looked.reports()[f"status-of-{MASTER}"] == first[f"status-of-{MASTER}"]
    assert looked.run("delete", "caliconodestatus", *names)[0] == 0


def _long(destination: str) -> str:
    return destination if "/" in destination else f"{destination}/32"


@pytest.mark.parametrize("to_node", [False, True])
def test_the_way_of_a_packet_is_what_captures_see(looked: Looked, to_node: bool) -> None:
    """On every interface: addresses, direction and TTL; and each node's route is the one that its kernel matches."""
    machines = looked.agents.machines
    caught: list[tuple[str, Namespace, str]] = [
        ("pod default/pod-a", looked.pod_a, "eth0"),
        ("pod default/pod-b", looked.pod_b, "eth0"),
        *((name, machine, "eth0") for name, machine in machines.items()),
        (MASTER, machines[MASTER], looked.cali(MASTER, looked.a)),
        (NODE2, machines[NODE2], looked.cali(NODE2, looked.b)),
    ]
    to, address = (NODE2, ADDRESSES[NODE2]) if to_node else ("pod-b", looked.b)
    status, text = looked.run("explain", "pod-a", "--to", to, "--json")
    assert status == 0
    steps = json.loads(text)["steps"]
    with PacketCaptures(caught) as captures:
        assert looked.pod_a.ping(address)
        seen = captures.echo_requests()
    told = {
        (step["place"], step["interface"]): [Seen(looked.a, address, step["ttl"], step["direction"])] for step in steps
    }
    assert {place: requests for place, requests in seen.items() if requests} == told
    for step in steps:
        if step["place"] in machines and step["route"]:
            (match,) = machines[step["place"]].ip_json("route", "get", "fibmatch", address)
            assert step["route"].startswith(_long(match["dst"]))
            assert f"dev {match['dev']}" in step["route"]
            assert step["next_hop"] == match.get("gateway", "")


def test_the_address_that_a_pod_has_outside_is_what_captures_see(looked: Looked) -> None:
    """With natOutgoing a pod reaches another node under the address of its own, and a pod under its own; as told."""
    machines, taps = (
        looked.agents.machines,
        [(MASTER, "eth0"), (NODE2, "eth0"), (MASTER, looked.cali(MASTER, looked.a))],
    )
    looked.agents.apply(POOL.replace("blockSize: 26", "blockSize: 26, natOutgoing: true"))
    try:
        table = ["nft", "list", "table", "inet", "bgpkit-nat"]
        wait_until(lambda: "10.244.0.0/16" in machines[MASTER].run(table, check=False).stdout, "NAT", PATIENCE)
        for to, changed in ((ADDRESSES[NODE2], ADDRESSES[MASTER]), (looked.b, looked.a)):
            told = json.loads(looked.run("explain", "pod-a", "--to", to, "--json")[1])["translation"]
            assert (told or {"address": looked.a})["address"] == changed
            with PacketCaptures([(name, machines[name], interface) for name, interface in taps]) as captures:
                assert looked.pod_a.ping(to)
                seen = captures.echo_requests()
            assert [{each.source for each in seen[place]} for place in taps] == [{changed}, {changed}, {looked.a}]
    finally:
        looked.agents.apply(POOL.replace("blockSize: 26", "blockSize: 26, natOutgoing: false"))


def test_routes_of_all_nodes_are_compared_on_one_screen(looked: Looked) -> None:
    """A pod's route that is gone on another node and one that is too many: exit code 1, and both are told."""
    assert looked.run("routes", "diff")[0] == 0
    machine, pod = looked.agents.machines[NODE2], looked.cali(NODE2, looked.b)
    machine.ip("route", "del", looked.b)
    machine.ip("route", "add", "10.244.9.9/32", "dev", pod)
    try:
        status, text = looked.run("routes", "diff")
        rows = [line.split()[:3] for line in text.splitlines() if line.startswith(f"{NODE2} ")]
        assert (status, rows) == (1, [[NODE2, f"{looked.b}/32", "pod"], [NODE2, "10.244.9.9/32", "pod"]])
        assert f"{MASTER}: 3 routes wanted, all of them in the kernel" in text
        assert looked.run("explain", "pod-a", "--to", "pod-b")[0] == 1
    finally:
        machine.ip("route", "del", "10.244.9.9/32")
        machine.ip("route", "add", looked.b, "dev", pod, "scope", "link")
    assert looked.run("routes", "diff")[0] == 0
    counts = json.loads(looked.run("routes", "summary", "--json")[1])
    assert counts[NODE1]["remote block"] == {"wanted": 2, "present": 2}


def test_the_kernels_route_is_told_of_every_node(looked: Looked) -> None:
    """As each kernel matches it."""
    told = json.loads(looked.run("explain", "pod-b", "--json")[1])[0]["nodes"]
    assert set(told) == set(ADDRESSES)
    for name, answer in told.items():
        (match,) = looked.agents.machines[name].ip_json("route", "get", "fibmatch", looked.b)
        assert answer["kernel"].startswith(f"{_long(match['dst'])} ")
        assert f"dev {match['dev']}" in answer["kernel"]
    told = json.loads(looked.run("explain", ADDRESSES[NODE1], "--json")[1])[0]["nodes"]
    assert [name for name in told if told[name]["kernel"].startswith("local 10.4.7.12")] == [NODE1]


def test_an_address_that_no_pod_has_does_not_go_round_in_circles(looked: Looked) -> None:
    """The node with the block takes the packet in and sends it nowhere, not even by a default route that leads back."""
    machines = looked.agents.machines
    free = str(ip_network(f"{looked.b}/26", strict=False)[-2])
    machines[NODE2].ip("route", "add", "default", "via", ADDRESSES[MASTER])
    try:
        with PacketCaptures([(name, machines[name], "eth0") for name in (MASTER, NODE2)]) as captures:
            assert not looked.pod_a.ping(free)
            seen = captures.echo_requests()
    finally:
        machines[NODE2].ip("route", "del", "default")
    way = {(MASTER, "eth0"): (63, "out"), (NODE2, "eth0"): (63, "in")}
    assert {place: {(each.ttl, each.direction) for each in found} for place, found in seen.items()} == {
        place: {each} for place, each in way.items()
    }


def test_a_peer_of_another_as_is_diagnosed(looked: Looked) -> None:
    """The two AS numbers are in the sentence; and on the node that answers, the other way round."""
    assert looked.run("diagnose", "peer", NODE2)[0] == 0
    looked.agents.apply(WRONG_AS, "--yes")
    try:

        def told() -> bool:
            """Tell whether the sentence is there."""
            status, text = looked.run("diagnose", "peer", NODE2)
            return status == 1 and "the peer says that it is AS 63400, but AS 65009 is configured" in text

        wait_until(told, "the sentence", PATIENCE)
    finally:
        looked.run("delete", "bgppeer", "wrong")
    looked.agents.wait_established(MASTER, NODE1, NODE2)


def test_a_node_that_is_not_well_is_examined(looked: Looked) -> None:
    """Leftovers of flannel, forwarding switched off, a route in the pool: each one line; before, nothing."""
    words = ("doctor", "--problems", "--json", "--cluster-cidr", "10.244.0.0/16")
    status, text = looked.run(*words)
    assert (status, [one["verdict"] for one in json.loads(text) if one["what"] != "CNI"]) == (0, [])
    machine = looked.agents.machines[MASTER]
    machine.ip("link", "add", "cni0", "type", "bridge")
    machine.ip("route", "add", "10.244.201.0/24", "via", ADDRESSES[NODE1])
    machine.sysctl("net.ipv4.ip_forward", 0)
    try:
        status, text = looked.run(*words)
        found = {(one["verdict"], one["where"]) for one in json.loads(text)}
        assert status == 1
        assert {
            ("warning", "cni0"),
            ("failure", f"route 10.244.201.0/24 via {ADDRESSES[NODE1]}"),
            ("failure", "net.ipv4.ip_forward"),
        } <= found
    finally:
        machine.sysctl("net.ipv4.ip_forward", 1)
        machine.ip("route", "del", "10.244.201.0/24")
        machine.ip("link", "del", "cni0")
    assert "owns no block" in looked.run("node", "status", on=NODE1)[1]


def test_a_silent_agent_is_named_and_ctrl_c_leaves_no_question(looked: Looked) -> None:
    """After a kill -9: by routes diff, by diagnose, and when nobody waits any longer."""
    looked.agents.running.pop(NODE1).kill()
    status, text = looked.run("routes", "diff", "--timeout", "0.5")
    assert (status, text.splitlines()[-1].partition(":")[0]) == (1, NODE1)
    status, text = looked.run("diagnose", "peer", NODE1)
    assert status == 1
    assert "refuses the connection" in text
    words = command("routes", "diff", "--timeout", "60", "--datastore", str(looked.agents.datastore))
    waiting = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with waiting:
        wait_until(lambda: any(name.startswith(PREFIX) for name in looked.reports()), "the question", PATIENCE)
        waiting.send_signal(signal.SIGINT)
        start = time.monotonic()
        _, err = waiting.communicate(timeout=PATIENCE)
    assert (waiting.returncode, err.strip()) == (130, "interrupted")
    assert time.monotonic() - start < 5
    assert looked.reports() == {}
