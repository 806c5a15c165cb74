"""Setting and removing attributes of a canonical block by their values, all else octet for octet."""

from collections.abc import Mapping
from typing import Final

from bgpkit.wire.attribute_block import Edit, apply_edits
from bgpkit.wire.attributes.code import EXTENDED_LENGTH, OPTIONAL, PARTIAL, TRANSITIVE, AttributeCode, encode_attribute
from bgpkit.wire.attributes.table import ATTRIBUTE_ROWS
from bgpkit.wire.families import ROWS
from bgpkit_fsm import IPV4_UNICAST, Family

_NEXT_HOP: Final = int(AttributeCode.NEXT_HOP)
_MP_REACH: Final = int(AttributeCode.MP_REACH_NLRI)
_DISTINGUISHER: Final = bytes(8)
_ADDRESS_LENGTHS: Final = frozenset({4, 16, 32})


def set_attributes(raw: bytes, values: Mapping[int, bytes | None]) -> bytes:
    """Return the canonical block ``raw`` with attributes set to ``values`` by type code, or removed where None.

    What is there already keeps its place, and its Partial bit (RFC 4271, section 5); what is new stands before the
    first attribute of higher type. All else stays octet for octet. A value is what `attribute_value` returns: AS
    numbers have four octets, MP_REACH_NLRI has no NLRI. ValueError when a value exceeds 65,535 octets.

    RFC 4271, section 4.3.
    """
    edits: list[Edit] = []
    awaited = sorted(code for code, value in values.items() if value is not None)
    places: dict[int, int] = {}
    present: set[int] = set()
    offset, end = 0, len(raw)
    while offset < end:
        flags, code = raw[offset], raw[offset + 1]
        if flags & EXTENDED_LENGTH:
            stop = offset + 4 + (raw[offset + 2] << 8 | raw[offset + 3])
        else:
            stop = offset + 3 + raw[offset + 2]
        for new in awaited:
            if new >= code:
                break
            places.setdefault(new, offset)
        if code in values:
            value = values[code]
            octets = b"" if value is None or code in present else encode_attribute(_flags(code, flags), code, value)
            edits.append((offset, stop, octets))
            present.add(code)
        offset = stop
    for code in awaited:
        if code not in present:
            place = places.get(code, end)
            edits.append((place, place, encode_attribute(_flags(code, None), code, values[code] or b"")))
    return apply_edits(raw, edits) if edits else raw


def next_hop_values(family: Family, next_hop: bytes) -> dict[int, bytes | None]:
    """Return the values for `set_attributes` that make ``next_hop`` the next hop of a route of ``family``.

    ``next_hop`` has 4, 16 or 32 octets, without route distinguishers: VPN families get them, zero. IPv4 unicast has
    its IPv4 next hop in NEXT_HOP, all others have theirs in MP_REACH_NLRI. ValueError when the family cannot have it.

    RFC 4760, section 3; RFC 8950, section 3; RFC 4364, section 4.3.2.
    """
    if len(next_hop) not in _ADDRESS_LENGTHS:
        raise ValueError(f"a next hop has 4, 16 or 32 octets, not {len(next_hop)}")
    if family == IPV4_UNICAST and len(next_hop) == 4:
        return {_NEXT_HOP: next_hop, _MP_REACH: None}
    row = ROWS.get(family)
    octets = next_hop
    if row is not None:
        allowed = row.next_hop_lengths | row.ipv6_next_hop_lengths
        if len(octets) not in allowed:
            octets = _distinguished(next_hop)
        if len(octets) not in allowed:
            raise ValueError(f"a next hop of {len(next_hop)} octets is none that {family} can have")
    head = family.afi.to_bytes(2, "big") + bytes((family.safi, len(octets)))
    return {_NEXT_HOP: None, _MP_REACH: head + octets + b"\0"}


def _distinguished(next_hop: bytes) -> bytes:
    """Return the addresses of a next hop, each behind a route distinguisher of zero."""
    size = min(len(next_hop), 16)
    return b"".join(_DISTINGUISHER + next_hop[start : start + size] for start in range(0, len(next_hop), size))


def _flags(code: int, present: int | None) -> int:
    """Return the flags of attribute ``code``, which has the flags ``present`` if it is there already."""
    row = ATTRIBUTE_ROWS.get(code)
    if row is None:
        return OPTIONAL | TRANSITIVE if present is None else present
    return row.flags if present is None else row.flags | (present & PARTIAL)
