"""Medians, ratios and tables of what was measured."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from benchmarks._peers_bench import Figures
from benchmarks._peers_scenarios import Scenario

OURS: Final = "bgpkit"
COMPILED: Final = "compiled"
"""The same with its hot modules compiled."""
CEILING: Final = "ceiling"


@dataclass(slots=True, kw_only=True)
class Row:
    """All rounds of one daemon in one scenario."""

    scenario: Scenario
    daemon: str
    routes: int
    rounds: list[Figures] = field(default_factory=list[Figures])
    failure: str = ""
    """Why there are no more rounds: it did not finish, or what came out was not right."""

    @property
    def seconds(self) -> float | None:
        """The median of the wall seconds; None when a round failed."""
        return None if self.failure else self._median(lambda figures: figures.seconds)

    @property
    def processor(self) -> float | None:
        """The median of the processor seconds."""
        return self._median(lambda figures: figures.processor)

    @property
    def peak(self) -> float | None:
        """The median of the octets of memory at the highest."""
        return self._median(lambda figures: figures.peak)

    @property
    def per_route(self) -> float | None:
        """The median of the octets that memory has grown by, for each route."""
        return None if self.failure else self._median(lambda figures: figures.grown / self.routes)

    @property
    def stall(self) -> float | None:
        """The median of the longest times that an event loop was busy with one thing."""
        found = [figures.stall for figures in self.rounds if figures.stall is not None]
        return median(found) if found else None

    def _median(self, value: Callable[[Figures], float]) -> float | None:
        return median(map(value, self.rounds)) if self.rounds else None


@dataclass(frozen=True, slots=True)
class Target:
    """A ratio to another daemon that is to be reached in the same run."""

    scenario: str
    what: str
    """A property of a row."""
    other: str
    must: float
    goal: float | None = None


TARGETS: Final = (
    Target("ingest", "seconds", "bird", 2.0, 1.6),
    Target("reflect-1", "seconds", "bird", 1.4, 1.0),
    Target("reflect-1", "seconds", "frr", 0.4),
    Target("reflect-1", "seconds", "gobgp", 0.1),
    Target("reflect-10", "seconds", "bird", 0.5, 0.35),
    Target("reflect-10-100k", "seconds", "frr", 0.8, 0.5),
    Target("churn", "seconds", "bird", 4.0, 2.0),
    Target("rivals", "seconds", "bird", 2.5, 1.5),
    Target("clients-200", "seconds", "bird", 1.5, 1.0),
    Target("clients-1000", "seconds", "bird", 1.5, 1.0),
    Target("reflect-1", "per_route", "bird", 1.3, 1.1),
    Target("reflect-1", "per_route", "frr", 0.2),
)
STALL: Final = 0.1
"""Seconds that the event loop may be busy with one thing while a million routes pass."""


def results_table(rows: Sequence[Row]) -> str:
    """Return a Markdown table, a scenario a line, a daemon a column: wall seconds and processor seconds."""
    daemons = list(dict.fromkeys(row.daemon for row in rows))
    lines = [f"| scenario | routes | {' | '.join(daemons)} |", f"|---|---{'|---' * len(daemons)}|"]
    for group in _by_scenario(rows).values():
        cells = (_cell(group.get(daemon)) for daemon in daemons)
        first = next(iter(group.values()))
        lines.append(f"| {first.scenario.name}: {first.scenario.title} | {first.routes:,} | {' | '.join(cells)} |")
    return "\n".join(lines)


def memory_table(rows: Sequence[Row]) -> str:
    """Return a Markdown table of memory: MiB at the highest, and octets for each route."""
    daemons = [daemon for daemon in dict.fromkeys(row.daemon for row in rows) if daemon != CEILING]
    lines = [f"| scenario | {' | '.join(daemons)} |", f"|---{'|---' * len(daemons)}|"]
    for group in _by_scenario(rows).values():
        cells = (_memory(group.get(daemon)) for daemon in daemons)
        lines.append(f"| {next(iter(group.values())).scenario.name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def targets_table(rows: Sequence[Row]) -> str:
    """Return a Markdown table of the ratios that are to be reached, those of scenarios that were measured.

    A line of its own has those of the compiled modules.
    """
    found = {(row.scenario.name, row.daemon): row for row in rows}
    lines = ["| scenario | of | ratio | is | processor time | must | goal | reached |", f"|{'---|' * 8}"]
    for target in TARGETS:
        for name in (OURS, COMPILED):
            ours, other = found.get((target.scenario, name)), found.get((target.scenario, target.other))
            if ours is not None and other is not None:
                lines.append(f"| {' | '.join(_target_cells(target, ours, other))} |")
    for name in (OURS, COMPILED):
        million = found.get(("reflect-1", name))
        stall = million.stall if million is not None else None
        if stall is not None:
            limits = f"{stall * 1000:.0f} | | {STALL * 1000:.0f} | | {_reached(stall, STALL, None)}"
            lines.append(f"| reflect-1 | {name} | longest stall, ms | {limits} |")
    return "\n".join(lines)


def _target_cells(target: Target, ours: Row, other: Row) -> tuple[str, ...]:
    ratio = _ratio(getattr(ours, target.what), getattr(other, target.what))
    what = "octets a route" if target.what == "per_route" else "wall"
    goal = "" if target.goal is None else f"{target.goal:g}"
    shown = "none" if ratio is None else f"{ratio:.2f}"
    effort = _effort(ours, other) if target.what == "seconds" else ""
    reached = _reached(ratio, target.must, target.goal)
    return target.scenario, ours.daemon, f"{what}, to {target.other}", shown, effort, f"{target.must:g}", goal, reached


def failures(rows: Iterable[Row]) -> list[str]:
    """Return a sentence for each daemon that failed in a scenario."""
    return [f"{row.scenario.name}, {row.daemon}: {row.failure}" for row in rows if row.failure]


def described(rows: Iterable[Row]) -> list[Mapping[str, object]]:
    """Return the figures for a file."""
    return [
        {
            "scenario": row.scenario.name,
            "daemon": row.daemon,
            "routes": row.routes,
            "clients": row.scenario.clients,
            "seconds": [figures.seconds for figures in row.rounds],
            "processor_seconds": [figures.processor for figures in row.rounds],
            "peak_octets": [figures.peak for figures in row.rounds],
            "octets_per_route": [figures.grown / row.routes for figures in row.rounds],
            "stall_seconds": [figures.stall for figures in row.rounds],
            "failure": row.failure,
        }
        for row in rows
    ]


def _by_scenario(rows: Iterable[Row]) -> dict[str, dict[str, Row]]:
    groups: dict[str, dict[str, Row]] = {}
    for row in rows:
        groups.setdefault(row.scenario.name, {})[row.daemon] = row
    return groups


def _cell(row: Row | None) -> str:
    if row is None or not (row.rounds or row.failure):
        return ""
    if row.seconds is None or row.processor is None:
        return "DNF"
    return f"{row.seconds:.2f} ({row.processor:.2f})"


def _memory(row: Row | None) -> str:
    if row is None or row.peak is None or row.per_route is None:
        return ""
    return f"{row.peak / (1 << 20):.0f} ({row.per_route:,.0f})"


def _ratio(ours: float | None, other: float | None) -> float | None:
    """Return a ratio; nothing when we failed, 0 when only the other did."""
    if ours is None:
        return None
    return ours / other if other else 0.0


def _effort(ours: Row, other: Row) -> str:
    """Return the ratio of processor seconds, which other work on the machine does not change."""
    ratio = _ratio(ours.processor, other.processor)
    return f"{ratio:.2f}" if ratio else ""


def _reached(value: float | None, must: float, goal: float | None) -> str:
    if value is None or value > must:
        return "no"
    return "must" if goal is not None and value > goal else "goal"
