"""Routers and pods that run BIRD as peers of a node: passwords, IPv6, ways to the peer, ends of the session."""

import re
from collections.abc import Callable, Generator
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from bgpkit_node.peering.cluster import NO_SERVICES
from tests.integration.agents import ADDRESSES, POOL, Agents
from tests.support.daemons import Bird
from tests.support.netns import Namespace, Namespaces, connect
from tests.support.processes import wait_until

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("bird_node")]

StartBird = Callable[[Namespace, str], Bird]
MASTER, _, ROUTER = ADDRESSES
NODE6, ROUTER6 = "fd00:4:7::11", "fd00:4:7::21"
BLOCK6: Final = "fd00:10:244::/64"
PASSWORD, NEXT_PASSWORD = "correct horse", "battery staple"
PATIENCE: Final = 60.0
BIRD: Final = """
log stderr all;
router id {identifier};
protocol device {{ scan time 1; }}
protocol static static4 {{ ipv4; {routes} }}
protocol static static6 {{ ipv6; route fd00:99::/64 blackhole; }}
template bgp node {{
  local as 65001;
  connect delay time 1; connect retry time 1; error wait time 1, 2;
  {options}
}}
"""
IPV4: Final = "ipv4 { import all; export where source = RTS_STATIC; };"
SIGNED: Final = (
    BIRD.format(identifier="10.4.7.21", routes="route 10.99.1.0/24 blackhole;", options="")
    + f"""
protocol bgp signed from node {{ neighbor 10.4.7.11 as 63400; local 10.4.7.21 as 65001; password "%s"; {IPV4} }}
protocol bgp chosen from node {{ neighbor 10.4.8.11 as 63400; local 10.4.8.21 as 65001; passive on; {IPV4} }}
protocol bgp six from node {{ neighbor {NODE6} as 63400; local {ROUTER6} as 65001;
  ipv6 {{ import all; export where source = RTS_STATIC; }}; }}
"""
)
FAR: Final = (
    BIRD.format(identifier="10.9.0.2", routes="route 10.99.2.0/24 blackhole;", options="multihop;")
    + f"protocol bgp far from node {{ neighbor 10.4.7.11 as 63400; {IPV4} }}"
)
IN_POD: Final = (
    BIRD.format(identifier="10.99.3.1", routes="route 10.99.3.0/24 blackhole;", options="multihop;")
    + f"protocol bgp pod from node {{ neighbor 169.254.1.2 as 63400; {IPV4} }}"
)
RESOURCES: Final = """\
apiVersion: projectcalico.org/v3
kind: BGPConfiguration
metadata: {name: default}
spec: {asNumber: 63400, localWorkloadPeeringIPV4: 169.254.1.2, serviceClusterIPs: [{cidr: 10.96.0.0/16}]}
---
apiVersion: projectcalico.org/v3
kind: IPPool
metadata: {name: six}
spec: {cidr: "fd00:10:244::/64", blockSize: 122}
---
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata: {name: signed}
spec: {peerIP: 10.4.7.21, asNumber: 65001, password: {secretKeyRef: {name: bgp, key: router}}}
---
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata: {name: chosen}
spec: {peerIP: 10.4.8.21, asNumber: 65001, sourceAddress: None}
---
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata: {name: six}
spec: {peerIP: "[fd00:4:7::21]:179", asNumber: 65001}
---
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata: {name: far}
spec: {peerIP: 10.9.0.2, asNumber: 65001, reachableBy: 10.4.7.21}
---
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata: {name: pods}
spec: {localWorkloadSelector: all(), asNumber: 65001}
"""
BOUND: Final = """\
apiVersion: projectcalico.org/v3
kind: BGPConfiguration
metadata: {name: default}
spec: {asNumber: 63400, localWorkloadPeeringIPV4: 169.254.1.2, bindMode: NodeIP}
"""


