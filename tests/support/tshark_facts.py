"""What a decoded message says, put in the fields that tshark would show of it, so that the two can be compared."""

from collections import defaultdict
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from bgpkit.wire import (
    AnyMessage,
    Attribute,
    MpReach,
    MpUnreach,
    Nlri,
    PathNlri,
    UpdateMessage,
    VpnAddress,
    encode_capability,
)
from bgpkit.wire.attributes.attr_set import AttrSet
from bgpkit.wire.attributes.row import expect_all
from bgpkit.wire.families.vpn import LabeledVpnPrefix
from bgpkit_fsm import (
    FourOctetAsCapability,
    GracefulRestartCapability,
    Keepalive,
    MultiprotocolCapability,
    Notification,
    Open,
    RouteRefresh,
)
from bgpkit_rib import Aggregator, AsPath, Community, ExtendedCommunity, LargeCommunity, Origin, Prefix
from tests.support.tshark import Fields

_ATTRIBUTE: Final = "bgp.update.path_attribute"
_SUBCODES: Final = {
    1: "bgp.notify.minor_error",
    2: "bgp.notify.minor_error_open",
    3: "bgp.notify.minor_error_update",
    4: "bgp.notify.minor_error_expired",
    5: "bgp.notify.minor_error_state",
    6: "bgp.notify.minor_error_cease",
}
_SINGLE: Final = {
    3: f"{_ATTRIBUTE}.next_hop",
    4: f"{_ATTRIBUTE}.multi_exit_disc",
    5: f"{_ATTRIBUTE}.local_pref",
    9: f"{_ATTRIBUTE}.originator_id",
}
"""The attributes that are one address or number."""
_RESERVED: Final = frozenset({0x0000, 0xFFFF})
"""AS numbers that make tshark show a community as one number."""
FAULTS: Final = ("_ws.malformed", "_ws.expert.message")
"""What tshark finds wrong."""
FIELDS: Final = (
    "bgp.type",
    "bgp.open.version",
    "bgp.open.myas",
    "bgp.open.holdtime",
    "bgp.open.identifier",
    "bgp.cap.type",
    "bgp.cap.mp.afi",
    "bgp.cap.mp.safi",
    "bgp.cap.4as",
    "bgp.cap.gr.timers.restart_time",
    "bgp.notify.major_error",
    *_SUBCODES.values(),
    "bgp.route_refresh.afi",
    "bgp.route_refresh.subtype",
    "bgp.route_refresh.safi",
    "bgp.withdrawn_prefix",
    "bgp.nlri_prefix",
    "bgp.mp_reach_nlri_ipv4_prefix",
    "bgp.mp_reach_nlri_ipv6_prefix",
    "bgp.mp_unreach_nlri_ipv4_prefix",
    "bgp.mp_unreach_nlri_ipv6_prefix",
    "bgp.prefix_length",
    "bgp.nlri_path_id",
    "bgp.rd",
    "bgp.label_stack",
    f"{_ATTRIBUTE}.flags",
    f"{_ATTRIBUTE}.type_code",
    f"{_ATTRIBUTE}.origin",
    f"{_ATTRIBUTE}.as_path_segment.type",
    f"{_ATTRIBUTE}.as_path_segment.length",
    f"{_ATTRIBUTE}.as_path_segment.as2",
    f"{_ATTRIBUTE}.as_path_segment.as4",
    *_SINGLE.values(),
    f"{_ATTRIBUTE}.aggregator_as",
    f"{_ATTRIBUTE}.aggregator_origin",
    f"{_ATTRIBUTE}.community_wellknown",
    f"{_ATTRIBUTE}.community_as",
    f"{_ATTRIBUTE}.community_value",
    "bgp.path_attribute.cluster_id",
    "bgp.ext_com.type",
    "bgp.ext_com.stype_tr_as2",
    "bgp.ext_com.stype_tr_as4",
    "bgp.ext_com.stype_tr_IP4",
    "bgp.ext_com.value_as2",
    "bgp.ext_com.value_as4",
    "bgp.ext_com.value_IP4",
    "bgp.ext_com.value_an2",
    "bgp.ext_com.value_an4",
    "bgp.large_communities.ga",
    "bgp.large_communities.ldp1",
    "bgp.large_communities.ldp2",
    f"{_ATTRIBUTE}.attr_set.origin_as",
    f"{_ATTRIBUTE}.mp_reach_nlri.afi",
    f"{_ATTRIBUTE}.mp_reach_nlri.safi",
    f"{_ATTRIBUTE}.mp_reach_nlri.next_hop.rd",
    f"{_ATTRIBUTE}.mp_reach_nlri.next_hop.ipv4",
    f"{_ATTRIBUTE}.mp_reach_nlri.next_hop.ipv6",
    f"{_ATTRIBUTE}.mp_reach_nlri.next_hop.ipv6.link_local",
    f"{_ATTRIBUTE}.mp_unreach_nlri.afi",
    f"{_ATTRIBUTE}.mp_unreach_nlri.safi",
)
"""The fields that are compared."""


