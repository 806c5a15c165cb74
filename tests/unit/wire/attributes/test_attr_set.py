"""ATTR_SET from and to octets, put together as in RFC 6368, section 5."""

from ipaddress import IPv4Address

import pytest

from bgpkit.wire.attributes import Attribute
from bgpkit.wire.attributes.attr_set import MAXIMUM_DEPTH, ROWS, AttrSet
from bgpkit_rib import AsPath, AsSegment, AsSegmentKind, Origin
from tests.unit.wire.octets import AS_PATH, NEXT_HOP, ORIGIN, attribute, context, mp_reach, mp_unreach

(ROW,) = ROWS
ASN = bytes.fromhex("0000fde8")
LOCAL_PREF = bytes.fromhex("400504 00000064")


def nested(depth: int) -> bytes:
    """Return the value of an ATTR_SET with others in it, ``depth`` altogether."""
    value = ASN
    for _ in range(depth - 1):
        value = ASN + attribute(0xD0, 128, value)
    return value


def test_the_customers_attributes_are_read_and_written() -> None:
    """ORIGIN, an empty AS_PATH and LOCAL_PREF of AS 65000: a message captured from the Internet."""
    octets = ASN + ORIGIN + bytes.fromhex("400200") + LOCAL_PREF
    value = ROW.decode(octets, context())
    assert value == AttrSet(
        65000, (Attribute(0x40, 1, Origin.IGP), Attribute(0x40, 2, AsPath(())), Attribute(0x40, 5, 100))
    )
    assert ROW.encode(value, context()) == octets
    assert str(value) == "65000 (ORIGIN igp, AS_PATH, LOCAL_PREF 100)"


@pytest.mark.parametrize(("four_octet_as", "internal"), [(False, True), (True, False), (False, False)])
def test_the_session_does_not_change_what_stands_inside(four_octet_as: bool, internal: bool) -> None:
    """AS numbers have four octets, and internal attributes are at home: RFC 6368, section 5."""
    octets = ASN + AS_PATH + LOCAL_PREF + attribute(0x80, 9, bytes.fromhex("c0000201"))
    session = context(four_octet_as=four_octet_as, internal=internal)
    path = AsPath((AsSegment(AsSegmentKind.SEQUENCE, (64512, 64513)),))
    value = ROW.decode(octets, session)
    assert isinstance(value, AttrSet)
    assert [each.value for each in value.attributes] == [path, 100, IPv4Address("192.0.2.1")]
    assert ROW.encode(value, session) == octets


def test_what_is_not_known_is_kept() -> None:
    """An unknown optional attribute, NEXT_HOP, a length of two octets and a second attribute of a code stay."""
    octets = ASN + attribute(0xF0, 99, b"\1") + NEXT_HOP + attribute(0x50, 1, b"\0") + ORIGIN
    value = ROW.decode(octets, context())
    assert isinstance(value, AttrSet)
    assert value.attributes[0] == Attribute(0xF0, 99, b"\1")
    assert ROW.encode(value, context()) == octets


@pytest.mark.parametrize(
    ("inner", "complaint"),
    [
        (mp_reach(), "an ATTR_SET holds MP_REACH_NLRI"),
        (mp_unreach(), "an ATTR_SET holds MP_UNREACH_NLRI"),
        (attribute(0x40, 1, b"\3"), "ORIGIN in an ATTR_SET: ORIGIN 3"),
        (attribute(0x40, 1, b"\0\0"), "ORIGIN in an ATTR_SET has 2 octets"),
        (attribute(0xC0, 1, b"\0"), "flags 0xc0 are wrong for ORIGIN"),
        (attribute(0x40, 2, bytes.fromhex("020115b3")), "AS_PATH in an ATTR_SET"),
        (attribute(0xC0, 7, bytes.fromhex("fde8c0000201")), "AGGREGATOR in an ATTR_SET has 6 octets"),
        (attribute(0x40, 99, b""), "well-known attribute 99"),
        (b"\x40\x01\x08\x00", "runs past its end"),
        (b"\x40", "runs past its end"),
        (attribute(0xC0, 128, b"\0\0\0"), "ATTR_SET in an ATTR_SET has 3 octets"),
    ],
)
def test_what_must_not_stand_inside_is_told(inner: bytes, complaint: str) -> None:
    """MP attributes, and attributes that are malformed themselves, raise ValueError: RFC 6368, section 5."""
    with pytest.raises(ValueError, match=complaint):
        ROW.decode(ASN + inner, context())


def test_sets_in_sets_are_bounded() -> None:
    """A few are read and written; one more, or thousands, raise ValueError, and no RecursionError."""
    deep = nested(MAXIMUM_DEPTH)
    value = ROW.decode(deep, context())
    assert ROW.encode(value, context()) == deep
    for depth in (MAXIMUM_DEPTH + 1, 5000):
        with pytest.raises(ValueError, match="stand in one another"):
            ROW.decode(nested(depth), context())
    assert isinstance(value, AttrSet)
    with pytest.raises(ValueError, match="stand in one another"):
        ROW.encode(AttrSet(1, (Attribute(0xC0, 128, value),)), context())


def test_what_cannot_be_written_is_refused() -> None:
    """An AS number of five octets, an MP attribute and a value of another class raise ValueError."""
    with pytest.raises(ValueError, match="not a number of 4 octets"):
        AttrSet(1 << 32, ())
    with pytest.raises(ValueError, match="holds MP_REACH_NLRI"):
        ROW.encode(AttrSet(1, (Attribute(0x80, 14, b""),)), context())
    with pytest.raises(ValueError, match="not a AttrSet"):
        ROW.encode(b"", context())
    with pytest.raises(ValueError, match="shorter than 4"):
        ROW.decode(b"\0\0\0", context())
