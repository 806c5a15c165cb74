"""RFC 9830, section 2.1: the NLRI of SR policies."""

from ipaddress import IPv4Address, IPv6Address

import pytest

from bgpkit.wire.families.row import FamilyRow
from bgpkit.wire.families.sr_policy import SR_POLICY_ROWS, SrPolicy
from bgpkit_fsm import Family

IPV4, IPV6 = SR_POLICY_ROWS


@pytest.mark.rfc("9830", "2.1")
def test_a_policy_has_distinguisher_color_and_endpoint() -> None:
    """96 bits for AFI 1, 192 for AFI 2, with SAFI 73."""
    assert (IPV4.family, IPV6.family) == (Family(1, 73), Family(2, 73))
    octets = bytes.fromhex("60 00000001 00000064 c0000201")
    assert IPV4.nlri(octets, add_path=False, withdrawn=False) == (SrPolicy(1, 100, IPv4Address("192.0.2.1")),)
    assert IPV4.octets([SrPolicy(1, 100, IPv4Address("192.0.2.1"))], add_path=False) == [octets]
    octets = bytes.fromhex("c0 00000001 00000064 20010db8000000000000000000000001")
    assert IPV6.nlri(octets, add_path=False, withdrawn=False) == (SrPolicy(1, 100, IPv6Address("2001:db8::1")),)
    assert IPV6.octets([SrPolicy(1, 100, IPv6Address("2001:db8::1"))], add_path=False) == [octets]


@pytest.mark.rfc("9830", "2.1")
@pytest.mark.parametrize(("row", "lengths"), [(IPV4, (0, 32, 95, 97, 192, 255)), (IPV6, (0, 96, 128, 191, 193))])
def test_another_length_is_malformed(row: FamilyRow, lengths: tuple[int, ...]) -> None:
    """The length "MUST be 96 when AFI = 1 and 192 when AFI = 2"."""
    for length in lengths:
        with pytest.raises(ValueError, match=f"an SR policy of {length} bits"):
            row.blocks(bytes((length,)) + bytes(24), add_path=False, withdrawn=False)
