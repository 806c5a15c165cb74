"""RFC 6368, section 5, and RFC 7606, section 7.16: the ATTR_SET attribute, and what is malformed in it."""

import pytest

from bgpkit.wire.attributes import Attribute
from bgpkit.wire.attributes.attr_set import ROWS, AttrSet
from tests.unit.wire.octets import (
    AS_PATH,
    MANDATORY,
    NEXT_HOP,
    NLRI,
    ORIGIN,
    attribute,
    context,
    decode,
    mp_reach,
    mp_unreach,
    update,
    verdict,
)

ASN = bytes.fromhex("0000fde9")
LOCAL_PREF = bytes.fromhex("400504 00000064")


def action(value: bytes, flags: int = 0xC0, *, internal: bool = True) -> str:
    """Return what an UPDATE with the attribute leads to; what is accepted has to stay octet for octet."""
    block = MANDATORY + attribute(flags, 128, value)
    found = verdict(update(block, NLRI), internal=internal).action
    if found == "accept":
        assert decode(update(block, NLRI), internal=internal).announced[0][1].raw == block
    return found


@pytest.mark.rfc("6368", "5")
@pytest.mark.parametrize("internal", [False, True])
@pytest.mark.parametrize("flags", [0xC0, 0xE0])
def test_the_customers_attributes_are_taken(flags: int, internal: bool) -> None:
    """LOCAL_PREF, ORIGINATOR_ID and CLUSTER_LIST inside are the customer's, whoever the peer is."""
    reflection = attribute(0x80, 9, ASN) + attribute(0x80, 10, ASN)
    assert action(ASN + ORIGIN + AS_PATH + LOCAL_PREF + reflection, flags, internal=internal) == "accept"
    assert action(ASN, flags, internal=internal) == "accept"


@pytest.mark.rfc("6368", "5")
@pytest.mark.rfc("7606", "7.16")
@pytest.mark.parametrize("length", range(4))
def test_fewer_than_four_octets_withdraw(length: int) -> None:
    """The origin AS has four: a malformed ATTR_SET is treat-as-withdraw."""
    assert action(bytes(length)) == "treat-as-withdraw"


@pytest.mark.rfc("6368", "5")
@pytest.mark.rfc("7606", "7.16")
@pytest.mark.parametrize("inner", [mp_reach(), mp_unreach(), ORIGIN + mp_reach()])
def test_mp_attributes_inside_withdraw(inner: bytes) -> None:
    """MP_REACH_NLRI and MP_UNREACH_NLRI must not be included."""
    assert action(ASN + inner) == "treat-as-withdraw"


@pytest.mark.rfc("6368", "5")
@pytest.mark.rfc("7606", "7.16")
@pytest.mark.parametrize(
    "inner",
    [
        attribute(0x40, 1, b""),
        attribute(0x40, 1, b"\3"),
        attribute(0x80, 1, b"\0"),
        attribute(0x40, 5, bytes(3)),
        attribute(0xC0, 8, bytes(5)),
        attribute(0xC0, 7, bytes(6)),
        attribute(0xC0, 128, bytes(3)),
        b"\x40\x01\x02\x00",
        b"\x40\x01",
    ],
)
def test_attributes_that_are_malformed_themselves_withdraw(inner: bytes) -> None:
    """A wrong length, value or flag of an attribute inside makes the ATTR_SET malformed."""
    assert action(ASN + ORIGIN + inner) == "treat-as-withdraw"


@pytest.mark.rfc("6368", "5")
@pytest.mark.parametrize("four_octet_as", [False, True])
def test_as_numbers_inside_have_four_octets(four_octet_as: bool) -> None:
    """In AS_PATH and AGGREGATOR, whatever the session has agreed on."""
    aggregator = attribute(0xC0, 7, ASN + ASN)
    path = AS_PATH if four_octet_as else attribute(0x40, 2, bytes.fromhex("0202fc00fc01"))
    block = ORIGIN + path + NEXT_HOP
    octets = update(block + attribute(0xC0, 128, ASN + AS_PATH + aggregator), NLRI)
    assert verdict(octets, four_octet_as=four_octet_as).action == "accept"
    # AS 5555 in two octets, from the bgp_vpn_attrset capture of tcpdump.
    octets = update(block + attribute(0xC0, 128, ASN + attribute(0x40, 2, bytes.fromhex("020115b3"))), NLRI)
    assert verdict(octets, four_octet_as=four_octet_as).action == "treat-as-withdraw"


@pytest.mark.rfc("6368", "5")
def test_a_next_hop_inside_is_no_fault() -> None:
    """It should not be there, and is ignored when it is."""
    assert action(ASN + ORIGIN + NEXT_HOP) == "accept"


@pytest.mark.rfc("6368", "5")
def test_the_origin_as_stands_before_the_attributes() -> None:
    """Four octets, then attributes in the encoding of an UPDATE, with lengths of one octet or two."""
    octets = ASN + attribute(0x50, 5, bytes(4)) + attribute(0x80, 4, bytes(4))
    found = ROWS[0].decode(octets, context())
    assert found == AttrSet(65001, (Attribute(0x50, 5, 0), Attribute(0x80, 4, 0)))
    assert ROWS[0].encode(found, context()) == octets
