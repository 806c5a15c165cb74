"""RFC 8669, sections 3 and 6: the Prefix-SID attribute, and what is malformed in it."""

import pytest

from bgpkit.wire.attributes.prefix_sid import ROWS, PrefixSid
from tests.unit.wire.octets import MANDATORY, NLRI, attribute, context, decode, update, verdict

LABEL_INDEX = "01 0007 00 0000 00000064"


def action(value: str) -> str:
    """Return what an UPDATE with the attribute leads to; what is accepted has to stay octet for octet."""
    block = MANDATORY + attribute(0xC0, 40, bytes.fromhex(value))
    found = verdict(update(block, NLRI)).action
    raw = decode(update(block, NLRI)).announced[0][1].raw
    assert raw == (block if found == "accept" else MANDATORY)
    return found


def read(value: str) -> PrefixSid:
    """Return the TLVs of an attribute, after they have been written again as they were."""
    found = ROWS[0].decode(bytes.fromhex(value), context())
    assert isinstance(found, PrefixSid)
    assert ROWS[0].encode(found, context()) == bytes.fromhex(value)
    return found


@pytest.mark.rfc("8669", "6")
@pytest.mark.parametrize(
    "value",
    [
        "",
        "01 00",
        "01 0006 00 0000 000064",
        "01 0008 00 0000 0000006400",
        "03 0002 0000",
        "03 0007 0000 0003e8 0001",
        "63 0002 aa",
        f"{LABEL_INDEX} 63",
    ],
)
def test_a_malformed_attribute_is_discarded(value: str) -> None:
    """Too short, a length that the TLV cannot have, or one beyond the end: ignored, and not advertised."""
    assert action(value) == "attribute-discard"


@pytest.mark.rfc("8669", "3")
@pytest.mark.rfc("8669", "6")
def test_unknown_tlvs_are_ignored_and_passed_on() -> None:
    """They stay in their place, unmodified."""
    assert action(f"63 0002 aabb {LABEL_INDEX} ff 0000") == "accept"
    assert read(f"63 0002 aabb {LABEL_INDEX} ff 0000").label_index == 100


@pytest.mark.rfc("8669", "6")
def test_of_a_tlv_that_comes_again_the_first_counts() -> None:
    """The attribute is processed all the same."""
    value = f"{LABEL_INDEX} 01 0007 00 0000 000000c8"
    assert action(value) == "accept"
    assert read(value).label_index == 100


@pytest.mark.rfc("8669", "6")
def test_an_attribute_that_comes_again_is_discarded() -> None:
    """The first of them stays."""
    first, second = (attribute(0xC0, 40, bytes.fromhex(f"01 0007 00 0000 {each}")) for each in ("00000064", "000000c8"))
    octets = update(MANDATORY + first + second, NLRI)
    assert verdict(octets).action == "attribute-discard"
    assert decode(octets).announced[0][1].raw == MANDATORY + first


@pytest.mark.rfc("8669", "3.1")
@pytest.mark.rfc("8669", "3.2")
def test_reserved_octets_and_flags_are_ignored() -> None:
    """Whatever they are, index and label ranges are read."""
    found = read("01 0007 ff ffff 00000064 03 0008 ffff 003e80 001f40")
    assert found.label_index == 100
    assert found.originator_srgb is not None
    assert [(each.first, each.size) for each in found.originator_srgb.ranges] == [(16000, 8000)]


@pytest.mark.rfc("8669", "3.2")
def test_the_ranges_of_an_srgb_are_concatenated() -> None:
    """The SRGB field may come several times in one TLV."""
    found = read("03 000e 0000 0c3500 001000 0f4240 001388").originator_srgb
    assert found is not None
    assert [(each.first, each.size) for each in found.ranges] == [(800000, 4096), (1000000, 5000)]


@pytest.mark.rfc("7606", "3")
@pytest.mark.parametrize("flags", [0x80, 0x40, 0x00])
def test_wrong_flags_withdraw(flags: int) -> None:
    """(c): RFC 8669 says nothing of wrong flags, so that RFC 7606 does."""
    octets = MANDATORY + attribute(flags, 40, bytes.fromhex(LABEL_INDEX))
    assert verdict(update(octets, NLRI)).action == "treat-as-withdraw"
