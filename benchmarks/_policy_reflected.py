"""The rounds of benchmarks/policy_reflected.py: the variants in turns, and the table of what each costs."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks._peers_bench import Bench, Figures, MeasureError
from benchmarks._peers_daemon import DaemonError, Settings
from benchmarks._peers_feed import distinct_prefixes, make_feed
from benchmarks._peers_links import NEXT_HOPS, LinkError, lay
from benchmarks._peers_octets import IPV4
from benchmarks._peers_tracking import ABSENT, Goal, numbered
from benchmarks._policy_variants import REFLECTORS, VARIANTS, Variant, refused

LIMIT: Final = 4 / 3
"""What takes less than this costs less than a quarter of the throughput."""
_SECONDS: Final = 120
_INTERRUPTED: Final = 130
_TICK: Final = 0.01
"""What processor time is counted in."""
_FAILURES: Final = (MeasureError, DaemonError, LinkError)


def main(arguments: Sequence[str]) -> int:
    """Measure and print; return the exit status.

    It is 1 when a measurement failed or, where that is asked, a policy costs more; 130 when it was interrupted.
    """
    options = _options(arguments)
    figures: dict[str, dict[str, list[Figures]]] = {}
    interrupted = False
    try:
        _measure(options, figures)
    except _FAILURES as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; the rounds that are complete:")
        interrupted = True
    complete = min((len(rounds[VARIANTS[-1].name]) for rounds in figures.values()), default=0)
    if not complete:
        print("nothing was measured to the end", file=sys.stderr)
        return _INTERRUPTED if interrupted else 1
    figures = {daemon: {name: each[:complete] for name, each in rounds.items()} for daemon, rounds in figures.items()}
    print(f"\n{_table(figures, options.routes)}")
    if options.json is not None:
        told = {daemon: {name: _told(each) for name, each in rounds.items()} for daemon, rounds in figures.items()}
        options.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    if interrupted:
        return _INTERRUPTED
    slow = _slow(figures)
    if options.limit and slow:
        print(f"not below {LIMIT:.2f}: {', '.join(slow)}", file=sys.stderr)
        return 1
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="policy_reflected.py", description="measure what policies cost a reflector")
    parser.add_argument("--daemons", type=_daemons, default=tuple(REFLECTORS), help=f"of {', '.join(REFLECTORS)}")
    parser.add_argument("--routes", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write the figures to this file, too")
    parser.add_argument("--limit", action="store_true", help=f"status 1 when a policy costs {LIMIT:.2f} times or more")
    return parser.parse_args(arguments)


def _daemons(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    unknown = [name for name in names if name not in REFLECTORS]
    if unknown:
        raise argparse.ArgumentTypeError(f"there is no {', '.join(unknown)}; there is {', '.join(REFLECTORS)}")
    return names


def _measure(options: argparse.Namespace, figures: dict[str, dict[str, list[Figures]]]) -> None:
    """Fill in the figures: in each round the daemons, of each the variants."""
    lay()
    for daemon in options.daemons:
        lacking = REFLECTORS[daemon].lacks(Settings(IPV4, policy=False))
        if lacking:
            print(f"without {daemon}: {lacking}", flush=True)
        else:
            figures[daemon] = {variant.name: [] for variant in VARIANTS}
    for _ in range(options.rounds):
        for daemon, rounds in figures.items():
            for variant in VARIANTS:
                rounds[variant.name].append(_measured(daemon, variant, options.routes))


def _slow(figures: dict[str, dict[str, list[Figures]]]) -> list[str]:
    """Return what costs more than it may, by processor time."""
    return [
        f"{daemon} with {name}"
        for daemon, rounds in figures.items()
        for name, each in rounds.items()
        if _ratio(each, rounds[VARIANTS[0].name], _processor) >= LIMIT
    ]


def _measured(daemon: str, variant: Variant, routes: int) -> Figures:
    """Reflect a feed to one client under a variant's policies; MeasureError unless it holds what they let through."""
    keys = distinct_prefixes(IPV4, routes)
    feed = make_feed(keys, IPV4, NEXT_HOPS["ipv4"][0], seed=1)
    out = refused(keys) if "refused" in {variant.import_policy, variant.export_policy} else ()
    wanted = bytes(ABSENT if key in out else 1 for key in keys)
    bench = Bench(REFLECTORS[daemon](variant, keys), IPV4, _SECONDS)
    try:
        bench.sinks(1, Goal(numbered(keys), wanted, [feed]))
        feeder = bench.feeder()
        stream = feed.stream()
        bench.begin()
        bench.send(feeder, stream)
        bench.until_complete()
        bench.expect_attributes([0])
        figures = bench.figures()
    finally:
        bench.end()
    print(f"{daemon:9} {variant.name:36} {figures.seconds:6.2f} s  cpu {figures.processor:6.2f} s", flush=True)
    return figures


def _table(figures: dict[str, dict[str, list[Figures]]], routes: int) -> str:
    """Return a line for each daemon and variant: seconds and what they are to those without a policy."""
    lines = [
        f"{routes:,} routes to one client; medians of the rounds, ratios to the same round's without a policy",
        "",
        "| daemon | policy | wall seconds | ratio | processor seconds | ratio |",
        "|---|---|---|---|---|---|",
    ]
    for daemon, rounds in figures.items():
        for name, each in rounds.items():
            plain = rounds[VARIANTS[0].name]
            wall, processor = (median(map(what, each)) for what in (_wall, _processor))
            lines.append(
                f"| {daemon} | {name} | {wall:.2f} | {_ratio(each, plain, _wall):.2f}"
                f" | {processor:.2f} | {_ratio(each, plain, _processor):.2f} |"
            )
    return "\n".join(lines)


def _wall(figures: Figures) -> float:
    return figures.seconds


def _processor(figures: Figures) -> float:
    return figures.processor


def _ratio(rounds: list[Figures], plain: list[Figures], what: Callable[[Figures], float]) -> float:
    """Return how long a variant takes beside none: the median of the rounds' ratios."""
    pairs = zip(rounds, plain, strict=True)
    return median(max(what(each), _TICK) / max(what(other), _TICK) for each, other in pairs)


def _told(rounds: list[Figures]) -> list[dict[str, float]]:
    return [{"seconds": each.seconds, "processor": each.processor} for each in rounds]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
