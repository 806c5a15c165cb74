"""RFC 4456, section 9, Impact on Route Selection: the two changes to breaking ties."""

import pytest

from bgpkit_rib import Path, Source, SourceKind, select


def reflector(number: int, *, identifier: int) -> Source:
    """Return an internal peer that reflects routes of others."""
    return Source(
        f"reflector{number}", SourceKind.NON_CLIENT, address=bytes((192, 0, 2, number)), bgp_identifier=identifier
    )


@pytest.mark.rfc("4456", "9")
def test_originator_id_stands_in_for_the_bgp_identifier() -> None:
    """Step f) SHOULD use the ORIGINATOR_ID of a route that carries one instead of the peer's identifier."""
    low = Path(reflector(9, identifier=900), b"", originator_id=1, cluster_length=3)
    high = Path(reflector(1, identifier=1), b"", originator_id=2, cluster_length=1)
    assert select((high, low)) == (low, high)


@pytest.mark.rfc("4456", "9")
def test_a_route_without_originator_id_compares_by_the_peer_identifier() -> None:
    """A reflected and a direct route compare: ORIGINATOR_ID of one, BGP Identifier of the other."""
    direct = Path(reflector(9, identifier=5), b"")
    reflected = Path(reflector(1, identifier=1), b"", originator_id=6, cluster_length=1)
    assert select((reflected, direct)) == (direct, reflected)


@pytest.mark.rfc("4456", "9")
def test_the_shorter_cluster_list_wins_between_f_and_g() -> None:
    """A BGP speaker SHOULD prefer the shorter CLUSTER_LIST, after the identifiers, before the addresses."""
    short = Path(reflector(9, identifier=1), b"", originator_id=7, cluster_length=1)
    long = Path(reflector(1, identifier=2), b"", originator_id=7, cluster_length=2)
    assert select((long, short)) == (short, long)


@pytest.mark.rfc("4456", "9")
def test_no_cluster_list_has_the_length_zero() -> None:
    """The CLUSTER_LIST length is zero if a route does not carry the attribute."""
    direct = Path(reflector(9, identifier=7), b"")
    reflected = Path(reflector(1, identifier=2), b"", originator_id=7, cluster_length=1)
    assert select((reflected, direct)) == (direct, reflected)
