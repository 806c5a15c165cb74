"""IPv4 and IPv6 prefixes: cut into canonical keys."""

from ipaddress import IPv4Network, IPv6Network

import pytest

from bgpkit.wire import ROWS, PathNlri
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import Prefix


def split(family: Family, field: bytes) -> tuple[list[bytes], bool]:
    """Return what the quick way through a field of a family finds."""
    quick = ROWS[family].split
    assert quick is not None
    return quick(field)


@pytest.mark.parametrize("length", range(33))
def test_every_ipv4_length_takes_the_fewest_octets(length: int) -> None:
    """A key is what the standard library's network has in its leading octets, one length at a time."""
    network = IPv4Network(("255.255.255.255", length), strict=False)
    octets = bytes((length,)) + network.network_address.packed[: (length + 7) // 8]
    assert split(IPV4_UNICAST, octets + b"\0") == ([octets, b"\0"], True)


@pytest.mark.parametrize("length", range(129))
def test_every_ipv6_length_takes_the_fewest_octets(length: int) -> None:
    """The same for 128 bits."""
    network = IPv6Network((f"{'ffff:' * 7}ffff", length), strict=False)
    octets = bytes((length,)) + network.network_address.packed[: (length + 7) // 8]
    assert split(IPV6_UNICAST, octets + b"\0") == ([octets, b"\0"], True)


@pytest.mark.parametrize("family", [IPV4_UNICAST, IPV6_UNICAST])
@pytest.mark.parametrize("length", [1, 7, 9, 15, 17, 23, 25, 31])
def test_spare_bits_become_zero(family: Family, length: int) -> None:
    """A prefix with bits beyond its length gives the canonical key, and the field is told not to be canonical."""
    row = ROWS[family]
    keys, canonical = split(family, bytes((length,)) + b"\xff" * ((length + 7) // 8))
    assert not canonical
    assert Prefix.from_key(keys[0], row.width).length == length


@pytest.mark.parametrize(
    ("family", "field", "text"),
    [
        (IPV4_UNICAST, "1801020321ffffffffff", "33 bits at octet 4"),
        (IPV4_UNICAST, "180102", "cut short at octet 0"),
        (IPV4_UNICAST, "08012801020304", "40 bits at octet 2"),
        (IPV4_UNICAST, "19010203", "cut short"),
        (IPV6_UNICAST, "8100", "129 bits"),
        (IPV6_UNICAST, "ff", "255 bits"),
        (IPV6_UNICAST, "80" + "00" * 15, "cut short"),
    ],
)
def test_a_field_that_cannot_be_cut_is_told(family: Family, field: str, text: str) -> None:
    """A length beyond the address, or a prefix beyond the field, is an error with its place."""
    with pytest.raises(ValueError, match=text):
        split(family, bytes.fromhex(field))


FIELD = bytes.fromhex("00000007 180a0101 00000007 08c0 00000009 180a0101 00000007 180a0102".replace(" ", ""))
"""10.1.1.0/24 and 192.0.0.0/8 with path identifier 7, 10.1.1.0/24 with 9, 10.1.2.0/24 with 7."""


def test_path_identifiers_divide_a_field_into_blocks() -> None:
    """RFC 7911, section 3: each NLRI has four octets before it, which belong to the path, not to the key."""
    blocks, unknown = ROWS[IPV4_UNICAST].blocks(FIELD, add_path=True, withdrawn=False)
    one, other, third = bytes.fromhex("180a0101"), bytes.fromhex("08c0"), bytes.fromhex("180a0102")
    assert blocks == [([one, other, third], b"", 7, None), ([one], b"", 9, None)]
    assert unknown == []


def test_values_carry_their_path_identifier() -> None:
    """The same octets without ADD-PATH are other prefixes: nothing is guessed."""
    row = ROWS[IPV4_UNICAST]
    found = row.nlri(FIELD, add_path=True, withdrawn=False)
    assert list(map(str, found)) == [
        "10.1.1.0/24 path-id 7",
        "192.0.0.0/8 path-id 7",
        "10.1.1.0/24 path-id 9",
        "10.1.2.0/24 path-id 7",
    ]
    assert b"".join(row.octets(found, add_path=True)) == FIELD
    zeroes = row.nlri(bytes(4), add_path=False, withdrawn=False)
    assert [str(each) for each in zeroes] == ["0.0.0.0/0"] * 4


@pytest.mark.parametrize("field", ["000000", "00000001", "0000000118", "0000000118ffff", "0000000121ffffffffff"])
def test_a_field_with_path_identifiers_that_cannot_be_cut_is_told(field: str) -> None:
    """Cut within the identifier, before the prefix, within it; a prefix that is too long."""
    with pytest.raises(ValueError, match="at octet 0 of the NLRI"):
        ROWS[IPV4_UNICAST].blocks(bytes.fromhex(field), add_path=True, withdrawn=False)


@pytest.mark.parametrize(
    ("value", "add_path", "text"),
    [
        (Prefix.parse("10.0.0.0/8"), True, "lacks a path identifier"),
        (PathNlri(7, Prefix.parse("10.0.0.0/8")), False, "has a path identifier"),
        (PathNlri(1 << 32, Prefix.parse("10.0.0.0/8")), True, "does not fit 4 octets"),
        (Prefix.parse("2001:db8::/32"), False, "32-bit addresses"),
        ("10.0.0.0/8", False, "is not an NLRI"),
    ],
)
def test_what_does_not_belong_is_refused(value: object, add_path: bool, text: str) -> None:
    """A path identifier too many or too few, one that does not fit, another family, no prefix at all."""
    with pytest.raises(ValueError, match=text):
        ROWS[IPV4_UNICAST].octets([value], add_path=add_path)
