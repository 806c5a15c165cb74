"""Why large clusters have route reflectors: a full mesh of nodes beside two reflectors, node by node.

    python benchmarks/cluster_sessions.py [--nodes 10,50,100,200,500] [--mesh-up-to 200] [--json FILE]

Every node is a real speaker with the agent's own logic of sessions; network and clock are simulated, in one process for
each row. Nodes join all at once, each with a block of its own, until every node has a route to every block; then one
more node joins. ``CPU`` and ``MB`` are of all nodes together: what the machines of such a cluster spend.

The sessions of a mesh grow with the square: one of more nodes than ``--mesh-up-to`` is not run as a whole. Of it, and
of the largest one that is, one node is measured that joins it: a process of its own, with a session over TCP with every
other node (``one node``), and what that comes to for all of them (``scaled``). ``how`` says what is measured.
"""

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from structlog.testing import capture_logs

from benchmarks._cluster_resources import REFLECTORS, SIMULATED, block, resources
from bgpkit import IPV4_UNICAST, Speaker, State
from bgpkit.testing import LinkConditions, Simulation
from bgpkit_node.peering import Cluster, cluster_of, plan_peerings
from bgpkit_node.peering.session_config import Terms
from bgpkit_node.peering.sessions import Sessions

PATIENCE: Final = 600.0
"""Virtual seconds."""
ONE_NODE: Final = Path(__file__).with_name("_cluster_node.py")
HEADER: Final = "nodes | arrangement | sessions | of a joining node | seconds | to join | CPU | to join | MB | how"
MEASURED: Final = "measured"
SCALED: Final = "scaled"


@dataclass(frozen=True)
class Row:
    """What one arrangement of so many nodes costs; None where it was not looked at."""

    arrangement: str
    nodes: int
    sessions: int
    joining: int
    """Sessions of the node that joins last."""
    how: str = MEASURED
    """Whether the figures were measured, or come of those of one node."""
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
            cluster = cluster_of(resources(end, mesh=mesh))
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
        return Row(word, nodes, counted, joining, MEASURED, seconds, join_seconds, cpu, join_cpu, megabytes)


async def _started(lab: Simulation, running: AsyncExitStack, number: int) -> Machine:
    address = str(SIMULATED + number)
    host = lab.network.host(address)
    speaker = Speaker(asn=64512, bgp_identifier=address, listen=[(address, 179)], network=host, jitter=host.random)
    await running.enter_async_context(speaker)
    await speaker.announce(block(number), next_hop=address)
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


def _in_a_process(program: Path, *words: str) -> dict[str, Any]:
    answer = subprocess.run([sys.executable, program, *words], capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise SystemExit(f"{program.name} {' '.join(words)}: {answer.stderr.strip()}")
    return dict(json.loads(answer.stdout))


def _rows(nodes: int, mesh_up_to: int, *, largest: bool) -> Iterator[Row]:
    """Yield the rows of so many nodes; ``largest`` is the last one whose mesh is run as a whole."""
    if nodes <= mesh_up_to:
        yield Row(**_in_a_process(Path(__file__), "--row", f"mesh,{nodes}"))
    if nodes > mesh_up_to or largest:
        one = _in_a_process(ONE_NODE, str(nodes))
        cpu, megabytes = one["cpu"], one["megabytes"]
        yield Row("one node", nodes, nodes - 1, nodes - 1, MEASURED, one["seconds"], None, cpu, None, megabytes)
        sessions = sessions_of(nodes, mesh=True)
        yield Row("mesh", nodes, sessions, nodes - 1, SCALED, cpu=cpu * nodes, megabytes=megabytes * nodes)
    yield Row(**_in_a_process(Path(__file__), "--row", f"reflectors,{nodes}"))


def _printed(row: Row) -> str:
    values = (row.seconds, row.join_seconds, row.cpu, row.join_cpu, row.megabytes)
    figures = ["-" if value is None else f"{value:.1f}" for value in values]
    return " | ".join([f"{row.nodes}", row.arrangement, f"{row.sessions}", f"{row.joining}", *figures, row.how])


def main() -> None:
    """Read the command line, measure, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", default="10,50,100,200,500", help="numbers of nodes")
    parser.add_argument("--mesh-up-to", type=int, default=200, help="the largest mesh that is run as a whole")
    parser.add_argument("--json", type=Path, help="a file for the rows")
    parser.add_argument("--row", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.row:
        word, _, count = str(options.row).partition(",")
        print(json.dumps(asdict(measure(int(count), mesh=word == "mesh"))))
        return
    rows: list[Row] = []
    print(HEADER, flush=True)
    counts = list(map(int, str(options.nodes).split(",")))
    largest = max((count for count in counts if count <= options.mesh_up_to), default=0)
    for nodes in counts:
        for row in _rows(nodes, options.mesh_up_to, largest=nodes == largest):
            rows.append(row)
            print(_printed(row), flush=True)
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
