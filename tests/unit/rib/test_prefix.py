"""Prefixes against the standard library's networks."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import pytest

from bgpkit_rib import Prefix


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("0.0.0.0/0", "00"),
        ("10.0.0.0/8", "08 0a"),
        ("172.16.0.0/12", "0c ac 10"),
        ("192.0.2.128/25", "19 c0 00 02 80"),
        ("198.51.100.7/32", "20 c6 33 64 07"),
        ("::/0", "00"),
        ("2001:db8::/32", "20 20 01 0d b8"),
    ],
)
def test_the_key_is_the_nlri_encoding(text: str, key: str) -> None:
    """The key is the length octet and the fewest octets that hold the prefix. RFC 4271, section 4.3."""
    assert Prefix.parse(text).key == bytes.fromhex(key)


def test_text_comes_back_in_its_usual_form() -> None:
    """Writing a prefix gives the shortest usual text."""
    assert str(Prefix.parse("2001:0db8:0000::/32")) == "2001:db8::/32"
    assert str(Prefix.parse("10.0.0.0/8")) == "10.0.0.0/8"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("10.0.0.1/8", "did you mean 10.0.0.0/8"),
        ("2001:db8::1/64", "did you mean 2001:db8::/64"),
        ("10.0.0.0", "no length"),
        ("10.0.0.0/33", "0 to 32"),
        ("2001:db8::/129", "0 to 128"),
        ("10.0.0.0/-1", "0 to 32"),
        ("10.0.0.0/255.0.0.0", "0 to 32"),
        ("10.0.0.0/٨", "0 to 32"),
        ("10.0.0/8", "does not start with"),
        ("", "no length"),
        ("/8", "does not start with"),
        ("fe80::%eth0/64", "names an interface"),
    ],
)
def test_text_that_is_no_prefix_is_refused_in_a_sentence(text: str, message: str) -> None:
    """Each way of being wrong has a message of its own that quotes the text."""
    with pytest.raises(ValueError, match=message) as caught:
        Prefix.parse(text)
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize(
    ("key", "width"),
    [("", 32), ("21 00 00 00 00 00", 32), ("08", 32), ("08 0a 00", 32), ("0c ac 1f", 32), ("08 0a", 64), ("81", 128)],
)
def test_octets_that_are_not_canonical_are_refused(key: str, width: int) -> None:
    """A key with a wrong length, spare bits set or too many octets never becomes a prefix."""
    with pytest.raises(ValueError, match=r"prefix|wide"):
        Prefix.from_key(bytes.fromhex(key), width)


def test_networks_convert_both_ways() -> None:
    """The standard library's networks and prefixes are two forms of the same."""
    four, six = IPv4Network("192.0.2.0/24"), IPv6Network("2001:db8::/33")
    assert Prefix.from_network(four).network == four
    assert Prefix.from_network(six).network == six
    assert Prefix.from_network(four).address == IPv4Address("192.0.2.0")
    assert Prefix.from_network(six).address == IPv6Address("2001:db8::")


def test_prefixes_order_by_address_then_length() -> None:
    """Sorting puts a covering prefix before what it covers, and IPv4 before IPv6."""
    texts = ["9.0.0.0/8", "10.0.0.0/8", "10.0.0.0/16", "10.1.0.0/16", "192.0.2.0/24", "::/0", "2001:db8::/32"]
    assert [str(prefix) for prefix in sorted(map(Prefix.parse, reversed(texts)))] == texts


def test_a_prefix_contains_itself_longer_ones_and_addresses() -> None:
    """Containment follows the leading bits and never crosses from IPv4 to IPv6."""
    prefix = Prefix.parse("10.0.0.0/9")
    assert prefix.contains(prefix)
    assert Prefix.parse("10.127.0.0/16") in prefix
    assert IPv4Address("10.127.255.255") in prefix
    assert Prefix.parse("10.128.0.0/16") not in prefix
    assert Prefix.parse("10.0.0.0/8") not in prefix
    assert IPv6Address("::") not in Prefix.parse("0.0.0.0/0")
    assert Prefix.parse("0.0.0.0/0") not in Prefix.parse("::/0")


def test_equal_octets_of_another_width_are_another_prefix() -> None:
    """The default routes of IPv4 and IPv6 share a key and are not equal."""
    assert Prefix.parse("0.0.0.0/0") != Prefix.parse("::/0")
    assert len({Prefix.parse("0.0.0.0/0"), Prefix.parse("::/0"), Prefix.from_key(b"\0", 32)}) == 2
