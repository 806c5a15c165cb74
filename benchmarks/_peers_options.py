"""The words of benchmarks/peers.py's command line."""

import argparse
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks._peers_daemons import DAEMONS
from benchmarks._peers_daemons_python import use_interpreter
from benchmarks._peers_scenarios import SCENARIOS


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is asked for."""

    scenarios: Sequence[str]
    daemons: Sequence[str]
    routes: int | None
    """The number of prefixes, instead of each scenario's own."""
    rounds: int
    limit: float
    """Seconds after which a daemon did not finish."""
    json: Path | None
    plot: Path | None
    readme: bool
    python: str | None
    """The interpreter that runs bgpkit; None: the one that runs the benchmark."""


def parse(arguments: Sequence[str]) -> Options:
    """Return the options; leave the program for --help and for what is not understood."""
    parser = argparse.ArgumentParser(prog="peers.py", description="measure bgpkit beside other daemons")
    scenarios, daemons = ", ".join(SCENARIOS), ", ".join(DAEMONS)
    parser.add_argument("--scenario", type=_some_of(SCENARIOS), default=tuple(SCENARIOS), help=f"some of: {scenarios}")
    parser.add_argument("--daemons", type=_some_of(DAEMONS), default=tuple(DAEMONS), help=f"some of: {daemons}")
    parser.add_argument("--routes", type=_positive, help="prefixes in each scenario, instead of its own number")
    parser.add_argument("--rounds", type=_positive, default=3)
    parser.add_argument("--limit", type=float, default=120, help="seconds after which a daemon did not finish")
    parser.add_argument("--python", type=_interpreter, help="run bgpkit with this interpreter, such as Debian's own")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--plot", type=Path, help="draw the figures into this file (PNG)")
    parser.add_argument("--readme", action="store_true", help="write tables and plot into benchmarks/")
    found = parser.parse_args(arguments)
    return Options(
        scenarios=found.scenario,
        daemons=found.daemons,
        routes=found.routes,
        rounds=found.rounds,
        limit=found.limit,
        json=found.json,
        plot=found.plot,
        readme=found.readme,
        python=found.python,
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


def _interpreter(text: str) -> str:
    try:
        use_interpreter(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def _positive(text: str) -> int:
    number = int(text.replace("_", ""))
    if number < 1:
        raise argparse.ArgumentTypeError("it must be at least 1")
    return number
