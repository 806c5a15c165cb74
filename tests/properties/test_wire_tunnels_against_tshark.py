"""Another decoder reads the tunnels that we write: tshark, PMSI_TUNNEL and TUNNEL_ENCAPSULATION."""

from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

from bgpkit.wire.attributes.label_stack_entry import LabelStackEntry
from bgpkit.wire.attributes.pmsi_tunnel import (
    IngressReplication,
    MldpFecType,
    MldpLsp,
    PimTree,
    PmsiTunnel,
    PmsiTunnelIdentifier,
    RsvpTeP2mpLsp,
)
from bgpkit.wire.attributes.segment_list import SegmentA, Weight
from bgpkit.wire.attributes.sr_policy_sub_tlvs import (
    BindingSid,
    CandidatePathName,
    ExplicitNullLabelPolicy,
    Preference,
    Priority,
    SegmentList,
)
from bgpkit.wire.attributes.tunnel_encapsulation import Tunnel, TunnelEncapsulation
from bgpkit.wire.attributes.tunnel_sub_tlvs import (
    GreEncapsulation,
    L2tpv3Encapsulation,
    TunnelEgressEndpoint,
    TunnelParameter,
    TunnelParameterCode,
    VirtualNetworkEncapsulation,
)
from bgpkit_rib import MacAddress, TunnelType
from tests.support.tshark_readings import Reading, differences, of_attribute

ROUTER, GROUP = IPv4Address("192.0.2.8"), IPv4Address("232.0.0.1")
MLDP: Final = bytes.fromhex("01 0004 00000007")
"""A generic LSP identifier: type, length, 7. RFC 6388, section 2.3.1."""


def pmsi(tunnel_type: int, name: str, identifier: PmsiTunnelIdentifier | None, facts: str) -> Reading:
    """Return a PMSI tunnel with label 100, which asks for leaf information: what tshark calls it, and reads in it."""
    tunnel = PmsiTunnel(flags=1, tunnel_type=tunnel_type, mpls_label=1600, identifier=identifier)
    head = f"Type Code: PMSI_TUNNEL_ATTRIBUTE (22)\nFlags: 1\nTunnel Type: {name} ({tunnel_type})\nMPLS Label: 100\n"
    return of_attribute(0xC0, 22, tunnel, head + facts)


def test_tshark_reads_tunnels_for_multicast(tmp_path: Path) -> None:
    """The eight types of RFC 6514.

    Of an RSVP-TE LSP only the tunnel ID is compared: tshark takes the P2MP ID to be before it, and the extended
    tunnel ID behind, as in a SESSION object; RFC 6514, section 5, has "<Extended Tunnel ID, Reserved, Tunnel ID,
    P2MP ID>".
    """
    rsvp_te = RsvpTeP2mpLsp(extended_tunnel_id=ROUTER, tunnel_id=33139, p2mp_id=7)
    p2mp = MldpLsp(fec_type=MldpFecType.P2MP, root=ROUTER, opaque=MLDP)
    mp2mp = MldpLsp(fec_type=MldpFecType.MP2MP_UPSTREAM, root=ROUTER, opaque=MLDP)
    tree = PimTree(ROUTER, GROUP)
    readings = (
        pmsi(0, "Type is not present", None, "Tunnel ID not present"),
        pmsi(1, "RSVP-TE P2MP LSP", rsvp_te, "RSVP P2MP tunnel id: 33139"),
        pmsi(2, "mLDP P2MP LSP", p2mp, "Tunnel ID: Type: P2MP root node: 192.0.2.8 Id: 7"),
        pmsi(3, "PIM SSM Tree", tree, "Tunnel ID: < 192.0.2.8, 232.0.0.1 >"),
        pmsi(4, "PIM SM Tree", tree, "Tunnel ID: < 192.0.2.8, 232.0.0.1 >"),
        pmsi(5, "BIDIR-PIM Tree", tree, "Tunnel ID: < 192.0.2.8, 232.0.0.1 >"),
        pmsi(6, "Ingress Replication", IngressReplication(ROUTER), "Tunnel ID: tunnel end point -> 192.0.2.8"),
        pmsi(7, "mLDP MP2MP LSP", mp2mp, "Tunnel ID: Type: MP2MP-up root node: 192.0.2.8 Id: 7"),
    )
    assert differences(tmp_path, readings) == []


