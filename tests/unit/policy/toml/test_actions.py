"""The keys of a set table, each as the action that it is in Python."""

import tomllib
from ipaddress import IPv4Address

import pytest

from bgpkit.policy import (
    Action,
    AddCommunities,
    AddMed,
    CommunityKind,
    CommunityPattern,
    DeleteCommunities,
    NextHopUnchanged,
    Prepend,
    PrependedAs,
    SetCommunities,
    SetLocalPref,
    SetMed,
    SetNextHop,
    SetNextHopSelf,
    SetOrigin,
    SetWeight,
)
from bgpkit.policy.toml.actions import READERS, read_set
from bgpkit.policy.toml.node import Node
from bgpkit.policy.toml.sets import Sets
from bgpkit_rib import Community, ExtendedCommunity, IPv6ExtendedCommunity, LargeCommunity, Origin

OURS = CommunityPattern.parse("64512:*")
EVERY_KIND = (
    Community.parse("no-export"),
    LargeCommunity(1, 2, 3),
    ExtendedCommunity.parse("rt:1:1"),
    IPv6ExtendedCommunity.parse("rt:[::1]:1"),
)


def every(kind: CommunityKind) -> DeleteCommunities:
    """Return the action that deletes all of a kind."""
    return DeleteCommunities((CommunityPattern(kind, "*"),))


ROWS: list[tuple[str, Action]] = [
    ("local-pref = 200", SetLocalPref(200)),
    ("med = 10", SetMed(10)),
    ("med = '+10'", AddMed(10)),
    ("med = '-10'", AddMed(-10)),
    ("med = 'none'", SetMed(None)),
    ("origin = 'incomplete'", SetOrigin(Origin.INCOMPLETE)),
    ("weight = 7", SetWeight(7)),
    ("prepend = 64512", Prepend(64512)),
    ("prepend = 'own'", Prepend(PrependedAs.OWN)),
    ("prepend = {as = 'last', times = 3}", Prepend(PrependedAs.LAST, 3)),
    ("prepend = {as = 64512}", Prepend(64512)),
    ("next-hop = '192.0.2.1'", SetNextHop(IPv4Address("192.0.2.1"))),
    ("next-hop = 'self'", SetNextHopSelf()),
    ("next-hop = 'unchanged'", NextHopUnchanged()),
    ("add-communities = ['no-export', '1:2:3', 'rt:1:1', 'rt:[::1]:1']", AddCommunities(EVERY_KIND)),
    ("set-communities = '65535:65281'", SetCommunities(EVERY_KIND[:1])),
    ("delete-communities = ['ours', 'rt:*']", DeleteCommunities((OURS, CommunityPattern.parse("rt:*")))),
    ("delete-extended-communities = '*'", every(CommunityKind.EXTENDED)),
    ("delete-ipv6-extended-communities = '*'", every(CommunityKind.IPV6_EXTENDED)),
    ("delete-large-communities = '*'", every(CommunityKind.LARGE)),
]


@pytest.mark.parametrize(("text", "expected"), ROWS)
def test_a_key_is_an_action(text: str, expected: Action) -> None:
    """TOML and Python say the same."""
    assert read_set(Node(tomllib.loads(text), "rule 1", "set"), Sets(communities={"ours": (OURS,)})) == (expected,)


def test_every_key_has_a_row_here() -> None:
    """No key is left without its proof."""
    assert {text.split(" ")[0] for text, _ in ROWS} == set(READERS)
