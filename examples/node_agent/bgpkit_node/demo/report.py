"""How the demonstration tells what it does: a live view for terminals, plain lines otherwise, JSON for machines."""

import json
import sys
import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from rich.console import Console, Group, RenderableType
from rich.highlighter import ReprHighlighter
from rich.live import Live
from rich.padding import Padding
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

HOLDING: Final = (
    "the cluster stays after step {step}, in process {pid}, until Ctrl-C; look around from another terminal"
)

_HIGHLIGHT: Final = ReprHighlighter()


class Report(Protocol):
    """Takes what happens, as it happens."""

    def step(self, name: str, title: str) -> None:
        """Begin a step; the one before it has succeeded."""
        ...

    def note(self, text: str) -> None:
        """Tell one fact."""
        ...

    def check(self, text: str, *, passed: bool) -> None:
        """Tell one thing that was tried, and whether it came out as it should."""
        ...

    def progress(self, text: str) -> None:
        """Tell a figure that changes; the latest replaces the one before."""
        ...

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Show a table."""
        ...

    def text(self, title: str, body: str) -> None:
        """Show what a command printed."""
        ...

    def hold(self, step: str, pid: int, lines: Sequence[str]) -> None:
        """Say that the cluster stays after ``step``, and how to look around."""
        ...

    def finish(self, facts: dict[str, object]) -> None:
        """End with the figures of the whole run."""
        ...

    def fail(self, sentence: str) -> None:
        """End with what went wrong."""
        ...


class PlainReport:
    """One line for each event: for logs and pipes."""

    def __init__(self) -> None:
        """Begin the clock."""
        self._started = time.monotonic()

    def step(self, name: str, title: str) -> None:
        """Print the title of a step."""
        self._line(f"== {name}: {title}")

    def note(self, text: str) -> None:
        """Print one fact."""
        self._line(f"   {text}")

    def check(self, text: str, *, passed: bool) -> None:
        """Print PASS or FAIL and what was tried."""
        self._line(f"   {verdict(passed=passed)} {text}")

    def progress(self, text: str) -> None:
        """Print nothing: figures that change would fill a log."""

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table in columns."""
        widths = [max(len(row[at]) for row in (columns, *rows)) for at in range(len(columns))]
        body = [
            " ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (columns, *rows)
        ]
        self.text(title, "\n".join(line.rstrip() for line in body))

    def text(self, title: str, body: str) -> None:
        """Print a heading and the lines under it."""
        self._line(f"   {title}:")
        for line in body.rstrip().splitlines():
            print(f"            {line}")

    def hold(self, step: str, pid: int, lines: Sequence[str]) -> None:
        """Print the ways to look around."""
        self.text(HOLDING.format(step=step, pid=pid), "\n".join(lines))

    def finish(self, facts: dict[str, object]) -> None:
        """Print the figures."""
        self._line("== done: " + ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in facts.items()))

    def fail(self, sentence: str) -> None:
        """Print the fault to standard error."""
        print(f"bgpkit-node demo: {sentence}", file=sys.stderr, flush=True)

    def _line(self, text: str) -> None:
        print(f"{time.monotonic() - self._started:7.1f}s {text}", flush=True)


