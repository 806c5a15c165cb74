"""The decision process against the RFC's own words, whatever the order of arrival."""

import random
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from bgpkit_rib import DecisionStep, Path, explain, select
from tests.properties.rib_model import is_internal, make_sources, paths, rfc_order

SOURCES = make_sources()


@st.composite
def candidates(draw: st.DrawFn) -> list[Path]:
    """Draw up to eight paths, no two of the same source and path identifier."""
    identities = st.tuples(st.sampled_from(SOURCES), st.integers(0, 1))
    chosen = draw(st.lists(identities, max_size=8, unique=True))
    return [draw(paths(source, path_id)) for source, path_id in chosen]


@given(candidates())
def test_the_order_is_that_of_the_rfc(given_paths: list[Path]) -> None:
    """The eligible paths stand as taking the RFC's best again and again would put them."""
    expected = rfc_order(given_paths)
    assert list(select(given_paths))[: len(expected)] == expected
    assert all(not path.eligible for path in select(given_paths)[len(expected) :])


@given(candidates(), st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_arrival(given_paths: list[Path], rng: random.Random) -> None:
    """Any permutation of the paths gives the same tuple, and the same explanation."""
    shuffled = list(given_paths)
    rng.shuffle(shuffled)
    assert select(shuffled) == select(given_paths)
    assert explain(shuffled) == explain(given_paths)


@given(candidates())
def test_explanations_are_true(given_paths: list[Path]) -> None:
    """Exactly the best has BEST; who has a step was no worse than the best at all steps before it."""
    explained = explain(given_paths)
    assert [path for path, _ in explained] == list(select(given_paths))
    expected = rfc_order(given_paths)
    for path, step in explained:
        assert (step is DecisionStep.NOT_ELIGIBLE) is not path.eligible
        assert (step is DecisionStep.BEST) is bool(expected and path is expected[0])
        if step is DecisionStep.MED:
            assert any(p.neighbor_as == path.neighbor_as and p.med < path.med and p.rank == path.rank for p in expected)
    if not expected:
        return
    best = expected[0]
    first_difference: dict[DecisionStep, Callable[[Path], bool]] = {
        DecisionStep.LOCAL_PREF: lambda path: path.local_pref < best.local_pref,
        DecisionStep.AS_PATH_LENGTH: lambda path: path.as_path_length > best.as_path_length,
        DecisionStep.ORIGIN: lambda path: path.origin > best.origin,
        DecisionStep.EBGP_OVER_IBGP: lambda path: is_internal(path) > is_internal(best),
        DecisionStep.IGP_METRIC: lambda path: path.metric > best.metric,
        DecisionStep.BGP_IDENTIFIER: lambda path: path.identifier > best.identifier,
        DecisionStep.CLUSTER_LIST_LENGTH: lambda path: path.cluster_length > best.cluster_length,
        DecisionStep.PEER_ADDRESS: lambda path: path.source.address > best.source.address,
        DecisionStep.PATH_ID: lambda path: path.path_id > best.path_id,
    }
    for path, step in explained:
        if step in first_difference:
            assert first_difference[step](path)


@given(candidates())
def test_without_the_best_the_second_is_best(given_paths: list[Path]) -> None:
    """Taking the first away leaves the order of the others as it was."""
    ordered = select(given_paths)
    assert select(ordered[1:]) == ordered[1:]
