"""The log keeps a chunk until the last member has it, and no longer."""

from bgpkit.adj_rib_out.chunk import Chunk, ChunkBuilder
from bgpkit.adj_rib_out.log import CHUNK_COST, Log
from bgpkit_rib import Source, SourceKind

ALICE, BOB = Source("alice", SourceKind.CLIENT), Source("bob", SourceKind.CLIENT)


def chunk(octets: bytes) -> Chunk:
    """Return a chunk of these octets."""
    builder = ChunkBuilder()
    builder.add_block([octets], octets, ALICE)
    return builder.finish()


def test_a_chunk_is_forgotten_when_nobody_waits_for_it() -> None:
    """In the middle its octets go at once, its place when those before it have gone."""
    log, chunks = Log(), [chunk(bytes(100)) for _ in range(3)]
    for each in chunks:
        log.append(each, 1)
    assert (len(log), log.kept) == (3, 3 * (100 + CHUNK_COST))
    log.done(chunks[1])
    assert (len(log), log.kept, chunks[1].octets, chunks[1].keys) == (3, 2 * (100 + CHUNK_COST), b"", [])
    log.done(chunks[0])
    assert (len(log), log.end, log.kept) == (1, 3, 100 + CHUNK_COST)


def test_what_nobody_waits_for_is_not_kept() -> None:
    """With no follower there is no log."""
    log = Log()
    log.append(chunk(b"octets"), 0)
    assert (len(log), log.kept, log.end) == (0, 0, 0)


def test_a_member_gets_what_is_for_it_from_its_cursor_on() -> None:
    """Chunks for others are passed over, also those that are forgotten already."""
    log, chunks = Log(), [chunk(bytes((number,))) for number in range(4)]
    chunks[1].audience = {BOB}
    for each in chunks:
        log.append(each, 1)
    assert log.chunks_for(ALICE, 0) == [chunks[0], chunks[2], chunks[3]]
    assert log.chunks_for(BOB, 1) == chunks[1:]
    log.done(chunks[0])
    assert log.chunks_for(ALICE, 0) == chunks[2:]
    assert log.chunks_for(ALICE, 4) == []


def test_the_oldest_chunk_within_a_limit_counts_from_the_end() -> None:
    """What nobody waits for costs nothing."""
    log, chunks = Log(), [chunk(bytes(100)) for _ in range(5)]
    for each in chunks:
        log.append(each, 1)
    size = 100 + CHUNK_COST
    assert [log.oldest_within(limit) for limit in (0, size, 2 * size, 9 * size)] == [5, 4, 3, 0]
    log.done(chunks[3])
    assert log.oldest_within(2 * size) == 2
