"""From the mesh to reflectors and back, in one step or in many, one or two of them taken out: nothing is lost."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from bgpkit_node.cni import request
from tests.integration.agents import ADDRESSES as THREE
from tests.integration.agents import PATIENCE, POOL, Agents
from tests.integration.steady_pings import SteadyPings, ping_steadily
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import wait_until

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("agents")]

ADDRESSES: Final = {**THREE, "k8s-node3": "10.4.7.22"}
MASTER, FIRST, SECOND, THIRD = ADDRESSES
ADDRESSES6: Final = {name: f"fd00:4:7::{address.rpartition('.')[2]}" for name, address in ADDRESSES.items()}
POOL6: Final = """\
apiVersion: projectcalico.org/v3
kind: IPPool
metadata: {name: six}
spec: {cidr: "fd00:10:244::/64", blockSize: 122}
"""
CONFIGURATION: Final = """\
apiVersion: projectcalico.org/v3
kind: BGPConfiguration
metadata: {name: default}
spec: {asNumber: 63400, nodeToNodeMeshEnabled: %s}
"""
SIGNED: Final = (CONFIGURATION % "true").replace(
    "63400,", "63400, nodeMeshPassword: {secretKeyRef: {name: bgp, key: mesh}},"
)
PEERS: Final = """\
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata: {name: peer-with-route-reflectors}
spec: {nodeSelector: all(), peerSelector: "route-reflector == 'true'"}
"""


MESH: Final = {name.removeprefix("k8s-"): tuple(other for other in ADDRESSES if other != name) for name in ADDRESSES}


class FourAgents(Agents):
    """Four nodes on one segment."""

    addresses = ADDRESSES


def node(name: str, *, reflects: bool = False, labelled: bool = False) -> str:
    """Return a Node with addresses of both IP versions, and what makes it a reflector, or the label alone."""
    labels = ', labels: {route-reflector: "true"}' if reflects or labelled else ""
    cluster = ", routeReflectorClusterID: 244.0.0.1" if reflects else ""
    return f"""\
apiVersion: projectcalico.org/v3
kind: Node
metadata: {{name: {name}{labels}}}
spec: {{bgp: {{ipv4Address: {ADDRESSES[name]}/24, ipv6Address: "{ADDRESSES6[name]}/64"{cluster}}}}}
"""


class Meshed(NamedTuple):
    """Four nodes in a mesh of both IP versions, and a pod on each."""

    agents: Agents
    pods: dict[str, tuple[Namespace, str]]

    @contextmanager
    def nothing_lost(self, folder: Path, **further: list[str]) -> Generator[None]:
        """Ping every 10 ms, for every ordered pair of pods and by further commands: no packet and no route goes."""
        pods, before = self.pods, {name: routes(self.agents, name) for name in ADDRESSES}
        listeners = [machine.popen(["ip", "monitor", "route"]) for machine in self.agents.machines.values()]
        pairs = [(one, other) for one in pods for other in pods if one != other]
        commands = {f"{one}-{other}": pods[one][0].command(ping_steadily(pods[other][1])) for one, other in pairs}
        pings = SteadyPings({**commands, **further}, folder)
        try:
            yield
            assert {name: routes(self.agents, name) for name in ADDRESSES} == before
            pings.assert_none_lost({62})
        finally:
            pings.stop()
        for listener in listeners:
            listener.terminate()
            words, _ = listener.communicate(timeout=PATIENCE)
            assert [line for line in words.splitlines() if "bird" in line] == []


@pytest.fixture(scope="module")
def meshed(tmp_path_factory: pytest.TempPathFactory) -> Generator[Meshed]:
    """Give the cluster, which the tests use one after the other; the first one leaves it in a mesh."""
    namespaces, folder = Namespaces(), tmp_path_factory.mktemp("reflectors")
    try:
        agents = FourAgents(namespaces, folder, tuple(ADDRESSES))
        for name, machine in agents.machines.items():
            machine.ip("addr", "add", f"{ADDRESSES6[name]}/64", "dev", "eth0")
        agents.apply("---\n".join([POOL, POOL6, *map(node, ADDRESSES)]))
        password = folder / "secrets" / "bgp" / "mesh"
        password.parent.mkdir(parents=True)
        password.touch(0o600)
        password.write_text("correct horse\n", encoding="utf-8")
        for name in agents.machines:
            agents.start(name, "--secrets", str(folder / "secrets"))
        wait_sessions(agents, **MESH)
        pods = {name: agents.add_pod(name, f"pod-{name}", assign_ipv6="true") for name in ADDRESSES}
        wait_until(lambda: all(len(routes(agents, name)) == 8 for name in ADDRESSES), "routes in all kernels", PATIENCE)
        yield Meshed(agents, pods)
        agents.stop()
    finally:
        namespaces.close()


def wait_sessions(agents: Agents, **wanted: tuple[str, ...]) -> None:
    """Wait until each node has Established sessions of both versions with these nodes, and no others."""
    for word, others in wanted.items():
        name = f"k8s-{word}"
        addresses = {place[other] for place in (ADDRESSES, ADDRESSES6) for other in others}

        def as_wanted(name: str = name, addresses: set[str] = addresses) -> bool:
            peers = {peer["address"] for peer in agents.status(name)["peers"]}
            return peers == set(agents.established(name)) == addresses

        wait_until(as_wanted, f"{name} with {others}: {agents.status(name)['peers']}", PATIENCE)


def routes(agents: Agents, name: str) -> dict[str, str]:
    """Return the routes of protocol bird of both versions in a node's kernel."""
    rows = agents.machines[name].ip_json("-6", "route", "show", "proto", "bird")
    return agents.routes(name) | {row["dst"]: row.get("gateway") or row["type"] for row in rows}


