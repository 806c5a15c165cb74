"""Prefixes with bounds and their texts."""

import pytest

from bgpkit.errors import ConfigError
from bgpkit.policy import PrefixRange
from bgpkit_rib import Prefix


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("10.0.0.0/8", (8, 8)),
        ("10.0.0.0/8 le 24", (8, 24)),
        ("10.0.0.0/8 ge 16", (16, 32)),
        ("10.0.0.0/8  ge 16  le 24", (16, 24)),
        ("2001:db8::/32 ge 48", (48, 128)),
        ("0.0.0.0/0 ge 0", (0, 32)),
    ],
)
def test_a_bound_alone_leaves_the_other_end_open(text: str, bounds: tuple[int, int]) -> None:
    """Without any, a prefix is just itself."""
    found = PrefixRange.parse(text)
    assert (found.shortest, found.longest) == bounds
    assert str(found) == " ".join(text.split())


def test_all_inside_a_prefix() -> None:
    """The prefix itself and every longer one."""
    assert PrefixRange.inside(Prefix.parse("10.0.0.0/8")) == PrefixRange.parse("10.0.0.0/8 le 32")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("10.0.0.0/8 ge 33", "'ge' 33 is longer than an IPv4 prefix; use 0 to 32"),
        ("::/0 le 129", "'le' 129 is longer than an IPv6 prefix; use 0 to 128"),
        ("10.0.0.0/8 ge 7", "'ge' 7 is shorter than 10.0.0.0/8 itself; use 8 to 32"),
        ("10.0.0.0/8 le 7", "'le' 7 is shorter than 10.0.0.0/8 itself; use 8 to 32"),
        ("10.0.0.0/8 ge 20 le 19", "'ge' 20 is more than 'le' 19; no prefix in 10.0.0.0/8 matches both"),
        ("10.0.0.0/8 eq 9", "'10.0.0.0/8 eq 9' is not a prefix with bounds; write it like '10.0.0.0/8 ge 16 le 24'"),
        ("10.0.0.1/8", "prefix '10.0.0.1/8' has host bits set; did you mean 10.0.0.0/8?"),
    ],
)
def test_what_is_no_range_of_prefixes_is_told(text: str, sentence: str) -> None:
    """One sentence says what is wrong and what to use."""
    with pytest.raises(ConfigError) as caught:
        PrefixRange.parse(text)
    assert str(caught.value) == sentence
