"""The order of paths and the reasons for it."""

from itertools import permutations

import pytest

from bgpkit_rib import DecisionStep, Path, Source, SourceKind, explain, prefers, select
from bgpkit_rib.decision import equals_of, is_internal


def source(number: int, kind: SourceKind = SourceKind.EBGP) -> Source:
    """Return a source whose address and identifier grow with ``number``."""
    return Source(f"peer{number}", kind, address=bytes((192, 0, 2, number)), bgp_identifier=number)


ONE, TWO, THREE = source(1), source(2), source(3)
INTERNAL_ONE, INTERNAL_NINE = source(1, SourceKind.CLIENT), source(9, SourceKind.CLIENT)
OWN = Source("own", SourceKind.LOCAL)

PAIRS = [
    (DecisionStep.LEAST_PREFERRED, Path(TWO, b""), Path(ONE, b"", weight=9, least_preferred=True)),
    (DecisionStep.WEIGHT, Path(TWO, b"", weight=2, local_pref=0), Path(ONE, b"", weight=1, local_pref=200)),
    (DecisionStep.LOCAL_PREF, Path(TWO, b"", local_pref=200, as_path_length=9), Path(OWN, b"", local_pref=100)),
    (DecisionStep.LOCAL_ORIGIN, Path(OWN, b"", origin=2, as_path_length=9), Path(ONE, b"", aigp=0)),
    (DecisionStep.AIGP, Path(TWO, b"", aigp=5, metric=9, as_path_length=9), Path(ONE, b"", aigp=15)),
    (DecisionStep.AS_PATH_LENGTH, Path(TWO, b"", as_path_length=1, origin=2), Path(ONE, b"", as_path_length=2)),
    (DecisionStep.ORIGIN, Path(TWO, b"", origin=1, med=9), Path(ONE, b"", origin=2)),
    (DecisionStep.MED, Path(INTERNAL_NINE, b"", neighbor_as=5, med=1), Path(ONE, b"", neighbor_as=5, med=2)),
    (DecisionStep.EBGP_OVER_IBGP, Path(TWO, b"", metric=9), Path(INTERNAL_ONE, b"")),
    (DecisionStep.IGP_METRIC, Path(TWO, b"", metric=1), Path(ONE, b"", metric=2)),
    (DecisionStep.BGP_IDENTIFIER, Path(TWO, b"", originator_id=0, cluster_length=9), Path(ONE, b"")),
    (
        DecisionStep.CLUSTER_LIST_LENGTH,
        Path(TWO, b"", originator_id=7, cluster_length=1),
        Path(ONE, b"", originator_id=7, cluster_length=2),
    ),
    (DecisionStep.PEER_ADDRESS, Path(ONE, b"", originator_id=7, path_id=9), Path(TWO, b"", originator_id=7)),
    (DecisionStep.PATH_ID, Path(ONE, b"", path_id=1), Path(ONE, b"", path_id=2)),
]


@pytest.mark.parametrize(("step", "better", "worse"), PAIRS, ids=[step.name for step, _, _ in PAIRS])
def test_each_step_decides_against_all_later_ones(step: DecisionStep, better: Path, worse: Path) -> None:
    """The better path of each pair is worse in a later step, and wins all the same."""
    assert prefers(better, worse)
    assert not prefers(worse, better)
    assert select((worse, better)) == select((better, worse)) == (better, worse)
    assert explain((worse, better)) == ((better, DecisionStep.BEST), (worse, step))


def test_every_step_has_its_pair() -> None:
    """The pairs above leave out no step that can decide."""
    assert {step for step, _, _ in PAIRS} == set(DecisionStep) - {DecisionStep.BEST, DecisionStep.NOT_ELIGIBLE}


def test_meds_of_different_neighbors_do_not_compare() -> None:
    """A high MED loses only within its own neighboring AS."""
    high = Path(ONE, b"", neighbor_as=1, med=900)
    low = Path(TWO, b"", neighbor_as=2, med=0)
    assert select((low, high)) == (high, low)


