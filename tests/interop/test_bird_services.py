"""Addresses of services as a router that runs BIRD learns them from two nodes, one of which reflects for the other."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Generator
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from bgpkit_node.datastore import SqliteDatastore
from bgpkit_node.peering.cluster import NO_SERVICES
from bgpkit_node.resources import Resource, ResourceStore, load_documents
from tests.integration.agents import ADDRESSES, POOL, Agents
from tests.support.daemons import Bird
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import wait_until
from tests.support.services import service, slice_of

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("bird_node")]

StartBird = Callable[[Namespace, str], Bird]
MASTER, NODE1, ROUTER = ADDRESSES
PATIENCE: Final = 30.0
BIRD: Final = """
log stderr all;
router id 10.4.7.21;
protocol device { scan time 1; }
protocol static { ipv4; route 10.99.1.0/24 blackhole; route 10.96.99.0/24 blackhole; }
template bgp node {
  local as 65001; connect delay time 1; connect retry time 1; error wait time 1, 2;
  ipv4 { import all; export where source = RTS_STATIC; };
}
template bgp six from node { ipv4 { import none; export none; }; ipv6 { import all; export none; }; }
protocol bgp reflector from node { neighbor 10.4.7.11 as 63400; local 10.4.7.21 as 65001; }
protocol bgp worker from node { neighbor 10.4.7.12 as 63400; local 10.4.7.21 as 65001; }
protocol bgp reflector6 from six { neighbor fd00:4:7::11 as 63400; local fd00:4:7::21 as 65001; }
protocol bgp worker6 from six { neighbor fd00:4:7::12 as 63400; local fd00:4:7::21 as 65001; }
"""
RESOURCES: Final = """\
apiVersion: projectcalico.org/v3
kind: BGPConfiguration
metadata: {name: default}
spec:
  asNumber: 63400
  nodeToNodeMeshEnabled: false
  serviceClusterIPs: [{cidr: 10.96.0.0/16}, {cidr: "fd00:96::/112"}]
  serviceExternalIPs: [{cidr: 192.0.2.0/24}, {cidr: 192.0.2.200/32}]
  serviceLoadBalancerIPs: [{cidr: 198.51.100.0/24}]
  serviceLoadBalancerAggregation: %s
---
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata: {name: reflector}
spec: {nodeSelector: all(), peerSelector: has(reflector)}
---
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata: {name: router}
spec: {peerIP: 10.4.7.21, asNumber: 65001}
---
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata: {name: router6}
spec: {peerIP: "fd00:4:7::21", asNumber: 65001}
---
apiVersion: projectcalico.org/v3
kind: Node
metadata: {name: k8s-master1, labels: {reflector: ""}}
spec: {bgp: {ipv4Address: 10.4.7.11/24, ipv6Address: "fd00:4:7::11/64", routeReflectorClusterID: 244.0.0.1}}
---
apiVersion: projectcalico.org/v3
kind: Node
metadata: {name: k8s-node1}
spec: {bgp: {ipv4Address: 10.4.7.12/24, ipv6Address: "fd00:4:7::12/64"}}
"""
LOCAL = {
    "type": "LoadBalancer",
    "clusterIP": "10.96.44.7",
    "clusterIPs": ["10.96.44.7", "fd00:96::2c07"],
    "externalIPs": ["192.0.2.80"],
    "externalTrafficPolicy": "Local",
}
WEB: Final = service("web", LOCAL, ingress=["198.51.100.9"])
SHARING: Final = service("api", {**LOCAL, "clusterIP": "", "clusterIPs": []}, ingress=["198.51.100.9"])
ALL: Final = service(
    "all",
    {"type": "LoadBalancer", "clusterIP": "10.96.0.10", "externalIPs": ["192.0.2.200"]},
    ingress=["198.51.100.10"],
)
ON_MASTER, ON_NODE1 = ("10.244.0.1", MASTER), ("10.244.1.1", NODE1)
PODS6: Final = slice_of("web", ("fd00:244::1", MASTER))
M, N, M6, N6 = "10.4.7.11", "10.4.7.12", "fd00:4:7::11", "fd00:4:7::12"
BALANCED, SINGLE, RANGE6, WEB6 = "198.51.100.0/24", "192.0.2.200/32", {"fd00:96::/112"}, {"fd00:96::2c07/128"}
RANGES: Final = {"10.96.0.0/16", "192.0.2.0/24", "198.51.100.0/24"}
WEB4: Final = {"10.96.44.7/32", "192.0.2.80/32", "198.51.100.9/32"}


class Rig:
    """Two nodes with their agents, and the router."""

    def __init__(self, namespaces: Namespaces, folder: Path) -> None:
        """Make the machines."""
        self.agents = Agents(namespaces, folder)
        self.router = self.agents.machines[ROUTER]
        for number, machine in zip((11, 12, 21), self.agents.machines.values(), strict=True):
            machine.ip("addr", "add", f"fd00:4:7::{number}/64", "dev", "eth0", "nodad")

    def start(self) -> None:
        """Start the agents."""
        self.agents.apply(POOL.partition("---")[0] + "---\n" + RESOURCES % "Enabled")
        for name in (MASTER, NODE1):
            self.agents.start(name)

    def put(self, *resources: Resource) -> None:
        """Apply resources."""
        asyncio.run(self._write(lambda store: store.apply(resources)))

    def drop(self, gone: Resource) -> None:
        """Delete a resource."""
        asyncio.run(self._write(lambda store: store.delete(type(gone), gone.name, namespace=gone.namespace)))

    async def _write(self, work: Callable[[ResourceStore], Awaitable[object]]) -> None:
        async with await SqliteDatastore.open(self.agents.datastore) as datastore:
            await work(ResourceStore(datastore))

    def told(self, bird: Bird, session: str) -> dict[str, str]:
        """Return the service addresses that the router has by a session, with their next hops."""
        found: dict[str, str] = {}
        prefix = ""
        for line in bird.ask("show", "route", "all", "protocol", session).splitlines():
            if start := re.match(r"([0-9a-f.:]+/\d+) ", line):
                prefix = start[1]
            elif hop := re.match(r"\s+BGP\.next_hop: (\S+)", line):
                found[prefix] = hop[1]
        return {prefix: hop for prefix, hop in found.items() if not prefix.startswith(("10.99.", "10.244."))}

    def wait_told(self, bird: Bird, **expected: dict[str, str]) -> None:
        """Wait until the router has just these addresses by each session."""
        for session, wanted in expected.items():
            wait_until(partial(self._has, bird, session, wanted), f"{session}: {wanted}", PATIENCE)

    def kernel(self, name: str) -> set[str]:
        """Return all that is in a node's routing table of either IP version."""
        rows = [row for version in ("-4", "-6") for row in self.agents.machines[name].ip_json(version, "route", "show")]
        return {row["dst"] for row in rows}

    def has_route(self, name: str) -> bool:
        """Tell whether a node's kernel has what the router announces of its own."""
        return "10.99.1.0/24" in self.kernel(name)

    def _has(self, bird: Bird, session: str, wanted: dict[str, str]) -> bool:
        return self.told(bird, session) == wanted


