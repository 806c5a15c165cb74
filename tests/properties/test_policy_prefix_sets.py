"""Prefix sets hold what the standard library's networks say, one by one and in blocks."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bgpkit.policy import KeyBlock, PrefixSet
from bgpkit.policy.key_block import cuts
from bgpkit_rib import Prefix
from tests.properties.policy_model import inside
from tests.properties.policy_strategies import prefix_sets, prefixes

widths = st.sampled_from([32, 128])


@settings(deadline=None, max_examples=200)
@given(prefix_sets, widths.flatmap(lambda width: st.lists(prefixes(width), min_size=1, max_size=12)))
def test_a_prefix_is_in_a_set_when_a_range_holds_it(drawn: PrefixSet, found: list[Prefix]) -> None:
    """The oracle is ipaddress' own subnet_of, with the bounds; a block is divided as its keys are one by one."""
    expected = {each.key: any(inside(one, each.network) for one in drawn.ranges) for each in found}
    assert {each.key: each in drawn for each in found} == expected
    keys, width = [each.key for each in found], found[0].width
    within, without = drawn.divider(width)(keys, KeyBlock(width))
    assert within == [key for key in keys if expected[key]]
    assert without == [key for key in keys if not expected[key]]
    assert within is keys or without is keys or (within and without)


@settings(deadline=None, max_examples=200)
@given(prefix_sets, widths.flatmap(prefixes))
def test_what_octets_tell_holds_for_every_prefix_that_begins_with_them(drawn: PrefixSet, prefix: Prefix) -> None:
    """What is told of its length is so of the prefix; of octets that are the whole prefix nothing is left open."""
    for size in cuts(prefix.width):
        told = drawn.lengths(prefix.width, prefix.key[1 : 1 + size])
        assert told is not None
        inside, outside = (bool(bits >> prefix.length & 1) for bits in told)
        assert not (inside and outside)
        assert (inside or outside) in {True, len(prefix.key) - 1 <= size}
        if inside or outside:
            assert inside is (prefix in drawn)
