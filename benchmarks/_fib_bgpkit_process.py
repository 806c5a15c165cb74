"""The process that _fib_bgpkit.py starts in the namespace: a table, a Fib that follows it, and a word for each step."""

import asyncio
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

import structlog

from benchmarks._fib_program import Step
from benchmarks._fib_routes import MOVED, NEXT_HOPS, Routes, address, gateway
from bgpkit import tune_gc
from bgpkit.fib import Fib, NextHop
from bgpkit.speaker.subscriptions import Subscription, Subscriptions
from bgpkit_fsm import IPV4_UNICAST, Family
from bgpkit_rib import Entry, Source, SourceKind, Table
from bgpkit_rib import Path as RibPath

_PROTOCOL: Final = 12
_SLICE: Final = 200
"""Blocks announced before the loop gets a turn."""
_TICK: Final = 0.0005


class TableSpeaker:
    """A speaker that is nothing but its table: one peer's routes, five to a path, and who follows them."""

    def __init__(self, routes: Routes) -> None:
        """Fill the table."""
        self.table = Table(32)
        self._subscriptions = Subscriptions()
        peer = Source("peer", SourceKind.CLIENT)
        hops = [IPv4Address(address(number)).packed for number in range(NEXT_HOPS)]
        self._paths = [[RibPath(peer, bytes([shifted]), next_hop=hop) for hop in hops] for shifted in range(2)]
        groups: dict[int, list[bytes]] = defaultdict(list)
        for place, key in enumerate(routes.keys):
            groups[place // 5].append(key)
        self._blocks = [(routes.next_hop_of(number * 5, shifted=False), keys) for number, keys in groups.items()]
        for number, keys in self._blocks:
            self.table.announce(self._paths[0][number], keys)

    def subscribe(
        self, family: Family, consumer: Callable[[list[bytes], Entry | None, Entry | None], None], /
    ) -> Subscription:
        """Replay the table in slices, then tell of its changes."""
        return self._subscriptions.add(family, self.table, consumer)

    async def shift(self) -> None:
        """Announce every block with the next hop of its neighbour."""
        for count, (number, keys) in enumerate(self._blocks):
            self.table.announce(self._paths[1][(number + 1) % NEXT_HOPS], keys)
            if count % _SLICE == 0:
                await asyncio.sleep(0)


class Process:
    """The Fib and what it follows."""

    def __init__(self, routes: Routes, *, objects: bool) -> None:
        """Have a full table and a Fib that does not follow it yet."""
        self._speaker = TableSpeaker(routes)
        self._ways = {
            IPv4Address(address(number)).packed: NextHop(IPv4Address(gateway(number))) for number in range(NEXT_HOPS)
        }
        self.fib = Fib(protocol=_PROTOCOL, next_hop_objects=objects)

    async def do(self, step: Step) -> None:
        """Do what a step asks, to its end."""
        match step:
            case Step.ADD:
                self.fib.follow(self._speaker, IPV4_UNICAST, via=lambda path: self._ways[path.next_hop])
                await self.fib.settled()
            case Step.ADOPT:
                await self.fib.start()
                await self.do(Step.ADD)
                await self.fib.sweep()
            case Step.REPLACE:
                await self._speaker.shift()
                await self.fib.settled()
            case Step.MOVE:
                self._ways[IPv4Address(address(MOVED)).packed] = NextHop(IPv4Address(gateway(MOVED, moved=True)))
                self.fib.next_hops_changed()
                await self.fib.settled()
            case Step.DUMP:
                await self.fib.verify()
            case Step.DELETE:
                await self.fib.close(remove=True)

    async def measured(self, step: Step) -> dict[str, float]:
        """Do a step, and return its figures."""
        before = 0 if step is Step.ADOPT else self.fib.writes
        start, processor = time.perf_counter(), time.process_time()
        stalls: list[float] = [0.0]
        with _watched(stalls):
            await self.do(step)
            taken = time.perf_counter() - start, time.process_time() - processor
        figures = {"seconds": taken[0], "processor": taken[1], "stall": max(stalls)}
        return figures if step is Step.DELETE else {**figures, "writes": self.fib.writes - before}


@contextmanager
def _watched(stalls: list[float]) -> Generator[None]:
    """Note how much processor time passes until each timer has its turn: that of other programs does not count."""
    loop = asyncio.get_running_loop()
    timers: list[asyncio.TimerHandle] = []

    def tick(set_at: float) -> None:
        now = time.thread_time()
        stalls.append(now - set_at)
        timers[:] = [loop.call_later(_TICK, tick, now)]

    start = time.thread_time()
    timers.append(loop.call_later(_TICK, tick, start))
    try:
        yield
    finally:
        timers[0].cancel()


async def serve(routes: Routes, *, objects: bool, adopt: bool) -> None:
    """Say when ready; then read steps, a line each, until there are no more."""
    process = Process(routes, objects=objects)
    if adopt:
        _say(await process.measured(Step.ADOPT))
    else:
        await process.fib.start()
        _say({})
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        _say(await process.measured(Step(line.strip())))


def _say(figures: dict[str, float]) -> None:
    print(json.dumps(figures), flush=True)


def main(arguments: Sequence[str]) -> None:
    """Read the routes from a file, and serve."""
    tune_gc()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    file, *options = arguments
    keys = [bytes.fromhex(line) for line in Path(file).read_text(encoding="ascii").split()]
    asyncio.run(serve(Routes(keys), objects="--objects" in options, adopt="--adopt" in options))


if __name__ == "__main__":
    main(sys.argv[1:])
