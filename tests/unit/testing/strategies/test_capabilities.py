"""Capabilities: every one that is interpreted, and others."""

import pytest

from bgpkit.testing.strategies import capabilities
from bgpkit.testing.strategies.capabilities import CAPABILITY_STRATEGIES
from bgpkit.wire.capabilities import CAPABILITY_ROWS
from bgpkit_fsm import UnknownCapability
from tests.unit.testing.strategies.drawn import drawn


def test_every_capability_can_be_drawn() -> None:
    """Each row of the codec has a strategy, and no strategy is without a row."""
    assert set(CAPABILITY_STRATEGIES) == set(CAPABILITY_ROWS)


def test_all_of_them_are_drawn() -> None:
    """Of the class that the row names; and some that are not interpreted."""
    kinds = {type(each) for each in drawn(capabilities(), 500)}
    assert kinds == {*(row.kind for row in CAPABILITY_ROWS.values()), UnknownCapability}
    assert {type(each) for each in drawn(capabilities(69))} == {CAPABILITY_ROWS[69].kind}


def test_a_code_that_is_not_interpreted_is_refused() -> None:
    """There would be nothing to draw."""
    with pytest.raises(ValueError, match="capability 255 is not interpreted"):
        capabilities(255)
