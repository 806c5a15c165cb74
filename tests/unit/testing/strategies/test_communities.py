"""Communities of every kind that has a name."""

from bgpkit.testing.strategies import (
    communities,
    extended_communities,
    ipv6_extended_communities,
    large_communities,
)
from bgpkit_rib import NO_EXPORT
from bgpkit_rib.extended_communities.table import EXTENDED_COMMUNITIES, IPV6_EXTENDED_COMMUNITIES
from tests.unit.testing.strategies.drawn import drawn


def test_well_known_communities_are_drawn() -> None:
    """Beside others."""
    found = drawn(communities())
    assert any(each >> 16 == NO_EXPORT >> 16 for each in found)
    assert any(each >> 16 < 0xFF00 for each in found)


def test_every_kind_of_extended_community_is_drawn() -> None:
    """Each row of both tables, by the octets that it starts with."""
    heads = {each.octets[:2] for each in drawn(extended_communities(), 1500)}
    assert {row.head for row in EXTENDED_COMMUNITIES.rows} <= heads
    ipv6_heads = {each.octets[:2] for each in drawn(ipv6_extended_communities())}
    assert {row.head for row in IPV6_EXTENDED_COMMUNITIES.rows} < ipv6_heads


def test_large_communities_are_of_32_bits_each() -> None:
    """In all three numbers."""
    found = drawn(large_communities())
    assert max(each.global_admin for each in found) > 1 << 24
    assert max(each.data1 for each in found) > 1 << 24
    assert max(each.data2 for each in found) > 1 << 24
