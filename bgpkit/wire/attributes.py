"""Canonical attribute blocks from and to values, for people and for policies."""

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from bgpkit.wire.as_path_octets import read_segments, write_segments
from bgpkit.wire.attribute_block import attribute_spans, reduced_mp_reach
from bgpkit.wire.attribute_rows import (
    ATTRIBUTE_ROWS,
    EXTENDED_LENGTH,
    AttributeCode,
    encode_attribute,
)
from bgpkit.wire.families import ROWS
from bgpkit_fsm import IPV4_UNICAST, Family
from bgpkit_rib import (
    Aggregator,
    AsPath,
    AsSegment,
    AsSegmentKind,
    Community,
    ExtendedCommunity,
    LargeCommunity,
    Origin,
    PathAttributes,
    UnknownAttribute,
)

_NO_ORIGIN: Final = bytes((Origin.INCOMPLETE,))


def decode_attributes(raw: bytes) -> PathAttributes:
    """Return what the canonical block ``raw`` says.

    ``raw`` is a block that a decoder or `encode_attributes` has made; others are a ValueError at best.

    RFC 4271, section 4.3.
    """
    values: dict[int, bytes] = {}
    unknown: list[UnknownAttribute] = []
    for code, start, stop in attribute_spans(raw):
        value = raw[start + (4 if raw[start] & EXTENDED_LENGTH else 3) : stop]
        if code in ATTRIBUTE_ROWS:
            values[code] = value
        else:
            unknown.append(UnknownAttribute(raw[start] & ~EXTENDED_LENGTH, code, value))
    next_hop, link_local = _next_hops(values)
    as_path = read_segments(values.get(AttributeCode.AS_PATH, b""), 4)
    return PathAttributes(
        origin=Origin(values.get(AttributeCode.ORIGIN, _NO_ORIGIN)[0]),
        as_path=AsPath(tuple(AsSegment(AsSegmentKind(kind), asns) for kind, asns in as_path)),
        next_hop=next_hop,
        link_local_next_hop=link_local,
        med=_number(values, AttributeCode.MULTI_EXIT_DISC),
        local_pref=_number(values, AttributeCode.LOCAL_PREF),
        atomic_aggregate=AttributeCode.ATOMIC_AGGREGATE in values,
        aggregator=_aggregator(values.get(AttributeCode.AGGREGATOR)),
        communities=tuple(Community(int.from_bytes(part, "big")) for part in _parts(values, AttributeCode.COMMUNITIES)),
        extended_communities=tuple(map(ExtendedCommunity, _parts(values, AttributeCode.EXTENDED_COMMUNITIES))),
        large_communities=tuple(map(_large_community, _parts(values, AttributeCode.LARGE_COMMUNITIES))),
        originator_id=_address(values.get(AttributeCode.ORIGINATOR_ID)),
        cluster_list=tuple(map(IPv4Address, _parts(values, AttributeCode.CLUSTER_LIST))),
        unknown=tuple(sorted(unknown, key=_code)),
    )


def encode_attributes(attributes: PathAttributes, family: Family = IPV4_UNICAST) -> bytes:
    """Return the canonical block, in ascending order of type codes, that says ``attributes`` of ``family``.

    The next hop goes into NEXT_HOP for IPv4 unicast, else into MP_REACH_NLRI without NLRI; without a next hop
    NEXT_HOP is absent, that of MP_REACH_NLRI empty. ValueError when a next hop is of the wrong kind, a field
    does not fit, or an unknown attribute has a type code that is known.

    RFC 4271, section 5.
    """
    parts = {code: value for code, value in _values(attributes) if value}
    parts[AttributeCode.ORIGIN] = bytes((attributes.origin,))
    segments = ((segment.kind, segment.asns) for segment in attributes.as_path.segments)
    parts[AttributeCode.AS_PATH] = write_segments(segments, 4)
    if attributes.atomic_aggregate:
        parts[AttributeCode.ATOMIC_AGGREGATE] = b""
    blocks = {int(code): encode_attribute(ATTRIBUTE_ROWS[code].flags, code, value) for code, value in parts.items()}
    next_hop = _next_hop_octets(attributes, family)
    if family == IPV4_UNICAST:
        if next_hop:
            flags = ATTRIBUTE_ROWS[AttributeCode.NEXT_HOP].flags
            blocks[AttributeCode.NEXT_HOP] = encode_attribute(flags, AttributeCode.NEXT_HOP, next_hop)
    else:
        blocks[AttributeCode.MP_REACH_NLRI] = reduced_mp_reach(family, next_hop)
    for attribute in attributes.unknown:
        if attribute.code in ATTRIBUTE_ROWS or attribute.code in blocks:
            raise ValueError(f"attribute {attribute.code} is not an unknown one, or comes twice")
        blocks[attribute.code] = encode_attribute(attribute.flags, attribute.code, attribute.value)
    return b"".join(blocks[code] for code in sorted(blocks))


