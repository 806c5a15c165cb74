"""Medians, ratios and tables of what was measured."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from benchmarks._fib_measure import Figures
from benchmarks._fib_program import Step

OURS: Final = ("bgpkit", "bgpkit-objects", "compiled", "compiled-objects")
OTHERS: Final = ("bird", "frr", "ip", "pyroute2")
TITLES: Final = {
    Step.ADD: "all routes into an empty kernel table",
    Step.ADOPT: "killed, and started over its own routes",
    Step.REPLACE: "every route has another gateway",
    Step.MOVE: "one next hop moves, a twentieth of the routes with it",
    Step.DUMP: "the kernel's table read, and compared by those who have one",
    Step.DELETE: "all routes taken out",
}


@dataclass(slots=True, kw_only=True)
class Column:
    """All rounds of one program with one number of routes."""

    program: str
    routes: int
    rounds: dict[Step, list[Figures]] = field(default_factory=dict[Step, list[Figures]])
    scale: float = 1.0
    """By what figures are multiplied, where fewer routes were measured."""
    failure: str = ""

    def median(self, step: Step, value: Callable[[Figures], float | None]) -> float | None:
        """Return the median of a figure over the rounds of a step."""
        found = [figure for figures in self.rounds.get(step, ()) if (figure := value(figures)) is not None]
        return median(found) if found else None

    def seconds(self, step: Step) -> float | None:
        """Return the median of the wall seconds."""
        return self._scaled(self.median(step, lambda figures: figures.seconds))

    def processor(self, step: Step) -> float | None:
        """Return the median of the processor seconds."""
        return self._scaled(self.median(step, lambda figures: figures.processor))

    def line(self, step: Step, figures: Figures) -> str:
        """Return a line about one step of one round."""
        note = "" if figures.stall is None else f"  stall {figures.stall * 1000:.1f} ms"
        if figures.changes is not None:
            note += f"  {figures.changes:,} changes"
        if figures.writes is not None:
            note += f"  {figures.writes:,} messages"
        wall, processor = figures.seconds * self.scale, figures.processor * self.scale
        return (
            f"{self.routes:>9,}  {self.program:15} {step.value:8} {wall:8.3f} s  cpu {processor:8.3f} s"
            f"  {self.routes / max(wall, 1e-9) / 1000:9,.0f} k routes/s  peak {figures.peak >> 20:5} MiB{note}"
        )

    def _scaled(self, value: float | None) -> float | None:
        return None if value is None else value * self.scale


@dataclass(frozen=True, slots=True)
class Target:
    """A ratio of wall seconds that is to be reached in the same run."""

    step: Step
    other: str
    most: float


TARGETS: Final = (Target(Step.ADD, "bird", 0.6), Target(Step.ADD, "ip", 0.5))
VERIFICATION: Final = 0.3
"""Seconds that it may take to read and compare 100,000 routes."""
STALL: Final = 0.01
"""Seconds that the event loop may be busy with one thing."""


def times_table(columns: Sequence[Column]) -> str:
    """Return a Markdown table, a step a line, a program a column: wall seconds, processor seconds, changes."""
    names = [column.program for column in columns]
    lines = [f"| {columns[0].routes:,} routes | {' | '.join(names)} |", f"|---{'|---' * len(names)}|"]
    for step in Step:
        if any(step in column.rounds for column in columns):
            cells = [_cell(column, step) for column in columns]
            lines.append(f"| {step.value}: {TITLES[step]} | {' | '.join(cells)} |")
    peaks = [_peak(column) for column in columns]
    lines.append(f"| memory at the highest, MiB | {' | '.join(peaks)} |")
    stalls = [_stall(column) for column in columns]
    lines.append(f"| longest stall, ms | {' | '.join(stalls)} |")
    return "\n".join(lines)


def ratios_table(columns: Sequence[Column]) -> str:
    """Return a Markdown table of our wall and processor seconds in parts of the others'."""
    found = {column.program: column for column in columns}
    ours = [found[name] for name in OURS if name in found]
    others = [found[name] for name in OTHERS if name in found]
    lines = [
        f"| {step.value} | {one.program} | {' | '.join(cells)} |"
        for step in Step
        for one in ours
        if any(cells := [_ratio(one, other, step) for other in others])
    ]
    if not lines:
        return ""
    heads = " | ".join(f"of {other.program}'s" for other in others)
    return "\n".join((f"| {columns[0].routes:,} routes | | {heads} |", f"|{'---|' * (2 + len(others))}", *lines))


