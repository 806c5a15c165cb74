"""The values of mobile user plane routes (draft-ietf-bess-mup-safi-00, sections 3.1.1 to 3.1.4)."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import TypeAlias

from bgpkit_rib import Prefix, RouteDistinguisher


@dataclass(frozen=True, slots=True)
class MupInterworkSegment:
    """An Interwork Segment Discovery route, type 1: a prefix on the side of the radio network.

    draft-ietf-bess-mup-safi-00, section 3.1.1.
    """

    route_distinguisher: RouteDistinguisher
    prefix: Prefix

    def __str__(self) -> str:
        """Return ``isd rd 65000:1 10.0.0.0/24``."""
        return f"isd rd {self.route_distinguisher} {self.prefix}"


@dataclass(frozen=True, slots=True)
class MupDirectSegment:
    """A Direct Segment Discovery route, type 2: a PE on the side of the data network.

    draft-ietf-bess-mup-safi-00, section 3.1.2.
    """

    route_distinguisher: RouteDistinguisher
    address: IPv4Address | IPv6Address

    def __str__(self) -> str:
        """Return ``dsd rd 65000:1 192.0.2.1``."""
        return f"dsd rd {self.route_distinguisher} {self.address}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MupType1Session:
    """A Type 1 Session Transformed route, type 3: the tunnel to a user's equipment.

    Route distinguisher and prefix identify it; the other fields, of the architecture 3gpp-5g, belong to the path.
    ValueError for a number that does not fit its field, and for tunnel endpoint identifier 0.
    draft-ietf-bess-mup-safi-00, sections 3.1.3 and 3.1.3.1.
    """

    route_distinguisher: RouteDistinguisher
    prefix: Prefix
    """Of the user's equipment."""
    teid: int
    """Tunnel endpoint identifier; 32 bits."""
    qfi: int
    """QoS flow identifier; 8 bits."""
    endpoint: IPv4Address | IPv6Address
    source: IPv4Address | IPv6Address | None = None
    source_length: bool = True
    """Whether there is a length octet for the source, if only a 0; early drafts ended with the endpoint."""

    def __post_init__(self) -> None:
        """Refuse what no octets say."""
        if not 0 < self.teid < 1 << 32:
            raise ValueError(f"tunnel endpoint identifier {self.teid} is not in 1 to {(1 << 32) - 1}")
        if not 0 <= self.qfi < 1 << 8:
            raise ValueError(f"QoS flow identifier {self.qfi} does not fit an octet")
        if self.source is not None and not self.source_length:
            raise ValueError(f"a session with source {self.source} has a length octet for it")

    def __str__(self) -> str:
        """Return ``t1st rd 65000:1 10.0.0.1/32 teid 12345 qfi 9 endpoint 192.0.2.1``, and the source if any."""
        session = f"{self.prefix} teid {self.teid} qfi {self.qfi} endpoint {self.endpoint}"
        source = "" if self.source is None else f" source {self.source}"
        return f"t1st rd {self.route_distinguisher} {session}{source}"


@dataclass(frozen=True, slots=True)
class MupType2Session:
    """A Type 2 Session Transformed route, type 4: tunnels that end at one address.

    ValueError for more than 32 bits, octets that are not as many as the bits ask for, or identifier 0.
    draft-ietf-bess-mup-safi-00, sections 3.1.4 and 3.1.4.1.
    """

    route_distinguisher: RouteDistinguisher
    endpoint: IPv4Address | IPv6Address
    teid_bits: int = 0
    """How many leading bits of the tunnel endpoint identifier are told: 0 to 32."""
    teid: bytes = b""
    """The fewest octets that hold so many bits."""

    def __post_init__(self) -> None:
        """Refuse what no octets say."""
        if not 0 <= self.teid_bits <= 32 or len(self.teid) != (self.teid_bits + 7) // 8:
            raise ValueError(f"a tunnel endpoint identifier of {self.teid_bits} bits in {len(self.teid)} octets")
        if self.teid and not any(self.teid):
            raise ValueError("a tunnel endpoint identifier of 0")

    def __str__(self) -> str:
        """Return ``t2st rd 65000:1 endpoint 192.0.2.1 teid 0x00003039/32``."""
        teid = f" teid 0x{self.teid.hex()}/{self.teid_bits}" if self.teid_bits else ""
        return f"t2st rd {self.route_distinguisher} endpoint {self.endpoint}{teid}"


MupRoute: TypeAlias = MupInterworkSegment | MupDirectSegment | MupType1Session | MupType2Session
"""A route of the architecture 3gpp-5g."""
