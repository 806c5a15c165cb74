"""The extended communities that are known: one table for those of eight octets, one for those of twenty."""

from typing import Final, TypeAlias

from bgpkit_rib.extended_communities.address_fields import Ipv6
from bgpkit_rib.extended_communities.administrator import IPV6, ipv6
from bgpkit_rib.extended_communities.evpn import EVPN_ROWS, EvpnValue
from bgpkit_rib.extended_communities.fields import Flag, Reserved
from bgpkit_rib.extended_communities.flowspec import FLOWSPEC_ROWS, FlowspecValue, RedirectToIp, RtRedirect
from bgpkit_rib.extended_communities.row import Row, RowTable
from bgpkit_rib.extended_communities.tunnels import TUNNEL_ROWS, TunnelValue
from bgpkit_rib.extended_communities.vpn import VPN_ROWS, RouteOrigin, RouteTarget, VpnValue, VrfRouteImport

ExtendedCommunityValue: TypeAlias = VpnValue | TunnelValue | EvpnValue | FlowspecValue
"""What an extended community means."""
IPv6ExtendedCommunityValue: TypeAlias = RouteTarget | RouteOrigin | VrfRouteImport | RtRedirect | RedirectToIp
"""What an IPv6 address specific extended community means."""

EXTENDED_COMMUNITIES: Final[RowTable[ExtendedCommunityValue]] = RowTable(
    8, (*VPN_ROWS, *TUNNEL_ROWS, *EVPN_ROWS, *FLOWSPEC_ROWS)
)
"""RFC 4360 and the IANA registry that RFC 7153 founded."""

_IPV6_ROWS: Final[tuple[Row[IPv6ExtendedCommunityValue], ...]] = (
    ipv6(0x0002, RouteTarget, "rt", "target", "route-target"),
    ipv6(0x0003, RouteOrigin, "ro", "origin", "route-origin", "soo"),
    Row(b"\x00\x0b", VrfRouteImport, IPV6, "vrf-route-import"),
    Row(b"\x00\x0c", RedirectToIp, (Flag("copy", 0, "copy"), Ipv6("address", 16), Reserved(0xFFFE)), "redirect-to-ip"),
    ipv6(0x000D, RtRedirect, "redirect"),
)
IPV6_EXTENDED_COMMUNITIES: Final[RowTable[IPv6ExtendedCommunityValue]] = RowTable(20, _IPV6_ROWS)
"""RFC 5701."""
