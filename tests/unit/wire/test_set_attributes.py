"""Setting attributes by value: places, flags, next hops of all families."""

from ipaddress import IPv4Address, IPv6Address

import pytest

from bgpkit.wire import ROWS, decode_attributes, encode_attributes, next_hop_values, set_attributes
from bgpkit.wire.attribute_block import attribute_spans
from bgpkit_fsm import IPV4_UNICAST, IPV4_VPN, IPV6_UNICAST, IPV6_VPN, L2VPN_EVPN, Family
from bgpkit_rib import AsPath, Community, PathAttributes

HOP, WIDE_HOP = IPv4Address("192.0.2.9"), IPv6Address("2001:db8::9")
VALUES = PathAttributes(
    as_path=AsPath.of(65001), next_hop=IPv4Address("192.0.2.1"), med=5, communities=(Community.parse("1:1"),)
)
RAW = encode_attributes(VALUES)


def codes(raw: bytes) -> list[int]:
    """Return the type codes of a block in their order."""
    return [code for code, _, _ in attribute_spans(raw)]


def test_nothing_to_set_gives_the_very_block_back() -> None:
    """No copy is made."""
    assert set_attributes(RAW, {}) is RAW
    assert set_attributes(RAW, {5: None}) == RAW


def test_a_new_attribute_stands_before_the_first_of_higher_type() -> None:
    """Several at one place stand in their order; behind all others, at the end."""
    made = set_attributes(RAW, {32: bytes(12), 6: b"", 5: bytes(4)})
    assert codes(made) == [1, 2, 3, 4, 5, 6, 8, 32]
    assert decode_attributes(made).local_pref == 0


def test_what_is_there_keeps_its_place() -> None:
    """A sender's order is kept, and so is everything else."""
    parts = [RAW[start:stop] for _, start, stop in attribute_spans(RAW)]
    backwards = b"".join(reversed(parts))
    made = set_attributes(backwards, {4: bytes((0, 0, 0, 7)), 8: None})
    assert codes(made) == [4, 3, 2, 1]
    assert made == bytes.fromhex("80040400000007") + b"".join(reversed(parts[:3]))


def test_a_partial_bit_is_never_reset() -> None:
    """RFC 4271, section 5: once set, it stays; what is new here is not partial."""
    partial = RAW.replace(bytes.fromhex("c00804"), bytes.fromhex("e00804"))
    assert partial != RAW
    made = set_attributes(partial, {8: bytes(8)})
    assert made.endswith(bytes.fromhex("e00808") + bytes(8))
    assert set_attributes(RAW, {8: bytes(8)}).endswith(bytes.fromhex("c00808") + bytes(8))


def test_a_long_value_has_a_long_length() -> None:
    """RFC 4271, section 4.3; and one that no length can tell is a ValueError."""
    assert set_attributes(b"", {8: bytes(256)}) == bytes.fromhex("d0080100") + bytes(256)
    assert set_attributes(bytes.fromhex("d0080100") + bytes(256), {8: bytes(4)}) == bytes.fromhex("c00804") + bytes(4)
    with pytest.raises(ValueError, match="a value of 65536 octets does not fit attribute 8"):
        set_attributes(RAW, {8: bytes(65536)})


def test_an_attribute_that_is_not_known_keeps_its_flags() -> None:
    """A new one is optional and transitive."""
    assert set_attributes(bytes.fromhex("80c80101"), {200: b"\2"}) == bytes.fromhex("80c80102")
    assert set_attributes(b"", {200: b"\2"}) == bytes.fromhex("c0c80102")


@pytest.mark.parametrize(
    ("family", "hop"),
    [
        (IPV4_UNICAST, HOP),
        (IPV4_UNICAST, WIDE_HOP),
        (IPV6_UNICAST, WIDE_HOP),
        (IPV4_VPN, HOP),
        (IPV4_VPN, WIDE_HOP),
        (IPV6_VPN, WIDE_HOP),
        (L2VPN_EVPN, HOP),
        (L2VPN_EVPN, WIDE_HOP),
    ],
)
def test_a_next_hop_is_written_as_the_encoder_of_values_does(family: Family, hop: IPv4Address | IPv6Address) -> None:
    """Behind a route distinguisher of zero where the family wants one, in the attribute where it belongs."""
    first = PathAttributes(next_hop=WIDE_HOP)
    raw = encode_attributes(first, family)
    made = set_attributes(raw, next_hop_values(family, hop.packed))
    assert made == encode_attributes(PathAttributes(next_hop=hop), family)


def test_two_next_hops_each_have_their_distinguisher() -> None:
    """RFC 4659, section 3.2.1."""
    both = WIDE_HOP.packed + IPv6Address("fe80::1").packed
    value = next_hop_values(IPV6_VPN, both)[14]
    assert value == bytes.fromhex("00028030") + bytes(8) + both[:16] + bytes(8) + both[16:] + b"\0"


def test_a_next_hop_that_the_family_cannot_have_is_a_value_error() -> None:
    """IPv6 has no IPv4 next hop; a family that is not known may have any."""
    with pytest.raises(ValueError, match="a next hop of 4 octets is none that ipv6-unicast can have"):
        next_hop_values(IPV6_UNICAST, HOP.packed)
    with pytest.raises(ValueError, match="a next hop has 4, 16 or 32 octets, not 5"):
        next_hop_values(IPV6_UNICAST, bytes(5))
    assert Family(1, 200) not in ROWS
    assert next_hop_values(Family(1, 200), HOP.packed)[14] == bytes.fromhex("0001c804") + HOP.packed + b"\0"
