"""Fields that are addresses."""

from ipaddress import IPv4Address, IPv6Address

from bgpkit_rib import MacAddress
from bgpkit_rib.extended_communities.address_fields import Ipv4, Ipv6, Mac


def test_an_ipv4_address_is_dotted_decimal() -> None:
    """The four octets are an address of the standard library."""
    field = Ipv4("address", 16)
    assert field.mask == 0xFFFFFFFF0000
    assert field.value(0xC0000201) == IPv4Address("192.0.2.1")
    assert field.text(0xC0000201) == ":192.0.2.1"
    assert [field.parse(text) for text in ("192.0.2.1", "192.0.2", "", None)] == [0xC0000201, None, None, None]
    assert [field.bits(value) for value in (IPv4Address(7), 7, IPv6Address(7))] == [7, None, None]


def test_an_ipv6_address_stands_in_brackets() -> None:
    """The brackets are written; without them it is read as well."""
    field = Ipv6("address", 16)
    assert field.mask == ((1 << 128) - 1) << 16
    assert field.value(1) == IPv6Address("::1")
    assert field.text(1) == ":[::1]"
    assert [field.parse(text) for text in ("[::1]", "::1", "::g", "", None)] == [1, 1, None, None, None]
    assert [field.bits(value) for value in (IPv6Address(7), 7, IPv4Address(7))] == [7, None, None]


def test_a_mac_address_is_six_pairs() -> None:
    """The six octets are a MAC address."""
    field = Mac("mac_address")
    assert field.mask == (1 << 48) - 1
    assert field.value(0xAABBCCDDEEFF) == MacAddress.parse("aa:bb:cc:dd:ee:ff")
    assert field.text(0x0000000000FF) == ":00:00:00:00:00:ff"
    texts = ("aa:bb:cc:dd:ee:ff", "AABB.CCDD.EEFF", "aa:bb", None)
    assert [field.parse(text) for text in texts] == [0xAABBCCDDEEFF, 0xAABBCCDDEEFF, None, None]
    assert [field.bits(value) for value in (MacAddress(bytes(5) + b"\x07"), 7)] == [7, None]
