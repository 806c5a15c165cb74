"""Messages and parts of them say what the tests of yabgp and of Holo say of them."""

from collections.abc import Callable
from ipaddress import IPv4Address
from typing import Final

import pytest

from bgpkit.wire import Codec, MpReach, MpUnreach, UpdateMessage, decode_attribute_list
from bgpkit.wire.attributes.attribute import attribute_decoder
from bgpkit.wire.families.ethernet_segment import EthernetSegmentIdentifier
from bgpkit.wire.families.label_stack import read_label_stack
from bgpkit_fsm import (
    IPV4_UNICAST,
    IPV6_UNICAST,
    AddPathCapability,
    Capability,
    EnhancedRouteRefreshCapability,
    FourOctetAsCapability,
    MultiprotocolCapability,
    Notification,
    Open,
    PrestandardRouteRefreshCapability,
    RouteRefreshCapability,
)
from bgpkit_rib import RouteDistinguisher
from tests.conformance.vectors.exceptions import expected
from tests.conformance.vectors.sessions import add_path_of, codec_of
from tests.conformance.vectors.test_nlri import WITHDRAWN, family_of
from tests.conformance.vectors.yabgp_words import (
    Words,
    attribute_words,
    attributes_words,
    family_words,
    label_words,
    nlri_words,
)
from tests.unit.wire.vector_rows import Row, all_rows, name_of

ALL: Final = all_rows()


def _segment_words(octets: bytes) -> Words:
    """Return an Ethernet segment identifier made of a router ID and a number. RFC 7432, section 5."""
    value = EthernetSegmentIdentifier(octets)
    numbers = {
        "router_id": int.from_bytes(value.octets[1:5], "big"),
        "ld_value": int.from_bytes(value.octets[5:9], "big"),
    }
    return {"type": value.type, "value": numbers}


PARTS: Final[dict[str, Callable[[bytes], object]]] = {
    "EVPN.parse_esi": _segment_words,
    "MPLSVPN.parse_mpls_label_stack": lambda octets: label_words(read_label_stack(octets)),
    "MPLSVPN.parse_rd": lambda octets: str(RouteDistinguisher(octets)),
}


@pytest.mark.parametrize("row", [row for row in ALL if row.expect.get("decoded_yabgp")], ids=name_of)
def test_octets_say_what_yabgp_reads(row: Row) -> None:
    """Values, routes and attributes are those of yabgp's tests, word for word in its own words."""
    codec = codec_of(row.context.get("as4", True), internal=True, add_path=add_path_of(row.context))
    found = _words(row, codec)
    other = expected(row.name, "yabgp", None)
    assert found == (row.expect.get("decoded_yabgp") if other is None else other.split())


@pytest.mark.parametrize("row", [row for row in ALL if row.expect.get("decoded")], ids=name_of)
def test_messages_say_what_holo_reads(row: Row) -> None:
    """The fields of an OPEN, and those of an UPDATE with routes in all four places."""
    message = codec_of(four_octet_as=True, internal=True).decode(row.octets)
    if isinstance(message, Open):
        hold_time, identifier = message.hold_time, str(message.bgp_identifier)
        found: Words = {"my_as": message.my_as, "holdtime": hold_time, "bgp_id": identifier}
    else:
        assert isinstance(message, UpdateMessage)
        found = _holo_words(message)
    assert found == row.expect.get("decoded")


def _words(row: Row, codec: Codec) -> object:
    context = codec.context
    if row.kind in {"open", "notification", "update"}:
        return _message_words(codec.decode(row.octets))
    if row.kind == "attrs":
        return attributes_words(decode_attribute_list(row.octets, context))
    if row.kind == "attr_value":
        code = row.context.get("attr_type", 0)
        return attribute_words(attribute_decoder(context)(0, code, row.octets).value)
    part = PARTS.get(row.context.get("peer_call", ""))
    if part is not None:
        return part(row.octets)
    add_path = row.context.get("addpath") is True
    found = family_of(row).nlri(row.octets, add_path=add_path, withdrawn=row.name in WITHDRAWN)
    return [*map(nlri_words, found)]


def _message_words(message: object) -> object:
    match message:
        case UpdateMessage():
            withdrawn: Words = {"withdraw": [*map(nlri_words, message.withdrawn)]}
            if not message.attributes:
                return withdrawn
            return withdrawn | {
                "attr": attributes_words(message.attributes),
                "nlri": [*map(nlri_words, message.nlri)],
            }
        case Notification():
            return [message.code, message.subcode, {"hex": message.data.hex()}]
        case Open():
            numbers = {"version": message.version, "hold_time": message.hold_time}
            (asn,) = (each.asn for each in message.capabilities if isinstance(each, FourOctetAsCapability))
            words = {key: said for each in message.capabilities for key, said in [_capability_words(each)]}
            return {"bgp_id": str(message.bgp_identifier), **numbers, "asn": asn, "capabilities": words}
        case _:
            raise ValueError(f"yabgp's words for {message} are not known")


def _capability_words(capability: Capability) -> tuple[str, object]:
    match capability:
        case MultiprotocolCapability():
            return "afi_safi", [family_words(capability.family)]
        case AddPathCapability():
            ((family, mode),) = capability.families
            assert family == IPV4_UNICAST
            return "add_path", [{"afi_safi": "ipv4", "send/receive": mode.name.lower()}]
        case PrestandardRouteRefreshCapability():
            return "cisco_route_refresh", True
        case RouteRefreshCapability():
            return "route_refresh", True
        case EnhancedRouteRefreshCapability():
            return "enhanced_route_refresh", True
        case FourOctetAsCapability():
            return "four_bytes_as", True
        case _:
            raise ValueError(f"yabgp's words for {capability} are not known")


def _holo_words(message: UpdateMessage) -> Words:
    (reach,) = (each.value for each in message.attributes if isinstance(each.value, MpReach))
    (unreach,) = (each.value for each in message.attributes if isinstance(each.value, MpUnreach))
    assert reach.family == unreach.family == IPV6_UNICAST
    next_hop, link_local = map(str, reach.next_hop)
    values = message.path_attributes
    (hop,) = (each.value for each in message.attributes if isinstance(each.value, IPv4Address) and each.code == 3)
    return {
        "nlri": [*map(str, message.nlri)],
        "withdrawn": [*map(str, message.withdrawn)],
        "next_hop": str(hop),
        "mp_reach": {
            "family": "Ipv6Unicast",
            "nlri": [*map(str, reach.nlri)],
            "next_hop": next_hop,
            "ll_next_hop": link_local,
        },
        "mp_unreach": {"family": "Ipv6Unicast", "nlri": [*map(str, unreach.nlri)]},
        "med": values.med,
        "local_pref": values.local_pref,
        "as_path": [asn for segment in values.as_path.segments for asn in segment.asns],
    }
