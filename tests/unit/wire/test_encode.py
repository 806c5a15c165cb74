"""UPDATEs are laid out as RFC 4271 and RFC 4760 say, and cut where a message ends."""

import pytest

from bgpkit.wire import encode_announcements, encode_end_of_rib, encode_withdrawals
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from tests.unit.wire.octets import (
    AS_PATH,
    MANDATORY,
    NLRI,
    ORIGIN,
    V6_HOP,
    V6_NLRI,
    attribute,
    message,
    mp_reach,
    update,
)

V6_BLOCK = ORIGIN + AS_PATH + mp_reach(b"")


def long_form(code: int, value: bytes) -> bytes:
    """Return an MP attribute with a length field of two octets."""
    return attribute(0x90, code, value)


def test_ipv4_routes_go_into_the_body() -> None:
    """Attributes, then NLRI; withdrawn routes in their own field."""
    assert encode_announcements(MANDATORY, IPV4_UNICAST, [NLRI, b"\0"]) == [update(MANDATORY, NLRI + b"\0")]
    assert encode_withdrawals(IPV4_UNICAST, [NLRI, b"\0"]) == [update(withdrawn=NLRI + b"\0")]


def test_ipv6_routes_go_into_mp_attributes_which_come_first() -> None:
    """RFC 7606, section 5.1: MP_REACH_NLRI or MP_UNREACH_NLRI is the first attribute."""
    head = b"\0\2\1\x10" + V6_HOP + b"\0"
    assert encode_announcements(V6_BLOCK, IPV6_UNICAST, [V6_NLRI]) == [
        update(long_form(14, head + V6_NLRI) + ORIGIN + AS_PATH)
    ]
    assert encode_withdrawals(IPV6_UNICAST, [V6_NLRI]) == [update(long_form(15, b"\0\2\1" + V6_NLRI))]


def test_the_end_of_rib_has_no_routes() -> None:
    """RFC 4724, section 2: 23 octets for IPv4 unicast, an MP_UNREACH_NLRI without NLRI for others."""
    assert encode_end_of_rib(IPV4_UNICAST) == message(2, bytes(4))
    assert encode_end_of_rib(IPV6_UNICAST) == update(attribute(0x80, 15, b"\0\2\1"))


@pytest.mark.parametrize("family", [IPV4_UNICAST, IPV6_UNICAST])
@pytest.mark.parametrize("maximum", [4096, 65535, 300])
@pytest.mark.parametrize("count", [0, 1, 3000])
def test_messages_are_full_and_never_too_long(family: Family, maximum: int, count: int) -> None:
    """All keys in order, no message above the maximum, none that would have held the next key."""
    size = 3 if family == IPV4_UNICAST else 6
    keys = [bytes((size * 8,)) + number.to_bytes(size, "big") for number in range(count)]
    block = MANDATORY if family == IPV4_UNICAST else V6_BLOCK
    for messages in (encode_announcements(block, family, keys, maximum), encode_withdrawals(family, keys, maximum)):
        assert bool(messages) == bool(keys)
        assert all(len(octets) <= maximum for octets in messages)
        assert all(len(octets) > maximum - size - 1 for octets in messages[:-1])
        assert all(int.from_bytes(octets[16:18], "big") == len(octets) for octets in messages)


def test_a_message_may_be_full_to_the_last_octet() -> None:
    """Keys that fit exactly go into one message."""
    keys = [bytes((24, 10, 0, number)) for number in range(4)]
    lengths = [len(octets) for octets in encode_withdrawals(IPV4_UNICAST, keys, 23 + 8)]
    assert lengths == [31, 31]


def test_joined_keys_are_taken_as_they_are() -> None:
    """A caller who has the NLRI octets saves the joining, with the same outcome."""
    keys = [bytes((24, 10, number >> 8, number & 255)) for number in range(2000)]
    joined = b"".join(keys)
    assert encode_announcements(MANDATORY, IPV4_UNICAST, keys, nlri=joined) == encode_announcements(
        MANDATORY, IPV4_UNICAST, keys
    )


def test_attributes_that_leave_no_room_are_refused() -> None:
    """One key must fit beside the attributes."""
    room = 4096 - 23 - len(MANDATORY) - 4
    fits = MANDATORY + attribute(0xD0, 200, bytes(room - 4))
    assert len(encode_announcements(fits, IPV4_UNICAST, [NLRI])[0]) == 4096
    for block in (fits + b"x", fits + bytes(5000)):
        with pytest.raises(ValueError, match="leave"):
            encode_announcements(block, IPV4_UNICAST, [NLRI])


def test_a_block_of_another_family_is_refused() -> None:
    """The next hop of a family's routes is in the block, or the routes cannot be sent."""
    with pytest.raises(ValueError, match="no MP_REACH_NLRI"):
        encode_announcements(MANDATORY, IPV6_UNICAST, [V6_NLRI])
    with pytest.raises(ValueError, match="another family"):
        encode_announcements(V6_BLOCK, Family(2, 128), [V6_NLRI])
