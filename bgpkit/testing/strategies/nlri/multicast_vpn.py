"""Multicast VPN routes (RFC 6514, section 4)."""

from hypothesis import strategies as st

from bgpkit.testing.strategies.fields import addresses, numbers, route_distinguishers
from bgpkit.wire.families.mvpn_routes import (
    MvpnInterAsPmsi,
    MvpnIntraAsPmsi,
    MvpnLeaf,
    MvpnRoute,
    MvpnSelectivePmsi,
    MvpnSharedTreeJoin,
    MvpnSourceActive,
    MvpnSourceTreeJoin,
)
from bgpkit.wire.families.opaque import OpaqueNlri


def mvpn_routes(width: int) -> st.SearchStrategy[MvpnRoute]:
    """Return routes of the types 1 to 7 for sources and groups with addresses of ``width`` bits."""
    rd, router, flow = route_distinguishers(), addresses(), st.none() | addresses(width)
    inter_as = st.builds(MvpnInterAsPmsi, rd, numbers(32))
    selective = st.builds(MvpnSelectivePmsi, rd, flow, flow, router)
    # A Leaf A-D route may answer a route of another type, whose octets it then carries. RFC 6514, section 4.4.
    other_keys = st.binary(max_size=20).map(lambda value: OpaqueNlri(bytes((1, len(value))) + value))
    return st.one_of(
        st.builds(MvpnIntraAsPmsi, rd, router),
        inter_as,
        selective,
        st.builds(MvpnLeaf, st.one_of(inter_as, selective, other_keys), router),
        st.builds(MvpnSourceActive, rd, flow, flow),
        st.builds(MvpnSharedTreeJoin, rd, numbers(32), flow, flow),
        st.builds(MvpnSourceTreeJoin, rd, numbers(32), flow, flow),
    )