@pytest.fixture
def rig(namespaces: Namespaces, tmp_path: Path) -> Generator[Rig]:
    """Give the nodes and the router."""
    made = Rig(namespaces, tmp_path)
    yield made
    made.agents.stop()


def test_a_router_finds_the_nodes_that_serve(rig: Rig, start_bird: StartBird) -> None:
    """Ranges by every node, addresses by those with a ready pod; live, and in no node's kernel."""
    bird = start_bird(rig.router, BIRD)
    rig.start()
    rig.wait_told(
        bird, reflector=by(M, RANGES), worker=by(N, RANGES), reflector6=by(M6, RANGE6), worker6=by(N6, RANGE6)
    )
    # Both pods of IPv4 are on the node, that of IPv6 on the reflector, which passes on what the node tells.
    rig.put(WEB, ALL, slice_of("web", ON_NODE1), PODS6)
    rig.wait_told(
        bird,
        reflector=by(M, RANGES | {SINGLE}) | by(N, WEB4),
        worker=by(N, RANGES | {SINGLE} | WEB4),
        reflector6=by(M6, RANGE6 | WEB6),
        worker6=by(N6, RANGE6),
    )
    # The pod moves; another service has one of the addresses, and a pod that stays.
    rig.put(SHARING, slice_of("api", ON_NODE1), slice_of("web", ON_MASTER))
    shared = {"192.0.2.80/32", "198.51.100.9/32"}
    rig.wait_told(bird, reflector=by(M, RANGES | {SINGLE} | WEB4), worker=by(N, RANGES | {SINGLE} | shared))
    rig.drop(WEB)
    rig.wait_told(bird, reflector=by(M, RANGES | {SINGLE}) | by(N, shared), reflector6=by(M6, RANGE6))
    # What is of services is in no kernel, whoever told it; what else the router tells is.
    for name in (MASTER, NODE1):
        wait_until(partial(rig.has_route, name), "what the router announces", PATIENCE)
        assert not [each for each in rig.kernel(name) if each.startswith(("10.96.", "192.0.2.", "198.51.", "fd00:96"))]
    # Each load balancer's address on its own; a node that is to draw no traffic tells nothing.
    rig.put(*(each.resource for each in load_documents(RESOURCES.partition("---")[0] % "Disabled", "bgp.yaml")))
    apart = (RANGES - {BALANCED}) | {SINGLE, "198.51.100.10/32"}
    rig.wait_told(bird, reflector=by(M, apart) | by(N, shared), worker=by(N, apart | shared))
    assert rig.agents.run("label", "node", NODE1, f"{NO_SERVICES}=true").returncode == 0
    rig.wait_told(bird, worker={}, reflector=by(M, apart), worker6={})


def by(hop: str, prefixes: set[str]) -> dict[str, str]:
    """Return addresses by one node."""
    return dict.fromkeys(prefixes, hop)
