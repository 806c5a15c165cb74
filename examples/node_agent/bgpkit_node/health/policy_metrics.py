"""The enforcement of policies as metrics."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from bgpkit_node.running import PolicyTally
from bgpkit_node.running.durations import Durations


def policy_metrics(tally: PolicyTally) -> Iterator[Metric]:
    """Yield what there is to measure of policies."""
    yield GaugeMetricFamily(
        "bgpkit_policies_in_force", "1 while the policies that are stored are enforced.", value=float(not tally.why_not)
    )
    yield GaugeMetricFamily(
        "bgpkit_policies_unreadable",
        "Policies that cannot be read; what they may be about is denied.",
        value=tally.unreadable,
    )
    yield CounterMetricFamily("bgpkit_policy_commits", "Changes of the rules in the kernel.", value=tally.commits)
    yield CounterMetricFamily(
        "bgpkit_policy_commit_failures", "Changes of the rules that could not be made.", value=tally.failures
    )
    yield CounterMetricFamily(
        "bgpkit_policy_connections_cut", "Connections ended because no policy allows them now.", value=tally.cut
    )
    yield _histogram("bgpkit_policy_commit_seconds", "How long the kernel took for a change.", tally.commit_times)
    yield _histogram("bgpkit_policy_pod_wait_seconds", "How long pods waited for their rules.", tally.waits)


def _histogram(name: str, text: str, durations: Durations) -> Metric:
    return HistogramMetricFamily(name, text, buckets=list(durations.buckets()), sum_value=durations.seconds)
