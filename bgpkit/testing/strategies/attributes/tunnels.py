"""PMSI_TUNNEL and TUNNEL_ENCAPSULATION (RFC 6514, RFC 9012, RFC 9830)."""

from typing import Final

from hypothesis import strategies as st

from bgpkit.testing.strategies.attributes.segments import (
    ENDPOINT_BEHAVIORS,
    FLAGS,
    LABEL_STACK_ENTRIES,
    PREFIX_SID_TLVS,
    SEGMENT_LIST_TLVS,
    ZERO,
)
from bgpkit.testing.strategies.fields import addresses, ipv6_addresses, mac_addresses, numbers, tlvs
from bgpkit.wire.attributes.pmsi_tunnel import (
    IngressReplication,
    MldpFecType,
    MldpLsp,
    OpaqueTunnelIdentifier,
    PimTree,
    PmsiTunnel,
    PmsiTunnelIdentifier,
    PmsiTunnelType,
    RsvpTeP2mpLsp,
)
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
from bgpkit_rib import TunnelType

_PIM_TREES: Final = st.sampled_from([32, 128]).flatmap(
    lambda width: st.builds(PimTree, addresses(width), addresses(width))
)
_MP2MP: Final = (MldpFecType.MP2MP_UPSTREAM, MldpFecType.MP2MP_DOWNSTREAM)


def _mldp(*kinds: MldpFecType) -> st.SearchStrategy[MldpLsp]:
    """Return FEC elements of one of the kinds. RFC 6388, sections 2.2 and 3.2."""
    opaque = st.binary(max_size=20)
    return st.builds(MldpLsp, fec_type=st.sampled_from(kinds), root=addresses(), opaque=opaque)


_IDENTIFIERS: Final[dict[int, st.SearchStrategy[PmsiTunnelIdentifier | None]]] = {
    PmsiTunnelType.NO_TUNNEL_INFORMATION: st.none(),
    PmsiTunnelType.RSVP_TE_P2MP_LSP: st.builds(
        RsvpTeP2mpLsp,
        extended_tunnel_id=addresses(),
        reserved=ZERO | numbers(16),
        tunnel_id=numbers(16),
        p2mp_id=numbers(32),
    ),
    PmsiTunnelType.MLDP_P2MP_LSP: _mldp(MldpFecType.P2MP),
    PmsiTunnelType.PIM_SSM_TREE: _PIM_TREES,
    PmsiTunnelType.PIM_SM_TREE: _PIM_TREES,
    PmsiTunnelType.BIDIR_PIM_TREE: _PIM_TREES,
    PmsiTunnelType.INGRESS_REPLICATION: st.builds(IngressReplication, addresses()),
    PmsiTunnelType.MLDP_MP2MP_LSP: _mldp(*_MP2MP),
    0x0A: st.builds(OpaqueTunnelIdentifier, st.binary(max_size=20)),
    0x7B: st.builds(OpaqueTunnelIdentifier, st.binary(max_size=20)),
}
"""Identifiers by tunnel type; the last two types are registered for other RFCs and for experiments."""


@st.composite
def pmsi_tunnels(draw: st.DrawFn) -> PmsiTunnel:
    """Draw values of PMSI_TUNNEL: every type of tunnel, with the identifier that it asks for."""
    kind = draw(st.sampled_from(sorted(_IDENTIFIERS)))
    identifier = draw(_IDENTIFIERS[kind])
    return PmsiTunnel(flags=draw(FLAGS), tunnel_type=kind, mpls_label=draw(numbers(24)), identifier=identifier)


