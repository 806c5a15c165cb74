"""The values of flow specification components: what they refuse, and their texts."""

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
from bgpkit_rib import Prefix

PORT = FlowComponent.PORT
FLAGS = FlowComponent.TCP_FLAGS


@pytest.mark.parametrize(
    ("component", "text"),
    [
        (FlowPrefix(FlowComponent.DESTINATION_PREFIX, Prefix.parse("192.0.2.0/24")), "dst 192.0.2.0/24"),
        (FlowPrefix(FlowComponent.SOURCE_PREFIX, Prefix.parse("::/0")), "src ::/0"),
        (
            FlowPrefix(FlowComponent.SOURCE_PREFIX, Prefix.parse("::1234:5678:9a00:0/104"), 64),
            "src ::1234:5678:9a00:0/64-104",
        ),
        (FlowNumbers(FlowComponent.PROTOCOL, (NumericTerm(Comparison.EQUAL, 6),)), "proto =tcp"),
        (FlowNumbers(FlowComponent.PROTOCOL, (NumericTerm(Comparison.NOT_EQUAL, 200),)), "proto !=200"),
        (
            FlowNumbers(
                PORT,
                (
                    NumericTerm(Comparison.GREATER_OR_EQUAL, 137),
                    NumericTerm(Comparison.LESS_OR_EQUAL, 139, and_bit=True),
                    NumericTerm(Comparison.EQUAL, 8080, 2),
                ),
            ),
            "port >=137&<=139|=8080",
        ),
        (FlowNumbers(PORT, (NumericTerm(Comparison.TRUE, 6), NumericTerm(Comparison.FALSE, 0))), "port true|false"),
        (
            FlowNumbers(FlowComponent.DSCP, (NumericTerm(Comparison.LESS, 5), NumericTerm(Comparison.GREATER, 9))),
            "dscp <5|>9",
        ),
        (FlowBits(FLAGS, (BitmaskTerm(0x12, match=True),)), "tcp-flags =syn+ack"),
        (
            FlowBits(FLAGS, (BitmaskTerm(0x90), BitmaskTerm(0x41, negated=True, and_bit=True))),
            "tcp-flags ack+cwr&!fin+ece",
        ),
        (FlowBits(FLAGS, (BitmaskTerm(0x802, 2), BitmaskTerm(0))), "tcp-flags syn+0x800|0x0"),
        (FlowBits(FlowComponent.FRAGMENT, (BitmaskTerm(5), BitmaskTerm(10, match=True))), "fragment df+ff|=isf+lf"),
    ],
)
def test_a_component_has_a_text(component: FlowMatch, text: str) -> None:
    """A keyword, then values with their operators; "|" is OR, "&" is AND, which binds tighter."""
    assert str(component) == text


@pytest.mark.parametrize(
    ("value", "width"), [(256, 1), (-1, 1), (1 << 16, 2), (1 << 32, 4), (1 << 64, 8), (1, 3), (0, 0)]
)
def test_a_value_must_fit_its_width(value: int, width: int) -> None:
    """Widths are 1, 2, 4 and 8 octets. RFC 8955, section 4.2.1.1."""
    with pytest.raises(ValueError, match="value"):
        NumericTerm(Comparison.EQUAL, value, width)
    with pytest.raises(ValueError, match="value"):
        BitmaskTerm(value, width)


def test_a_component_takes_values_of_its_kind() -> None:
    """Prefixes, numbers and bitmasks are three kinds, and each type of component has one."""
    term = NumericTerm(Comparison.EQUAL, 1)
    with pytest.raises(ValueError, match="PORT takes no prefix"):
        FlowPrefix(PORT, Prefix.parse("192.0.2.0/24"))
    with pytest.raises(ValueError, match="TCP_FLAGS takes no numbers"):
        FlowNumbers(FLAGS, (term,))
    with pytest.raises(ValueError, match="SOURCE_PREFIX takes no numbers"):
        FlowNumbers(FlowComponent.SOURCE_PREFIX, (term,))
    with pytest.raises(ValueError, match="PORT takes no bitmasks"):
        FlowBits(PORT, (BitmaskTerm(1),))


def test_a_list_of_operators_is_not_empty() -> None:
    """Where there is no operator, no end of the list can be marked."""
    with pytest.raises(ValueError, match="PORT has no operator"):
        FlowNumbers(PORT, ())
    with pytest.raises(ValueError, match="FRAGMENT has no operator"):
        FlowBits(FlowComponent.FRAGMENT, ())


@pytest.mark.parametrize("width", [2, 4, 8])
def test_dscp_and_fragment_take_one_octet(width: int) -> None:
    """RFC 8955, sections 4.2.2.11 and 4.2.2.12."""
    with pytest.raises(ValueError, match="DSCP has a value of"):
        FlowNumbers(FlowComponent.DSCP, (NumericTerm(Comparison.EQUAL, 1, width),))
    with pytest.raises(ValueError, match="FRAGMENT has a value of"):
        FlowBits(FlowComponent.FRAGMENT, (BitmaskTerm(1), BitmaskTerm(1, width)))


@pytest.mark.parametrize("width", [4, 8])
def test_tcp_flags_take_one_or_two_octets(width: int) -> None:
    """RFC 8955, section 4.2.2.9."""
    assert FlowBits(FLAGS, (BitmaskTerm(1, 1), BitmaskTerm(1, 2)))
    with pytest.raises(ValueError, match="TCP_FLAGS has a value of"):
        FlowBits(FLAGS, (BitmaskTerm(1, width),))


@pytest.mark.parametrize(
    ("prefix", "offset"),
    [("192.0.2.0/24", 8), ("2001:db8::/32", 32), ("2001:db8::/32", 40), ("2001:db8::/32", -1), ("2001:db8::/32", 8)],
)
def test_an_offset_is_below_the_length_and_hides_no_bit(prefix: str, offset: int) -> None:
    """RFC 8956, section 3.1."""
    with pytest.raises(ValueError, match="offset"):
        FlowPrefix(FlowComponent.SOURCE_PREFIX, Prefix.parse(prefix), offset)
