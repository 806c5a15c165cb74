"""The words of benchmarks/fib.py's command line."""

import argparse
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks._fib_bgpkit import Bgpkit, BgpkitObjects, Compiled, CompiledObjects, PyRoute2
from benchmarks._fib_bird import Bird
from benchmarks._fib_ip import IpBatch
from benchmarks._fib_program import Program, Step
from benchmarks._fib_zebra import Zebra

PROGRAMS: Final[Mapping[str, type[Program]]] = {
    "bgpkit": Bgpkit,
    "bgpkit-objects": BgpkitObjects,
    "compiled": Compiled,
    "compiled-objects": CompiledObjects,
    "bird": Bird,
    "frr": Zebra,
    "ip": IpBatch,
    "pyroute2": PyRoute2,
}
"""All that can be measured, by the name that ``--programs`` takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is asked for."""

    routes: Sequence[int]
    rounds: int
    programs: Sequence[str]
    steps: Sequence[Step]
    limit: float
    """Seconds after which a step did not finish."""
    json: Path | None
    readme: bool


def parse(arguments: Sequence[str]) -> Options:
    """Return the options; leave the program for --help and for what is not understood."""
    parser = argparse.ArgumentParser(prog="fib.py", description="measure routes into the kernel beside other programs")
    programs, steps = ", ".join(PROGRAMS), ", ".join(step.value for step in Step)
    parser.add_argument("--routes", type=_numbers, default=(100_000,), help="one or more numbers of routes")
    parser.add_argument("--rounds", type=_positive, default=3)
    parser.add_argument("--programs", type=_some_of(PROGRAMS), default=tuple(PROGRAMS), help=f"some of: {programs}")
    always = "the first is always done, and replace before move"
    parser.add_argument("--steps", type=_steps, default=tuple(Step), help=f"some of: {steps}; {always}")
    parser.add_argument("--limit", type=float, default=120, help="seconds after which a step did not finish")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--readme", action="store_true", help="write the tables into benchmarks/README.md")
    found = parser.parse_args(arguments)
    return Options(
        routes=found.routes,
        rounds=found.rounds,
        programs=found.programs,
        steps=found.steps,
        limit=found.limit,
        json=found.json,
        readme=found.readme,
    )


def _some_of(known: Collection[str]) -> Callable[[str], tuple[str, ...]]:
    """Return what reads names with commas between them."""

    def read(text: str) -> tuple[str, ...]:
        names = tuple(text.split(","))
        unknown = [name for name in names if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"there is no {', '.join(unknown)}; there is {', '.join(known)}")
        return names

    return read


def _steps(text: str) -> tuple[Step, ...]:
    names = _some_of([step.value for step in Step])(text)
    chosen = {Step.ADD, *(step for step in Step if step.value in names)}
    if Step.MOVE in chosen:  # it moves the routes of one next hop as they are after that
        chosen.add(Step.REPLACE)
    return tuple(step for step in Step if step in chosen)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(_positive(each) for each in text.split(","))


def _positive(text: str) -> int:
    number = int(text.replace("_", ""))
    if number < 1:
        raise argparse.ArgumentTypeError("it must be at least 1")
    return number