class Rig:
    """A node with its agent, a router on its segment, one behind that, and a pod."""

    def __init__(self, namespaces: Namespaces, folder: Path) -> None:
        """Make the machines, start the agent, and give it the peers and a pod."""
        self.agents = Agents(namespaces, folder, (MASTER, ROUTER))
        self.node, self.router = self.agents.machines[MASTER], self.agents.machines[ROUTER]
        for machine, number in ((self.node, 11), (self.router, 21)):
            machine.ip("addr", "add", f"fd00:4:7::{number}/64", "dev", "eth0")
            machine.ip("addr", "add", f"10.4.8.{number}/24", "dev", "eth0")
        self.far = namespaces.node("far")
        connect(self.router, self.far, interfaces=("far0", "eth0"), addresses=(("10.9.0.1/24",), ("10.9.0.2/24",)))
        self.router.sysctl("net.ipv4.ip_forward", 1)
        self.far.ip("route", "add", "10.4.7.0/24", "via", "10.9.0.1")
        self.password = folder / "secrets" / "bgp" / "router"
        self.agents.apply(POOL)
        self.agents.apply(f"""\
apiVersion: projectcalico.org/v3
kind: Node
metadata: {{name: {MASTER}}}
spec: {{bgp: {{ipv4Address: 10.4.7.11/24, ipv6Address: "{NODE6}/64"}}}}
""")
        self.agent = self.agents.start(MASTER, "--secrets", str(folder / "secrets"))
        self.agents.apply(RESOURCES)
        self.pod, self.pod_address = self.agents.add_pod(MASTER, "router-pod")

    def kernel(self, *words: str) -> dict[str, str]:
        """Return the node's routes of protocol bird: their gateways, or ``blackhole``."""
        rows = self.node.ip_json(*words, "route", "show", "proto", "bird")
        return {row["dst"]: row.get("gateway") or row["type"] for row in rows}

    def info(self, address: str) -> str:
        """Return what ``node status`` says of the session with a peer."""
        answer = self.agents.run("node", "status", "--run-dir", str(self.agents.directory(MASTER))).stdout
        return next((line for line in answer.splitlines() if f"| {address} " in line), "")

    def set_password(self, password: str) -> None:
        """Write the file that BGPPeer(signed) refers to, as an operator does."""
        self.password.parent.mkdir(parents=True, exist_ok=True)
        self.password.touch(0o600)
        self.password.write_text(f"{password}\n", encoding="utf-8")


@pytest.fixture
def rig(namespaces: Namespaces, tmp_path: Path) -> Generator[Rig]:
    """Give the node and its peers."""
    made = Rig(namespaces, tmp_path)
    yield made
    made.agents.stop()


def test_routers_and_pods_are_peers_as_their_resources_say(rig: Rig, start_bird: StartBird) -> None:
    """Each of five sessions comes up as its BGPPeer describes it, and does what it says; one after the other."""
    birds = Birds(start_bird(rig.router, SIGNED % PASSWORD), start_bird(rig.far, FAR), start_bird(rig.pod, IN_POD))
    birds.wait_established("chosen", "six", "far", "pod")
    _a_session_waits_for_its_password(rig, birds)
    _all_routes_are_in_the_kernel_by_the_right_way(rig)
    _each_end_is_where_it_should_be(rig, birds)
    _service_ranges_lead_to_the_node_and_nowhere_in_its_kernel(rig, birds)
    _a_changed_file_gives_the_session_another_key(rig, birds)
    _a_node_listens_at_its_own_addresses_alone(rig, birds)
    # What is no longer asked for goes: the way to the peer, the address on the pod's interface.
    assert rig.agents.run("delete", "bgppeer", "far", "pods").returncode == 0
    wait_until(lambda: "10.9.0.2" not in rig.kernel(), "the way to the peer gone", PATIENCE)
    wait_until(lambda: "169.254.1.2" not in rig.node.run(["ip", "addr"]).stdout, "the pod's end gone", PATIENCE)


class Birds(NamedTuple):
    """The router on the node's segment, the one behind it, and the one in the pod."""

    router: Bird
    far: Bird
    pod: Bird

    def of(self, session: str) -> Bird:
        """Return the one that has a session of this name."""
        return {"far": self.far, "pod": self.pod}.get(session, self.router)

    def wait_established(self, *sessions: str) -> None:
        """Wait until all of these sessions are Established."""
        for name in sessions:
            wait_until(partial(self.of(name).is_established, name), f"Established: {name}", PATIENCE)


