"""States and times for people. walkthrough 14."""

from datetime import UTC, datetime, timedelta

import pytest

from bgpkit import State
from bgpkit_node.running import since_text, state_word

NOW = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)


def test_every_state_has_the_name_of_the_rfc() -> None:
    """RFC 4271, section 8.2.2."""
    words = [state_word(state) for state in State]
    assert sorted(words) == ["Active", "Connect", "Established", "Idle", "OpenConfirm", "OpenSent"]


@pytest.mark.parametrize(
    ("age", "form"),
    [(timedelta(0), "%H:%M:%S"), (timedelta(hours=20) - timedelta(seconds=1), "%H:%M:%S"), (timedelta(hours=20), "%F")],
)
def test_a_time_of_day_for_twenty_hours_and_then_a_date(age: timedelta, form: str) -> None:
    """In the machine's time zone; a date has no milliseconds."""
    then = NOW - age
    assert since_text(then, NOW) == then.astimezone().strftime(form)
    more = ".123" if form != "%F" else ""
    assert since_text(then, NOW, milliseconds=True) == then.astimezone().strftime(form) + more
