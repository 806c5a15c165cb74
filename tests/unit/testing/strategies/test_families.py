"""Families."""

from bgpkit.testing.strategies import any_families, families
from bgpkit.wire import ROWS
from tests.unit.testing.strategies.drawn import drawn


def test_families_are_those_that_are_built_in() -> None:
    """All of them."""
    assert set(drawn(families(), 400)) == set(ROWS)


def test_others_are_drawn_beside_them() -> None:
    """A peer may name any."""
    found = set(drawn(any_families(), 400))
    assert found & set(ROWS)
    assert found - set(ROWS)
