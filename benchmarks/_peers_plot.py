"""The plot of peers.py: ``python _peers_plot.py FILE.png < FIGURES.json``, with a Python that has matplotlib."""

import importlib
import json
import sys
from statistics import median
from typing import Any, Final

_COLOURS: Final = {
    "bgpkit": "#d1495b",
    "compiled": "#8f1d38",
    "bird": "#00798c",
    "frr": "#edae49",
    "openbgpd": "#66a182",
    "gobgp": "#2e4057",
    "os-ken": "#8d96a3",
    "exabgp": "#c9ada7",
    "ceiling": "#dddddd",
}


def main(file: str) -> None:
    """Draw wall seconds for each scenario, a bar for each daemon; a daemon that did not finish has none."""
    matplotlib: Any = importlib.import_module("matplotlib")
    matplotlib.use("Agg")
    plots: Any = importlib.import_module("matplotlib.pyplot")
    rows: list[dict[str, Any]] = json.load(sys.stdin)["rows"]
    scenarios = list(dict.fromkeys(f"{row['scenario']}\n{row['routes']:,}" for row in rows))
    daemons = [name for name in _COLOURS if any(row["daemon"] == name for row in rows)]
    figure, axes = plots.subplots(figsize=(max(6, 1.3 * len(scenarios) + 2), 5), dpi=110)
    width = 0.85 / len(daemons)
    for place, daemon in enumerate(daemons):
        heights = [0.0] * len(scenarios)
        for row in rows:
            if row["daemon"] == daemon and row["seconds"] and not row["failure"]:
                heights[scenarios.index(f"{row['scenario']}\n{row['routes']:,}")] = median(row["seconds"])
        where = [number + (place - (len(daemons) - 1) / 2) * width for number in range(len(scenarios))]
        axes.bar(where, heights, width, label=daemon, color=_COLOURS[daemon])
    axes.set_yscale("log")
    axes.set_ylabel("wall seconds (logarithmic; less is better)")
    axes.set_xticks(range(len(scenarios)), scenarios, fontsize=8)
    axes.grid(visible=True, axis="y", alpha=0.3)
    axes.legend(ncols=len(daemons), fontsize=8, loc="upper center", bbox_to_anchor=(0.5, 1.1), frameon=False)
    figure.tight_layout()
    figure.savefig(file)


if __name__ == "__main__":
    main(sys.argv[1])
