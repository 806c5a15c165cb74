"""RFC 8956, sections 3 and 4: flow specifications for IPv6, with its examples in octets."""

from itertools import permutations

import pytest

from bgpkit.wire.families.flowspec import FLOWSPEC_ROWS, FlowSpecRule
from bgpkit.wire.families.flowspec_components import (
    BitmaskTerm,
    Comparison,
    FlowBits,
    FlowComponent,
    FlowNumbers,
    FlowPrefix,
    NumericTerm,
)
from bgpkit.wire.families.flowspec_order import in_order_of_precedence
from bgpkit.wire.families.row import Nlri
from bgpkit_fsm import Family
from bgpkit_rib import Prefix, RouteDistinguisher

ROWS = {row.family: row for row in FLOWSPEC_ROWS}
IPV6 = ROWS[Family(2, 133)]
VPN_IPV6 = ROWS[Family(2, 134)]
TCP = FlowNumbers(FlowComponent.PROTOCOL, (NumericTerm(Comparison.EQUAL, 6),))
DESTINATION = FlowPrefix(FlowComponent.DESTINATION_PREFIX, Prefix.parse("2001:db8::/32"))


def read(octets: str) -> tuple[Nlri, ...]:
    """Return the rules of a field of NLRI."""
    return IPV6.nlri(bytes.fromhex(octets), add_path=False, withdrawn=False)


def keys(octets: str) -> list[bytes]:
    """Return the keys of a field of NLRI."""
    return [
        key for block in IPV6.blocks(bytes.fromhex(octets), add_path=False, withdrawn=False)[0] for key in block.keys
    ]


@pytest.mark.rfc("8956", "3.8.1")
def test_example_1() -> None:
    """From ::1234:5678:9a00:0/64-104 to 2001:db8::/32 and upper-layer protocol tcp."""
    octets = "12 01 20 00 20010db8 02 68 40 123456789a 03 81 06"
    source = FlowPrefix(FlowComponent.SOURCE_PREFIX, Prefix.parse("::1234:5678:9a00:0/104"), 64)
    rule = FlowSpecRule((DESTINATION, source, TCP))
    assert read(octets) == (rule,)
    assert IPV6.octets([rule], add_path=False) == [bytes.fromhex(octets)]
    assert str(rule) == "dst 2001:db8::/32 & src ::1234:5678:9a00:0/64-104 & proto =tcp"


@pytest.mark.rfc("8956", "3.8.2")
def test_example_2() -> None:
    """From ::1234:5678:9a00:0/65-104 to 2001:db8::/32: the pattern starts one bit later, and is shifted."""
    octets = "0f 01 20 00 20010db8 02 68 41 2468acf134"
    source = FlowPrefix(FlowComponent.SOURCE_PREFIX, Prefix.parse("::1234:5678:9a00:0/104"), 65)
    rule = FlowSpecRule((DESTINATION, source))
    assert read(octets) == (rule,)
    assert IPV6.octets([rule], add_path=False) == [bytes.fromhex(octets)]


@pytest.mark.rfc("8956", "3.1")
def test_padding_is_ignored_and_zero_when_sent() -> None:
    """The bits that fill the last octet of a pattern."""
    assert keys("08 02 68 41 2468acf135") == [bytes.fromhex("08 02 68 41 2468acf134")]
    assert keys("05 01 09 00 20ff") == [bytes.fromhex("05 01 09 00 2080")]


@pytest.mark.rfc("8956", "3.1")
@pytest.mark.parametrize("component", ["01", "02"])
@pytest.mark.parametrize(("length", "offset"), [(0, 1), (32, 32), (32, 33), (129, 0), (129, 128), (255, 254)])
def test_a_length_that_is_not_over_its_offset_and_under_129_is_malformed(
    component: str, length: int, offset: int
) -> None:
    """But for length 0 with offset 0, which matches every address."""
    pattern = "00" * max(0, (length - offset + 7) // 8)
    size = 3 + len(pattern) // 2
    with pytest.raises(ValueError, match=f"a prefix of {length} bits with an offset of {offset}"):
        read(f"{size:02x} {component} {length:02x} {offset:02x} {pattern}")
    (rule,) = read(f"03 {component} 00 00")
    assert str(rule).endswith("::/0")


@pytest.mark.rfc("8956", "3.6")
def test_fragment_takes_one_octet_with_three_bits() -> None:
    """There is no DF in IPv6: that bit and the upper four are ignored, and zero when sent."""
    assert keys("03 0c 80 ff") == [bytes.fromhex("03 0c 80 0e")]
    with pytest.raises(ValueError, match="FRAGMENT has a value of 2 octets"):
        read("04 0c 90 0004")
    with pytest.raises(ValueError, match="bits set in a fragment component"):
        IPV6.encode(FlowSpecRule((FlowBits(FlowComponent.FRAGMENT, (BitmaskTerm(5),)),)))


@pytest.mark.rfc("8956", "3.7")
def test_a_flow_label_is_a_number_of_up_to_four_octets() -> None:
    """Type 13, which IPv4 does not have."""
    rule = FlowSpecRule((FlowNumbers(FlowComponent.FLOW_LABEL, (NumericTerm(Comparison.EQUAL, 0x12345, 4),)),))
    assert read("06 0d a1 00012345") == (rule,)
    assert IPV6.encode(rule) == (bytes.fromhex("06 0d a1 00012345"), b"")
    with pytest.raises(ValueError, match="component type 13 is not known"):
        ROWS[Family(1, 133)].encode(rule)


@pytest.mark.rfc("8956", "2")
def test_a_rule_of_a_vpn_has_a_route_distinguisher_before_it() -> None:
    """AFI 2 and SAFI 134, as RFC 8955, section 8 has it for IPv4."""
    octets = bytes.fromhex("0b 0000fde800000001 03 81 06")
    (rule,) = VPN_IPV6.nlri(octets, add_path=False, withdrawn=False)
    assert rule == FlowSpecRule((TCP,), RouteDistinguisher.parse("65000:1"))
    assert VPN_IPV6.octets([rule], add_path=False) == [octets]


@pytest.mark.rfc("8956", "4")
def test_the_lower_offset_has_precedence() -> None:
    """Then the more specific pattern, then the lower one."""
    octets = "05 01 18 08 010d 05 01 20 10 0db8 04 01 18 10 0d 04 01 18 10 0e"
    found = tuple(rule for rule in read(octets) if isinstance(rule, FlowSpecRule))
    assert len(found) == 4
    assert {in_order_of_precedence(arrival) for arrival in permutations(found)} == {found}