def _take_out_and_back(agents: Agents, pods: dict[str, tuple[Namespace, str]]) -> None:
    """Of three reflectors of one cluster drain one, and strip another of its label alone; the third cannot go."""
    told = agents.run("drain", FIRST)
    assert (told.returncode, "1 client of it: k8s-master1" in told.stdout) == (0, True), told
    assert told.stdout.splitlines()[-1].endswith("it can be stopped"), told
    assert ADDRESSES[FIRST] not in {peer["address"] for peer in agents.status(MASTER)["peers"]}
    wait_sessions(agents, master1=(SECOND, THIRD), node1=(SECOND, THIRD), node2=MESH["node2"], node3=MESH["node3"])

    assert agents.run("label", "node", SECOND, "route-reflector", "--remove").returncode == 0
    wait_sessions(agents, master1=(THIRD,), node1=(THIRD,), node2=(THIRD,), node3=MESH["node3"])
    for words in (("drain", THIRD), ("label", "node", THIRD, "route-reflector", "--remove")):
        assert "k8s-master1 - k8s-node1" in _refused(agents, *words)

    assert agents.run("label", "node", SECOND, "route-reflector=true").returncode == 0
    assert agents.run("drain", FIRST, "--undo").returncode == 0
    wait_sessions(agents, **MESH)
    wait_until(lambda: _reflects(agents, pods, SECOND), "the second one reflects again", PATIENCE)

    agents.apply(node(SECOND, labelled=True))
    wait_until(lambda: not _reflects(agents, pods, SECOND), "the second one reflects no more", PATIENCE)
    wait_sessions(agents, **MESH)


def _reflects(agents: Agents, pods: dict[str, tuple[Namespace, str]], name: str) -> bool:
    """Tell whether a reflector tells the first node of another one's block."""
    question = {"request": "explain", "address": pods[FIRST][1]}
    told = request(agents.directory(MASTER) / "agent.sock", question, timeout=PATIENCE)
    return f"From {ADDRESSES[name]} " in str(told["bgp"])


def _sign(agents: Agents) -> None:
    """Give the sessions of the mesh, which are up, a password."""
    assert _answers_unsigned(agents)
    agents.apply(SIGNED)
    wait_until(lambda: not _answers_unsigned(agents), "the mesh is signed", PATIENCE)


def _answers_unsigned(agents: Agents) -> bool:
    """Tell whether a node takes a connection from another one's address that is not signed."""
    words = ["timeout", "1", "bash", "-c", f"exec 3<>/dev/tcp/{ADDRESSES[MASTER]}/179"]
    return agents.machines[FIRST].run(words, check=False).returncode == 0


