"""Address families, as the pair (AFI, SAFI) that capabilities and messages carry."""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

_NUMBERED: Final = re.compile(r"afi-(0|[1-9][0-9]{0,4})-safi-(0|[1-9][0-9]{0,2})")


class Family(NamedTuple):
    """One address family: an AFI and a SAFI as IANA numbers them; a tuple, since tables are looked up by it.

    RFC 4760, section 3.
    """

    afi: int
    """Address Family Identifier, 0 to 65535."""
    safi: int
    """Subsequent Address Family Identifier, 0 to 255."""

    def __str__(self) -> str:
        """Return the usual name, such as ``ipv4-unicast``, or the two numbers: ``afi-1-safi-200``."""
        return _NAMES.get(self, f"afi-{self.afi}-safi-{self.safi}")

    @classmethod
    def parse(cls, text: str) -> "Family":
        """Return the family that ``text`` names, by name or by its numbers, as ``str`` writes them.

        ValueError tells the names that are known.
        """
        family = _FAMILIES.get(text)
        if family is not None:
            return family
        numbers = _NUMBERED.fullmatch(text)
        if numbers is not None and int(numbers[1]) <= 0xFFFF and int(numbers[2]) <= 0xFF:
            return cls(int(numbers[1]), int(numbers[2]))
        known = ", ".join(sorted(_FAMILIES))
        raise ValueError(f"unknown address family {text!r}; known: {known}, and afi-AFI-safi-SAFI by numbers")


IPV4_UNICAST: Final = Family(1, 1)
"""RFC 4760, section 6."""
IPV4_MULTICAST: Final = Family(1, 2)
"""RFC 4760, section 6."""
IPV4_LABELED_UNICAST: Final = Family(1, 4)
"""RFC 8277, section 2."""
IPV4_MVPN: Final = Family(1, 5)
"""RFC 6514, section 4."""
IPV4_SR_POLICY: Final = Family(1, 73)
"""RFC 9830, section 2.1."""
IPV4_MUP: Final = Family(1, 85)
"""Mobile user plane: draft-ietf-bess-mup-safi."""
IPV4_VPN: Final = Family(1, 128)
"""RFC 4364, section 4.3.4."""
IPV4_MULTICAST_VPN: Final = Family(1, 129)
"""RFC 6514, section 9."""
IPV4_ROUTE_TARGET: Final = Family(1, 132)
"""Route target constraint. RFC 4684, section 4."""
IPV4_FLOWSPEC: Final = Family(1, 133)
"""RFC 8955, section 4."""
IPV4_FLOWSPEC_VPN: Final = Family(1, 134)
"""RFC 8955, section 8."""
IPV6_UNICAST: Final = Family(2, 1)
"""RFC 2545, section 3."""
IPV6_MULTICAST: Final = Family(2, 2)
"""RFC 2545, section 3."""
IPV6_LABELED_UNICAST: Final = Family(2, 4)
"""RFC 8277, section 2."""
IPV6_MVPN: Final = Family(2, 5)
"""RFC 6514, section 4."""
IPV6_SR_POLICY: Final = Family(2, 73)
"""RFC 9830, section 2.1."""
IPV6_MUP: Final = Family(2, 85)
"""Mobile user plane: draft-ietf-bess-mup-safi."""
IPV6_VPN: Final = Family(2, 128)
"""RFC 4659, section 3.2."""
IPV6_MULTICAST_VPN: Final = Family(2, 129)
"""RFC 6514, section 9."""
IPV6_FLOWSPEC: Final = Family(2, 133)
"""RFC 8956, section 3."""
IPV6_FLOWSPEC_VPN: Final = Family(2, 134)
"""RFC 8956, section 5."""
L2VPN_VPLS: Final = Family(25, 65)
"""RFC 4761, section 3.2.2."""
L2VPN_EVPN: Final = Family(25, 70)
"""RFC 7432, section 7."""
L2VPN_FLOWSPEC: Final = Family(25, 134)
"""Flow specifications of a layer 2 VPN: draft-ietf-idr-flowspec-l2vpn."""
BGP_LS: Final = Family(16388, 71)
"""RFC 9552, section 5.2."""
BGP_LS_VPN: Final = Family(16388, 72)
"""RFC 9552, section 5.2."""

_NAMES: Final[Mapping[Family, str]] = {
    IPV4_UNICAST: "ipv4-unicast",
    IPV4_MULTICAST: "ipv4-multicast",
    IPV4_LABELED_UNICAST: "ipv4-labeled-unicast",
    IPV4_MVPN: "ipv4-mvpn",
    IPV4_SR_POLICY: "ipv4-sr-policy",
    IPV4_MUP: "ipv4-mup",
    IPV4_VPN: "ipv4-vpn",
    IPV4_MULTICAST_VPN: "ipv4-multicast-vpn",
    IPV4_ROUTE_TARGET: "ipv4-route-target",
    IPV4_FLOWSPEC: "ipv4-flowspec",
    IPV4_FLOWSPEC_VPN: "ipv4-flowspec-vpn",
    IPV6_UNICAST: "ipv6-unicast",
    IPV6_MULTICAST: "ipv6-multicast",
    IPV6_LABELED_UNICAST: "ipv6-labeled-unicast",
    IPV6_MVPN: "ipv6-mvpn",
    IPV6_SR_POLICY: "ipv6-sr-policy",
    IPV6_MUP: "ipv6-mup",
    IPV6_VPN: "ipv6-vpn",
    IPV6_MULTICAST_VPN: "ipv6-multicast-vpn",
    IPV6_FLOWSPEC: "ipv6-flowspec",
    IPV6_FLOWSPEC_VPN: "ipv6-flowspec-vpn",
    L2VPN_VPLS: "l2vpn-vpls",
    L2VPN_EVPN: "l2vpn-evpn",
    L2VPN_FLOWSPEC: "l2vpn-flowspec",
    BGP_LS: "bgp-ls",
    BGP_LS_VPN: "bgp-ls-vpn",
}
_FAMILIES: Final[Mapping[str, Family]] = {name: family for family, name in _NAMES.items()}
