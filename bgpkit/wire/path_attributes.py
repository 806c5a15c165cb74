"""The attributes of a route as one value, from and to lists of attributes and canonical blocks."""

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address
from typing import Final, TypeVar

from bgpkit.wire.as_path_octets import Segment, merge_as4_path
from bgpkit.wire.attribute_block import reduced_mp_reach
from bgpkit.wire.attributes.attribute import Attribute, decode_attribute_list
from bgpkit.wire.attributes.code import EXTENDED_LENGTH, WELL_KNOWN, AttributeCode, encode_attribute
from bgpkit.wire.attributes.multiprotocol import MpReach, OpaqueNextHop, VpnAddress, write_next_hop
from bgpkit.wire.attributes.row import expect, expect_all
from bgpkit.wire.attributes.table import ATTRIBUTE_ROWS
from bgpkit.wire.families import ROWS
from bgpkit.wire.faults import DUPLICATE, AttributeFault, FaultAction
from bgpkit.wire.update_context import UpdateContext
from bgpkit_fsm import AS_TRANS, IPV4_UNICAST, Family
from bgpkit_rib import (
    Aggregator,
    AsPath,
    AsSegment,
    AsSegmentKind,
    Community,
    ExtendedCommunity,
    IPv6ExtendedCommunity,
    LargeCommunity,
    Origin,
    PathAttributes,
    RouteDistinguisher,
    UnknownAttribute,
)

T = TypeVar("T")

CANONICAL: Final = UpdateContext(families=frozenset(), four_octet_as=True, internal=True)
"""How canonical blocks are written: 4-octet AS numbers, no NLRI."""

_FIELDS: Final = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 16, 25, 32, 35})
"""Type codes that have a field in PathAttributes; all others are in ``others`` or ``unknown``."""
_NOT_OF_THE_ROUTE: Final = frozenset({14, 15, 17, 18})
"""MP_REACH_NLRI and MP_UNREACH_NLRI, and the AS4 attributes, which are merged into others."""
_OTHERS: Final = frozenset(ATTRIBUTE_ROWS).difference(_FIELDS, _NOT_OF_THE_ROUTE)
_OTHERS_BY_CLASS: Final = {ATTRIBUTE_ROWS[code].value: ATTRIBUTE_ROWS[code] for code in _OTHERS}
_NO_DISTINGUISHER: Final = RouteDistinguisher(bytes(8))
_IPV4_LENGTH: Final = 4


def decode_attributes(raw: bytes) -> PathAttributes:
    """Return what the canonical block ``raw`` says.

    ``raw`` is a block that a decoder or `encode_attributes` has made; others are a ValueError at best.

    RFC 4271, section 4.3.
    """
    return path_attributes_of(decode_attribute_list(raw, CANONICAL))


def encode_attributes(attributes: PathAttributes, family: Family = IPV4_UNICAST) -> bytes:
    """Return the canonical block, in ascending order of type codes, that says ``attributes`` of ``family``.

    The next hop goes into NEXT_HOP for IPv4 unicast (an IPv6 one into MP_REACH_NLRI: RFC 8950), for others into
    MP_REACH_NLRI without NLRI; without a next hop NEXT_HOP is absent, that of MP_REACH_NLRI empty. ValueError when
    a next hop is of the wrong kind, a field does not fit, or an attribute comes twice.

    RFC 4271, section 5.
    """
    next_hop = _next_hop_octets(attributes, family)
    blocks: dict[int, bytes] = {}
    for code, value in _fields_of(attributes):
        if code in blocks:
            raise ValueError(f"attribute {code} comes twice")
        row = ATTRIBUTE_ROWS[code]
        blocks[code] = encode_attribute(row.flags, code, row.encode(value, CANONICAL))
    if family != IPV4_UNICAST or len(next_hop) > _IPV4_LENGTH:
        blocks[AttributeCode.MP_REACH_NLRI] = reduced_mp_reach(family, next_hop)
    elif next_hop:
        blocks[AttributeCode.NEXT_HOP] = encode_attribute(WELL_KNOWN, AttributeCode.NEXT_HOP, next_hop)
    for attribute in attributes.unknown:
        if attribute.code in ATTRIBUTE_ROWS or attribute.code in blocks:
            raise ValueError(f"attribute {attribute.code} is not an unknown one, or comes twice")
        blocks[attribute.code] = encode_attribute(attribute.flags, attribute.code, attribute.value)
    return b"".join(blocks[code] for code in sorted(blocks))


