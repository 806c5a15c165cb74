"""Tests that run in a guest kernel where this one lacks what they need: those marked ``guest_kernel("vrf", ...)``.

They are written like any other. All that are selected run in one guest, in one run of pytest, when the result of the
first is asked for; give them one worker with ``xdist_group("guest")``. A kernel that has all of it runs them itself.
"""

import json
import os
import sys
import tempfile
from collections.abc import Mapping
from operator import methodcaller
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from tests.support.guest_kernel import INSIDE, require_guest, run_in_guest
from tests.support.skips import has_kernel, skip_as_there

MARK: Final = "guest_kernel"
_TIME: Final = 240.0
"""Seconds for all of them, which take a quarter of that on a machine that has nothing else to do."""
_PATIENCE: Final = _TIME + 60
"""Seconds for the one that waits for all of them, the guest's start and end among them."""
_NOTES: Final = "outcomes"


class Outcome(NamedTuple):
    """What has become of a test in a guest."""

    kind: str
    """passed, failed or skipped."""
    words: str


class FailedInGuestError(Exception):
    """A test failed in the guest; the message is all that was said there."""


class RelayedTest(pytest.Item):
    """A test of which there is only the result here."""

    original: pytest.Item

    def runtest(self) -> None:
        """Fail or be skipped as in the guest."""
        require_guest()
        kind, words = self._outcomes().get(self.original.nodeid, Outcome("failed", "the guest has not got so far"))
        if kind == "skipped":
            skip_as_there(words)
        if kind == "failed":
            raise FailedInGuestError(words)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show what the guest's pytest has shown."""
        if isinstance(excinfo.value, FailedInGuestError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        """Return where the test stands."""
        return self.original.reportinfo()

    def _outcomes(self) -> Mapping[str, Outcome]:
        stash = self.config.stash
        if _OUTCOMES not in stash:
            tests = [item.original.nodeid for item in self.session.items if isinstance(item, RelayedTest)]
            stash[_OUTCOMES] = run(tests)
        return stash[_OUTCOMES]


_OUTCOMES: Final = pytest.StashKey[Mapping[str, Outcome]]()


def relay(items: list[pytest.Item]) -> None:
    """Put stand-ins in the place of tests that this kernel cannot run."""
    for index, item in enumerate(items):
        wanted = [feature for mark in item.iter_markers(MARK) for feature in mark.args]
        if INSIDE not in os.environ and not all(map(has_kernel, wanted)):
            # pytest leaves the type of from_parent open
            made: RelayedTest = methodcaller("from_parent", item.parent, name=item.name)(RelayedTest)
            made.original = item
            made.own_markers.extend(item.own_markers)
            made.add_marker(pytest.mark.timeout(_PATIENCE), append=False)
            items[index] = made


def note(report: pytest.TestReport) -> None:
    """In a guest, write down what has become of a test; of its three phases the worst counts."""
    if INSIDE not in os.environ or (report.passed and report.when != "call"):
        return
    words = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
    line = json.dumps([report.nodeid, report.outcome, words.removeprefix("Skipped: ")])
    with Path(os.environ[INSIDE], _NOTES).open("a", encoding="utf-8") as notes:
        notes.write(line + "\n")


def run(tests: list[str]) -> Mapping[str, Outcome]:
    """Run tests in a guest; return by name what became of them, all that was said where one has not come so far."""
    with tempfile.TemporaryDirectory(prefix="bgpkit-guest-") as folder:
        command = [sys.executable, "-m", "pytest", "-n0", "-p", "no:cacheprovider", "-q", *tests]
        answer = run_in_guest(command, Path(folder), timeout=_TIME)
        notes = Path(folder, _NOTES)
        lines = notes.read_text(encoding="utf-8").splitlines() if notes.exists() else []
    otherwise = Outcome("failed", f"the guest ended with status {answer.status}:\n{answer.words}")
    outcomes = dict.fromkeys(tests, otherwise)
    for test, kind, words in map(json.loads, lines):
        if outcomes.get(test, otherwise) is otherwise or kind == "failed":
            outcomes[test] = Outcome(kind, words)
    return outcomes
