"""Where the figures go: the screen, a JSON file, benchmarks/README.md."""

import json
import platform
from collections.abc import Mapping, Sequence
from importlib import metadata
from itertools import groupby
from pathlib import Path
from typing import Final

from benchmarks._fib_options import PROGRAMS, Options
from benchmarks._fib_place import run
from benchmarks._fib_report import OURS, Column, described, failures, ratios_table, times_table, verdicts
from bgpkit_setup.daemons import unpacked
from bgpkit_setup.packages import read_packages
from bgpkit_setup.preparation import DAEMON_CACHE

_README: Final = Path(__file__).parent / "README.md"
_BEGIN: Final = "<!-- the last run of fib.py -->"
_END: Final = "<!-- end of the last run of fib.py -->"


def show(columns: Sequence[Column], options: Options) -> None:
    """Print the tables, and write the files that are wanted."""
    if not columns:
        print("nothing was measured")
        return
    text = _page(columns, options)
    print(f"\n{text}")
    if options.json is not None:
        figures = {"machine": _machine(), "versions": _versions(columns), "columns": described(columns)}
        options.json.write_text(f"{json.dumps(figures, indent=1)}\n", encoding="utf-8")
    if options.readme:
        _into_readme(text)


def _page(columns: Sequence[Column], options: Options) -> str:
    """Return the tables with what is to be known of them."""
    versions = ", ".join(f"{name} {version}" for name, version in _versions(columns).items())
    parts = [f"{_machine()}; {versions}; medians of {options.rounds} rounds in turns."]
    parts.append("Wall seconds, in brackets processor seconds of the program:")
    groups = [list(group) for _, group in groupby(columns, key=lambda column: column.routes)]
    parts += [times_table(group) for group in groups]
    ratios = [table for group in groups if (table := ratios_table(group))]
    if ratios:
        parts += ["The same in parts of the others':", *ratios]
    sentences = [sentence for group in groups for sentence in verdicts(group)]
    for title, found in (("Wanted:", sentences), ("Not finished, or not right:", failures(columns))):
        if found:
            parts += [title, "\n".join(f"- {sentence}" for sentence in found)]
    return "\n\n".join(parts)


def _into_readme(text: str) -> None:
    before, begin, rest = _README.read_text(encoding="utf-8").partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        print("README.md has lost the marks between which the figures stand; nothing is written there")
        return
    _README.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")


def _machine() -> str:
    """Describe where the figures were taken."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    processor = f"{len(models)} x {models[0]}" if models else platform.machine()
    release = ".".join(platform.release().split(".")[:2])
    return f"{processor}, {platform.system()} {release}, Python {platform.python_version()}"


def _versions(columns: Sequence[Column]) -> Mapping[str, str]:
    """Return the version of each program that was measured, as far as it can be told without starting it."""
    found: dict[str, str] = {}
    for name in dict.fromkeys(column.program for column in columns):
        package = PROGRAMS[name].package
        if package:
            listed = next(each for each in read_packages() if each.name == package)
            folder = unpacked(listed, DAEMON_CACHE)
            found[name] = folder.name.removeprefix(f"{package}-") if folder is not None else "of the machine"
        elif name == "ip":
            found[name] = run("-V").partition("iproute2-")[2].partition(",")[0]
        elif name not in OURS[1:]:
            found[name] = metadata.version(name)
    return found
