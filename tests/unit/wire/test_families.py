"""NLRI of the families: cut into canonical keys."""

from ipaddress import IPv4Network, IPv6Network

import pytest

from bgpkit.wire import ROWS
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import Prefix


@pytest.mark.parametrize("length", range(33))
def test_every_ipv4_length_takes_the_fewest_octets(length: int) -> None:
    """A key is what the standard library's network has in its leading octets, one length at a time."""
    network = IPv4Network(("255.255.255.255", length), strict=False)
    octets = bytes((length,)) + network.network_address.packed[: (length + 7) // 8]
    assert ROWS[IPV4_UNICAST].split(octets + b"\0") == ([octets, b"\0"], True)


@pytest.mark.parametrize("length", range(129))
def test_every_ipv6_length_takes_the_fewest_octets(length: int) -> None:
    """The same for 128 bits."""
    network = IPv6Network((f"{'ffff:' * 7}ffff", length), strict=False)
    octets = bytes((length,)) + network.network_address.packed[: (length + 7) // 8]
    assert ROWS[IPV6_UNICAST].split(octets + b"\0") == ([octets, b"\0"], True)


@pytest.mark.parametrize("family", [IPV4_UNICAST, IPV6_UNICAST])
@pytest.mark.parametrize("length", [1, 7, 9, 15, 17, 23, 25, 31])
def test_spare_bits_become_zero(family: Family, length: int) -> None:
    """A prefix with bits beyond its length gives the canonical key, and the field is told not to be canonical."""
    row = ROWS[family]
    keys, canonical = row.split(bytes((length,)) + b"\xff" * ((length + 7) // 8))
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
        ROWS[family].split(bytes.fromhex(field))
