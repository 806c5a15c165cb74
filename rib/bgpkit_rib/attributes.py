"""The path attributes as values, for people and for policies."""

from dataclasses import dataclass
from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address
from typing import Final, TypeVar

from bgpkit_rib.as_path import AsPath
from bgpkit_rib.communities import Community, ExtendedCommunity, IPv6ExtendedCommunity, LargeCommunity

T = TypeVar("T")

_OWN_AS: Final = AsPath()


class Origin(IntEnum):
    """How the route came into BGP, the best first. RFC 4271, section 5.1.1."""

    IGP = 0
    EGP = 1
    INCOMPLETE = 2


@dataclass(frozen=True, slots=True)
class Aggregator:
    """The AS and the speaker that formed an aggregate. RFC 4271, section 5.1.7."""

    asn: int
    address: IPv4Address

    def __str__(self) -> str:
        """Return AS number and address: ``64512 192.0.2.1``."""
        return f"{self.asn} {self.address}"


@dataclass(frozen=True, slots=True)
class UnknownAttribute:
    """An attribute that is carried octet for octet. RFC 4271, section 5."""

    flags: int
    """The attribute flags octet; the extended length bit (0x10) may be set or not."""
    code: int
    value: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PathAttributes:
    """All that a route says beside its prefix.

    They are made from octets on demand, at the edge; the tables keep octets. An attribute that the route
    does not carry is None, False or an empty tuple.

    RFC 4271, section 5.
    """

    origin: Origin = Origin.IGP
    as_path: AsPath = _OWN_AS
    next_hop: IPv4Address | IPv6Address | None = None
    """Where to send packets; None for a local route that has none yet."""
    link_local_next_hop: IPv6Address | None = None
    """The second next hop of an IPv6 route. RFC 2545, section 3."""
    med: int | None = None
    """MULTI_EXIT_DISC, unsigned 32 bits; lower is better. RFC 4271, section 5.1.4."""
    local_pref: int | None = None
    """LOCAL_PREF, unsigned 32 bits; higher is better. RFC 4271, section 5.1.5."""
    atomic_aggregate: bool = False
    aggregator: Aggregator | None = None
    communities: tuple[Community, ...] = ()
    """RFC 1997."""
    extended_communities: tuple[ExtendedCommunity, ...] = ()
    """RFC 4360."""
    ipv6_extended_communities: tuple[IPv6ExtendedCommunity, ...] = ()
    """RFC 5701."""
    large_communities: tuple[LargeCommunity, ...] = ()
    """RFC 8092."""
    originator_id: IPv4Address | None = None
    """RFC 4456, section 8."""
    cluster_list: tuple[IPv4Address, ...] = ()
    """The clusters that reflected the route, the latest first. RFC 4456, section 8."""
    only_to_customer: int | None = None
    """The AS that has marked the route as one not to go up again. RFC 9234, section 5."""
    others: tuple[object, ...] = ()
    """Values of attributes without a field here that the codec can read, in ascending order of their codes.

    Each is of a class of its own: `find` returns the one of a class.
    """
    unknown: tuple[UnknownAttribute, ...] = ()
    """The attributes that nobody here can read, in ascending order of their codes."""

    def find(self, kind: type[T]) -> T | None:
        """Return the one of ``others`` that is a ``kind``, such as an ``Aigp``, or None."""
        return next((value for value in self.others if isinstance(value, kind)), None)
