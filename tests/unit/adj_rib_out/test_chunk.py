"""Chunks: shared octets, and what is cut out or replaced for single members."""

from hypothesis import given
from hypothesis import strategies as st

from bgpkit.adj_rib_out.chunk import ChunkBuilder
from bgpkit_rib import Source, SourceKind

ALICE, BOB, CAROL = (Source(name, SourceKind.CLIENT) for name in ("alice", "bob", "carol"))


def test_a_member_that_is_no_source_gets_the_very_same_octets() -> None:
    """The same object, not a copy, goes to every member."""
    builder = ChunkBuilder()
    builder.add([b"one", b"two"], ALICE)
    chunk = builder.finish()
    assert chunk.octets_for(BOB) is chunk.octets
    assert chunk.octets_for(CAROL) is chunk.octets
    assert chunk.octets == b"onetwo"


def test_a_source_is_not_sent_its_own_routes() -> None:
    """What came from a member is cut out for it, and only for it."""
    builder = ChunkBuilder()
    builder.add([b"one"], ALICE)
    builder.add([b"two"], BOB)
    builder.add([b"three"], ALICE)
    chunk = builder.finish()
    assert chunk.octets_for(ALICE) == b"two"
    assert chunk.octets_for(BOB) == b"onethree"
    assert chunk.octets_for(CAROL) == b"onetwothree"


def test_a_replacement_stands_in_the_place_of_the_routes() -> None:
    """A member that takes over as the source of a route is sent a withdrawal where others get the announcement."""
    builder = ChunkBuilder()
    builder.add([b"one"], BOB)
    builder.add([b"two"], ALICE, b"withdraw-two")
    builder.add([b"three"], BOB)
    chunk = builder.finish()
    assert chunk.octets_for(ALICE) == b"onewithdraw-twothree"
    assert chunk.octets_for(BOB) == b"two"


def test_finishing_starts_again_empty() -> None:
    """A builder serves one chunk after the other."""
    builder = ChunkBuilder()
    seen = [(builder.empty, builder.length)]
    builder.touch([b"key"])
    builder.add([b"one"], ALICE)
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
        builder.add(messages, members[source], replacement)
    chunk = builder.finish()
    for number, member in enumerate(members):
        model = b"".join(
            replacement if source == number else b"".join(messages) for messages, source, replacement in pieces
        )
        assert chunk.octets_for(member) == model
