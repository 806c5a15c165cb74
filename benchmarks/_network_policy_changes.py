"""What a whole state and single changes cost: in the engine, and until they are in force in the kernel."""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks._network_policy_state import NODE, endpoint, for_pod, policy, state
from bgpkit_node.nft import Enforcer
from bgpkit_node.policy import PolicyEngine, PolicyState, StateChange, changes_between, program_of_state, state_after
from bgpkit_node.policy.model import Endpoint

_STRIDE: Final = 37
_KERNEL: Final = ("Slab:", "VmallocUsed:", "Percpu:")


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds: of the processor for the engine, of the clock for the kernel; medians, and the worst of a kind."""

    engine: float
    commit: float
    worst_engine: float = 0
    worst_commit: float = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One cluster; ``kernel`` is how many KiB the kernel needs more with the table than without."""

    endpoints: int
    policies: int
    full: Cost
    kernel: int
    changes: dict[str, Cost]


def measured(endpoints: int, policies: int, local: int, rounds: int) -> Row:
    """Measure one cluster in this process's network namespace, which is left without our table."""
    given = state(endpoints, policies, local)
    gc.collect()
    engine = PolicyEngine(NODE)
    begun = time.process_time()
    engine.apply(changes_between(PolicyState(), given))
    program = engine.program()
    took = 1000 * (time.process_time() - begun)
    kinds: dict[str, Callable[[int], StateChange]] = {
        "label": lambda turn: _put(_relabelled(turn * _STRIDE % endpoints, local)),
        "policy": lambda turn: _rewritten(turn % policies),
        "new policy": lambda turn: _written(turn % local),
        "new pod": lambda turn: _put(endpoint(endpoints + turn, local=True)),
    }
    with Enforcer() as enforcer:
        before, begun = _kernel_memory(), time.perf_counter()
        enforcer.enforce(program)
        full = Cost(took, 1000 * (time.perf_counter() - begun))
        kernel = _kernel_memory() - before
        changes: dict[str, Cost] = {}
        for name, change_of in kinds.items():
            times: list[tuple[float, float]] = []
            for turn in range(rounds):
                change = change_of(turn)
                times.append(_changed(engine, enforcer, change))
                given = state_after(given, change)
            changes[name] = _cost(times)
        assert engine.program() == program_of_state(NODE, given), "the engine has come to another program"
        assert not enforcer.enforce(engine.program()), "the kernel has come to another table"
        enforcer.tear_down()
    return Row(endpoints, policies, full, kernel, changes)


def _changed(engine: PolicyEngine, enforcer: Enforcer, change: StateChange) -> tuple[float, float]:
    """Bring a change into force; return the milliseconds of the engine and of the kernel."""
    begun = time.process_time()
    done = engine.apply(change)
    engine_took = 1000 * (time.process_time() - begun)
    begun = time.perf_counter()
    enforcer.change(done, engine.program)
    return engine_took, 1000 * (time.perf_counter() - begun)


def _cost(times: list[tuple[float, float]]) -> Cost:
    engine, commit = [each[0] for each in times], [each[1] for each in times]
    return Cost(median(engine), median(commit), max(engine), max(commit))


def _kernel_memory() -> int:
    """Return the KiB of what nf_tables may keep its own in; other programs change it, too."""
    lines = [line.split() for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines()]
    return sum(int(words[1]) for words in lines if words[0] in _KERNEL)


def _relabelled(number: int, local: int) -> Endpoint:
    return endpoint(number, local=number < local, app="other")


def _put(changed: Endpoint) -> StateChange:
    return StateChange(endpoints={changed.key: changed})


def _written(number: int) -> StateChange:
    """Return a change that brings a policy for pods of the node, of which no other policy has the rules."""
    changed = policy(for_pod(number), port=1000 + number)
    return StateChange(policies={changed.id: changed})


def _rewritten(number: int) -> StateChange:
    changed = policy(number, port=81)
    return StateChange(policies={changed.id: changed})
