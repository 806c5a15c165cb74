"""The matrix of tests/interop/README.md: what the tests of the matrix prove of each daemon.

``python -m tests.interop.matrix --write`` runs them and writes it; a test compares it with what they prove.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.interop.matrix_bird import BirdSide
from tests.interop.matrix_exabgp import ExaBgpSide
from tests.interop.matrix_frr import FrrSide
from tests.interop.matrix_gobgp import GoBgpSide
from tests.interop.matrix_lacks import LACKS
from tests.interop.matrix_messages import MESSAGES
from tests.interop.matrix_notifications import PROVOCATIONS, answers_of
from tests.interop.matrix_openbgpd import OpenBgpdSide
from tests.interop.matrix_other import Other
from tests.interop.matrix_restarts import RESTARTS
from tests.interop.matrix_sessions import SESSIONS

PAGE: Final = Path(__file__).parent / "README.md"
BEGIN: Final = "<!-- matrix: printed by python -m tests.interop.matrix --write -->"
END: Final = "<!-- end of the matrix -->"
OTHERS: Final[tuple[type[Other], ...]] = (BirdSide, FrrSide, GoBgpSide, OpenBgpdSide, ExaBgpSide)
FEATURES: Final = (*SESSIONS, *MESSAGES, *RESTARTS)
_GOOD = "passed"
_FILES: Final = tuple(str(Path(__file__).parent / f"test_matrix_{other.name}.py") for other in OTHERS)

Outcomes = Mapping[tuple[str, str], str]
"""By daemon and row, what pytest says of the test; one that is not there has passed."""


def matrix(outcomes: Outcomes) -> str:
    """Return both tables and the reasons of what is lacking."""
    return "\n".join((*_features(outcomes), "", *_reasons(), "", *_notifications(outcomes)))


def printed(text: str) -> str:
    """Return the matrix that the page's text holds; raise ValueError when its marks are not there."""
    return text[text.index(BEGIN) + len(BEGIN) : text.index(END)].strip()


def run(*, write: bool) -> int:
    """Run the tests, and print or write the matrix; return pytest's status."""
    results = _Results()
    status = pytest.main(["-q", "-n0", "-p", "no:cacheprovider", *_FILES], plugins=[results])
    table = matrix(results.outcomes)
    if write:
        text = PAGE.read_text(encoding="utf-8")
        start, end = text.index(BEGIN) + len(BEGIN), text.index(END)
        PAGE.write_text(f"{text[:start]}\n{table}\n{text[end:]}", encoding="utf-8")
    else:
        sys.stdout.write(f"{table}\n")
    return int(status)


class _Results:
    """Keeps what pytest says of each cell: the tests record theirs as the property ``cell``."""

    def __init__(self) -> None:
        self.outcomes: dict[tuple[str, str], str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take note of a test, or of a fixture that has failed."""
        for name, value in report.user_properties:
            if name == "cell" and (report.when == "call" or report.outcome != _GOOD):
                daemon, _, row = str(value).partition("/")
                self.outcomes[daemon, row] = report.outcome


def _head(first: str) -> tuple[str, str]:
    titles = " | ".join(other.title for other in OTHERS)
    return f"| {first} | {titles} |", "|---" * (len(OTHERS) + 1) + "|"


def _row(title: str, row: str, said: Mapping[str, str], outcomes: Outcomes) -> str:
    cells = (said[other.name] if outcomes.get((other.name, row), _GOOD) == _GOOD else "**FAILED**" for other in OTHERS)
    return f"| {title} | {' | '.join(cells)} |"


def _features(outcomes: Outcomes) -> Iterator[str]:
    yield from _head("feature")
    numbers = _numbers()
    for feature in FEATURES:
        said = {
            other.name: f"lacks [{numbers[LACKS[other.name][feature.key].reason]}]"
            if feature.key in LACKS[other.name]
            else "pass"
            for other in OTHERS
        }
        yield _row(feature.title, feature.key, said, outcomes)


def _numbers() -> dict[str, int]:
    numbers: dict[str, int] = {}
    for feature in FEATURES:
        for other in OTHERS:
            lack = LACKS[other.name].get(feature.key)
            if lack is not None:
                numbers.setdefault(lack.reason, len(numbers) + 1)
    return numbers


def _reasons() -> Iterator[str]:
    yield from (f"{number}. {reason}" for reason, number in _numbers().items())


def _notifications(outcomes: Outcomes) -> Iterator[str]:
    yield from _head("what the daemon is told (RFC 4271's answer)")
    for provocation in PROVOCATIONS:
        said = {other.name: answers_of(other.name, provocation) for other in OTHERS}
        title = f"{provocation.title} ({provocation.expected})"
        yield _row(title, f"notification-{provocation.key}", said, outcomes)
