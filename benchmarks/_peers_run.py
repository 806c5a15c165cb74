"""The rounds: every daemon in every scenario, in turns. benchmarks/peers.py starts this where nothing outlives it."""

import os
import resource
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks._peers_bench import Bench, Figures, MeasureError
from benchmarks._peers_daemon import DaemonError
from benchmarks._peers_daemons import DAEMONS
from benchmarks._peers_links import LinkError, lay
from benchmarks._peers_options import Options, parse
from benchmarks._peers_output import show
from benchmarks._peers_processes import available_memory
from benchmarks._peers_report import CEILING, OURS, Row
from benchmarks._peers_scenarios import REASONS, SCENARIOS, Scenario

_HOME: Final = "BGPKIT_PEERS_HOME"
"""The environment variable that names the network namespace in which nothing may be changed."""
_OCTETS_PER_ROUTE: Final = 3000
"""What the hungriest daemon needs, with a margin; and what each copy needs until it is read."""
_OCTETS_PER_COPY: Final = 40


def main(arguments: Sequence[str]) -> int:
    """Measure and print; return the exit status.

    It is 1 when bgpkit failed somewhere, 2 when nothing could be measured, 130 when it was interrupted.
    """
    options = parse(arguments)
    if os.environ.get(_HOME) == str(Path("/proc/self/ns/net").readlink()):
        print("peers.py needs network namespaces, and the machine refuses them: run it as root", file=sys.stderr)
        return 2
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a thousand clients are a thousand files
    rows: list[Row] = []
    try:
        lay()
        _measure(options, rows)
    except LinkError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; what was measured until now:")
        show([row for row in rows if row.rounds or row.failure], options)
        return 130
    show(rows, options)
    return 1 if any(row.failure and row.daemon == OURS for row in rows) else 0


def _measure(options: Options, rows: list[Row]) -> None:
    """Fill the rows: the scenarios one after the other, in each the rounds, in each round the daemons."""
    for name in options.scenarios:
        scenario = SCENARIOS[name]
        routes = options.routes or scenario.routes
        routes = min(routes, scenario.routes) if scenario.fixed else routes
        short = _memory_lacks(scenario, routes)
        if short:
            print(f"{name}: left out, {short}", flush=True)
            continue
        ours = [Row(scenario=scenario, daemon=each, routes=routes) for each in _present(scenario, options.daemons)]
        rows.extend(ours)
        for _ in range(options.rounds):
            for row in ours:
                if not row.failure:
                    _one(row, options.limit)


def _present(scenario: Scenario, daemons: Sequence[str]) -> list[str]:
    """Return the daemons that can be measured in a scenario; say which cannot, and why."""
    present: list[str] = []
    for name in daemons:
        if name == CEILING:
            reason = "" if scenario.ceiling else "copying octets is no answer here"
        else:
            reason = REASONS[name] if name in scenario.without else DAEMONS[name].lacks(scenario.settings)
        if not reason:
            present.append(name)
        elif name != CEILING:
            print(f"{scenario.name}: without {name}, {reason}", flush=True)
    return present


def _one(row: Row, limit: float) -> None:
    """Measure one daemon once."""
    try:
        figures = _figures(row, limit)
    except (MeasureError, DaemonError) as error:
        row.failure = str(error)
        print(f"{row.scenario.name:16} {row.daemon:9} {row.routes:>9,}  failed: {error}", flush=True)
        return
    row.rounds.append(figures)
    stall = "" if figures.stall is None else f"  stall {figures.stall * 1000:.0f} ms"
    print(
        f"{row.scenario.name:16} {row.daemon:9} {row.routes:>9,}  {figures.seconds:7.2f} s"
        f"  cpu {figures.processor:7.2f} s  peak {figures.peak >> 20:5} MiB"
        f"  {figures.grown / row.routes:8,.0f} octets a route{stall}",
        flush=True,
    )


def _figures(row: Row, limit: float) -> Figures:
    settings = row.scenario.settings
    bench = Bench(DAEMONS[row.daemon](settings), settings.family, limit)
    try:
        row.scenario.run(bench, row.routes)
        return bench.figures()
    finally:
        bench.end()


def _memory_lacks(scenario: Scenario, routes: int) -> str:
    """Return the sentence for too little memory, or nothing."""
    needed = routes * (_OCTETS_PER_ROUTE + _OCTETS_PER_COPY * scenario.clients)
    available = available_memory()
    if needed <= available:
        return ""
    return f"{needed >> 20:,} MiB of memory may be needed and {available >> 20:,} MiB are available"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
