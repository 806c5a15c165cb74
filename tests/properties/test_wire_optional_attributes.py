"""Optional attributes come back as they were, and octets of any kind lead to a value or to ValueError."""

from ipaddress import IPv4Address, IPv6Address
from typing import Final, TypeVar

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bgpkit.wire.attributes import Attribute
from bgpkit.wire.attributes.aigp import ROWS as AIGP
from bgpkit.wire.attributes.aigp import Aigp, AigpMetric
from bgpkit.wire.attributes.attr_set import ROWS as ATTR_SET
from bgpkit.wire.attributes.attr_set import AttrSet
from bgpkit.wire.attributes.bgp_ls_attribute import ROWS as BGP_LS
from bgpkit.wire.attributes.bgp_ls_attribute import BgpLsAttribute
from bgpkit.wire.attributes.label_stack_entry import LabelStackEntry
from bgpkit.wire.attributes.link_state_codes import LinkStateCode
from bgpkit.wire.attributes.link_state_tlvs import (
    ADDRESSES,
    BANDWIDTHS,
    LISTS,
    NUMBERS,
    SIDS,
    TEXTS,
    IgpMetric,
    LinkStateAddress,
    LinkStateBandwidth,
    LinkStateNumber,
    LinkStateNumbers,
    LinkStateOctets,
    LinkStateSid,
    LinkStateText,
)
from bgpkit.wire.attributes.only_to_customer import ROWS as ONLY_TO_CUSTOMER
from bgpkit.wire.attributes.pmsi_tunnel import ROWS as PMSI_TUNNEL
from bgpkit.wire.attributes.pmsi_tunnel import (
    IngressReplication,
    MldpFecType,
    MldpLsp,
    OpaqueTunnelIdentifier,
    PimTree,
    PmsiTunnel,
    PmsiTunnelIdentifier,
    RsvpTeP2mpLsp,
)
from bgpkit.wire.attributes.prefix_sid import ROWS as PREFIX_SID
from bgpkit.wire.attributes.prefix_sid import LabelIndex, OriginatorSrgb, PrefixSid, SrgbRange
from bgpkit.wire.attributes.row import AttributeRow
from bgpkit.wire.attributes.segment_list import EndpointBehaviorStructure, SegmentA, SegmentB, Weight
from bgpkit.wire.attributes.sr_policy_sub_tlvs import (
    BindingSid,
    CandidatePathName,
    ExplicitNullLabelPolicy,
    PolicyName,
    Preference,
    Priority,
    SegmentList,
    Srv6BindingSid,
)
from bgpkit.wire.attributes.srv6_service import SidInformation, SidStructure, Srv6L2Service, Srv6L3Service
from bgpkit.wire.attributes.tunnel_encapsulation import ROWS as TUNNEL_ENCAPSULATION
from bgpkit.wire.attributes.tunnel_encapsulation import SubTlv, Tunnel, TunnelEncapsulation
from bgpkit.wire.attributes.tunnel_sub_tlvs import (
    GreEncapsulation,
    L2tpv3Encapsulation,
    MplsLabelStack,
    TunnelColor,
    TunnelEgressEndpoint,
    TunnelParameter,
    TunnelParameterCode,
    TunnelPrefixSid,
    VirtualNetworkEncapsulation,
)
from bgpkit.wire.tlv import Tlv
from bgpkit_rib import MacAddress, Origin
from tests.unit.wire.octets import context

T = TypeVar("T")
_CONTEXTS: Final = st.builds(context, four_octet_as=st.booleans(), internal=st.booleans())

u8, u16, u20, u24, u32 = (st.integers(0, (1 << bits) - 1) for bits in (8, 16, 20, 24, 32))
ipv4 = u32.map(IPv4Address)
ipv6 = st.integers(0, (1 << 128) - 1).map(IPv6Address)
addresses: st.SearchStrategy[IPv4Address | IPv6Address] = ipv4 | ipv6
short = st.binary(max_size=20)
texts = st.text(max_size=20)
floats = st.floats(width=32, allow_nan=False, allow_infinity=False)


def unknown(*known: int) -> st.SearchStrategy[Tlv]:
    """Return TLVs of a type of one octet that is none of those ``known``."""
    return st.builds(Tlv, u8.filter(lambda code: code not in known), short)


def several(items: st.SearchStrategy[T], least: int = 0) -> st.SearchStrategy[tuple[T, ...]]:
    """Return tuples of up to three items."""
    return st.lists(items, min_size=least, max_size=3).map(tuple)


