"""NLRI of every family."""

import pytest

from bgpkit.testing.strategies import nlri
from bgpkit.testing.strategies.nlri import NLRI_STRATEGIES
from bgpkit.wire import ROWS, FamilyRow
from bgpkit.wire.families.labeled_unicast import LabeledPrefix
from bgpkit_fsm import IPV4_LABELED_UNICAST, Family
from tests.unit.testing.strategies.drawn import drawn


def test_every_family_can_be_drawn() -> None:
    """Each row of the codec has a strategy, and no strategy is without a row."""
    assert set(NLRI_STRATEGIES) == set(ROWS)


@pytest.mark.parametrize("row", ROWS.values(), ids=lambda row: str(row.family))
def test_values_of_every_class_are_drawn(row: FamilyRow) -> None:
    """All those that the row names."""
    kinds = {type(value) for value in drawn(nlri(row.family), 120)}
    odd = {kind for kind in row.values if kind.__name__ == "OpaqueNlri" and row.family.safi == 5}
    assert kinds == set(row.values) - odd


def test_withdrawals_need_no_labels() -> None:
    """Announcements have them always. RFC 8277, section 2.4."""
    withdrawn = drawn(nlri(IPV4_LABELED_UNICAST, withdrawn=True))
    announced = drawn(nlri(IPV4_LABELED_UNICAST))
    assert {len(each.labels) for each in withdrawn if isinstance(each, LabeledPrefix)} == {0, 1}
    assert {len(each.labels) for each in announced if isinstance(each, LabeledPrefix)} == {1, 2}


def test_a_family_that_is_not_built_in_is_refused() -> None:
    """What others register is known to them."""
    with pytest.raises(ValueError, match="afi-9-safi-9 is not built in"):
        nlri(Family(9, 9))
