"""Microseconds per UPDATE and per prefix: bgpkit's codec beside os-ken and ExaBGP on the same messages.

    python benchmarks/codec.py [--quick] [--no-peers] [--rounds 5] [--sample 10000] [--json FILE]

Each row is measured in a process of its own, one row after the other, round after round; processor time of the
decode loop alone. What the programs make of the messages is compared: a difference ends the benchmark with status 1.
See README.md beside this file for what the rows mean.
"""

import argparse
import json
import platform
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks._codec_measure import PROJECT, Figures, MeasureError, Plan, measure
from benchmarks._codec_rows import OS_KEN, Kind
from benchmarks._codec_streams import Stream, all_streams

_PEERS: Final = PROJECT / ".cache" / "peers" / "bin" / "python"
_VERSIONS: Final = (
    "import importlib.metadata as m, platform;"
    "print('os-ken', m.version('os-ken'), 'and ExaBGP', m.version('exabgp'), 'on Python', platform.python_version())"
)


def main(arguments: Sequence[str]) -> int:
    """Measure, compare and print; return the exit status."""
    options = _options(arguments)
    peers = None if options.no_peers else options.peers
    versions = _peer_versions(peers)
    if not versions:
        peers = None
    plan = Plan(
        rounds=1 if options.quick else options.rounds,
        rounds_without_gc=0 if options.quick else min(2, options.rounds),
        quick=options.quick,
        sample=options.sample,
        peers=peers,
    )
    print(
        f"{_machine()}; beside bgpkit: {versions or 'nothing, os-ken and ExaBGP are not installed or not wanted'}",
        flush=True,
    )
    results: list[tuple[Stream, list[Figures]]] = []
    with TemporaryDirectory(prefix="bgpkit-codec-") as folder:
        for number, make in enumerate(all_streams(quick=options.quick)):
            stream = make()
            try:
                figures = measure(stream, Path(folder), plan, first=number == 0)
            except MeasureError as error:
                print(error, file=sys.stderr)
                return 1
            results.append((stream, figures))
            _print(stream, figures, compared=peers is not None)
    if options.json is not None:
        described = [_described(stream, figures) for stream, figures in results]
        text = json.dumps({"machine": _machine(), "peers": versions, "streams": described}, indent=1)
        options.json.write_text(f"{text}\n", encoding="utf-8")
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="measure the codec beside os-ken and ExaBGP")
    parser.add_argument("--quick", action="store_true", help="20,000 prefixes, one round: to see that it runs")
    parser.add_argument("--no-peers", action="store_true", help="bgpkit alone")
    parser.add_argument("--peers", type=Path, default=_PEERS, help="the Python that has os-ken and ExaBGP")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sample", type=int, default=10_000, help="UPDATEs for slow rows, and to be compared")
    parser.add_argument("--json", type=Path, help="write the figures to this file, too")
    return parser.parse_args(arguments)


def _peer_versions(python: Path | None) -> str:
    """Return what stands in the other environment, or nothing."""
    if python is None:
        return ""
    try:
        answer = subprocess.run([python, "-c", _VERSIONS], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return answer.stdout.strip()


def _machine() -> str:
    """Describe where the figures were taken."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    processor = f"{len(models)} x {models[0]}" if models else platform.machine()
    return f"{processor}, {platform.system()}, Python {platform.python_version()}"


def _print(stream: Stream, found: Sequence[Figures], *, compared: bool) -> None:
    """Print the table of one stream, in microseconds of processor time."""
    print(f"\n{stream}")
    timed = [figures for figures in found if figures.row.kind is not Kind.MEMORY]
    print(f"{'':30} {'UPDATEs':>8} {'us/UPDATE':>10} {'least':>8} {'gc off':>8} {'us/prefix':>10}  os-ken's rate")
    for figures in timed:
        middle, least = figures.per_update(figures.seconds)
        without_gc = f"{figures.per_update(figures.seconds_without_gc)[1]:8.2f}" if figures.seconds_without_gc else ""
        ratio = _ratio(figures, found)
        print(
            f"{figures.row.name:30} {figures.updates:8,} {middle:10.2f} {least:8.2f} {without_gc:>8} "
            f"{figures.per_prefix:10.3f}  {'' if ratio is None else f'x {ratio:.1f}'}{_same(figures)}"
        )
    for figures in found:
        if figures.row.kind is Kind.MEMORY:
            kept = figures.octets_each * 100_000 / (1 << 20)
            print(f"{figures.row.name:30} {figures.updates:8,} {kept:10.0f} MiB for 100,000 messages")
    if compared:
        print("all programs read the same out of these messages", flush=True)


def _same(figures: Figures) -> str:
    """Tell how much was written as it had been."""
    return "" if figures.same is None else f"  {figures.same:,} as they were"


def _ratio(figures: Figures, found: Sequence[Figures]) -> float | None:
    """Return how many times os-ken's rate the row has, by the least time of each; None without a counterpart."""
    other = next((each for each in found if each.row.name == OS_KEN.get(figures.row.kind)), None)
    if other is None:
        return None
    return other.per_update(other.seconds)[1] / figures.per_update(figures.seconds)[1]


def _described(stream: Stream, found: Sequence[Figures]) -> dict[str, object]:
    """Return the figures of one stream for a file."""
    return {
        "name": stream.name,
        "updates": len(stream.counts),
        "prefixes": sum(stream.counts),
        "rows": [
            {
                "name": figures.row.name,
                "kind": figures.row.kind.value,
                "updates": figures.updates,
                "prefixes": figures.prefixes,
                "seconds": figures.seconds,
                "seconds_without_gc": figures.seconds_without_gc,
                "octets_grown": figures.octets,
                "written_as_they_were": figures.same,
                "times_the_rate_of_os_ken": _ratio(figures, found),
            }
            for figures in found
        ],
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
