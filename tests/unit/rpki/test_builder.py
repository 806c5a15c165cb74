"""A table in the making."""

from bgpkit.rpki import RoaTable
from bgpkit.rpki.builder import RoaTableBuilder
from tests.unit.rpki.test_table import roa

ONE, TWO, SIX = roa("10.0.0.0/8", 64500), roa("10.1.2.0/24", 64501), roa("2001:db8::/32", 64502)


def table(builder: RoaTableBuilder) -> RoaTable:
    """Return what a builder has made."""
    return RoaTable.of_indexes(builder.indexes())


def test_a_roa_is_added_and_removed_once() -> None:
    """The answer tells whether it was news."""
    builder = RoaTableBuilder()
    assert [builder.add(ONE), builder.add(ONE), len(builder)] == [True, False, 1]
    assert [builder.remove(ONE), builder.remove(ONE), len(builder)] == [True, False, 0]


def test_roas_of_one_prefix_are_kept_apart() -> None:
    """Several ASes and lengths stand beside each other."""
    other, longer = roa("10.1.2.0/24", 64502), roa("10.1.2.0/24", 64501, 32)
    builder = RoaTableBuilder()
    for one in (TWO, other, longer):
        assert builder.add(one)
    assert builder.remove(other)
    assert set(table(builder)) == {TWO, longer}


def test_the_base_stays_as_it_is() -> None:
    """A table never changes, whatever is made from it."""
    base = RoaTable([ONE, TWO, SIX])
    builder = RoaTableBuilder(base.indexes)
    builder.remove(TWO)
    builder.add(roa("10.1.3.0/24", 64501))
    assert set(base) == {ONE, TWO, SIX}
    assert set(table(builder)) == {ONE, SIX, roa("10.1.3.0/24", 64501)}
    assert (len(base), len(table(builder))) == (3, 3)


def test_what_was_not_touched_is_shared() -> None:
    """A width without changes keeps its index, and a block without changes its octets."""
    base = RoaTable([ONE, TWO, SIX, roa("10.9.0.0/24", 1)])
    builder = RoaTableBuilder(base.indexes)
    builder.remove(TWO)
    made = table(builder)
    assert made.indexes[128] is base.indexes[128]
    old, new = base.indexes[32].blocks, made.indexes[32].blocks
    shared = [place for place in new if new[place] is old[place]]
    assert len(shared) == len(new) == len(old) - 1


def test_changes_are_those_that_remain() -> None:
    """What was undone, or never done, is none."""
    builder = RoaTableBuilder(RoaTable([ONE, TWO]).indexes)
    builder.remove(ONE)
    builder.add(ONE)
    builder.remove(SIX)
    assert not builder.changes()
    builder.add(SIX)
    builder.remove(TWO)
    assert [str(prefix) for prefix in builder.changes().prefixes] == ["10.1.2.0/24", "2001:db8::/32"]
