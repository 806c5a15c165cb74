"""What one validating pass finds in a block of path attributes, and the canonical form of the block."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from bgpkit.wire.attributes.code import EXTENDED_LENGTH, OPTIONAL, TRANSITIVE, AttributeCode, encode_attribute
from bgpkit.wire.families import FamilyRow
from bgpkit.wire.faults import AttributeFault, FaultAction
from bgpkit_fsm import IPV4_UNICAST, Family

Edit: TypeAlias = tuple[int, int, bytes]
"""Octets ``start`` to ``stop`` of a block, and what stands there instead; an insertion has start == stop."""

_NEXT_HOP: Final = int(AttributeCode.NEXT_HOP)
_MP_REACH: Final = int(AttributeCode.MP_REACH_NLRI)
MULTICAST: Final = 224
"""First octet of the first IPv4 address that is not a host's. RFC 1112, section 4."""
_IPV4_LENGTH: Final = 4
_MP: Final = frozenset({AttributeCode.MP_REACH_NLRI, AttributeCode.MP_UNREACH_NLRI})


@dataclass(frozen=True, slots=True)
class MpRoutes:
    """The routes of one MP_REACH_NLRI or MP_UNREACH_NLRI. RFC 4760, sections 3 and 4."""

    family: Family
    row: FamilyRow | None
    """None for a family that was not negotiated: its routes are ignored. RFC 4760, section 7."""
    nlri: bytes
    attribute: bytes
    """The whole attribute in octets, for a NOTIFICATION."""
    next_hop: bytes = b""
    """4, 16 or 32 octets in MP_REACH_NLRI, none in MP_UNREACH_NLRI."""


class AttributeBlock:
    """What the pass found in one block of path attributes."""

    __slots__ = ("as_path_length", "edits", "faults", "neighbor_as", "raw", "reach", "unreach", "values")

    raw: bytes
    """The block as received."""
    values: dict[int, bytes | None]
    """Value by type code; AS numbers have four octets. None for an attribute at fault, or not interpreted."""
    as_path_length: int
    """The length that the decision process counts. RFC 4271, section 9.1.2.2 (a)."""
    neighbor_as: int
    """The AS from which the own AS heard the route, or 0. RFC 4271, section 9.1.2.2 (c)."""
    faults: list[AttributeFault]
    edits: list[Edit]
    """How the canonical block of routes in the body differs from ``raw``."""
    reach: MpRoutes | None
    """MP_REACH_NLRI, if any."""
    unreach: MpRoutes | None
    """MP_UNREACH_NLRI, if any."""

    def __init__(self, raw: bytes, values: dict[int, bytes | None]) -> None:
        """Start without faults."""
        self.raw = raw
        self.values = values
        self.as_path_length = 0
        self.neighbor_as = 0
        self.faults = []
        self.edits = []
        self.reach = None
        self.unreach = None

    @property
    def special(self) -> bool:
        """Whether the block has faults, or routes of its own."""
        return bool(self.faults) or self.reach is not None or self.unreach is not None

    @property
    def withdraws(self) -> bool:
        """Whether a fault makes the routes count as withdrawn. RFC 7606, section 3 (h)."""
        return any(fault.action is FaultAction.WITHDRAW for fault in self.faults)

    def strongest_fault(self) -> AttributeFault:
        """Return the first of the faults with the strongest action; ValueError without any."""
        return max(self.faults, key=_action)


def _action(fault: AttributeFault) -> FaultAction:
    return fault.action


