"""Why large clusters have route reflectors: a full mesh of nodes beside two reflectors, node by node.

    python benchmarks/cluster_sessions.py [--nodes 10,50,100,200,500] [--mesh-up-to 100] [--json FILE]

Every node is a real speaker with the agent's own logic of sessions; network and clock are simulated, in one process for
each row. Nodes join all at once, each with a block of its own, until every node has a route to every block; then one
more node joins. ``CPU`` and ``memory`` are of all nodes together: what the machines of such a cluster spend. A mesh of
more nodes than ``--mesh-up-to`` is counted and not run: its sessions grow with the square.
"""

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

from structlog.testing import capture_logs

from bgpkit import IPV4_UNICAST, Speaker, State
from bgpkit.testing import LinkConditions, Simulation
from bgpkit_node.peering import Cluster, plan_peerings
from bgpkit_node.peering.session_config import Terms
from bgpkit_node.peering.sessions import Sessions
from bgpkit_node.resources import (
    BGPConfiguration,
    BGPConfigurationSpec,
    BGPPeer,
    BGPPeerSpec,
    IPPool,
    IPPoolSpec,
    Metadata,
    Node,
    NodeBgp,
    NodeSpec,
    Resource,
)

REFLECTORS: Final = 2
PATIENCE: Final = 600.0
"""Virtual seconds."""
_BASE: Final = IPv4Address("10.4.0.0")


@dataclass(frozen=True)
class Row:
    """What one arrangement of so many nodes costs; None where it was not run."""

    arrangement: str
    nodes: int
    sessions: int
    joining: int
    """Sessions of the node that joins last."""
    seconds: float | None = None
    """Virtual seconds from the start of all nodes to the last route."""
    join_seconds: float | None = None
    cpu: float | None = None
    join_cpu: float | None = None
    megabytes: float | None = None


@dataclass
class Machine:
    """A node's speaker, and its sessions."""

    name: str
    speaker: Speaker
    sessions: Sessions

    async def follow(self, cluster: Cluster) -> None:
        """Take in the resources, as an agent does."""
        own = cluster.node(self.name)
        assert own is not None
        names = frozenset(one.name for one in cluster.nodes)
        await self.sessions.follow(plan_peerings(cluster, own), Terms.of(cluster, own), names)

    def has(self, blocks: int) -> bool:
        """Tell whether every session is up and there is a route to each of so many blocks."""
        states = {peer.state for peer in self.speaker.peers()}
        return states == {State.ESTABLISHED} and len(tuple(self.speaker.routes(IPV4_UNICAST))) == blocks


def sessions_of(nodes: int, *, mesh: bool) -> int:
    """Return how many sessions a cluster has: each with each, or each with the reflectors and those with each other."""
    clients, reflectors = nodes - REFLECTORS, REFLECTORS
    return nodes * (nodes - 1) // 2 if mesh else reflectors * clients + reflectors * (reflectors - 1) // 2


def resources(nodes: int, *, mesh: bool) -> tuple[Resource, ...]:
    """Return the resources of a cluster."""
    pool = IPPool(metadata=Metadata(name="pool"), spec=IPPoolSpec(cidr="10.244.0.0/16"))
    settings = BGPConfigurationSpec(node_to_node_mesh_enabled=mesh)
    found: list[Resource] = [pool, BGPConfiguration(metadata=Metadata(name="default"), spec=settings)]
    if not mesh:
        spec = BGPPeerSpec(node_selector="all()", peer_selector="route-reflector == 'true'")
        found.append(BGPPeer(metadata=Metadata(name="reflectors"), spec=spec))
    return (*found, *(_node(number, reflects=not mesh and number <= REFLECTORS) for number in range(1, nodes + 1)))


def _node(number: int, *, reflects: bool) -> Node:
    bgp = NodeBgp(ipv4_address=f"{_BASE + number}/16", route_reflector_cluster_id="244.0.0.1" if reflects else "")
    labels = {"route-reflector": "true"} if reflects else {}
    return Node(metadata=Metadata(name=f"n{number}", labels=labels), spec=NodeSpec(bgp=bgp))