def _fitting(size: int) -> st.SearchStrategy[int]:
    """Return numbers that fit ``size`` octets."""
    return st.integers(0, (1 << 8 * size) - 1)


aigps = st.builds(Aigp, several(st.builds(AigpMetric, st.integers(0, (1 << 64) - 2)) | unknown(1), 1))

_mldp = st.builds(MldpLsp, fec_type=st.just(MldpFecType.P2MP), root=addresses, opaque=short)
_mp2mp = st.builds(
    MldpLsp,
    fec_type=st.sampled_from([MldpFecType.MP2MP_UPSTREAM, MldpFecType.MP2MP_DOWNSTREAM]),
    root=addresses,
    opaque=short,
)
_trees = st.builds(PimTree, ipv4, ipv4) | st.builds(PimTree, ipv6, ipv6)
_identified: st.SearchStrategy[tuple[int, PmsiTunnelIdentifier | None]] = st.one_of(
    st.just((0, None)),
    st.tuples(
        st.just(1),
        st.builds(RsvpTeP2mpLsp, extended_tunnel_id=addresses, reserved=u16, tunnel_id=u16, p2mp_id=u32),
    ),
    st.tuples(st.just(2), _mldp),
    st.tuples(st.integers(3, 5), _trees),
    st.tuples(st.just(6), st.builds(IngressReplication, addresses)),
    st.tuples(st.just(7), _mp2mp),
    st.tuples(st.sampled_from([8, 11, 0x7B, 0x80]), st.builds(OpaqueTunnelIdentifier, short)),
)


def _pmsi_tunnel(flags: int, label: int, identified: tuple[int, PmsiTunnelIdentifier | None]) -> PmsiTunnel:
    tunnel_type, identifier = identified
    return PmsiTunnel(flags=flags, tunnel_type=tunnel_type, mpls_label=label, identifier=identifier)


pmsi_tunnels = st.builds(_pmsi_tunnel, u8, u24, _identified)

_structures = st.builds(
    SidStructure,
    locator_block_length=u8,
    locator_node_length=u8,
    function_length=u8,
    argument_length=u8,
    transposition_length=u8,
    transposition_offset=u8,
)
_sids = st.builds(
    SidInformation,
    sid=ipv6,
    endpoint_behavior=u16,
    flags=u8,
    reserved1=u8,
    reserved2=u8,
    sub_sub_tlvs=several(_structures | unknown(1)),
)
prefix_sid_tlvs = several(
    st.one_of(
        st.builds(LabelIndex, u32, u16, u8),
        st.builds(OriginatorSrgb, several(st.builds(SrgbRange, u24, u24), 1), u16),
        st.builds(Srv6L3Service, several(_sids | unknown(1)), u8),
        st.builds(Srv6L2Service, several(_sids | unknown(1)), u8),
        unknown(1, 3, 5, 6),
    ),
    1,
)
prefix_sids = st.builds(PrefixSid, prefix_sid_tlvs)

_entries = st.builds(LabelStackEntry, label=u20, traffic_class=st.integers(0, 7), bottom_of_stack=st.booleans(), ttl=u8)
_behaviors = st.none() | st.builds(
    EndpointBehaviorStructure,
    behavior=u16,
    locator_block_length=u8,
    locator_node_length=u8,
    function_length=u8,
    argument_length=u8,
    reserved=u16,
)
_segments = st.one_of(
    st.builds(Weight, u32, u8, u8),
    st.builds(SegmentA, _entries, u8, u8),
    st.builds(SegmentB, ipv6, _behaviors, u8, u8),
    unknown(1, 9, 13),
)
_sub_tlvs: st.SearchStrategy[SubTlv] = st.one_of(
    st.builds(TunnelEgressEndpoint, st.none() | addresses, u32),
    st.builds(TunnelColor, u32, u16),
    st.builds(TunnelParameter, st.sampled_from(TunnelParameterCode), st.integers(1, 2)),
    st.builds(MplsLabelStack, several(_entries)),
    st.builds(TunnelPrefixSid, prefix_sid_tlvs),
    st.builds(Preference, u32, u8, u8),
    st.builds(BindingSid, st.none() | _entries | ipv6, u8, u8),
    st.builds(ExplicitNullLabelPolicy, u8, u8, u8),
    st.builds(Priority, u8, u8),
    st.builds(Srv6BindingSid, ipv6, _behaviors, u8, u8),
    st.builds(SegmentList, several(_segments), u8),
    st.builds(CandidatePathName, texts, u8),
    st.builds(PolicyName, texts, u8),
    st.builds(Tlv, st.sampled_from([3, 99, 200]), short),
)
_networks = st.builds(
    VirtualNetworkEncapsulation,
    flags=u8,
    vn_id=u24,
    mac_address=st.binary(min_size=6, max_size=6).map(MacAddress),
    reserved=u16,
)
_encapsulations: dict[int, st.SearchStrategy[SubTlv]] = {
    1: st.builds(L2tpv3Encapsulation, u32, short),
    2: st.builds(GreEncapsulation, u32),
    8: _networks,
    9: _networks,
    11: st.builds(GreEncapsulation, u32),
    15: st.builds(Tlv, st.just(1), short),
    999: st.builds(Tlv, st.just(1), short),
}
_tunnels: st.SearchStrategy[Tunnel] = st.one_of(
    [st.builds(Tunnel, st.just(kind), several(_sub_tlvs | own)) for kind, own in _encapsulations.items()]
)
tunnel_encapsulations = st.builds(
    TunnelEncapsulation,
    several(_tunnels, 1).filter(lambda tunnels: sum(tunnel.tunnel_type == 15 for tunnel in tunnels) < 2),
)

