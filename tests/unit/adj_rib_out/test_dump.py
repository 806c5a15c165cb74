"""A dump: keys in order, dirty ones last, and what is left of it for others."""

from bgpkit.adj_rib_out.add_path_writer import AddPathWriter
from bgpkit.adj_rib_out.chunk import Dirty
from bgpkit.adj_rib_out.dump import Dump
from bgpkit.adj_rib_out.export import Export
from bgpkit.adj_rib_out.marker import Marker
from bgpkit.adj_rib_out.path_ids import PathIds
from bgpkit_rib import AddPathAll, Path, Source, SourceKind
from tests.unit.adj_rib_out.test_best_writer import key_of

SOURCE = Source("source", SourceKind.CLIENT)
PATH = Path(SOURCE, b"")


def writer() -> AddPathWriter:
    """Return a writer with Path Identifiers."""
    key = key_of(selection=AddPathAll(), add_path=True)
    return AddPathWriter(Export(key), (), PathIds(bool))


def test_keys_are_taken_in_order_and_then_gone() -> None:
    """Slices come in the order of the table; the memory is given back at the end."""
    dump = Dump([b"1", b"2", b"3"])
    assert (dump.take(2), dump.sweeping) == ([b"1", b"2"], True)
    assert (dump.take(2), dump.sweeping, dump.done) == ([b"3"], False, True)
    assert (dump.keys, dump.take(2)) == ([], [])


def test_dirty_keys_come_once_after_the_others() -> None:
    """By what may be held of them, in the order in which they became dirty."""
    dump = Dump([b"1", b"2"])
    dump.add_dirty({b"3": frozenset({7}), b"2": frozenset()})
    dump.add_dirty({b"4": frozenset(), b"3": frozenset({8})})
    assert dump.take(9) == [b"1"]
    assert dump.take_dirty(2) == {frozenset({7, 8}): [b"3"], frozenset(): [b"2"]}
    assert (dump.take_dirty(2), dump.done) == ({frozenset(): [b"4"]}, True)


def test_a_dump_is_not_done_before_the_marker_is_sent() -> None:
    """RFC 4724, section 2."""
    dump = Dump([], owed=Marker.END_OF_RIB)
    assert not dump.done
    dump.owed = Marker.NONE
    assert dump.done


def test_what_changes_during_a_move_is_dirty_as_long_as_keys_are_left() -> None:
    """The former group may have let out what the present one would never have."""
    dump = Dump([b"1"], writer())
    dump.mark([b"2"], PATH)
    dump.take(1)
    dump.mark([b"3"], PATH)
    assert dump.dirty == {b"2": frozenset({1})}
    fresh = Dump([b"1"])
    fresh.mark([b"2"], PATH)
    assert fresh.dirty == {}


def test_a_remainder_goes_on_where_its_dump_is_and_apart_from_it() -> None:
    """For members that cannot keep up with the others of theirs."""
    dump = Dump([b"1", b"2"], owed=Marker.END)
    dump.take(1)
    dump.dirty[b"3"] = frozenset()
    rest = dump.remainder()
    dump.take(1)
    assert (rest.take(9), rest.owed, rest.take_dirty(9)) == ([b"2"], Marker.END, {frozenset(): [b"3"]})
    assert dump.dirty == {b"3": frozenset()}


def test_all_that_is_left_counts_with_what_may_be_held_of_it() -> None:
    """By the former group, by the present one, and of what is dirty already."""
    former, present = writer(), writer()
    present.held(Path(SOURCE, b"", path_id=9))  # so that the two number the path differently
    dump = Dump([b"1"], former)
    dump.dirty[b"2"] = frozenset({7})
    dirty: Dirty = {}
    dump.add_left(dirty, {b"1": PATH, b"2": PATH}.get, present)
    assert dirty == {b"2": frozenset({2, 7}), b"1": frozenset({1, 2})}
    assert (dump.holds(b"1"), dump.holds(b"2"), dump.holds(b"3")) == (True, True, False)
