"""RFC 8955, section 4: how flow specifications are encoded, with its examples in octets."""

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
from bgpkit.wire.families.row import Nlri
from bgpkit_fsm import Family
from bgpkit_rib import Prefix, RouteDistinguisher

ROWS = {row.family: row for row in FLOWSPEC_ROWS}
IPV4 = ROWS[Family(1, 133)]
VPN_IPV4 = ROWS[Family(1, 134)]
DESTINATION = FlowPrefix(FlowComponent.DESTINATION_PREFIX, Prefix.parse("192.0.2.0/24"))


def read(octets: str) -> tuple[Nlri, ...]:
    """Return the rules of a field of IPv4 NLRI."""
    return IPV4.nlri(bytes.fromhex(octets), add_path=False, withdrawn=False)


def keys(octets: str) -> list[bytes]:
    """Return the keys of a field of IPv4 NLRI."""
    return [
        key for block in IPV4.blocks(bytes.fromhex(octets), add_path=False, withdrawn=False)[0] for key in block.keys
    ]


def write(rule: FlowSpecRule) -> bytes:
    """Return an IPv4 rule in octets."""
    return IPV4.octets([rule], add_path=False)[0]


@pytest.mark.rfc("8955", "4")
def test_the_next_hop_may_have_any_length() -> None:
    """The network address of the next hop is ignored on receipt; it has no octets when sent."""
    assert IPV4.next_hop_lengths == frozenset(range(256))


@pytest.mark.rfc("8955", "4.1")
def test_a_length_below_240_takes_one_octet() -> None:
    """239 octets: 0xef."""
    rule = FlowSpecRule(
        (
            FlowNumbers(FlowComponent.PROTOCOL, (NumericTerm(Comparison.EQUAL, 6),)),
            FlowNumbers(FlowComponent.PORT, (NumericTerm(Comparison.EQUAL, 25),) * 116),
            FlowNumbers(FlowComponent.DESTINATION_PORT, (NumericTerm(Comparison.EQUAL, 25),)),
        )
    )
    octets = write(rule)
    assert (octets[:1], len(octets)) == (b"\xef", 1 + 239)
    assert IPV4.nlri(octets, add_path=False, withdrawn=False) == (rule,)


@pytest.mark.rfc("8955", "4.1")
def test_a_length_of_240_takes_two_octets() -> None:
    """240 octets: 0xf0f0, the first nibble of which says that there are two."""
    rule = FlowSpecRule(
        (
            FlowNumbers(FlowComponent.PROTOCOL, (NumericTerm(Comparison.EQUAL, 6, 2),)),
            FlowNumbers(FlowComponent.PORT, (NumericTerm(Comparison.EQUAL, 25),) * 116),
            FlowNumbers(FlowComponent.DESTINATION_PORT, (NumericTerm(Comparison.EQUAL, 25),)),
        )
    )
    octets = write(rule)
    assert (octets[:2], len(octets)) == (b"\xf0\xf0", 2 + 240)
    assert IPV4.nlri(octets, add_path=False, withdrawn=False) == (rule,)


@pytest.mark.rfc("8955", "4.1")
def test_a_short_rule_with_a_long_length_is_the_same_rule() -> None:
    """A length below 240 "can be encoded as a single octet", so that the other form is right, and the key is one."""
    assert keys("f003 03 81 06") == keys("03 03 81 06") == [bytes.fromhex("03 03 81 06")]


@pytest.mark.rfc("8955", "4.2")
@pytest.mark.parametrize(
    "octets",
    ["06 03 81 06 03 81 11", "06 04 81 19 03 81 06", "03 00 81 06", "03 0d 81 06", "03 80 81 06", "03 ff 81 06"],
)
def test_a_rule_with_a_component_out_of_order_twice_or_unknown_is_malformed(octets: str) -> None:
    """Strict order, each type once; "an NLRI that contains an unknown component type, is considered malformed"."""
    with pytest.raises(ValueError, match="component"):
        read(octets)


@pytest.mark.rfc("8955", "4.2")
def test_components_are_encoded_in_strict_order() -> None:
    """A rule whose components do not ascend cannot be made."""
    port = FlowNumbers(FlowComponent.PORT, (NumericTerm(Comparison.EQUAL, 25),))
    assert write(FlowSpecRule((DESTINATION, port))) == bytes.fromhex("08 01 18 c00002 04 81 19")
    with pytest.raises(ValueError, match="out of order"):
        FlowSpecRule((port, DESTINATION))


@pytest.mark.rfc("8955", "4.2.1.1")
def test_reserved_bit_and_first_and_bit_of_numeric_operators_are_ignored() -> None:
    """They "MUST be set to 0 on NLRI encoding and MUST be ignored during decoding", and count as unset."""
    assert keys("05 04 49 19 c9 50") == keys("05 04 01 19 c1 50") == [bytes.fromhex("05 04 01 19 c1 50")]
    terms = (NumericTerm(Comparison.EQUAL, 0x19), NumericTerm(Comparison.EQUAL, 0x50, and_bit=True))
    assert read("05 04 49 19 c9 50") == (FlowSpecRule((FlowNumbers(FlowComponent.PORT, terms),)),)


@pytest.mark.rfc("8955", "4.2.1.1")
def test_the_first_operator_is_encoded_with_its_and_bit_unset() -> None:
    """A component whose first term has it cannot be made."""
    with pytest.raises(ValueError, match="the first operator of component PORT has the AND bit set"):
        FlowNumbers(FlowComponent.PORT, (NumericTerm(Comparison.EQUAL, 25, and_bit=True),))


