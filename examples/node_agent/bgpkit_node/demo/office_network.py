"""The four networks of the office scenario, and what stands in them: hosts, pods, services, and the office itself."""

from dataclasses import dataclass, field
from ipaddress import IPv4Interface
from typing import Final

from bgpkit_node.demo.cluster import POOL, Cluster, Machine, Pod, Segment, plugged
from bgpkit_node.demo.places import answering, inside
from bgpkit_node.demo.processes import ip_batch, run
from bgpkit_node.demo.router import Router
from bgpkit_node.kernel import write_sysctl

HOSTS: Final = Segment("hosts", IPv4Interface("172.17.0.1/24"), routed=True)
OFFICE: Final = Segment("office", IPv4Interface("192.168.1.1/24"), routed=True)
SERVICES: Final = "10.0.0.0/24"
SERVICE: Final = "10.0.0.80"
NETWORKS: Final = {
    "office": str(OFFICE.gateway.network),
    "hosts": str(HOSTS.gateway.network),
    "pods": POOL,
    "services": SERVICES,
}
FIRST, SECOND, CLIENT = (
    Machine("k8s-master1", IPv4Interface("172.17.0.11/24"), HOSTS),
    Machine("k8s-node1", IPv4Interface("172.17.0.12/24"), HOSTS),
    Machine("k8s-node2", IPv4Interface("172.17.0.21/24"), HOSTS),
)


@dataclass(frozen=True, slots=True)
class Pc:
    """A PC: its namespace, its address, and whose gateway leads it on."""

    name: str
    address: IPv4Interface
    segment: Segment

    @property
    def ip(self) -> str:
        """Its address alone."""
        return str(self.address.ip)


OFFICE_PC: Final = Pc("office-pc", IPv4Interface("192.168.1.50/24"), OFFICE)
NEAR_PC: Final = Pc("near-pc", IPv4Interface("172.17.0.100/24"), HOSTS)


@dataclass(slots=True)
class OfficeNetwork:
    """Three nodes with a pod on each, the office router, a PC in the office and one beside the nodes."""

    cluster: Cluster = field(default_factory=lambda: Cluster(machines=(FIRST, SECOND, CLIENT)))
    pods: dict[Machine, Pod] = field(default_factory=dict[Machine, Pod])

    @property
    def router(self) -> Router:
        """The office router, which is the gateway of nodes and PCs."""
        return Router(self.cluster, {"hosts0": HOSTS, "lan0": OFFICE})

    async def build(self) -> None:
        """Make segments, router and PCs."""
        await self.cluster.build_segments()
        await ip_batch([f"link add {OFFICE.name} type bridge stp_state 0", f"link set {OFFICE.name} up"])
        await self.router.build()
        for pc in (OFFICE_PC, NEAR_PC):
            await run("ip", "netns", "add", pc.name)
            self.cluster.others.append(pc.name)
            await ip_batch(plugged(f"p-{pc.name}", pc.name, "eth0", pc.segment))
            await inside(pc.name, _refuse_redirects)
            commands = ["link set lo up", f"addr add {pc.address} dev eth0", "link set eth0 up"]
            await ip_batch([*commands, f"route add default via {pc.segment.gateway.ip}"], namespace=pc.name)

    async def add_pods(self) -> None:
        """Make a pod on each node."""
        for machine in self.cluster.machines:
            self.pods[machine] = await self.cluster.add_pod(f"{machine.name.removeprefix('k8s-')}-pod", machine)

    async def reached_from(self, pc: Pc) -> set[Machine]:
        """Return the nodes whose pods answer pings of a PC."""
        found = await answering(pc.name, [pod.address for pod in self.pods.values()])
        return {machine for machine, pod in self.pods.items() if pod.address in found}

    async def cable(self, machine: Machine, state: str) -> None:
        """Pull out a node's cable (``down``), or put it back (``up``); the router has asked for nobody's MAC lately."""
        await ip_batch([f"link set port{self.cluster.machines.index(machine)} {state}"])
        await self.router.ip("neigh flush dev hosts0")


def _refuse_redirects() -> None:
    """Let a PC not be led past the router's next hops by the router's redirects."""
    for scope in ("all", "default", "eth0"):
        write_sysctl(f"ipv4/conf/{scope}/accept_redirects", "0")
