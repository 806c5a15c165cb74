"""TUNNEL_ENCAPSULATION from and to octets, put together as in RFC 9012, section 2."""

from ipaddress import IPv4Address

import pytest

from bgpkit.wire.attributes.sr_policy_sub_tlvs import Preference, SegmentList
from bgpkit.wire.attributes.tunnel_encapsulation import ROWS, SubTlv, Tunnel, TunnelEncapsulation
from bgpkit.wire.attributes.tunnel_sub_tlvs import (
    GreEncapsulation,
    L2tpv3Encapsulation,
    TunnelColor,
    TunnelEgressEndpoint,
    TunnelParameter,
    TunnelParameterCode,
    VirtualNetworkEncapsulation,
)
from bgpkit.wire.tlv import Tlv
from bgpkit_rib import TunnelType
from tests.unit.wire.octets import context

(ROW,) = ROWS
ENDPOINT = "06 0a 00000000 0001 c0000201"
BAD_ENDPOINT = "06 06 00000000 0001"


def tunnel(kind: int, sub_tlvs: str) -> bytes:
    """Return a tunnel in octets."""
    octets = bytes.fromhex(sub_tlvs)
    return kind.to_bytes(2, "big") + len(octets).to_bytes(2, "big") + octets


def test_a_vxlan_tunnel_is_read_and_written() -> None:
    """Endpoint, encapsulation, colour and UDP port come out in order."""
    octets = tunnel(8, f"{ENDPOINT} 01 0c 80 000064 000000000000 0000 04 08 030b 0000 00000007 08 02 12b5")
    value = ROW.decode(octets, context())
    assert value == TunnelEncapsulation(
        (
            Tunnel(
                TunnelType.VXLAN,
                (
                    TunnelEgressEndpoint(IPv4Address("192.0.2.1")),
                    VirtualNetworkEncapsulation(flags=0x80, vn_id=100),
                    TunnelColor(7),
                    TunnelParameter(TunnelParameterCode.UDP_DESTINATION_PORT, 4789),
                ),
            ),
        )
    )
    assert ROW.encode(value, context()) == octets
    assert str(value) == "vxlan (endpoint 192.0.2.1, encapsulation vn-id 100, color 7, udp-destination-port 4789)"


@pytest.mark.parametrize(
    ("kind", "sub_tlv", "value"),
    [
        (1, "01 04 00000007", L2tpv3Encapsulation(7)),
        (2, "01 04 0000002a", GreEncapsulation(42)),
        (11, "01 04 0000002a", GreEncapsulation(42)),
        (9, "01 0c 00 000000 000000000000 0000", VirtualNetworkEncapsulation(flags=0)),
        (7, "01 04 0000002a", Tlv(1, b"\0\0\0\x2a")),
        (8, "01 04 0000002a", Tlv(1, b"\0\0\0\x2a")),
    ],
)
def test_the_encapsulation_is_read_by_the_tunnel_type(kind: int, sub_tlv: str, value: SubTlv) -> None:
    """Each tunnel type has its own form; in others the sub-TLV is kept as it is: RFC 9012, sections 3.2 and 3.3."""
    found = ROW.decode(tunnel(kind, sub_tlv), context())
    assert isinstance(found, TunnelEncapsulation)
    assert found.tunnels == (Tunnel(kind, (value,)),)
    assert ROW.encode(found, context()) == tunnel(kind, sub_tlv)


def test_an_sr_policy_is_read_and_written() -> None:
    """A preference and a segment list, whose length field has two octets."""
    octets = tunnel(15, "0c 06 0000 00000064 80 0001 00 80 0001 00")
    value = ROW.decode(octets, context())
    assert value == TunnelEncapsulation((Tunnel(15, (Preference(100), SegmentList(()), SegmentList(()))),))
    assert ROW.encode(value, context()) == octets
    assert str(value) == "sr-policy (preference 100, segment-list [], segment-list [])"


def test_what_is_not_known_is_kept() -> None:
    """Unknown tunnels and sub-TLVs, and a name that is no text, come back as they were."""
    octets = tunnel(999, "63 01 aa") + tunnel(15, "82 0002 00ff") + tunnel(10, "")
    value = ROW.decode(octets, context())
    assert value == TunnelEncapsulation(
        (Tunnel(999, (Tlv(99, b"\xaa"),)), Tunnel(15, (Tlv(130, b"\0\xff"),)), Tunnel(10))
    )
    assert ROW.encode(value, context()) == octets
    assert str(value) == "tunnel-999 (tlv-99 0xaa); sr-policy (tlv-130 0x00ff); mpls"


def test_a_tunnel_with_a_malformed_endpoint_is_not_valid() -> None:
    """It is told from the others; an SR policy has no use for an endpoint: RFC 9830, section 2.3."""
    octets = tunnel(8, BAD_ENDPOINT) + tunnel(8, ENDPOINT) + tunnel(15, BAD_ENDPOINT)
    value = ROW.decode(octets, context())
    assert isinstance(value, TunnelEncapsulation)
    assert [each.is_valid for each in value.tunnels] == [False, True, True]
    assert ROW.encode(value, context()) == octets


@pytest.mark.parametrize(
    ("octets", "complaint"),
    [
        (b"\0\x08\0\x64", "runs past the end"),
        (b"\0\x08\0", "no type and length"),
        (tunnel(8, "06 0a 00000000 0001"), "sub-TLV of tunnel type 8 6 of 10 octets runs past the end"),
        (tunnel(8, f"{ENDPOINT} 04"), "no type and length"),
        (tunnel(8, "80 00"), "no type and length"),
        (tunnel(8, BAD_ENDPOINT), "no tunnel is valid"),
        (b"", "no tunnel is valid"),
        (tunnel(15, "") + tunnel(15, ""), "more than one SR policy"),
        (tunnel(15, "0c 05 0000 000064"), "a preference of 5 octets"),
        (tunnel(15, "80 0000"), "a segment list of no octets"),
    ],
)
def test_malformed_tunnels_are_told(octets: bytes, complaint: str) -> None:
    """TLVs that do not fill each other, and what RFC 9830 forbids, raise ValueError."""
    with pytest.raises(ValueError, match=complaint):
        ROW.decode(octets, context())


def test_what_cannot_be_written_is_refused() -> None:
    """A tunnel type beyond two octets and a sub-TLV beyond its length field raise ValueError."""
    with pytest.raises(ValueError, match="does not fit 2 octets"):
        Tunnel(1 << 16)
    with pytest.raises(ValueError, match="does not fit its length field"):
        ROW.encode(TunnelEncapsulation((Tunnel(8, (Tlv(99, bytes(256)),)),)), context())
    with pytest.raises(ValueError, match="not a TunnelEncapsulation"):
        ROW.encode((), context())
