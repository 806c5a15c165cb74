"""RFC 7311, section 4, Decision Process: what the AIGP attribute changes in it."""

from itertools import permutations

import pytest

from bgpkit_rib import DecisionOptions, Path, Source, SourceKind, select


def peer(number: int) -> Source:
    """Return an internal peer."""
    return Source(f"peer{number}", SourceKind.CLIENT, address=bytes((192, 0, 2, number)), bgp_identifier=number)


def best(*paths: Path) -> Path:
    """Return what is selected in whatever order the paths come."""
    winners = {select(order)[0] for order in permutations(paths)}
    assert len(winners) == 1
    return winners.pop()


@pytest.mark.rfc("7311", "4.1")
def test_the_procedures_come_before_all_tie_breaking() -> None:
    """They MUST be executed before those of RFC 4271, section 9.1.2.2, of which the AS_PATH length is the first."""
    cheap = Path(peer(9), b"", aigp=10, as_path_length=9, origin=2)
    assert best(Path(peer(1), b"", aigp=11, as_path_length=1), cheap) is cheap


@pytest.mark.rfc("7311", "4.1")
def test_the_degree_of_preference_comes_first_all_the_same() -> None:
    """AIGP is for breaking ties between routes of equal preference."""
    preferred = Path(peer(9), b"", local_pref=101)
    assert best(Path(peer(1), b"", local_pref=100, aigp=1), preferred) is preferred


@pytest.mark.rfc("7311", "4.1")
def test_routes_without_aigp_are_removed_where_any_has_it() -> None:
    """They are removed from consideration, however costly the others are."""
    costly = Path(peer(9), b"", aigp=2**64 - 1, as_path_length=9)
    assert best(Path(peer(1), b""), Path(peer(2), b""), costly) is costly


@pytest.mark.rfc("7311", "4.1")
def test_the_distance_to_the_next_hop_is_part_of_the_sum() -> None:
    """A is the sum of the AIGP TLV's value and the IGP distance to the next hop; what is not the lowest MUST go."""
    sum_of_14 = Path(peer(9), b"", aigp=4, metric=10)
    sum_of_15 = Path(peer(1), b"", aigp=14, metric=1)
    assert (sum_of_14.aigp, sum_of_15.aigp) == (14, 15)
    assert best(sum_of_15, sum_of_14) is sum_of_14


@pytest.mark.rfc("7311", "4.1")
def test_equal_sums_leave_the_rest_to_the_other_steps() -> None:
    """Routes tied for the lowest A go on into RFC 4271's procedures."""
    short = Path(peer(9), b"", aigp=10, metric=4, as_path_length=1)
    long = Path(peer(1), b"", aigp=4, metric=10, as_path_length=2)
    assert best(short, long) is short


@pytest.mark.rfc("7311", "4.1")
def test_nothing_changes_where_aigp_is_not_enabled() -> None:
    """Without the option, whoever makes a path gives it no AIGP."""
    off, on = DecisionOptions(), DecisionOptions(aigp=True)
    with_aigp, without = (Path(peer(9), b"", aigp=off.aigp_of(aigp)) for aigp in (10, None))
    assert with_aigp.rank == without.rank
    assert Path(peer(9), b"", aigp=on.aigp_of(10)).rank < without.rank
