"""Things that a scenario tries: each is told, and the first that is not as it should be ends it."""

from bgpkit_node.demo.report import Report
from bgpkit_node.errors import NodeError


def expect(report: Report, text: str, *, passed: bool) -> None:
    """Tell what was tried and how it came out; NodeError when it did not as it should."""
    report.check(text, passed=passed)
    if not passed:
        raise NodeError(f"not as it should be: {text}")
