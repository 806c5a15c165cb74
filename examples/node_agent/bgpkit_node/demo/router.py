"""A router between segments: a machine that forwards, and knows no pod routes until somebody tells it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from bgpkit_node.demo.cluster import ROOT, Cluster, Segment, plugged
from bgpkit_node.demo.places import inside
from bgpkit_node.demo.processes import bgpkit, end, ip_batch, run, within
from bgpkit_node.errors import NodeError
from bgpkit_node.kernel import write_sysctl

NAME: Final = "router"
_SYSCTLS: Final = {
    "ipv4/ip_forward": "1",
    "ipv4/fib_multipath_use_neigh": "1",  # a next hop that answers no ARP is passed over
    "ipv4/fib_multipath_hash_policy": "0",
}


@dataclass(frozen=True, slots=True)
class Router:
    """Its interfaces with the segments that they are on; ``bgpkit run`` makes it a speaker of BGP."""

    cluster: Cluster
    interfaces: Mapping[str, Segment]

    async def build(self) -> None:
        """Make the machine and lay its cables."""
        await run("ip", "netns", "add", NAME)
        self.cluster.others.append(NAME)
        outside: list[str] = []
        within_it = ["link set lo up"]
        for interface, segment in self.interfaces.items():
            outside += plugged(f"r-{interface}", NAME, interface, segment)
            within_it += [f"addr add {segment.gateway} dev {interface}", f"link set {interface} up"]
        await ip_batch(outside)
        await ip_batch(within_it, namespace=NAME)
        await inside(NAME, self._set)

    def _set(self) -> None:
        """Let it forward, and let a neighbour that is gone be noticed soon."""
        for name, value in _SYSCTLS.items():
            write_sysctl(name, value)
        for interface in self.interfaces:
            write_sysctl(f"ipv4/neigh/{interface}/retrans_time_ms", "250")

    async def ip(self, *commands: str) -> None:
        """Change its addresses and routes, by commands as the program ip takes them."""
        await ip_batch(commands, namespace=NAME)

    async def routes(self) -> str:
        """Return its table as ip(8) prints it."""
        return await run(*within(NAME), "ip", "route")

    async def knows(self, prefix: str, *next_hops: str) -> bool:
        """Tell whether it has a route to ``prefix`` by exactly these next hops; without any: whether it has none.

        NodeError when its speaker has ended on its own.
        """
        self._check_speaker()
        words = (await run(*within(NAME), "ip", "route", "show", "exact", prefix)).split()
        return sorted(after for word, after in pairwise(words) if word == "via") == sorted(next_hops)

    async def unrouted(self) -> int:
        """Return how many packets it has dropped because it had no route for them."""
        return await inside(NAME, _unrouted)

    async def speak(self, configuration: str) -> None:
        """Start ``bgpkit run`` with this configuration."""
        file = ROOT / "router.toml"
        file.write_text(configuration)
        with (ROOT / "router.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *within(NAME), *bgpkit("run", str(file)), stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log
            )
        self.cluster.agents[NAME] = process

    async def hush(self) -> None:
        """End the speaker, whose routes go with it; NodeError when it has ended on its own before."""
        self._check_speaker()
        process = self.cluster.agents.pop(NAME)
        end(process)
        await process.wait()

    def _check_speaker(self) -> None:
        process = self.cluster.agents.get(NAME)
        if process is not None and process.returncode is not None:
            raise NodeError(f"the router's speaker has ended: {(ROOT / 'router.log').read_text()[-500:].strip()}")


def _unrouted() -> int:
    """Read a counter of this thread's network namespace."""
    text = Path("/proc/thread-self/net/netstat").read_text(encoding="ascii")
    lines = [line.split() for line in text.splitlines()]
    for names, values in zip(lines[::2], lines[1::2], strict=True):
        found = dict(zip(names, values, strict=True))
        if "InNoRoutes" in found:
            return int(found["InNoRoutes"])
    raise NodeError("the kernel does not count packets without a route")
