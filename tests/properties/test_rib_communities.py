"""Communities, route distinguishers and MAC addresses: octets, texts and values are the same thing."""

from typing import TypeAlias, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgpkit_rib import (
    Community,
    ExtendedCommunity,
    IPv6ExtendedCommunity,
    LargeCommunity,
    MacAddress,
    RouteDistinguisher,
    TrafficRateBytes,
    TrafficRatePackets,
)
from bgpkit_rib.extended_communities.table import EXTENDED_COMMUNITIES, IPV6_EXTENDED_COMMUNITIES

Texted: TypeAlias = (
    Community | LargeCommunity | ExtendedCommunity | IPv6ExtendedCommunity | RouteDistinguisher | MacAddress
)
FORMER_OSPF_TYPES = {b"\x80\x00": b"\x03\x06", b"\x80\x01": b"\x01\x07", b"\x80\x05": b"\x00\x05"}
HEADS = sorted({row.head for row in EXTENDED_COMMUNITIES.rows})
IPV6_HEADS = sorted({row.head for row in IPV6_EXTENDED_COMMUNITIES.rows})
NAMES = sorted({name for row in EXTENDED_COMMUNITIES.rows for name in (row.name, *row.aliases) if name})
u32 = st.integers(0, (1 << 32) - 1)


def octets(length: int) -> st.SearchStrategy[bytes]:
    """Draw octets, often with many that are zero, as reserved ones are."""
    sparse = st.lists(st.integers(0, 255) | st.just(0) | st.just(0), min_size=length, max_size=length).map(bytes)
    return st.binary(min_size=length, max_size=length) | sparse


def joined(heads: list[bytes], length: int) -> st.SearchStrategy[bytes]:
    """Draw communities of known kinds and of unknown ones."""
    known = st.tuples(st.sampled_from(heads), octets(length - 2)).map(b"".join)
    return known | octets(length)


extended = joined(HEADS, 8).map(ExtendedCommunity)
ipv6_extended = joined(IPV6_HEADS, 20).map(IPv6ExtendedCommunity)


@given(extended)
def test_every_eight_octets_have_a_text_that_reads_back(community: ExtendedCommunity) -> None:
    """No two extended communities have the same text, since each is read from its own."""
    assert ExtendedCommunity.parse(str(community)) == community
    assert ExtendedCommunity.parse(f"0x{community.octets.hex()}") == community


@given(extended)
def test_a_value_gives_back_the_octets(community: ExtendedCommunity) -> None:
    """All bits are in the value, but for a former type and a negative rate, which mean something else's octets."""
    value, head = community.value, community.octets[:2]
    if value is None:
        assert str(community) == f"0x{community.octets.hex()}"
        return
    again = ExtendedCommunity.from_value(value)
    assert again.value == value
    if head in FORMER_OSPF_TYPES:
        assert again.octets == FORMER_OSPF_TYPES[head] + community.octets[2:]
    elif isinstance(value, TrafficRateBytes | TrafficRatePackets) and community.octets[4] & 0x80:
        assert (value.rate, again.octets) == (0, community.octets[:4] + bytes(4))
    else:
        assert again == community


@given(ipv6_extended)
def test_every_twenty_octets_have_a_text_that_reads_back(community: IPv6ExtendedCommunity) -> None:
    """The same for IPv6 address specific communities, and all bits are in the value."""
    assert IPv6ExtendedCommunity.parse(str(community)) == community
    assert community.value is None or IPv6ExtendedCommunity.from_value(community.value) == community


@given(st.tuples(st.integers(0, 3).map(lambda kind: kind.to_bytes(2, "big")) | octets(2), octets(6)).map(b"".join))
def test_every_route_distinguisher_has_a_text_that_reads_back(packed: bytes) -> None:
    """The three types and all others; the type may be written in front of a known one."""
    distinguisher = RouteDistinguisher(packed)
    text = str(distinguisher)
    assert RouteDistinguisher.parse(text).octets == packed
    if text.count(":") == 1:
        assert RouteDistinguisher.parse(f"{distinguisher.type}:{text}").octets == packed


@given(octets(6))
def test_every_mac_address_has_a_text_that_reads_back(packed: bytes) -> None:
    """The three usual forms mean the same octets."""
    digits = packed.hex()
    assert str(MacAddress(packed)) == packed.hex(":")
    assert MacAddress.parse(packed.hex(":")).octets == packed
    assert MacAddress.parse(packed.hex("-").upper()).octets == packed
    assert MacAddress.parse(f"{digits[:4]}.{digits[4:8]}.{digits[8:]}").octets == packed


@given(u32 | st.integers(0xFFFF0000, 0xFFFFFFFF))
def test_every_community_has_a_text_that_reads_back(number: int) -> None:
    """Well-known ones by name, the others by their halves."""
    assert Community.parse(str(Community(number))) == number


@given(st.builds(LargeCommunity, u32, u32, u32))
def test_every_large_community_has_a_text_that_reads_back(community: LargeCommunity) -> None:
    """Three numbers in decimal, without leading zeros."""
    assert LargeCommunity.parse(str(community)) == community
    assert str(community) == ":".join(map(str, (community.global_admin, community.data1, community.data2)))


texts = (
    st.text()
    | st.text(alphabet="0123456789:.x[]-abcdefLrto ", max_size=30)
    | st.tuples(st.sampled_from(NAMES), st.text(alphabet="0123456789:.[]-einfstickycopy", max_size=20)).map(":".join)
    | st.tuples(st.sampled_from(NAMES), u32, u32).map(lambda parts: ":".join(map(str, parts)))
)


@given(texts)
@pytest.mark.parametrize("kind", get_args(Texted))
def test_any_text_is_a_value_or_a_value_error(kind: type[Texted], text: str) -> None:
    """A text is read, and then what is written reads back, or ValueError is raised; nothing else."""
    try:
        value = kind.parse(text)
    except ValueError:
        return
    assert kind.parse(str(value)) == value
