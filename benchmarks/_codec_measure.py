"""Runs the rows on a stream, turn by turn in processes of their own, and compares what they make of it."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks._codec_rows import ROWS, Kind, Row
from benchmarks._codec_streams import Stream

PROJECT: Final = Path(__file__).resolve().parents[1]
_WRITTEN: Final = "written"
_READ: Final = "read"
"""What a program makes of the stream, and what the first of them has made of it."""


class MeasureError(Exception):
    """A program failed, or two of them read a message differently; the message says where."""


@dataclass(slots=True)
class Figures:
    """What the rounds of one row gave."""

    row: Row
    whole: bool
    """Whether all UPDATEs of the stream are used, and not a sample."""
    updates: int = 0
    prefixes: int = 0
    seconds: list[float] = field(default_factory=list[float])
    seconds_without_gc: list[float] = field(default_factory=list[float])
    octets: list[float] = field(default_factory=list[float])
    same: int | None = None
    """Messages written octet for octet as they were."""

    def per_update(self, seconds: Sequence[float]) -> tuple[float, float]:
        """Return median and minimum in microseconds for each UPDATE."""
        return median(seconds) / self.updates * 1e6, min(seconds) / self.updates * 1e6

    @property
    def per_prefix(self) -> float:
        """The least microseconds for each prefix."""
        return min(self.seconds) / self.prefixes * 1e6

    @property
    def octets_each(self) -> float:
        """Octets of memory for each message that is kept."""
        return median(self.octets) / self.updates


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is measured, and with what."""

    rounds: int
    rounds_without_gc: int
    quick: bool
    """Whether it is enough to see that it runs."""
    sample: int
    """How many UPDATEs of a stream are enough for what is slow, and are compared."""
    peers: Path | None
    """The Python that has os-ken and ExaBGP, if any."""


def measure(stream: Stream, folder: Path, plan: Plan, *, first: bool) -> list[Figures]:
    """Return the figures of all rows that the stream is for; MeasureError when what they read is not the same."""
    (folder / "stream").write_bytes(stream.octets)
    (folder / _READ).unlink(missing_ok=True)
    found = [Figures(row, whole=first and not row.sample) for row in ROWS if _is_for(row, stream, plan, first=first)]
    for number in range(plan.rounds):
        for figures in found:
            _one_pass(figures, stream, folder, plan, first_round=number == 0)
            if first and number < plan.rounds_without_gc and figures.row.kind in {Kind.DECODE, Kind.VALIDATE}:
                _one_pass(figures, stream, folder, plan, without_gc=True)
    return found


def _is_for(row: Row, stream: Stream, plan: Plan, *, first: bool) -> bool:
    """Tell whether a row is measured on a stream."""
    if row.peer and plan.peers is None:
        return False
    if row.plain_only and not (stream.terms.four_octet_as and stream.terms.afi == 1):
        return False
    return first or not (row.first_only or (plan.quick and row.kind is not Kind.DECODE))


def _one_pass(
    figures: Figures, stream: Stream, folder: Path, plan: Plan, *, first_round: bool = False, without_gc: bool = False
) -> None:
    row = figures.row
    command = [str(plan.peers) if row.peer else sys.executable, "-m", "benchmarks._codec_worker", row.way]
    command.append(str(folder / "stream"))
    command += ["--updates", str(plan.sample)] if not figures.whole else []
    command += ["--ipv6"] if stream.terms.afi != 1 else []
    command += [] if stream.terms.four_octet_as else ["--two-octet-as"]
    command += ["--no-gc"] if without_gc else []
    command += ["--lines", str(folder / _WRITTEN), "--compared", str(plan.sample)] if first_round else []
    answer = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise MeasureError(f"{row.name} failed on {stream.name}:\n{answer.stderr}")
    _compare(row, folder)
    result = json.loads(answer.stdout)
    if without_gc:
        figures.seconds_without_gc.append(result["seconds"])
        return
    figures.updates = int(result["updates"])
    figures.prefixes = sum(stream.counts[: figures.updates])
    figures.seconds.append(result["seconds"])
    figures.octets.append(result["octets"])
    figures.same = int(result["same"]) if "same" in result else figures.same


def _compare(row: Row, folder: Path) -> None:
    """Compare what a program has written of the messages with what the first one has.

    MeasureError shows the first line that differs.
    """
    written, reference = folder / _WRITTEN, folder / _READ
    if not written.exists():
        return
    if not reference.exists():
        written.rename(reference)
        return
    for number, (expected, line) in enumerate(zip_longest(_lines(reference), _lines(written))):
        if expected != line:
            both = f"{ROWS[0].name}:\n  {expected}\n{row.name}:\n  {line}"
            raise MeasureError(f"UPDATE {number} is not the same to two programs\n{both}")
    written.unlink()


def _lines(file: Path) -> Iterator[str]:
    with file.open(encoding="utf-8") as lines:
        yield from (line.rstrip("\n") for line in lines)
