"""The attributes of RFC 4271: what their octets say, and which octets they cannot be."""

from ipaddress import IPv4Address

import pytest

from bgpkit.wire import ATTRIBUTE_ROWS
from bgpkit.wire.attributes.well_known import (
    decode_aggregator,
    decode_as_path,
    encode_aggregator,
    encode_as_path,
)
from bgpkit_rib import Aggregator, AsPath, Origin
from tests.unit.wire.octets import context

TERMS = context()


@pytest.mark.parametrize(
    ("octets", "four", "text"),
    [
        ("", True, ""),
        ("02020000fc000000fc01", True, "64512 64513"),
        ("0202fc00fc01", False, "64512 64513"),
        ("0201fc000102fc01fc02", False, "64512 {64513,64514}"),
        ("0301fc000201fc01", False, "(64512) 64513"),
        ("0402fc00fc01", False, "[64512,64513]"),
    ],
)
def test_a_path_has_segments(octets: str, four: bool, text: str) -> None:
    """RFC 4271, section 4.3; confederations: RFC 5065, section 3."""
    path = decode_as_path(bytes.fromhex(octets), four)
    assert str(path) == text
    assert encode_as_path(path, "AS_PATH", four).hex() == octets


@pytest.mark.parametrize("octets", ["0200", "02", "0502fc00fc01", "0003", "0202fc00", "02010000"])
def test_a_malformed_path_is_refused(octets: str) -> None:
    """No AS number in a segment, cut short, a type that nobody knows, AS number 0 (RFC 7606, section 7.2; RFC 7607)."""
    with pytest.raises(ValueError, match=r"segment|AS number 0"):
        decode_as_path(bytes.fromhex(octets), False)


def test_an_aggregator_has_two_widths() -> None:
    """RFC 4271, section 4.3; RFC 6793, section 3."""
    expected = Aggregator(64512, IPv4Address("192.0.2.1"))
    assert decode_aggregator(bytes.fromhex("fc00c0000201")) == expected
    assert decode_aggregator(bytes.fromhex("0000fc00c0000201")) == expected
    assert encode_aggregator(expected, "AGGREGATOR", False).hex() == "fc00c0000201"
    with pytest.raises(ValueError, match="AS number 65536 of AGGREGATOR does not fit 2 octets"):
        encode_aggregator(Aggregator(65536, expected.address), "AGGREGATOR", False)


@pytest.mark.parametrize(
    ("code", "octets", "value"),
    [
        (1, "02", Origin.INCOMPLETE),
        (3, "c0000201", IPv4Address("192.0.2.1")),
        (4, "ffffffff", (1 << 32) - 1),
        (5, "00000064", 100),
        (6, "", True),
    ],
)
def test_each_attribute_has_its_value(code: int, octets: str, value: object) -> None:
    """ORIGIN, NEXT_HOP, MULTI_EXIT_DISC, LOCAL_PREF and ATOMIC_AGGREGATE, from octets and to them."""
    row = ATTRIBUTE_ROWS[code]
    assert row.decode(bytes.fromhex(octets), TERMS) == value
    assert row.encode(value, TERMS).hex() == octets


def test_an_origin_beyond_the_three_is_refused() -> None:
    """RFC 4271, section 5.1.1."""
    with pytest.raises(ValueError, match="ORIGIN 3 is not known"):
        ATTRIBUTE_ROWS[1].decode(b"\3", TERMS)
    with pytest.raises(ValueError, match="AS_PATH holds"):
        encode_as_path(AsPath.of(1).segments, "AS_PATH")
