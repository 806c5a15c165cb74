"""Events of kernel routes, counted."""

from bgpkit import Prefix
from bgpkit.fib import (
    ConflictEnded,
    Drift,
    FailureEnded,
    FibLost,
    Resynced,
    ResyncReason,
    RouteConflict,
    RouteDrifted,
    RouteFailed,
    Swept,
)
from bgpkit_node.running import FibTally

ONE = (Prefix.parse("10.244.1.0/26"),)


def test_each_event_counts_all_its_routes() -> None:
    """One event may be about many routes; an end counts nothing."""
    tally = FibTally()
    for event in (
        RouteDrifted(drift=Drift.REMOVED, prefixes=ONE, count=3),
        RouteDrifted(drift=Drift.REMOVED, prefixes=ONE, count=2),
        RouteFailed(errno=101, reason="Network is unreachable", prefixes=ONE, count=4),
        FailureEnded(reason="Network is unreachable", prefixes=ONE, count=4),
        RouteConflict(protocol=4, prefixes=ONE, count=6),
        ConflictEnded(protocol=4, prefixes=ONE, count=6),
        Resynced(reason=ResyncReason.DOUBT, differing=9),
        Swept(count=7),
    ):
        tally.take(event)
    assert tally.drifted == {Drift.REMOVED: 5, Drift.CHANGED: 0}
    assert (tally.failures, tally.conflicts, tally.swept) == (4, 6, 7)
    assert tally.resyncs[ResyncReason.DOUBT] == 1
    assert not tally.lost


def test_a_kernel_that_cannot_be_heard_is_remembered() -> None:
    """The agent has to start anew."""
    tally = FibTally()
    tally.take(FibLost(errno=105, reason="No buffer space available"))
    assert tally.lost == "No buffer space available"