async def _measured(lab: Simulation, nodes: int, *, mesh: bool) -> Row:
    """Start all nodes but one, wait until they are whole, and let the last one join."""
    async with AsyncExitStack() as running:
        tasks = await running.enter_async_context(asyncio.TaskGroup())
        lasting: list[asyncio.Task[None]] = []
        machines: list[Machine] = []
        spent: list[tuple[float, float]] = []
        for start, end in ((1, nodes - 1), (nodes, nodes)):
            began, cpu = lab.now, time.process_time()
            for number in range(start, end + 1):
                machines.append(await _started(lab, running, number))
                lasting.append(tasks.create_task(machines[-1].sessions.run()))
            cluster = Cluster.of(resources(end, mesh=mesh))
            for machine in machines:
                await machine.follow(cluster)
            await _whole(lab, machines)
            spent.append((lab.now - began, time.process_time() - cpu))
        for task in lasting:
            task.cancel()
        megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        joining = len(machines[-1].sessions.wanted)
        counted = sum(len(machine.sessions.wanted) for machine in machines) // 2
        (seconds, cpu), (join_seconds, join_cpu) = spent
        word = "mesh" if mesh else "reflectors"
        return Row(word, nodes, counted, joining, seconds, join_seconds, cpu, join_cpu, megabytes)


async def _started(lab: Simulation, running: AsyncExitStack, number: int) -> Machine:
    address = str(_BASE + number)
    host = lab.network.host(address)
    speaker = Speaker(asn=64512, bgp_identifier=address, listen=[(address, 179)], network=host, jitter=host.random)
    await running.enter_async_context(speaker)
    await speaker.announce(f"10.244.{number >> 2}.{(number & 3) * 64}/26", next_hop=address)
    return Machine(f"n{number}", speaker, Sessions(speaker))


async def _whole(lab: Simulation, machines: Sequence[Machine]) -> None:
    deadline = lab.now + PATIENCE
    for machine in machines:
        while not machine.has(len(machines)):
            if lab.now > deadline:
                raise SystemExit(f"{machine.name} has not converged within {PATIENCE:g} virtual seconds")
            await asyncio.sleep(0.1)


def measure(nodes: int, *, mesh: bool) -> Row:
    """Run one row in this process."""
    lab = Simulation(1, conditions=LinkConditions(delay=0.002, jitter=0.002), log=False)
    with capture_logs():
        return lab.run(lambda lab: _measured(lab, nodes, mesh=mesh))


def _in_a_process(nodes: int, word: str) -> Row:
    argv = [sys.executable, __file__, "--row", f"{word},{nodes}"]
    answer = subprocess.run(argv, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise SystemExit(f"{word} of {nodes} nodes: {answer.stderr.strip()}")
    return Row(**json.loads(answer.stdout))


def _printed(row: Row) -> str:
    values = (row.seconds, row.join_seconds, row.cpu, row.join_cpu, row.megabytes)
    measured = ["not run" if value is None else f"{value:.1f}" for value in values]
    return " | ".join([f"{row.nodes}", row.arrangement, f"{row.sessions}", f"{row.joining}", *measured])


def main() -> None:
    """Read the command line, measure, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", default="10,50,100,200,500", help="numbers of nodes")
    parser.add_argument("--mesh-up-to", type=int, default=100, help="the largest mesh that is run")
    parser.add_argument("--json", type=Path, help="a file for the rows")
    parser.add_argument("--row", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.row:
        word, _, count = str(options.row).partition(",")
        print(json.dumps(asdict(measure(int(count), mesh=word == "mesh"))))
        return
    rows: list[Row] = []
    print("nodes | arrangement | sessions | of a joining node | seconds | to join | CPU | to join | MB", flush=True)
    for nodes in map(int, str(options.nodes).split(",")):
        for word in ("mesh", "reflectors"):
            mesh = word == "mesh"
            if mesh and nodes > options.mesh_up_to:
                rows.append(Row(word, nodes, sessions_of(nodes, mesh=True), nodes - 1))
            else:
                rows.append(_in_a_process(nodes, word))
            print(_printed(rows[-1]), flush=True)
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
