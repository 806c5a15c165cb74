"""The attributes of a route as one value, for a RIB and for policies."""

from ipaddress import IPv4Address, IPv6Address
from typing import Final

from hypothesis import strategies as st

from bgpkit.testing.strategies.as_paths import as_paths
from bgpkit.testing.strategies.attributes import SESSION, attribute_values, next_hops
from bgpkit.testing.strategies.attributes.single import unknown
from bgpkit.testing.strategies.communities import (
    communities,
    extended_communities,
    ipv6_extended_communities,
    large_communities,
)
from bgpkit.testing.strategies.fields import asns, ipv4_addresses, numbers
from bgpkit.wire import AttributeCode, VpnAddress
from bgpkit.wire.attributes.code import EXTENDED_LENGTH
from bgpkit_fsm import IPV4_UNICAST, Family
from bgpkit_rib import Aggregator, Origin, PathAttributes, UnknownAttribute

_OTHERS: Final = (
    AttributeCode.PMSI_TUNNEL,
    AttributeCode.TUNNEL_ENCAPSULATION,
    AttributeCode.AIGP,
    AttributeCode.BGP_LS,
    AttributeCode.PREFIX_SID,
    AttributeCode.ATTR_SET,
)
"""The attributes whose values stand in ``others``: in ascending order of their codes, as there."""


@st.composite
def path_attributes(
    draw: st.DrawFn, family: Family = IPV4_UNICAST, *, extended_next_hop: bool = False
) -> PathAttributes:
    """Draw attributes that a route of ``family`` may have; `bgpkit.wire.encode_attributes` writes them.

    With ``extended_next_hop`` an IPv4 route may have an IPv6 next hop. RFC 8950, section 3.
    """
    hops = draw(next_hops(family, extended=extended_next_hop))
    bare = [each.address if isinstance(each, VpnAddress) else each for each in hops]
    addresses = [each for each in bare if isinstance(each, IPv4Address | IPv6Address)]
    others = draw(st.sets(st.sampled_from(_OTHERS), max_size=2))
    unknown_ones = draw(st.lists(unknown(), max_size=3, unique_by=lambda each: each.code))
    return PathAttributes(
        origin=draw(st.sampled_from(Origin)),
        as_path=draw(as_paths()),
        next_hop=addresses[0] if addresses else None,
        link_local_next_hop=next((each for each in addresses[1:] if isinstance(each, IPv6Address)), None),
        med=draw(st.none() | numbers(32)),
        local_pref=draw(st.none() | numbers(32)),
        atomic_aggregate=draw(st.booleans()),
        aggregator=draw(st.none() | st.builds(Aggregator, asns(), ipv4_addresses())),
        communities=tuple(draw(st.lists(communities(), max_size=70))),
        extended_communities=tuple(draw(st.lists(extended_communities(), max_size=3))),
        ipv6_extended_communities=tuple(draw(st.lists(ipv6_extended_communities(), max_size=2))),
        large_communities=tuple(draw(st.lists(large_communities(), max_size=3))),
        originator_id=draw(st.none() | ipv4_addresses()),
        cluster_list=tuple(draw(st.lists(ipv4_addresses(), max_size=3))),
        only_to_customer=draw(st.none() | asns()),
        others=tuple(draw(attribute_values(code, SESSION)) for code in sorted(others)),
        unknown=tuple(_unknown(*each) for each in sorted(unknown_ones, key=lambda each: each.code)),
    )


def _unknown(flags: int, code: int, value: object) -> UnknownAttribute:
    return UnknownAttribute(flags & ~EXTENDED_LENGTH, code, value if isinstance(value, bytes) else b"")
