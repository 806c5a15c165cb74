"""A block that goes out as it came in has the octets of the long way, or is left to it."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from bgpkit.wire import PassThrough, Rewrite, encode_announcements, encode_attributes
from bgpkit.wire.attributes.code import OPTIONAL, TRANSITIVE
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import Community, LargeCommunity, PathAttributes

HOPS: dict[Family, IPv4Address | IPv6Address] = {
    IPV4_UNICAST: IPv4Address("192.0.2.1"),
    IPV6_UNICAST: IPv6Address("2001:db8::1"),
}
LONGEST = 4048
KEYS = st.lists(st.binary(min_size=3, max_size=3).map(lambda octets: b"\x18" + octets), min_size=1, max_size=900)
REFLECTED = Rewrite(originator_id=0x0A000001, cluster_id=0x0A000002)


def long_way(block: bytes, family: Family, keys: list[bytes], change: Rewrite) -> bytes | None:
    """Return the one message of the long way, or None when it takes several."""
    changed = change.apply(block)
    if len(changed) > LONGEST:
        return None
    messages = encode_announcements(changed, family, keys)
    return messages[0] if len(messages) == 1 else None


def passed(block: bytes, family: Family, keys: list[bytes], change: Rewrite = REFLECTED) -> bytes | None:
    """Return the message of the quick way, or None."""
    hop = HOPS[family].packed
    return PassThrough(change, family, 4096, LONGEST).message(block, hop, b"".join(keys))


@given(
    keys=KEYS,
    family=st.sampled_from([IPV4_UNICAST, IPV6_UNICAST]),
    communities=st.lists(st.builds(Community, st.integers(0, 2**32 - 1)), max_size=80),
    large=st.lists(st.builds(LargeCommunity, st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)), max_size=3),
    med=st.none() | st.integers(0, 2**32 - 1),
    change=st.sampled_from([REFLECTED, Rewrite(), Rewrite(local_pref=100), Rewrite(remove=frozenset({4}))]),
)
def test_what_passes_has_the_octets_of_the_long_way(
    keys: list[bytes],
    family: Family,
    communities: list[Community],
    large: list[LargeCommunity],
    med: int | None,
    change: Rewrite,
) -> None:
    """Octet for octet, whatever stands before and behind what is added."""
    attributes = PathAttributes(
        next_hop=HOPS[family], communities=tuple(communities), large_communities=tuple(large), med=med
    )
    block = encode_attributes(attributes, family)
    message = passed(block, family, keys, change)
    event("passed" if message else "left to the long way")
    if message is not None:
        assert message == long_way(block, family, keys, change)


@pytest.mark.parametrize("family", HOPS)
@pytest.mark.parametrize("large", [(), (LargeCommunity(1, 2, 3),)])
@pytest.mark.parametrize("change", [REFLECTED, Rewrite()])
def test_the_usual_blocks_pass(family: Family, large: tuple[LargeCommunity, ...], change: Rewrite) -> None:
    """With attributes of higher types, too, or the quick way would be for few."""
    attributes = PathAttributes(
        next_hop=HOPS[family], med=7, local_pref=100, communities=(Community(1),), large_communities=large
    )
    block = encode_attributes(attributes, family)
    assert passed(block, family, [b"\x08\x0a"], change) == long_way(block, family, [b"\x08\x0a"], change)


@pytest.mark.parametrize(
    "attributes",
    [
        PathAttributes(next_hop=HOPS[IPV4_UNICAST], originator_id=IPv4Address("10.0.0.9")),
        PathAttributes(next_hop=HOPS[IPV4_UNICAST], cluster_list=(IPv4Address("10.0.0.9"),)),
        PathAttributes(next_hop=HOPS[IPV6_UNICAST]),
    ],
)
def test_what_takes_more_is_left_to_the_long_way(attributes: PathAttributes) -> None:
    """A block that was reflected before, and IPv4 routes with an IPv6 next hop."""
    assert passed(encode_attributes(attributes, IPV4_UNICAST), IPV4_UNICAST, [b"\x08\x0a"]) is None


def test_an_attribute_that_nobody_knows_is_left_to_the_long_way() -> None:
    """Which sets its Partial bit, or leaves it out. RFC 4271, section 5."""
    block = encode_attributes(PathAttributes(next_hop=HOPS[IPV4_UNICAST]), IPV4_UNICAST)
    for flags in (OPTIONAL | TRANSITIVE, OPTIONAL):
        unknown = bytes((flags, 99, 1, 0))
        assert passed(block + unknown, IPV4_UNICAST, [b"\x08\x0a"]) is None


@pytest.mark.parametrize("change", [Rewrite(prepend_as=64512), Rewrite(next_hop=bytes(4)), Rewrite(two_octet_as=True)])
def test_a_change_of_what_every_block_holds_passes_nothing(change: Rewrite) -> None:
    """AS_PATH and NEXT_HOP towards external peers."""
    block = encode_attributes(PathAttributes(next_hop=HOPS[IPV4_UNICAST]), IPV4_UNICAST)
    assert passed(block, IPV4_UNICAST, [b"\x08\x0a"], change) is None


@pytest.mark.parametrize("family", HOPS)
def test_what_needs_several_messages_is_left_to_the_long_way(family: Family) -> None:
    """4,096 octets is the longest. RFC 4271, section 4.1."""
    block = encode_attributes(PathAttributes(next_hop=HOPS[family]), family)
    keys = [b"\x18" + number.to_bytes(3, "big") for number in range(1100)]
    assert passed(block, family, keys) is None
    assert passed(block, family, keys[:900]) is not None


def test_another_next_hop_is_no_obstacle() -> None:
    """Routes come in runs of one next hop; the next run has another."""
    through = PassThrough(REFLECTED, IPV6_UNICAST, 4096, LONGEST)
    for hop in (HOPS[IPV6_UNICAST], IPv6Address("2001:db8::2")):
        block = encode_attributes(PathAttributes(next_hop=hop), IPV6_UNICAST)
        message = through.message(block, hop.packed, b"\x08\x20")
        assert message == long_way(block, IPV6_UNICAST, [b"\x08\x20"], REFLECTED)
        assert through.message(block, bytes(16), b"\x08\x20") is None
