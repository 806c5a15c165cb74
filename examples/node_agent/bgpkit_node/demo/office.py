"""The scenario of an office beside a cluster: its PCs reach pods and services, by static routes and by BGP."""

import asyncio
import json
import time
from collections.abc import Collection, Mapping
from functools import partial
from ipaddress import ip_network
from typing import Final

from bgpkit_node.demo import routed_manifests as manifests
from bgpkit_node.demo.checking import expect
from bgpkit_node.demo.cluster import POOL, Machine, Pod
from bgpkit_node.demo.compared import compared
from bgpkit_node.demo.kube_proxy import ServiceRule, play
from bgpkit_node.demo.manifests import pool
from bgpkit_node.demo.office_network import (
    CLIENT,
    FIRST,
    HOSTS,
    NEAR_PC,
    NETWORKS,
    OFFICE_PC,
    SECOND,
    SERVICE,
    SERVICES,
    OfficeNetwork,
    Pc,
)
from bgpkit_node.demo.places import called
from bgpkit_node.demo.processes import end, pinger, within
from bgpkit_node.demo.report import Report
from bgpkit_node.demo.scenario import Step
from bgpkit_node.demo.waiting import established, kernel_routes, until

_NOBODY: Final = frozenset[Machine]()
_REFLECTOR: Final = {"route-reflector": "true"}
_LATEST: Final = manifests.HOLD_SECONDS + 2.0


