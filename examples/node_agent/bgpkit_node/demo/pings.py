"""Pings between the pods and nodes of the demonstration: a matrix once, or streams through a change."""

import asyncio
import json
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Final, TypedDict

from bgpkit_node.demo.cluster import MACHINES, Pod
from bgpkit_node.demo.processes import end, pinger, within
from bgpkit_node.demo.processes import run as run_command
from bgpkit_node.errors import NodeError

_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Matrix:
    """Who reached whom: for each (from, to) the TTL of the reply, or None."""

    ttls: dict[tuple[str, str], int | None]

    @property
    def lost(self) -> list[tuple[str, str]]:
        """The pairs without a reply."""
        return [pair for pair, ttl in self.ttls.items() if ttl is None]

    def rows(self, sources: Sequence[str], targets: Sequence[str]) -> list[list[str]]:
        """Return the TTLs as a table, a row for each source."""
        return [[source, *(self._cell(source, target) for target in targets)] for source in sources]

    def _cell(self, source: str, target: str) -> str:
        if source == target:
            return "-"
        ttl = self.ttls[source, target]
        return "lost" if ttl is None else f"ttl {ttl}"


async def ping_matrix(pods: Sequence[Pod]) -> Matrix:
    """Ping every pod from every pod and from every node, once."""
    sources = [(pod.name, pod.namespace) for pod in pods] + [(machine.name, machine.name) for machine in MACHINES]
    answers = await asyncio.gather(*(_ping_once(name, namespace, pods) for name, namespace in sources))
    return Matrix({pair: ttl for answer in answers for pair, ttl in answer.items()})


async def _ping_once(name: str, namespace: str, pods: Sequence[Pod]) -> dict[tuple[str, str], int | None]:
    targets = {pod.address: pod.name for pod in pods if pod.name != name}
    ttls = json.loads(await run_command(*within(namespace), *pinger("--once", *targets)))
    return {(name, targets[address]): ttl for address, ttl in ttls.items()}


@dataclass(frozen=True, slots=True)
class Loss:
    """The outcome of the streams."""

    sent: int
    lost: int
    by_pair: dict[tuple[str, str], int]
    """Lost pings of each (from, to) that lost any."""


class _Counts(TypedDict):
    target: str
    sent: int
    lost: int


class Streams:
    """A ping every 10 ms for every ordered pair of pods on different nodes."""

    def __init__(self, pods: Sequence[Pod]) -> None:
        """Prepare the streams between ``pods``."""
        self._pods = pods
        self._processes: dict[str, asyncio.subprocess.Process] = {}
        self._readers: list[asyncio.Task[None]] = []
        self._latest: dict[str, list[_Counts]] = {}
        self._finished: set[str] = set()
        self._all_report = asyncio.Event()

    @property
    def pairs(self) -> int:
        """How many ordered pairs are pinged."""
        return sum(one.machine is not other.machine for one in self._pods for other in self._pods)

    async def start(self) -> None:
        """Start one pinger in each pod and wait until all report."""
        for pod in self._pods:
            targets = [other.address for other in self._pods if other.machine is not pod.machine]
            process = await asyncio.create_subprocess_exec(
                *within(pod.namespace), *pinger("--interval", "0.01", *targets), stdout=asyncio.subprocess.PIPE
            )
            self._processes[pod.name] = process
            self._readers.append(asyncio.create_task(self._read(pod.name, process)))
        await _in_time(self._all_report.wait())

    async def stop(self) -> Loss:
        """Stop the streams, wait for the last replies, and return what was lost."""
        for process in self._processes.values():
            end(process)
        await _in_time(asyncio.gather(*self._readers))
        missing = self._processes.keys() - self._finished
        if missing:
            raise NodeError(f"the pingers in {', '.join(sorted(missing))} ended without a final report")
        return self.so_far()

    def so_far(self) -> Loss:
        """Return the counts of the latest reports."""
        names = {pod.address: pod.name for pod in self._pods}
        counts = [(name, stream) for name, streams in self._latest.items() for stream in streams]
        by_pair = {(name, names[stream["target"]]): stream["lost"] for name, stream in counts}
        return Loss(
            sent=sum(stream["sent"] for _, stream in counts),
            lost=sum(by_pair.values()),
            by_pair={pair: lost for pair, lost in by_pair.items() if lost},
        )

    async def _read(self, name: str, process: asyncio.subprocess.Process) -> None:
        async for line in process.stdout or asyncio.StreamReader():
            report = json.loads(line)
            self._latest[name] = report["streams"]
            if len(self._latest) == len(self._pods):
                self._all_report.set()
            if report["final"]:
                self._finished.add(name)
        await process.wait()


async def _in_time(reports: Awaitable[object]) -> None:
    """Wait for the pingers; NodeError when they take too long."""
    try:
        async with asyncio.timeout(_SECONDS):
            await reports
    except TimeoutError:
        raise NodeError(f"the pingers did not report within {_SECONDS:.0f} seconds") from None