def path_attributes_of(attributes: Iterable[Attribute], faults: Iterable[AttributeFault] = ()) -> PathAttributes:
    """Return what a list of attributes says, the first of each code, without those at fault.

    AS4_PATH and AS4_AGGREGATOR are merged in. RFC 6793, section 4.2.3; RFC 7606, section 3 (g).
    """
    wrong = {
        fault.code
        for fault in faults
        if fault.section != DUPLICATE
        and (fault.action is not FaultAction.IGNORE or fault.code not in _NOT_OF_THE_ROUTE)
    }
    found: dict[int, Attribute] = {}
    for attribute in attributes:
        if attribute.code not in wrong:
            found.setdefault(attribute.code, attribute)
    values = {code: each.value for code, each in found.items() if not isinstance(each.value, bytes)}
    next_hop, link_local = _next_hops(values)
    return PathAttributes(
        origin=expect(Origin, values.get(AttributeCode.ORIGIN, Origin.INCOMPLETE), "ORIGIN"),
        as_path=_as_path(values),
        next_hop=next_hop,
        link_local_next_hop=link_local,
        med=_one(values, AttributeCode.MULTI_EXIT_DISC, int),
        local_pref=_one(values, AttributeCode.LOCAL_PREF, int),
        atomic_aggregate=AttributeCode.ATOMIC_AGGREGATE in values,
        aggregator=_aggregator(values),
        communities=_many(values, AttributeCode.COMMUNITIES, Community),
        extended_communities=_many(values, AttributeCode.EXTENDED_COMMUNITIES, ExtendedCommunity),
        ipv6_extended_communities=_many(values, AttributeCode.IPV6_EXTENDED_COMMUNITIES, IPv6ExtendedCommunity),
        large_communities=_many(values, AttributeCode.LARGE_COMMUNITIES, LargeCommunity),
        originator_id=_one(values, AttributeCode.ORIGINATOR_ID, IPv4Address),
        cluster_list=_many(values, AttributeCode.CLUSTER_LIST, IPv4Address),
        only_to_customer=_one(values, AttributeCode.ONLY_TO_CUSTOMER, int),
        others=tuple(values[code] for code in sorted(values) if code in _OTHERS),
        unknown=tuple(_unknown(found[code]) for code in sorted(found) if code not in ATTRIBUTE_ROWS),
    )


def _one(values: Mapping[int, object], code: int, kind: type[T]) -> T | None:
    value = values.get(code)
    return value if isinstance(value, kind) else None


def _many(values: Mapping[int, object], code: int, kind: type[T]) -> tuple[T, ...]:
    return expect_all(kind, values.get(code, ()), "a list")


def _unknown(attribute: Attribute) -> UnknownAttribute:
    value = expect(bytes, attribute.value, attribute.name)
    return UnknownAttribute(attribute.flags & ~EXTENDED_LENGTH, attribute.code, value)


def _next_hops(values: Mapping[int, object]) -> tuple[IPv4Address | IPv6Address | None, IPv6Address | None]:
    """Return the next hop, and the link-local one beside it. RFC 2545, section 3."""
    reach = _one(values, AttributeCode.MP_REACH_NLRI, MpReach)
    if reach is None:
        return _one(values, AttributeCode.NEXT_HOP, IPv4Address), None
    plain = [each.address if isinstance(each, VpnAddress) else each for each in reach.next_hop]
    hops = [each for each in plain if not isinstance(each, OpaqueNextHop)]
    link_local = hops[1] if len(hops) > 1 else None
    return hops[0] if hops else None, link_local if isinstance(link_local, IPv6Address) else None


