"""Routes into the kernel: bgpkit.fib beside ``ip -batch``, in the same network namespace and the same run.

    python benchmarks/fib.py [--routes 100000] [--gateways 20]

Needs root. Makes a network namespace for itself, so that the machine's own routes are not touched. ``stall`` is
the longest time for which the event loop could not serve anything else.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import time
from ipaddress import IPv4Address
from itertools import islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from bgpkit.fib import Fib, KernelRoute, NextHop
from bgpkit_rib import Prefix

_INSIDE = "BGPKIT_BENCHMARK_NAMESPACE"
_PROTOCOL = 12


class StallWatch:
    """Measures how long the loop is busy with one thing."""

    def __init__(self) -> None:
        """Start when entered."""
        self.longest = 0.0
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "StallWatch":
        """Begin to watch."""
        self._task = asyncio.create_task(self._watch())
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


def prefixes(count: int) -> list[Prefix]:
    """Return distinct /24 in random order, the same in every run."""
    numbers = Random(6).sample(range(1 << 16, 200 << 16), count)
    return [Prefix(bytes((24,)) + number.to_bytes(3, "big")) for number in numbers if number >> 16 != 10]


def routes(wanted: list[Prefix], gateways: int, shift: int) -> list[KernelRoute]:
    """Return one gateway route for each prefix; ``shift`` gives every prefix another gateway."""
    hops = [(NextHop(IPv4Address("10.0.0.2") + number),) for number in range(gateways)]
    return [
        KernelRoute(prefix=prefix, next_hops=hops[(place + shift) % gateways]) for place, prefix in enumerate(wanted)
    ]


def show(name: str, seconds: float, count: int, note: str = "") -> None:
    """Print one line."""
    print(f"{name:34} {seconds:7.3f} s  {count / seconds / 1000:7.1f} k routes/s  {note}", flush=True)


async def change(fib: Fib, name: str, wanted: list[KernelRoute]) -> float:
    """Want all routes, wait until they are in the kernel, and return the seconds."""
    async with StallWatch() as stall:
        await asyncio.sleep(0)
        start = time.perf_counter()
        for part in chunks(wanted, 1000):
            for route in part:
                fib.replace(route)
            await asyncio.sleep(0)
        await fib.settled()
        seconds = time.perf_counter() - start
    show(name, seconds, len(wanted), f"stall {stall.longest * 1000:.1f} ms")
    return seconds


def chunks(items: list[KernelRoute], size: int) -> list[list[KernelRoute]]:
    """Cut a list."""
    walk = iter(items)
    return [part for part in iter(lambda: list(islice(walk, size)), [])]


async def measure(wanted: list[Prefix], gateways: int) -> float:
    """Run all steps with bgpkit.fib; return the seconds of the add."""
    first, second = routes(wanted, gateways, 0), routes(wanted, gateways, 1)
    fib = Fib(protocol=_PROTOCOL)
    await fib.start()
    add = await change(fib, "bgpkit add", first)
    check_kernel(len(wanted))
    await change(fib, "bgpkit replace (other gateway)", second)
    before, start = fib.writes, time.perf_counter()
    async with StallWatch() as stall:
        diff = await fib.verify()
    seconds = time.perf_counter() - start
    show("bgpkit verify (dump and compare)", seconds, len(wanted), f"stall {stall.longest * 1000:.1f} ms")
    assert not diff
    assert fib.writes == before
    await fib.close()
    await adopt(second)
    return add


async def adopt(wanted: list[KernelRoute]) -> None:
    """Start again over the routes in the kernel, want the same, then take all out."""
    fib = Fib(protocol=_PROTOCOL)
    start = time.perf_counter()
    await fib.start()
    show("bgpkit start (adopt)", time.perf_counter() - start, len(wanted))
    await change(fib, "bgpkit want the same again", wanted)
    print(f"{'':34} writes after restart: {fib.writes}")
    assert fib.writes == 0
    assert await fib.sweep() == 0
    start = time.perf_counter()
    await fib.close(remove=True)
    show("bgpkit delete", time.perf_counter() - start, len(wanted))
    check_kernel(0)


def check_kernel(count: int) -> None:
    """Count the routes with another program."""
    words = subprocess.run(["ip", "route", "show", "proto", str(_PROTOCOL)], capture_output=True, check=True).stdout
    assert words.count(b"\n") == count, (words.count(b"\n"), count)


def measure_ip_batch(wanted: list[KernelRoute]) -> float:
    """Run the same adds, and the deletes, by ``ip -batch``; return the seconds of the adds."""
    seconds: dict[str, float] = {}
    with TemporaryDirectory() as folder:
        for verb in ("add", "del"):
            file = Path(folder, verb)
            lines = (f"route {verb} {one.prefix} via {one.next_hops[0].gateway} proto {_PROTOCOL}\n" for one in wanted)
            file.write_text("".join(lines), encoding="ascii")
            start = time.perf_counter()
            subprocess.run(["ip", "-batch", str(file)], check=True)
            seconds[verb] = time.perf_counter() - start
            show(f"ip -batch {verb}", seconds[verb], len(wanted))
    return seconds["add"]


def main() -> None:
    """Measure, and print what the add costs in comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--routes", type=int, default=100_000)
    parser.add_argument("--gateways", type=int, default=20)
    arguments = parser.parse_args()
    if _INSIDE not in os.environ:
        os.environ[_INSIDE] = "1"
        os.execvp("unshare", ["unshare", "-n", sys.executable, *sys.argv])
    for command in ("link add e0 type veth peer p0", "link set e0 up", "link set p0 up", "addr add 10.0.0.1/16 dev e0"):
        subprocess.run(["ip", *command.split()], check=True)
    wanted = prefixes(arguments.routes)
    reference = measure_ip_batch(routes(wanted, arguments.gateways, 0))
    add = asyncio.run(measure(wanted, arguments.gateways))
    print(f"add: {add / reference:.2f} x the time of ip -batch")


if __name__ == "__main__":
    main()
