"""Durations, counted by size."""

from bgpkit_node.running.durations import BOUNDS, Durations


def test_each_bound_counts_all_that_took_no_longer() -> None:
    """Also exactly as long; the last bucket has them all."""
    durations = Durations()
    for seconds in (0.0005, 0.001, 0.03, 60.0):
        durations.add(seconds)
    counted = dict(durations.buckets())
    assert [counted[str(bound)] for bound in BOUNDS] == [2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3]
    assert (counted["+Inf"], durations.count, durations.seconds) == (4, 4, 60.0315)
