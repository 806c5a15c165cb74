"""Communities of all kinds: reading and writing."""

from ipaddress import IPv6Address

import pytest

from bgpkit_rib import (
    ACCEPT_OWN,
    ACCEPT_OWN_NEXTHOP,
    BLACKHOLE,
    GRACEFUL_SHUTDOWN,
    LLGR_STALE,
    NO_ADVERTISE,
    NO_EXPORT,
    NO_EXPORT_SUBCONFED,
    NO_LLGR,
    NO_PEER,
    ROUTE_FILTER_TRANSLATED_V4,
    ROUTE_FILTER_TRANSLATED_V6,
    ROUTE_FILTER_V4,
    ROUTE_FILTER_V6,
    STANDBY_PE,
    Community,
    ExtendedCommunity,
    IPv6ExtendedCommunity,
    LargeCommunity,
    RouteTarget,
)


def test_a_community_is_two_halves() -> None:
    """The text's halves are the upper and the lower 16 bits. RFC 1997."""
    community = Community.parse("64512:100")
    assert community == 64512 << 16 | 100
    assert str(community) == "64512:100"
    assert repr(community) == "Community.parse('64512:100')"


@pytest.mark.parametrize(
    ("community", "octets", "name"),
    [
        (GRACEFUL_SHUTDOWN, "ffff0000", "graceful-shutdown"),
        (ACCEPT_OWN, "ffff0001", "accept-own"),
        (ROUTE_FILTER_TRANSLATED_V4, "ffff0002", "route-filter-translated-v4"),
        (ROUTE_FILTER_V4, "ffff0003", "route-filter-v4"),
        (ROUTE_FILTER_TRANSLATED_V6, "ffff0004", "route-filter-translated-v6"),
        (ROUTE_FILTER_V6, "ffff0005", "route-filter-v6"),
        (LLGR_STALE, "ffff0006", "llgr-stale"),
        (NO_LLGR, "ffff0007", "no-llgr"),
        (ACCEPT_OWN_NEXTHOP, "ffff0008", "accept-own-nexthop"),
        (STANDBY_PE, "ffff0009", "standby-pe"),
        (BLACKHOLE, "ffff029a", "blackhole"),
        (NO_EXPORT, "ffffff01", "no-export"),
        (NO_ADVERTISE, "ffffff02", "no-advertise"),
        (NO_EXPORT_SUBCONFED, "ffffff03", "no-export-subconfed"),
        (NO_PEER, "ffffff04", "no-peer"),
    ],
)
def test_well_known_communities_have_their_registered_numbers(community: Community, octets: str, name: str) -> None:
    """Number and name are those of the IANA registry "BGP Well-known Communities", and read back."""
    assert community.to_bytes(4, "big").hex() == octets
    assert str(community) == name
    assert Community.parse(name) == community
    assert Community.parse(name.upper().replace("-", "_")) == community
    assert Community.parse(f"{community >> 16}:{community & 0xFFFF}") == community


@pytest.mark.parametrize(
    ("text", "community"),
    [
        ("nopeer", NO_PEER),
        ("NOPEER", NO_PEER),
        ("gshut", GRACEFUL_SHUTDOWN),
        ("planned-shut", GRACEFUL_SHUTDOWN),
        ("GRACEFUL_SHUTDOWN", GRACEFUL_SHUTDOWN),
        ("local-AS", NO_EXPORT_SUBCONFED),
        ("ROUTE_FILTER_v4", ROUTE_FILTER_V4),
    ],
)
def test_the_names_of_other_daemons_are_read(text: str, community: Community) -> None:
    """What FRR, GoBGP, OpenBGPD and the registry call a community is read."""
    assert Community.parse(text) == community


@pytest.mark.parametrize(
    "text", ["", "1", "65536:1", "1:65536", "1:2:3", "-1:2", "a:b", "1:", "no-exports", "01:2", "no--export"]
)
def test_text_that_is_no_community_is_refused(text: str) -> None:
    """What is not two numbers of 16 bits or a known name raises ValueError."""
    with pytest.raises(ValueError, match="community"):
        Community.parse(text)


@pytest.mark.parametrize("value", [-1, 1 << 32])
def test_a_community_fits_in_32_bits(value: int) -> None:
    """A number outside of 32 bits is refused."""
    with pytest.raises(ValueError, match="32 bits"):
        Community(value)


