"""An office beside a cluster: a router between the office's network and that of the nodes, PCs, and three agents."""

import asyncio
import socket
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from bgpkit_node.datastore.opening import opened_datastore
from bgpkit_node.datastore.settings import SqliteSettings
from bgpkit_node.ipam import Ipam, StoredPools
from bgpkit_node.resources import ResourceStore
from tests.integration.agents import Agents
from tests.support.netns import Namespace, Namespaces, Segment, connect

ADDRESSES: Final = {"k8s-master1": "172.17.0.11", "k8s-node1": "172.17.0.12", "k8s-node2": "172.17.0.21"}
FIRST, SECOND, CLIENT = ADDRESSES
"""Two route reflectors and their client."""
ROUTER: Final = "172.17.0.1"
OFFICE: Final = "192.168.1.0/24"
PC: Final = "192.168.1.50"
PODS: Final = "10.244.0.0/16"
SERVICES: Final = "10.0.0.0/24"
SERVICE: Final = "10.0.0.80"
HOLD_SECONDS: Final = 6
ROUTER_SYSCTLS: Final = {
    "ip_forward": 1,
    "fib_multipath_use_neigh": 1,  # a next hop that answers no ARP is passed over
    "neigh.hosts0.retrans_time_ms": 500,
}
RESOURCES: Final = f"""\
apiVersion: projectcalico.org/v3
kind: IPPool
metadata: {{name: default-ipv4-ippool}}
spec: {{cidr: {PODS}, blockSize: 26}}
---
apiVersion: projectcalico.org/v3
kind: BGPConfiguration
metadata: {{name: default}}
spec: {{asNumber: 63400, nodeToNodeMeshEnabled: false}}
---
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata: {{name: peer-with-route-reflectors}}
spec: {{nodeSelector: all(), peerSelector: "route-reflector == 'true'", keepaliveTime: 2s}}
"""
REFLECTOR: Final = """\
---
apiVersion: projectcalico.org/v3
kind: Node
metadata: {name: %s, labels: {route-reflector: "true"}}
spec: {bgp: {ipv4Address: %s/24, routeReflectorClusterID: 244.0.0.1}}
"""
KUBE_PROXY: Final = """\
table ip kube-proxy {
  chain services {
    type nat hook prerouting priority dstnat
    ip daddr %s tcp dport 80 dnat to %s:8080
  }
  chain outside {
    type nat hook postrouting priority srcnat
    ip saddr != %s ct status dnat masquerade
  }
}
"""


class HostsAgents(Agents):
    """The agents, on a segment that others can be attached to."""

    addresses = ADDRESSES
    hosts: Segment

    def _connect(self) -> None:
        self.hosts = self._namespaces.segment("hosts")
        for name, machine in self.machines.items():
            self.hosts.attach(machine, f"{ADDRESSES[name]}/24")


class OfficeNetwork:
    """The router with a PC behind it and one beside the nodes; two nodes reflect; a pod on each node."""

    def __init__(self, namespaces: Namespaces, folder: Path) -> None:
        """Lay the cables, start the agents, and give each a pod."""
        self.agents = HostsAgents(namespaces, folder)
        self.router, self.pc, self.near = map(namespaces.node, ("office-router", "office-pc", "near-pc"))
        self.agents.hosts.attach(self.router, f"{ROUTER}/24", interface="hosts0")
        self.agents.hosts.attach(self.near, "172.17.0.100/24")
        connect(self.router, self.pc, interfaces=("lan0", "eth0"), addresses=(("192.168.1.1/24",), (f"{PC}/24",)))
        for key, value in ROUTER_SYSCTLS.items():
            self.router.sysctl(f"net.ipv4.{key}", value)
        self.pc.ip("route", "add", "default", "via", "192.168.1.1")
        self.near.ip("route", "add", "default", "via", ROUTER)
        for scope in ("all", "eth0"):  # the router's redirects would lead the PC past the router's next hops
            self.near.sysctl(f"net.ipv4.conf.{scope}.accept_redirects", 0)
        self.agents.apply(RESOURCES + "".join(REFLECTOR % (name, ADDRESSES[name]) for name in (FIRST, SECOND)))
        for name in ADDRESSES:
            self.agents.start(name)
        self.pods: dict[str, Namespace] = {}
        self.addresses: dict[str, str] = {}
        for name in ADDRESSES:
            self.pods[name], self.addresses[name] = self.agents.add_pod(name, f"pod-{name}")

    def blocks(self, *names: str) -> dict[str, set[str]]:
        """Return the blocks of nodes (all of them unless named), each with its node's address."""
        return {block: {ADDRESSES[name]} for name in names or ADDRESSES for block in self.agents.status(name)["blocks"]}

    def cut(self, name: str) -> None:
        """Let a node fall silent: its cable is out. The router has asked nobody's MAC address lately."""
        self._cable(name, "down")
        self.router.ip("neigh", "flush", "dev", "hosts0")

    def mend(self, name: str) -> None:
        """Let a node be heard again."""
        self._cable(name, "up")

    def _cable(self, name: str, state: str) -> None:
        self.agents.hosts.ip("link", "set", f"port{list(ADDRESSES).index(name)}", state)

    def reached_from(self, pc: Namespace) -> set[str]:
        """Return the nodes whose pods answer a ping from a PC within a second."""
        pings = {
            name: subprocess.Popen(
                pc.command(["ping", "-n", "-q", "-c", "1", "-W", "1", address]), stdout=subprocess.DEVNULL
            )
            for name, address in self.addresses.items()
        }
        return {name for name, ping in pings.items() if ping.wait(30) == 0}

    def kernel(self, machine: Namespace) -> dict[str, set[str]]:
        """Return the routes by a gateway in a machine's kernel that a daemon or an agent has put there."""
        found: dict[str, set[str]] = {}
        for row in machine.ip_json("route"):
            if row.get("protocol") in {"bird", "bgp"} and row.get("type") != "blackhole":
                found[row["dst"]] = {hop["gateway"] for hop in row.get("nexthops", [row])}
        return found

    def move(self, name: str, other: str) -> None:
        """Let the pod of a node, and its block, be on another node."""
        self.agents.delete_pod(name, f"pod-{name}")
        asyncio.run(self._release(name))
        self.pods[name], address = self.agents.add_pod(other, f"moved-{name}", self.addresses[name])
        assert address == self.addresses[name]

    async def _release(self, name: str) -> None:
        """Give up all blocks of a node."""
        async with opened_datastore(SqliteSettings(path=self.agents.datastore)) as datastore:
            await Ipam(datastore, StoredPools(ResourceStore(datastore))).release_node(name)

    def serve(self, name: str, nodes: Iterable[str]) -> None:
        """Be the kube-proxy of nodes for a service whose endpoint is port 8080 of a node's pod."""
        for node in nodes:
            self.agents.machines[node].run(["nft", KUBE_PROXY % (SERVICE, self.addresses[name], PODS)])


def call(caller: Namespace, server: Namespace, address: str, port: int, *, at: int | None = None) -> str:
    """Open a TCP connection to an address and port, at which ``server`` listens (or at its port ``at``), and use it.

    Returns the address of the caller as the server sees it.
    """
    with server.entered(), socket.create_server(("0.0.0.0", at or port)) as listening:
        listening.settimeout(10)
        with caller.entered():
            connection = socket.create_connection((address, port), timeout=10)
        accepted, (seen, _) = listening.accept()
        with connection, accepted:
            accepted.sendall(b"registered")
            assert connection.recv(100) == b"registered"
        return str(seen)
