"""The checks of the source tree, as ``make check`` runs them: all of them, failures shown at the end of each."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bgpkit_setup.preparation import PROJECT
from bgpkit_setup.report import say

_DOCUMENTED = ("bgpkit", "fsm", "rib", "examples", "setup")

CHECKS: tuple[tuple[str, ...], ...] = (
    ("ruff", "check", "--quiet", "."),
    ("ruff", "format", "--check", "--quiet", "."),
    ("lint-imports", "--no-logo"),
    ("interrogate", "-vv", *_DOCUMENTED),
    ("mypy",),
    ("pyright",),
    ("pytest", "-q", "--no-header", "tests/house"),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one check ended: its command, exit status, duration in seconds and words."""

    command: tuple[str, ...]
    status: int
    seconds: float
    output: str


def run(command: Sequence[str]) -> Outcome:
    """Run one tool of the virtual environment in the project's folder."""
    start = time.monotonic()
    answer = subprocess.run(
        [PROJECT / ".venv" / "bin" / command[0], *command[1:]],
        cwd=PROJECT,
        env={**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"},
        check=False,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return Outcome(tuple(command), answer.returncode, time.monotonic() - start, answer.stdout)


def main() -> int:
    """Run every check, two at a time; print a line for each and the words of those that failed."""
    failed: list[str] = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        for outcome in pool.map(run, CHECKS):
            name = " ".join(outcome.command[:2])
            verdict = "ok" if outcome.status == 0 else f"FAILED (status {outcome.status})"
            print(f"{name:<24} {verdict:<20} {outcome.seconds:5.1f} s", flush=True)
            if outcome.status != 0:
                sys.stdout.write(outcome.output)
                failed.append(name)
    if failed:
        say(f"failed: {', '.join(failed)}")
    return 1 if failed else 0