def test_a_large_community_is_three_numbers_of_32_bits() -> None:
    """Reading, writing and order follow the three numbers. RFC 8092, section 3."""
    community = LargeCommunity.parse("4294967295:0:7")
    assert (community.global_admin, community.data1, community.data2) == (4294967295, 0, 7)
    assert str(community) == "4294967295:0:7"
    assert LargeCommunity(1, 2, 3) < LargeCommunity(1, 10, 0)
    assert LargeCommunity(0, 0, 0) == LargeCommunity.parse("0:0:0")


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("number", [-1, 1 << 32, 1 << 64])
def test_each_number_of_a_large_community_has_32_bits(number: int, place: int) -> None:
    """A number that does not fit is refused wherever it stands."""
    numbers = [number if place == index else 7 for index in range(3)]
    with pytest.raises(ValueError, match="large community"):
        LargeCommunity(*numbers)
    with pytest.raises(ValueError, match="large community"):
        LargeCommunity.parse(":".join(map(str, numbers)))


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("rt:64512:100", "0002 fc00 00000064"),
        ("ro:64512:4294967295", "0003 fc00 ffffffff"),
        ("rt:192.0.2.1:100", "0102 c0000201 0064"),
        ("rt:4200000000:7", "0202 fa56ea00 0007"),
        ("encapsulation:vxlan", "030c 00000000 0008"),
        ("0x0202000000640001", "0202 00000064 0001"),
        ("0x4002fc0000000064", "4002 fc00 00000064"),
        ("0xfedcba9876543210", "fedc ba9876543210"),
    ],
)
def test_extended_communities_read_and_write_alike(text: str, octets: str) -> None:
    """Type, subtype and value stand where RFC 4360, section 3, and RFC 5668, section 2, put them."""
    community = ExtendedCommunity.parse(text)
    assert community.octets == bytes.fromhex(octets)
    assert str(community) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rt",
        "rt:1",
        "rt:1:2:3",
        "xx:1:2",
        "0x00",
        "0xzz",
        "0x0002fc00 0000064",
        "rt:4200000000:65536",
        "rt:65535:4294967296",
        "rt:1.2.3:4",
        "rt:192.0.2.1:65536",
        "rt:064512:1",
        "rt:[2001:db8::1]:1",
        " rt:1:1",
        "encapsulation:no-such-tunnel",
        "encapsulation:65536",
    ],
)
def test_text_that_is_no_extended_community_is_refused(text: str) -> None:
    """What is of no known form, or does not fit, raises ValueError."""
    with pytest.raises(ValueError, match=r"extended community '.*' has no known form"):
        ExtendedCommunity.parse(text)


@pytest.mark.parametrize("octets", [b"", bytes(7), bytes(9), bytes(20)])
def test_an_extended_community_has_eight_octets(octets: bytes) -> None:
    """Another length is refused. RFC 4360, section 2."""
    with pytest.raises(ValueError, match=f"8 octets, not {len(octets)}"):
        ExtendedCommunity(octets)


def test_a_value_becomes_an_extended_community_and_back() -> None:
    """What a community means can be asked of it, and a community be made of it."""
    community = ExtendedCommunity.from_value(RouteTarget(64512, 100))
    assert community.octets == bytes.fromhex("0002 fc00 00000064")
    assert community.value == RouteTarget(64512, 100)
    assert ExtendedCommunity(bytes.fromhex("fedc ba9876543210")).value is None
    with pytest.raises(ValueError, match=r"RouteTarget.*does not fit"):
        ExtendedCommunity.from_value(RouteTarget(4200000000, 65536))


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("rt:[2001:db8::1]:100", "0002 20010db8000000000000000000000001 0064"),
        ("0x4002" + "20010db8" + "00" * 13 + "01", "4002 20010db8000000000000000000000000 0001"),
    ],
)
def test_ipv6_extended_communities_read_and_write_alike(text: str, octets: str) -> None:
    """Type, subtype, address and number stand where RFC 5701, section 2, puts them."""
    community = IPv6ExtendedCommunity.parse(text)
    assert community.octets == bytes.fromhex(octets)
    assert str(community) == text
    assert community.transitive is (octets[0] == "0")


def test_a_value_becomes_an_ipv6_extended_community_and_back() -> None:
    """A route target with an IPv6 address has twenty octets, never eight, and the other way about."""
    target = RouteTarget(IPv6Address("2001:db8::1"), 100)
    community = IPv6ExtendedCommunity.from_value(target)
    assert community == IPv6ExtendedCommunity.parse("target:2001:db8::1:100")
    assert community.value == target
    with pytest.raises(ValueError, match="does not fit in an extended community"):
        ExtendedCommunity.from_value(target)
    with pytest.raises(ValueError, match="does not fit in an IPv6 extended community"):
        IPv6ExtendedCommunity.from_value(RouteTarget(64512, 100))


@pytest.mark.parametrize(
    "text", ["", "rt:64512:1", "rt:[2001:db8::1]", "rt:[2001:db8::1]:65536", "rt:[]:1", "0x00", "rt:]::1[:1"]
)
def test_text_that_is_no_ipv6_extended_community_is_refused(text: str) -> None:
    """What is of no known form, or does not fit, raises ValueError."""
    with pytest.raises(ValueError, match=r"IPv6 extended community '.*' has no known form"):
        IPv6ExtendedCommunity.parse(text)


@pytest.mark.parametrize("octets", [b"", bytes(8), bytes(19), bytes(21)])
def test_an_ipv6_extended_community_has_twenty_octets(octets: bytes) -> None:
    """Another length is refused. RFC 5701, section 2."""
    with pytest.raises(ValueError, match=f"20 octets, not {len(octets)}"):
        IPv6ExtendedCommunity(octets)
