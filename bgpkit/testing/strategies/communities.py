"""Communities of all kinds (RFC 1997, RFC 4360, RFC 5701, RFC 8092)."""

from collections.abc import Iterable
from typing import Final

from hypothesis import strategies as st

from bgpkit.testing.strategies.fields import numbers, octets
from bgpkit_rib import Community, ExtendedCommunity, IPv6ExtendedCommunity, LargeCommunity
from bgpkit_rib.extended_communities.table import EXTENDED_COMMUNITIES, IPV6_EXTENDED_COMMUNITIES

_HEADS: Final = sorted({row.head for row in EXTENDED_COMMUNITIES.rows})
_IPV6_HEADS: Final = sorted({row.head for row in IPV6_EXTENDED_COMMUNITIES.rows})


def communities() -> st.SearchStrategy[Community]:
    """Return communities, those with a well-known name and their neighbours more often than others."""
    return (numbers(32) | st.integers(0xFFFF0000, 0xFFFFFFFF)).map(Community)


def large_communities() -> st.SearchStrategy[LargeCommunity]:
    """Return large communities."""
    return st.builds(LargeCommunity, numbers(32), numbers(32), numbers(32))


def extended_communities() -> st.SearchStrategy[ExtendedCommunity]:
    """Return extended communities, most of a kind that is known."""
    return _with_heads(_HEADS, 8).map(ExtendedCommunity)


def ipv6_extended_communities() -> st.SearchStrategy[IPv6ExtendedCommunity]:
    """Return IPv6 address specific extended communities, most of a kind that is known."""
    return _with_heads(_IPV6_HEADS, 20).map(IPv6ExtendedCommunity)


def _with_heads(heads: Iterable[bytes], length: int) -> st.SearchStrategy[bytes]:
    """Return octets that start with one of ``heads``, which tell the kind, and some that start in any way."""
    known = st.tuples(st.sampled_from(list(heads)), octets(length - 2)).map(b"".join)
    return st.one_of(known, known, octets(length))
