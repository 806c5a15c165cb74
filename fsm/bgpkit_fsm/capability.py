"""Capabilities that an OPEN may carry (RFC 5492), one frozen value each."""

from dataclasses import dataclass
from typing import TypeAlias

from bgpkit_fsm.family import Family
from bgpkit_fsm.family_capability import AddPathCapability, ExtendedNextHopCapability, OrfCapability
from bgpkit_fsm.restart_capability import GracefulRestartCapability, LongLivedGracefulRestartCapability
from bgpkit_fsm.role import RoleCapability


@dataclass(frozen=True, slots=True)
class MultiprotocolCapability:
    """Capability 1: the speaker exchanges routes of ``family``. RFC 4760, section 8."""

    family: Family
    reserved: int = 0
    """The octet between AFI and SAFI that a receiver ignores."""

    def __str__(self) -> str:
        """Return the name with the family, such as ``multiprotocol ipv4-unicast``."""
        return f"multiprotocol {self.family}"


@dataclass(frozen=True, slots=True)
class RouteRefreshCapability:
    """Capability 2: the speaker understands ROUTE-REFRESH. RFC 2918, section 2."""

    def __str__(self) -> str:
        """Return ``route-refresh``."""
        return "route-refresh"


@dataclass(frozen=True, slots=True)
class PrestandardRouteRefreshCapability:
    """Capability 128: a ROUTE-REFRESH from before the standard, no longer to be relied on. RFC 8810, section 3."""

    def __str__(self) -> str:
        """Return ``prestandard-route-refresh``."""
        return "prestandard-route-refresh"


@dataclass(frozen=True, slots=True)
class ExtendedMessageCapability:
    """Capability 6: the speaker receives messages of up to 65,535 octets. RFC 8654, section 3."""

    def __str__(self) -> str:
        """Return ``extended-message``."""
        return "extended-message"


@dataclass(frozen=True, slots=True)
class FourOctetAsCapability:
    """Capability 65: 4-octet AS numbers, and the speaker's own number. RFC 6793, section 3."""

    asn: int

    def __str__(self) -> str:
        """Return the name with the number, such as ``four-octet-as 64512``."""
        return f"four-octet-as {self.asn}"


@dataclass(frozen=True, slots=True)
class EnhancedRouteRefreshCapability:
    """Capability 70: BoRR and EoRR demarcate a refresh. RFC 7313, section 3.1."""

    def __str__(self) -> str:
        """Return ``enhanced-route-refresh``."""
        return "enhanced-route-refresh"


@dataclass(frozen=True, slots=True)
class FqdnCapability:
    """Capability 73: the speaker's names, for people. draft-walton-bgp-hostname-capability.

    Octets, since nothing keeps a peer from sending what is not UTF-8.
    """

    host_name: bytes
    domain_name: bytes = b""

    def __str__(self) -> str:
        """Return both names with a dot between, such as ``fqdn router.example.net``."""
        return f"fqdn {'.'.join(_legible(name) for name in (self.host_name, self.domain_name) if name)}".rstrip()


@dataclass(frozen=True, slots=True)
class SoftwareVersionCapability:
    """Capability 75: what software the speaker is, for people. draft-abraitis-bgp-version-capability."""

    version: bytes
    length_prefixed: bool = True
    """Whether an octet with the length stands before the text.

    The draft had it in its first revisions, and most speakers still write it so; the later ones dropped it.
    """

    def __str__(self) -> str:
        """Return the name with the version, such as ``software-version ExaBGP/5.0.0``."""
        return f"software-version {_legible(self.version)}".rstrip()


@dataclass(frozen=True, slots=True)
class LinkLocalNextHopCapability:
    """Capability 77: an IPv6 next hop may be a link-local address alone. draft-ietf-idr-linklocal-capability."""

    def __str__(self) -> str:
        """Return ``link-local-next-hop``."""
        return "link-local-next-hop"


@dataclass(frozen=True, slots=True)
class UnknownCapability:
    """A capability that this library does not interpret, kept octet for octet. RFC 5492, section 4."""

    code: int
    value: bytes

    def __str__(self) -> str:
        """Return the code and the octets, such as ``capability 200 0x0102``."""
        return f"capability {self.code} 0x{self.value.hex()}" if self.value else f"capability {self.code}"


Capability: TypeAlias = (
    MultiprotocolCapability
    | RouteRefreshCapability
    | PrestandardRouteRefreshCapability
    | OrfCapability
    | ExtendedNextHopCapability
    | ExtendedMessageCapability
    | RoleCapability
    | GracefulRestartCapability
    | FourOctetAsCapability
    | AddPathCapability
    | EnhancedRouteRefreshCapability
    | LongLivedGracefulRestartCapability
    | FqdnCapability
    | SoftwareVersionCapability
    | LinkLocalNextHopCapability
    | UnknownCapability
)


def _legible(octets: bytes) -> str:
    """Return octets as text on one line: what is not printable UTF-8 is escaped."""
    text = octets.decode("utf-8", "backslashreplace")
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)
