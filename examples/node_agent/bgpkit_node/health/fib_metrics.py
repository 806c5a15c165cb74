"""Kernel routes as metrics."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from bgpkit_node.running import FibTally, RunningNode


def fib_metrics(running: RunningNode) -> Iterator[Metric]:
    """Yield what there is to measure of kernel routes."""
    yield from _events(running.fib_tally)
    if running.serving is None:
        return
    fib = running.serving.fib
    diff = fib.diff()
    for name, text, value in (
        ("bgpkit_fib_routes_wanted", "Kernel routes that are wanted.", fib.wanted),
        ("bgpkit_fib_routes_present", "Prefixes with a route of ours in the kernel.", fib.held),
        ("bgpkit_fib_routes_missing", "Wanted routes that the kernel has not, or not so.", len(diff.missing)),
        ("bgpkit_fib_routes_unwanted", "Routes of ours in the kernel that nobody wants.", len(diff.unwanted)),
        ("bgpkit_fib_routes_failed", "Wanted routes that the kernel refuses.", len(diff.failed)),
        ("bgpkit_fib_conflicts", "Wanted routes in whose place another program's stand.", len(diff.conflicts)),
        ("felix_route_table_num_routes", "Kernel routes that are wanted, under Felix' name.", fib.wanted),
    ):
        yield GaugeMetricFamily(name, text, value=value)
    yield CounterMetricFamily(
        "bgpkit_fib_writes", "Route changes asked of the kernel since the speaker started.", value=fib.writes
    )


def _events(tally: FibTally) -> Iterator[Metric]:
    drifted = CounterMetricFamily(
        "bgpkit_fib_drift",
        "Routes of ours that another hand took or changed, put right since.",
        labels=("how",),
    )
    for how, count in tally.drifted.items():
        drifted.add_metric((how.value,), count)
    resyncs = CounterMetricFamily(
        "bgpkit_fib_resyncs", "Comparisons of the whole table that are told.", labels=("reason",)
    )
    for reason, count in tally.resyncs.items():
        resyncs.add_metric((reason.value,), count)
    yield from (drifted, resyncs)
    yield CounterMetricFamily("bgpkit_fib_failures", "Routes that the kernel has refused.", value=tally.failures)
    yield CounterMetricFamily(
        "bgpkit_fib_conflicts_met", "Routes in whose place another program's was found.", value=tally.conflicts
    )
    yield CounterMetricFamily(
        "bgpkit_fib_swept", "Routes of a former run that nobody asked for again.", value=tally.swept
    )
