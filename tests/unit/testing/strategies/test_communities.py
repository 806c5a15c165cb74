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


def test_all_kinds_of_extended_communities_are_drawn() -> None:
    """Nearly all rows of both tables in some hundred draws, by the octets that they start with; and unknown ones."""
    heads = {each.octets[:2] for each in drawn(extended_communities(), 500)}
    known = {row.head for row in EXTENDED_COMMUNITIES.rows}
    assert len(known - heads) < len(known) / 10
    assert heads - known
    ipv6_heads = {each.octets[:2] for each in drawn(ipv6_extended_communities())}
    assert {row.head for row in IPV6_EXTENDED_COMMUNITIES.rows} < ipv6_heads


def test_large_communities_are_of_32_bits_each() -> None:
    """In all three numbers."""
    found = drawn(large_communities())
    assert max(each.global_admin for each in found) > 1 << 24
    assert max(each.data1 for each in found) > 1 << 24
    assert max(each.data2 for each in found) > 1 << 24