def _values(attributes: PathAttributes) -> Iterable[tuple[AttributeCode, bytes]]:
    """Give the values of the attributes that a route need not have; empty octets for those it has not."""
    aggregator = attributes.aggregator
    yield AttributeCode.MULTI_EXIT_DISC, _four_octets(attributes.med)
    yield AttributeCode.LOCAL_PREF, _four_octets(attributes.local_pref)
    if aggregator is not None:
        yield AttributeCode.AGGREGATOR, _four_octets(aggregator.asn) + aggregator.address.packed
    yield AttributeCode.COMMUNITIES, b"".join(map(_four_octets, attributes.communities))
    if attributes.originator_id is not None:
        yield AttributeCode.ORIGINATOR_ID, attributes.originator_id.packed
    yield AttributeCode.CLUSTER_LIST, b"".join(address.packed for address in attributes.cluster_list)
    yield AttributeCode.EXTENDED_COMMUNITIES, b"".join(each.octets for each in attributes.extended_communities)
    yield (
        AttributeCode.LARGE_COMMUNITIES,
        b"".join(
            _four_octets(number)
            for large in attributes.large_communities
            for number in (large.global_admin, large.data1, large.data2)
        ),
    )


def _next_hop_octets(attributes: PathAttributes, family: Family) -> bytes:
    if attributes.next_hop is None and attributes.link_local_next_hop is not None:
        raise ValueError("a link-local next hop stands beside a global one, never alone")
    octets = b""
    for address in (attributes.next_hop, attributes.link_local_next_hop):
        octets += b"" if address is None else address.packed
    row = ROWS.get(family)
    if octets and row is not None and len(octets) not in row.next_hop_lengths:
        raise ValueError(f"{attributes.next_hop} is not a next hop that {family} can have")
    return octets


def _next_hops(values: Mapping[int, bytes]) -> tuple[IPv4Address | IPv6Address | None, IPv6Address | None]:
    """Return the next hop, and the link-local one beside it. RFC 2545, section 3."""
    reach = values.get(AttributeCode.MP_REACH_NLRI)
    if reach is None:
        return _address(values.get(AttributeCode.NEXT_HOP)), None
    octets = reach[4 : 4 + reach[3]]
    if len(octets) == 4:
        return IPv4Address(octets), None
    return (
        IPv6Address(octets[:16]) if octets else None,
        IPv6Address(octets[16:]) if len(octets) == 32 else None,
    )


def _address(value: bytes | None) -> IPv4Address | None:
    return None if value is None else IPv4Address(value)


def _aggregator(value: bytes | None) -> Aggregator | None:
    return None if value is None else Aggregator(int.from_bytes(value[:4], "big"), IPv4Address(value[4:]))


def _large_community(octets: bytes) -> LargeCommunity:
    return LargeCommunity(*(int.from_bytes(octets[start : start + 4], "big") for start in (0, 4, 8)))


_PART_LENGTHS: Final = {
    AttributeCode.COMMUNITIES: 4,
    AttributeCode.CLUSTER_LIST: 4,
    AttributeCode.EXTENDED_COMMUNITIES: 8,
    AttributeCode.LARGE_COMMUNITIES: 12,
}


def _parts(values: Mapping[int, bytes], code: AttributeCode) -> Sequence[bytes]:
    """Cut the value of an attribute that is a list into its parts; none when it is absent."""
    value, length = values.get(code, b""), _PART_LENGTHS[code]
    return [value[start : start + length] for start in range(0, len(value), length)]


def _number(values: Mapping[int, bytes], code: AttributeCode) -> int | None:
    value = values.get(code)
    return None if value is None else int.from_bytes(value, "big")


def _four_octets(number: int | None) -> bytes:
    if number is None:
        return b""
    if not 0 <= number < 1 << 32:
        raise ValueError(f"{number} does not fit 4 octets")
    return number.to_bytes(4, "big")


def _code(attribute: UnknownAttribute) -> int:
    return attribute.code
