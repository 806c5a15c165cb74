"""The rounds: every program with every step, in turns. benchmarks/fib.py starts this where nothing outlives it."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks._fib_measure import Measurement
from benchmarks._fib_options import PROGRAMS, Options, parse
from benchmarks._fib_output import show
from benchmarks._fib_place import PlaceError, place
from benchmarks._fib_program import ProgramError, Step
from benchmarks._fib_report import OURS, Column
from benchmarks._fib_routes import Routes, make_routes
from benchmarks._peers_processes import available_memory

_HOME: Final = "BGPKIT_FIB_HOME"
"""The environment variable that names the network namespace in which nothing may be changed."""
_OCTETS_PER_ROUTE: Final = 2500
"""What the hungriest program needs with the kernel and this process, with a margin."""


def main(arguments: Sequence[str]) -> int:
    """Measure and print; return the exit status.

    It is 1 when bgpkit failed somewhere, 2 when nothing could be measured, 130 when it was interrupted.
    """
    options = parse(arguments)
    if os.environ.get(_HOME) == str(Path("/proc/self/ns/net").readlink()):
        print("fib.py needs network namespaces, and the machine refuses them: run it as root", file=sys.stderr)
        return 2
    columns: list[Column] = []
    try:
        for count in options.routes:
            _measure(options, count, columns)
    except PlaceError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; what was measured until now:")
        show([column for column in columns if column.rounds or column.failure], options)
        return 130
    show(columns, options)
    return 1 if any(column.failure and column.program in OURS for column in columns) else 0


def _measure(options: Options, count: int, columns: list[Column]) -> None:
    """Fill the columns of one number of routes: in each round the programs one after the other."""
    needed, available = count * _OCTETS_PER_ROUTE, available_memory()
    if needed > available:
        print(f"{count:,} routes: left out, {needed >> 20:,} of {available >> 20:,} MiB of memory may be needed")
        return
    routes = make_routes(count)
    ours: list[Column] = []
    for name in options.programs:
        reason = PROGRAMS[name].lacks()
        if reason:
            print(f"without {name}: {reason}", flush=True)
        else:
            ours.append(Column(program=name, routes=count))
    columns.extend(ours)
    for _ in range(options.rounds):
        for column in ours:
            if not column.failure:
                _one(column, routes, options)


def _one(column: Column, routes: Routes, options: Options) -> None:
    """Measure one program once, in a namespace of its own."""
    kind = PROGRAMS[column.program]
    some = routes if kind.most is None else routes.head(kind.most)
    column.scale = len(routes.keys) / len(some.keys)
    step: Step | None = None
    with place():
        try:
            program = kind(some)
            try:
                measurement = Measurement(program, options.limit)
                for step in kind.steps:
                    if step in options.steps or step is Step.ADD:
                        figures = measurement.run(step)
                        column.rounds.setdefault(step, []).append(figures)
                        print(column.line(step, figures), flush=True)
            finally:
                program.stop()
        except ProgramError as error:
            column.failure = f"{step.value}: {error}" if step is not None else str(error)
            print(f"{column.routes:>9,}  {column.program:15} failed: {column.failure}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
