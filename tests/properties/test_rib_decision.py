"""The decision process against the RFC's own words, whatever the order of arrival."""

import random
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from bgpkit_rib import DecisionStep, Path, SourceKind, explain, prefers, select
from tests.properties.rib_model import candidates, is_internal, make_sources, many_candidates, rfc_order

SOURCES = make_sources()


contests = candidates(SOURCES)


@settings(max_examples=300)
@given(contests)
def test_the_order_is_that_of_the_rfc(given_paths: list[Path]) -> None:
    """The eligible paths stand as taking the RFC's best again and again would put them."""
    expected = rfc_order(given_paths)
    assert list(select(given_paths))[: len(expected)] == expected
    assert all(not path.eligible for path in select(given_paths)[len(expected) :])


@given(contests, st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_arrival(given_paths: list[Path], rng: random.Random) -> None:
    """Any permutation of the paths gives the same tuple, and the same explanation."""
    shuffled = list(given_paths)
    rng.shuffle(shuffled)
    assert select(shuffled) == select(given_paths)
    assert explain(shuffled) == explain(given_paths)


@settings(max_examples=200)
@given(contests)
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
        DecisionStep.LEAST_PREFERRED: lambda path: path.least_preferred and not best.least_preferred,
        DecisionStep.WEIGHT: lambda path: path.weight < best.weight,
        DecisionStep.LOCAL_PREF: lambda path: path.local_pref < best.local_pref,
        DecisionStep.LOCAL_ORIGIN: lambda path: path.kind is not SourceKind.LOCAL and best.kind is SourceKind.LOCAL,
        DecisionStep.AIGP: lambda path: best.aigp is not None and (path.aigp is None or path.aigp > best.aigp),
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


@given(contests)
def test_without_the_best_the_second_is_best(given_paths: list[Path]) -> None:
    """Taking the first away leaves the order of the others as it was."""
    ordered = select(given_paths)
    assert select(ordered[1:]) == ordered[1:]


@given(contests)
def test_two_paths_stand_as_one_is_preferred(given_paths: list[Path]) -> None:
    """Of each pair exactly one is preferred, and it is the RFC's best of the two."""
    eligible = [path for path in given_paths if path.eligible]
    for first, second in pairwise(eligible):
        assert prefers(first, second) is not prefers(second, first)
        assert prefers(first, second) is (rfc_order((first, second))[0] is first)


def test_the_hard_contests_meet_every_step() -> None:
    """Among a thousand, each step decides in several, and so do MEDs that alone make preferences go round."""
    met: Counter[DecisionStep] = Counter()
    cyclic = 0
    for seed in range(1000):
        rivals = many_candidates(seed, SOURCES)
        met.update({step for _, step in explain(rivals)})
        eligible = [path for path in select(rivals) if path.eligible]
        cyclic += any(prefers(path, eligible[0]) for path in eligible[1:])
    assert [step for step in DecisionStep if met[step] < 15] == []
    assert cyclic >= 15
