"""The forms of the communities that an AS or an address owns."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

import pytest

from bgpkit_rib.extended_communities.administrator import four_octet_as, ipv4, ipv6, two_octet_as
from bgpkit_rib.extended_communities.row import RowTable


@dataclass(frozen=True, slots=True)
class Owned:
    """A value of every form."""

    administrator: int | IPv4Address | IPv6Address
    number: int
    four_octet_as: bool = False


SHORT = RowTable(
    8, (two_octet_as(0x0042, Owned, "own", "o"), ipv4(0x0142, Owned, "own"), *four_octet_as(0x0242, Owned, "own"))
)
LONG = RowTable(20, (ipv6(0x0042, Owned, "own", "o"),))


@pytest.mark.parametrize(
    ("octets", "value", "text"),
    [
        ("0042 ffff ffffffff", Owned(65535, 4294967295), "own:65535:4294967295"),
        ("0142 c0000201 ffff", Owned(IPv4Address("192.0.2.1"), 65535), "own:192.0.2.1:65535"),
        ("0242 00010000 ffff", Owned(65536, 65535), "own:65536:65535"),
    ],
)
def test_each_form_has_its_octets(octets: str, value: Owned, text: str) -> None:
    """Two or four octets for the AS number, four for an address; the rest is the number."""
    packed = bytes.fromhex(octets)
    assert (SHORT.value(packed), SHORT.octets(value)) == (value, packed)
    assert (SHORT.text(packed), SHORT.parse(text)) == (text, packed)


def test_a_small_as_number_in_four_octets_is_told_apart() -> None:
    """The value says so, and the text is hexadecimal."""
    packed = bytes.fromhex("0242 0000ffff 0001")
    assert SHORT.value(packed) == Owned(65535, 1, four_octet_as=True)
    assert SHORT.octets(Owned(65535, 1, four_octet_as=True)) == packed
    assert SHORT.octets(Owned(65535, 1)) == bytes.fromhex("0042 ffff 00000001")
    assert SHORT.text(packed) == "0x02420000ffff0001"


@pytest.mark.parametrize("value", [Owned(65536, 65536), Owned(1 << 32, 1), Owned(IPv4Address(1), 65536), Owned(-1, 1)])
def test_what_does_not_fit_has_no_octets(value: Owned) -> None:
    """A number that is too large for its form is not cut."""
    assert SHORT.octets(value) is None


def test_an_ipv6_address_has_twenty_octets() -> None:
    """The address fills sixteen of them. RFC 5701, section 2."""
    packed = bytes.fromhex("0042 20010db8000000000000000000000001 0007")
    value = Owned(IPv6Address("2001:db8::1"), 7)
    assert (LONG.value(packed), LONG.octets(value)) == (value, packed)
    assert (LONG.text(packed), LONG.parse("o:2001:db8::1:7")) == ("own:[2001:db8::1]:7", packed)
    assert SHORT.octets(value) is None