_VIRTUAL_NETWORKS: Final = st.builds(
    VirtualNetworkEncapsulation,
    flags=numbers(8),
    vn_id=numbers(24),
    mac_address=mac_addresses(),
    reserved=ZERO | numbers(16),
)
_GRE: Final = st.builds(GreEncapsulation, numbers(32))
_ENCAPSULATIONS: Final[dict[int, st.SearchStrategy[SubTlv]]] = {
    TunnelType.L2TPV3: st.builds(L2tpv3Encapsulation, numbers(32), st.binary(max_size=8)),
    TunnelType.GRE: _GRE,
    TunnelType.MPLS_IN_GRE: _GRE,
    TunnelType.VXLAN: _VIRTUAL_NETWORKS,
    TunnelType.NVGRE: _VIRTUAL_NETWORKS,
}
_PARAMETERS: Final[dict[TunnelParameterCode, st.SearchStrategy[int]]] = {
    TunnelParameterCode.PROTOCOL_TYPE: st.integers(0, 0xFFFE),
    TunnelParameterCode.LOAD_BALANCING_BLOCK: numbers(16),
    TunnelParameterCode.DS_FIELD: numbers(8),
    TunnelParameterCode.UDP_DESTINATION_PORT: st.integers(1, 0xFFFF),
    TunnelParameterCode.EMBEDDED_LABEL_HANDLING: st.integers(1, 2),
}
_NAMES: Final = st.text(max_size=10)
_LABELS: Final = st.lists(LABEL_STACK_ENTRIES, max_size=3).map(tuple)
_PREFIX_SID: Final = st.lists(PREFIX_SID_TLVS, max_size=1).map(tuple)
_SUB_TLVS: Final[st.SearchStrategy[SubTlv]] = st.one_of(
    st.builds(TunnelEgressEndpoint, st.none() | addresses(), ZERO | numbers(32)),
    st.builds(TunnelColor, numbers(32), ZERO | numbers(16)),
    *(st.builds(TunnelParameter, st.just(code), number) for code, number in _PARAMETERS.items()),
    st.builds(MplsLabelStack, _LABELS),
    st.builds(TunnelPrefixSid, _PREFIX_SID),
    tlvs(st.sampled_from([0, 3]) | st.integers(30, 127) | st.integers(140, 255)),
)
_SR_POLICY_SUB_TLVS: Final[st.SearchStrategy[SubTlv]] = st.one_of(
    st.builds(Preference, numbers(32), FLAGS, FLAGS),
    st.builds(BindingSid, st.none() | LABEL_STACK_ENTRIES | ipv6_addresses(), FLAGS, FLAGS),
    st.builds(ExplicitNullLabelPolicy, numbers(8), FLAGS, FLAGS),
    st.builds(Priority, numbers(8), FLAGS),
    st.builds(Srv6BindingSid, ipv6_addresses(), st.none() | ENDPOINT_BEHAVIORS, FLAGS, FLAGS),
    st.builds(SegmentList, st.lists(SEGMENT_LIST_TLVS, max_size=3).map(tuple), FLAGS),
    st.builds(CandidatePathName, _NAMES, FLAGS),
    st.builds(PolicyName, _NAMES, FLAGS),
)


@st.composite
def _tunnels(draw: st.DrawFn) -> Tunnel:
    """Draw a tunnel that is no SR policy; each type has an Encapsulation of its own form, or none."""
    kinds = [kind for kind in TunnelType if kind is not TunnelType.SR_POLICY]
    kind = draw(st.sampled_from([int(each) for each in kinds]) | st.integers(100, 0xFFFF))
    found = draw(st.lists(_SUB_TLVS, max_size=3))
    encapsulation = _ENCAPSULATIONS.get(kind)
    if encapsulation is not None and draw(st.booleans()):
        found.append(draw(encapsulation))
    return Tunnel(kind, tuple(found))


_SR_POLICIES: Final = st.lists(_SR_POLICY_SUB_TLVS | _SUB_TLVS, max_size=4).map(
    lambda found: Tunnel(TunnelType.SR_POLICY, tuple(found))
)


def tunnel_encapsulations() -> st.SearchStrategy[TunnelEncapsulation]:
    """Return values of TUNNEL_ENCAPSULATION: one or two tunnels, or an SR policy alone or beside one."""
    several = st.lists(_tunnels(), min_size=1, max_size=2).map(tuple)
    return st.one_of(several, st.tuples(_SR_POLICIES), st.tuples(_tunnels(), _SR_POLICIES)).map(TunnelEncapsulation)
