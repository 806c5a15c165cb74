"""Segment routing policies as NLRI."""

from ipaddress import IPv4Address, IPv6Address

import pytest

from bgpkit.wire.families.row import FamilyRow
from bgpkit.wire.families.sr_policy import SR_POLICY_ROWS, SrPolicy
from bgpkit_rib import Prefix

IPV4, IPV6 = SR_POLICY_ROWS


@pytest.mark.parametrize(
    ("row", "octets", "value", "text"),
    [
        (
            IPV4,
            "60 00000001 00000064 c0000201",
            SrPolicy(1, 100, IPv4Address("192.0.2.1")),
            "distinguisher 1 color 100 endpoint 192.0.2.1",
        ),
        (
            IPV6,
            "c0 ffffffff 00000000 20010db8000000000000000000000001",
            SrPolicy((1 << 32) - 1, 0, IPv6Address("2001:db8::1")),
            "distinguisher 4294967295 color 0 endpoint 2001:db8::1",
        ),
        (
            IPV4,
            "60 00000000 00000000 00000000",
            SrPolicy(0, 0, IPv4Address(0)),
            "distinguisher 0 color 0 endpoint 0.0.0.0",
        ),
    ],
)
def test_a_policy_is_read_and_written(row: FamilyRow, octets: str, value: SrPolicy, text: str) -> None:
    """Length in bits, distinguisher, colour, endpoint; all of it is the key."""
    raw = bytes.fromhex(octets)
    assert row.nlri(raw, add_path=False, withdrawn=False) == (value,)
    assert row.encode(value) == (raw, b"")
    assert str(value) == text


def test_policies_stand_one_after_another() -> None:
    """Each with its length."""
    first, second = bytes.fromhex("60 00000001 00000064 c0000201"), bytes.fromhex("60 00000002 00000064 c0000201")
    (block,), unknown = IPV4.blocks(first + second + first, add_path=False, withdrawn=False)
    assert (block.keys, unknown) == ([first, second], [])


@pytest.mark.parametrize("octets", ["60", "60 00000001 00000064 c00002"])
def test_a_policy_cut_short_is_refused(octets: str) -> None:
    """The length goes beyond the field."""
    with pytest.raises(ValueError, match="cut short"):
        IPV4.blocks(bytes.fromhex(octets), add_path=False, withdrawn=False)


@pytest.mark.parametrize("number", [-1, 1 << 32])
def test_numbers_must_fit_four_octets(number: int) -> None:
    """Distinguisher and colour."""
    with pytest.raises(ValueError, match=f"distinguisher {number} of an SR policy"):
        SrPolicy(number, 0, IPv4Address(0))
    with pytest.raises(ValueError, match=f"color {number} of an SR policy"):
        SrPolicy(0, number, IPv4Address(0))


def test_values_of_another_kind_are_refused() -> None:
    """An endpoint of the other family, and a prefix."""
    with pytest.raises(ValueError, match="it takes SR policies with 32-bit endpoints"):
        IPV4.encode(SrPolicy(1, 1, IPv6Address(1)))
    with pytest.raises(ValueError, match="it takes SR policies with 128-bit endpoints"):
        IPV6.encode(Prefix.parse("2001:db8::/32"))


def test_next_hops_are_of_either_address_family() -> None:
    """IPv4 or IPv6 whatever the family of the endpoint, with a link-local address or without."""
    for row in (IPV4, IPV6):
        assert row.next_hop_lengths == {4, 16, 32}
