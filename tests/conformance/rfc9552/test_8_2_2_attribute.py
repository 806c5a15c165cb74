"""RFC 9552, sections 5.1 and 8.2.2: what is malformed in the BGP-LS attribute."""

import pytest

from tests.unit.wire.octets import MANDATORY, NLRI, attribute, decode, update, verdict


def action(value: str) -> str:
    """Return what an UPDATE with the attribute leads to; what is accepted has to stay octet for octet."""
    block = MANDATORY + attribute(0x80, 29, bytes.fromhex(value))
    found = verdict(update(block, NLRI)).action
    raw = decode(update(block, NLRI)).announced[0][1].raw
    assert raw == (block if found == "accept" else MANDATORY)
    return found


@pytest.mark.rfc("9552", "8.2.2")
@pytest.mark.parametrize("value", ["0400 0002 c0", "0400 0001 c0 0402", "0402 ffff 72", "04", ""])
def test_tlvs_that_do_not_fill_the_attribute_discard_it(value: str) -> None:
    """The lengths of the TLVs must agree with that of the attribute: attribute discard, all TLVs of it."""
    assert action(value) == "attribute-discard"


@pytest.mark.rfc("9552", "8.2.2")
@pytest.mark.parametrize("value", ["0400 0000", "0400 0002 0000", "0447 0004 00000001", "0402 0001 ff", "0404 0001 c0"])
def test_the_contents_of_tlvs_are_not_judged(value: str) -> None:
    """A speaker that passes the attribute on must not check whether lengths and values make sense."""
    assert action(value) == "accept"


@pytest.mark.rfc("9552", "5.1")
@pytest.mark.parametrize(
    "value", ["ffff 0001 aa", "0402 0001 72 0400 0001 c0", "0400 0001 c0 0400 0001 c0", "0100 0000"]
)
def test_unknown_unordered_and_unexpected_tlvs_are_no_fault(value: str) -> None:
    """They are kept, and passed on."""
    assert action(value) == "accept"


@pytest.mark.rfc("7606", "3")
@pytest.mark.parametrize("flags", [0xC0, 0x40, 0x00])
def test_wrong_flags_withdraw(flags: int) -> None:
    """(c): RFC 9552 says nothing of wrong flags, so that RFC 7606 does."""
    octets = attribute(flags, 29, bytes.fromhex("0400 0001 c0"))
    assert verdict(update(MANDATORY + octets, NLRI)).action == "treat-as-withdraw"
