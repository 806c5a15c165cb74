"""The index from Route Targets to keys follows its table."""

from bgpkit.adj_rib_out import Interest
from bgpkit.speaker.route_target_index import SLICE, RouteTargetIndex
from bgpkit_rib import Source, SourceKind, Table, make_path
from tests.support.octets import attribute

ONE, TWO = bytes.fromhex("0002fc0000000001"), bytes.fromhex("0002fc0000000002")
SOURCE, OTHER = Source("one", SourceKind.CLIENT), Source("other", SourceKind.CLIENT, bgp_identifier=1)
BOTH = Interest(frozenset({ONE, TWO}))


def announce(table: Table, keys: list[bytes], *targets: bytes, source: Source = SOURCE) -> None:
    """Announce ``keys`` with route targets."""
    table.announce(make_path(source, attribute(0xC0, 16, b"".join(targets))), keys)


def filled(table: Table) -> RouteTargetIndex:
    """Return an index that knows all of the table."""
    index = RouteTargetIndex(table)
    for _ in index.fill():
        pass
    return index


def keys(index: RouteTargetIndex, *targets: bytes) -> set[bytes] | None:
    """Return the keys that have one of ``targets``."""
    found = index.keys(Interest(frozenset(targets)))
    return None if found is None else set(found)


def test_what_was_there_before_and_what_comes_later_is_found() -> None:
    """A key stands under each of its targets; under a target that nobody has there is none."""
    table = Table(0)
    announce(table, [b"a", b"b"], ONE)
    index = filled(table)
    announce(table, [b"c"], ONE, TWO)
    assert (keys(index, ONE), keys(index, TWO)) == ({b"a", b"b", b"c"}, {b"c"})
    assert keys(index, bytes(8)) == set()
    assert sorted(index.keys(BOTH) or []) == [b"a", b"b", b"c"]


def test_paths_that_are_not_the_best_count() -> None:
    """They may be sent by ADD-PATH, and be the best tomorrow."""
    table = Table(0)
    index = filled(table)
    announce(table, [b"a"], ONE)
    announce(table, [b"a"], TWO, source=OTHER)
    assert keys(index, ONE) == keys(index, TWO) == {b"a"}
    table.withdraw(SOURCE, [b"a"])
    assert (keys(index, ONE), keys(index, TWO)) == (set(), {b"a"})


def test_a_prefix_finds_the_targets_that_it_covers() -> None:
    """All known targets are looked at, not all keys."""
    table = Table(0)
    announce(table, [b"a"], ONE)
    announce(table, [b"b"], TWO)
    index = filled(table)
    assert index.keys(Interest(prefixes=frozenset({(1, int.from_bytes(TWO) >> 1)}))) == [b"b"]
    assert sorted(index.keys(Interest(prefixes=frozenset({(2, int.from_bytes(TWO) >> 2)}))) or []) == [b"a", b"b"]


def test_while_it_is_filled_it_answers_nothing_and_misses_nothing() -> None:
    """The table changes between the slices: what has gone is not found, what has come is."""
    table = Table(0)
    many = [number.to_bytes(4) for number in range(SLICE + 10)]
    announce(table, many, ONE)
    index = RouteTargetIndex(table)
    steps = index.fill()
    next(steps)
    assert keys(index, ONE) is None
    table.withdraw(SOURCE, [many[0], many[-1]])
    announce(table, [many[1], many[-2]], TWO)
    announce(table, [b"new"], ONE)
    for _ in steps:
        pass
    assert keys(index, TWO) == {many[1], many[-2]}
    assert keys(index, ONE) == {*many[2:-2], b"new"}


def test_closed_it_follows_no_more() -> None:
    """Nothing is kept, and nobody is told."""
    table = Table(0)
    announce(table, [number.to_bytes(4) for number in range(SLICE + 10)], ONE)
    index = RouteTargetIndex(table)
    steps = index.fill()
    next(steps)
    index.close()
    assert list(steps) == []
    assert (table.consumers, keys(index, ONE)) == ((), None)
