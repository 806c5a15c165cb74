"""The measurements of benchmarks/cni.py, made in namespaces of this process's own."""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Final

from benchmarks._cni_plugins import ADDRESS, BenchmarkError, Plugin, bgpkit, bridge, shell_start
from benchmarks._fib_place import PlaceError, run

_START: Final = "sh -c :"


def main(arguments: Sequence[str]) -> int:
    """Measure and print; return the exit status."""
    parser = argparse.ArgumentParser(prog="cni.py", description="measure how long a pod's network takes")
    parser.add_argument("--rounds", type=int, default=100, help="ADDs one after the other, of each plugin in turn")
    parser.add_argument("--together", type=int, default=20, help="ADDs started at once")
    parser.add_argument("--pods", type=int, default=500, help="pods on the node in the end")
    parser.add_argument("--quick", action="store_true", help="only show that it runs")
    options = parser.parse_args(arguments)
    rounds, together, pods = (5, 4, 12) if options.quick else (options.rounds, options.together, options.pods)
    try:
        _prepare()
        with tempfile.TemporaryDirectory(prefix="bgpkit-bench-cni-") as name:
            folder = Path(name)
            with bgpkit(folder) as ours:
                theirs = bridge(folder)
                _one_after_the_other(ours, theirs, rounds)
                _at_once(ours, theirs, together)
                _many(ours, pods)
    except (BenchmarkError, PlaceError, subprocess.TimeoutExpired) as error:
        sys.stderr.write(f"cni.py: {error}\n")
        return 1
    return 0


def _prepare() -> None:
    """Give the network namespace, which is this process's own, an address to be a node with."""
    for line in ("link set lo up", "link add eth0 type veth peer name wire", "link set eth0 up", "link set wire up"):
        run(*line.split())
    run("addr", "add", ADDRESS, "dev", "eth0")


def _one_after_the_other(ours: Plugin, theirs: Plugin, rounds: int) -> None:
    taken: dict[str, list[float]] = {ours.name: [], theirs.name: [], _START: []}
    for number in range(rounds + 1):
        for plugin in (ours, theirs) if number % 2 else (theirs, ours):
            pod = _pod(f"{plugin.name.split()[0]}-{number}")
            start = perf_counter()
            plugin.call("ADD", pod)
            if number:  # the first of each makes the bridge, claims the block
                taken[plugin.name].append(perf_counter() - start)
        taken[_START].append(shell_start())
    _say(f"{rounds} ADDs of each, one after the other", "median", "least", "90th percentile")
    for name, times in taken.items():
        _say(name, *(_ms(each) for each in (median(times), min(times), quantiles(times, n=10)[-1])))
    own, other = median(taken[ours.name]), median(taken[theirs.name])
    _say("ratio of the medians", f"{own / other:.2f}")


def _at_once(ours: Plugin, theirs: Plugin, together: int) -> None:
    taken: dict[str, list[float]] = {ours.name: [], theirs.name: []}
    for turn in range(3):
        for plugin in (ours, theirs):
            pods = [_pod(f"{plugin.name.split()[0]}-t{turn}-{number}") for number in range(together)]
            start = perf_counter()
            _check_different([plugin.end(call) for call in [plugin.begin("ADD", pod) for pod in pods]])
            taken[plugin.name].append(perf_counter() - start)
    _say(f"{together} ADDs at once, until the last is done", "median of 3", "an ADD")
    for name, times in taken.items():
        _say(name, _ms(median(times)), _ms(median(times) / together))


def _many(ours: Plugin, count: int) -> None:
    present = len(_pod_routes())
    pods = [_pod(f"bgpkit-m{number}") for number in range(max(count - present, 1))]
    times: list[float] = []
    addresses: list[str] = []
    for pod in pods:
        start = perf_counter()
        addresses.append(ours.call("ADD", pod))
        times.append(perf_counter() - start)
    _check_different(addresses)
    routes = _pod_routes()
    if len(routes) != present + len(pods) or not set(addresses) <= set(routes):
        raise BenchmarkError(f"{len(routes)} routes to pods for {present + len(pods)} pods")
    tenth = max(len(times) // 10, 1)
    _say(f"{len(routes)} pods on the node", "first tenth", "last tenth")
    _say("bgpkit, median ADD", _ms(median(times[:tenth])), _ms(median(times[-tenth:])))
    start = perf_counter()
    for pod in pods:
        ours.call("DEL", pod)
    _say("bgpkit, mean DEL", _ms((perf_counter() - start) / len(pods)))
    if len(_pod_routes()) != present:
        raise BenchmarkError("routes to pods are left")


def _pod(name: str) -> str:
    run("netns", "add", name)
    return name


def _pod_routes() -> list[str]:
    return [line.split()[0] for line in run("route", "show").splitlines() if " dev cali" in line]


def _check_different(addresses: Sequence[str]) -> None:
    if len(set(addresses)) != len(addresses):
        raise BenchmarkError(f"an address was given twice: {sorted(addresses)}")


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:.1f} ms"


def _say(first: str, *rest: str) -> None:
    sys.stdout.write(f"{first:<44}" + "".join(f"{each:>17}" for each in rest) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
