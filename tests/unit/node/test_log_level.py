"""The level of a log: Calico's words, changed while the process runs, for loggers that are there already, too."""

import logging

import pytest
import structlog

from bgpkit_node.log_level import LogLevel

_METHODS = ("debug", "info", "warning", "error", "critical")


def _told(level: LogLevel) -> list[str]:
    """Return which of all methods get through."""
    told: list[str] = []
    for method in _METHODS:
        try:
            told.append(str(level(None, method, {"event": method})["event"]))
        except structlog.DropEvent:
            continue
    return told


@pytest.mark.parametrize(
    ("severity", "number"), [("Trace", 5), ("Debug", 5), ("Info", 4), ("Warning", 3), ("Error", 2), ("Fatal", 1)]
)
def test_what_is_as_severe_gets_through(severity: str, number: int) -> None:
    """And what is more so."""
    level = LogLevel()
    assert _told(level) == list(_METHODS[1:])
    level.follow(severity)
    assert _told(level) == list(_METHODS[-number:])


def test_verbose_stays_verbose() -> None:
    """Who starts a process with it wants to see everything, whatever the cluster's resources say."""
    level = LogLevel(verbose=True)
    level.follow("Fatal")
    assert _told(level) == list(_METHODS)


def test_a_logger_that_was_bound_before_follows() -> None:
    """Most are bound once, for as long as their owner lives."""
    level, entries = LogLevel(), structlog.testing.LogCapture()
    wrapper = structlog.make_filtering_bound_logger(logging.DEBUG)
    log = structlog.wrap_logger(None, processors=[level, entries], wrapper_class=wrapper).bind(node="a")
    log.debug("one")
    level.follow("Debug")
    log.debug("two")
    level.follow("Error")
    log.warning("three")
    log.error("four")
    assert [entry["event"] for entry in entries.entries] == ["two", "four"]
