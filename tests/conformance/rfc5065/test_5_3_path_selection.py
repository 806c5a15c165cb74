"""RFC 5065, section 5.3, AS_PATH and Path Selection: the decision process inside a confederation."""

import pytest

from bgpkit_rib import AsPath, Path, Source, SourceKind, select


def path(number: int, as_path: str, kind: SourceKind, *, med: int | None = None, metric: int = 0) -> Path:
    """Return a path of a peer whose address and identifier are ``number``, with what its AS_PATH counts for."""
    value = AsPath.parse(as_path)
    return Path(
        Source(f"peer{number}", kind, address=bytes((192, 0, 2, number)), bgp_identifier=number),
        as_path.encode(),
        as_path_length=value.length,
        neighbor_as=value.neighbor_as,
        med=med,
        metric=metric,
    )


@pytest.mark.rfc("5065", "5.3")
def test_the_rules_are_those_inside_one_autonomous_system() -> None:
    """Information from members of the confederation MUST be selected from as inside one AS: preference first."""
    preferred = Path(path(9, "", SourceKind.CONFEDERATION).source, b"", local_pref=200, as_path_length=5)
    assert select((path(1, "1", SourceKind.CLIENT), preferred))[0] is preferred


@pytest.mark.rfc("5065", "5.3")
def test_a_path_that_never_left_the_confederation_is_of_the_local_as() -> None:
    """Rule 1: with confederation segments only, the neighbor AS is the local AS, as for an empty AS_PATH."""
    inside = path(1, "(65001 65002)", SourceKind.CONFEDERATION, med=20)
    other = path(9, "", SourceKind.CLIENT, med=10)
    assert inside.neighbor_as == other.neighbor_as
    assert select((inside, other))[0] is other


@pytest.mark.rfc("5065", "5.3")
def test_the_neighbor_as_is_the_first_outside_the_confederation() -> None:
    """Rule 2: the leftmost AS of the first AS_SEQUENCE behind the confederation's segments."""
    high = path(1, "(65001) 64500 1", SourceKind.CONFEDERATION, med=20)
    low = path(9, "(65002 65003) [65004] 64500 2", SourceKind.CLIENT, med=10)
    elsewhere = path(5, "(65001) 64501 1", SourceKind.CONFEDERATION, med=15)
    assert (high.neighbor_as, low.neighbor_as, elsewhere.neighbor_as) == (64500, 64500, 64501)
    assert select((high, low))[0] is low
    assert select((high, elsewhere))[0] is high


@pytest.mark.rfc("5065", "5.3")
def test_confederation_segments_do_not_count_in_the_length() -> None:
    """Rule 3: AS_CONFED_SEQUENCE and AS_CONFED_SET SHOULD NOT be counted."""
    long_inside = path(1, "(65001 65002 65003) [65004,65005] 64500", SourceKind.CONFEDERATION)
    longer_outside = path(2, "64500 1", SourceKind.CONFEDERATION)
    assert select((longer_outside, long_inside))[0] is long_inside


@pytest.mark.rfc("5065", "5.3")
def test_a_peer_in_the_same_confederation_is_internal() -> None:
    """Rule 4: routes from another member AS are internal, whatever the member: external ones win, others tie."""
    member = path(2, "(65001) 64500", SourceKind.CONFEDERATION)
    external = path(9, "64500", SourceKind.EBGP, metric=50)
    assert select((member, external))[0] is external
    internal = path(1, "64500", SourceKind.NON_CLIENT)
    assert select((member, internal))[0] is internal
    nearer = path(3, "(65001) 64500", SourceKind.CONFEDERATION, metric=5)
    farther = path(1, "64500", SourceKind.CLIENT, metric=6)
    assert select((farther, nearer))[0] is nearer