_link_state = st.one_of(
    *(st.builds(LinkStateNumber, st.just(code), _fitting(size)) for code, size in NUMBERS.items()),
    *(st.builds(LinkStateNumbers, st.just(code), several(_fitting(size))) for code, size in LISTS.items()),
    *(st.builds(LinkStateBandwidth, st.just(code), st.tuples(*[floats] * count)) for code, count in BANDWIDTHS.items()),
    st.builds(LinkStateText, st.sampled_from(sorted(TEXTS)), texts),
    st.builds(LinkStateAddress, st.sampled_from(sorted(ADDRESSES)), addresses),
    *(st.builds(IgpMetric, _fitting(size), st.just(size)) for size in (1, 2, 3)),
    st.builds(
        LinkStateSid, code=st.sampled_from(sorted(SIDS)), sid=u24, size=st.just(3), flags=u8, parameter=u8, reserved=u16
    ),
    st.builds(LinkStateOctets, st.just(LinkStateCode.SR_CAPABILITIES), short),
    st.builds(Tlv, st.sampled_from([256, 1023, 65535]), short),
)
bgp_ls_attributes = st.builds(BgpLsAttribute, several(_link_state, 1))

_inner = st.one_of(
    st.builds(Attribute, st.just(0x40), st.just(1), st.sampled_from(Origin)),
    st.builds(Attribute, st.just(0x50), st.just(5), u32),
    st.builds(Attribute, st.sampled_from([0x80, 0xC0, 0xE0, 0xD0]), st.just(99), short),
)
attr_sets = st.builds(AttrSet, u32, several(_inner))

VALUES: Final[tuple[tuple[AttributeRow, st.SearchStrategy[object]], ...]] = (
    (AIGP[0], aigps),
    (ATTR_SET[0], attr_sets),
    (BGP_LS[0], bgp_ls_attributes),
    (ONLY_TO_CUSTOMER[0], u32),
    (PMSI_TUNNEL[0], pmsi_tunnels),
    (PREFIX_SID[0], prefix_sids),
    (TUNNEL_ENCAPSULATION[0], tunnel_encapsulations),
)
_IDS: Final = [row.code.name for row, _ in VALUES]


@pytest.mark.parametrize(("row", "values"), VALUES, ids=_IDS)
@given(st.data())
def test_values_come_back(row: AttributeRow, values: st.SearchStrategy[object], data: st.DataObject) -> None:
    """A value is written, and read again as the same value; its text is one line."""
    value, session = data.draw(values), data.draw(_CONTEXTS)
    octets = row.encode(value, session)
    assert len(octets) in row.lengths
    assert row.decode(octets, session) == value
    assert len(str(value).splitlines()) == 1


@pytest.mark.parametrize(("row", "values"), VALUES, ids=_IDS)
@given(st.data())
def test_octets_come_back_or_are_refused(
    row: AttributeRow, values: st.SearchStrategy[object], data: st.DataObject
) -> None:
    """Octets at random, and those of a value with a change: ValueError, or they are written again as they were."""
    session = data.draw(_CONTEXTS)
    octets = data.draw(st.binary(max_size=60))
    if data.draw(st.booleans()):
        written = row.encode(data.draw(values), session)
        at = data.draw(st.integers(0, len(written)))
        octets = written[:at] + octets[:1] + written[at + data.draw(st.integers(0, 2)) :]
    assume(len(octets) in row.lengths)
    try:
        value = row.decode(octets, session)
    except ValueError:
        return
    assert row.encode(value, session) == octets
    assert len(str(value).splitlines()) < 2
