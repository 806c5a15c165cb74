"""Routes by validation state."""

from bgpkit.policy import KeyBlock, RpkiIs
from bgpkit.rpki import Roa, RoaTable, RpkiState
from bgpkit_rib import Prefix

TEXTS = ["10.0.0.0/8", "10.0.0.0/9", "11.0.0.0/8"]
KEYS = [Prefix.parse(text).key for text in TEXTS]
ROAS = RoaTable([Roa(Prefix.parse("10.0.0.0/8"), 8, 65001)])


def test_prefixes_of_one_origin_are_divided_by_state() -> None:
    """RFC 6811, section 2; each has one state."""
    block = KeyBlock(32, ROAS, 65001)
    found = {state: RpkiIs(state).divider(32)(KEYS, block)[0] for state in RpkiState}
    assert found == {state: [key] for state, key in zip(RpkiState, KEYS, strict=True)}


def test_one_state_for_all_gives_the_very_list_back() -> None:
    """On whichever side it is."""
    block = KeyBlock(32)
    assert RpkiIs(RpkiState.NOT_FOUND).divider(32)(KEYS, block)[0] is KEYS
    assert RpkiIs(RpkiState.VALID).divider(32)(KEYS, block)[1] is KEYS
    assert str(RpkiIs(RpkiState.NOT_FOUND)) == "RPKI not-found"
