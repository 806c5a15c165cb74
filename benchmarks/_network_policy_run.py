"""The measurements of benchmarks/network_policy.py, made in namespaces of this process's own."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from itertools import product
from pathlib import Path
from typing import Final

from benchmarks._fib_place import PlaceError
from benchmarks._network_policy_changes import Row, measured
from benchmarks._network_policy_iptables import IptablesError
from benchmarks._network_policy_packets import EMPTY, Rates, TrafficError, best, machines, rates
from benchmarks._network_policy_traffic import Kind
from bgpkit_node.errors import NodeError

_KINDS: Final = ("label", "policy", "new policy", "new pod")
_TITLES: Final = {
    Kind.ESTABLISHED: "packets/s",
    Kind.NEW: "new packets/s",
    Kind.CONNECTIONS: "connections/s",
}


def main(arguments: Sequence[str]) -> int:
    """Measure and print; return the exit status."""
    options = _options(arguments)
    told: dict[str, object] = {}
    try:
        rows = [
            _row(*size, options) for size in product(options.endpoints, options.policies) if not options.only_traffic
        ]
        told["changes"] = [asdict(row) for row in rows]
        if not options.no_traffic:
            with machines():
                told["traffic"] = {policies: _traffic(policies, options) for policies in options.policies}
    except (NodeError, IptablesError, PlaceError, TrafficError) as error:
        sys.stderr.write(f"network_policy.py: {error}\n")
        return 1
    if options.json:
        options.json.write_text(json.dumps(told, indent=2), encoding="utf-8")
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="network_policy.py", description="measure what network policies cost a node")
    parser.add_argument("--endpoints", type=_numbers, default=[100, 1_000, 10_000], help="of the cluster, in all")
    parser.add_argument("--policies", type=_numbers, default=[10, 100, 1_000], help="of the cluster, or of the node")
    parser.add_argument("--local", type=int, default=110, help="endpoints on the node")
    parser.add_argument("--changes", type=int, default=30, help="changes of each kind")
    parser.add_argument("--rounds", type=int, default=5, help="of traffic, through each set of rules in turn")
    parser.add_argument("--seconds", type=float, default=1.0, help="for each kind of traffic in a round")
    parser.add_argument("--only-traffic", action="store_true", help="leave out the changes")
    parser.add_argument("--no-traffic", action="store_true", help="leave out the traffic")
    parser.add_argument("--quick", action="store_true", help="only show that it runs")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures into a file, too")
    options = parser.parse_args(arguments)
    if options.quick:
        options.endpoints, options.policies, options.changes, options.rounds, options.seconds = [60], [20], 2, 1, 0.02
    return options


def _row(endpoints: int, policies: int, options: argparse.Namespace) -> Row:
    row = measured(endpoints, policies, min(endpoints, options.local), options.changes)
    if (endpoints, policies) == (options.endpoints[0], options.policies[0]):
        _say("endpoints", "policies", "all", "commit", *(word for kind in _KINDS for word in (kind, "commit")), "KiB")
    costs = (row.full, *(row.changes[kind] for kind in _KINDS))
    figures = [f"{figure:.2f}" for cost in costs for figure in (cost.engine, cost.commit)]
    _say(f"{endpoints:,}", f"{policies:,}", *figures, f"{row.kernel:,}")
    return row


def _traffic(policies: int, options: argparse.Namespace) -> dict[str, dict[str, list[float]]]:
    found = rates(policies, options.rounds, options.seconds)
    print(f"\n{policies:,} policies".ljust(32) + "".join(f"{title:>15}{'':>7}" for title in _TITLES.values()))
    for name, figures in found.items():
        print(name.ljust(31) + "".join(_figure(found, name, kind) for kind in figures), flush=True)
    return {name: {kind.value: each for kind, each in figures.items()} for name, figures in found.items()}


def _figure(found: Rates, name: str, kind: Kind) -> str:
    rate = best(found[name], kind)
    return f"{rate:>15,.0f}{rate / best(found[EMPTY], kind):>7.2f}"


def _say(*words: str) -> None:
    print("".join(word.rjust(11) for word in words), flush=True)


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
