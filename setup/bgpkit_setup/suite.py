"""The whole suite, and a second look at the few tests that failed beside the others: alone on the machine.

Tests with the daemons of others meet their timers, and each other. What fails in the crowd and passes alone is told by
name, and its words stand in the output: it is a defect to be found, but not of the change that is tested.
"""

import json
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Final

from bgpkit_setup.preparation import PROJECT
from bgpkit_setup.report import say

_CROWDED: Final = ("tests/examples/", "tests/integration/", "tests/interop/")
"""Folders of tests that share the machine with processes of others; a test elsewhere has nothing to meet."""
_MOST: Final = 5
"""More failures than these are no chance encounters."""
_SOME_FAILED: Final = 1
_GROUP: Final = re.compile(r"@[\w-]+$")
"""What pytest-xdist adds to the name of a test that goes with others."""


def main(arguments: Sequence[str]) -> int:
    """Run pytest with ``arguments``, and what failed once more; return its exit status, 0 when none fails alone."""
    with tempfile.TemporaryDirectory(prefix="bgpkit-tests-") as folder:
        status = run_pytest("-o", f"cache_dir={folder}", *arguments)
        failed = _failed(Path(folder)) if status == _SOME_FAILED else []
        if not 1 <= len(failed) <= _MOST or not all(map(_may_have_met_others, failed)):
            return status
        say(f"once more, alone: {', '.join(failed)}")
        status = run_pytest("-o", f"cache_dir={folder}", *failed)
    if status == 0:
        say(f"failed beside the others, passed alone: {', '.join(failed)}")
    return status


def _may_have_met_others(name: str) -> bool:
    return name.startswith(_CROWDED) and "::" in name  # without it a file that cannot be read


def _failed(cache: Path) -> list[str]:
    """Return the names of the tests that pytest remembers as failed."""
    try:
        names = json.loads((cache / "v" / "cache" / "lastfailed").read_text())
    except (OSError, ValueError):
        return []
    return sorted(_GROUP.sub("", name) for name in names)


def run_pytest(*arguments: str) -> int:
    """Run pytest in namespaces of its own, which go with it; return its exit status. SIGTERM ends all at once."""
    isolate, pytest = PROJECT / "setup" / "isolate.py", PROJECT / ".venv" / "bin" / "pytest"
    child = subprocess.Popen([sys.executable, isolate, pytest, *arguments], cwd=PROJECT)

    def end(number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGTERM:  # the other one is sent to pytest by the terminal, too
            child.kill()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        return child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
