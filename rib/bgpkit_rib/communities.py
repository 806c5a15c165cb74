"""The kinds of community as values: communities, large ones, extended ones and those with an IPv6 address."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from bgpkit_rib.decimals import read_decimals, read_hexadecimal
from bgpkit_rib.extended_communities.table import (
    EXTENDED_COMMUNITIES,
    IPV6_EXTENDED_COMMUNITIES,
    ExtendedCommunityValue,
    IPv6ExtendedCommunityValue,
)


class Community(int):
    """A community: 32 bits, written ``64512:100`` or by its well-known name.

    It is an int, so it compares, sorts and packs as one. ValueError when the number does not fit.

    RFC 1997; the well-known ones: the IANA registry that it founded.
    """

    __slots__ = ()

    def __new__(cls, value: int) -> Self:
        """Make a community of an unsigned 32-bit ``value``."""
        if not 0 <= value < 1 << 32:
            raise ValueError(f"a community is a number of 32 bits, not {value}")
        return super().__new__(cls, value)

    @classmethod
    def parse(cls, text: str) -> "Community":
        """Return the community that ``text`` names: ``64512:100`` or ``no-export``; ValueError otherwise.

        Names are read in either case, with hyphens or underscores; other usual names are read, too: ``gshut``.
        """
        if text in _BY_NAME:
            return _BY_NAME[text]
        name = text.lower().replace("_", "-")
        name = _OTHER_NAMES.get(name, name)
        if name in _BY_NAME:
            return _BY_NAME[name]
        high, low = _numbers(text, (16, 16), "community")
        return cls(high << 16 | low)

    def __str__(self) -> str:
        """Return the well-known name, or the two halves: ``64512:100``."""
        return _NAMES.get(self, f"{self >> 16}:{self & 0xFFFF}")

    def __repr__(self) -> str:
        """Return a constructor call that a person can read."""
        return f"Community.parse({str(self)!r})"


def _numbers(text: str, bits: Sequence[int], what: str) -> tuple[int, ...]:
    """Read colon-separated decimal numbers of at most so many bits each."""
    numbers = read_decimals(text, bits)
    if numbers is None:
        shape = ":".join(f"<{size} bits>" for size in bits)
        raise ValueError(f"{what} {text!r} is not of the form {shape}, decimal and without leading zeros")
    return numbers


GRACEFUL_SHUTDOWN: Final = Community(0xFFFF0000)
"""The path is about to go away. RFC 8326."""
ACCEPT_OWN: Final = Community(0xFFFF0001)
"""The speaker that first told the route may take it back into another VRF. RFC 7611."""
ROUTE_FILTER_TRANSLATED_V4: Final = Community(0xFFFF0002)
"""Marks an IPv4 route that stands for a route target filter. draft-l3vpn-legacy-rtc."""
ROUTE_FILTER_V4: Final = Community(0xFFFF0003)
"""Marks an IPv4 route that is a route target filter. draft-l3vpn-legacy-rtc."""
ROUTE_FILTER_TRANSLATED_V6: Final = Community(0xFFFF0004)
"""The same for IPv6. draft-l3vpn-legacy-rtc."""
ROUTE_FILTER_V6: Final = Community(0xFFFF0005)
"""The same for IPv6. draft-l3vpn-legacy-rtc."""
LLGR_STALE: Final = Community(0xFFFF0006)
"""The path is kept by long-lived graceful restart. RFC 9494, section 4.6."""
NO_LLGR: Final = Community(0xFFFF0007)
"""The path is not to be kept by long-lived graceful restart. RFC 9494, section 4.6."""
ACCEPT_OWN_NEXTHOP: Final = Community(0xFFFF0008)
"""The route may be taken although its next hop is the speaker itself. draft-agrewal-idr-accept-own-nexthop."""
STANDBY_PE: Final = Community(0xFFFF0009)
"""The PE stands by for a multicast VPN. RFC 9026."""
BLACKHOLE: Final = Community(0xFFFF029A)
"""Traffic is to be discarded. RFC 7999."""
NO_EXPORT: Final = Community(0xFFFFFF01)
"""Not to be advertised outside the AS or confederation. RFC 1997, "Well-known Communities"."""
NO_ADVERTISE: Final = Community(0xFFFFFF02)
"""Not to be advertised to any peer. RFC 1997, "Well-known Communities"."""
NO_EXPORT_SUBCONFED: Final = Community(0xFFFFFF03)
"""Not to be advertised to external peers, those within the confederation included. RFC 1997."""
NO_PEER: Final = Community(0xFFFFFF04)
"""Need not be advertised over bilateral peerings. RFC 3765."""

_BY_NAME: Final = {
    "graceful-shutdown": GRACEFUL_SHUTDOWN,
    "accept-own": ACCEPT_OWN,
    "route-filter-translated-v4": ROUTE_FILTER_TRANSLATED_V4,
    "route-filter-v4": ROUTE_FILTER_V4,
    "route-filter-translated-v6": ROUTE_FILTER_TRANSLATED_V6,
    "route-filter-v6": ROUTE_FILTER_V6,
    "llgr-stale": LLGR_STALE,
    "no-llgr": NO_LLGR,
    "accept-own-nexthop": ACCEPT_OWN_NEXTHOP,
    "standby-pe": STANDBY_PE,
    "blackhole": BLACKHOLE,
    "no-export": NO_EXPORT,
    "no-advertise": NO_ADVERTISE,
    "no-export-subconfed": NO_EXPORT_SUBCONFED,
    "no-peer": NO_PEER,
}
_NAMES: Final = {community: name for name, community in _BY_NAME.items()}
_OTHER_NAMES: Final = {
    "gshut": "graceful-shutdown",
    "planned-shut": "graceful-shutdown",
    "nopeer": "no-peer",
    "local-as": "no-export-subconfed",
    "no-export-sub-confed": "no-export-subconfed",
}
"""What other daemons call them: FRR, GoBGP and the RFCs themselves."""


@dataclass(frozen=True, slots=True, order=True)
class LargeCommunity:
    """A large community: three numbers of 32 bits, written ``64512:1:2``. RFC 8092, section 3."""

    global_admin: int
    """The AS that defines the meaning of the rest."""
    data1: int
    data2: int

    def __post_init__(self) -> None:
        """Refuse numbers that do not fit."""
        if not 0 <= self.global_admin | self.data1 | self.data2 < 1 << 32:
            raise ValueError(f"a large community is three numbers of 32 bits, not {self}")

    @classmethod
    def parse(cls, text: str) -> "LargeCommunity":
        """Return the large community that ``text`` writes as ``64512:1:2``; ValueError otherwise.

        The numbers have no leading zeros. RFC 8092, section 5.
        """
        return cls(*_numbers(text, (32, 32, 32), "large community"))

    def __str__(self) -> str:
        """Return the three numbers: ``64512:1:2``."""
        return f"{self.global_admin}:{self.data1}:{self.data2}"


@dataclass(frozen=True, slots=True, order=True)
class ExtendedCommunity:
    """An extended community: eight octets, the first one or two their type.

    Its text names the kind and the fields: ``rt:64512:100``, ``encapsulation:vxlan``, ``flowspec-rate:64512:0``.
    What is of no known kind, or has bits set that such a text would not tell, is ``0x`` and hexadecimal digits.
    So every eight octets have one text, and ``parse`` reads it back. ValueError when there are not eight.

    RFC 4360, section 2; 4-octet AS numbers: RFC 5668, section 2.
    """

    octets: bytes

    def __post_init__(self) -> None:
        """Refuse what is not eight octets."""
        if len(self.octets) != 8:
            raise ValueError(f"an extended community is 8 octets, not {len(self.octets)}")

    @classmethod
    def parse(cls, text: str) -> "ExtendedCommunity":
        """Return the extended community that ``text`` writes; ValueError otherwise.

        Names are read in either case, and other usual ones are read, too: ``target:64512:100``, ``SoO:64512:7``.
        """
        octets = read_hexadecimal(text, 8) or EXTENDED_COMMUNITIES.parse(text)
        if octets is None:
            raise ValueError(
                f"extended community {text!r} has no known form, like rt:64512:100, nor 0x and 16 hexadecimal digits"
            )
        return cls(octets)

    @classmethod
    def from_value(cls, value: ExtendedCommunityValue) -> "ExtendedCommunity":
        """Return the extended community that means ``value``; ValueError when a number does not fit."""
        octets = EXTENDED_COMMUNITIES.octets(value)
        if octets is None:
            raise ValueError(f"{value} does not fit in an extended community")
        return cls(octets)

    @property
    def value(self) -> ExtendedCommunityValue | None:
        """What it means, or None when the type is not known or the value breaks the rules of its kind."""
        return EXTENDED_COMMUNITIES.value(self.octets)

    @property
    def transitive(self) -> bool:
        """Whether it goes from AS to AS: the T bit is clear. RFC 4360, section 2."""
        return not self.octets[0] & 0x40

    @property
    def iana_authority(self) -> bool:
        """Whether the type is not assigned to whoever comes first: the I bit is set. RFC 4360, section 2."""
        return bool(self.octets[0] & 0x80)

    def __str__(self) -> str:
        """Return ``rt:64512:100``, ``mac-mobility:sticky:5``, ... or ``0x...`` with sixteen digits."""
        return EXTENDED_COMMUNITIES.text(self.octets)


@dataclass(frozen=True, slots=True, order=True)
class IPv6ExtendedCommunity:
    """An IPv6 address specific extended community: twenty octets, type, subtype, an address and a number.

    Its text is like that of an `ExtendedCommunity`, the address in brackets: ``rt:[2001:db8::1]:100``.
    ValueError when there are not twenty octets.

    RFC 5701, section 2.
    """

    octets: bytes

    def __post_init__(self) -> None:
        """Refuse what is not twenty octets."""
        if len(self.octets) != 20:
            raise ValueError(f"an IPv6 extended community is 20 octets, not {len(self.octets)}")

    @classmethod
    def parse(cls, text: str) -> "IPv6ExtendedCommunity":
        """Return the community that ``text`` writes; the brackets may be left out; ValueError otherwise."""
        octets = read_hexadecimal(text, 20) or IPV6_EXTENDED_COMMUNITIES.parse(text)
        if octets is None:
            raise ValueError(
                f"IPv6 extended community {text!r} has no known form, like rt:[2001:db8::1]:100, "
                "nor 0x and 40 hexadecimal digits"
            )
        return cls(octets)

    @classmethod
    def from_value(cls, value: IPv6ExtendedCommunityValue) -> "IPv6ExtendedCommunity":
        """Return the community that means ``value``; ValueError when it has no IPv6 address or does not fit."""
        octets = IPV6_EXTENDED_COMMUNITIES.octets(value)
        if octets is None:
            raise ValueError(f"{value} does not fit in an IPv6 extended community")
        return cls(octets)

    @property
    def value(self) -> IPv6ExtendedCommunityValue | None:
        """What it means, or None when the type is not known."""
        return IPV6_EXTENDED_COMMUNITIES.value(self.octets)

    @property
    def transitive(self) -> bool:
        """Whether it goes from AS to AS: the T bit is clear. RFC 4360, section 2."""
        return not self.octets[0] & 0x40

    def __str__(self) -> str:
        """Return ``rt:[2001:db8::1]:100``, ... or ``0x...`` with forty digits."""
        return IPV6_EXTENDED_COMMUNITIES.text(self.octets)
