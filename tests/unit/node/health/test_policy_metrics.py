"""The enforcement of policies as a scraper reads it."""

from bgpkit_node.health.policy_metrics import policy_metrics
from bgpkit_node.running import PolicyTally


def test_everything_is_told_under_its_name() -> None:
    """Times as histograms, of which a scraper makes percentiles."""
    tally = PolicyTally(why_not="", commits=3, failures=2, cut=1, unreadable=4)
    tally.commit_times.add(0.003)
    tally.waits.add(0.2)
    values = {
        (sample.name, sample.labels.get("le", "")): sample.value
        for metric in policy_metrics(tally)
        for sample in metric.samples
    }
    assert values["bgpkit_policies_in_force", ""] == 1
    assert values["bgpkit_policies_unreadable", ""] == 4
    assert values["bgpkit_policy_commits_total", ""] == 3
    assert values["bgpkit_policy_commit_failures_total", ""] == 2
    assert values["bgpkit_policy_connections_cut_total", ""] == 1
    assert values["bgpkit_policy_commit_seconds_bucket", "0.002"] == 0
    assert values["bgpkit_policy_commit_seconds_bucket", "0.005"] == 1
    assert values["bgpkit_policy_pod_wait_seconds_sum", ""] == 0.2
    tally.why_not = "refused"
    assert next(iter(policy_metrics(tally))).samples[0].value == 0
