"""What differs between two tables."""

from bgpkit.rpki import RoaChanges, RoaTable
from bgpkit.rpki.changes import compared
from bgpkit.rpki.nodes import node_of
from bgpkit_rib import Prefix
from tests.unit.rpki.test_table import roa

CHANGES = RoaChanges.of({32: {node_of(Prefix.parse("10.1.0.0/16").key)}, 128: set()})


def test_affected_keys_are_those_that_a_changed_prefix_covers() -> None:
    """The prefix itself and what lies within, nothing else."""
    keys = [Prefix.parse(text).key for text in ("10.0.0.0/8", "10.1.0.0/16", "10.1.2.3/32", "10.2.0.0/16", "0.0.0.0/0")]
    assert CHANGES.affected(32, keys) == keys[1:3]
    assert CHANGES.affected(128, [Prefix.parse("2001:db8::/32").key]) == []


def test_prefixes_and_their_number() -> None:
    """Changes are told as prefixes; without any they are false."""
    assert ([str(prefix) for prefix in CHANGES.prefixes], len(CHANGES)) == (["10.1.0.0/16"], 1)
    assert not RoaChanges.of({32: set(), 128: set()})


def test_the_same_roas_do_not_differ() -> None:
    """Tables made apart from the same ROAs have no changes."""
    old, new = RoaTable([roa("10.0.0.0/8", 1)]), RoaTable([roa("10.0.0.0/8", 1)])
    assert new.changes_since(old).prefixes == ()
    assert list(compared(old.indexes, new.indexes)) == [None]
