"""The laws of the codec: what is sent comes back, never in too long a message, and a RIB sees what a person sees."""

import json
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bgpkit.testing import strategies as bgp
from bgpkit.wire import (
    ATTRIBUTE_ROWS,
    ROWS,
    AnyMessage,
    Attribute,
    AttributeFault,
    AttributeRow,
    Codec,
    FamilyRow,
    FaultAction,
    MpReach,
    MpUnreach,
    PathNlri,
    UpdateContext,
    UpdateMessage,
    decode_attribute_list,
    decode_capabilities,
    encode_attribute_list,
    encode_capability,
)
from bgpkit.wire.capabilities import CAPABILITY_ROWS
from bgpkit.wire.capability_row import CapabilityRow
from bgpkit.wire.plain import from_dict, to_dict
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family, Notification, RouteRefresh

MP_OVERHEAD = 4 + 5 + 48
"""Octets that MP_REACH_NLRI has beside its NLRI, at most: flags to length, family and reserved, next hop."""

contexts = bgp.update_contexts()
sent_messages = contexts.flatmap(lambda context: st.tuples(st.just(context), bgp.messages(context)))
sent_updates = contexts.flatmap(lambda context: st.tuples(st.just(context), bgp.update_messages(context)))
family_rows = pytest.mark.parametrize("row", ROWS.values(), ids=lambda row: str(row.family))
attribute_rows = pytest.mark.parametrize("row", ATTRIBUTE_ROWS.values(), ids=lambda row: row.code.name)
capability_rows = pytest.mark.parametrize("row", CAPABILITY_ROWS.values(), ids=lambda row: row.kind.__name__)


@family_rows
@settings(deadline=None, max_examples=30)
@given(data=st.data(), withdrawn=st.booleans(), add_path=st.booleans())
def test_every_nlri_comes_back(row: FamilyRow, data: st.DataObject, withdrawn: bool, add_path: bool) -> None:
    """Values are those that were written, and the key under which a RIB keeps them is the value's own."""
    values = data.draw(bgp.routes(row.family, add_path=add_path, withdrawn=withdrawn))
    octets = b"".join(row.octets(values, add_path=add_path))
    assert row.nlri(octets, add_path=add_path, withdrawn=withdrawn) == values
    bare = [each.nlri if isinstance(each, PathNlri) else each for each in values]
    assert all(isinstance(each, row.values) and str(each) for each in bare)
    cut = [(key, rest) for _, key, rest, _ in row.cut(octets, add_path=add_path, withdrawn=withdrawn)]
    assert cut == [row.encode(each) for each in bare]


@attribute_rows
@settings(deadline=None, max_examples=30)
@given(data=st.data(), context=bgp.update_contexts(*ROWS))
def test_every_attribute_comes_back(row: AttributeRow, data: st.DataObject, context: UpdateContext) -> None:
    """With its value and its flags, whatever the session's terms are; its text and its JSON can be written."""
    sent = data.draw(bgp.attributes(context, row.code))
    octets = encode_attribute_list([sent], context)
    assert decode_attribute_list(octets, bgp.mirrored(context)) == (sent,)
    assert not isinstance(sent.value, bytes)
    assert str(sent).startswith(row.code.name)
    assert from_dict(json.loads(json.dumps(to_dict(sent)))) == sent


@capability_rows
@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_every_capability_comes_back(row: CapabilityRow, data: st.DataObject) -> None:
    """As a value of its class, from the octets of one parameter."""
    sent = data.draw(bgp.capabilities(row.code))
    assert isinstance(sent, row.kind)
    assert decode_capabilities(encode_capability(sent)) == (sent,)


@settings(deadline=None, max_examples=200)
@given(sent_messages)
def test_every_message_comes_back(sent: tuple[UpdateContext, AnyMessage]) -> None:
    """One message in octets, no longer than the session allows, from which the other side reads an equal value."""
    context, message = sent
    (octets,) = Codec(context).encode(message)
    found = Codec(bgp.mirrored(context)).decode(octets)
    assert found == message
    assert len(octets) <= context.maximum
    assert not isinstance(found, UpdateMessage) or found.faults == ()
    assert str(found) == str(message)


@settings(deadline=None, max_examples=150)
@given(sent_messages)
def test_json_says_all_that_octets_say(sent: tuple[UpdateContext, AnyMessage]) -> None:
    """A message that was written as JSON and read again is written as the same octets."""
    context, message = sent
    found = from_dict(json.loads(json.dumps(to_dict(message), allow_nan=False)))
    assert found == message
    assert isinstance(found, type(message))
    assert Codec(context).encode(found) == Codec(context).encode(message)


faults = st.builds(
    AttributeFault,
    st.sampled_from(FaultAction),
    st.integers(0, 255),
    st.text(max_size=20),
    st.just("RFC 7606, section 7.1"),
    octets=st.binary(max_size=20),
    malformed=st.booleans(),
    family=st.none() | bgp.any_families(),
)


@settings(deadline=None, max_examples=60)
@given(sent_updates, st.lists(faults, max_size=3).map(tuple))
def test_faults_are_told_and_never_sent(
    sent: tuple[UpdateContext, UpdateMessage], found: tuple[AttributeFault, ...]
) -> None:
    """A message with faults is written as one without; JSON keeps them until they are dropped."""
    context, message = sent
    told = replace(message, faults=found)
    assert Codec(context).encode(told) == Codec(context).encode(message)
    written = from_dict(json.loads(json.dumps(to_dict(told))))
    assert isinstance(written, UpdateMessage)
    assert (written, written.faults) == (message, found)
    dropped = replace(written, faults=())
    assert (dropped, dropped.faults) == (message, ())


