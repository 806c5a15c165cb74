"""Agents that die at a chosen step, as a program: ``python -m tests.integration.cni_crasher SOCKET DATASTORE``.

For each line on standard input, a number, the agent that runs is killed and another one begins to serve, out of a
process that has everything imported; its ``ready`` goes to standard output. With a number other than 0 it kills itself
before that step of its work: every write to the kernel, every transaction of address management and every write of
an endpoint is one, and the answer the last. Besides ``cni`` it answers ``held`` with the addresses that are taken and
those of endpoints, and ``steps`` with their number.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import structlog

from bgpkit_node.agent.pod_addresses import PodAddresses
from bgpkit_node.cni import AgentSocket, CniService, pod_plumbing
from bgpkit_node.cni.pod_endpoints import PodEndpoints
from bgpkit_node.cni.pod_network import PodNetwork
from bgpkit_node.datastore import SqliteDatastore
from bgpkit_node.ipam import IPAddress, Ipam, load_snapshot
from bgpkit_node.ipam.draft import Draft
from bgpkit_node.kernel import Batch, Netlink
from bgpkit_node.resources import ResourceStore, WorkloadEndpoint
from tests.support.ipam_cluster import FixedPools, pool

NODE = "k8s-master1"
_WRITES: Collection[tuple[object, str]] = (
    (Draft, "commit"),
    (ResourceStore, "write"),
    (ResourceStore, "delete"),
    (pod_plumbing, "write_sysctl"),
    (Netlink, "remove_link"),
    (Batch, "commit"),
)


class Steps:
    """Counts, and ends the process before the step that it was told."""

    def __init__(self, last: int) -> None:
        """Die before step ``last``; 0: never."""
        self._last = last
        self.count = 0

    def step(self) -> None:
        """Take one."""
        self.count += 1
        if self.count == self._last:
            os.kill(os.getpid(), signal.SIGKILL)

    def before(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function with a step before it."""

        def stepping(*arguments: Any, **more: Any) -> Any:
            """Take the step, then do the work."""
            self.step()
            return function(*arguments, **more)

        return stepping

    def after(self, function: Callable[..., Awaitable[dict[str, object]]]) -> Callable[..., Any]:
        """Return the function with a step before its result is handed on."""

        async def stepping(*arguments: Any) -> dict[str, object]:
            """Do the work, then take the step."""
            found = await function(*arguments)
            self.step()
            return found

        return stepping


class NoRoutes:
    """Routes that are announced already."""

    def covers(self, address: IPAddress) -> bool:
        """Say yes of every address."""
        return address.version > 0

    async def bring_up_to_date(self) -> None:
        """Do nothing."""


async def serve(socket: str, datastore: str, last: int) -> None:
    """Serve until killed."""
    steps = Steps(last)
    for owner, name in _WRITES:
        setattr(owner, name, steps.before(getattr(owner, name)))
    async with await SqliteDatastore.open(Path(datastore)) as store:
        pools = FixedPools(pool("10.244.0.0/24", 26), pool("fd00:10:244::/64", 122), nodes=(NODE,))
        addresses = PodAddresses(NODE, Ipam(store, pools), store, NoRoutes())
        resources = ResourceStore(store)
        service = CniService(addresses, PodNetwork(), PodEndpoints(NODE, resources), node=NODE)

        async def held(_request: Mapping[str, object]) -> dict[str, object]:
            """Return the addresses that are taken, and those of endpoints."""
            blocks = (await load_snapshot(store)).blocks.values()
            endpoints = await resources.list(WorkloadEndpoint)
            return {
                "held": [str(address) for block in blocks for address, _ in block.allocations()],
                "endpoints": [str(address) for endpoint in endpoints for address in endpoint.spec.addresses],
            }

        async def count(_request: Mapping[str, object]) -> dict[str, object]:
            """Return how many steps there were."""
            return {"steps": steps.count}

        handlers = {"cni": steps.after(service.handle), "held": held, "steps": count}
        async with AgentSocket(socket, handlers):
            sys.stdout.write("ready\n")
            sys.stdout.flush()
            await asyncio.Event().wait()


def main(socket: str, datastore: str) -> None:
    """Follow the numbers until standard input ends."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    agent = 0
    for line in sys.stdin:
        _end(agent)
        agent = os.fork()
        if agent == 0:
            asyncio.run(serve(socket, datastore, int(line)))
    _end(agent)


def _end(agent: int) -> None:
    if agent:
        os.kill(agent, signal.SIGKILL)
        os.waitpid(agent, 0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
