"""UPDATEs in the words of ExaBGP's JSON, so that both can be compared."""

from collections.abc import Iterator
from ipaddress import IPv6Address
from typing import Final

from bgpkit.wire import MpReach, UpdateMessage, VpnAddress
from bgpkit.wire.attributes.bgp_ls_attribute import BgpLsAttribute
from bgpkit.wire.attributes.link_state_codes import LinkStateCode
from bgpkit.wire.attributes.link_state_tlvs import (
    IgpMetric,
    LinkStateAddress,
    LinkStateBandwidth,
    LinkStateNumber,
    LinkStateNumbers,
    LinkStateOctets,
    LinkStateText,
)
from bgpkit.wire.attributes.prefix_sid import LabelIndex, OriginatorSrgb, PrefixSid
from bgpkit.wire.attributes.srv6_service import SidInformation, SidStructure, Srv6L3Service
from bgpkit.wire.plain.json_data import is_array, is_object, is_tuple
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import (
    Aggregator,
    AsPath,
    Community,
    ExtendedCommunity,
    IPv6ExtendedCommunity,
    LargeCommunity,
    Origin,
)
from tests.conformance.vectors.exabgp_nlri import FAMILIES, Words, nlri_words

NOT_READ: Final = frozenset({"srv6-lan-endx-isis", "sr-capability-flags", "sids"})
"""What ExaBGP reads in TLVs of BGP-LS that the codec carries as octets."""
_TEXTS: Final = frozenset({"string", "name", "parsed", "nexthop"})
"""Words that repeat what others say."""
_NAMES: Final = {family: name for name, family in FAMILIES.items()}
_NODE_FLAGS: Final = ("O", "T", "E", "B", "R", "V")
_NUMBERS: Final = {4: "med", 5: "local-preference"}


def update_words(message: UpdateMessage) -> Words:
    """Return an UPDATE as ExaBGP tells it: attributes, and routes by family and next hop."""
    words: Words = {"attribute": attribute_words(message)}
    announced: Words = {}
    values = [(each.code, each.value) for each in message.attributes]
    if message.nlri:
        hop = next(str(value) for code, value in values if code == 3)
        announced[_NAMES[IPV4_UNICAST]] = {hop: [nlri_words(IPV4_UNICAST, nlri) for nlri in message.nlri]}
    for reach in [value for _, value in values if isinstance(value, MpReach)]:
        announced[_NAMES[reach.family]] = {hop_of(reach): [nlri_words(reach.family, nlri) for nlri in reach.nlri]}
    return {"update": words | ({"announce": announced} if announced else {})}


def only_facts(data: object) -> object:
    """Return ExaBGP's JSON without what repeats, and without what is not read."""
    if is_object(data):
        return {key: only_facts(value) for key, value in data.items() if key not in _TEXTS | NOT_READ}
    if is_array(data):
        return [only_facts(each) for each in data]
    return data


def hop_of(reach: MpReach) -> str:
    """Return the first next hop as ExaBGP writes it: an IPv4 one that is mapped to IPv6 in both notations."""
    hops = [each.address if isinstance(each, VpnAddress) else each for each in reach.next_hop]
    if not hops:
        return "no-nexthop"
    mapped = hops[0].ipv4_mapped if isinstance(hops[0], IPv6Address) else None
    return str(hops[0]) if mapped is None else f"::ffff:{mapped}"


def attribute_words(message: UpdateMessage) -> Words:
    """Return the attributes by name; next hop and MP attributes stand elsewhere, an empty AS_PATH nowhere."""
    words: Words = {}
    for each in message.attributes:
        if each.code in _NUMBERS:
            words[_NUMBERS[each.code]] = each.value
        else:
            words.update([_list(each.value)] if is_tuple(each.value) else _value(each.code, each.value))
    return words


def _value(code: int, value: object) -> Iterator[tuple[str, object]]:
    match value:
        case Origin():
            yield "origin", value.name.lower()
        case AsPath() if value.segments:
            yield (
                "as-path",
                {
                    str(number): {"element": f"as-{segment.kind.name.lower()}", "value": list(segment.asns)}
                    for number, segment in enumerate(value.segments)
                },
            )
        case Aggregator():
            yield "aggregator", f"{value.asn}:{value.address}"
        case BgpLsAttribute():
            yield "bgp-ls", _link_state(value)
        case PrefixSid():
            yield "bgp-prefix-sid", _prefix_sid(value)
        case _:
            if code == 6:
                yield "atomic-aggregate", True
            elif code == 9:
                yield "originator-id", str(value)
            else:
                assert code in {2, 3, 14, 15}, f"ExaBGP's word for attribute {code} is not known"