def test_tshark_reads_tunnel_encapsulations(tmp_path: Path) -> None:
    """Four types with their own encapsulation sub-TLVs.

    Not compared: it reads four octets of a color, which has eight (RFC 9012, section 3.4.2), and four of a
    load-balancing block, which has two (RFC 5640); it does not know the UDP destination port and others of RFC 9012.
    """
    vxlan = VirtualNetworkEncapsulation(flags=0xC0, vn_id=100, mac_address=MacAddress.parse("02:42:ac:11:00:02"))
    protocol = TunnelParameter(TunnelParameterCode.PROTOCOL_TYPE, 0x0800)
    tunnels = (
        Tunnel(TunnelType.VXLAN, (TunnelEgressEndpoint(ROUTER), vxlan)),
        Tunnel(TunnelType.L2TPV3, (L2tpv3Encapsulation(7, b"abcd"),)),
        Tunnel(TunnelType.GRE, (GreEncapsulation(8), protocol)),
        Tunnel(TunnelType.NVGRE, (VirtualNetworkEncapsulation(flags=0x80, vn_id=101),)),
    )
    assert differences(tmp_path, [of_attribute(0xC0, 23, TunnelEncapsulation(tunnels), TUNNELS)]) == []


TUNNELS: Final = """
    Type Code: TUNNEL_ENCAPSULATION_ATTRIBUTE (23)
    Type code: VXLAN Encapsulation (8)
    length: 26
    Type code: Tunnel Egress Endpoint (6)
    Value: 000000000001c0000208
    Type code: ENCAPSULATION (1)
    Flags: 0xc0, Valid VN-ID, Valid MAC address
    VN-ID: 0x000064
    MAC: 02:42:ac:11:00:02
    Type code: L2TPv2 over IP (1)
    Session ID: 7
    Cookie: 61626364
    Type code: GRE (2)
    Type code: ENCAPSULATION (1)
    GRE Key: 8
    Type code: PROTOCOL_TYPE (2)
    length: 2
    GRE Key: 2048
    Type code: NVGRE Encapsulation (9)
    Flags: 0x80, Valid VN-ID
    VN-ID: 0x000065
    """


def test_tshark_reads_sr_policies(tmp_path: Path) -> None:
    """Sub-TLVs of a candidate path, with one list of segments.

    It calls its name the policy's, as a draft did, and knows neither the name of a policy nor SRv6.
    """
    segments = (Weight(9), SegmentA(LabelStackEntry(label=100, ttl=3, bottom_of_stack=True)))
    sub_tlvs = (
        Preference(200),
        BindingSid(LabelStackEntry(label=16), flags=0x80),
        ExplicitNullLabelPolicy(1),
        Priority(7),
        SegmentList(segments),
        CandidatePathName("red"),
    )
    policy = TunnelEncapsulation((Tunnel(TunnelType.SR_POLICY, sub_tlvs),))
    assert differences(tmp_path, [of_attribute(0xC0, 23, policy, SR_POLICY)]) == []


SR_POLICY: Final = """
    Type code: SR TE Policy Type (15)
    Type code: Preference (12)
    length: 6
    Preference: 000000c8
    Type code: Binding SID (13)
    Specified-BSID-only: Set
    Drop Upon Invalid: Not set
    Binding SID: 00010000
    Type code: ENLP (14)
    ENLP: Push IPv4, do not push IPv6 (1)
    Type code: Priority (15)
    Priority: 7
    Type code: Segment List (128)
    length: 17
    Type: Weight sub-TLV (9)
    Data: 000000000009
    Type: Type A MPLS SID sub-TLV (1)
    MPLS Label: 0x00064
    Bottom-of-Stack: True
    TTL: 3
    Type code: Policy Name (129)
    Policy name: red
    """
