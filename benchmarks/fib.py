"""Routes into the kernel: bgpkit.fib beside ``ip -batch``, in the same network namespace and the same run.

    python benchmarks/fib.py [--routes 100000] [--gateways 20]

Needs root. Makes a network namespace for itself, so that the machine's own routes are not touched. Wall time and
processor time (user and kernel) are given; ``stall`` is the longest time for which the loop served nothing else.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address
from pathlib import Path as File
from random import Random
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory
from typing import Self

import structlog

from bgpkit.fib import Fib, KernelRoute, NextHop
from bgpkit_fsm import IPV4_UNICAST, Family
from bgpkit_rib import Entry, Path, Prefix, Source, SourceKind

_INSIDE = "BGPKIT_BENCHMARK_NAMESPACE"
_PROTOCOL = 12
_BLOCK = 5
"""Prefixes in a block of changes, about as in the Internet table."""


class Feed:
    """A speaker that hands over blocks of changes, as a table does."""

    def __init__(self, keys: list[bytes], gateways: int) -> None:
        """Cut ``keys`` into blocks, each with a gateway of its own."""
        peer = Source("peer", SourceKind.CLIENT)
        self._paths = [Path(peer, b"", next_hop=(IPv4Address("10.0.0.2") + each).packed) for each in range(gateways)]
        self._blocks = [keys[start : start + _BLOCK] for start in range(0, len(keys), _BLOCK)]
        self._consumer: Callable[[list[bytes], Entry | None, Entry | None], None] | None = None

    def subscribe(
        self, family: Family, consumer: Callable[[list[bytes], Entry | None, Entry | None], None], /
    ) -> Callable[[], None]:
        """Take the only consumer."""
        assert family == IPV4_UNICAST
        self._consumer = consumer
        return lambda: None

    async def announce(self, shift: int) -> None:
        """Announce all blocks, in slices of a few milliseconds; ``shift`` gives every block another gateway."""
        assert self._consumer is not None
        for number, keys in enumerate(self._blocks):
            path = self._paths[(number + shift) % len(self._paths)]
            self._consumer(keys, None, path)
            if number % 200 == 0:
                await asyncio.sleep(0)


class StallWatch:
    """Measures how long the loop is busy with one thing."""

    def __init__(self) -> None:
        """Start when entered."""
        self.longest = 0.0
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin to watch."""
        self._task = asyncio.create_task(self._watch())
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()

    async def _watch(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0)
            self.longest = max(self.longest, time.perf_counter() - before)


def distinct_keys(count: int) -> list[bytes]:
    """Return distinct /24 in random order, the same in every run, none of them in 10.0.0.0/8."""
    numbers = Random(6).sample(range(16 << 16, 200 << 16), count)
    return [bytes((24,)) + number.to_bytes(3, "big") for number in numbers]


def processor_time(who: int) -> float:
    """Return seconds of user and kernel time."""
    usage = getrusage(who)
    return usage.ru_utime + usage.ru_stime


def show(name: str, wall: float, processor: float, count: int, note: str = "") -> None:
    """Print one line."""
    rate = count / wall / 1000
    print(f"{name:38} {wall:7.3f} s  {processor:7.3f} s cpu  {rate:7.1f} k routes/s  {note}", flush=True)