class _Facts:
    """Collects fields in the order in which they stand in the message."""

    def __init__(self, *, four_octet_as: bool) -> None:
        """Start with none; ``four_octet_as`` says how AS_PATH is written."""
        self.fields: defaultdict[str, list[str]] = defaultdict(list)
        self._four_octet_as = four_octet_as

    def add(self, name: str, *values: object) -> None:
        """Add values of a field."""
        assert name in FIELDS, name
        self.fields[name] += map(str, values)

    def open(self, message: Open) -> None:
        """Add an OPEN; tshark shows what the old field for the AS number holds."""
        self.add("bgp.open.version", message.version)
        self.add("bgp.open.myas", message.my_as)
        self.add("bgp.open.holdtime", message.hold_time)
        self.add("bgp.open.identifier", message.bgp_identifier)
        for capability in message.capabilities:
            self.add("bgp.cap.type", encode_capability(capability)[0])
            match capability:
                case MultiprotocolCapability(family=family):
                    self.add("bgp.cap.mp.afi", family.afi)
                    self.add("bgp.cap.mp.safi", family.safi)
                case FourOctetAsCapability(asn=asn):
                    self.add("bgp.cap.4as", asn)
                case GracefulRestartCapability(restart_time=restart_time):
                    self.add("bgp.cap.gr.timers.restart_time", restart_time)
                case _:
                    pass

    def update(self, message: UpdateMessage) -> None:
        """Add the three fields of an UPDATE."""
        self.nlri("bgp.withdrawn_prefix", message.withdrawn)
        self.attributes(message.attributes)
        self.nlri("bgp.nlri_prefix", message.nlri)

    def attributes(self, attributes: Iterable[Attribute]) -> None:
        """Add path attributes, those within an ATTR_SET too."""
        for attribute in attributes:
            self.add(f"{_ATTRIBUTE}.flags", f"0x{attribute.flags:02x}")
            self.add(f"{_ATTRIBUTE}.type_code", attribute.code)
            self._value(attribute)

    def _value(self, attribute: Attribute) -> None:
        match attribute.value:
            case Origin() as origin:
                self.add(f"{_ATTRIBUTE}.origin", origin.value)
            case AsPath() as path:
                self._as_path(path, self._four_octet_as or attribute.code == 17)
            case Aggregator(asn=asn, address=address):
                self.add(f"{_ATTRIBUTE}.aggregator_as", asn)
                self.add(f"{_ATTRIBUTE}.aggregator_origin", address)
            case MpReach() as reach:
                self._reach(reach)
            case MpUnreach(family=family, nlri=nlri):
                self.add(f"{_ATTRIBUTE}.mp_unreach_nlri.afi", family.afi)
                self.add(f"{_ATTRIBUTE}.mp_unreach_nlri.safi", family.safi)
                self.nlri(f"bgp.mp_unreach_nlri_ipv{4 if family.afi == 1 else 6}_prefix", nlri)
            case AttrSet(origin_as=origin_as, attributes=attributes):
                self.add(f"{_ATTRIBUTE}.attr_set.origin_as", origin_as)
                self.attributes(attributes)
            case True:
                assert attribute.code == 6, attribute
            case IPv4Address() | int() as single:
                self.add(_SINGLE[attribute.code], single)
            case _:
                for item in expect_all(object, attribute.value, attribute.name):
                    self._item(item)

    def _as_path(self, path: AsPath, four_octet_as: bool) -> None:
        for segment in path.segments:
            self.add(f"{_ATTRIBUTE}.as_path_segment.type", segment.kind.value)
            self.add(f"{_ATTRIBUTE}.as_path_segment.length", len(segment.asns))
            self.add(f"{_ATTRIBUTE}.as_path_segment.as{4 if four_octet_as else 2}", *segment.asns)

    def _reach(self, reach: MpReach) -> None:
        self.add(f"{_ATTRIBUTE}.mp_reach_nlri.afi", reach.family.afi)
        self.add(f"{_ATTRIBUTE}.mp_reach_nlri.safi", reach.family.safi)
        first, *others = reach.next_hop
        for other in others:
            self.add(f"{_ATTRIBUTE}.mp_reach_nlri.next_hop.ipv6.link_local", other)
        if isinstance(first, VpnAddress):
            self.add(f"{_ATTRIBUTE}.mp_reach_nlri.next_hop.rd", first.route_distinguisher)
            first = first.address
        assert isinstance(first, IPv4Address | IPv6Address), first
        self.add(f"{_ATTRIBUTE}.mp_reach_nlri.next_hop.ipv{first.version}", first)
        self.nlri(f"bgp.mp_reach_nlri_ipv{4 if reach.family.afi == 1 else 6}_prefix", reach.nlri)

    def _item(self, item: object) -> None:
        """Add a member of an attribute that is a list."""
        match item:
            case Community() if item >> 16 in _RESERVED:
                self.add(f"{_ATTRIBUTE}.community_wellknown", f"0x{int(item):08x}")
            case Community():
                self.add(f"{_ATTRIBUTE}.community_as", item >> 16)
                self.add(f"{_ATTRIBUTE}.community_value", item & 0xFFFF)
            case LargeCommunity():
                self.add("bgp.large_communities.ga", item.global_admin)
                self.add("bgp.large_communities.ldp1", item.data1)
                self.add("bgp.large_communities.ldp2", item.data2)
            case ExtendedCommunity():
                self._extended_community(str(item))
            case IPv4Address():
                self.add("bgp.path_attribute.cluster_id", item)
            case _:
                raise AssertionError(f"{item} has no fields of its own")

    def _extended_community(self, text: str) -> None:
        """Add a route target or route origin as its text says it: ``rt:64512:100``."""
        kind, administrator, number = text.split(":")
        code, form, width = (1, "IP4", 2) if "." in administrator else (0, "as2", 4)
        if form == "as2" and int(administrator) > 0xFFFF:
            code, form, width = 2, "as4", 2
        self.add("bgp.ext_com.type", f"0x{code:02x}")
        self.add(f"bgp.ext_com.stype_tr_{form}", {"rt": "0x02", "ro": "0x03"}[kind])
        self.add(f"bgp.ext_com.value_{form}", administrator)
        self.add(f"bgp.ext_com.value_an{width}", number)

    def nlri(self, field: str, values: Iterable[Nlri]) -> None:
        """Add routes whose addresses stand in ``field``; lengths count all that stands before the address."""
        for value in values:
            if isinstance(value, PathNlri):
                self.add("bgp.nlri_path_id", value.path_id)
                value = value.nlri
            if isinstance(value, LabeledVpnPrefix):
                (label,) = value.labels
                self.add("bgp.rd", value.route_distinguisher)
                self.add("bgp.label_stack", f"{label} (bottom)")
                self.add("bgp.prefix_length", 24 + 64 + value.prefix.length)
                value = value.prefix
            else:
                assert isinstance(value, Prefix), value
                self.add("bgp.prefix_length", value.length)
            assert isinstance(value.address, IPv4Address | IPv6Address)
            self.add(field, value.address)


def fields_of(message: AnyMessage, *, four_octet_as: bool) -> Fields:
    """Return the fields of `FIELDS` that tshark has to show of ``message``."""
    facts = _Facts(four_octet_as=four_octet_as)
    match message:
        case Open():
            facts.add("bgp.type", 1)
            facts.open(message)
        case UpdateMessage():
            facts.add("bgp.type", 2)
            facts.update(message)
        case Notification(code=code, subcode=subcode):
            facts.add("bgp.type", 3)
            facts.add("bgp.notify.major_error", code)
            facts.add(_SUBCODES[code], subcode)
        case Keepalive():
            facts.add("bgp.type", 4)
        case RouteRefresh(family=family):
            facts.add("bgp.type", 5)
            facts.add("bgp.route_refresh.afi", family.afi)
            facts.add("bgp.route_refresh.subtype", message.subtype)
            facts.add("bgp.route_refresh.safi", family.safi)
    return {name: tuple(values) for name, values in facts.fields.items()}