class Office:
    """The office and the cluster; from step to step its router is told more of pods and services."""

    def __init__(self, report: Report) -> None:
        """Prepare; the first step builds it all."""
        self.facts: dict[str, object] = {}
        self.steps: Mapping[str, Step] = {
            "network": self.build,
            "one-route": self.one_route,
            "two-routes": self.two_routes,
            "office-bgp": self.by_bgp,
            "reflector-dies": self.reflector_dies,
            "services": self.services,
        }
        self._report = report
        self._network = OfficeNetwork()
        self.cluster = self._network.cluster
        self._router = self._network.router
        self._table = ""

    async def build(self) -> None:
        """Make router, PCs, nodes and pods; two of the nodes reflect."""
        nodes = [manifests.node(machine, _REFLECTOR, reflects=True) for machine in (FIRST, SECOND)]
        nodes.append(manifests.peering_with_reflectors())
        first = self._apply(pool({}), manifests.configuration(mesh=False), *nodes)
        await asyncio.gather(self._network.build(), first)
        await asyncio.gather(*map(self.cluster.start_agent, self.cluster.machines))
        await self._network.add_pods()
        rows = [["office", str(OFFICE_PC.address), OFFICE_PC.name], ["hosts", str(NEAR_PC.address), NEAR_PC.name]]
        rows += [["hosts", str(machine.address), machine.name] for machine in self.cluster.machines]
        rows += [["pods", pod.address, f"{pod.name} on {machine.name}"] for machine, pod in self._network.pods.items()]
        rows += [["services", SERVICE, f"a service, behind it {self._pod(CLIENT).name}"]]
        self._report.table("four networks", ["network", "address", "who"], rows)
        self._report.note(", ".join(f"{name} {network}" for name, network in NETWORKS.items()))
        await until("the sessions with the reflectors", self._peered)
        await self._show_router()
        await self._expect_reached(OFFICE_PC, _NOBODY)

    async def one_route(self) -> None:
        """Lead all pods' addresses to one node, and lose them all with it."""
        await self._router.ip(f"route add {POOL} via {SECOND.address.ip}")
        await self._show_router()
        for pc in (NEAR_PC, OFFICE_PC):
            await self._expect_reached(pc, self.cluster.machines)
        for machine in self.cluster.machines:
            pod = self._pod(machine)
            seen = await called(OFFICE_PC.name, pod.namespace, pod.address, 8080)
            self._expect(f"{pod.name} answers {OFFICE_PC.name} as itself, and sees it as {seen}", seen == OFFICE_PC.ip)
        self._report.note(f"the cable of {SECOND.name} is pulled out")
        await self._network.cable(SECOND, "down")
        await self._expect_reached(OFFICE_PC, _NOBODY)

    async def two_routes(self) -> None:
        """Lead them to two nodes, of which one may be gone."""
        hops = " ".join(f"nexthop via {machine.address.ip}" for machine in (SECOND, CLIENT))
        await self._router.ip(f"route replace {POOL} {hops}")
        await self._show_router()
        left = {FIRST, CLIENT}
        await until("the router notices", lambda: self._reaches(OFFICE_PC, left))
        await self._expect_reached(OFFICE_PC, left)
        self._report.note(f"the cable of {SECOND.name} is put back")
        await self._network.cable(SECOND, "up")
        await until("all pods again", lambda: self._reaches(OFFICE_PC, self.cluster.machines))

    async def by_bgp(self) -> None:
        """Let the router learn each block from the reflectors, and the nodes the office from the router."""
        office = NETWORKS["office"]
        self._report.note(f"the router runs bgpkit: bgpkit run router.toml; {FIRST.name} and {SECOND.name} reflect")
        reflecting = {str(machine.address.ip): str(HOSTS.gateway.ip) for machine in (FIRST, SECOND)}
        await self._router.speak(manifests.router(str(HOSTS.gateway.ip), reflecting, office))
        peering = manifests.peering_with_router("office", "route-reflector == 'true'", str(HOSTS.gateway.ip))
        await self._apply(manifests.passed_on(office), manifests.peering_with_reflectors("office"), peering)
        for machine in self.cluster.machines:
            await self._router_learns(self._block(machine), machine)
        await self._router.ip(f"route del {POOL}")
        await self._show_router()
        self._expect("the router has a route to each block by its node, and none to a pod", True)
        for machine in self.cluster.machines:
            await until(f"the office in the table of {machine.name}", partial(_knows, machine, office))
        self._expect(f"all nodes have learned {office} by BGP", True)
        for pc in (NEAR_PC, OFFICE_PC):
            await self._expect_reached(pc, self.cluster.machines)

    async def reflector_dies(self) -> None:
        """Let a reflector fall silent under pings to a pod of another node."""
        pod = self._pod(CLIENT)
        stream = await asyncio.create_subprocess_exec(
            *within(OFFICE_PC.name), *pinger("--interval", "0.01", pod.address), stdout=asyncio.subprocess.PIPE
        )
        self._report.note(f"a ping every 10 ms from {OFFICE_PC.name} to {pod.name} on {CLIENT.name}")
        await asyncio.sleep(0.5)
        await self._network.cable(FIRST, "down")
        began = time.monotonic()
        await until("the router drops what is gone", lambda: self._router.knows(self._block(FIRST)))
        took = time.monotonic() - began
        end(stream)
        output, _ = await stream.communicate()
        [counts] = json.loads(output.splitlines()[-1])["streams"]
        await self._show_router()
        self._expect(f"the block of {FIRST.name} is withdrawn after {took:.1f} s, within the hold time", took < _LATEST)
        told = f"{counts['sent']} pings sent meanwhile, {counts['lost']} lost"
        self._expect(f"{told}: the other reflector has it all", counts["sent"] > 0 and counts["lost"] == 0)
        self.facts |= {"pings_sent": counts["sent"], "pings_lost": counts["lost"], "withdrawn_after": round(took, 1)}
        await self._network.cable(FIRST, "up")
        await self._router_learns(self._block(FIRST), FIRST)

    async def services(self) -> None:
        """Advertise services; register at one from the office, and be called back."""
        pod = self._pod(CLIENT)
        rule = ServiceRule(SERVICE, 80, pod, 8080)
        self._report.note("kube-proxy is not part of this: rules of nft on each node play it")
        await asyncio.gather(*(play(machine, rule, local=False) for machine in self.cluster.machines))
        await self._apply(manifests.configuration(mesh=False, services=SERVICES))
        await self._router_learns(SERVICES, FIRST, SECOND)
        await self._show_router()
        seen = await self._register()
        self._expect(
            f"{OFFICE_PC.name} registers at {SERVICE}:80; {pod.name} sees the node {seen} (traffic policy Cluster)",
            seen in {str(machine.address.ip) for machine in self.cluster.machines},
        )
        seen = await called(pod.namespace, OFFICE_PC.name, OFFICE_PC.ip, 9000)
        self._expect(f"{pod.name} calls back, as {seen}: natOutgoing", seen == str(CLIENT.address.ip))
        self._report.note(f"applying: a disabled pool {NETWORKS['office']}, whose addresses are not translated to")
        await self._apply(manifests.not_translated("office", NETWORKS["office"]))
        await until(f"{pod.name} calls back as itself", lambda: self._calls_back_as(pod.address))
        self._expect(f"{pod.name} calls back, as {pod.address}: the office is excluded from natOutgoing", True)
        self._report.note("applying: the service with externalTrafficPolicy Local; kube-proxy's part changes with it")
        await play(CLIENT, rule, local=True)
        await self._apply(manifests.local_service("registry", SERVICE, pod))
        await self._router_learns(f"{SERVICE}/32", CLIENT)
        await self._show_router()
        seen = await self._register()
        text = f"{OFFICE_PC.name} registers at {SERVICE}:80; {pod.name} sees {seen} (traffic policy Local)"
        self._expect(text, seen == OFFICE_PC.ip)
        self.facts["registered_as"] = seen

    async def _apply(self, *documents: str) -> None:
        await self.cluster.command("apply", "-f", "-", given="---\n".join(documents))

    async def _register(self) -> str:
        """Connect to the service from the office; return the address that its pod sees."""
        return await called(OFFICE_PC.name, self._pod(CLIENT).namespace, SERVICE, 80, at=8080)

    async def _calls_back_as(self, address: str) -> bool:
        return await called(self._pod(CLIENT).namespace, OFFICE_PC.name, OFFICE_PC.ip, 9000) == address

    def _pod(self, machine: Machine) -> Pod:
        return self._network.pods[machine]

    def _block(self, machine: Machine) -> str:
        return str(ip_network(f"{self._pod(machine).address}/26", strict=False))

    def _expect(self, text: str, passed: bool) -> None:
        expect(self._report, text, passed=passed)

    async def _router_learns(self, prefix: str, *machines: Machine) -> None:
        """Wait until the router reaches a prefix by one of these nodes."""

        async def learned() -> bool:
            """Look at its table."""
            for machine in machines:
                if await self._router.knows(prefix, str(machine.address.ip)):
                    return True
            return False

        await until(f"{prefix} in the router's table", learned)

    async def _show_router(self) -> None:
        """Show what has changed in the router's table since it was last shown."""
        before, self._table = self._table, await self._router.routes()
        self._report.text("ip route on the router", compared(before, self._table) if before else self._table)

    async def _peered(self) -> bool:
        """Tell whether each node has a session with each of the reflectors, and these with all."""
        for machine in self.cluster.machines:
            peers = self.cluster.machines if machine is not CLIENT else (FIRST, SECOND)
            others = {str(other.address.ip) for other in peers if other is not machine}
            if not await established(machine, others):
                return False
        return True

    async def _reaches(self, pc: Pc, wanted: Collection[Machine]) -> bool:
        return await self._network.reached_from(pc) == set(wanted)

    async def _expect_reached(self, pc: Pc, wanted: Collection[Machine]) -> None:
        """Ping the pods of all nodes from a PC, and tell whose answer."""
        reached = await self._network.reached_from(pc)
        names = ", ".join(self._pod(machine).name for machine in self.cluster.machines if machine in wanted)
        self._expect(
            f"{pc.name} reaches {names or 'no pod'}{'' if names else ', as it has to be'}", reached == set(wanted)
        )


async def _knows(machine: Machine, network: str) -> bool:
    """Tell whether a node has the office's network by BGP."""
    rows = await kernel_routes(machine)
    return any(row["dst"] == network and row.get("protocol") == "bird" for row in rows)