def routes(message: UpdateMessage, *, withdrawn: bool) -> list[tuple[Family, object]]:
    """Return family and value of the routes that come or go, in order."""
    found = message.unreachable if withdrawn else message.announced
    return [(family, value) for family, values in found for value in values]


def beside(message: UpdateMessage) -> list[Attribute]:
    """Return the attributes that are not routes."""
    return [each for each in message.attributes if not isinstance(each.value, MpReach | MpUnreach)]


@st.composite
def long_updates(draw: st.DrawFn) -> tuple[UpdateContext, UpdateMessage]:
    """Draw UPDATEs with many routes, and the terms of a session whose messages are too short for them."""
    context = replace(draw(bgp.update_contexts()), maximum=draw(st.integers(120, 900)))
    message = draw(bgp.update_messages(replace(context, maximum=4096)))
    add_path = IPV4_UNICAST in context.add_path_send
    if IPV4_UNICAST in context.families and message.nlri:
        more = draw(bgp.routes(IPV4_UNICAST, add_path=add_path, min_size=20, max_size=60))
        message = replace(message, nlri=more, withdrawn=tuple(reversed(more)))
    return context, message


@settings(deadline=None, max_examples=120)
@given(long_updates())
def test_split_messages_add_up(sent: tuple[UpdateContext, UpdateMessage]) -> None:
    """No message is too long, all routes are told once, and those that come have all attributes with them."""
    context, message = sent
    attributes = encode_attribute_list(beside(message), context)
    try:
        octets = Codec(context).encode(message)
    except ValueError:
        longest = max(len(each) for each in nlri_octets(message, context))
        assert context.maximum < 23 + len(attributes) + MP_OVERHEAD + longest
        return
    assert max(map(len, octets), default=0) <= context.maximum
    other = Codec(bgp.mirrored(context))
    updates = [each for each in map(other.decode, octets) if isinstance(each, UpdateMessage)]
    assert [each.faults for each in updates] == [()] * len(octets)
    for withdrawn in (True, False):
        told = [route for each in updates for route in routes(each, withdrawn=withdrawn)]
        assert sorted(map(repr, told)) == sorted(map(repr, routes(message, withdrawn=withdrawn)))
    announcing = [each for each in updates if each.announced]
    assert [beside(each) for each in announcing] == [beside(message)] * len(announcing)


def nlri_octets(message: UpdateMessage, context: UpdateContext) -> list[bytes]:
    """Return the octets of each route, and none at all, which an MP attribute may hold, too."""
    found = [b""]
    for family, values in (*message.announced, *message.unreachable):
        found += ROWS[family].octets(values, add_path=family in context.add_path_send)
    return found


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 1499), bgp.update_contexts(IPV4_UNICAST), st.booleans())
def test_attributes_that_fit_no_message_are_refused(more: int, context: UpdateContext, mp: bool) -> None:
    """ValueError when they leave no room for one route, in the body or in MP_REACH_NLRI; else all are sent."""
    context = replace(context, add_path_send=frozenset())
    (route,) = ROWS[IPV4_UNICAST].nlri(b"\x20\x0a\0\0\1", add_path=False, withdrawn=False)
    block = Attribute(0xD0, 200, bytes(context.maximum - 1500 + more))
    reach = Attribute(0x90, 14, MpReach(IPV4_UNICAST, (IPv4Address("192.0.2.1"),), (route,)))
    message = UpdateMessage(attributes=(block, reach) if mp else (block,), nlri=() if mp else (route,))
    needed = 23 + len(encode_attribute_list(message.attributes, context)) + (0 if mp else 5)
    if needed <= context.maximum:
        (octets,) = Codec(context).encode(message)
        assert len(octets) == needed
    else:
        with pytest.raises(ValueError, match="in a message"):
            Codec(context).encode(message)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 60), st.sampled_from([4096, 65535]), st.booleans())
def test_long_messages_are_for_sessions_that_take_them(more: int, maximum: int, near: bool) -> None:
    """Extended messages carry more of a NOTIFICATION and of a ROUTE-REFRESH, but nothing over the limit.

    The data of a NOTIFICATION that does not fit is cut off, since it must be sent. RFC 8654, sections 4 and 5.
    """
    codec = Codec(replace(bgp.SESSION, maximum=maximum))
    data = bytes((maximum if near else 4096) - 50 + more)
    refresh, notification = RouteRefresh(IPV4_UNICAST, 0, data), Notification(6, 9, data)
    (octets,) = codec.encode(notification)
    assert len(octets) == min(21 + len(data), maximum)
    assert octets == Codec(codec.context).encode(codec.decode(octets))[0]
    if 23 + len(data) <= maximum:
        (octets,) = codec.encode(refresh)
        assert len(octets) == 23 + len(data)
    else:
        with pytest.raises(ValueError, match="longer than"):
            codec.encode(refresh)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 60), st.booleans())
def test_attributes_beside_no_route_are_never_too_long(more: int, mp: bool) -> None:
    """An MP_REACH_NLRI without NLRI counts, too: the message is within the limit, or refused."""
    reach = (Attribute(0x90, 14, MpReach(IPV6_UNICAST, (IPv6Address(1),), ())),) if mp else ()
    message = UpdateMessage(attributes=(Attribute(0xD0, 200, bytes(4096 - 23 - 50 + more)), *reach))
    codec = Codec(bgp.SESSION)
    try:
        octets = codec.encode(message)
    except ValueError:
        assert 23 + len(encode_attribute_list(message.attributes, bgp.SESSION)) > 4096
    else:
        assert [codec.decode(each) for each in octets] == [message]
