"""What there is to tell of a table: to the log, and to whoever wants to know. Each thing once, alike ones together."""

from collections.abc import Callable, Iterator
from typing import Final

import structlog

from bgpkit.fib.dialogue import Dialogue
from bgpkit.fib.events import (
    ConflictEnded,
    FailureEnded,
    FibEvent,
    RouteConflict,
    RouteDrifted,
    RouteFailed,
)
from bgpkit.fib.reconciler import Reconciler
from bgpkit_rib import Prefix

_log = structlog.stdlib.get_logger("bgpkit.fib")

PAUSE: Final = 1.0
"""Seconds that news are gathered while there is more to write: a burst is one event."""


class Reporter:
    """Tells what is new."""

    def __init__(self, on_event: Callable[[FibEvent], None] | None, clock: Callable[[], float]) -> None:
        """Call ``on_event`` for each event, beside the log."""
        self._on_event = on_event
        self._clock = clock
        self._gathering_since: float | None = None

    def tell_news(self, dialogue: Dialogue) -> None:
        """Tell what has happened to routes since the last call, unless more is about to."""
        if dialogue.pending:
            now = self._clock()
            if self._gathering_since is None:
                self._gathering_since = now
            if now < self._gathering_since + PAUSE:
                return
        self._gathering_since = None
        for event in report_news(dialogue):
            self.tell(event)

    def tell(self, event: FibEvent) -> None:
        """Call whoever wants to know; that they fail ends nothing here."""
        if self._on_event is None:
            return
        try:
            self._on_event(event)
        except Exception:
            _log.exception("fib.on_event_failed", type=type(event).__name__)


def report_news(dialogue: Dialogue) -> list[FibEvent]:
    """Log what has happened to routes since the last call, and return it."""
    events = [event for width, each in dialogue.reconcilers.items() for event in _news_of(width, each)]
    for event in events:
        _log_event(event)
    return events


def _news_of(width: int, reconciler: Reconciler) -> Iterator[FibEvent]:
    """Yield what is new of routes: what has ended comes first, since something else may have begun."""
    attempts, foreign = reconciler.attempts, reconciler.foreign
    for refusal, first, count in attempts.ended.take():
        yield FailureEnded(reason=refusal.text, prefixes=_prefixes(first, width), count=count)
    for protocol, first, count in foreign.ended.take():
        yield ConflictEnded(protocol=protocol, prefixes=_prefixes(first, width), count=count)
    for drift, first, count in foreign.drifted.take():
        yield RouteDrifted(drift=drift, prefixes=_prefixes(first, width), count=count)
    for (errno, reason), first, count in attempts.fresh.take():
        yield RouteFailed(errno=errno, reason=reason, prefixes=_prefixes(first, width), count=count)
    for protocol, first, count in foreign.fresh.take():
        yield RouteConflict(protocol=protocol, prefixes=_prefixes(first, width), count=count)


def _prefixes(keys: tuple[bytes, ...], width: int) -> tuple[Prefix, ...]:
    return tuple(Prefix.from_key(key, width) for key in keys)


def _log_event(event: FibEvent) -> None:
    """Log an event of routes: the ``prefix`` is the first of them, the ``count`` that of all."""
    match event:
        case RouteFailed(errno=errno, reason=reason, prefixes=(first, *_), count=count):
            _log.warning("fib.route_failed", prefix=str(first), count=count, reason=reason, errno=errno)
        case FailureEnded(reason=reason, prefixes=(first, *_), count=count):
            _log.info("fib.failure_ended", prefix=str(first), count=count, reason=reason)
        case RouteConflict(protocol=protocol, prefixes=(first, *_), count=count):
            _log.warning("fib.conflict", prefix=str(first), count=count, protocol=protocol)
        case ConflictEnded(protocol=protocol, prefixes=(first, *_), count=count):
            _log.info("fib.conflict_ended", prefix=str(first), count=count, protocol=protocol)
        case RouteDrifted(drift=drift, prefixes=(first, *_), count=count):
            _log.warning("fib.drifted", prefix=str(first), count=count, drift=drift.value)
        case _:
            pass  # told where it happens
