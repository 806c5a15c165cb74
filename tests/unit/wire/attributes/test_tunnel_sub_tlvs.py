"""The sub-TLVs of a tunnel, put together as in RFC 9012, section 3."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address

import pytest

from bgpkit.wire.attributes.label_stack_entry import LabelStackEntry
from bgpkit.wire.attributes.prefix_sid import LabelIndex
from bgpkit.wire.attributes.tunnel_sub_tlvs import (
    GreEncapsulation,
    L2tpv3Encapsulation,
    MplsLabelStack,
    TunnelColor,
    TunnelDescription,
    TunnelEgressEndpoint,
    TunnelParameter,
    TunnelParameterCode,
    TunnelPrefixSid,
    VirtualNetworkEncapsulation,
)
from bgpkit_rib import MacAddress

MAC = MacAddress.parse("02:42:ac:11:00:02")
V6 = "20010db8000000000000000000000001"

STACK = MplsLabelStack(
    (
        LabelStackEntry(label=16001),
        LabelStackEntry(label=100, traffic_class=7, bottom_of_stack=True, ttl=255),
    )
)

SUB_TLVS: list[tuple[Callable[[bytes], TunnelDescription], str, TunnelDescription, str]] = [
    (
        VirtualNetworkEncapsulation.of,
        "c0 0186a0 0242ac110002 0001",
        VirtualNetworkEncapsulation(flags=0xC0, vn_id=100000, mac_address=MAC, reserved=1),
        "encapsulation vn-id 100000 mac 02:42:ac:11:00:02",
    ),
    (
        VirtualNetworkEncapsulation.of,
        "00 000000 000000000000 0000",
        VirtualNetworkEncapsulation(flags=0),
        "encapsulation",
    ),
    (L2tpv3Encapsulation.of, "00000007", L2tpv3Encapsulation(7), "session-id 7 cookie 0x"),
    (L2tpv3Encapsulation.of, "00000007 0102", L2tpv3Encapsulation(7, b"\1\2"), "session-id 7 cookie 0x0102"),
    (GreEncapsulation.of, "0000002a", GreEncapsulation(42), "gre-key 42"),
    (
        TunnelEgressEndpoint.of,
        "00000000 0001 c0000201",
        TunnelEgressEndpoint(IPv4Address("192.0.2.1")),
        "endpoint 192.0.2.1",
    ),
    (
        TunnelEgressEndpoint.of,
        f"00000001 0002 {V6}",
        TunnelEgressEndpoint(IPv6Address("2001:db8::1"), 1),
        "endpoint 2001:db8::1",
    ),
    (TunnelEgressEndpoint.of, "00000000 0000", TunnelEgressEndpoint(None), "endpoint next-hop"),
    (TunnelColor.of, "030b 4000 00000064", TunnelColor(100, flags=0x4000), "color 100"),
    (MplsLabelStack.of, "03e81000 00064fff", STACK, "label-stack 16001 100"),
    (
        TunnelPrefixSid.of,
        "01 0007 00 0000 00000064",
        TunnelPrefixSid((LabelIndex(100),)),
        "prefix-sid label-index 100",
    ),
]


@pytest.mark.parametrize(("read", "octets", "value", "text"), SUB_TLVS)
def test_each_is_read_and_written(
    read: Callable[[bytes], TunnelDescription], octets: str, value: TunnelDescription, text: str
) -> None:
    """The fields of each figure come out, and go back to the same octets."""
    assert read(bytes.fromhex(octets)) == value
    assert value.octets() == bytes.fromhex(octets)
    assert str(value) == text


@pytest.mark.parametrize(
    ("code", "octets", "text"),
    [
        (TunnelParameterCode.PROTOCOL_TYPE, "0800", "protocol-type 0x0800"),
        (TunnelParameterCode.LOAD_BALANCING_BLOCK, "0008", "load-balancing-block 8"),
        (TunnelParameterCode.DS_FIELD, "b8", "ds-field 184"),
        (TunnelParameterCode.UDP_DESTINATION_PORT, "12b5", "udp-destination-port 4789"),
        (TunnelParameterCode.EMBEDDED_LABEL_HANDLING, "02", "embedded-label-handling 2"),
    ],
)
def test_single_numbers_are_read_and_written(code: TunnelParameterCode, octets: str, text: str) -> None:
    """Each has its octets, and no others."""
    parameter = TunnelParameter.of(code, bytes.fromhex(octets))
    assert parameter == TunnelParameter(code, int(octets, 16))
    assert parameter.octets() == bytes.fromhex(octets)
    assert str(parameter) == text
    for wrong in (b"", bytes.fromhex(octets) + b"\1"):
        with pytest.raises(ValueError, match=f"sub-TLV {int(code)} of"):
            TunnelParameter.of(code, wrong)


@pytest.mark.parametrize(
    ("code", "number"),
    [
        (TunnelParameterCode.PROTOCOL_TYPE, 0xFFFF),
        (TunnelParameterCode.UDP_DESTINATION_PORT, 0),
        (TunnelParameterCode.EMBEDDED_LABEL_HANDLING, 0),
        (TunnelParameterCode.EMBEDDED_LABEL_HANDLING, 3),
        (TunnelParameterCode.DS_FIELD, 256),
    ],
)
def test_numbers_that_must_not_be_are_refused(code: TunnelParameterCode, number: int) -> None:
    """The reserved values make the sub-TLV malformed: RFC 9012, sections 3.3.2, 3.4.1 and 3.5."""
    with pytest.raises(ValueError, match="is not allowed"):
        TunnelParameter(code, number)


@pytest.mark.parametrize(
    ("read", "octets", "complaint"),
    [
        (VirtualNetworkEncapsulation.of, "c0 0186a0 0242ac110002 00", "of 11 octets does not have 12"),
        (L2tpv3Encapsulation.of, "000007", "of 3 octets does not have 4"),
        (GreEncapsulation.of, "0000002a00", "of 5 octets does not have 4"),
        (TunnelEgressEndpoint.of, "00000000 00", "of family 0 does not have 5 octets"),
        (TunnelEgressEndpoint.of, "", "does not have 0 octets"),
        (TunnelEgressEndpoint.of, "00000000 0000 c0000201", "of family 0 does not have 10 octets"),
        (TunnelEgressEndpoint.of, "00000000 0001 c00002", "of family 1 does not have 9 octets"),
        (TunnelEgressEndpoint.of, "00000000 0002 c0000201", "of family 2 does not have 10 octets"),
        (TunnelEgressEndpoint.of, "00000000 0003", "of family 3 does not have 6 octets"),
        (TunnelColor.of, "030b 0000 000064", "of 7 octets does not have 8"),
        (TunnelColor.of, "0002 0000 00000064", "starts with 0x0002"),
        (MplsLabelStack.of, "03e81000 00", "of 1 octets does not have 4"),
        (TunnelPrefixSid.of, "01 0007 00", "runs past the end"),
    ],
)
def test_malformed_values_are_told(read: Callable[[bytes], TunnelDescription], octets: str, complaint: str) -> None:
    """A value that is not of its figure raises ValueError."""
    with pytest.raises(ValueError, match=complaint):
        read(bytes.fromhex(octets))


@pytest.mark.parametrize(
    "make",
    [
        lambda: VirtualNetworkEncapsulation(flags=256),
        lambda: VirtualNetworkEncapsulation(flags=0, vn_id=1 << 24),
        lambda: L2tpv3Encapsulation(1 << 32),
        lambda: GreEncapsulation(-1),
        lambda: TunnelEgressEndpoint(None, 1 << 32),
        lambda: TunnelColor(1 << 32),
        lambda: TunnelColor(0, 1 << 16),
    ],
)
def test_fields_that_do_not_fit_are_refused(make: Callable[[], TunnelDescription]) -> None:
    """A number beyond its field raises ValueError."""
    with pytest.raises(ValueError, match="does not fit"):
        make()
