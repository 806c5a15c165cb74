"""A snapshot of ROAs."""

import pytest

from bgpkit.rpki import Roa, RoaTable, RpkiState
from bgpkit_rib import Prefix


def roa(text: str, asn: int, most: int | None = None) -> Roa:
    """Return the ROA of a prefix."""
    prefix = Prefix.parse(text)
    return Roa(prefix, prefix.length if most is None else most, asn)


TABLE = RoaTable([roa("10.0.0.0/8", 64500, 16), roa("10.1.0.0/16", 64501, 24), roa("2001:db8::/32", 64502, 48)])


@pytest.mark.parametrize(
    ("prefix", "origin", "state"),
    [
        ("10.0.0.0/8", 64500, RpkiState.VALID),
        ("10.1.0.0/16", 64500, RpkiState.VALID),
        ("10.1.0.0/16", 64501, RpkiState.VALID),
        ("10.1.2.0/24", 64501, RpkiState.VALID),
        ("10.1.2.0/24", 64500, RpkiState.INVALID),
        ("10.1.2.128/25", 64501, RpkiState.INVALID),
        ("10.2.0.0/16", 64501, RpkiState.INVALID),
        ("10.0.0.0/7", 64500, RpkiState.NOT_FOUND),
        ("0.0.0.0/0", 64500, RpkiState.NOT_FOUND),
        ("11.0.0.0/8", 64500, RpkiState.NOT_FOUND),
        ("2001:db8:1::/48", 64502, RpkiState.VALID),
        ("2001:db8:1::/64", 64502, RpkiState.INVALID),
        ("2001::/16", 64502, RpkiState.NOT_FOUND),
    ],
)
def test_state_of_a_route(prefix: str, origin: int, state: RpkiState) -> None:
    """Valid when one ROA matches, invalid when some cover and none matches, not found else."""
    wanted = Prefix.parse(prefix)
    assert TABLE.state(wanted.width, wanted.key, origin) is state


def test_states_of_a_block() -> None:
    """The keys of a block are divided, each in one group, in order."""
    keys = [Prefix.parse(text).key for text in ("10.1.0.0/16", "11.0.0.0/8", "10.1.2.0/24", "10.1.1.1/32")]
    assert TABLE.states(32, keys, 64501) == {
        RpkiState.VALID: [keys[0], keys[2]],
        RpkiState.NOT_FOUND: [keys[1]],
        RpkiState.INVALID: [keys[3]],
    }


def test_covering_roas_come_longest_first() -> None:
    """What explains a state."""
    assert [str(one) for one in TABLE.covering(32, Prefix.parse("10.1.2.0/24").key)] == [
        "10.1.0.0/16-24 AS64501",
        "10.0.0.0/8-16 AS64500",
    ]
    assert TABLE.covering(128, Prefix.parse("2001:db9::/32").key) == ()


def test_a_table_is_a_collection_of_roas() -> None:
    """Each ROA counts once, may be looked for and is yielded."""
    one = roa("10.0.0.0/8", 64500)
    table = RoaTable([one, one, roa("10.0.0.0/8", 64501)])
    assert len(table) == 2
    assert one in table
    assert roa("10.0.0.0/8", 64502) not in table
    assert roa("10.0.0.0/8", 64500, 9) not in table
    assert set(table) == {one, roa("10.0.0.0/8", 64501)}


def test_equality_is_by_version() -> None:
    """Two tables made one after the other have two versions, the later the higher."""
    first, second = RoaTable(), RoaTable()
    assert first == first
    assert first != second
    assert len({first, first, second}) == 2
    assert first.version < second.version
    assert first != "table"
    assert repr(TABLE) == f"RoaTable(version={TABLE.version}, roas=3)"


def test_changed_prefixes_between_any_two_tables() -> None:
    """In order, for what came, what went and what says something else."""
    other = RoaTable([roa("10.0.0.0/8", 64500, 24), roa("2001:db8::/32", 64502, 48), roa("192.0.2.0/24", 64503)])
    changed = ["10.0.0.0/8", "10.1.0.0/16", "192.0.2.0/24"]
    assert [str(prefix) for prefix in other.changed_prefixes(TABLE)] == changed
    assert [str(prefix) for prefix in TABLE.changed_prefixes(other)] == changed
    assert TABLE.known_changes(other) is None
    assert TABLE.changed_prefixes(TABLE) == ()


def test_a_comparison_comes_in_slices() -> None:
    """Who compares large tables may do other things in between."""
    many = RoaTable(roa(f"{first}.{second}.0.0/16", 64500) for first in range(1, 21) for second in range(256))
    assert len(list(many.comparison(RoaTable()))) > 10
    assert len(many.changes_since(RoaTable())) == len(many) == 5120
