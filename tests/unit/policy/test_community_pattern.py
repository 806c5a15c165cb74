"""Patterns for communities: which kind a text means, what it matches, what cannot be read."""

import pytest

from bgpkit.errors import ConfigError
from bgpkit.policy import CommunityKind, CommunityPattern
from bgpkit_rib import Community, ExtendedCommunity, IPv6ExtendedCommunity, LargeCommunity
from bgpkit_rib.extended_communities.table import EXTENDED_COMMUNITIES


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("64512:1", CommunityKind.STANDARD),
        ("no-export", CommunityKind.STANDARD),
        ("*", CommunityKind.STANDARD),
        ("64512:1:2", CommunityKind.LARGE),
        ("64512:*:*", CommunityKind.LARGE),
        ("rt:64512:1", CommunityKind.EXTENDED),
        ("rt:*", CommunityKind.EXTENDED),
        ("0x0002fc0000000064", CommunityKind.EXTENDED),
        ("rt:[2001:db8::1]:*", CommunityKind.IPV6_EXTENDED),
        ("0x" + "00" * 20, CommunityKind.IPV6_EXTENDED),
    ],
)
def test_the_form_tells_the_kind(text: str, kind: CommunityKind) -> None:
    """Two numbers, three numbers, a word, an address in brackets."""
    assert CommunityPattern.parse(text).kind is kind


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("64512:100", "64512:100", "64512:101 64513:100"),
        ("64512:*", "64512:0 64512:65535", "64511:1"),
        ("*:7", "1:7 65535:7", "7:1"),
        ("64512:5-9", "64512:5 64512:9", "64512:4 64512:10"),
        ("*", "1:1 no-export", ""),
        ("65535:*", "no-export blackhole", "1:1"),
        ("graceful-shutdown", "65535:0", "65535:1"),
        ("1:*:3", "1:0:3 1:4294967295:3", "1:2:4 2:2:3"),
        ("1:*", "1:2", "2:1"),
        ("4200000000:1-2:*", "4200000000:1:9", "4200000000:3:9"),
        ("rt:64512:*", "rt:64512:1", "rt:64513:1 ro:64512:1"),
        ("target:64512:*", "rt:64512:1", "ro:64512:1"),
        ("rt:*:5-7", "rt:1:5 rt:192.0.2.1:7", "rt:1:8"),
        ("rt:*", "rt:1:5 rt:192.0.2.1:7", "encapsulation:vxlan"),
        ("encapsulation:*", "encapsulation:vxlan", "rt:1:1"),
        ("rt:[2001:db8::1]:*", "rt:[2001:db8::1]:9", "rt:[2001:db8::2]:9"),
    ],
)
def test_a_pattern_matches_by_fields(pattern: str, matching: str, others: str) -> None:
    """A star is anything, a range its numbers; a well-known name is its number."""
    found = CommunityPattern.parse(pattern)
    assert [text for text in matching.split() if not found.matches(found.kind.parse(text))] == []
    assert [text for text in others.split() if found.matches(found.kind.parse(text))] == []


def test_what_has_no_text_but_digits_matches_every_star_alone() -> None:
    """An extended community of no known kind is one field of digits."""
    octets = bytes.fromhex("4affffffffffffff")
    assert CommunityPattern(CommunityKind.EXTENDED, "*").matches(octets)
    assert CommunityPattern(CommunityKind.EXTENDED, "0x4affffffffffffff").matches(octets)
    assert not CommunityPattern.parse("rt:*").matches(octets)


@pytest.mark.parametrize(
    "community",
    [
        Community.parse("no-export"),
        LargeCommunity(1, 2, 3),
        ExtendedCommunity.parse("rt:64512:1"),
        IPv6ExtendedCommunity.parse("rt:[2001:db8::1]:5"),
    ],
)
def test_a_community_is_a_pattern_of_itself(
    community: Community | LargeCommunity | ExtendedCommunity | IPv6ExtendedCommunity,
) -> None:
    """Its octets are the exact ones, and its text is that of the community."""
    pattern = CommunityPattern.of(community)
    assert pattern.exact is not None
    assert (pattern.kind.text(pattern.exact), len(pattern.exact)) == (str(community), pattern.kind.size)


def test_every_kind_with_fields_can_be_left_open() -> None:
    """A known name and a star never is an unknown form."""
    names = {EXTENDED_COMMUNITIES.text(octets).split(":")[0] for octets in _octets()}
    assert len(names) > 15
    for name in names - {"0x", *(name for name in names if name.startswith("0x"))}:
        assert str(CommunityPattern(CommunityKind.EXTENDED, f"{name}:*")) == f"{name}:*"


def _octets() -> list[bytes]:
    return [bytes((kind, subtype)) + bytes(6) for kind in (*range(16), 0x40, 0x43, 0x80) for subtype in range(32)]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1:2:3:*", "'1:2:3:*' is no community: it has 2 fields, such as *:*"),
        ("1:70000-70001", "community field '70000-70001' is too large; use 0 to 65535"),
        ("1:9-5", "the range 9-5 is empty; write the smaller number first"),
        ("a:*", "'a:*' is like no extended community that is known; write it like rt:64512:*"),
        (
            "x",
            (
                "community 'x' is not of the form <16 bits>:<16 bits>, decimal and without leading zeros; "
                "a pattern has * or a range of numbers in place of a field"
            ),
        ),
    ],
)
def test_what_cannot_be_read_is_told(text: str, sentence: str) -> None:
    """One sentence says what is wrong."""
    with pytest.raises(ConfigError) as caught:
        CommunityPattern.parse(text)
    assert str(caught.value) == sentence
