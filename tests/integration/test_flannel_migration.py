"""Leaving flannel, node by node: exactly what is flannel's goes, and can come back. walkthrough 8 and 9."""

import itertools
import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.agents import ADDRESSES, PATIENCE, POOL, Agents
from tests.integration.flannel_lab import SIX, FlannelNode, iptables, underlay6
from tests.support.commands import asked
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import RunningProcess, wait_until

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("agents")]

MASTER, NODE1, NODE2 = ADDRESSES


def told(node: FlannelNode, *options: str, **environment: str) -> dict[str, Any]:
    """Return what the command prints as JSON; it has to succeed."""
    answer = node.migrate(*options, "--json", environment=environment)
    assert answer.status == 0, answer
    found: dict[str, Any] = json.loads(answer.out)
    return found


def without(picture: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return a picture without interfaces, what is on them, and routes into flannel's range over other nodes."""
    return {
        "links": {
            name: (mac, mtu, kind, None if master in names else master)
            for name, (mac, mtu, kind, master) in picture["links"].items()
            if name not in names
        },
        "addresses": {name: found for name, found in picture["addresses"].items() if name not in names},
        "routes": {
            route
            for route in picture["routes"]
            if route[2] not in names and not route[0].startswith("fd00:10:244:")
            if not (route[0].startswith("10.244.") and route[0].endswith("/24"))
        },
        "forwarding": {},
    }


def test_vxlan_is_planned_removed_and_put_back(namespaces: Namespaces, tmp_path: Path) -> None:
    """The plan names what goes and nothing else; it goes; again nothing changes; undone, packets flow as before.

    Of IPv6 and of the rules of iptables, too.
    """
    master, named = two_nodes(namespaces, tmp_path)
    where = {"BGPKIT_NODE_DATASTORE": str(tmp_path / "none"), "BGPKIT_NODE_RUN_DIR": str(tmp_path), **iptables()}
    before, rules = master.picture(), master.rules()
    plan = told(master, "--plan", **where)
    assert_exact(plan, f"{tmp_path}/{MASTER}/net.d/10-flannel.conflist")
    master.migrate("--apply", environment=where).assert_refused("nothing removed: there is no terminal to ask at")
    assert master.picture() == before

    outages = told(master, "--apply", "--yes", **where)["outages"]
    assert {each["interface"]: each["said"] for each in outages} == {
        "veth5": "away: no pod of its name has been created anew",
        "veth6": "not measured: its name is not known, by which it would be found again",
    }
    assert master.picture() == without(before, "flannel.1", "flannel-v6.1", "cni0")
    assert "flannel" not in (left := master.rules()).lower()
    assert [line for line in left.splitlines() if line.startswith("-A")] == [
        "-A POSTROUTING -o docker0 -j RETURN",
        "-A POSTROUTING -o lo -j RETURN",
    ] * 2
    assert (master.files(), (tmp_path / MASTER / "bin" / "bgpkit").exists()) == ({"10-bgpkit.conflist"}, True)
    after = (master.picture(), (tmp_path / MASTER / "record.json").read_text())
    again = told(master, "--apply", "--yes", **where)
    assert again["done"] == [f"nothing of flannel is on {plan['node']}: nothing to remove, nothing changed"]
    assert (master.picture(), (tmp_path / MASTER / "record.json").read_text()) == after

    assert told(master, "--undo", "--yes", **where)["notPutBack"] == []
    assert (master.picture(), master.files()) == (before, {"10-flannel.conflist"})
    assert master.rules() == rules
    assert named.ping("10.244.0.7")
    assert named.ping(f"{SIX[NODE1]}::7")
    master.migrate("--undo", "--yes", environment=where).assert_refused("nothing to undo: there is no record")


def two_nodes(namespaces: Namespaces, folder: Path) -> tuple[FlannelNode, Namespace]:
    """Return a node with flannel's VXLAN and rules, and a pod on it that the runtime has named."""
    segment = namespaces.segment()
    nodes: dict[str, FlannelNode] = {}
    for name in (MASTER, NODE1):
        machine = namespaces.node(name)
        segment.attach(machine, f"{ADDRESSES[name]}/24", f"{underlay6(name)}/64")
        nodes[name] = FlannelNode(namespaces, name, machine, folder / name, vxlan=True)
    master = nodes[MASTER]
    named, unnamed = master.add_pod("named", 5, cached=True), master.add_pod("unnamed", 6, cached=False)
    nodes[NODE1].add_pod("far", 7, cached=True)
    assert named.ping("10.244.0.7")
    assert unnamed.ping("10.244.1.1")
    assert named.ping(f"{SIX[NODE1]}::7")
    master.add_rules()
    return master, named


def assert_exact(plan: dict[str, Any], conflist: str) -> None:
    """Fail unless the plan of the node with VXLAN names what is flannel's, its pods, and what only looks like it."""
    assert [each["what"] for each in plan["removed"]] == [
        conflist,
        "10.244.0.0/24 via 10.244.0.0 dev flannel.1 onlink",
        "10.244.2.0/24 via 10.244.2.0 dev flannel.1 onlink",
        "fd00:10:244::/64 via fd00:10:244:: dev flannel-v6.1 onlink",
        "fd00:10:244:2::/64 via fd00:10:244:2:: dev flannel-v6.1 onlink",
        "flannel.1 (vxlan 1, UDP port 8472, 10.244.1.0/32)",
        "flannel-v6.1 (vxlan 1, UDP port 8472, fd00:10:244:1::/128)",
        "cni0 (bridge, 10.244.1.1/24, fd00:10:244:1::1/64, 2 pods)",
        *(
            f"chain {chain} of table {table} ({program}, {count} rules)"
            for program in ("iptables-nft", "ip6tables-nft")
            for table, chain, count in (("filter", "FLANNEL-FWD", 3), ("nat", "FLANNEL-POSTRTG", 5))
        ),
        "table ip flannel-ipv4 (nft)",
    ]
    assert [(pod["name"], pod["interface"], pod["addresses"]) for pod in plan["pods"]] == [
        ("named", "veth5", ["10.244.1.5"]),
        ("", "veth6", ["10.244.1.6"]),
    ]
    assert [each["what"] for each in plan["leftAlone"]] == ["route 10.244.128.0/17 via 10.4.7.1 dev eth0"]
    losers = [(each["who"], each["whom"]) for each in plan["losses"]]
    assert (f"pods of {ADDRESSES[NODE1]}", f"pods on flannel on {plan['node']}") in losers


@pytest.fixture
def cluster(namespaces: Namespaces, tmp_path: Path) -> Generator[tuple[Agents, dict[str, FlannelNode]]]:
    """Give three machines with flannel's host-gw, each with one pod, and their agents running."""
    agents = Agents(namespaces, tmp_path)
    agents.apply(POOL)
    nodes: dict[str, FlannelNode] = {}
    for number, (name, machine) in enumerate(agents.machines.items(), 5):
        nodes[name] = FlannelNode(namespaces, name, machine, tmp_path / f"flannel-{name}", vxlan=False)
        nodes[name].add_pod(f"p{number}", number, cached=True)
    try:
        for name in agents.machines:
            agents.start(name)
        for name in agents.machines:
            agents.wait_established(name, *(other for other in agents.machines if other != name))
        yield agents, nodes
    finally:
        agents.stop()


def test_a_cluster_leaves_host_gw_node_by_node(cluster: tuple[Agents, dict[str, FlannelNode]], tmp_path: Path) -> None:
    """No block before the first pod; a pod's outage is measured; in the end only BGP's routes lead to pods."""
    agents, nodes = cluster
    status = agents.run("node", "status", "--run-dir", str(agents.directory(MASTER))).stdout
    assert f"{MASTER} owns no block" in status
    assert "1 pod is on another network (cni0)" in status
    assert agents.routes(MASTER) == {}
    assert_advised(agents)
    refused = nodes[MASTER].migrate("--node", NODE1, environment=surroundings(agents, MASTER))
    refused.assert_refused(f"this machine is {MASTER}, not {NODE1}")
    new: dict[str, tuple[Namespace, str]] = {}
    for number, (name, node) in enumerate(nodes.items(), 5):
        where = surroundings(agents, name)
        before = node.picture()
        if name == MASTER:
            assert_planned(nodes, told(node, **where))
            new[name] = measured(agents, node, f"p{number}", tmp_path / "migration")
            assert told(node, **where)["removed"] == []
        else:
            answer = node.migrate("--apply", "--yes", "--wait", "0", "--node", name, environment=where)
            assert "removed interface cni0" in answer.out.splitlines(), answer
            assert answer.out.rstrip().endswith("away: no pod of its name has been created anew"), answer
            new[name] = agents.add_pod(name, f"p{number}")
        stayed = {row for row in node.picture()["routes"] if row[3] != "bird" and not row[2].startswith("cali")}
        assert stayed == {row for row in without(before, "cni0")["routes"] if row[3] != "bird"}
    for name in nodes:
        assert sum(way == "blackhole" for way in agents.routes(name).values()) == 1
        assert all(new[name][0].ping(address) for _, address in new.values())
    assert_underlay_examined(agents, {name: address for name, (_, address) in new.items()})


def assert_advised(agents: Agents) -> None:
    """Fail unless what advice needs of a network is measured from a node. walkthrough 30."""
    with agents.machines[MASTER].entered():
        answer = asked(
            *("advise", "--json", "--policy", "--throughput", "--maintainer", "cluster"), datastore=agents.datastore
        )
    assert (answer.status, answer.err) == (0, ""), answer
    advice = json.loads(answer.out)
    assert (advice["ipipMode"], advice["vxlanMode"], advice["sessions"]) == ("Never", "Never", "mesh")
    measured = {each["question"]: each["answer"] for each in advice["reasons"] if each["source"] == "measured"}
    assert measured == {"BGP in the underlay": "yes", "nodes": "3", "subnets of nodes": "1"}


def assert_underlay_examined(agents: Agents, pods: dict[str, str]) -> None:
    """Fail unless doctor tells, at one node, what all nodes have measured of each other. walkthrough 29.

    A node falls silent, another one's packets are cut to less on the way, and the exit code is 1.
    """
    agents.machines[MASTER].ip("route", "del", "10.244.128.0/17")  # the operator's, which doctor complains of
    found = underlay(agents, 0)
    pairs = list(itertools.permutations(ADDRESSES, 2))
    assert [each["where"] for each in found] == [f"{one} -> {other}" for one, other in pairs]
    for each, (one, other) in zip(found, pairs, strict=True):
        measured = each["measured"]
        assert 0 < measured.pop("roundTripMs") < 1000
        assert measured == {
            "from": one,
            "to": other,
            "reached": True,
            "pathMtu": 1500,
            "linkMtu": 1500,
            "bgp": "accepted",
            "vxlan": "refused",
            "ipip": "refused",
            "pod": pods[other],
            "podAnswers": True,
        }
    for machine, rule in ((NODE1, "tcp dport 179 drop"), (NODE2, "icmp type echo-request ip length > 1400 drop")):
        agents.machines[machine].run(
            ["nft", f"table ip t {{ chain c {{ type filter hook input priority 0; {rule}; }}; }}"]
        )
    agents.running[MASTER].stop()
    bad = {
        each["where"]: (each["verdict"], each["measured"]["bgp"], each["measured"]["pathMtu"])
        for each in underlay(agents, 1)
    }
    assert bad == {
        f"{MASTER} -> {NODE1}": ("failure", "silence", 1500),
        f"{MASTER} -> {NODE2}": ("failure", "accepted", 1400),
        f"{NODE1} -> {MASTER}": ("ok", "refused", 1500),
        f"{NODE1} -> {NODE2}": ("failure", "accepted", 1400),
        f"{NODE2} -> {MASTER}": ("ok", "refused", 1500),
        f"{NODE2} -> {NODE1}": ("failure", "silence", 1500),
    }


def underlay(agents: Agents, status: int) -> list[dict[str, Any]]:
    """Return what doctor finds of the underlay at the first node; it ends with ``status``."""
    with agents.machines[MASTER].entered():
        answer = asked("doctor", "--underlay", "--timeout", "2", "--json", environment=surroundings(agents, MASTER))
    assert answer.status == status, [each for each in json.loads(answer.out) if each["verdict"] == "failure"]
    return [each for each in json.loads(answer.out) if each["what"] == "underlay"]


def surroundings(agents: Agents, name: str) -> dict[str, str]:
    """Return what says where the datastore is, and the agent of a node."""
    return {"BGPKIT_NODE_DATASTORE": str(agents.datastore), "BGPKIT_NODE_RUN_DIR": str(agents.directory(name))}


def assert_planned(nodes: dict[str, FlannelNode], plan: dict[str, Any]) -> None:
    """Fail unless the plan of the first node names the ways to the others, and whom they lose."""
    others = [name for name in nodes if name != plan["node"]]
    assert [each["what"] for each in plan["removed"][1:]] == [
        *(f"{nodes[other].subnet}.0/24 via {ADDRESSES[other]} dev eth0" for other in others),
        "cni0 (bridge, 10.244.1.1/24, 1 pod)",
    ]
    for other in others:
        assert any(other in each["whom"] for each in plan["losses"])
        assert any(other in each["who"] for each in plan["losses"])
    assert "the pool 10.244.0.0/16 has flannel's 10.244.0.0/16 in common" in plan["warnings"][0]


def measured(agents: Agents, node: FlannelNode, pod: str, log: Path) -> tuple[Namespace, str]:
    """Migrate a node whose pod is created anew while the command waits; return the new one."""
    words = ["env", *(f"{key}={value}" for key, value in surroundings(agents, node.name).items())]
    process = RunningProcess(node.machine.command([*words, *node.words("--apply", "--yes", "--json")]), log)
    try:
        wait_until(lambda: "to be created anew" in process.words(), "the removal", PATIENCE)
        made = agents.add_pod(node.name, pod)
        wait_until(lambda: not process.is_running, "what was measured", PATIENCE)
    finally:
        process.stop()
    text = process.words()
    (outage,) = json.loads(text[text.index("{") :])["outages"]
    assert (outage["oldAddress"], outage["newAddress"]) == (f"{node.subnet}.5", made[1])
    assert 0 < outage["outageSeconds"] < PATIENCE
    return made
