"""Progress is for the person, not for what reads a target's output."""

import pytest

from bgpkit_setup.report import say


def test_progress_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    """A line of progress leaves the standard output clean."""
    say("ready")
    assert capsys.readouterr() == ("", "set-up: ready\n")
