"""Path Identifiers: one for each path of each source, never given twice."""

from bgpkit.adj_rib_out import PathIds
from bgpkit_rib import Path, Source, SourceKind

ALICE, BOB = Source("alice", SourceKind.CLIENT), Source("bob", SourceKind.CLIENT)


def test_a_path_keeps_its_identifier_when_it_is_replaced() -> None:
    """RFC 7911, section 3: what comes with the same identifier takes the other's place."""
    ids = PathIds(bool)
    first = ids.of(Path(ALICE, b"first", path_id=5))
    assert ids.of(Path(ALICE, b"second", path_id=5)) == first


def test_different_paths_and_sources_have_different_identifiers() -> None:
    """Also where two peers have numbered their paths alike."""
    ids = PathIds(bool)
    numbers = {ids.of(Path(source, b"", path_id=path_id)) for source in (ALICE, BOB) for path_id in (0, 1, 2)}
    assert len(numbers) == 6
    assert min(numbers) == 1


def test_a_source_without_paths_is_forgotten_and_its_identifiers_stay_unused() -> None:
    """A peer that returns is given new ones: somebody may still hold the old ones."""
    alive: set[Source] = set()
    ids = PathIds(alive.__contains__)
    alive.add(ALICE)
    kept, lost = ids.of(Path(ALICE, b"")), ids.of(Path(BOB, b""))
    for number in range(100):
        ids.of(Path(Source(f"peer{number}", SourceKind.CLIENT), b""))
    ids.prune()
    assert ids.of(Path(ALICE, b"")) == kept
    assert ids.of(Path(BOB, b"")) > lost + 100
