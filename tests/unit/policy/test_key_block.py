"""Which families have prefixes, and what ROAs say of those."""

import pytest

from bgpkit.policy import KeyBlock
from bgpkit.policy.key_block import cuts, has_distinguisher, is_validated, prefix_key, width_of
from bgpkit.rpki import Roa, RoaTable, RpkiState
from bgpkit.wire import ROWS
from bgpkit_fsm import Family
from bgpkit_rib import Prefix

TEN = Prefix.parse("10.0.0.0/8")


@pytest.mark.parametrize("family", ROWS, ids=str)
def test_the_width_is_that_of_the_prefix_that_the_value_has(family: Family) -> None:
    """Unicast, multicast, labelled, and VPNs behind a route distinguisher; all others have none."""
    expected = {1: 32, 2: 128}[family.afi] if family.afi < 3 and family.safi in {1, 2, 4, 128, 129} else 0
    assert width_of(family) == expected
    assert has_distinguisher(family) is (family.safi in {128, 129})
    assert is_validated(family) is (expected > 0 and family.safi in {1, 4})


def test_a_family_without_a_row_has_no_prefix() -> None:
    """Nobody knows where one would be."""
    assert (width_of(Family(1, 200)), cuts(0)) == (0, (0, 0))


def test_the_prefix_stands_behind_eight_octets() -> None:
    """RFC 4364, section 4.1."""
    assert prefix_key(bytes((72,)) + bytes(8) + b"\x0a") == TEN.key


def test_without_roas_or_a_prefix_the_state_is_not_found() -> None:
    """RFC 6811, section 2."""
    roas = RoaTable([Roa(TEN, 8, 65001)])
    assert KeyBlock(32, roas, 65001).state(TEN.key) is RpkiState.VALID
    assert KeyBlock(32, roas, 65002).state(TEN.key) is RpkiState.INVALID
    assert KeyBlock(32, roas, None).state(TEN.key) is RpkiState.INVALID
    assert KeyBlock(32).state(TEN.key) is RpkiState.NOT_FOUND
    assert KeyBlock(0, roas, 65001).state(TEN.key) is RpkiState.NOT_FOUND
