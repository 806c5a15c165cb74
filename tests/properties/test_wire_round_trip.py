"""What is encoded is decoded again."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bgpkit.wire import (
    AttributeInputs,
    UpdateContext,
    UpdateDecoder,
    decode_attributes,
    decode_message,
    encode_announcements,
    encode_attributes,
    encode_message,
    encode_withdrawals,
    next_message,
)
from bgpkit_fsm import Family, Message, Notification, Open, RouteRefresh
from tests.properties.wire_strategies import addresses, any_family, attributes, capabilities, families, keys

opens = st.builds(
    Open,
    my_as=st.integers(0, 65535),
    hold_time=st.integers(0, 65535),
    bgp_identifier=addresses,
    capabilities=st.lists(capabilities, max_size=12).map(tuple),
)
messages: st.SearchStrategy[Message] = st.one_of(
    opens,
    st.builds(Notification, st.integers(0, 255), st.integers(0, 255), st.binary(max_size=100)),
    st.builds(RouteRefresh, any_family, st.just(0), st.binary(max_size=50)),
    st.builds(RouteRefresh, any_family, st.integers(0, 255)),
)


def whole(octets: bytes) -> tuple[bytes, int, int]:
    """Return a message with start and end of its body, as the framing finds them."""
    return octets, 19, next_message(octets, 0, len(octets), 65535)


def decoder(family: Family) -> UpdateDecoder[AttributeInputs]:
    """Return a decoder of an internal session with 4-octet AS numbers."""
    context = UpdateContext(families=frozenset({family}), four_octet_as=True, internal=True)
    return UpdateDecoder(context, lambda inputs: inputs)


@settings(deadline=None)
@given(messages)
def test_messages_come_back(value: Message) -> None:
    """OPEN in the short and the extended form, NOTIFICATION, ROUTE-REFRESH."""
    octets, start, end = whole(encode_message(value))
    assert decode_message(octets[18], octets, start, end) == value


@settings(deadline=None)
@given(st.data())
def test_announcements_come_back(data: st.DataObject) -> None:
    """All keys, once, in order; the attributes; and the octets of the block."""
    family = data.draw(families)
    values, sent = data.draw(attributes(family)), data.draw(keys(family))
    block = encode_attributes(values, family)
    assert decode_attributes(block) == values
    received: list[bytes] = []
    for octets in encode_announcements(block, family, sent, maximum=65535):
        found = decoder(family).decode(*whole(octets))
        assert found.faults in ((), [])
        for found_family, inputs, found_keys, _ in found.announced:
            assert (found_family, inputs.raw) == (family, block)
            received += found_keys
    assert received == sent


@settings(deadline=None)
@given(st.data())
def test_withdrawals_come_back(data: st.DataObject) -> None:
    """All keys, once, in order, from messages of any length."""
    family = data.draw(families)
    sent, maximum = data.draw(keys(family, max_size=300)), data.draw(st.integers(100, 4096))
    received: list[bytes] = []
    for octets in encode_withdrawals(family, sent, maximum):
        assert len(octets) <= maximum
        for found_family, found_keys in decoder(family).decode(*whole(octets)).withdrawn:
            assert found_family == family
            received += found_keys
    assert received == sent