def _types(agents: Agents) -> dict[str, str]:
    """Return the kind of each Established session of the first node over IPv4, by the other node."""
    found = agents.established(MASTER)
    return {name: found[address] for name, address in ADDRESSES.items() if address in found}


def _refused(agents: Agents, *words: str, given: str | None = None) -> str:
    """Run a command that has to be refused; return why."""
    answer = agents.run(*words, given=given)
    assert answer.returncode == 1, answer
    return answer.stderr


def test_no_packet_and_no_route_is_lost_to_reflectors_and_back(meshed: Meshed, tmp_path: Path) -> None:
    """A ping every 10 ms for every ordered pair of pods, and for one in IPv6, through all of it. walkthrough 20, 23."""
    four, pods = meshed
    far = json.loads(pods[SECOND][0].run(["ip", "-j", "-6", "addr", "show", "dev", "eth0", "scope", "global"]).stdout)
    six = pods[MASTER][0].command(ping_steadily(far[0]["addr_info"][0]["local"]))
    with meshed.nothing_lost(tmp_path, six=six):
        reflecting = [node(name, reflects=True) for name in (FIRST, SECOND, THIRD)]
        four.apply("---\n".join([CONFIGURATION % "false", *reflecting, PEERS]))
        wait_sessions(four, **MESH)
        wait_until(lambda: set(four.established(MASTER).values()) == {"node specific"}, "by resource", PATIENCE)
        _take_out_and_back(four, pods)
        four.apply("---\n".join([CONFIGURATION % "true", *map(node, ADDRESSES)]))
        assert four.run("delete", "bgppeer", "peer-with-route-reflectors").returncode == 0
        wait_until(lambda: set(four.established(MASTER).values()) == {"node-to-node mesh"}, "the mesh", PATIENCE)
        wait_sessions(four, **MESH)
        _sign(four)
        wait_sessions(four, **MESH)


def test_no_step_of_many_loses_a_packet_or_a_route(meshed: Meshed, tmp_path: Path) -> None:
    """One document at a time, in each order that keeps a path; others are refused. walkthrough 20, 23.

    The cluster ID ends no session of the mesh. A reflector without its marks is out; the last one cannot be.
    """
    four, _ = meshed
    others = (MASTER, SECOND, THIRD)
    to_first = {"master1": (FIRST,), "node1": others, "node2": (FIRST,), "node3": (FIRST,)}
    with meshed.nothing_lost(tmp_path):
        four.apply(node(FIRST, reflects=True))
        assert "k8s-master1 - k8s-node2" in _refused(four, "apply", "-f", "-", given=CONFIGURATION % "false")
        mesh = dict.fromkeys(others[1:], "node-to-node mesh")
        assert _types(four) == {FIRST: "node-to-node mesh", **mesh}
        four.apply(PEERS)
        changed = {FIRST: "node specific", **mesh}
        wait_until(lambda: _types(four) == changed, "the first reflector is peered with by resource", PATIENCE)
        four.apply(CONFIGURATION % "false")
        wait_sessions(four, **to_first)

        four.apply(node(SECOND, reflects=True))
        both = {"master1": (FIRST, SECOND), "node1": others, "node2": (MASTER, FIRST, THIRD), "node3": (FIRST, SECOND)}
        wait_sessions(four, **both)
        four.apply(node(FIRST))
        wait_sessions(four, master1=(SECOND,), node1=(SECOND,), node2=(MASTER, FIRST, THIRD), node3=(SECOND,))
        for words in (("label", "node", SECOND, "route-reflector", "--remove"), ("apply", "-f", "-")):
            assert "k8s-master1 - k8s-node1" in _refused(four, *words, given=node(SECOND))

        four.apply(CONFIGURATION % "true")
        four.apply(node(SECOND))
        wait_until(lambda: set(_types(four).values()) == {"node-to-node mesh"}, "the mesh", PATIENCE)
        four.apply(node(FIRST, reflects=True))
        wait_until(lambda: _types(four) == changed, "the peering was there before the reflector", PATIENCE)
        four.apply(CONFIGURATION % "false")
        wait_sessions(four, **to_first)
