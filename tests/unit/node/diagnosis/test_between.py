"""How long it takes at most to measure many machines."""

from bgpkit_node.diagnosis import longest


def test_what_is_measured_together_takes_no_longer_than_one() -> None:
    """Up to 32 machines at once; then another turn for as many."""
    assert longest(1, 1.0) == longest(32, 1.0) == 3.0
    assert longest(33, 0.5) == 3.0
    assert longest(0, 1.0) == 0.0
