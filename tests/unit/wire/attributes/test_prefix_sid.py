"""PREFIX_SID from and to octets."""

import pytest

from bgpkit.wire.attributes.malformed import MalformedValueError
from bgpkit.wire.attributes.prefix_sid import (
    ROWS,
    LabelIndex,
    OriginatorSrgb,
    PrefixSid,
    SrgbRange,
    read_prefix_sid_tlvs,
)
from bgpkit.wire.attributes.srv6_service import Srv6L2Service, Srv6L3Service
from bgpkit.wire.faults import FaultAction
from bgpkit.wire.tlv import Tlv
from tests.unit.wire.octets import context

(ROW,) = ROWS


def test_label_index_and_originator_srgb() -> None:
    """What exabgp sends for [ 300, [ ( 800000,4096 ) ( 1000000,5000 ) ] ]."""
    octets = bytes.fromhex("01 0007 00 0000 0000012c 03 000e 0000 0c3500001000 0f4240001388")
    value = ROW.decode(octets, context())
    srgb = OriginatorSrgb((SrgbRange(800000, 4096), SrgbRange(1000000, 5000)))
    assert value == PrefixSid((LabelIndex(300), srgb))
    assert isinstance(value, PrefixSid)
    assert (value.label_index, value.originator_srgb, value.l3_service, value.l2_service) == (300, srgb, None, None)
    assert ROW.encode(value, context()) == octets
    assert str(value) == "label-index 300; srgb 800000+4096 1000000+5000"


def test_srv6_services_stand_beside_unknown_types() -> None:
    """Services are found by their type; TLVs of unknown types stay in their place, and the first of each counts."""
    octets = bytes.fromhex("04 0001 aa 05 0001 00 06 0001 07 05 0001 09")
    value = ROW.decode(octets, context())
    assert isinstance(value, PrefixSid)
    assert value.tlvs[0] == Tlv(4, b"\xaa")
    assert (value.l3_service, value.l2_service) == (Srv6L3Service(()), Srv6L2Service((), reserved=7))
    assert (value.label_index, value.originator_srgb) == (None, None)
    assert ROW.encode(value, context()) == octets


def test_flags_and_reserved_octets_are_kept() -> None:
    """They are to be ignored, and come back as they were."""
    octets = bytes.fromhex("01 0007 05 0102 0000002a 03 0008 8000 000001 000002")
    value = ROW.decode(octets, context())
    assert value == PrefixSid((LabelIndex(42, 0x0102, 5), OriginatorSrgb((SrgbRange(1, 2),), 0x8000)))
    assert ROW.encode(value, context()) == octets


@pytest.mark.parametrize(
    ("octets", "complaint"),
    [
        ("01 0006 00 0000 000001", "a label index of 6 octets does not have 7"),
        ("01 0008 00 0000 0000000100", "a label index of 8 octets"),
        ("03 0002 0000", "an originator SRGB of 2 octets"),
        ("03 0009 0000 000001 000002 00", "an originator SRGB of 9 octets"),
        ("04 0005 aa", "the TLV of type 4 at octet 0 runs past the end"),
        ("04 0000 04 00", "the TLV of type 4 at octet 3 runs past the end"),
        ("04", "the TLV of type 4 at octet 0 runs past the end"),
    ],
)
def test_malformed_tlvs_are_told(octets: str, complaint: str) -> None:
    """A length that the type cannot have, or that runs past the end, raises a ValueError without more."""
    with pytest.raises(ValueError, match=complaint) as caught:
        read_prefix_sid_tlvs(bytes.fromhex(octets))
    assert not isinstance(caught.value, MalformedValueError)


@pytest.mark.parametrize(
    "octets",
    [
        "05 0000",
        "06 0004 00 63 0001",
        "05 0005 00",
        "06 00",
        "01 0001 00 05 0000",
        "05 0000 04 0009",
        "01 0001 00 05 0005 00",
    ],
)
def test_a_malformed_srv6_service_weighs_more(octets: str) -> None:
    """It withdraws the routes, whatever else is malformed: RFC 9252, section 7."""
    with pytest.raises(MalformedValueError) as caught:
        ROW.decode(bytes.fromhex(octets), context())
    assert (caught.value.action, caught.value.section) == (FaultAction.WITHDRAW, "RFC 9252, section 7")


def test_fields_that_do_not_fit_are_refused() -> None:
    """Numbers beyond their fields, and an SRGB without ranges, raise ValueError."""
    with pytest.raises(ValueError, match="do not fit their fields"):
        LabelIndex(1 << 32)
    with pytest.raises(ValueError, match="does not fit 3 octets"):
        SrgbRange(1 << 24, 1)
    with pytest.raises(ValueError, match="needs a range"):
        OriginatorSrgb(())
    with pytest.raises(ValueError, match="type 256"):
        ROW.encode(PrefixSid((Tlv(256, b""),)), context())
    with pytest.raises(ValueError, match="not a PrefixSid"):
        ROW.encode((), context())