async def measure(name: str, count: int, work: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """Do a piece of work, print what it took, and return wall and processor seconds."""
    async with StallWatch() as stall:
        wall, processor = time.perf_counter(), processor_time(RUSAGE_SELF)
        await work()
        taken = time.perf_counter() - wall, processor_time(RUSAGE_SELF) - processor
    show(name, *taken, count, f"stall {stall.longest * 1000:.1f} ms")
    return taken


async def run(keys: list[bytes], gateways: int) -> tuple[float, float]:
    """Run all steps with bgpkit.fib; return wall and processor seconds of the add."""
    count, feed = len(keys), Feed(keys, gateways)
    fib = Fib(protocol=_PROTOCOL)
    await fib.start()
    fib.follow(feed, IPV4_UNICAST)

    async def announce(shift: int) -> None:
        await feed.announce(shift)
        await fib.settled()

    add = await measure("bgpkit add (following a speaker)", count, lambda: announce(0))
    check_kernel(count)
    await measure("bgpkit replace (other gateway)", count, lambda: announce(1))
    before = fib.writes
    await measure("bgpkit verify (dump, compare, diff)", count, fib.verify)
    assert (fib.writes, bool(fib.diff())) == (before, False)
    await fib.close()
    await run_again(keys, gateways)
    return add


async def run_again(keys: list[bytes], gateways: int) -> None:
    """Start over the routes in the kernel, want the same, take all out, and state them one by one."""
    count, feed = len(keys), Feed(keys, gateways)
    fib = Fib(protocol=_PROTOCOL)
    await measure("bgpkit restart: adopt", count, fib.start)
    fib.follow(feed, IPV4_UNICAST)

    async def want_the_same() -> None:
        await feed.announce(1)
        await fib.settled()

    await measure("bgpkit restart: want the same", count, want_the_same)
    print(f"{'':38} writes after the restart: {fib.writes}")
    assert fib.writes == 0
    assert await fib.sweep() == 0
    await measure("bgpkit delete", count, lambda: fib.close(remove=True))
    check_kernel(0)
    await fib.start()
    hop = (NextHop(IPv4Address("10.0.0.2")),)
    routes = [KernelRoute(prefix=Prefix(key), next_hops=hop) for key in keys]

    async def state() -> None:
        for number, route in enumerate(routes):
            fib.replace(route)
            if number % 1000 == 0:
                await asyncio.sleep(0)
        await fib.settled()

    await measure("bgpkit add (replace, one by one)", count, state)
    await fib.close(remove=True)


def check_kernel(count: int) -> None:
    """Count the routes with another program."""
    words = subprocess.run(["ip", "route", "show", "proto", str(_PROTOCOL)], capture_output=True, check=True).stdout
    assert words.count(b"\n") == count, (words.count(b"\n"), count)


def run_ip(keys: list[bytes], gateways: int) -> tuple[float, float]:
    """Run the same adds, and the deletes, by ``ip -batch``; return wall and processor seconds of the adds."""
    taken: list[tuple[float, float]] = []
    with TemporaryDirectory() as folder:
        for verb in ("add", "del"):
            file = File(folder, verb)
            rows = (
                f"route {verb} {Prefix(key)} via 10.0.0.{2 + number // _BLOCK % gateways} proto {_PROTOCOL}\n"
                for number, key in enumerate(keys)
            )
            file.write_text("".join(rows), encoding="ascii")
            wall, processor = time.perf_counter(), processor_time(RUSAGE_CHILDREN)
            subprocess.run(["ip", "-batch", str(file)], check=True)
            taken.append((time.perf_counter() - wall, processor_time(RUSAGE_CHILDREN) - processor))
            show(f"ip -batch {verb}", *taken[-1], len(keys))
    return taken[0]


def main() -> None:
    """Measure, and print what the add costs in comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--routes", type=int, default=100_000)
    parser.add_argument("--gateways", type=int, default=20, choices=range(1, 251), metavar="1..250")
    arguments = parser.parse_args()
    if _INSIDE not in os.environ:
        os.environ[_INSIDE] = "1"
        os.execvp("unshare", ["unshare", "-n", sys.executable, *sys.argv])
    for command in ("link add e0 type veth peer p0", "link set e0 up", "link set p0 up", "addr add 10.0.0.1/16 dev e0"):
        subprocess.run(["ip", *command.split()], check=True)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    keys = distinct_keys(arguments.routes)
    reference = run_ip(keys, arguments.gateways)
    add = asyncio.run(run(keys, arguments.gateways))
    wall, processor = (mine / theirs for mine, theirs in zip(add, reference, strict=True))
    print(f"add, in parts of ip -batch: {wall:.2f} of its wall time, {processor:.2f} of its processor time")


if __name__ == "__main__":
    main()
