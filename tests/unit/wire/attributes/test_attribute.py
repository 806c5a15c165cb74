"""Path attributes as values, one and in lists."""

import pytest

from bgpkit.wire import Attribute, decode_attribute_list, encode_attribute_list
from bgpkit_rib import AsPath, Community, Origin
from tests.unit.wire.octets import AS_PATH, MANDATORY, ORIGIN, attribute, context

TERMS = context()


def test_a_list_comes_in_its_order_and_goes_the_same_way() -> None:
    """Known ones as values, unknown ones as octets; flags with the extended length bit as received."""
    octets = attribute(0xD0, 99, b"ab") + ORIGIN + attribute(0xC0, 8, b"\xff\xff\xff\1\0\1\0\2") + AS_PATH
    found = decode_attribute_list(octets, TERMS)
    assert found == (
        Attribute(0xD0, 99, b"ab"),
        Attribute(0x40, 1, Origin.IGP),
        Attribute(0xC0, 8, (Community.parse("no-export"), Community.parse("1:2"))),
        Attribute(0x40, 2, AsPath.of(64512, 64513)),
    )
    assert encode_attribute_list(found, TERMS) == octets


@pytest.mark.parametrize(
    "octets",
    [attribute(0x40, 1, b"\3"), attribute(0x40, 1, b""), attribute(0xC0, 8, b"abc"), attribute(0x40, 2, b"\7")],
)
def test_a_malformed_value_stays_octets(octets: bytes) -> None:
    """Of a wrong length, or of a length that is right; no verdict is given here."""
    (found,) = decode_attribute_list(octets, TERMS)
    assert found.value == octets[3:]
    assert encode_attribute_list([found], TERMS) == octets


@pytest.mark.parametrize("cut", [1, 2, 3, 5, len(MANDATORY) - 1])
def test_a_list_that_is_cut_short_is_refused(cut: int) -> None:
    """Within a header, or within a value."""
    with pytest.raises(ValueError, match="runs past its end"):
        decode_attribute_list(MANDATORY[:cut], TERMS)


def test_an_as_path_has_the_width_of_its_session() -> None:
    """The same octets are another path, or malformed, where AS numbers have two octets."""
    old = context(four_octet_as=False)
    octets = attribute(0x40, 2, bytes.fromhex("0202fc00fc01"))
    assert decode_attribute_list(octets, old)[0].value == AsPath.of(64512, 64513)
    assert decode_attribute_list(octets, TERMS)[0].value == octets[3:]
    aggregator = attribute(0xC0, 7, bytes.fromhex("fc00c0000201"))
    assert str(decode_attribute_list(aggregator, old)[0]) == "AGGREGATOR 64512 192.0.2.1"
    assert encode_attribute_list(decode_attribute_list(aggregator, old), old) == aggregator


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (ORIGIN, "ORIGIN igp"),
        (attribute(0x40, 6, b""), "ATOMIC_AGGREGATE"),
        (attribute(0x80, 10, bytes.fromhex("c0000201c0000202")), "CLUSTER_LIST 192.0.2.1 192.0.2.2"),
        (attribute(0x80, 4, b"\0\0\0\7"), "MULTI_EXIT_DISC 7"),
        (attribute(0xC0, 99, b"\1\2"), "attribute 99 0x0102"),
        (attribute(0xC0, 8, b"\1"), "COMMUNITIES 0x01"),
    ],
)
def test_an_attribute_has_words(octets: bytes, text: str) -> None:
    """Its name and its value, in one line."""
    assert str(decode_attribute_list(octets, TERMS)[0]) == text
