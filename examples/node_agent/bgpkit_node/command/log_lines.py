"""What the parts below log while a command runs, as lines for a person on standard error."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog


def log_to_standard_error() -> None:
    """Print warnings as ``warning: resource.unreadable: key ..., error ...``, and nothing on standard output."""
    structlog.configure(
        processors=[_line],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _line(_logger: object, level: str, event: MutableMapping[str, Any]) -> str:
    title = event.pop("event", "")
    facts = ", ".join(f"{key} {value}" for key, value in event.items())
    return f"{level}: {title}{': ' if facts else ''}{facts}"
