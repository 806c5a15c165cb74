"""Where the figures go: the screen, a JSON file, a plot, benchmarks/README.md."""

import json
import platform
import subprocess
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Final

from benchmarks._peers_options import Options
from benchmarks._peers_report import Row, described, failures, memory_table, results_table, targets_table
from bgpkit_setup.daemons import unpacked
from bgpkit_setup.packages import read_packages
from bgpkit_setup.preparation import DAEMON_CACHE, PEERS

_HERE: Final = Path(__file__).parent
_PLOT: Final = "peers.png"
_BEGIN: Final = "<!-- the last run of peers.py -->"
_END: Final = "<!-- end of the last run of peers.py -->"
_PACKAGES: Final = {"bird": "bird2", "frr": "frr", "openbgpd": "openbgpd", "gobgp": "gobgpd"}


def show(rows: Sequence[Row], options: Options) -> None:
    """Print the tables, and write the files that are wanted."""
    if not rows:
        print("nothing was measured")
        return
    text = _page(rows, options)
    print(f"\n{text}")
    figures = json.dumps({"machine": _machine(options), "versions": _versions(rows), "rows": described(rows)}, indent=1)
    if options.json is not None:
        options.json.write_text(f"{figures}\n", encoding="utf-8")
    plots = [options.plot] if options.plot is not None else []
    if options.readme:
        _into_readme(text)
        plots.append(_HERE / _PLOT)
    for plot in plots:
        _draw(figures, plot)


def _page(rows: Sequence[Row], options: Options) -> str:
    """Return the tables with what is to be known of them."""
    versions = ", ".join(f"{name} {version}" for name, version in _versions(rows).items())
    parts = [
        f"{_machine(options)}; {versions}; medians of {options.rounds} rounds in turns.",
        "Wall seconds, in brackets processor seconds of all the daemon's processes:",
        results_table(rows),
        "Memory, MiB at the highest, in brackets octets for each route:",
        memory_table(rows),
    ]
    missed = failures(rows)
    if missed:
        parts += ["Not finished, or not right:", "\n".join(f"- {sentence}" for sentence in missed)]
    targets = targets_table(rows)
    if targets.count("\n") > 1:
        parts += ["Ratios to reach:", targets]
    return "\n\n".join(parts)


def _into_readme(text: str) -> None:
    readme = _HERE / "README.md"
    before, begin, rest = readme.read_text(encoding="utf-8").partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        print("README.md has lost the marks between which the figures stand; nothing is written there")
        return
    plot = f"![wall seconds of each daemon in each scenario]({_PLOT})"
    readme.write_text(f"{before}{begin}\n\n{text}\n\n{plot}\n\n{end}{after}", encoding="utf-8")


def _draw(figures: str, plot: Path) -> None:
    """Have the plot drawn where matplotlib is."""
    command = [str(PEERS / "bin" / "python"), str(_HERE / "_peers_plot.py"), str(plot)]
    try:
        answer = subprocess.run(command, input=figures, capture_output=True, text=True, check=False)
    except OSError:
        print("no plot: matplotlib is not in .cache/peers, make bench brings it")
        return
    if answer.returncode != 0:
        print(f"no plot: {(answer.stderr.strip().splitlines() or ['no reason given'])[-1]}")


def _machine(options: Options) -> str:
    """Describe where the figures were taken."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    processor = f"{len(models)} x {models[0]}" if models else platform.machine()
    with_python = f", bgpkit with {options.python}" if options.python else ""
    return f"{processor}, {platform.system()}, Python {platform.python_version()}{with_python}"


def _versions(rows: Sequence[Row]) -> Mapping[str, str]:
    """Return the version of each daemon that was measured, as far as it can be told without asking it."""
    measured = dict.fromkeys(row.daemon for row in rows)
    found = {"bgpkit": metadata.version("bgpkit"), "os-ken": _installed("os_ken"), "exabgp": _installed("exabgp")}
    for name, package in _PACKAGES.items():
        listed = next(each for each in read_packages() if each.name == package)
        folder = unpacked(listed, DAEMON_CACHE)
        found[name] = folder.name.removeprefix(f"{package}-") if folder is not None else "of the machine"
    return {name: found[name] for name in measured if name in found}


def _installed(name: str) -> str:
    """Return the version of a distribution beside the project."""
    folders = PEERS.glob(f"lib/python*/site-packages/{name}-*.dist-info")
    return next((folder.name.removesuffix(".dist-info").removeprefix(f"{name}-") for folder in folders), "unknown")
