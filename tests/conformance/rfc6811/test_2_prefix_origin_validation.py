"""RFC 6811, section 2: when a route is Valid, Invalid or NotFound."""

import pytest

from bgpkit.rpki import Roa, RoaTable, RpkiState, origin_as
from bgpkit_rib import AsPath, Prefix


def state(roas: list[tuple[str, int, int]], prefix: str, origin: int | None) -> RpkiState:
    """Return the state of a route by ROAs of prefix, maximum length and AS."""
    table = RoaTable(Roa(Prefix.parse(text), most, asn) for text, most, asn in roas)
    route = Prefix.parse(prefix)
    return table.state(route.width, route.key, origin)


@pytest.mark.rfc("6811", "2")
def test_not_found_when_no_vrp_covers_the_prefix() -> None:
    """A VRP of a longer prefix, or of another one, does not cover it."""
    roas = [("192.0.2.0/25", 25, 64500), ("198.51.100.0/24", 24, 64500)]
    assert state(roas, "192.0.2.0/24", 64500) is RpkiState.NOT_FOUND


@pytest.mark.rfc("6811", "2")
def test_valid_when_at_least_one_vrp_matches() -> None:
    """Covered, not longer than the maximum length, and of the same AS; another VRP may say otherwise."""
    roas = [("192.0.2.0/24", 24, 64501), ("192.0.0.0/16", 24, 64500)]
    assert state(roas, "192.0.2.0/24", 64500) is RpkiState.VALID
    assert state(roas, "192.0.2.0/24", 64501) is RpkiState.VALID


@pytest.mark.rfc("6811", "2")
@pytest.mark.parametrize(("prefix", "origin"), [("192.0.2.0/24", 64501), ("192.0.2.0/25", 64500)])
def test_invalid_when_vrps_cover_and_none_matches(prefix: str, origin: int) -> None:
    """Another AS, or a prefix that is too long."""
    assert state([("192.0.2.0/24", 24, 64500)], prefix, origin) is RpkiState.INVALID


@pytest.mark.rfc("6811", "2")
def test_the_length_need_not_be_that_of_the_vrp() -> None:
    """Any length from that of the VRP's prefix to its maximum length matches."""
    roas = [("192.0.0.0/16", 20, 64500)]
    states = {length: state(roas, f"192.0.0.0/{length}", 64500) for length in range(15, 22)}
    assert states == {
        15: RpkiState.NOT_FOUND,
        **dict.fromkeys(range(16, 21), RpkiState.VALID),
        21: RpkiState.INVALID,
    }


@pytest.mark.rfc("6811", "2")
def test_a_path_that_ends_in_an_as_set_has_no_origin() -> None:
    """The Route Origin ASN NONE: no VRP matches it, so that it is Invalid where one covers it."""
    assert origin_as(AsPath.parse("64501 {64500}"), 64999) is None
    assert state([("192.0.2.0/24", 24, 64500)], "192.0.2.0/24", None) is RpkiState.INVALID
    assert state([("192.0.2.0/24", 24, 0)], "192.0.2.0/24", None) is RpkiState.INVALID
    assert state([], "192.0.2.0/24", None) is RpkiState.NOT_FOUND


@pytest.mark.rfc("6811", "2")
@pytest.mark.parametrize("path", ["", "(65001 65002)", "64501 [65001]"])
def test_a_path_without_an_origin_outside_is_our_own(path: str) -> None:
    """An empty path, and a last segment of the confederation: the Route Origin ASN is that of the BGP speaker."""
    assert origin_as(AsPath.parse(path), 64999) == 64999


@pytest.mark.rfc("6811", "2")
def test_the_last_segment_decides() -> None:
    """The rightmost AS of the final segment, when that is an AS_SEQUENCE."""
    assert origin_as(AsPath.parse("{64501} 64502 64500"), 64999) == 64500


@pytest.mark.rfc("6811", "2")
def test_no_route_matches_a_vrp_of_as_0() -> None:
    """A VRP of AS 0 makes Invalid what no other VRP makes Valid."""
    roas = [("192.0.2.0/24", 32, 0)]
    assert state(roas, "192.0.2.0/24", 64500) is RpkiState.INVALID
    assert state(roas, "192.0.2.0/24", 0) is RpkiState.INVALID
    assert state([*roas, ("192.0.2.0/24", 24, 64500)], "192.0.2.0/24", 64500) is RpkiState.VALID