@pytest.mark.rfc("8955", "4.2.1.1")
@pytest.mark.parametrize("bits", range(8))
def test_the_comparison_bits_are_lt_gt_and_eq(bits: int) -> None:
    """Table 2: 0 is false, 1 ==, 2 >, 3 >=, 4 <, 5 <=, 6 !=, 7 true."""
    table = ("FALSE", "EQUAL", "GREATER", "GREATER_OR_EQUAL", "LESS", "LESS_OR_EQUAL", "NOT_EQUAL", "TRUE")
    (rule,) = read(f"03 0a {0x80 | bits:02x} 64")
    assert rule == FlowSpecRule(
        (FlowNumbers(FlowComponent.PACKET_LENGTH, (NumericTerm(Comparison[table[bits]], 100),)),)
    )


@pytest.mark.rfc("8955", "4.2.1.2")
def test_reserved_bits_and_first_and_bit_of_bitmask_operators_are_ignored() -> None:
    """They "MUST be set to 0 on NLRI encoding and MUST be ignored during decoding", and count as unset."""
    assert keys("05 09 4d 02 ce 10") == [bytes.fromhex("05 09 01 02 c2 10")]
    terms = (BitmaskTerm(2, match=True), BitmaskTerm(16, negated=True, and_bit=True))
    assert read("05 09 4d 02 ce 10") == (FlowSpecRule((FlowBits(FlowComponent.TCP_FLAGS, terms),)),)


@pytest.mark.rfc("8955", "4.2.2.9")
def test_tcp_flags_take_one_or_two_octets() -> None:
    """Bitmasks "MUST be encoded as 1- or 2-octet bitmask"."""
    assert keys("06 09 00 02 90 0810") == [bytes.fromhex("06 09 00 02 90 0810")]
    for octets in ("06 09 a0 00000002", "0a 09 b0 0000000000000002"):
        with pytest.raises(ValueError, match=r"TCP_FLAGS has a value of [48] octets"):
            read(octets)


@pytest.mark.rfc("8955", "4.2.2.11")
def test_dscp_takes_one_octet() -> None:
    """Values "MUST be encoded as single octet"."""
    assert keys("03 0b 81 2e") == [bytes.fromhex("03 0b 81 2e")]
    with pytest.raises(ValueError, match="DSCP has a value of 2 octets"):
        read("04 0b 91 002e")


@pytest.mark.rfc("8955", "4.2.2.12")
def test_fragment_takes_one_octet_with_four_bits() -> None:
    """The bitmask "MUST be encoded as single octet bitmask"; its upper bits are ignored, and zero when sent."""
    assert keys("03 0c 80 f5") == [bytes.fromhex("03 0c 80 05")]
    with pytest.raises(ValueError, match="FRAGMENT has a value of 2 octets"):
        read("04 0c 90 0005")
    with pytest.raises(ValueError, match="bits set in a fragment component"):
        write(FlowSpecRule((FlowBits(FlowComponent.FRAGMENT, (BitmaskTerm(0x15),)),)))


@pytest.mark.rfc("8955", "4.3.1")
def test_example_1() -> None:
    """All packets to 192.0.2.0/24 and TCP port 25."""
    octets = "0b 01 18 c00002 03 81 06 04 81 19"
    rule = FlowSpecRule(
        (
            DESTINATION,
            FlowNumbers(FlowComponent.PROTOCOL, (NumericTerm(Comparison.EQUAL, 6),)),
            FlowNumbers(FlowComponent.PORT, (NumericTerm(Comparison.EQUAL, 25),)),
        )
    )
    assert read(octets) == (rule,)
    assert write(rule) == bytes.fromhex(octets)


@pytest.mark.rfc("8955", "4.3.2")
def test_example_2() -> None:
    """All packets to 192.0.2.0/24 from 203.0.113.0/24 and port {range [137, 139] or 8080}."""
    octets = "12 01 18 c00002 02 18 cb0071 04 03 89 45 8b 91 1f90"
    terms = (
        NumericTerm(Comparison.GREATER_OR_EQUAL, 137),
        NumericTerm(Comparison.LESS_OR_EQUAL, 139, and_bit=True),
        NumericTerm(Comparison.EQUAL, 8080, 2),
    )
    source = FlowPrefix(FlowComponent.SOURCE_PREFIX, Prefix.parse("203.0.113.0/24"))
    rule = FlowSpecRule((DESTINATION, source, FlowNumbers(FlowComponent.PORT, terms)))
    assert read(octets) == (rule,)
    assert write(rule) == bytes.fromhex(octets)


@pytest.mark.rfc("8955", "4.3.3")
def test_example_3() -> None:
    """All packets to 192.0.2.1/32 and fragment {DF or FF}."""
    octets = "09 01 20 c0000201 0c 80 05"
    host = FlowPrefix(FlowComponent.DESTINATION_PREFIX, Prefix.parse("192.0.2.1/32"))
    rule = FlowSpecRule((host, FlowBits(FlowComponent.FRAGMENT, (BitmaskTerm(5),))))
    assert read(octets) == (rule,)
    assert write(rule) == bytes.fromhex(octets)


@pytest.mark.rfc("8955", "8")
def test_a_rule_of_a_vpn_has_a_route_distinguisher_within_its_length() -> None:
    """Eight octets before the components, and the length includes both."""
    octets = bytes.fromhex("13 0000fde800000001 01 18 c00002 03 81 06 04 81 19")
    (rule,) = VPN_IPV4.nlri(octets, add_path=False, withdrawn=False)
    assert isinstance(rule, FlowSpecRule)
    assert rule.route_distinguisher == RouteDistinguisher.parse("65000:1")
    assert (FlowSpecRule(rule.components),) == read("0b 01 18 c00002 03 81 06 04 81 19")
    assert VPN_IPV4.octets([rule], add_path=False) == [octets]
