"""Standard error as a place for a log: that nobody can read it any more must end nothing."""

import sys
from contextlib import suppress
from typing import Final

import structlog

_LEVELS: Final = {"quiet": 40, "info": 20, "debug": 10}


def say(line: str) -> None:
    """Write a line to standard error, if anybody takes it: a reader may be gone, a disk full, no such stream there."""
    with suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


class LogLines:
    """A logger for structlog: each event is one line."""

    def msg(self, message: str) -> None:
        """Say ``message``."""
        say(message)

    log = debug = info = warn = warning = error = critical = fatal = failure = exception = msg


def log_to_standard_error(level: str) -> None:
    """Let structlog say there what is of ``level`` ("quiet", "info", "debug") or more; quiet means errors only."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=False),
            structlog.dev.ConsoleRenderer(colors=bool(sys.stderr) and sys.stderr.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=_lines,
    )


def _lines(*names: object) -> LogLines:
    del names
    return LogLines()
