"""Messages by their type."""

from ipaddress import IPv4Address

import pytest

from bgpkit.errors import HeaderError
from bgpkit.wire import KEEPALIVE, decode_message, encode_message
from bgpkit_fsm import IPV4_UNICAST, Keepalive, Message, Notification, Open, RouteRefresh, UnknownCapability
from tests.unit.wire.octets import message

MESSAGES: list[Message] = [
    Open(my_as=1, hold_time=3, bgp_identifier=IPv4Address("192.0.2.1")),
    Keepalive(),
    Notification(6, 4, b"\0"),
    RouteRefresh(IPV4_UNICAST),
]


@pytest.mark.parametrize("value", MESSAGES)
def test_every_message_comes_back_by_its_type(value: Message) -> None:
    """The type octet of the header is what the decoder is chosen by."""
    octets = encode_message(value)
    assert decode_message(octets[18], octets, 19, len(octets)) == value


def test_a_keepalive_is_a_header() -> None:
    """RFC 4271, section 4.4."""
    assert message(4, b"") == KEEPALIVE
    with pytest.raises(HeaderError) as caught:
        decode_message(4, KEEPALIVE + b"x", 19, 20)
    assert caught.value.notification == Notification(1, 2, b"\0\x14")


@pytest.mark.parametrize("kind", [0, 2, 6])
def test_other_types_are_the_callers_fault(kind: int) -> None:
    """UPDATE has a decoder of its own, and unknown types do not come past the framing."""
    with pytest.raises(ValueError, match="type"):
        decode_message(kind, bytes(23), 19, 23)


def test_only_some_messages_may_be_longer() -> None:
    """RFC 8654, section 4: NOTIFICATION and ROUTE-REFRESH take the maximum of the session, OPEN does not."""
    assert len(encode_message(Notification(3, 1, bytes(9000)), 65535)) == 9021
    assert len(encode_message(RouteRefresh(IPV4_UNICAST, 0, bytes(9000)), 65535)) == 9023
    with pytest.raises(ValueError, match="longer than the 4096"):
        encode_message(RouteRefresh(IPV4_UNICAST, 0, bytes(9000)))
    many = tuple(UnknownCapability(200, bytes(255)) for _ in range(16))
    long = Open(my_as=1, hold_time=3, bgp_identifier=IPv4Address("192.0.2.1"), capabilities=many)
    with pytest.raises(ValueError, match="longer than the 4096"):
        encode_message(long, 65535)
