"""The keys of a match table, each as the condition that it is in Python."""

import tomllib

import pytest

from bgpkit.policy import (
    AllOf,
    AnyOf,
    AsPathContains,
    AsPathLength,
    AsPathMatches,
    Communities,
    CommunityKind,
    CommunityPattern,
    Condition,
    FamilyIs,
    LocalPrefIn,
    MedIn,
    NeighborAs,
    NextHopIn,
    Not,
    NumberRange,
    OriginAs,
    OriginIs,
    PeerIs,
    PrefixSet,
    Quantifier,
    RouteSource,
    RpkiIs,
    SourceIs,
)
from bgpkit.policy.toml.conditions import READERS, read_match
from bgpkit.policy.toml.node import Node
from bgpkit.policy.toml.sets import Sets
from bgpkit.rpki import RpkiState
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST
from bgpkit_rib import Origin

TEN = PrefixSet.of("10.0.0.0/8", name="ten")
LARGE = CommunityPattern(CommunityKind.LARGE, "*")


def named(condition: Communities, name: str) -> Communities:
    """Return the condition with the text of the document as its name."""
    return Communities(condition.patterns, condition.quantifier, name)


ROWS: list[tuple[str, Condition]] = [
    ("prefix = 'ten'", TEN),
    ("prefix = '10.0.0.0/8'", PrefixSet.of("10.0.0.0/8")),
    ("prefix = {prefix = '10.0.0.0/8', le = 9}", PrefixSet.of("10.0.0.0/8 le 9")),
    ("as-path = '^1_'", AsPathMatches.of("^1_")),
    ("as-path = ['^1_', '_2$']", AsPathMatches.of("^1_") | AsPathMatches.of("_2$")),
    ("origin-as = 7", OriginAs.of(7)),
    ("neighbor-as = '7-9'", NeighborAs.of("7-9")),
    ("as-path-contains = [7, '8-9']", AsPathContains.of(7, "8-9")),
    ("as-path-length = '1-5'", AsPathLength(NumberRange(1, 5))),
    ("communities = '64512:*'", named(Communities.of("64512:*"), "64512:*")),
    (
        "communities = {all = ['1:1', '1:2'], none = '1:3'}",
        named(Communities.of("1:1", "1:2", quantifier=Quantifier.ALL), "1:1, 1:2")
        & named(Communities.of("1:3", quantifier=Quantifier.NONE), "1:3"),
    ),
    ("communities = {any = '1:1'}", named(Communities.of("1:1"), "1:1")),
    ("extended-communities = 'rt:*'", named(Communities.of("rt:*"), "rt:*")),
    ("large-communities = '*'", Communities((LARGE,), name="*")),
    ("ipv6-extended-communities = 'rt:[::1]:1'", named(Communities.of("rt:[::1]:1"), "rt:[::1]:1")),
    ("next-hop = ['192.0.2.1', '10.0.0.0/8']", NextHopIn.of("192.0.2.1", "10.0.0.0/8")),
    ("peer = ['upstream', '192.0.2.1']", PeerIs.of("upstream", "192.0.2.1")),
    ("family = ['ipv4-unicast', 'ipv6-unicast']", FamilyIs.of(IPV4_UNICAST, IPV6_UNICAST)),
    ("source = ['client', 'local']", SourceIs.of(RouteSource.CLIENT, RouteSource.LOCAL)),
    ("rpki = 'valid'", RpkiIs(RpkiState.VALID)),
    ("rpki = ['valid', 'not-found']", RpkiIs(RpkiState.VALID) | RpkiIs(RpkiState.NOT_FOUND)),
    ("med = 5", MedIn(NumberRange(5, 5))),
    ("med = 'none'", MedIn(None)),
    ("local-pref = '1-2'", LocalPrefIn(NumberRange(1, 2))),
    ("origin = 'egp'", OriginIs(Origin.EGP)),
    ("any = [{prefix = 'ten'}, {med = 5}]", AnyOf((TEN, MedIn(NumberRange(5, 5))))),
    ("all = [{prefix = 'ten'}]", AllOf((TEN,))),
    ("not = {prefix = 'ten', med = 5}", Not(AllOf((TEN, MedIn(NumberRange(5, 5)))))),
]


@pytest.mark.parametrize(("text", "expected"), ROWS)
def test_a_key_is_a_condition(text: str, expected: Condition) -> None:
    """TOML and Python say the same."""
    assert read_match(Node(tomllib.loads(text), "rule 1", "match"), Sets({"ten": TEN})) == expected


def test_every_key_has_a_row_here() -> None:
    """No key is left without its proof."""
    assert {text.split(" ")[0] for text, _ in ROWS} == set(READERS)


def test_all_keys_of_a_table_must_hold() -> None:
    """In the order in which they are written."""
    found = read_match(Node({"med": 5, "prefix": "ten"}, "rule 1"), Sets({"ten": TEN}))
    assert found == MedIn(NumberRange(5, 5)) & TEN
