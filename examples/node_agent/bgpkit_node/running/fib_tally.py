"""What has happened to kernel routes since the agent started, counted for metrics and health."""

from collections import Counter
from typing import assert_never

from bgpkit.fib import (
    ConflictEnded,
    Drift,
    FailureEnded,
    FibEvent,
    FibLost,
    Resynced,
    ResyncReason,
    RouteConflict,
    RouteDrifted,
    RouteFailed,
    Swept,
)


class FibTally:
    """Takes in the events of every Fib that the agent has; hand :meth:`take` over as ``on_event``."""

    def __init__(self) -> None:
        """Count from nothing."""
        self.drifted: Counter[Drift] = Counter(dict.fromkeys(Drift, 0))
        """Routes that another hand removed or changed; they have been put right."""
        self.resyncs: Counter[ResyncReason] = Counter(dict.fromkeys(ResyncReason, 0))
        self.failures = 0
        """Routes that the kernel refused, each once for each reason."""
        self.conflicts = 0
        """Routes in whose place another program's stood."""
        self.swept = 0
        self.lost = ""
        """Why the kernel cannot be heard any more, so that the agent has to start anew; empty while it can."""

    def take(self, event: FibEvent) -> None:
        """Count one event."""
        match event:
            case RouteDrifted():
                self.drifted[event.drift] += event.count
            case Resynced():
                self.resyncs[event.reason] += 1
            case RouteFailed():
                self.failures += event.count
            case RouteConflict():
                self.conflicts += event.count
            case Swept():
                self.swept += event.count
            case FibLost():
                self.lost = event.reason
            case FailureEnded() | ConflictEnded():
                pass
            case _:
                assert_never(event)