def verdicts(columns: Sequence[Column]) -> list[str]:
    """Return a sentence about each goal that could be judged."""
    found = {column.program: column for column in columns}
    sentences: list[str] = []
    for name in OURS:
        if name not in found:
            continue
        ours = found[name]
        for target in TARGETS:
            ratio = _quotient(ours.seconds(target.step), _seconds(found.get(target.other), target.step))
            if ratio is not None:
                what = f"{name}: {target.step.value} in {ratio:.2f} of {target.other}'s time"
                sentences.append(f"{what}, {target.most:g} wanted: {_reached(ratio <= target.most)}")
        verified = ours.seconds(Step.DUMP)
        if verified is not None:
            each = verified * 100_000 / ours.routes
            what = f"{name}: a full verification in {each:.2f} s for 100,000 routes"
            sentences.append(f"{what}, {VERIFICATION:g} wanted: {_reached(each <= VERIFICATION)}")
        sentences += _verdicts_of_restarts(ours)
    return sentences


def failures(columns: Iterable[Column]) -> list[str]:
    """Return a sentence for each program that failed."""
    return [f"{column.program}, {column.routes:,} routes: {column.failure}" for column in columns if column.failure]


def described(columns: Iterable[Column]) -> list[Mapping[str, object]]:
    """Return the figures for a file."""
    return [
        {
            "program": column.program,
            "routes": column.routes,
            "scale": column.scale,
            "failure": column.failure,
            "steps": {
                step.value: {
                    "seconds": [figures.seconds for figures in rounds],
                    "processor_seconds": [figures.processor for figures in rounds],
                    "own_seconds": [figures.own for figures in rounds],
                    "peak_octets": [figures.peak for figures in rounds],
                    "changes": [figures.changes for figures in rounds],
                    "messages": [figures.writes for figures in rounds],
                    "stall_seconds": [figures.stall for figures in rounds],
                }
                for step, rounds in column.rounds.items()
            },
        }
        for column in columns
    ]


def _verdicts_of_restarts(ours: Column) -> list[str]:
    sentences: list[str] = []
    restarts = ours.rounds.get(Step.ADOPT, [])
    if restarts:
        most = max((figures.changes or 0) + (figures.writes or 0) for figures in restarts)
        own = ours.median(Step.ADOPT, lambda figures: figures.own) or 0.0
        what = (
            f"{ours.program}: {most:,} writes after a restart over {ours.routes:,} routes ({own:.2f} s of it the Fib's)"
        )
        sentences.append(f"{what}, 0 wanted: {_reached(most == 0)}")
    stalls = [figures.stall for rounds in ours.rounds.values() for figures in rounds if figures.stall is not None]
    if stalls:
        worst = median(stalls)
        what = (
            f"{ours.program}: longest stall of a step {worst * 1000:.1f} ms in the median, {max(stalls) * 1000:.1f} ms"
        )
        sentences.append(f"{what} at worst, {STALL * 1000:.0f} wanted: {_reached(worst <= STALL)}")
    return sentences


def _cell(column: Column, step: Step) -> str:
    seconds, processor = column.seconds(step), column.processor(step)
    if seconds is None or processor is None:
        return "DNF" if column.failure.startswith(step.value) else ""
    text = f"{seconds:.3f} ({processor:.3f})"
    changes = column.median(step, lambda figures: figures.changes)
    return text if changes is None else f"{text}, {changes:,.0f} changes"


def _peak(column: Column) -> str:
    peak = max((figures.peak for rounds in column.rounds.values() for figures in rounds), default=0)
    return f"{peak / (1 << 20):.0f}" if peak and column.scale == 1 else ""


def _stall(column: Column) -> str:
    stalls = [figures.stall for rounds in column.rounds.values() for figures in rounds if figures.stall is not None]
    return f"{median(stalls) * 1000:.1f}, at worst {max(stalls) * 1000:.1f}" if stalls else ""


def _ratio(one: Column, other: Column, step: Step) -> str:
    wall = _quotient(one.seconds(step), other.seconds(step))
    processor = _quotient(one.processor(step), other.processor(step))
    return "" if wall is None else f"{wall:.2f}" if processor is None else f"{wall:.2f} ({processor:.2f})"


def _seconds(column: Column | None, step: Step) -> float | None:
    return None if column is None else column.seconds(step)


def _quotient(ours: float | None, other: float | None) -> float | None:
    return ours / other if ours is not None and other else None


def _reached(yes: object) -> str:
    return "reached" if yes else "missed"