class JsonReport:
    """One JSON object a line: ``event`` and what belongs to it."""

    def step(self, name: str, title: str) -> None:
        """Print a step."""
        self._emit("step", name=name, title=title)

    def note(self, text: str) -> None:
        """Print a note."""
        self._emit("note", text=text)

    def check(self, text: str, *, passed: bool) -> None:
        """Print what was tried and how it came out."""
        self._emit("check", text=text, passed=passed)

    def progress(self, text: str) -> None:
        """Print nothing: only final figures are kept."""

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table, a list of objects."""
        self._emit("table", title=title, rows=[dict(zip(columns, row, strict=True)) for row in rows])

    def text(self, title: str, body: str) -> None:
        """Print what a command printed, as lines."""
        self._emit("text", title=title, lines=body.rstrip().splitlines())

    def hold(self, step: str, pid: int, lines: Sequence[str]) -> None:
        """Print the process to enter, and the ways to look around."""
        self._emit("hold", step=step, pid=pid, lines=list(lines))

    def finish(self, facts: dict[str, object]) -> None:
        """Print the figures."""
        self._emit("done", **facts)

    def fail(self, sentence: str) -> None:
        """Print the fault."""
        self._emit("failed", error=sentence)

    def _emit(self, event: str, **fields: object) -> None:
        print(json.dumps({"event": event, **fields}), flush=True)


class LiveReport:
    """Steps with their time and a spinner at the one under way; notes and tables stay above it."""

    def __init__(self, console: Console | None = None) -> None:
        """Take over the terminal until finish or fail."""
        self._console = console or Console()
        self._done: list[tuple[str, str, float]] = []
        self._current: tuple[str, str] | None = None
        self._began = 0.0
        self._progress = ""
        self._live = Live(get_renderable=self._render, console=self._console, refresh_per_second=8, transient=True)
        self._live.start()

    def step(self, name: str, title: str) -> None:
        """Mark the step under way as done and begin the next."""
        self._close_step()
        self._current, self._began = (name, title), time.monotonic()
        self._console.rule(Text(f"{name}: {title}", style="bold cyan"), align="left", style="cyan")

    def note(self, text: str) -> None:
        """Print one fact above the live part."""
        self._console.print(Padding(_HIGHLIGHT(Text(text)), (0, 0, 0, 2)))

    def check(self, text: str, *, passed: bool) -> None:
        """Print PASS or FAIL, in colour, and what was tried."""
        word = Text(f"{verdict(passed=passed)} ", style="bold green" if passed else "bold red")
        self._console.print(Padding(word + _HIGHLIGHT(Text(text)), (0, 0, 0, 2)))

    def progress(self, text: str) -> None:
        """Show a changing figure beside the spinner."""
        self._progress = text

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table above the live part."""
        table = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
        widest = [max(len(row[at]) for row in (columns, *rows)) for at in range(len(columns))]
        narrow = sum(widest) + 3 * len(widest) + 1 > self._console.width
        for column in columns:
            table.add_column(column.replace("-", "-\n") if narrow else column)
        for row in rows:
            table.add_row(*row)
        self._console.print(table)

    def text(self, title: str, body: str) -> None:
        """Print what a command printed."""
        self._console.print(Text(f"  {title}", style="bold"))
        self._console.print(Text("\n".join("    " + line for line in body.rstrip().splitlines())), highlight=False)

    def hold(self, step: str, pid: int, lines: Sequence[str]) -> None:
        """Give the terminal back and print the ways to look around."""
        self._close_step()
        self._live.stop()
        self._console.print(Text(HOLDING.format(step=step, pid=pid), style="bold yellow"))
        self._console.print(Text("\n".join("  " + line for line in lines)), highlight=False, soft_wrap=True)

    def finish(self, facts: dict[str, object]) -> None:
        """Print the figures and give the terminal back."""
        self._close_step()
        self._live.stop()
        table = Table(title="Demonstration complete", title_justify="left", show_header=False, title_style="bold green")
        for key, value in facts.items():
            table.add_row(key.replace("_", " "), str(value))
        self._console.print(table)

    def fail(self, sentence: str) -> None:
        """Give the terminal back and print the fault."""
        self._live.stop()
        Console(stderr=True).print(Text("bgpkit-node demo: ", style="bold red") + Text(sentence), soft_wrap=True)

    def _close_step(self) -> None:
        if self._current is not None:
            self._done.append((*self._current, time.monotonic() - self._began))
            self._current = None
        self._progress = ""

    def _render(self) -> RenderableType:
        lines: list[RenderableType] = [
            Text(f" ✓ {name}: {title} ({seconds:.1f} s)", style="green") for name, title, seconds in self._done
        ]
        if self._current is not None:
            name, title = self._current
            elapsed = time.monotonic() - self._began
            lines.append(Spinner("dots", Text(f"{name}: {title} ({elapsed:.1f} s) {self._progress}", style="yellow")))
        return Group(*lines)


def verdict(*, passed: bool) -> str:
    """Return the word for how something came out."""
    return "PASS" if passed else "FAIL"


def make_report(*, as_json: bool) -> Report:
    """Return the report that fits: JSON when asked for, live on a terminal, plain otherwise."""
    chosen: Callable[[], Report] = PlainReport
    if as_json:
        chosen = JsonReport
    elif sys.stdout.isatty():
        chosen = LiveReport
    return chosen()
