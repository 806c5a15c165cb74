"""What an UPDATE says, in the words of the facts that tshark 4.0.17 gives of it."""

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import Final, TypeAlias

from bgpkit.wire import (
    ROWS,
    Attribute,
    AttributeCode,
    MpReach,
    MpUnreach,
    NextHop,
    Nlri,
    PathNlri,
    UpdateMessage,
    VpnAddress,
)
from bgpkit.wire.attributes.attr_set import AttrSet
from bgpkit.wire.families.flowspec import FlowSpecRule
from bgpkit.wire.families.flowspec_components import FlowPrefix
from bgpkit.wire.families.labeled_unicast import LabeledPrefix
from bgpkit.wire.families.route_target import RouteTargetMembership
from bgpkit.wire.families.vpn import LabeledVpnPrefix
from bgpkit.wire.plain.json_data import is_tuple
from bgpkit_fsm import IPV4_UNICAST, Family
from bgpkit_rib import AsPath, Community, Origin, Prefix

Fact: TypeAlias = Sequence[int | str]

CODES: Final = {
    "origin": AttributeCode.ORIGIN,
    "as_path": AttributeCode.AS_PATH,
    "next_hop": AttributeCode.NEXT_HOP,
    "med": AttributeCode.MULTI_EXIT_DISC,
    "local_pref": AttributeCode.LOCAL_PREF,
    "communities_raw": AttributeCode.COMMUNITIES,
    "originator_id": AttributeCode.ORIGINATOR_ID,
    "cluster_list": AttributeCode.CLUSTER_LIST,
}
"""The facts that are the value of an attribute."""
_RESERVED: Final = frozenset({0, 0xFFFF})
"""The first halves of communities that tshark lists apart from the others. RFC 1997."""


def facts_of(message: UpdateMessage) -> dict[str, Fact]:
    """Return the facts, empty ones too; prefix lengths sorted, all else in the order of the message."""
    attributes = [*_with_inner(message.attributes)]
    reach = [each.value for each in attributes if isinstance(each.value, MpReach)]
    unreach = [each.value for each in attributes if isinstance(each.value, MpUnreach)]
    announced = [(each.family, nlri) for each in reach for nlri in each.nlri]
    gone = [(each.family, nlri) for each in unreach for nlri in each.nlri]
    body = [(IPV4_UNICAST, nlri) for nlri in message.nlri]
    withdrawn = [(IPV4_UNICAST, nlri) for nlri in message.withdrawn]
    everything = [*withdrawn, *body, *announced, *gone]
    hops = [_address(hop) for each in reach for hop in each.next_hop[:1]]
    return {
        "types": [2],
        "attr_codes": [each.code for each in attributes],
        **{name: [*_values(attributes, code)] for name, code in CODES.items()},
        "nlri_addr": _addresses(body, 4),
        "withdrawn_addr": _addresses(withdrawn, 4),
        "mp_reach_v4_addr": _addresses(announced, 4),
        "mp_reach_v6_addr": _addresses(announced, 6),
        "mp_unreach_v4_addr": _addresses(gone, 4),
        "mp_unreach_v6_addr": _addresses(gone, 6),
        "prefix_lengths": sorted(length for family, nlri in everything for length in _lengths(family, nlri)),
        "path_ids": [nlri.path_id for _, nlri in everything if isinstance(nlri, PathNlri)],
        "mp_next_hop_v4": [str(hop) for hop in hops if isinstance(hop, IPv4Address)],
        "mp_next_hop_v6": [str(hop) for hop in hops if isinstance(hop, IPv6Address)],
    }


def _with_inner(attributes: Iterable[Attribute]) -> Iterator[Attribute]:
    """Yield the attributes, those within an ATTR_SET behind it, as tshark does."""
    for each in attributes:
        yield each
        if isinstance(each.value, AttrSet):
            yield from _with_inner(each.value.attributes)


def _values(attributes: Iterable[Attribute], code: int) -> Iterator[int | str]:
    """Yield what the attributes of one code say; of lists each part, of communities a 1 for each ordinary one."""
    for each in attributes:
        if each.code != code:
            continue
        for part in each.value if is_tuple(each.value) else (each.value,):
            match part:
                case AsPath():
                    yield from (asn for segment in part.segments for asn in segment.asns)
                case Community():
                    yield from [1] if part >> 16 not in _RESERVED else []
                case Origin() | int():
                    yield int(part)
                case _:
                    yield str(part)


def _address(hop: NextHop) -> NextHop:
    return hop.address if isinstance(hop, VpnAddress) else hop


def _addresses(routes: Iterable[tuple[Family, Nlri]], version: int) -> list[str]:
    prefixes = [_prefix(nlri) for _, nlri in routes]
    return [str(prefix.address) for prefix in prefixes if prefix is not None and prefix.address.version == version]


def _prefix(nlri: Nlri) -> Prefix | None:
    """Return the prefix of an NLRI that tshark names by one: it does so for none of EVPN and of IPv6 VPNs."""
    match nlri:
        case PathNlri():
            return _prefix(nlri.nlri)
        case Prefix():
            return nlri
        case LabeledPrefix():
            return nlri.prefix
        case LabeledVpnPrefix():
            return nlri.prefix if nlri.prefix.width == 32 else None
        case _:
            return None


def _lengths(family: Family, nlri: Nlri) -> Iterator[int]:
    """Yield the prefix lengths that tshark reads: with labels and RD counted in, and those of an IPv4 flow.

    Of what has no prefix that tshark names, there is only the length of route targets.
    """
    value = nlri.nlri if isinstance(nlri, PathNlri) else nlri
    if isinstance(value, FlowSpecRule):
        prefixes = [each.prefix for each in value.components if isinstance(each, FlowPrefix)]
        yield from (prefix.length for prefix in prefixes if prefix.width == 32)
    elif _prefix(value) is not None or isinstance(value, RouteTargetMembership):
        yield ROWS[family].octets([value], add_path=False)[0][0]
