"""From which severity on the log of a process tells what happens; it may be changed while it runs."""

import logging
from collections.abc import Mapping, MutableMapping
from typing import Any, Final

import structlog

_SEVERITIES: Final[Mapping[str, int]] = {
    "Trace": logging.DEBUG,
    "Debug": logging.DEBUG,
    "Info": logging.INFO,
    "Warning": logging.WARNING,
    "Error": logging.ERROR,
    "Fatal": logging.CRITICAL,
}
"""Calico's words for ``logSeverityScreen``."""
_LEVELS: Final[Mapping[str, int]] = {name.lower(): level for name, level in logging.getLevelNamesMapping().items()}


class LogLevel:
    """The first of structlog's processors: it drops what is less severe than wanted.

    Loggers that were made before a change follow it, too, as they would not if it were their own.
    """

    def __init__(self, *, verbose: bool = False) -> None:
        """Begin with information; when ``verbose`` with all there is, and stay so."""
        self._verbose = verbose
        self._least = logging.DEBUG if verbose else logging.INFO

    def follow(self, severity: str) -> None:
        """Tell from now on what has at least ``severity``, a word of Calico's such as ``Warning``."""
        if not self._verbose:
            self._least = _SEVERITIES[severity]

    def __call__(self, _logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Return ``event``; raises structlog.DropEvent when it is not severe enough."""
        if _LEVELS.get(method, logging.ERROR) < self._least:
            raise structlog.DropEvent
        return event
