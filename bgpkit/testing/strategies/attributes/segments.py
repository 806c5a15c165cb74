"""Prefix-SID and what it shares with tunnels: labels, SIDs, lists of segments (RFC 8669, RFC 9252, RFC 9830)."""

from typing import Final

from hypothesis import strategies as st

from bgpkit.testing.strategies.fields import ipv6_addresses, numbers, tlvs
from bgpkit.wire.attributes.label_stack_entry import LabelStackEntry
from bgpkit.wire.attributes.prefix_sid import LabelIndex, OriginatorSrgb, PrefixSid, PrefixSidTlv, SrgbRange
from bgpkit.wire.attributes.segment_list import (
    EndpointBehaviorStructure,
    SegmentA,
    SegmentB,
    SegmentListTlv,
    Weight,
)
from bgpkit.wire.attributes.srv6_service import SidInformation, SidStructure, Srv6L2Service, Srv6L3Service

ZERO: Final = st.just(0)
FLAGS: Final = ZERO | numbers(8)
"""An octet of flags or a reserved one: often zero."""

LABEL_STACK_ENTRIES: Final = st.builds(
    LabelStackEntry,
    label=numbers(20),
    traffic_class=ZERO | numbers(3),
    bottom_of_stack=st.booleans(),
    ttl=FLAGS,
)
"""Entries of MPLS label stacks. RFC 3032, section 2.1."""

ENDPOINT_BEHAVIORS: Final = st.builds(
    EndpointBehaviorStructure,
    behavior=numbers(16),
    locator_block_length=numbers(8),
    locator_node_length=numbers(8),
    function_length=numbers(8),
    argument_length=numbers(8),
    reserved=ZERO | numbers(16),
)
"""SRv6 endpoint behaviors with the structure of a SID. RFC 9830, section 2.4.4.2.4."""

SEGMENT_LIST_TLVS: Final[st.SearchStrategy[SegmentListTlv]] = st.one_of(
    st.builds(Weight, numbers(32), FLAGS, FLAGS),
    st.builds(SegmentA, LABEL_STACK_ENTRIES, FLAGS, FLAGS),
    st.builds(SegmentB, ipv6_addresses(), st.none() | ENDPOINT_BEHAVIORS, FLAGS, FLAGS),
    tlvs(st.sampled_from([3, 4, 5, 6, 7, 8, 14, 15, 16])),
)
"""Segments of the types A and B, weights, and segments of other types as TLVs. RFC 9830, section 2.4.4."""

_SID_STRUCTURES: Final = st.builds(
    SidStructure,
    locator_block_length=numbers(8),
    locator_node_length=numbers(8),
    function_length=numbers(8),
    argument_length=numbers(8),
    transposition_length=FLAGS,
    transposition_offset=FLAGS,
)
_SID_INFORMATION: Final = st.builds(
    SidInformation,
    sid=ipv6_addresses(),
    endpoint_behavior=numbers(16),
    flags=FLAGS,
    reserved1=FLAGS,
    reserved2=FLAGS,
    sub_sub_tlvs=st.lists(_SID_STRUCTURES | tlvs(st.integers(2, 255)), max_size=2).map(tuple),
)
_SUB_TLVS: Final = st.lists(_SID_INFORMATION | tlvs(st.integers(2, 255)), max_size=2).map(tuple)
_RANGES: Final = st.lists(st.builds(SrgbRange, numbers(24), numbers(24)), min_size=1, max_size=2).map(tuple)

PREFIX_SID_TLVS: Final[st.SearchStrategy[PrefixSidTlv]] = st.one_of(
    st.builds(LabelIndex, numbers(32), ZERO | numbers(16), FLAGS),
    st.builds(OriginatorSrgb, _RANGES, ZERO | numbers(16)),
    st.builds(Srv6L3Service, _SUB_TLVS, FLAGS),
    st.builds(Srv6L2Service, _SUB_TLVS, FLAGS),
    tlvs(st.sampled_from([0, 2, 4]) | st.integers(7, 255)),
)
"""TLVs of a Prefix-SID, known ones and others. RFC 8669, section 3; RFC 9252, section 2."""

PREFIX_SIDS: Final = st.lists(PREFIX_SID_TLVS, min_size=1, max_size=2).map(lambda found: PrefixSid(tuple(found)))
"""Values of PREFIX_SID."""
