"""What one piece of news makes of an entry."""

from bgpkit_rib import Path, Source, SourceKind, best_of, paths_of
from bgpkit_rib.entry import announced, swept, withdrawn

A = Source("a", SourceKind.EBGP, address=b"\1\1\1\1", bgp_identifier=1)
B = Source("b", SourceKind.EBGP, address=b"\2\2\2\2", bgp_identifier=2)
C = Source("c", SourceKind.EBGP, address=b"\3\3\3\3", bgp_identifier=3)


def test_the_best_of_an_entry_is_its_first_if_that_is_eligible() -> None:
    """No entry, and an entry of ineligible paths only, have no best path."""
    good, bad = Path(A, b""), Path(B, b"", eligible=False)
    assert best_of(None) is None
    assert best_of(good) is good
    assert best_of(bad) is None
    assert best_of((good, bad)) is good
    assert best_of((bad, Path(C, b"", eligible=False))) is None


def test_the_paths_of_an_entry_are_a_tuple_in_any_case() -> None:
    """None, one and several paths come in the same form."""
    one, two = Path(A, b""), Path(B, b"")
    assert paths_of(None) == ()
    assert paths_of(one) == (one,)
    assert paths_of((one, two)) == (one, two)


def test_a_single_path_stays_bare() -> None:
    """An entry of one path is the path, before a second comes and after it went."""
    one, two = Path(A, b""), Path(B, b"")
    assert announced(one, None)[0] is one
    both = announced(two, one)[0]
    assert both == (one, two)
    assert withdrawn(B, 0, both)[0] is one


def test_the_same_news_again_leaves_the_entry_itself() -> None:
    """An announcement that says nothing new in the same generation gives back the very entry."""
    one, two = Path(A, b"x"), Path(B, b"y")
    both = (one, two)
    assert announced(one, both) == (both, 0, 0, False)
    assert announced(Path(A, b"x"), both)[0] is both
    assert announced(Path(A, b"x"), one)[0] is one


def test_a_newer_generation_takes_the_place_in_silence() -> None:
    """The path is renewed where it stood, and nobody is to hear of it."""
    source = Source("r", SourceKind.EBGP, bgp_identifier=9)
    old, other = Path(source, b"x"), Path(A, b"y")
    source.generation += 1
    new = Path(source, b"x")
    assert announced(new, old) == (new, 0, 0, False)
    assert announced(new, (other, old)) == ((other, new), 0, 0, False)


def test_a_renewed_path_that_ranks_otherwise_is_news() -> None:
    """Equal octets do not make silence when what is derived from the session has changed."""
    source = Source("r", SourceKind.EBGP, bgp_identifier=9)
    old, other = Path(source, b"x"), Path(C, b"y")
    source.generation += 1
    source.bgp_identifier = 1
    new = Path(source, b"x")
    assert announced(new, (other, old)) == ((new, other), 0, 0, True)


def test_withdrawing_what_kept_another_down_brings_it_up() -> None:
    """When the lower MED of an AS goes, the higher one may win by a later step."""
    best = Path(B, b"", neighbor_as=2)
    low = Path(C, b"", neighbor_as=1, med=1)
    high = Path(A, b"", neighbor_as=1, med=2)
    entry = announced(high, announced(low, best)[0])[0]
    assert entry == (best, low, high)
    assert withdrawn(C, 0, entry)[0] == (high, best)


def test_path_identifiers_of_one_source_live_side_by_side() -> None:
    """Each path identifier is replaced and withdrawn on its own. RFC 7911, section 5."""
    one, two = Path(A, b"x", path_id=1), Path(A, b"y", path_id=2)
    entry = announced(two, one)[0]
    assert entry == (one, two)
    replacement = Path(A, b"z", path_id=2)
    assert announced(replacement, entry)[0] == (one, replacement)
    assert withdrawn(A, 1, entry)[0] is two
    assert withdrawn(A, 3, entry)[0] is entry
    assert swept(A, 1, entry) == (None, -2, 0, True)


def test_growth_counts_the_rejected_apart() -> None:
    """Every outcome says by how many paths the source grows, of all and of those that are not eligible."""
    good, bad, other = Path(A, b"g"), Path(A, b"b", eligible=False), Path(B, b"o")
    assert announced(bad, None)[1:3] == (1, 1)
    assert announced(bad, other)[1:3] == (1, 1)
    assert announced(bad, good)[1:3] == (0, 1)
    assert announced(good, bad)[1:3] == (0, -1)
    assert announced(good, (other, bad))[1:3] == (0, -1)
    assert withdrawn(A, 0, bad)[1:3] == (-1, -1)
    assert withdrawn(A, 0, (other, bad))[1:3] == (-1, -1)
    assert swept(A, 1, (other, bad))[1:3] == (-1, -1)
    assert swept(A, 1, bad)[1:3] == (-1, -1)
