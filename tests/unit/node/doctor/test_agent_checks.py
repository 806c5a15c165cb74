"""Agents' answers: who is silent, and whose clock is certainly wrong."""

from datetime import UTC, datetime, timedelta

import pytest

from bgpkit_node.doctor import agent_findings
from bgpkit_node.node_status import Told
from tests.unit.node.doctor.scenery import lines

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


def told(**seconds: float) -> Told:
    """Return answers by nodes whose clocks are ahead of ours by so much; each took 0.2 s."""
    return Told(
        answers={name: {"time": (NOW + timedelta(seconds=ahead)).isoformat()} for name, ahead in seconds.items()},
        asked=NOW - timedelta(seconds=0.1),
        arrived=dict.fromkeys(seconds, NOW + timedelta(seconds=0.1)),
    )


def test_clocks_that_agree_are_well() -> None:
    """Within a second, and the time that the answer took."""
    assert lines(agent_findings(told(a=0, b=1.05, c=-1.05))) == []


@pytest.mark.parametrize(
    ("ahead", "line"),
    [
        (1.2, "warning: a is 1.1 s ahead of this machine's"),
        (-5.1, "warning: a is 5.0 s behind this machine's"),
        (
            100.1,
            "failure: a is 100.0 s ahead of this machine's: certificates and cooldowns of addresses go wrong",
        ),
    ],
)
def test_a_clock_that_is_off_is_named(ahead: float, line: str) -> None:
    """By how much at least."""
    assert lines(agent_findings(told(a=ahead, b=0))) == [line]


def test_silent_agents_are_failures() -> None:
    """With why; one that does not tell the time is said to."""
    silent = Told(silent={"b": "no answer within 5 s"}, answers={"a": {}}, arrived={"a": NOW})
    assert lines(agent_findings(silent)) == [
        "failure: b no answer within 5 s",
        "not looked at: a its agent does not tell the time",
    ]
