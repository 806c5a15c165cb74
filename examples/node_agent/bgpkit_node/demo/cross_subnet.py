"""The scenario of nodes in two subnets: what a router between must know when packets are wrapped, and when not."""

import asyncio
from collections.abc import Mapping
from functools import partial
from ipaddress import IPv4Interface, ip_network
from types import MappingProxyType
from typing import Final

from bgpkit_node.demo import routed_manifests as manifests
from bgpkit_node.demo.checking import expect
from bgpkit_node.demo.cluster import Cluster, Machine, Pod, Segment
from bgpkit_node.demo.compared import compared
from bgpkit_node.demo.manifests import pool
from bgpkit_node.demo.places import answering
from bgpkit_node.demo.processes import run, within
from bgpkit_node.demo.report import Report
from bgpkit_node.demo.router import Router
from bgpkit_node.demo.scenario import Step
from bgpkit_node.demo.waiting import established, kernel_routes, until
from bgpkit_node.demo.wire import Tap
from bgpkit_node.errors import NodeError

NORTH: Final = Segment("north", IPv4Interface("10.4.7.1/24"), routed=True)
SOUTH: Final = Segment("south", IPv4Interface("10.4.8.1/24"), routed=True)
NEAR, BESIDE, FAR = (
    Machine("k8s-master1", IPv4Interface("10.4.7.11/24"), NORTH),
    Machine("k8s-node1", IPv4Interface("10.4.7.12/24"), NORTH),
    Machine("k8s-node2", IPv4Interface("10.4.8.21/24"), SOUTH),
)
_TUNNELS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {"ipipMode": ("IPIP", "tunl0"), "vxlanMode": ("VXLAN", "vxlan.calico")}
)


