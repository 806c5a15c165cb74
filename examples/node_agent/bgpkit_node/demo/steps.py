"""The scenario of the demonstration that shows a whole cluster, step by step."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Final, Self

from bgpkit_node.demo import manifests
from bgpkit_node.demo.cluster import MACHINES, Cluster, Machine
from bgpkit_node.demo.internet_table import carry_table
from bgpkit_node.demo.pings import Streams, ping_matrix
from bgpkit_node.demo.policy_scenes import PolicyScenes
from bgpkit_node.demo.processes import run, within
from bgpkit_node.demo.report import Report
from bgpkit_node.demo.scenario import Step
from bgpkit_node.demo.waiting import established, kernel_routes, until
from bgpkit_node.errors import NodeError

MASTER, NODE1, NODE2 = MACHINES
PODS_PER_NODE: Final = 2


@dataclass(slots=True)
class Demonstration:
    """What the steps share."""

    cluster: Cluster
    report: Report
    scenes: PolicyScenes
    facts: dict[str, object] = field(default_factory=dict[str, object])

    @classmethod
    def begun(cls, report: Report) -> Self:
        """Return it with a cluster that is still to be built."""
        cluster = Cluster()
        return cls(cluster, report, PolicyScenes(cluster, report))

    @property
    def steps(self) -> Mapping[str, Step]:
        """The steps, to be taken in their order."""
        return {name: partial(step, self) for name, step in STEPS.items()}


async def start_nodes(demo: Demonstration) -> None:
    """Make the machines, apply the first resources, start the agents."""
    await asyncio.gather(demo.cluster.build_segments(), demo.cluster.command("apply", "-f", "-", given=manifests.FIRST))
    await asyncio.gather(*(demo.cluster.start_agent(machine) for machine in MACHINES))
    for machine in MACHINES:
        demo.report.note(f"{machine.name} at {machine.address}: agent process {demo.cluster.agents[machine.name].pid}")


async def add_pods(demo: Demonstration) -> None:
    """Call the CNI executable for two pods on each node."""
    await asyncio.gather(*(_add_pods_of(demo, machine) for machine in MACHINES))
    demo.cluster.pods.sort(key=lambda pod: pod.name)
    for pod in demo.cluster.pods:
        demo.report.note(f"{pod.name} on {pod.machine.name}: {pod.address}")
    table = await demo.cluster.command("ipam", "show")
    demo.report.text("bgpkit-node ipam show", table)


async def full_mesh(demo: Demonstration) -> None:
    """Wait for the mesh, show what an operator looks at, and ping everything from everywhere."""
    for machine in MACHINES:
        others = {str(other.address.ip) for other in MACHINES if other is not machine}
        await _node_settled("the mesh", machine, others)
    status, routes, sockets, matrix = await asyncio.gather(
        demo.cluster.command("node", "status", machine=MASTER),
        run(*within(MASTER.name), "ip", "route"),
        _bgp_sockets(MASTER),
        ping_matrix(demo.cluster.pods),
    )
    demo.report.text("bgpkit-node node status, on k8s-master1", status)
    demo.report.text("ip route, on k8s-master1", routes)
    demo.report.text("sockets of port 179, on k8s-master1", sockets)
    pods = [pod.name for pod in demo.cluster.pods]
    sources = [*pods, *(machine.name for machine in MACHINES)]
    demo.report.table("every pod and every node pings every pod", ["from", *pods], matrix.rows(sources, pods))
    if matrix.lost:
        raise NodeError(f"{len(matrix.lost)} pings were lost: {matrix.lost}")
    demo.facts["pings_answered"] = f"{len(matrix.ttls)} of {len(matrix.ttls)}"


async def reflectors(demo: Demonstration) -> None:
    """Go from the mesh to one reflector, then two, then lose one and get it back, under a ping every 10 ms."""
    streams = Streams(demo.cluster.pods)
    await streams.start()
    demo.report.note(f"a ping every 10 ms for each of {streams.pairs} ordered pairs of pods on different nodes")
    watching = asyncio.create_task(_show_loss(streams, demo.report))
    try:
        await _through_changes(demo)
        await asyncio.sleep(1)
    finally:
        watching.cancel()
        loss = await streams.stop()
    demo.facts["pings_sent"] = loss.sent
    demo.facts["pings_lost"] = loss.lost
    demo.report.note(f"{loss.sent} pings sent, {loss.lost} lost")
    if loss.lost:
        raise NodeError(f"{loss.lost} of {loss.sent} pings were lost: {loss.by_pair}")


async def policy_example(demo: Demonstration) -> None:
    """Walk through a policy with everything in it."""
    await demo.scenes.example()


async def policy_access(demo: Demonstration) -> None:
    """Walk through the readings of a policy for a web server."""
    await demo.scenes.access()


async def policy_isolation(demo: Demonstration) -> None:
    """Walk through the isolation of a namespace."""
    await demo.scenes.isolation()
    demo.facts["policy_connections"] = demo.scenes.connections


async def internet_table(demo: Demonstration) -> None:
    """Carry a real Internet table through a reflector and compare it."""
    outcome = await carry_table(demo.cluster.environment())
    demo.report.note(
        f"{outcome.routes} routes in over an external session (AS 1853, 2-octet AS numbers), out over an internal one: "
        f"{outcome.seconds:.2f} s, {outcome.rate:,.0f} routes a second"
    )
    demo.report.note(
        f"compared prefix by prefix, attribute by attribute: {outcome.differences} differences "
        f"({outcome.left_out} AGGREGATORs of AS 0 are left out, as RFC 7607 asks)"
    )
    demo.facts["table_routes"] = outcome.routes
    demo.facts["table_routes_per_second"] = round(outcome.rate)
    demo.facts["table_differences"] = outcome.differences
    if outcome.differences:
        raise NodeError(f"the table came out with {outcome.differences} differences, such as {outcome.example}")


STEPS: Final[Mapping[str, Callable[[Demonstration], Awaitable[None]]]] = MappingProxyType(
    {
        "nodes": start_nodes,
        "pods": add_pods,
        "mesh": full_mesh,
        "reflectors": reflectors,
        "example": policy_example,
        "access": policy_access,
        "isolation": policy_isolation,
        "table": internet_table,
    }
)


async def _add_pods_of(demo: Demonstration, machine: Machine) -> None:
    for number in range(PODS_PER_NODE):
        await demo.cluster.add_pod(f"{machine.name.removeprefix('k8s-')}-pod{number + 1}", machine)


async def _through_changes(demo: Demonstration) -> None:
    await asyncio.sleep(1)
    change = "---\n".join((manifests.reflector(NODE1), manifests.PEER_WITH_REFLECTORS, manifests.MESH_OFF))
    demo.report.note("applying: k8s-node1 a reflector, every node peers with reflectors, mesh off; one document stream")
    demo.report.note((await demo.cluster.command("apply", "-f", "-", given=change)).strip())
    await _settled(demo, "one reflector", {MASTER: {NODE1}, NODE1: {MASTER, NODE2}, NODE2: {NODE1}})
    await asyncio.sleep(1)

    demo.report.note("applying: k8s-node2 a second reflector")
    await demo.cluster.command("apply", "-f", "-", given=manifests.reflector(NODE2))
    everyone = {machine: {other for other in MACHINES if other is not machine} for machine in MACHINES}
    await _settled(demo, "two reflectors", everyone)
    status = await demo.cluster.command("node", "status", machine=MASTER)
    demo.report.text("bgpkit-node node status, on k8s-master1", status)
    await asyncio.sleep(1)

    demo.report.note("SIGKILL to the agent of the first reflector, k8s-node1")
    await demo.cluster.kill_agent(NODE1)
    await asyncio.sleep(3)
    await demo.cluster.start_agent(NODE1)
    await _settled(demo, "the killed agent back", everyone)
    await asyncio.sleep(2)


async def _settled(demo: Demonstration, what: str, sessions: dict[Machine, set[Machine]]) -> None:
    """Wait until every node has exactly these sessions, all up, and a route to every other node's block."""
    started = time.monotonic()
    for machine, others in sessions.items():
        addresses = {str(other.address.ip) for other in others}
        await _node_settled(what, machine, addresses)
    demo.report.note(f"{what}: settled after {time.monotonic() - started:.1f} s")


async def _node_settled(what: str, machine: Machine, addresses: set[str]) -> None:
    await until(f"{what}: the sessions of {machine.name}", lambda: established(machine, addresses))
    await until(f"{what}: the routes of {machine.name}", lambda: _has_block_routes(machine, len(MACHINES) - 1))


async def _has_block_routes(machine: Machine, count: int) -> bool:
    found = [route for route in await kernel_routes(machine) if route.get("protocol") == "bird" and "gateway" in route]
    return len(found) == count


async def _bgp_sockets(machine: Machine) -> str:
    listing = await run(*within(machine.name), "ss", "-Htan", "( sport = :179 or dport = :179 )")
    return "\n".join(" ".join(line.split()) for line in sorted(listing.splitlines()))


async def _show_loss(streams: Streams, report: Report) -> None:
    while True:
        so_far = streams.so_far()
        report.progress(f"{so_far.sent} pings, {so_far.lost} lost")
        await asyncio.sleep(0.25)
