"""The values of every attribute."""

import pytest

from bgpkit.testing.strategies import attribute_values
from bgpkit.testing.strategies.attributes import ATTRIBUTE_STRATEGIES
from bgpkit.wire import ATTRIBUTE_ROWS, AttributeCode, AttributeRow
from bgpkit.wire.plain.hints import members_of
from tests.unit.testing.strategies.drawn import drawn


def test_every_attribute_can_be_drawn() -> None:
    """Each row of the codec has a strategy, and no strategy is without a row."""
    assert set(ATTRIBUTE_STRATEGIES) == set(ATTRIBUTE_ROWS)


@pytest.mark.parametrize("row", ATTRIBUTE_ROWS.values(), ids=lambda row: row.code.name)
def test_values_are_of_the_class_that_the_row_names(row: AttributeRow) -> None:
    """A tuple where it names a list."""
    kinds = {type(value) for value in drawn(attribute_values(row.code), 20)}
    assert kinds <= {getattr(hint, "__origin__", hint) for hint in members_of(row.value)}


@pytest.mark.parametrize(
    ("code", "least"),
    [
        (AttributeCode.PMSI_TUNNEL, 5),
        (AttributeCode.TUNNEL_ENCAPSULATION, 17),
        (AttributeCode.PREFIX_SID, 5),
        (AttributeCode.BGP_LS, 9),
        (AttributeCode.AIGP, 2),
    ],
)
def test_parts_of_every_kind_are_drawn(code: AttributeCode, least: int) -> None:
    """Identifiers of tunnels and TLVs: so many classes."""
    parts: set[type] = set()
    for value in drawn(attribute_values(code), 1500):
        tlvs = getattr(value, "tlvs", (getattr(value, "identifier", None),))
        for each in getattr(value, "tunnels", ()):
            tlvs = (*tlvs, *each.sub_tlvs)
        parts |= {type(each) for each in tlvs if each is not None}
    assert len(parts) >= least
