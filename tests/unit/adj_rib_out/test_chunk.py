"""Chunks: shared octets, and what is cut out or replaced for single members."""

from hypothesis import given
from hypothesis import strategies as st

from bgpkit.adj_rib_out.chunk import NOTHING_HELD, ChunkBuilder, Dirty
from bgpkit_rib import Source, SourceKind

ALICE, BOB, CAROL = (Source(name, SourceKind.CLIENT) for name in ("alice", "bob", "carol"))


def test_a_member_that_is_no_source_gets_the_very_same_octets() -> None:
    """The same object, not a copy, goes to every member."""
    builder = ChunkBuilder()
    builder.add_all([b"one", b"two"], ALICE)
    chunk = builder.finish()
    assert chunk.octets_for(BOB) is chunk.octets
    assert chunk.octets_for(CAROL) is chunk.octets
    assert chunk.octets == b"onetwo"


def test_a_source_is_not_sent_its_own_routes() -> None:
    """What came from a member is cut out for it, and only for it."""
    builder = ChunkBuilder()
    builder.add(b"one", ALICE)
    builder.add(b"two", BOB)
    builder.add(b"three", ALICE)
    chunk = builder.finish()
    assert chunk.octets_for(ALICE) == b"two"
    assert chunk.octets_for(BOB) == b"onethree"
    assert chunk.octets_for(CAROL) == b"onetwothree"


def test_a_replacement_stands_in_the_place_of_the_routes() -> None:
    """A member that takes over as the source of a route is sent a withdrawal where others get the announcement."""
    builder = ChunkBuilder()
    builder.add(b"one", BOB)
    builder.add_all([b"two"], ALICE, [b"withdraw-two"])
    builder.add(b"three", BOB)
    chunk = builder.finish()
    assert chunk.octets_for(ALICE) == b"onewithdraw-twothree"
    assert chunk.octets_for(BOB) == b"two"


def test_finishing_starts_again_empty() -> None:
    """A builder serves one chunk after the other."""
    builder = ChunkBuilder()
    seen = [(builder.empty, builder.length)]
    builder.touch([b"key"])
    builder.add(b"one", ALICE)
    seen.append((builder.empty, builder.length))
    assert builder.finish().keys == [[b"key"]]
    seen.append((builder.empty, builder.length))
    assert seen == [(True, 0), (False, 3), (True, 0)]


PIECES = st.lists(
    st.tuples(st.lists(st.binary(min_size=1, max_size=3), max_size=3), st.integers(0, 2), st.sampled_from([b"", b"!"])),
    max_size=12,
)


@given(PIECES)
def test_every_member_gets_what_one_by_one_assembly_gives(pieces: list[tuple[list[bytes], int, bytes]]) -> None:
    """The model joins, for each member, the pieces one by one."""
    members = (ALICE, BOB, CAROL)
    builder = ChunkBuilder()
    for messages, source, replacement in pieces:
        builder.add_all(messages, members[source], [replacement] if replacement else [])
    chunk = builder.finish()
    for number, member in enumerate(members):
        model = b"".join(
            replacement if source == number else b"".join(messages) for messages, source, replacement in pieces
        )
        assert chunk.octets_for(member) == model


def test_what_nobody_is_the_source_of_goes_to_all() -> None:
    """Withdrawals and markers are cut out for nobody, wherever they stand."""
    builder = ChunkBuilder()
    builder.add(b"one", ALICE)
    builder.add(b"two", None)
    builder.add_block([b"key"], b"three", ALICE)
    chunk = builder.finish()
    assert chunk.octets_for(ALICE) == b"two"
    assert chunk.octets_for(BOB) == b"onetwothree"
    assert chunk.keys == [[b"key"]]


def test_marking_adds_up_what_may_be_held() -> None:
    """A key in several chunks may be held in any of the ways that the chunks were to change."""
    builder = ChunkBuilder()
    builder.touch([b"1", b"2"], frozenset({7}))
    builder.touch([b"2", b"3"], frozenset({8}))
    builder.add(b"one", None)
    dirty: Dirty = {b"3": frozenset({9})}
    builder.finish().mark(dirty)
    assert dirty == {b"3": frozenset({8, 9}), b"1": frozenset({7}), b"2": frozenset({7, 8})}
    builder.touch([b"4"])
    builder.add(b"one", None)
    builder.finish().mark(dirty)
    assert dirty[b"4"] == NOTHING_HELD


def test_a_chunk_is_for_all_or_for_its_audience() -> None:
    """What is sent to a few only is in the same log."""
    builder = ChunkBuilder()
    builder.add(b"one", None)
    chunk = builder.finish()
    assert chunk.is_for(ALICE)
    chunk.audience = {BOB}
    assert (chunk.is_for(ALICE), chunk.is_for(BOB)) == (False, True)


def test_withdrawals_one_after_the_other_are_written_together() -> None:
    """As long as they are for the same members; what comes after them stays after them."""
    builder = ChunkBuilder()

    def spell(keys: list[bytes]) -> list[bytes]:
        return [b"-" + b"".join(keys)]

    builder.withdraw([b"1"], ALICE, spell)
    builder.withdraw([b"2", b"3"], ALICE, spell)
    assert not builder.empty
    builder.add(b"+1", ALICE)
    builder.withdraw([b"4"], BOB, spell)
    builder.add(b"+2", None)
    chunk = builder.finish()
    assert chunk.octets == b"-123+1-4+2"
    assert (chunk.octets_for(ALICE), chunk.octets_for(BOB)) == (b"-4+2", b"-123+1+2")
