"""The quick way out gives the octets of the long one, or says that it cannot."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgpkit.wire import encode_announcements, encode_attributes, quick_announcement
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import Community, PathAttributes

HOPS: dict[Family, IPv4Address | IPv6Address] = {
    IPV4_UNICAST: IPv4Address("192.0.2.1"),
    IPV6_UNICAST: IPv6Address("2001:db8::1"),
}
KEYS = st.lists(st.binary(min_size=3, max_size=3).map(lambda octets: b"\x18" + octets), min_size=1, max_size=900)


@given(
    keys=KEYS,
    family=st.sampled_from([IPV4_UNICAST, IPV6_UNICAST]),
    communities=st.lists(st.builds(Community, st.integers(0, 2**32 - 1)), max_size=100),
    med=st.none() | st.integers(0, 2**32 - 1),
)
def test_it_is_the_only_message_of_the_long_way(
    keys: list[bytes], family: Family, communities: list[Community], med: int | None
) -> None:
    """Octet for octet; None wherever the long way needs several messages."""
    attributes = PathAttributes(next_hop=HOPS[family], communities=tuple(communities), med=med)
    block = encode_attributes(attributes, family)
    whole = encode_announcements(block, family, keys)
    quick = quick_announcement(family)(block, b"".join(keys), 4096)
    assert quick == (whole[0] if len(whole) == 1 else None)


def test_ipv4_with_an_ipv6_next_hop_goes_the_long_way() -> None:
    """RFC 8950, section 3: those NLRI stand in MP_REACH_NLRI."""
    block = encode_attributes(PathAttributes(next_hop=IPv6Address("2001:db8::1")), IPV4_UNICAST)
    assert quick_announcement(IPV4_UNICAST)(block, b"\x08\x0a", 4096) is None
    assert encode_announcements(block, IPV4_UNICAST, [b"\x08\x0a"])


@pytest.mark.parametrize("family", [IPV4_UNICAST, Family(1, 4)])
def test_a_block_of_another_family_goes_the_long_way(family: Family) -> None:
    """Which says what is wrong with it."""
    block = encode_attributes(PathAttributes(next_hop=HOPS[IPV4_UNICAST]), family)
    assert quick_announcement(IPV6_UNICAST)(block, b"\x08\x0a", 4096) is None
