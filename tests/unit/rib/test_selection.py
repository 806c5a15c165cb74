"""What of an entry is for a peer."""

import pytest

from bgpkit_rib import (
    BEST,
    BEST_EXTERNAL,
    AddPathAll,
    AddPathBest,
    AddPathEcmp,
    AddPathPerAs,
    AsPath,
    MultipathOptions,
    Path,
    Selection,
    Source,
    SourceKind,
    select,
)


def as_path_of(path: Path) -> AsPath:
    """Read the AS path that these tests write as text into the attribute block."""
    return AsPath.parse(path.raw.decode())


def path(number: int, as_path: str = "1", kind: SourceKind = SourceKind.EBGP, *, med: int = 0) -> Path:
    """Return a path whose source's address and identifier go by ``number``."""
    source = Source(f"peer{number}", kind, address=bytes((192, 0, 2, number)), bgp_identifier=number)
    value = AsPath.parse(as_path)
    return Path(
        source,
        as_path.encode(),
        next_hop=source.address,
        as_path_length=value.length,
        neighbor_as=value.neighbor_as,
        med=med,
    )


ONE, TWO, THREE = path(1), path(2, "2"), path(3, "1")
REFUSED = Path(path(4).source, b"1", eligible=False, reason="refused")
ENTRY = (ONE, TWO, THREE, REFUSED)
ECMP = AddPathEcmp(MultipathOptions(maximum_ebgp=4), as_path_of)
ALL: list[Selection] = [BEST, BEST_EXTERNAL, AddPathAll(), AddPathBest(2), AddPathPerAs(as_path_of), ECMP]


@pytest.mark.parametrize("selection", ALL, ids=[type(each).__name__ for each in ALL])
def test_no_selection_has_paths_that_may_not_be_chosen(selection: Selection) -> None:
    """Nothing gives nothing, refused paths give nothing, a single path gives itself."""
    assert selection.paths(None) == selection.paths(REFUSED) == ()
    assert selection.paths((REFUSED, Path(ONE.source, b"1", eligible=False))) == ()
    assert selection.paths(ONE) == selection.paths((ONE, REFUSED)) == (ONE,)


def test_each_selection_has_its_paths() -> None:
    """Best first in each."""
    assert BEST.paths(ENTRY) == (ONE,)
    assert AddPathAll().paths(ENTRY) == (ONE, TWO, THREE)
    assert AddPathBest(2).paths(ENTRY) == (ONE, TWO)
    assert AddPathBest(9).paths(ENTRY) == (ONE, TWO, THREE)
    assert AddPathPerAs(as_path_of).paths(ENTRY) == (ONE, TWO)
    assert ECMP.paths(ENTRY) == (ONE, THREE)


def test_the_best_external_path_stands_in_for_a_best_that_may_not_go_on() -> None:
    """Where the best came from an internal peer that is no client, the best of all others goes."""
    internal, client = path(1, kind=SourceKind.NON_CLIENT), path(2, kind=SourceKind.CLIENT)
    member, external = path(8, kind=SourceKind.CONFEDERATION), path(9, "1 2")
    assert BEST_EXTERNAL.paths((internal, external)) == (external,)
    assert BEST_EXTERNAL.paths((internal, client, external)) == (client,)
    assert BEST_EXTERNAL.paths((internal, member, external)) == (member,)
    assert BEST_EXTERNAL.paths((internal, REFUSED)) == ()
    assert BEST_EXTERNAL.paths((internal, path(3, kind=SourceKind.NON_CLIENT))) == ()
    assert BEST_EXTERNAL.paths((client, internal, external)) == (client,)


def test_the_best_external_path_is_found_by_a_decision_of_its_own() -> None:
    """An internal path that keeps an external one down by its MED has no say among the external ones."""
    external, other = path(1, "1", med=5), path(3, "2")
    internal = path(2, "1", SourceKind.NON_CLIENT, med=0)
    preferred = Path(path(9, kind=SourceKind.NON_CLIENT).source, b"1", local_pref=200)
    entry = select((external, other, internal, preferred))
    assert entry.index(other) < entry.index(external)
    assert BEST_EXTERNAL.paths(entry) == (external,)


def test_a_best_path_that_may_go_on_goes_whoever_would_win_without_the_others() -> None:
    """An external path that an internal one keeps down by its MED does not take the place of a client's best."""
    client, external = path(2, "2", SourceKind.CLIENT), path(1, "1", med=5)
    internal = path(9, "1", SourceKind.NON_CLIENT)
    entry = select((external, internal, client))
    assert entry == (client, internal, external)
    assert select((external, client))[0] is external
    assert BEST_EXTERNAL.paths(entry) == (client,)


def test_a_path_that_another_of_its_as_hides_is_not_the_best_of_that_as() -> None:
    """As in RFC 3345: a higher MED hides what is nearer, though the lower one is farther than that of another AS."""
    hidden, hiding, other = path(1, "6", med=10), path(3, "6", med=1), path(2, "10")
    entry = select((hidden, hiding, other))
    assert AddPathPerAs(as_path_of).paths(entry) == (other, hiding)
    assert set(AddPathAll().paths(entry)) == {hidden, hiding, other}


def test_each_neighboring_as_is_told_apart_where_all_meds_compare() -> None:
    """The AS is read from the AS path, since the paths themselves are then all of one group."""
    first, second = (Path(each.source, each.raw, next_hop=each.next_hop, as_path_length=1) for each in (ONE, TWO))
    assert AddPathPerAs(as_path_of).paths((first, second)) == (first, second)


def test_less_than_one_best_path_is_refused() -> None:
    """The best goes in any case."""
    with pytest.raises(ValueError, match="0 best paths"):
        AddPathBest(0)


def test_selections_are_values() -> None:
    """Equal ones can be one key, different ones are different keys."""
    again: list[Selection] = [BEST, BEST_EXTERNAL, AddPathAll(), AddPathBest(2), AddPathPerAs(as_path_of)]
    again.append(AddPathEcmp(MultipathOptions(maximum_ebgp=4), as_path_of))
    assert len({*ALL, *again}) == len(ALL)
    assert AddPathBest(1) != AddPathBest(2)
