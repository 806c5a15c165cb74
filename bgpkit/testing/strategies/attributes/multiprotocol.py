"""MP_REACH_NLRI and MP_UNREACH_NLRI (RFC 4760, sections 3 and 4)."""

from functools import cache
from typing import Final

from hypothesis import strategies as st

from bgpkit.testing.strategies.fields import ipv4_addresses, ipv4_hosts, ipv6_addresses, numbers, route_distinguishers
from bgpkit.testing.strategies.nlri import NLRI_STRATEGIES, nlri
from bgpkit.wire import ROWS, MpReach, MpUnreach, NextHop, Nlri, PathNlri, UpdateContext, VpnAddress
from bgpkit_fsm import Family
from bgpkit_rib import RouteDistinguisher

_RDS: Final = st.just(RouteDistinguisher(bytes(8))) | route_distinguishers()
_IPV6: Final = ipv6_addresses()
_VPN_IPV6: Final = st.builds(VpnAddress, _RDS, _IPV6)
_NEXT_HOPS: Final[dict[int, st.SearchStrategy[tuple[NextHop, ...]]]] = {
    0: st.just(tuple[NextHop, ...]()),
    4: st.tuples(ipv4_hosts()),
    12: st.tuples(st.builds(VpnAddress, _RDS, ipv4_addresses())),
    16: st.tuples(_IPV6),
    24: st.tuples(_VPN_IPV6),
    32: st.tuples(_IPV6, _IPV6),
    48: st.tuples(_VPN_IPV6, _VPN_IPV6),
}
"""Next hops by their length. RFC 2545, section 3; RFC 4364, section 4.3.2; RFC 4659, section 3.2.1."""


def next_hops(family: Family, *, extended: bool = False) -> st.SearchStrategy[tuple[NextHop, ...]]:
    """Return next hops that MP_REACH_NLRI of ``family`` may have; IPv6 ones of IPv4 routes too when ``extended``.

    Families that have no use for one have none. RFC 4760, section 3; RFC 8950, section 3; RFC 8955, section 4.
    """
    row = ROWS[family]
    if 0 in row.next_hop_lengths:
        return _NEXT_HOPS[0]
    return st.one_of(
        *(
            hops
            for length, hops in _NEXT_HOPS.items()
            if length in row.next_hop_lengths or (extended and length in row.ipv6_next_hop_lengths)
        )
    )


def routes(
    family: Family, *, add_path: bool, withdrawn: bool = False, min_size: int = 0, max_size: int = 4
) -> st.SearchStrategy[tuple[Nlri, ...]]:
    """Return NLRI of one field, each once; with Path Identifiers under ``add_path``. RFC 7911, section 3."""
    one = nlri(family, withdrawn=withdrawn)
    with_path = st.builds(PathNlri, numbers(32), one) if add_path else one
    return st.lists(with_path, min_size=min_size, max_size=max_size, unique=True).map(tuple)


def announcements(context: UpdateContext) -> st.SearchStrategy[MpReach]:
    """Return MP_REACH_NLRI of the families of a session, as the side with ``context`` sends them."""
    return st.sampled_from(drawable(context)).flatmap(
        lambda family: _reach(family, family in context.extended_next_hop, family in context.add_path_send)
    )


def withdrawals(context: UpdateContext) -> st.SearchStrategy[MpUnreach]:
    """Return MP_UNREACH_NLRI of the families of a session, End-of-RIB markers too; see `announcements`."""
    return st.sampled_from(drawable(context)).flatmap(lambda family: _unreach(family, family in context.add_path_send))


def drawable(context: UpdateContext) -> list[Family]:
    """Return the families of a session whose NLRI can be drawn, in order."""
    return sorted(context.families & NLRI_STRATEGIES.keys())


@cache
def _reach(family: Family, extended: bool, add_path: bool) -> st.SearchStrategy[MpReach]:
    hops, sent = next_hops(family, extended=extended), routes(family, add_path=add_path, min_size=1)
    return st.builds(MpReach, st.just(family), hops, sent)


@cache
def _unreach(family: Family, add_path: bool) -> st.SearchStrategy[MpUnreach]:
    return st.builds(MpUnreach, st.just(family), routes(family, add_path=add_path, withdrawn=True))
