"""The measurements of benchmarks/datapath.py, made in namespaces of this process's own."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks._cni_plugins import BenchmarkError
from benchmarks._datapath_nodes import Cluster, Pair, bridge, host_gw, segment, veth_alone
from benchmarks._fib_place import PlaceError, ip, run
from bgpkit_node.errors import NodeError

_HOME: Final = "BGPKIT_DATAPATH_HOME"
"""The environment variable that names the network namespace in which nothing may be changed."""
_HOST_GW: Final = "static routes (host-gw)"
_FIGURES: Final = {"throughput": True, "packets": True, "latency": False, "processor": False}
"""What is measured, and whether more is better."""
_TITLES: Final = ("Gbit/s", "packets/s", "latency us", "cpu s/GiB")
_SCALES: Final = {"throughput": 8e-9, "packets": 1.0, "latency": 1e6, "processor": 1.0}


class Way(NamedTuple):
    """One row: how packets go, and what is to be done before they do."""

    name: str
    pair: Pair
    prepare: Callable[[], None]


Found = dict[str, dict[str, list[float]]]
"""All that was measured of each way."""


def main(arguments: Sequence[str]) -> int:
    """Measure and print; return the exit status."""
    options = _options(arguments)
    if os.environ.get(_HOME) == str(Path("/proc/self/ns/net").readlink()):
        sys.stderr.write("datapath.py: it needs network namespaces, and the machine refuses them: run it as root\n")
        return 2
    try:
        with tempfile.TemporaryDirectory(prefix="bgpkit-bench-datapath-") as name, ExitStack() as stack:
            ways = _ways(Cluster(Path(name)), options.policies, stack)
            _serve(ways, stack)
            found = _measured(ways, options.rounds, options.seconds)
    except (BenchmarkError, NodeError, PlaceError, subprocess.SubprocessError) as error:
        sys.stderr.write(f"datapath.py: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    missing = [] if _has_ipip() else ["IPIP: not available, this kernel has no ipip"]
    _print(found, missing, options)
    if options.json:
        told = {"ways": found, "ratios": {way: _ratios(found, way) for way in found}, "missing": missing}
        options.json.write_text(json.dumps(told, indent=2), encoding="utf-8")
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="datapath.py", description="measure what ways between pods cost")
    parser.add_argument("--rounds", type=int, default=3, help="in which the ways take turns")
    parser.add_argument("--seconds", type=float, default=0.5, help="for each kind of traffic in a round")
    parser.add_argument("--policies", type=int, default=100, help="that select each pod of the rows with policies")
    parser.add_argument("--quick", action="store_true", help="only show that it runs")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures into a file, too")
    options = parser.parse_args(arguments)
    if options.quick:
        options.rounds, options.seconds, options.policies = 1, 0.02, 2
    if options.rounds < 1 or options.seconds <= 0 or not 1 <= options.policies <= 200:
        parser.error("at least one round, some time, and 1 to 200 policies")
    if options.json and not options.json.parent.is_dir():
        parser.error(f"there is no directory {options.json.parent}")
    return options


def _ways(cluster: Cluster, policies: int, stack: ExitStack) -> list[Way]:
    """Make all machines; those of one mode of the pool follow each other."""
    segment()
    plain = [("veth alone", veth_alone()), ("bridge", bridge()), (_HOST_GW, host_gw(1, tracked=False))]
    plain.append((f"{_HOST_GW}, tracked", host_gw(2, tracked=True)))
    cluster.begin(stack, policies)
    modes: list[tuple[str, dict[str, str]]] = [("bgpkit, unwrapped", {}), ("bgpkit, VXLAN", {"vxlan": "Always"})]
    if _has_ipip():
        modes.append(("bgpkit, IPIP", {"ipip": "Always"}))
    ways = [Way(name, pair, lambda: None) for name, pair in plain]
    for name, mode in modes:
        prepare = partial(cluster.set_mode, **mode)
        ways.append(Way(name, cluster.open_pair, prepare))
        ways.append(Way(f"{name}, {policies} policies", cluster.guarded_pair, prepare))
    return ways


def _serve(ways: Sequence[Way], stack: ExitStack) -> None:
    for pair in {way.pair for way in ways}:
        command = _inside(pair.destination, "serve", pair.address)
        end = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        stack.callback(end.wait)
        stack.callback(end.terminate)
        assert end.stdout is not None
        stack.callback(end.stdout.close)
        if end.stdout.readline().strip() != "ready":
            raise BenchmarkError(f"nothing answers in {pair.destination}")


def _measured(ways: Sequence[Way], rounds: int, seconds: float) -> Found:
    found: Found = {way.name: {figure: [] for figure in _FIGURES} for way in ways}
    for _ in range(rounds):
        for way in ways:
            way.prepare()
            command = _inside(way.pair.source, "ask", way.pair.address, str(seconds))
            asked = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60 + 10 * seconds)
            if asked.returncode:
                raise BenchmarkError(f"{way.name}: {asked.stderr.strip()[-300:]}")
            for figure, value in json.loads(asked.stdout).items():
                found[way.name][figure].append(value)
    return found


def _inside(namespace: str, *words: str) -> list[str]:
    return [ip(), "netns", "exec", namespace, sys.executable, "-m", "benchmarks._datapath_traffic", *words]


def _has_ipip() -> bool:
    try:
        run("link", "add", "probe", "type", "ipip", "local", "192.0.2.1", "remote", "192.0.2.2")
    except PlaceError:
        return False
    run("link", "del", "probe")
    return True


def _best(found: Found, way: str, figure: str) -> float:
    return (max if _FIGURES[figure] else min)(found[way][figure])


def _ratios(found: Found, way: str) -> dict[str, float]:
    """Return what the best of each figure is beside that of static routes."""
    return {figure: _best(found, way, figure) / _best(found, _HOST_GW, figure) for figure in _FIGURES}


def _print(found: Found, missing: Sequence[str], options: argparse.Namespace) -> None:
    head = f"best of {options.rounds} rounds, and beside static routes"
    print(f"{head:<44}" + "".join(f"{title:>12}{'':>7}" for title in _TITLES))
    for way in found:
        cells = [
            f"{_best(found, way, figure) * _SCALES[figure]:>12,.{0 if figure == 'packets' else 2}f}{ratio:>7.2f}"
            for figure, ratio in _ratios(found, way).items()
        ]
        print(f"{way:<44}" + "".join(cells))
    for sentence in missing:
        print(sentence)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