class CrossSubnet:
    """Two nodes in one subnet, a third in another, a pod on each; the ways to wrap packets, one after the other."""

    def __init__(self, report: Report) -> None:
        """Prepare; the first step builds it all."""
        self.cluster = Cluster(machines=(NEAR, BESIDE, FAR))
        self.facts: dict[str, object] = {}
        self.steps: Mapping[str, Step] = {
            "segments": self.build,
            "never": self.never,
            "static-routes": self.static_routes,
            "router-bgp": self.router_bgp,
            "subnet-mode": self.cross_subnet,
            "always-mode": self.always,
        }
        self._report = report
        self._router = Router(self.cluster, {"north0": NORTH, "south0": SOUTH})
        self._pods: dict[Machine, Pod] = {}
        self._mode = "vxlanMode"
        self._tables_before: dict[str, str] = {}

    async def build(self) -> None:
        """Make segments, router, nodes and pods; nothing is wrapped."""
        cluster = self.cluster
        first = [pool({}), manifests.configuration(mesh=True)]
        first += [manifests.node(machine, {"subnet": machine.segment.name}) for machine in cluster.machines]
        await asyncio.gather(cluster.build_segments(), self._apply(*first))
        await self._router.build()
        await asyncio.gather(*map(cluster.start_agent, cluster.machines))
        for machine in cluster.machines:
            pod = self._pods[machine] = await cluster.add_pod(f"{machine.name.removeprefix('k8s-')}-pod", machine)
            self._report.note(f"{machine.name} at {machine.address} ({machine.segment.name}); {pod.name} {pod.address}")
        self._mode = await _mode()
        kind, device = _TUNNELS[self._mode]
        why = "" if self._mode == "ipipMode" else "; this kernel has no ipip, with which it could be IPIP"
        self._report.note(f"what is wrapped in this scenario is wrapped in {kind}, by {device}{why}")
        for machine in cluster.machines:
            others = {str(other.address.ip) for other in cluster.machines if other is not machine}
            await until(f"the mesh: the sessions of {machine.name}", partial(established, machine, others))
        expect(self._report, "a mesh of BGP sessions over the router", passed=True)

    async def never(self) -> None:
        """Show that a router which knows no pod routes drops what is not wrapped."""
        await self._by("eth0", "eth0")
        await self._tables("nothing wrapped")
        dropped = await self._router.unrouted()
        reached = await self._reached()
        told = await self.cluster.command(
            "explain", self._pods[NEAR].name, "--to", self._pods[FAR].name, statuses=(0, 1)
        )
        self._report.text(f"bgpkit-node explain {self._pods[NEAR].name} --to {self._pods[FAR].name}", told)
        self._expect_reached(reached, near=True, far=False)
        dropped = await self._router.unrouted() - dropped
        expect(self._report, f"the router has dropped {dropped} packets for which it had no route", passed=dropped > 0)

    async def static_routes(self) -> None:
        """Show that the router can be told by hand."""
        ways = [f"{self._block(machine)} via {machine.address.ip}" for machine in self.cluster.machines]
        await self._router.ip(*(f"route add {way}" for way in ways))
        await self._tables("with static routes")
        self._expect_reached(await self._reached(), near=True, far=True)
        await self._router.ip(*(f"route del {way}" for way in ways))

    async def router_bgp(self) -> None:
        """Show that the router can be told by BGP."""
        names = {segment: f"router-{segment.name}" for segment in (NORTH, SOUTH)}
        nodes = {str(machine.address.ip): str(machine.segment.gateway.ip) for machine in self.cluster.machines}
        self._report.note("the router runs bgpkit: bgpkit run router.toml")
        await self._router.speak(manifests.router(str(NORTH.gateway.ip), nodes))
        peerings = [
            manifests.peering_with_router(name, f"subnet == '{segment.name}'", str(segment.gateway.ip))
            for segment, name in names.items()
        ]
        await self._apply(*peerings)
        for machine in self.cluster.machines:
            block, hop = self._block(machine), str(machine.address.ip)
            await until(f"the router's route to {block}", partial(self._router.knows, block, hop))
        await self._tables("with BGP")
        self._expect_reached(await self._reached(), near=True, far=True)
        await self._router.hush()
        await self.cluster.command("delete", "-f", "-", given="---\n".join(peerings))
        for machine in self.cluster.machines:
            block = self._block(machine)
            await until(f"the router forgets {block}", partial(self._router.knows, block))

    async def cross_subnet(self) -> None:
        """Wrap what crosses the router, and nothing else."""
        await self._wrap("CrossSubnet", near=False)

    async def always(self) -> None:
        """Wrap everything between nodes."""
        await self._wrap("Always", near=True)

    async def _wrap(self, value: str, *, near: bool) -> None:
        """Set a mode and show table and wire; ``near`` is whether what stays in the subnet is wrapped."""
        kind, device = _TUNNELS[self._mode]
        self._report.note(f"applying: the pool with {self._mode}: {value}")
        await self._apply(pool({self._mode: value}))
        await self._by(device if near else "eth0", device)
        await self._tables(f"with {value}")
        with await Tap.on(NEAR.name, "eth0") as tap:
            reached = await self._reached()
            seen = {each.target: each for each in tap.echo_requests()}
        rows = [
            (pod.name, *seen[pod.address].words) for pod in (self._pods[BESIDE], self._pods[FAR]) if pod.address in seen
        ]
        self._report.table(
            f"pings of {self._pods[NEAR].name} on eth0 of {NEAR.name}", ["to", "outer-header", "wraps", "octets"], rows
        )
        self._expect_reached(reached, near=True, far=True)
        for machine, wrapped in ((BESIDE, near), (FAR, True)):
            found = seen.get(self._pods[machine].address)
            outer = f"{(NEAR if wrapped else self._pods[NEAR]).address}".partition("/")[0]
            inner = f"{(machine if wrapped else self._pods[machine]).address}".partition("/")[0]
            right = found is not None and (found.outer, bool(found.wrapped)) == (f"{outer} > {inner}", wrapped)
            where = "the same subnet" if machine is BESIDE else "the other subnet"
            how = f"is wrapped in {kind}" if wrapped else "is not wrapped"
            expect(self._report, f"{value}: what goes to {where} {how}, from {outer} to {inner}", passed=right)
        self.facts["wrapped_in"] = kind

    async def _apply(self, *documents: str) -> None:
        await self.cluster.command("apply", "-f", "-", given="---\n".join(documents))

    def _block(self, machine: Machine) -> str:
        return str(ip_network(f"{self._pods[machine].address}/26", strict=False))

    async def _by(self, near: str, far: str) -> None:
        """Wait until the first node reaches the block beside it and the one far away by these interfaces, and back."""
        wanted = {NEAR: {BESIDE: near, FAR: far}, BESIDE: {NEAR: near, FAR: far}, FAR: {NEAR: far, BESIDE: far}}

        async def by_these() -> bool:
            """Look at all tables."""
            for machine, others in wanted.items():
                ways = {row["dst"]: row["dev"] for row in await kernel_routes(machine) if "gateway" in row}
                if any(ways.get(self._block(other)) != device for other, device in others.items()):
                    return False
            return True

        await until(f"routes by {near} and {far}", by_these)

    async def _tables(self, when: str) -> None:
        """Show the tables of the first node and of the router, and what has changed since they were last shown."""
        now = {NEAR.name: await run(*within(NEAR.name), "ip", "route"), "the router": await self._router.routes()}
        for place, table in now.items():
            before = self._tables_before.get(place)
            body = table if before is None else compared(before, table)
            self._report.text(f"ip route on {place}, {when}", body)
        self._tables_before = now

    async def _reached(self) -> set[Machine]:
        """Ping the other nodes' pods from the first node's; return the nodes of those that answer."""
        others = {self._pods[machine].address: machine for machine in (BESIDE, FAR)}
        found = await answering(self._pods[NEAR].namespace, others)
        return {machine for address, machine in others.items() if address in found}

    def _expect_reached(self, reached: set[Machine], *, near: bool, far: bool) -> None:
        for machine, wanted, where in ((BESIDE, near, "the same subnet"), (FAR, far, "the other subnet")):
            pod = self._pods[machine]
            how = "is reached" if wanted else "is not reached"
            text = f"{pod.name} ({pod.address}, {where}) {how} from {self._pods[NEAR].name}"
            expect(self._report, text, passed=(machine in reached) is wanted)
            self.facts["pings_as_told"] = int(str(self.facts.get("pings_as_told", 0))) + 1


async def _mode() -> str:
    """Return the mode whose tunnels this kernel has: IPIP, else VXLAN."""
    try:
        await run("ip", "link", "add", "tunnel-probe", "type", "ipip", "local", "192.0.2.1", "remote", "192.0.2.2")
        await run("ip", "link", "del", "tunnel-probe")
    except NodeError:
        return "vxlanMode"
    return "ipipMode"
