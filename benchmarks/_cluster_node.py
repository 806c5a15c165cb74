"""What one node of a large full mesh costs: a node that joins, with real sessions over the loopback interface.

The node is a process of its own, and all that it spends is its own. The other nodes are speakers of a second process,
each with an address and a block, and with no session but the one with that node.

    python benchmarks/_cluster_node.py NODES
"""

import asyncio
import json
import resource
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final, NamedTuple

from structlog.testing import capture_logs

from benchmarks._cluster_resources import ASN, block, node, resources, settings
from bgpkit import IPV4_UNICAST, Speaker, State
from bgpkit_node.peering import Cluster, cluster_of, plan_peerings
from bgpkit_node.peering.session_config import Terms
from bgpkit_node.peering.sessions import Sessions

_BASE: Final = IPv4Address("127.9.0.0")
_PORT: Final = 17979
_PATIENCE: Final = 120.0
_OTHERS: Final = "--others"
_FILES: Final = 1 << 14
_PAGES: Final = 256
"""Pages of memory in a megabyte."""


class Machine(NamedTuple):
    """A node's speaker, and its sessions."""

    speaker: Speaker
    sessions: Sessions

    async def follow(self, cluster: Cluster, number: int) -> None:
        """Take in the resources as the node with a number."""
        own = cluster.node(f"n{number}")
        assert own is not None
        names = frozenset(one.name for one in cluster.nodes)
        await self.sessions.follow(plan_peerings(cluster, own), Terms.of(cluster, own), names)

    def is_whole(self, nodes: int) -> bool:
        """Tell whether every session is up and there is a route to the block of each of so many nodes."""
        states = {peer.state for peer in self.speaker.peers()}
        return states == {State.ESTABLISHED} and len(tuple(self.speaker.routes(IPV4_UNICAST))) == nodes


async def _started(running: AsyncExitStack, number: int) -> Machine:
    address = str(_BASE + number)
    speaker = Speaker(asn=ASN, bgp_identifier=address, listen=[(address, _PORT)], families=[IPV4_UNICAST])
    await running.enter_async_context(speaker)
    await speaker.announce(block(number), next_hop=address)
    return Machine(speaker, Sessions(speaker))


async def _others(nodes: int) -> None:
    """Be all nodes but the first one: say when they are there, and have sessions with it as soon as it is told."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    async with AsyncExitStack() as running:
        started = {number: await _started(running, number) for number in range(2, nodes + 1)}
        print("there", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        common = (*settings(mesh=True, port=_PORT), node(1, _BASE))
        for number, machine in started.items():
            await machine.follow(cluster_of((*common, node(number, _BASE))), number)
        await asyncio.to_thread(sys.stdin.readline)


@asynccontextmanager
async def _neighbours(nodes: int) -> AsyncGenerator[asyncio.StreamWriter]:
    """Have the other nodes; what is written to them lets them begin, and ends them when it is closed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, __file__, _OTHERS, str(nodes)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        if await asyncio.wait_for(process.stdout.readline(), _PATIENCE) != b"there\n":
            raise SystemExit("the other nodes have not started")
        yield process.stdin
    finally:
        process.stdin.close()
        await process.wait()


async def _joined(nodes: int) -> dict[str, float]:
    """Let the first node join; return what it took, and what it spent."""
    cluster = cluster_of(resources(nodes, mesh=True, base=_BASE, port=_PORT))
    async with AsyncExitStack() as running:
        others = await running.enter_async_context(_neighbours(nodes))
        machine = await _started(running, 1)
        memory, began, cpu = _resident(), time.monotonic(), time.process_time()
        others.write(b"\n")
        await machine.follow(cluster, 1)
        while not machine.is_whole(nodes):
            if time.monotonic() > began + _PATIENCE:
                raise SystemExit(f"the node has not met all others within {_PATIENCE:g} seconds")
            await asyncio.sleep(0.05)
        seconds, cpu = time.monotonic() - began, time.process_time() - cpu
        return {"seconds": seconds, "cpu": cpu, "megabytes": _resident() - memory}


def _resident() -> float:
    """Return the memory of this process in megabytes."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) / _PAGES


def main() -> None:
    """Be the node that is measured, or all others."""
    *words, count = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    with capture_logs():
        found = asyncio.run(_others(int(count)) if words == [_OTHERS] else _joined(int(count)))
    if found is not None:
        print(json.dumps(found))


if __name__ == "__main__":
    main()
