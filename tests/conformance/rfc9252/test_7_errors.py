"""RFC 9252: the SRv6 Service TLVs of Prefix-SID, and what is malformed in them."""

import pytest

from bgpkit.wire.attributes.prefix_sid import ROWS, PrefixSid
from bgpkit.wire.attributes.srv6_service import SidInformation
from tests.unit.wire.octets import MANDATORY, NLRI, attribute, context, decode, update, verdict

SID = "20010db8000100010000000000000000"
INFORMATION = f"01 0015 00 {SID} 00 0013 00"
STRUCTURED = f"01 001e 00 {SID} 00 0013 00 01 0006 401810000000"


def action(value: str) -> str:
    """Return what an UPDATE with the attribute leads to; what is accepted has to stay octet for octet."""
    block = MANDATORY + attribute(0xC0, 40, bytes.fromhex(value))
    found = verdict(update(block, NLRI))
    if found.action == "accept":
        assert decode(update(block, NLRI)).announced[0][1].raw == block
    return found.action


def service(code: int, sub_tlvs: str) -> str:
    """Return a Service TLV in hexadecimal digits."""
    return f"{code:02x} {1 + len(bytes.fromhex(sub_tlvs)):04x} 00 {sub_tlvs}"


def information(value: str) -> SidInformation:
    """Return the first SID of the first L3 service, after all has been written again as it was."""
    found = ROWS[0].decode(bytes.fromhex(value), context())
    assert isinstance(found, PrefixSid)
    assert ROWS[0].encode(found, context()) == bytes.fromhex(value)
    assert found.l3_service is not None
    first = found.l3_service.sub_tlvs[0]
    assert isinstance(first, SidInformation)
    return first


@pytest.mark.rfc("9252", "2")
@pytest.mark.rfc("9252", "3.1")
@pytest.mark.parametrize("code", [5, 6])
@pytest.mark.parametrize("sub_tlvs", ["", INFORMATION, STRUCTURED, f"{INFORMATION} {STRUCTURED}"])
def test_services_with_sids_are_well_formed(code: int, sub_tlvs: str) -> None:
    """With none, one or several SIDs, structured or not."""
    assert action(service(code, sub_tlvs)) == "accept"


@pytest.mark.rfc("9252", "7")
@pytest.mark.parametrize("code", ["05", "06"])
@pytest.mark.parametrize(
    "rest",
    [
        "0000",
        "0017 00",
        "00",
        f"0018 00 01 0014 00 {SID} 00 0013",
        f"0019 00 01 0016 00 {SID} 00 0013 00",
        f"001a 00 01 0017 00 {SID} 00 0013 00 01",
        f"001c 00 01 0018 00 {SID} 00 0013 00 01 0006",
        "0003 00 63 00",
    ],
)
def test_a_malformed_service_withdraws(code: str, rest: str) -> None:
    """A length less than 1, less than 21, or inconsistent with what is around it: treat-as-withdraw."""
    assert action(f"{code} {rest}") == "treat-as-withdraw"


@pytest.mark.rfc("9252", "7")
@pytest.mark.parametrize("other", ["01 0001 00", "03 0002 0000"])
def test_a_malformed_service_withdraws_whatever_else_is_malformed(other: str) -> None:
    """The stronger action is taken, in whichever order they come."""
    assert action(f"{other} 05 0000") == "treat-as-withdraw"
    assert action(f"05 0000 {other}") == "treat-as-withdraw"
    assert action(f"{other} {service(5, INFORMATION)}") == "attribute-discard"


@pytest.mark.rfc("9252", "7")
def test_unknown_types_are_no_fault() -> None:
    """At each of the three levels a type that is not known does not make anything malformed."""
    assert action("63 0001 aa") == "accept"
    assert action(service(5, "63 0002 aabb")) == "accept"
    assert action(service(5, f"01 0019 00 {SID} 00 0013 00 63 0001 aa")) == "accept"


@pytest.mark.rfc("9252", "7")
def test_of_services_that_come_again_the_first_counts() -> None:
    """All but the first instance are ignored."""
    second = INFORMATION.replace("0013", "0014")
    assert action(f"{service(5, INFORMATION)} {service(5, second)}") == "accept"
    assert information(f"{service(5, INFORMATION)} {service(5, second)}").endpoint_behavior == 0x13


@pytest.mark.rfc("9252", "2")
@pytest.mark.rfc("9252", "3.1")
def test_reserved_octets_and_flags_are_ignored_and_kept() -> None:
    """Whatever they are, the SID is read, and they come back as they were."""
    found = information(f"05 0019 ff 01 0015 ff {SID} ff 0013 ff")
    assert (found.endpoint_behavior, found.flags, found.reserved1, found.reserved2) == (0x13, 255, 255, 255)


@pytest.mark.rfc("9252", "3.1")
@pytest.mark.parametrize("behavior", ["0000", "ffff", "1234"])
def test_an_unknown_behavior_is_no_fault(behavior: str) -> None:
    """It must not be considered invalid; 0xffff says that the sender does not tell."""
    value = service(5, INFORMATION.replace("0013", behavior))
    assert action(value) == "accept"
    assert information(value).endpoint_behavior == int(behavior, 16)


@pytest.mark.rfc("9252", "3.2.1")
@pytest.mark.rfc("9252", "7")
@pytest.mark.parametrize(
    ("lengths", "valid"),
    [("401810000000", True), ("280a1000 1040".replace(" ", ""), False), ("4040 01000000".replace(" ", ""), False)],
)
def test_an_invalid_structure_is_no_malformation(lengths: str, valid: bool) -> None:
    """Bits beyond the SID make it of no use, and the attribute stays."""
    value = service(5, f"01 001e 00 {SID} 00 0013 00 01 0006 {lengths}")
    assert action(value) == "accept"
    structure = information(value).structure
    assert structure is not None
    assert structure.is_valid is valid
