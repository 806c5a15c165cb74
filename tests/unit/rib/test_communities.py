"""Communities of the three kinds: reading and writing."""

import pytest

from bgpkit_rib import (
    BLACKHOLE,
    GRACEFUL_SHUTDOWN,
    NO_ADVERTISE,
    NO_EXPORT,
    NO_EXPORT_SUBCONFED,
    Community,
    ExtendedCommunity,
    LargeCommunity,
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
        (NO_EXPORT, "ffffff01", "no-export"),
        (NO_ADVERTISE, "ffffff02", "no-advertise"),
        (NO_EXPORT_SUBCONFED, "ffffff03", "no-export-subconfed"),
        (BLACKHOLE, "ffff029a", "blackhole"),
        (GRACEFUL_SHUTDOWN, "ffff0000", "graceful-shutdown"),
    ],
)
def test_well_known_communities_have_their_registered_numbers(community: Community, octets: str, name: str) -> None:
    """Number and name are those of RFC 1997, RFC 7999 and RFC 8326, and read back."""
    assert community.to_bytes(4, "big").hex() == octets
    assert str(community) == name
    assert Community.parse(name) == community
    assert Community.parse(f"{community >> 16}:{community & 0xFFFF}") == community


@pytest.mark.parametrize("text", ["", "1", "65536:1", "1:65536", "1:2:3", "-1:2", "a:b", "1:", "no-exports"])
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
    with pytest.raises(ValueError, match="large community"):
        LargeCommunity.parse("4294967296:0:0")
    with pytest.raises(ValueError, match="large community"):
        LargeCommunity(0, -1, 0)


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("rt:64512:100", "0002 fc00 00000064"),
        ("ro:64512:4294967295", "0003 fc00 ffffffff"),
        ("rt:192.0.2.1:100", "0102 c0000201 0064"),
        ("rt:4200000000:7", "0202 fa56ea00 0007"),
        ("0x030c000000000008", "030c000000000008"),
        ("0x0202000000640001", "0202 00000064 0001"),
    ],
)
def test_extended_communities_read_and_write_alike(text: str, octets: str) -> None:
    """Type, subtype and value stand where RFC 4360, section 3, and RFC 5668, section 2, put them."""
    community = ExtendedCommunity.parse(text)
    assert community.octets == bytes.fromhex(octets)
    assert str(community) == text


@pytest.mark.parametrize("text", ["rt:1", "rt:1:2:3", "xx:1:2", "0x00", "0xzz", "rt:4200000000:65536", "rt:1.2.3:4"])
def test_text_that_is_no_extended_community_is_refused(text: str) -> None:
    """What is of no known form, or does not fit, raises ValueError."""
    with pytest.raises(ValueError, match=r"."):
        ExtendedCommunity.parse(text)
