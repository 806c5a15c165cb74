"""Prefix sets as values and as conditions."""

from bgpkit.policy import KeyBlock, PrefixRange, PrefixSet
from bgpkit_rib import Prefix

SOME = PrefixSet.of("10.0.0.0/8 le 24", "2001:db8::/32", name="some")


def test_a_set_holds_both_kinds_of_addresses() -> None:
    """Each is asked in its own width."""
    inside = [text for text in ("10.0.0.0/8", "10.1.1.0/24", "2001:db8::/32") if Prefix.parse(text) in SOME]
    outside = [text for text in ("10.1.1.0/25", "11.0.0.0/8", "2001:db8::/33", "::/0") if Prefix.parse(text) in SOME]
    assert (len(inside), outside) == (3, [])


def test_sets_are_equal_when_ranges_and_names_are() -> None:
    """Whether they have been compiled does not matter."""
    again = PrefixSet((PrefixRange.parse("10.0.0.0/8 le 24"), PrefixRange.parse("2001:db8::/32")), "some")
    assert Prefix.parse("10.0.0.0/8") in SOME
    assert (again, hash(again)) == (SOME, hash(SOME))
    assert again != PrefixSet(again.ranges)
    assert PrefixSet.inside([Prefix.parse("10.0.0.0/8")]) == PrefixSet.of("10.0.0.0/8 le 32")


def test_keys_that_hold_no_prefix_are_in_no_set() -> None:
    """Not even in one of everything."""
    keys = [b"\x02\x21"]
    assert PrefixSet.of("0.0.0.0/0 le 32").divider(0)(keys, KeyBlock(0)) == ([], keys)


def test_a_set_says_what_it_is() -> None:
    """By name, by ranges, by number."""
    texts = ["10.0.0.0/8", "11.0.0.0/8", "12.0.0.0/8", "13.0.0.0/8"]
    assert str(SOME) == "prefix in some"
    assert str(PrefixSet.of(*texts[:2])) == "prefix in 10.0.0.0/8, 11.0.0.0/8"
    assert str(PrefixSet.of(*texts)) == "prefix in a set of 4"
    assert str(PrefixSet(())) == "prefix in nothing"
