"""Addresses, numbers and times as people write them."""

from ipaddress import IPv4Address, IPv6Address

import pytest

from bgpkit_node.resources import address_text


@pytest.mark.parametrize(
    ("text", "number"),
    [("64512", 64512), ("0", 0), ("4294967295", 4294967295), ("1.10", 65546), ("65535.65535", 4294967295), ("0.1", 1)],
)
def test_as_numbers_are_read_plain_and_dotted(text: str, number: int) -> None:
    """RFC 5396, section 2: asdot+ is the high and the low 16 bits with a dot between."""
    assert address_text.parse_as_number(text) == number


@pytest.mark.parametrize("text", ["", "a", "-1", "1.65536", "65536.1", "4294967296", "1.2.3", "1.", "٣", "9" * 5000])
def test_what_is_no_as_number_is_refused(text: str) -> None:
    """Also digits of other scripts, and numbers without end."""
    with pytest.raises(ValueError, match="is not an AS number"):
        address_text.parse_as_number(text)


@pytest.mark.parametrize(
    ("text", "address", "port"),
    [
        ("10.4.7.12", "10.4.7.12", None),
        ("10.4.7.12:1790", "10.4.7.12", 1790),
        ("aabb::ffff", "aabb::ffff", None),
        ("[aabb::ffff]:4444", "aabb::ffff", 4444),
    ],
)
def test_a_peer_is_an_address_with_or_without_port(text: str, address: str, port: int | None) -> None:
    """An IPv6 address with a port stands in brackets."""
    found, number = address_text.parse_peer(text)
    assert (str(found), number) == (address, port)
    assert isinstance(found, IPv4Address | IPv6Address)


@pytest.mark.parametrize(
    "text", ["", "192.168.0.256", "1.2.3.4:0", "1.2.3.4:65536", "[9000::]:", ":8552", "[::1]", "a:1"]
)
def test_what_is_no_peer_is_refused(text: str) -> None:
    """An address, a port and both together can be wrong."""
    with pytest.raises(ValueError, match="is not"):
        address_text.parse_peer(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("1m30s", 90), ("2h", 7200), ("1.5m", 90), ("250ms", 0.25), ("0", 0), ("0s", 0), ("100us", 0.0001)],
)
def test_times_are_read_in_seconds(text: str, seconds: float) -> None:
    """Units may be put together."""
    assert address_text.parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "90", "s", "1d", "1m30", "-5s", "1 s"])
def test_what_is_no_time_is_refused(text: str) -> None:
    """A number without a unit is no time."""
    with pytest.raises(ValueError, match="is not a time"):
        address_text.parse_duration(text)


@pytest.mark.parametrize(("text", "numbers"), [("65535:65535", (65535, 65535)), ("1:2:4294967295", (1, 2, 4294967295))])
def test_communities_are_read(text: str, numbers: tuple[int, ...]) -> None:
    """RFC 1997: two numbers of 16 bits; RFC 8092: three of 32."""
    assert address_text.parse_community(text) == numbers


@pytest.mark.parametrize("text", ["1", "65536:1", "1:2:3:4", "1:2:4294967296", "a:b", "1:", ":1"])
def test_what_is_no_community_is_refused(text: str) -> None:
    """The number of parts and the size of each count."""
    with pytest.raises(ValueError, match="is not a community"):
        address_text.parse_community(text)


def test_a_network_must_be_strictly_masked() -> None:
    """Bits behind the prefix are named with the network they lie in; one address is a network of its own."""
    with pytest.raises(ValueError, match=r"not strictly masked: the network is 10\.4\.7\.0/24"):
        address_text.parse_network("10.4.7.1/24")
    assert str(address_text.parse_network("8.8.8.8")) == "8.8.8.8/32"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("10.4.7.0/255.255.255.0", r"10\.4\.7\.0/255\.255\.255\.0 has a mask .* write 10\.4\.7\.0/24"),
        ("10.4.7.0/0.0.0.255", r"has a mask .* write 10\.4\.7\.0/24"),
        ("fd00::%eth0/64", "fd00::%eth0/64 has a zone: write it without %eth0"),
        ("fd00::1%1", "has a zone: write it without %1"),
    ],
)
def test_what_only_other_programs_understand_is_refused(text: str, words: str) -> None:
    """RFC 4632, section 3.1: the length is a number; and the names of interfaces are not the same everywhere."""
    for parse in (address_text.parse_interface, address_text.parse_network):
        with pytest.raises(ValueError, match=words):
            parse(text)


def test_an_address_of_the_other_version_is_named() -> None:
    """The sentence says what was given and what is wanted."""
    with pytest.raises(ValueError, match="is an IPv6 address, not an IPv4 one"):
        address_text.parse_address("::1", 4)
    with pytest.raises(ValueError, match="is an IPv4 address, not an IPv6 one"):
        address_text.parse_interface("10.0.0.1/8", 6)
    with pytest.raises(ValueError, match="'x' is not an IP address"):
        address_text.parse_address("x")


@pytest.mark.parametrize("text", ["eth0", "eth0.100", "cali3297dd6e431", "a_b-c", "x" * 15])
def test_the_name_of_an_interface_is_read(text: str) -> None:
    """At most 15 characters."""
    assert address_text.parse_interface_name(text) == text


@pytest.mark.parametrize("text", ["", "eth 0", "eth/0", "x" * 16, "eth*"])
def test_what_is_no_interface_is_refused(text: str) -> None:
    """With the text."""
    with pytest.raises(ValueError, match="is not the name of an interface"):
        address_text.parse_interface_name(text)


@pytest.mark.parametrize(("text", "ports"), [("80", range(80, 81)), ("0:65535", range(65536)), ("5:5", range(5, 6))])
def test_a_range_of_ports_is_read(text: str, ports: range) -> None:
    """Both ends included."""
    assert address_text.parse_port_range(text) == ports


@pytest.mark.parametrize("text", ["", "a", "80-90", "90:80", "1:65536", "65536", ":5", "5:"])
def test_what_is_no_range_of_ports_is_refused(text: str) -> None:
    """With the text."""
    with pytest.raises(ValueError, match="is not a range of ports"):
        address_text.parse_port_range(text)


@pytest.mark.parametrize(("protocol", "read"), [("TCP", "TCP"), (6, 6), ("17", 17), ("UDPLite", "UDPLite")])
def test_a_protocol_is_a_name_or_a_number(protocol: int | str, read: int | str) -> None:
    """Numbers may be written as texts."""
    assert address_text.parse_protocol(protocol) == read


@pytest.mark.parametrize("protocol", ["tcp", "", "0", 0, 256, "300", "-1"])
def test_what_is_no_protocol_is_refused(protocol: int | str) -> None:
    """Names are written as they are."""
    with pytest.raises(ValueError, match="is not a protocol"):
        address_text.parse_protocol(protocol)


@pytest.mark.parametrize(
    "text", ["", "ee:ee", "ee:ee:ee:ee:ee:zz", "e:ee:ee:ee:ee:ee", "+1:ee:ee:ee:ee:ee", "ee-ee-ee-ee-ee-ee"]
)
def test_what_is_no_mac_address_is_refused(text: str) -> None:
    """Six pairs of digits."""
    assert address_text.parse_mac("EE:ee:0a:00:ff:01") == bytes.fromhex("eeee0a00ff01")
    with pytest.raises(ValueError, match="is not a MAC address"):
        address_text.parse_mac(text)
