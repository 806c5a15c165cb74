"""What the parts below log, on standard error: lines for a person, or JSON where a process lives long."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Final, cast

import structlog

from bgpkit_node.command.log_stream import unhindered
from bgpkit_node.log_level import LogLevel

_SENTENCES: Final = {
    "datastore.doubtful": "{reason}",
    "peering.filters_missing": "BGPPeer({resource}) names filters that do not exist: {filters}; "
    "nothing is taken from its peers, and nothing told to them",
    "resources.unreadable": "{key}: {reason}",
}
"""What a person is told of the events that commands meet."""


def log_to_standard_error() -> None:
    """Print warnings as sentences, each once, and nothing on standard output."""
    structlog.configure(
        processors=[_Sentences()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def log_json(*, verbose: bool) -> LogLevel:
    """Print what is at least information, or when ``verbose`` all, as a JSON object a line; return what changes that.

    Whatever else the process writes to standard error goes the same way, which neither raises nor waits.
    """
    sys.stderr = unhindered(sys.stderr)
    level = LogLevel(verbose=verbose)
    structlog.configure(
        processors=[
            level,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
    return level


class _Sentences:
    """Makes a line of an event; one that has been printed is not printed again, however often it happens."""

    def __init__(self) -> None:
        self._printed: set[str] = set()

    def __call__(self, _logger: object, level: str, event: MutableMapping[str, Any]) -> str:
        title = event.pop("event", "")
        facts = {key: _told(value) for key, value in event.items()}
        if title in _SENTENCES:
            line = f"{level}: {_SENTENCES[title].format_map(facts)}"
        else:
            line = f"{level}: {title}{': ' if facts else ''}" + ", ".join(f"{key} {facts[key]}" for key in facts)
        if line in self._printed:
            raise structlog.DropEvent
        self._printed.add(line)
        return line


def _told(value: Any) -> str:
    return ", ".join(map(str, cast("list[object]", value))) if isinstance(value, list) else str(value)