def _list(values: tuple[object, ...]) -> tuple[str, object]:
    first = values[0]
    match first:
        case Community():
            return "community", [[each >> 16, each & 0xFFFF] for each in values if isinstance(each, Community)]
        case LargeCommunity():
            return "large-community", [list(map(int, str(each).split(":"))) for each in values]
        case ExtendedCommunity():
            octets = [each.octets for each in values if isinstance(each, ExtendedCommunity)]
            return "extended-community", [{"value": int.from_bytes(each, "big")} for each in octets]
        case IPv6ExtendedCommunity():
            octets = [each.octets for each in values if isinstance(each, IPv6ExtendedCommunity)]
            return "extended-community-ipv6", [{"value": int.from_bytes(each, "big")} for each in octets]
        case _:
            return "cluster-list", list(map(str, values))


def _prefix_sid(value: PrefixSid) -> Words:
    words: Words = {}
    for tlv in value.tlvs:
        match tlv:
            case LabelIndex():
                words["sr-label-index"] = tlv.label_index
            case OriginatorSrgb():
                words["sr-srgbs"] = [[each.first, each.size] for each in tlv.ranges]
            case Srv6L3Service():
                words["l3-service"] = [_sid(each) for each in tlv.sub_tlvs if isinstance(each, SidInformation)]
            case _:
                raise ValueError(f"ExaBGP's words for {tlv} are not known")
    return words


def _sid(information: SidInformation) -> Words:
    (structure,) = (each for each in information.sub_sub_tlvs if isinstance(each, SidStructure))
    return {
        "sid": str(information.sid),
        "flags": information.flags,
        "endpoint_behavior": information.endpoint_behavior,
        "structure": {
            "locator-block-length": structure.locator_block_length,
            "locator-node-length": structure.locator_node_length,
            "function-length": structure.function_length,
            "argument-length": structure.argument_length,
            "transposition-length": structure.transposition_length,
            "transposition-offset": structure.transposition_offset,
        },
    }


def _link_state(value: BgpLsAttribute) -> Words:
    """Return the TLVs of a BGP-LS attribute, those of one kind together."""
    words: Words = {}
    router_ids: list[str] = []
    for tlv in value.tlvs:
        match tlv:
            case IgpMetric():
                words["igp-metric"] = tlv.metric
            case LinkStateBandwidth():
                (words["maximum-link-bandwidth"],) = tlv.octets_per_second
            case LinkStateText():
                words["node-name"] = tlv.text
            case LinkStateAddress():
                router_ids.append(str(tlv.address))
            case LinkStateNumber(LinkStateCode.NODE_FLAG_BITS):
                bits = {name: tlv.number >> 7 - place & 1 for place, name in enumerate(_NODE_FLAGS)}
                words["node-flags"] = bits | {"RSV": tlv.number & 3}
            case LinkStateNumbers(LinkStateCode.SR_ALGORITHM):
                words["sr-algorithms"] = list(tlv.numbers)
            case LinkStateNumbers(LinkStateCode.LINK_LOCAL_REMOTE_IDENTIFIERS):
                words["link-local-remote-identifiers"] = dict(zip(("local-id", "remote-id"), tlv.numbers, strict=True))
            case LinkStateOctets():
                words |= _link_state_octets(tlv)
            case _:
                raise ValueError(f"ExaBGP's words for {tlv} are not known")
    return words | ({"local-router-ids": router_ids} if router_ids else {})


def _link_state_octets(tlv: LinkStateOctets) -> Words:
    """Return what ExaBGP, too, gives as octets or as one number."""
    match tlv.code:
        case LinkStateCode.ISIS_AREA_ID:
            return {"area-ids": [str(int.from_bytes(tlv.value, "big"))]}
        case LinkStateCode.NODE_MSD | LinkStateCode.SR_LOCAL_BLOCK:
            return {f"generic-lsid-{tlv.code:d}": [f"0x{tlv.value.hex().upper()}"]}
        case _:
            return {}
