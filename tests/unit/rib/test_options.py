"""What options make of the numbers that rank a path."""

from bgpkit_rib import MED_WORST, DecisionOptions

DEFAULTS = DecisionOptions()


def test_by_default_everything_counts_as_it_is_but_aigp() -> None:
    """The RFC's own process: no MED is the lowest (which a path knows), neighbors are told apart, AIGP is off."""
    assert DEFAULTS.med_of(None) is None
    assert (DEFAULTS.med_of(0), DEFAULTS.med_of(7)) == (0, 7)
    assert DEFAULTS.neighbor_of(64500) == 64500
    assert (DEFAULTS.as_path_length_of(3), DEFAULTS.metric_of(9)) == (3, 9)
    assert DEFAULTS.aigp_of(5, 9) is None


def test_a_missing_med_can_count_as_the_worst() -> None:
    """One that is there stays as it is, zero too."""
    options = DecisionOptions(med_missing_as_worst=True)
    assert (options.med_of(None), options.med_of(0)) == (MED_WORST, 0)


def test_where_meds_always_compare_all_neighbors_are_one() -> None:
    """One group of all paths is what makes all MEDs comparable."""
    options = DecisionOptions(always_compare_med=True)
    assert {options.neighbor_of(asn) for asn in (0, 64500, 64501)} == {0}


def test_lengths_and_metrics_can_count_for_nothing() -> None:
    """Each has an option of its own."""
    assert DecisionOptions(ignore_as_path_length=True).as_path_length_of(3) == 0
    assert DecisionOptions(ignore_as_path_length=True).metric_of(9) == 9
    assert DecisionOptions(ignore_igp_metric=True).metric_of(9) == 0


def test_the_accumulated_metric_is_whole_even_where_the_igp_metric_is_ignored() -> None:
    """A path adds the metric it is given; where that is taken away, the option adds it."""
    counting = DecisionOptions(aigp=True)
    assert (counting.aigp_of(5, 9), counting.metric_of(9)) == (5, 9)
    ignoring = DecisionOptions(aigp=True, ignore_igp_metric=True)
    assert (ignoring.aigp_of(5, 9), ignoring.metric_of(9)) == (14, 0)
    assert counting.aigp_of(None, 9) is None
