"""Network policies: what the engine needs for a whole state, and for one change, in one process without a kernel.

    python benchmarks/network_policy.py [--endpoints 100,1000,10000] [--policies 10,100,1000] [--local 110]
                                        [--rounds 50] [--json]

A row is a cluster of so many endpoints and policies, of which ``--local`` endpoints are on the measured node. Its
program is computed from nothing; then come single changes, of which the median and the worst are told: another label
of an endpoint, other rules of a policy, an endpoint that is new. All is in milliseconds of processor time. In the end
the program is held against one that is computed from nothing.
"""

import argparse
import gc
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks._network_policy_state import NODE, endpoint, policy, state
from bgpkit_node.policy import PolicyEngine, PolicyState, StateChange, changes_between, program_of_state, state_after
from bgpkit_node.policy.model import Endpoint

Row = dict[str, float]


def measured(endpoints: int, policies: int, local: int, rounds: int) -> Row:
    """Measure one cluster; times are in milliseconds of the processor."""
    given = state(endpoints, policies, local)
    gc.collect()
    engine = PolicyEngine(NODE)
    begun = time.process_time()
    engine.apply(changes_between(PolicyState(), given))
    row: Row = {"endpoints": endpoints, "policies": policies, "full": 1000 * (time.process_time() - begun)}
    kinds: dict[str, Callable[[int], StateChange]] = {
        "label": lambda turn: _put(endpoint(turn * 37 % endpoints, local=turn * 37 % endpoints < local, app="other")),
        "policy": lambda turn: _rewritten(turn % policies),
        "new pod": lambda turn: _put(endpoint(endpoints + turn, local=True)),
    }
    for name, change_of in kinds.items():
        times: list[float] = []
        for turn in range(rounds):
            change = change_of(turn)
            begun = time.process_time()
            engine.apply(change)
            times.append(1000 * (time.process_time() - begun))
            given = state_after(given, change)
        row[name] = statistics.median(times)
        row[f"{name}, worst"] = max(times)
    assert engine.program() == program_of_state(NODE, given)
    return row


def main() -> None:
    """Measure all clusters and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--endpoints", type=_numbers, default=[100, 1_000, 10_000])
    parser.add_argument("--policies", type=_numbers, default=[10, 100, 1_000])
    parser.add_argument("--local", type=int, default=110)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows: list[Row] = []
    for endpoints, policies in product(options.endpoints, options.policies):
        rows.append(measured(endpoints, policies, min(endpoints, options.local), options.rounds))
        if not options.json:
            print("\n".join(_lines(rows[-1], heading=len(rows) == 1)), flush=True)
    if options.json:
        print(json.dumps(rows, indent=2))


def _lines(row: Row, *, heading: bool) -> Iterator[str]:
    if heading:
        yield "".join(name.rjust(15) for name in row)
    yield "".join(
        f"{value:.0f}".rjust(15) if value == int(value) else f"{value:.3f}".rjust(15) for value in row.values()
    )


def _put(changed: Endpoint) -> StateChange:
    return StateChange(endpoints={changed.key: changed})


def _rewritten(number: int) -> StateChange:
    changed = policy(number, port=81)
    return StateChange(policies={changed.id: changed})


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


if __name__ == "__main__":
    main()
