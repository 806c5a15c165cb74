"""MP_REACH_NLRI and MP_UNREACH_NLRI (RFC 4760, sections 3 and 4)."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Final, TypeAlias

from bgpkit.wire.attributes.code import OPTIONAL, AttributeCode
from bgpkit.wire.attributes.row import AttributeRow, expect
from bgpkit.wire.families import ROWS as FAMILY_ROWS
from bgpkit.wire.families import FamilyRow, Nlri
from bgpkit.wire.update_context import UpdateContext
from bgpkit_fsm import Family
from bgpkit_rib import RouteDistinguisher

_RD: Final = 8


@dataclass(frozen=True, slots=True)
class VpnAddress:
    """A next hop with a route distinguisher before it, which is zero.

    RFC 4364, section 4.3.2; RFC 4659, section 3.2.1.
    """

    route_distinguisher: RouteDistinguisher
    address: IPv4Address | IPv6Address

    def __str__(self) -> str:
        """Return the address, with the route distinguisher when it says something."""
        plain = not any(self.route_distinguisher.octets)
        return str(self.address) if plain else f"{self.route_distinguisher}:{self.address}"


@dataclass(frozen=True, slots=True)
class OpaqueNextHop:
    """A next hop of a form that nobody knows, where it does not matter: FlowSpec ignores it. RFC 8955, section 4."""

    octets: bytes

    def __str__(self) -> str:
        """Return ``0x`` and the octets in hexadecimal."""
        return f"0x{self.octets.hex()}"


NextHop: TypeAlias = IPv4Address | IPv6Address | VpnAddress | OpaqueNextHop


@dataclass(frozen=True, slots=True)
class MpReach:
    """Routes of one family that are announced. RFC 4760, section 3."""

    family: Family
    next_hop: tuple[NextHop, ...]
    """The next hop; a second one is the link-local address beside a global one (RFC 2545, section 3).

    Empty where the family has none, such as FlowSpec.
    """
    nlri: tuple[Nlri, ...]
    """Values of the family's row; each a PathNlri under ADD-PATH."""

    def __str__(self) -> str:
        """Return family, next hop and NLRI."""
        hop = " ".join(map(str, self.next_hop)) or "none"
        return f"{self.family} next hop {hop}: {', '.join(map(str, self.nlri))}"


@dataclass(frozen=True, slots=True)
class MpUnreach:
    """Routes of one family that are withdrawn; none of them: the End-of-RIB marker.

    RFC 4760, section 4; RFC 4724, section 2.
    """

    family: Family
    nlri: tuple[Nlri, ...] = ()

    def __str__(self) -> str:
        """Return family and NLRI."""
        return f"{self.family}: {', '.join(map(str, self.nlri)) or 'End-of-RIB'}"


def read_next_hop(octets: bytes) -> tuple[NextHop, ...]:
    """Return the next hop that a field of MP_REACH_NLRI holds: none, one, or a link-local one beside it.

    Its length tells the form; whether a family may have it is for the reader of UPDATEs to judge.
    RFC 4760, section 3; RFC 2545, section 3; RFC 4364, section 4.3.2; RFC 4659, section 3.2.1; RFC 8950, section 3.
    """
    match len(octets):
        case 0:
            return ()
        case 4:
            return (IPv4Address(octets),)
        case 12:
            return (VpnAddress(RouteDistinguisher(octets[:_RD]), IPv4Address(octets[_RD:])),)
        case 16 | 32:
            return tuple(IPv6Address(octets[start : start + 16]) for start in range(0, len(octets), 16))
        case 24 | 48:
            cut = [octets[start : start + 24] for start in range(0, len(octets), 24)]
            return tuple(VpnAddress(RouteDistinguisher(each[:_RD]), IPv6Address(each[_RD:])) for each in cut)
        case _:
            return (OpaqueNextHop(octets),)


def write_next_hop(next_hop: tuple[NextHop, ...]) -> bytes:
    """Return a next hop in octets, as `read_next_hop` reads it."""
    return b"".join(map(_next_hop_octets, next_hop))


def _next_hop_octets(next_hop: NextHop) -> bytes:
    match next_hop:
        case VpnAddress(route_distinguisher, address):
            return route_distinguisher.octets + address.packed
        case OpaqueNextHop(octets):
            return octets
        case _:
            return next_hop.packed


def _row(family: Family) -> FamilyRow:
    row = FAMILY_ROWS.get(family)
    if row is None:
        raise ValueError(f"family {family} has no row: its NLRI cannot be cut")
    return row


def _family(value: bytes) -> Family:
    return Family(int.from_bytes(value[:2], "big"), value[2])


def _octets(family: Family) -> bytes:
    return family.afi.to_bytes(2, "big") + bytes((family.safi,))


def _decode_reach(value: bytes, context: UpdateContext) -> MpReach:
    family = _family(value)
    row = _row(family)
    start = 5 + value[3]
    if start > len(value):
        raise ValueError(f"a next hop of {value[3]} octets runs past the end")
    if value[3] not in row.next_hop_lengths and value[3] not in row.ipv6_next_hop_lengths:
        raise ValueError(f"a next hop of {value[3]} octets, which {family} cannot have")
    nlri = row.nlri(value[start:], add_path=family in context.add_path_receive, withdrawn=False)
    return MpReach(family, read_next_hop(value[4 : start - 1]), nlri)


def _encode_reach(value: object, context: UpdateContext) -> bytes:
    reach = expect(MpReach, value, "MP_REACH_NLRI")
    row = _row(reach.family)
    next_hop = write_next_hop(reach.next_hop)
    if len(next_hop) not in row.next_hop_lengths and len(next_hop) not in row.ipv6_next_hop_lengths:
        raise ValueError(f"a next hop of {len(next_hop)} octets, which {reach.family} cannot have")
    octets = b"".join(row.octets(reach.nlri, add_path=reach.family in context.add_path_send))
    return b"%b%c%b\0%b" % (_octets(reach.family), len(next_hop), next_hop, octets)


def _decode_unreach(value: bytes, context: UpdateContext) -> MpUnreach:
    family = _family(value)
    row = _row(family)
    return MpUnreach(family, row.nlri(value[3:], add_path=family in context.add_path_receive, withdrawn=True))


def _encode_unreach(value: object, context: UpdateContext) -> bytes:
    unreach = expect(MpUnreach, value, "MP_UNREACH_NLRI")
    row = _row(unreach.family)
    return _octets(unreach.family) + b"".join(
        row.octets(unreach.nlri, add_path=unreach.family in context.add_path_send)
    )


ROWS: Final = (
    AttributeRow(
        code=AttributeCode.MP_REACH_NLRI,
        flags=OPTIONAL,
        lengths=range(5, 1 << 16),
        section="RFC 7606, section 7.11",
        decode=_decode_reach,
        encode=_encode_reach,
        value=MpReach,
    ),
    AttributeRow(
        code=AttributeCode.MP_UNREACH_NLRI,
        flags=OPTIONAL,
        lengths=range(3, 1 << 16),
        section="RFC 7606, section 7.12",
        decode=_decode_unreach,
        encode=_encode_unreach,
        value=MpUnreach,
    ),
)
