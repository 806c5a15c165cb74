"""The SRv6 Service TLVs of Prefix-SID, put together as in RFC 9252, sections 2 and 3."""

from ipaddress import IPv6Address

import pytest

from bgpkit.wire.attributes.srv6_service import (
    SidInformation,
    SidStructure,
    Srv6L2Service,
    Srv6L3Service,
    read_service,
    write_service,
)
from bgpkit.wire.tlv import Tlv

SID = "20010db8000100010000000000000000"
STRUCTURE = SidStructure(locator_block_length=64, locator_node_length=24, function_length=16, argument_length=0)
INFORMATION = SidInformation(sid=IPv6Address("2001:db8:1:1::"), endpoint_behavior=0x13, sub_sub_tlvs=(STRUCTURE,))
OCTETS = bytes.fromhex(f"00 01 001e 00 {SID} 00 0013 00 01 0006 401810000000")
"""The value of a Service TLV, from the exabgp vectors."""


def test_a_sid_has_its_behavior_and_structure() -> None:
    """The octets that exabgp sends for l3-service 2001:db8:1:1:: 0x13 [64,24,16,0,0,0]."""
    service = read_service(5, OCTETS)
    assert service == Srv6L3Service((INFORMATION,))
    assert write_service(service) == (5, OCTETS)
    assert INFORMATION.structure is STRUCTURE
    assert str(service) == "l3-service 2001:db8:1:1:: behavior 0x13 [64,24,16,0,0,0]"


def test_layer_2_has_a_type_of_its_own() -> None:
    """Type 6 has the same fields."""
    service = read_service(6, OCTETS)
    assert service == Srv6L2Service((INFORMATION,))
    assert write_service(service) == (6, OCTETS)
    assert str(service).startswith("l2-service 2001:db8:1:1::")


def test_nothing_is_lost() -> None:
    """Reserved octets, flags, unknown types and a structure of another length come back as they were."""
    information = f"07 {SID} 80 ffff 09 01 0005 4018100000 02 0001 aa"
    size = len(bytes.fromhex(information))
    octets = bytes.fromhex(f"05 01 {size:04x} {information} 63 0000")
    service = read_service(5, octets)
    assert service == Srv6L3Service(
        (
            SidInformation(
                sid=IPv6Address("2001:db8:1:1::"),
                endpoint_behavior=0xFFFF,
                flags=0x80,
                reserved1=7,
                reserved2=9,
                sub_sub_tlvs=(Tlv(1, bytes.fromhex("4018100000")), Tlv(2, b"\xaa")),
            ),
            Tlv(99, b""),
        ),
        reserved=5,
    )
    assert write_service(service) == (5, octets)
    information_read = service.sub_tlvs[0]
    assert isinstance(information_read, SidInformation)
    assert information_read.structure is None


@pytest.mark.parametrize(
    ("octets", "complaint"),
    [
        ("", "of no octets"),
        (f"00 01 0014 00 {SID} 00 0013", "of 20 octets is shorter than 21"),
        (f"00 01 0016 00 {SID} 00 0013 00", "runs past the end by 1"),
        ("00 63 00", "no type and length of a SRv6 service sub-TLV"),
        (f"00 01 0018 00 {SID} 00 0013 00 01 0006", "sub-sub-TLV 1 of 6 octets runs past the end"),
        (f"00 01 0016 00 {SID} 00 0013 00 01", "no type and length of a sub-sub-TLV"),
    ],
)
def test_lengths_that_do_not_fit_are_told(octets: str, complaint: str) -> None:
    """Each of the malformations of RFC 9252, section 7, raises ValueError."""
    with pytest.raises(ValueError, match=complaint):
        read_service(5, bytes.fromhex(octets))


@pytest.mark.parametrize(
    ("lengths", "valid"),
    [
        ((40, 24, 16, 0, 0, 0), True),
        ((40, 24, 16, 0, 16, 64), True),
        ((40, 24, 16, 0, 17, 64), False),
        ((64, 32, 32, 0, 0, 0), True),
        ((64, 32, 32, 1, 0, 0), False),
        ((40, 24, 16, 0, 0, 8), False),
    ],
)
def test_a_structure_is_valid_when_its_lengths_fit_each_other(lengths: tuple[int, ...], valid: bool) -> None:
    """At most 128 bits, those transposed among them, and no offset without a length: RFC 9252, section 3.2.1."""
    names = ("locator_block_length", "locator_node_length", "function_length", "argument_length")
    fields = dict(zip((*names, "transposition_length", "transposition_offset"), lengths, strict=True))
    assert SidStructure(**fields).is_valid is valid


def test_fields_that_do_not_fit_are_refused() -> None:
    """A number beyond its octets raises ValueError."""
    with pytest.raises(ValueError, match="does not fit an octet"):
        SidStructure(locator_block_length=256, locator_node_length=0, function_length=0, argument_length=0)
    with pytest.raises(ValueError, match="does not fit its octets"):
        SidInformation(sid=IPv6Address("::"), endpoint_behavior=1 << 16)
    for kind in (Srv6L3Service, Srv6L2Service):
        with pytest.raises(ValueError, match="reserved octet 256"):
            kind((), reserved=256)
    with pytest.raises(ValueError, match="does not fit an octet"):
        write_service(Srv6L3Service((Tlv(256, b""),)))
