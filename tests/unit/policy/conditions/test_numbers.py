"""Conditions on numbers, and on those that a route does not have."""

from bgpkit.policy import LocalPrefIn, MedIn, NumberRange, OriginIs
from bgpkit_rib import Origin, Path
from tests.unit.policy.routes import PEER, facts, path

SOME = NumberRange(0, 9)


def test_a_route_without_a_med_is_in_no_range() -> None:
    """It is found by asking for none."""
    found = [path(med=med) for med in (None, 0, 9, 10)]
    assert [MedIn(SOME).holds(facts(each)) for each in found] == [False, True, True, False]
    assert [MedIn(None).holds(facts(each)) for each in found] == [True, False, False, False]


def test_a_route_without_local_pref_counts_as_100() -> None:
    """As in the decision process."""
    condition = LocalPrefIn(NumberRange(100, 150))
    assert [condition.holds(facts(path(local_pref=each))) for each in (None, 99, 100, 151)] == [
        True,
        False,
        True,
        False,
    ]


def test_the_origin_is_that_of_the_attribute() -> None:
    """A block without ORIGIN has none of the three."""
    assert OriginIs(Origin.IGP).holds(facts(path()))
    assert not OriginIs(Origin.EGP).holds(facts(path()))
    assert not any(OriginIs(origin).holds(facts(Path(PEER, b""))) for origin in Origin)


def test_conditions_say_what_they_ask() -> None:
    """In the words of an operator."""
    texts = [MedIn(None), MedIn(SOME), LocalPrefIn(SOME), OriginIs(Origin.IGP)]
    assert list(map(str, texts)) == ["no MED", "MED 0-9", "local preference 0-9", "origin igp"]
