"""Routes of Ethernet VPNs (RFC 7432, RFC 9136)."""

from typing import Final

from hypothesis import strategies as st

from bgpkit.testing.strategies.fields import addresses, mac_addresses, numbers, octets, route_distinguishers
from bgpkit.wire.families.ethernet_segment import SINGLE_HOMED, EthernetSegmentIdentifier
from bgpkit.wire.families.evpn_values import (
    OPAQUE_TYPES,
    EthernetAutoDiscoveryRoute,
    EthernetSegmentRoute,
    EvpnRouteType,
    InclusiveMulticastRoute,
    IpPrefixRoute,
    MacIpAdvertisementRoute,
    OpaqueEvpnRoute,
)

_SEGMENTS: Final = st.just(SINGLE_HOMED) | octets(10).map(EthernetSegmentIdentifier)
_TAGS: Final = st.just(0) | numbers(32)
_LABELS: Final = numbers(24)
_SHORTEST: Final = 6
"""Octets that a route carried as it is must have at least: those at its end that are no part of its key."""


@st.composite
def _ip_prefix_routes(draw: st.DrawFn) -> IpPrefixRoute:
    """Draw an IP Prefix route; prefix and gateway are of one family. RFC 9136, section 3.1."""
    width = draw(st.sampled_from([32, 128]))
    return IpPrefixRoute(
        route_distinguisher=draw(route_distinguishers()),
        ethernet_segment=draw(_SEGMENTS),
        ethernet_tag=draw(_TAGS),
        ip_prefix_length=draw(st.integers(0, width)),
        ip_prefix=draw(addresses(width)),
        gateway=draw(addresses(width)),
        label=draw(_LABELS),
    )


EVPN_ROUTES: Final = st.one_of(
    st.builds(
        EthernetAutoDiscoveryRoute,
        route_distinguisher=route_distinguishers(),
        ethernet_segment=_SEGMENTS,
        ethernet_tag=_TAGS,
        label=_LABELS,
    ),
    st.builds(
        MacIpAdvertisementRoute,
        route_distinguisher=route_distinguishers(),
        ethernet_segment=_SEGMENTS,
        ethernet_tag=_TAGS,
        mac_address=mac_addresses(),
        ip_address=st.none() | addresses(),
        label=_LABELS,
        second_label=st.none() | _LABELS,
    ),
    st.builds(
        InclusiveMulticastRoute,
        route_distinguisher=route_distinguishers(),
        ethernet_tag=_TAGS,
        originating_router=addresses(),
    ),
    st.builds(
        EthernetSegmentRoute,
        route_distinguisher=route_distinguishers(),
        ethernet_segment=_SEGMENTS,
        originating_router=addresses(),
    ),
    _ip_prefix_routes(),
    st.builds(
        OpaqueEvpnRoute,
        st.sampled_from([EvpnRouteType(kind) for kind in OPAQUE_TYPES]),
        st.binary(min_size=_SHORTEST, max_size=60),
    ),
)
"""Routes of the types 1 to 5, and of the types 6 to 11, which are carried octet for octet."""