def _a_session_waits_for_its_password(rig: Rig, birds: Birds) -> None:
    """See it stay down, and say why; the others are not disturbed."""
    assert f"password {rig.password} cannot be read: No such file or directory" in rig.info("10.4.7.21")
    assert not birds.router.is_established("signed")
    rig.set_password(PASSWORD)
    birds.wait_established("signed")
    assert "Established" in rig.info("10.4.7.21")


def _all_routes_are_in_the_kernel_by_the_right_way(rig: Rig) -> None:
    """See the way to the peer, and to what it announces (reachableBy); a pod's routes lead to the pod."""
    wanted = {"10.9.0.2": "10.4.7.21", "10.99.2.0/24": "10.4.7.21", "10.99.3.0/24": rig.pod_address}
    wait_until(lambda: wanted.items() <= rig.kernel().items(), f"routes in the kernel {rig.kernel()}", PATIENCE)
    wait_until(lambda: "10.99.1.0/24" in rig.kernel(), "what the router announces", PATIENCE)
    assert rig.kernel()["10.99.1.0/24"] in {"10.4.7.21", "10.4.8.21"}
    wait_until(lambda: rig.kernel("-6").get("fd00:99::/64") == ROUTER6, "the IPv6 route", PATIENCE)


def _each_end_is_where_it_should_be(rig: Rig, birds: Birds) -> None:
    """See the kernel's choice, the node's IPv6 address, and the address on the pod's interface."""
    for name, address in {"chosen": "10.4.8.11", "six": NODE6, "pod": "169.254.1.2"}.items():
        shown = birds.of(name).ask("show", "protocols", "all", name)
        assert re.search(rf"Neighbor address: {re.escape(address)}$", shown, re.MULTILINE), shown
    (block,) = [prefix for prefix, way in rig.kernel().items() if way == "blackhole"]
    for name in ("far", "pod"):
        shown = birds.of(name).ask("show", "route", "all", "protocol", name, "for", block)
        assert "BGP.next_hop: 10.4.7.11\n" in shown


def _service_ranges_lead_to_the_node_and_nowhere_in_its_kernel(rig: Rig, birds: Birds) -> None:
    """See it from outside; a label of the Node ends it."""
    shown = birds.far.ask("show", "route", "all", "protocol", "far", "10.96.0.0/16")
    assert "BGP.next_hop: 10.4.7.11\n" in shown
    assert "10.96.0.0/16" not in rig.kernel()
    assert rig.agents.run("label", "node", MASTER, f"{NO_SERVICES}=true").returncode == 0
    wait_until(lambda: "10.96.0.0/16" not in birds.far.ask("show", "route"), "the range is withdrawn", PATIENCE)


def _a_changed_file_gives_the_session_another_key(rig: Rig, birds: Birds) -> None:
    """Change it; neither key is in the log, in a table, or in a resource."""
    rig.set_password(NEXT_PASSWORD)
    birds.router.reconfigure(SIGNED % NEXT_PASSWORD)
    wait_until(lambda: '"password.changed"' in rig.agent.words(), "the agent has seen it", PATIENCE)
    birds.wait_established("signed")
    shown = rig.agent.words() + rig.info("10.4.7.21") + rig.agents.run("get", "bgppeer", "-o", "yaml").stdout
    assert PASSWORD not in shown
    assert NEXT_PASSWORD not in shown


def _a_node_listens_at_its_own_addresses_alone(rig: Rig, birds: Birds) -> None:
    """Ask for bindMode NodeIP; everything comes back after it."""
    assert _listening(rig.node) == {"0.0.0.0:179", "[::]:179"}
    rig.agents.apply(BOUND)
    wait_until(lambda: _listening(rig.node) == {"10.4.7.11:179", f"[{NODE6}]:179"}, "bound", PATIENCE)
    birds.wait_established("signed", "six", "far")


def _listening(machine: Namespace) -> set[str]:
    lines = machine.run(["ss", "-Htln", "sport", "=", ":179"]).stdout.splitlines()
    return {line.split()[3] for line in lines}
