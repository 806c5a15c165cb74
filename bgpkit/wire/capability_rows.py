"""The capabilities that concern the session as a whole, one row each."""

from typing import Final

from bgpkit.wire.capability_row import CapabilityRow, bare_row, capability_row, number, read_family
from bgpkit_fsm import (
    EnhancedRouteRefreshCapability,
    ExtendedMessageCapability,
    FourOctetAsCapability,
    FqdnCapability,
    LinkLocalNextHopCapability,
    MultiprotocolCapability,
    PrestandardRouteRefreshCapability,
    RoleCapability,
    RouteRefreshCapability,
    SoftwareVersionCapability,
)


def _decode_multiprotocol(value: bytes) -> MultiprotocolCapability | None:
    """Read AFI, a reserved octet and SAFI. RFC 4760, section 8."""
    if len(value) != 4:
        return None
    return MultiprotocolCapability(read_family(value[:2] + value[3:], 0), value[2])


def _encode_multiprotocol(capability: MultiprotocolCapability) -> bytes:
    afi, safi = capability.family.afi, capability.family.safi
    return number(afi, 2, "AFI") + number(capability.reserved, 1, "reserved octet") + number(safi, 1, "SAFI")


def _decode_role(value: bytes) -> RoleCapability | None:
    """Read one octet. RFC 9234, section 4.1."""
    return RoleCapability(value[0]) if len(value) == 1 else None


def _decode_four_octet_as(value: bytes) -> FourOctetAsCapability | None:
    """Read four octets. RFC 6793, section 3."""
    return FourOctetAsCapability(int.from_bytes(value, "big")) if len(value) == 4 else None


def _decode_fqdn(value: bytes) -> FqdnCapability | None:
    """Read two names, the length of each in an octet before it. draft-walton-bgp-hostname-capability."""
    if not value or len(value) < 2 + value[0]:
        return None
    host_end = 1 + value[0]
    host_name, domain_name = value[1:host_end], value[host_end + 1 :]
    return FqdnCapability(host_name, domain_name) if len(domain_name) == value[host_end] else None


def _encode_fqdn(capability: FqdnCapability) -> bytes:
    names = (capability.host_name, capability.domain_name)
    return b"".join(number(len(name), 1, "length of a name,") + name for name in names)


def _decode_software_version(value: bytes) -> SoftwareVersionCapability:
    """Read a text that its length stands before, or one that is the whole value.

    draft-abraitis-bgp-version-capability, before and from its revision 15 on. A first octet that is the length of
    what follows is taken for the length.
    """
    if value and value[0] == len(value) - 1:
        return SoftwareVersionCapability(value[1:])
    return SoftwareVersionCapability(value, length_prefixed=False)


def _encode_software_version(capability: SoftwareVersionCapability) -> bytes:
    if not capability.length_prefixed:
        return capability.version
    return number(len(capability.version), 1, "length of a software version,") + capability.version


SESSION_ROWS: Final[tuple[CapabilityRow, ...]] = (
    capability_row(1, MultiprotocolCapability, _decode_multiprotocol, _encode_multiprotocol),
    bare_row(2, RouteRefreshCapability()),
    bare_row(6, ExtendedMessageCapability()),
    capability_row(9, RoleCapability, _decode_role, lambda capability: number(capability.role, 1, "role")),
    capability_row(
        65, FourOctetAsCapability, _decode_four_octet_as, lambda capability: number(capability.asn, 4, "AS number")
    ),
    bare_row(70, EnhancedRouteRefreshCapability()),
    capability_row(73, FqdnCapability, _decode_fqdn, _encode_fqdn),
    capability_row(75, SoftwareVersionCapability, _decode_software_version, _encode_software_version),
    bare_row(77, LinkLocalNextHopCapability()),
    bare_row(128, PrestandardRouteRefreshCapability()),
)
