"""From the mesh to two reflectors, one of them drained and back, and to the mesh: no packet and no route is lost."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Final

import pytest

from tests.integration.agents import ADDRESSES, PATIENCE, POOL, Agents
from tests.integration.steady_pings import SteadyPings, ping_steadily
from tests.support.netns import Namespaces
from tests.support.processes import wait_until

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("agents")]

MASTER, FIRST, SECOND = ADDRESSES
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


def node(name: str, *, reflects: bool = False) -> str:
    """Return a Node with addresses of both IP versions."""
    labels = ', labels: {route-reflector: "true"}' if reflects else ""
    cluster = ", routeReflectorClusterID: 244.0.0.1" if reflects else ""
    return f"""\
apiVersion: projectcalico.org/v3
kind: Node
metadata: {{name: {name}{labels}}}
spec: {{bgp: {{ipv4Address: {ADDRESSES[name]}/24, ipv6Address: "{ADDRESSES6[name]}/64"{cluster}}}}}
"""


@pytest.fixture
def three(namespaces: Namespaces, tmp_path: Path) -> Generator[Agents]:
    """Three agents in a mesh of both IP versions."""
    agents = Agents(namespaces, tmp_path)
    for name, machine in agents.machines.items():
        machine.ip("addr", "add", f"{ADDRESSES6[name]}/64", "dev", "eth0")
    agents.apply("---\n".join([POOL, POOL6, *map(node, ADDRESSES)]))
    password = tmp_path / "secrets" / "bgp" / "mesh"
    password.parent.mkdir(parents=True)
    password.touch(0o600)
    password.write_text("correct horse\n", encoding="utf-8")
    for name in agents.machines:
        agents.start(name, "--secrets", str(tmp_path / "secrets"))
    yield agents
    agents.stop()


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


def _drain_and_undo(agents: Agents) -> None:
    """Take the first reflector out and back; the second one cannot be taken out meanwhile."""
    told = agents.run("drain", FIRST)
    assert (told.returncode, "1 client of it: k8s-master1" in told.stdout) == (0, True), told
    wait_sessions(agents, master1=(SECOND,), node1=(SECOND,), node2=(MASTER, FIRST))
    refused = agents.run("drain", SECOND)
    assert (refused.returncode, "k8s-master1 - k8s-node1" in refused.stderr) == (1, True), refused
    assert agents.run("drain", FIRST, "--undo").returncode == 0
    wait_sessions(agents, master1=(FIRST, SECOND), node1=(MASTER, SECOND), node2=(MASTER, FIRST))


def _sign(agents: Agents) -> None:
    """Give the sessions of the mesh, which are up, a password."""
    assert _answers_unsigned(agents)
    agents.apply(SIGNED)
    wait_until(lambda: not _answers_unsigned(agents), "the mesh is signed", PATIENCE)


def _answers_unsigned(agents: Agents) -> bool:
    """Tell whether a node takes a connection from another one's address that is not signed."""
    words = ["timeout", "1", "bash", "-c", f"exec 3<>/dev/tcp/{ADDRESSES[MASTER]}/179"]
    return agents.machines[FIRST].run(words, check=False).returncode == 0


def test_no_packet_and_no_route_is_lost_to_reflectors_and_back(three: Agents, tmp_path: Path) -> None:
    """A ping every 10 ms for every ordered pair of pods, and for one in IPv6, through all of it. walkthrough 20, 23."""
    mesh = {"master1": (FIRST, SECOND), "node1": (MASTER, SECOND), "node2": (MASTER, FIRST)}
    wait_sessions(three, **mesh)
    pods = {name: three.add_pod(name, f"pod-{name}", assign_ipv6="true") for name in ADDRESSES}
    wait_until(lambda: all(len(routes(three, name)) == 6 for name in ADDRESSES), "routes in all kernels", PATIENCE)
    before = {name: routes(three, name) for name in ADDRESSES}
    listeners = [machine.popen(["ip", "monitor", "route"]) for machine in three.machines.values()]
    far = json.loads(pods[SECOND][0].run(["ip", "-j", "-6", "addr", "show", "dev", "eth0", "scope", "global"]).stdout)
    commands = {
        f"{one}-{other}": pods[one][0].command(ping_steadily(pods[other][1]))
        for one in pods
        for other in pods
        if one != other
    }
    commands["six"] = pods[MASTER][0].command(ping_steadily(far[0]["addr_info"][0]["local"]))
    pings = SteadyPings(commands, tmp_path)
    try:
        reflecting = [node(name, reflects=True) for name in (FIRST, SECOND)]
        three.apply("---\n".join([CONFIGURATION % "false", *reflecting, PEERS]))
        wait_sessions(three, master1=(FIRST, SECOND), node1=(MASTER, SECOND), node2=(MASTER, FIRST))
        assert set(three.established(MASTER).values()) == {"node specific"}
        _drain_and_undo(three)
        three.apply("---\n".join([CONFIGURATION % "true", *map(node, ADDRESSES)]))
        assert three.run("delete", "bgppeer", "peer-with-route-reflectors").returncode == 0
        wait_until(lambda: set(three.established(MASTER).values()) == {"node-to-node mesh"}, "the mesh", PATIENCE)
        wait_sessions(three, **mesh)
        _sign(three)
        wait_sessions(three, **mesh)
        assert {name: routes(three, name) for name in ADDRESSES} == before
        pings.assert_none_lost({62})
    finally:
        pings.stop()
    for listener in listeners:
        listener.terminate()
        words, _ = listener.communicate(timeout=PATIENCE)
        assert [line for line in words.splitlines() if "bird" in line] == []
