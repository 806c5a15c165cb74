"""Route target membership: which route targets' VPN routes a neighbour wants (RFC 4684)."""

from dataclasses import dataclass
from typing import Final

from bgpkit.wire.families.row import FamilyRow, Nlri
from bgpkit.wire.families.unicast import canonical_prefix
from bgpkit_fsm import Family
from bgpkit_rib import ExtendedCommunity

_ORIGIN_AS: Final = 32
_LONGEST: Final = 96
_NO_TARGET: Final = ExtendedCommunity(bytes(8))


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTargetMembership:
    """A prefix of an origin AS and a route target, 96 bits in all.

    A length of 0 is the default route target, which asks for everything; any other length covers the AS number, so
    it is 32 to 96. ValueError for another, and for what is set beyond it. RFC 4684, section 4.
    """

    length: int = _LONGEST
    """Leading bits of the 96 that count."""
    origin_as: int = 0
    """The AS that the membership comes from, 32 bits."""
    route_target: ExtendedCommunity = _NO_TARGET
    """The route target, zero beyond the length."""

    def __post_init__(self) -> None:
        """Refuse lengths that cannot be and bits beyond the length."""
        if self.length and not _ORIGIN_AS <= self.length <= _LONGEST:
            raise ValueError(f"a route target membership of {self.length} bits is not 0 or {_ORIGIN_AS} to {_LONGEST}")
        if not 0 <= self.origin_as < 1 << _ORIGIN_AS:
            raise ValueError(f"origin AS {self.origin_as} does not fit {_ORIGIN_AS} bits")
        if self._number & (1 << (_LONGEST - self.length)) - 1:
            raise ValueError(f"a route target membership of {self.length} bits has bits set beyond them")

    @property
    def _number(self) -> int:
        return self.origin_as << 64 | int.from_bytes(self.route_target.octets, "big")

    @property
    def key(self) -> bytes:
        """The octets of the NLRI: the length and as many octets as it takes."""
        return bytes((self.length,)) + self._number.to_bytes(12, "big")[: (self.length + 7) // 8]

    @classmethod
    def from_key(cls, key: bytes) -> "RouteTargetMembership":
        """Return the membership with this ``key``."""
        octets = key[1:].ljust(12, b"\0")
        target = ExtendedCommunity(octets[4:])
        return cls(length=key[0], origin_as=int.from_bytes(octets[:4], "big"), route_target=target)

    def __str__(self) -> str:
        """Return origin AS and target, ``64512:rt:64512:100``, with the length unless it is 96; or ``default``."""
        if not self.length:
            return "default"
        if self.length == _ORIGIN_AS:
            return f"{self.origin_as}:*"
        whole = f"{self.origin_as}:{self.route_target}"
        return whole if self.length == _LONGEST else f"{whole}/{self.length}"


DEFAULT_ROUTE_TARGET: Final = RouteTargetMembership(length=0)
"""Asks for the routes of all route targets. RFC 4684, section 4."""


def _frame(nlri: bytes, offset: int, withdrawn: bool) -> tuple[int, bytes, bytes]:
    """Cut a membership: a length octet, then the fewest octets that hold so many bits. RFC 4684, section 4."""
    del withdrawn
    length = nlri[offset]
    if length and not _ORIGIN_AS <= length <= _LONGEST:
        raise ValueError(f"a route target membership of {length} bits")
    stop = offset + 1 + (length + 7 >> 3)
    return stop, canonical_prefix(nlri[offset:stop]), b""


def _decode(key: bytes, rest: bytes) -> RouteTargetMembership:
    del rest
    return RouteTargetMembership.from_key(key)


def _encode(value: Nlri) -> tuple[bytes, bytes]:
    if not isinstance(value, RouteTargetMembership):
        raise ValueError(f"{value} is not a route target membership")
    return value.key, b""


ROUTE_TARGET_ROWS: Final = (
    FamilyRow(
        family=Family(1, 132),
        frame=_frame,
        decode=_decode,
        encode=_encode,
        values=(RouteTargetMembership,),
        next_hop_lengths=frozenset({4, 16}),
    ),
)
"""The next hop is an IPv4 or an IPv6 address, as its length tells. RFC 4684, section 4."""
