"""Multipath and the selections for ADD-PATH against slow definitions, by the RFC's own elimination."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from bgpkit_rib import (
    BEST,
    BEST_EXTERNAL,
    AddPathAll,
    AddPathBest,
    AddPathEcmp,
    AddPathPerAs,
    AsPath,
    Entry,
    MultipathOptions,
    Path,
    SourceKind,
    multipath_of,
    select,
)
from tests.properties.rib_model import candidates, is_internal, make_sources, rfc_best, rfc_equals, rfc_order

contests = candidates(make_sources())
all_options = st.builds(
    MultipathOptions, maximum_ebgp=st.integers(1, 4), maximum_ibgp=st.integers(1, 4), as_relaxed=st.booleans()
)


def as_path_of(path: Path) -> AsPath:
    """Make an AS path of a path's neighboring AS and something that sets some paths of one AS apart."""
    return AsPath.of(path.neighbor_as, 1 + path.identifier % 2) if path.neighbor_as else AsPath()


def entry_of(paths: Sequence[Path]) -> Entry | None:
    """Return the entry that a table would hold."""
    ordered = select(paths)
    if len(ordered) > 1:
        return ordered
    return ordered[0] if ordered else None


@given(contests, all_options)
def test_multipath_is_as_many_of_the_equals_as_there_is_room_for(paths: list[Path], options: MultipathOptions) -> None:
    """Every path in use equals the best; what equals it and is not in use has a reason for that."""
    chosen = multipath_of(entry_of(paths), options, as_path_of)
    eligible = rfc_order(paths)
    assert chosen[:1] == tuple(eligible[:1])
    if not chosen:
        return
    best = chosen[0]
    maximum = options.maximum_ibgp if is_internal(best) else options.maximum_ebgp
    assert 1 <= len(chosen) <= maximum
    assert sorted(chosen, key=eligible.index) == list(chosen)
    hops = [path.next_hop for path in chosen]
    assert len(set(hops)) == len(hops)
    equals = rfc_equals(eligible)
    assert set(chosen) <= set(equals)
    for path in equals:
        wanted, found = as_path_of(best), as_path_of(path)
        alike = (
            options.as_relaxed or found == wanted or (not is_internal(best) and path.neighbor_as == best.neighbor_as)
        )
        assert alike or path not in chosen
        if path not in chosen:
            full = len(chosen) == maximum and eligible.index(path) > eligible.index(chosen[-1])
            assert full or not alike or path.next_hop in hops or best.kind is SourceKind.LOCAL


@given(contests)
def test_best_external_is_the_best_of_what_may_go_on(paths: list[Path]) -> None:
    """It is the best path of all, or else of a decision among those that may go to any internal peer."""
    eligible = [path for path in paths if path.eligible]
    others = [path for path in eligible if path.kind is not SourceKind.NON_CLIENT]
    found = BEST_EXTERNAL.paths(entry_of(paths))
    if eligible and rfc_best(eligible).kind is not SourceKind.NON_CLIENT:
        assert found == (rfc_best(eligible),) == BEST.paths(entry_of(paths))
    else:
        assert found == ((rfc_best(others),) if others else ())


@given(contests)
def test_the_best_of_each_as_is_the_best_of_its_paths_alone(paths: list[Path]) -> None:
    """Each neighboring AS has one path, the one that a decision among its paths only would choose."""
    eligible = [path for path in paths if path.eligible]
    groups: dict[int, list[Path]] = {}
    for path in eligible:
        groups.setdefault(path.neighbor_as, []).append(path)
    found = AddPathPerAs(as_path_of).paths(entry_of(paths))
    assert set(found) == {rfc_best(group) for group in groups.values()}
    assert list(found) == sorted(found, key=rfc_order(paths).index)


@given(contests, st.integers(1, 6))
def test_n_best_paths_are_the_best_again_and_again(paths: list[Path], count: int) -> None:
    """They are the beginning of the RFC's order, which AddPathAll gives whole."""
    entry = entry_of(paths)
    assert AddPathBest(count).paths(entry) == tuple(rfc_order(paths)[:count])
    assert AddPathAll().paths(entry) == tuple(rfc_order(paths))


@given(contests, all_options)
def test_all_selections_begin_with_the_best(paths: list[Path], options: MultipathOptions) -> None:
    """What goes to a peer with ADD-PATH holds what would go to it without."""
    entry = entry_of(paths)
    ecmp = AddPathEcmp(options, as_path_of)
    assert ecmp.paths(entry) == multipath_of(entry, options, as_path_of)
    for selection in (AddPathAll(), AddPathBest(1), AddPathPerAs(as_path_of), ecmp):
        assert selection.paths(entry)[:1] == BEST.paths(entry)
