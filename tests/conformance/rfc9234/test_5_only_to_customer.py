"""RFC 9234, section 5: the OTC attribute."""

import pytest

from tests.unit.wire.octets import MANDATORY, NLRI, attribute, decode, update, verdict


@pytest.mark.rfc("9234", "5")
@pytest.mark.parametrize("internal", [False, True])
@pytest.mark.parametrize("flags", [0xC0, 0xE0])
def test_an_as_number_of_four_octets_is_well_formed(flags: int, internal: bool) -> None:
    """The attribute stays as it is, once set."""
    block = MANDATORY + attribute(flags, 35, bytes.fromhex("0000fde9"))
    assert verdict(update(block, NLRI), internal=internal).action == "accept"
    assert decode(update(block, NLRI), internal=internal).announced[0][1].raw == block


@pytest.mark.rfc("9234", "5")
@pytest.mark.parametrize("length", [0, 1, 3, 5, 8])
def test_any_other_length_withdraws(length: int) -> None:
    """The attribute is malformed if its length is not 4: treat-as-withdraw."""
    octets = MANDATORY + attribute(0xC0, 35, bytes(length))
    assert verdict(update(octets, NLRI)).action == "treat-as-withdraw"


@pytest.mark.rfc("9234", "5")
@pytest.mark.parametrize("four_octet_as", [False, True])
def test_the_length_does_not_depend_on_the_session(four_octet_as: bool) -> None:
    """Between speakers of 2-octet AS numbers it has four octets, too."""
    path = attribute(0x40, 2, bytes.fromhex("0202fc00fc01"))
    block = MANDATORY if four_octet_as else MANDATORY[:4] + path + MANDATORY[-7:]
    octets = update(block + attribute(0xC0, 35, bytes.fromhex("0000fde9")), NLRI)
    assert verdict(octets, four_octet_as=four_octet_as).action == "accept"