def canonical_block(block: AttributeBlock, reach: MpRoutes | None) -> bytes:
    """Return the canonical octets of ``block`` for the routes of ``reach``, or of the body for None.

    AS numbers have four octets, AS4_PATH and AS4_AGGREGATOR are merged, discarded attributes and MP_UNREACH_NLRI
    are left out. Routes of the body have NEXT_HOP; those of MP_REACH_NLRI have that attribute instead, its NLRI
    removed, behind all of lower type. IPv4 unicast routes with an IPv4 next hop have NEXT_HOP, however they came.
    """
    if reach is None:
        return apply_edits(block.raw, block.edits) if block.edits else block.raw
    edits = [*block.edits, *_removals(block.raw, _NEXT_HOP)]
    if reach.family == IPV4_UNICAST and len(reach.next_hop) == _IPV4_LENGTH:
        code, attribute = _NEXT_HOP, encode_attribute(TRANSITIVE, _NEXT_HOP, reach.next_hop)
    else:
        code, attribute = _MP_REACH, reduced_mp_reach(reach.family, reach.next_hop)
    place = _place(block.raw, code)
    edits.append((place, place, attribute))
    return apply_edits(block.raw, edits)


@lru_cache(maxsize=4096)
def reduced_mp_reach(family: Family, next_hop: bytes) -> bytes:
    """Return MP_REACH_NLRI without NLRI, as canonical blocks carry it. RFC 4760, section 3."""
    head = family.afi.to_bytes(2, "big") + bytes((family.safi, len(next_hop)))
    return encode_attribute(OPTIONAL, _MP_REACH, head + next_hop + b"\0")


def apply_edits(raw: bytes, edits: Iterable[Edit]) -> bytes:
    """Return ``raw`` with ``edits`` made; they must not overlap, but an insertion may stand at any edge."""
    parts: list[bytes] = []
    done = 0
    for start, stop, octets in sorted(edits, key=_edges):
        parts.append(raw[done:start])
        parts.append(octets)
        done = max(done, stop)
    parts.append(raw[done:])
    return b"".join(parts)


def _edges(edit: Edit) -> tuple[int, int]:
    """Order edits by place; several insertions at one place keep their order."""
    return edit[0], edit[1]


def attribute_spans(raw: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield (type code, start, stop) of each attribute of a block, in order.

    What comes before a place where the block is cut short is right; there it is an IndexError.
    RFC 4271, section 4.3.
    """
    offset, end = 0, len(raw)
    while offset < end:
        if raw[offset] & EXTENDED_LENGTH:
            stop = offset + 4 + (raw[offset + 2] << 8 | raw[offset + 3])
        else:
            stop = offset + 3 + raw[offset + 2]
        yield raw[offset + 1], offset, stop
        offset = stop


def attribute_value(raw: bytes, code: int) -> bytes | None:
    """Return the value of attribute ``code`` of a well-formed block, or None when it is absent.

    RFC 4271, section 4.3.
    """
    for found, start, stop in attribute_spans(raw):
        if found == code:
            return raw[start + (4 if raw[start] & EXTENDED_LENGTH else 3) : stop]
    return None


def attribute_octets(raw: bytes, code: int) -> bytes:
    """Return the first attribute ``code`` of a block, flags to value; nothing when a whole block has none."""
    return next((raw[start:stop] for found, start, stop in attribute_spans(raw) if found == code), b"")


def insert_attribute(raw: bytes, code: int, attribute: bytes) -> bytes:
    """Return ``raw`` with ``attribute`` where its type ``code`` belongs: before the first of higher type."""
    place = _place(raw, code)
    return raw[:place] + attribute + raw[place:]


def is_host(next_hop: bytes) -> bool:
    """Tell whether an IPv4 next hop can be the address of a host: of 1.0.0.0 to 223.255.255.255.

    RFC 4271, section 6.3; RFC 1122, section 3.2.1.3.
    """
    return 0 < next_hop[0] < MULTICAST


def _removals(raw: bytes, code: int) -> list[Edit]:
    """Return the edit that takes the first attribute ``code`` out, if there is one.

    Later ones are duplicates, which the reader has taken out already.
    """
    return [(start, stop, b"") for found, start, stop in attribute_spans(raw) if found == code][:1]


def _place(raw: bytes, code: int) -> int:
    """Return where attribute ``code`` belongs: before the first of higher type, the MP attributes aside."""
    return next((start for found, start, _ in attribute_spans(raw) if found > code and found not in _MP), len(raw))