def _aggregator(values: Mapping[int, object]) -> Aggregator | None:
    """Return AGGREGATOR, that of a 4-octet AS in its stead. RFC 6793, section 4.2.3."""
    aggregator = _one(values, AttributeCode.AGGREGATOR, Aggregator)
    wide = _one(values, AttributeCode.AS4_AGGREGATOR, Aggregator)
    return wide if wide is not None and aggregator is not None and aggregator.asn == AS_TRANS else aggregator


def _as_path(values: Mapping[int, object]) -> AsPath:
    """Return AS_PATH, with AS4_PATH merged in unless AGGREGATOR forbids it. RFC 6793, section 4.2.3."""
    path = _one(values, AttributeCode.AS_PATH, AsPath) or AsPath()
    wide = _one(values, AttributeCode.AS4_PATH, AsPath)
    aggregator = _one(values, AttributeCode.AGGREGATOR, Aggregator)
    speaks_four = aggregator is not None and aggregator.asn != AS_TRANS and AttributeCode.AS4_AGGREGATOR in values
    if wide is None or speaks_four:
        return path
    segments = merge_as4_path(_segments(path), _segments(wide))
    return AsPath(tuple(AsSegment(AsSegmentKind(kind), asns) for kind, asns in segments))


def _segments(path: AsPath) -> list[Segment]:
    return [(segment.kind, segment.asns) for segment in path.segments]


def _fields_of(attributes: PathAttributes) -> Iterator[tuple[AttributeCode, object]]:
    """Yield code and value of the attributes that have a field, the next hop aside."""
    yield AttributeCode.ORIGIN, attributes.origin
    yield AttributeCode.AS_PATH, attributes.as_path
    if attributes.atomic_aggregate:
        yield AttributeCode.ATOMIC_AGGREGATE, True
    optional = (
        (AttributeCode.MULTI_EXIT_DISC, attributes.med),
        (AttributeCode.LOCAL_PREF, attributes.local_pref),
        (AttributeCode.AGGREGATOR, attributes.aggregator),
        (AttributeCode.COMMUNITIES, attributes.communities),
        (AttributeCode.ORIGINATOR_ID, attributes.originator_id),
        (AttributeCode.CLUSTER_LIST, attributes.cluster_list),
        (AttributeCode.EXTENDED_COMMUNITIES, attributes.extended_communities),
        (AttributeCode.IPV6_EXTENDED_COMMUNITIES, attributes.ipv6_extended_communities),
        (AttributeCode.LARGE_COMMUNITIES, attributes.large_communities),
        (AttributeCode.ONLY_TO_CUSTOMER, attributes.only_to_customer),
    )
    yield from ((code, value) for code, value in optional if value is not None and value != ())
    for value in attributes.others:
        row = _OTHERS_BY_CLASS.get(type(value))
        if row is None:
            raise ValueError(f"{value!r} is not the value of an attribute that stands in PathAttributes.others")
        yield row.code, value


def _next_hop_octets(attributes: PathAttributes, family: Family) -> bytes:
    """Return the next hop in octets; a VPN family has a route distinguisher of zero before it.

    RFC 2545, section 3; RFC 4364, section 4.3.2; RFC 4659, section 3.2.1; RFC 8950, section 3.
    """
    if attributes.next_hop is None and attributes.link_local_next_hop is not None:
        raise ValueError("a link-local next hop stands beside a global one, never alone")
    hops = [address for address in (attributes.next_hop, attributes.link_local_next_hop) if address is not None]
    octets = b"".join(address.packed for address in hops)
    row = ROWS.get(family)
    if not octets or row is None:
        return octets
    allowed = row.next_hop_lengths | row.ipv6_next_hop_lengths
    if len(octets) in allowed:
        return octets
    distinguished = write_next_hop(tuple(VpnAddress(_NO_DISTINGUISHER, address) for address in hops))
    if len(distinguished) in allowed:
        return distinguished
    raise ValueError(f"{attributes.next_hop} is not a next hop that {family} can have")
