"""RFC 4271, section 9.1.2.2, Breaking Ties (Phase 2), and the preference that comes before it."""

from itertools import permutations

import pytest

from bgpkit_rib import AsPath, Path, Source, SourceKind, select


def peer(number: int, kind: SourceKind = SourceKind.EBGP, *, identifier: int | None = None) -> Source:
    """Return a peer whose address ends in ``number``, as does its identifier unless given."""
    return Source(
        f"peer{number}",
        kind,
        address=bytes((192, 0, 2, number)),
        bgp_identifier=number if identifier is None else identifier,
    )


def best(*paths: Path) -> Path:
    """Return what is selected, having seen that the order of arrival is nothing to it."""
    winners = {select(order)[0] for order in permutations(paths)}
    assert len(winners) == 1
    return winners.pop()


@pytest.mark.rfc("4271", "9.1.2")
def test_the_highest_degree_of_preference_wins_before_all_ties() -> None:
    """Of the feasible routes, the one with the highest degree of preference is chosen."""
    preferred = Path(peer(9), b"", local_pref=101, as_path_length=50, origin=2)
    assert best(Path(peer(1), b"", local_pref=100), preferred) is preferred


@pytest.mark.rfc("4271", "9.1.2")
def test_a_route_that_is_not_eligible_is_never_chosen() -> None:
    """A route with the own AS in its path is excluded from the decision."""
    looped = Path(peer(1), b"", local_pref=200, eligible=False, reason="own AS in AS_PATH")
    plain = Path(peer(2), b"")
    assert best(looped, plain) is plain


@pytest.mark.rfc("4271", "9.1.2.2")
def test_a_the_smallest_number_of_as_numbers_wins() -> None:
    """Step a): routes not tied for the shortest AS_PATH are removed."""
    short = Path(peer(9), b"", as_path_length=AsPath.parse("1 2").length, origin=2)
    assert best(Path(peer(1), b"", as_path_length=AsPath.parse("1 2 3").length), short) is short


@pytest.mark.rfc("4271", "9.1.2.2")
def test_a_an_as_set_counts_as_one() -> None:
    """Step a): an AS_SET counts as 1, no matter how many ASes are in it."""
    aggregated = Path(peer(9), b"", as_path_length=AsPath.parse("1 {2,3,4,5}").length)
    assert best(Path(peer(1), b"", as_path_length=AsPath.parse("1 2 3").length), aggregated) is aggregated


@pytest.mark.rfc("4271", "9.1.2.2")
def test_b_the_lowest_origin_wins() -> None:
    """Step b): routes not tied for the lowest Origin number are removed."""
    igp, egp, incomplete = (Path(peer(9 - origin), b"", origin=origin) for origin in (0, 1, 2))
    assert select((incomplete, igp, egp)) == (igp, egp, incomplete)


@pytest.mark.rfc("4271", "9.1.2.2")
def test_c_the_lowest_med_of_a_neighboring_as_wins() -> None:
    """Step c): within one neighboring AS the less preferred MULTI_EXIT_DISC is removed."""
    low = Path(peer(9), b"", neighbor_as=65001, med=10)
    assert best(Path(peer(1), b"", neighbor_as=65001, med=20), low) is low


@pytest.mark.rfc("4271", "9.1.2.2")
def test_c_meds_of_different_neighboring_ases_do_not_compare() -> None:
    """Step c): MULTI_EXIT_DISC is only comparable between routes from the same neighboring AS."""
    first = Path(peer(1), b"", neighbor_as=65001, med=20)
    assert best(Path(peer(9), b"", neighbor_as=65002, med=10), first) is first


@pytest.mark.rfc("4271", "9.1.2.2")
def test_c_a_missing_med_is_the_lowest_possible() -> None:
    """Step c): a route without MULTI_EXIT_DISC has the lowest possible value."""
    without = Path(peer(9), b"", neighbor_as=65001)
    assert best(Path(peer(1), b"", neighbor_as=65001, med=1), without) is without
    tied = Path(peer(1), b"", neighbor_as=65001, med=0)
    assert best(without, tied) is tied


@pytest.mark.rfc("4271", "9.1.2.2")
def test_c_a_route_removed_by_med_does_not_come_back() -> None:
    """Step c): it is done over all routes, before the later steps, so that no order of comparing pairs matters."""
    removed = Path(peer(1), b"", neighbor_as=65001, med=20)
    remover = Path(peer(9), b"", neighbor_as=65001, med=10)
    other = Path(peer(5), b"", neighbor_as=65002)
    assert best(removed, remover, other) is other


@pytest.mark.rfc("4271", "9.1.2.2")
def test_c_internal_and_external_routes_compare_by_med() -> None:
    """Step c) comes before step d): an IBGP route with the lower MED removes an EBGP route."""
    internal = Path(peer(9, SourceKind.NON_CLIENT), b"", neighbor_as=65001, med=10)
    assert best(Path(peer(1), b"", neighbor_as=65001, med=20), internal) is internal


@pytest.mark.rfc("4271", "9.1.2.2")
@pytest.mark.parametrize("kind", [SourceKind.CLIENT, SourceKind.NON_CLIENT])
def test_d_external_wins_over_internal(kind: SourceKind) -> None:
    """Step d): if any candidate was received via EBGP, those received via IBGP are removed."""
    external = Path(peer(9), b"", metric=50)
    assert best(Path(peer(1, kind), b""), external) is external


@pytest.mark.rfc("4271", "9.1.2.2")
def test_e_the_nearest_next_hop_wins() -> None:
    """Step e): routes with a less preferred interior cost are removed."""
    near = Path(peer(9, SourceKind.CLIENT), b"", metric=5)
    assert best(Path(peer(1, SourceKind.CLIENT), b"", metric=6), near) is near


@pytest.mark.rfc("4271", "9.1.2.2")
def test_f_the_lowest_bgp_identifier_wins_as_an_unsigned_number() -> None:
    """Step f): the speaker with the lowest BGP Identifier wins, 127.0.0.1 before 128.0.0.1."""
    low = Path(peer(9, identifier=0x7F000001), b"")
    assert best(Path(peer(1, identifier=0x80000001), b""), low) is low


@pytest.mark.rfc("4271", "9.1.2.2")
def test_g_the_lowest_peer_address_wins() -> None:
    """Step g): two sessions with one speaker are told apart by the peer's address, 9 before 200."""
    low = Path(peer(9, identifier=1), b"")
    assert best(Path(peer(200, identifier=1), b""), low) is low