def test_a_cycle_of_preferences_has_one_outcome_in_any_order() -> None:
    """Pairwise, c beats b, b beats d and d beats c; grouping by neighboring AS still gives one best path."""
    b = Path(source(3), b"", neighbor_as=2, med=0)
    c = Path(source(1), b"", neighbor_as=1, med=5)
    d = Path(source(4), b"", neighbor_as=1, med=0)
    assert prefers(c, b)
    assert prefers(b, d)
    assert prefers(d, c)
    for order in permutations((b, c, d)):
        assert select(order) == (b, d, c)


def test_explain_names_med_for_who_lost_to_one_that_lost_later() -> None:
    """One path leaves at the MED step because of another that is not best itself."""
    b = Path(source(3), b"", neighbor_as=2, med=0)
    c = Path(source(1), b"", neighbor_as=1, med=5)
    d = Path(source(4), b"", neighbor_as=1, med=0)
    assert dict(explain((c, d, b))) == {
        b: DecisionStep.BEST,
        c: DecisionStep.MED,
        d: DecisionStep.BGP_IDENTIFIER,
    }


def test_ineligible_paths_stand_last_whatever_their_rank() -> None:
    """A path that may not be chosen follows all that may, and is explained as such."""
    looped = Path(ONE, b"", local_pref=900, eligible=False, reason="looped")
    plain = Path(TWO, b"")
    third = Path(THREE, b"")
    assert select((looped, plain)) == (plain, looped)
    assert select((looped, third, plain)) == (plain, third, looped)
    assert explain((looped, plain))[-1] == (looped, DecisionStep.NOT_ELIGIBLE)
    assert select((looped,)) == (looped,)


def test_nothing_selects_nothing() -> None:
    """No paths give no paths and no explanation."""
    assert select(()) == ()
    assert explain(()) == ()


def test_the_order_goes_by_what_a_source_was_when_the_path_was_made() -> None:
    """A change of the source alone does not change an order that tables hold."""
    changed = source(1)
    path, other = Path(changed, b""), Path(TWO, b"")
    changed.kind = SourceKind.CLIENT
    assert select((other, path)) == (path, other)
    assert select((other, Path(changed, b"")))[0] is other


def test_a_path_without_aigp_loses_to_any_that_has_one() -> None:
    """However long the way of the other is, and whatever comes later in the process."""
    far = Path(TWO, b"", aigp=2**64 - 1, metric=2**32 - 1, as_path_length=9)
    without = Path(ONE, b"")
    assert select((without, far)) == (far, without)
    assert explain((without, far))[1] == (without, DecisionStep.AIGP)


def test_peers_inside_a_confederation_are_internal() -> None:
    """Kinds of source fall into two halves at the step of external and internal."""
    kinds = {kind: is_internal(Path(source(1, kind), b"")) for kind in SourceKind}
    assert [kind.name for kind, internal in kinds.items() if internal] == ["CLIENT", "NON_CLIENT", "CONFEDERATION"]


def test_the_texts_of_the_steps_tell_them_apart() -> None:
    """An operator reads another sentence for each step, and none is a mere name."""
    texts = [step.value for step in DecisionStep]
    assert len(set(texts)) == len(texts)
    assert all(" " in text for text in texts[1:])


def test_equals_are_what_the_igp_metric_leaves() -> None:
    """What only identifiers, clusters and addresses set apart is equal; what MED removed is not, nor the refused."""
    best = Path(ONE, b"", neighbor_as=1, med=5)
    equal = Path(THREE, b"", neighbor_as=2, med=7)
    others = (
        Path(TWO, b"", neighbor_as=2, med=8),
        Path(source(4), b"", neighbor_as=1, med=5, metric=1),
        Path(source(5), b"", neighbor_as=1, med=5, as_path_length=1),
        Path(INTERNAL_NINE, b"", neighbor_as=1, med=5),
        Path(source(6), b"", neighbor_as=1, med=5, eligible=False),
    )
    assert equals_of(select((*others, equal, best))) == [best, equal]


def test_an_internal_path_with_a_lower_med_unmakes_equals() -> None:
    """MED is compared before external and internal paths part ways, so the remover need not be among the equals."""
    best = Path(ONE, b"", neighbor_as=1)
    removed = Path(TWO, b"", neighbor_as=2, med=8)
    remover = Path(INTERNAL_NINE, b"", neighbor_as=2, med=7)
    assert equals_of(select((removed, best))) == [best, removed]
    assert equals_of(select((removed, remover, best))) == [best]
