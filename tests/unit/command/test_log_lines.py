"""The log of a command goes to standard error, and is lost without harm where that is not possible."""

import io
import sys
from collections.abc import Generator

import pytest
import structlog

from bgpkit.command.log_lines import LogLines, log_to_standard_error, say

Capture = pytest.CaptureFixture[str]


class Broken(io.StringIO):
    """A stream whose reader is gone."""

    def write(self, text: str) -> int:
        """Fail as a pipe does."""
        raise BrokenPipeError(32, "Broken pipe")


@pytest.fixture(autouse=True)
def _former_settings() -> Generator[None]:
    """Put the settings of structlog back."""
    former = structlog.get_config()
    yield
    structlog.configure(**former)


def test_events_of_the_level_are_lines_on_standard_error(capsys: Capture) -> None:
    """Info shows info and more; quiet shows errors."""
    for level, shown in (("info", ["an.info", "an.error"]), ("quiet", ["an.error"]), ("debug", ["a", "an", "an"])):
        log_to_standard_error(level)
        log = structlog.get_logger("x")
        log.debug("a.debug")
        log.info("an.info", peer="192.0.2.1")
        log.error("an.error")
        out, err = capsys.readouterr()
        lines = err.splitlines()
        assert out == ""
        assert len(lines) == len(shown)
        assert all(word in line for word, line in zip(shown, lines, strict=True))


@pytest.mark.parametrize("stream", [Broken(), None])
def test_a_stream_that_takes_nothing_ends_nothing(stream: io.StringIO | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken pipe, a stream that was closed before the program began, one that was closed since."""
    monkeypatch.setattr(sys, "stderr", stream)
    say("a word")
    log_to_standard_error("info")
    structlog.get_logger("x").info("an.event")
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    LogLines().msg("a word")


def test_every_kind_of_event_is_a_line(capsys: Capture) -> None:
    """Whatever structlog calls."""
    lines = LogLines()
    for name in ("debug", "info", "warning", "error", "critical", "exception", "log", "msg"):
        getattr(lines, name)(name)
    assert capsys.readouterr().err.splitlines()[-1] == "msg"
