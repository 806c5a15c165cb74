"""Flow specification components in octets."""

import pytest

from bgpkit.wire.families.flowspec_components import (
    BitmaskTerm,
    Comparison,
    FlowBits,
    FlowComponent,
    FlowMatch,
    FlowNumbers,
    FlowPrefix,
    NumericTerm,
)
from bgpkit.wire.families.flowspec_octets import canonical_components, read_components, write_component
from bgpkit_rib import Prefix

EQUAL = Comparison.EQUAL
COMPONENTS: list[tuple[str, int, FlowMatch]] = [
    ("01 18 c00002", 32, FlowPrefix(FlowComponent.DESTINATION_PREFIX, Prefix.parse("192.0.2.0/24"))),
    ("02 00", 32, FlowPrefix(FlowComponent.SOURCE_PREFIX, Prefix.parse("0.0.0.0/0"))),
    ("01 20 00 20010db8", 128, FlowPrefix(FlowComponent.DESTINATION_PREFIX, Prefix.parse("2001:db8::/32"))),
    ("02 00 00", 128, FlowPrefix(FlowComponent.SOURCE_PREFIX, Prefix.parse("::/0"))),
    ("02 80 7f 80", 128, FlowPrefix(FlowComponent.SOURCE_PREFIX, Prefix.parse("::1/128"), 127)),
    ("03 81 06", 32, FlowNumbers(FlowComponent.PROTOCOL, (NumericTerm(EQUAL, 6),))),
    ("04 91 0019", 32, FlowNumbers(FlowComponent.PORT, (NumericTerm(EQUAL, 25, 2),))),
    (
        "05 02 01 15 ffff c4 00",
        32,
        FlowNumbers(
            FlowComponent.DESTINATION_PORT,
            (
                NumericTerm(Comparison.GREATER, 1),
                NumericTerm(Comparison.LESS_OR_EQUAL, 65535, 2),
                NumericTerm(Comparison.LESS, 0, 1, and_bit=True),
            ),
        ),
    ),
    ("06 86 00", 32, FlowNumbers(FlowComponent.SOURCE_PORT, (NumericTerm(Comparison.NOT_EQUAL, 0),))),
    ("07 80 08", 32, FlowNumbers(FlowComponent.ICMP_TYPE, (NumericTerm(Comparison.FALSE, 8),))),
    ("08 87 00", 32, FlowNumbers(FlowComponent.ICMP_CODE, (NumericTerm(Comparison.TRUE, 0),))),
    (
        "09 01 02 d2 0810",
        32,
        FlowBits(FlowComponent.TCP_FLAGS, (BitmaskTerm(2, match=True), BitmaskTerm(0x810, 2, False, True, True))),
    ),
    ("0a b3 0000000100000000", 32, FlowNumbers(FlowComponent.PACKET_LENGTH, (NumericTerm(Comparison(3), 1 << 32, 8),))),
    ("0b 81 ff", 32, FlowNumbers(FlowComponent.DSCP, (NumericTerm(EQUAL, 255),))),
    ("0c 80 05", 32, FlowBits(FlowComponent.FRAGMENT, (BitmaskTerm(5),))),
    ("0d a1 000fffff", 128, FlowNumbers(FlowComponent.FLOW_LABEL, (NumericTerm(EQUAL, 0xFFFFF, 4),))),
]


@pytest.mark.parametrize(("octets", "width", "component"), COMPONENTS)
def test_every_component_is_read_and_written(octets: str, width: int, component: FlowMatch) -> None:
    """Operators as RFC 8955, section 4.2.1 draws them: e, a, len, 0, lt, gt, eq; e, a, len, 0, 0, not, m."""
    raw = bytes.fromhex(octets)
    assert canonical_components(raw, width) == raw
    assert read_components(raw, width) == (component,)
    assert write_component(component) == raw


@pytest.mark.parametrize("width", [32, 128])
def test_no_components_are_components(width: int) -> None:
    """Each type is optional. RFC 8955, section 4.2."""
    assert canonical_components(b"", width) == b""
    assert read_components(b"", width) == ()


@pytest.mark.parametrize(
    ("octets", "width", "canonical"),
    [
        ("01 14 c000ff", 32, "01 14 c000f0"),
        ("02 0c 04 ff", 128, "02 0c 04 ff"),
        ("02 0d 04 ffff", 128, "02 0d 04 ff80"),
        ("03 49 06 c9 11", 32, "03 01 06 c1 11"),
        ("09 5f 0002 cf 01", 32, "09 13 0002 c3 01"),
        ("0c 40 ff 80 f8", 32, "0c 00 0f 80 08"),
        ("0c 40 ff 80 f8", 128, "0c 00 0e 80 08"),
    ],
)
def test_what_is_to_be_ignored_is_cleared(octets: str, width: int, canonical: str) -> None:
    """Padding of prefixes, reserved bits, the AND bit of the first operator; other AND bits stay."""
    assert canonical_components(bytes.fromhex(octets), width) == bytes.fromhex(canonical)


@pytest.mark.parametrize(
    ("octets", "width", "complaint"),
    [
        ("00", 32, "component type 0 is not known"),
        ("0d 81 00", 32, "component type 13 is not known"),
        ("0e 81 00", 128, "component type 14 is not known"),
        ("ff 81 00", 128, "component type 255 is not known"),
        ("03 81 06 03 81 11", 32, "PROTOCOL comes twice"),
        ("04 81 19 03 81 06", 32, "PROTOCOL comes after PORT"),
        ("01", 32, "DESTINATION_PREFIX is cut short"),
        ("01 18 c000", 32, "DESTINATION_PREFIX is cut short"),
        ("01 19 c00002", 32, "DESTINATION_PREFIX is cut short"),
        ("01 21 c000020000", 32, "a prefix of 33 bits"),
        ("01 20", 128, "DESTINATION_PREFIX is cut short"),
        ("01 81 00", 128, "a prefix of 129 bits"),
        ("01 20 20", 128, "a prefix of 32 bits with an offset of 32"),
        ("01 00 01", 128, "a prefix of 0 bits with an offset of 1"),
        ("03", 32, "PROTOCOL is cut short"),
        ("03 81", 32, "PROTOCOL is cut short"),
        ("03 01 06", 32, "PROTOCOL is cut short"),
        ("04 b1 00000000000000", 32, "PORT is cut short"),
        ("09 a1 00000002", 32, "TCP_FLAGS has a value of 4 octets"),
        ("0b 91 0002", 32, "DSCP has a value of 2 octets"),
        ("0c 90 0002", 32, "FRAGMENT has a value of 2 octets"),
        ("0c 80", 32, "FRAGMENT is cut short"),
    ],
)
def test_malformed_components_are_refused(octets: str, width: int, complaint: str) -> None:
    """The complaint names the component and what is wrong with it."""
    with pytest.raises(ValueError, match=complaint):
        canonical_components(bytes.fromhex(octets), width)
