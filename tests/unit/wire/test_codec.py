"""The codec of a session: what two OPENs make of octets."""

from ipaddress import IPv4Address

import pytest

from bgpkit.errors import HeaderError, OpenError, UpdateError
from bgpkit.wire import KEEPALIVE, Codec, OpaqueNlri, PathNlri, UpdateMessage, encode_message
from bgpkit_fsm import (
    IPV4_UNICAST,
    IPV6_UNICAST,
    AddPathCapability,
    AddPathMode,
    Capability,
    ExtendedMessageCapability,
    FourOctetAsCapability,
    Keepalive,
    Message,
    Notification,
    Open,
    RouteRefresh,
)
from bgpkit_rib import Prefix
from tests.unit.wire.octets import AS_PATH, MANDATORY, NEXT_HOP, NLRI, ORIGIN, attribute, context, message, update


def opened(*capabilities: Capability) -> Open:
    """Return an OPEN of AS 64512."""
    return Open(my_as=64512, hold_time=90, bgp_identifier=IPv4Address("192.0.2.1"), capabilities=capabilities)


def add_path(mode: AddPathMode) -> AddPathCapability:
    """Return ADD-PATH for IPv4 unicast."""
    return AddPathCapability(((IPV4_UNICAST, mode),))


def test_every_kind_of_message_comes_back() -> None:
    """OPEN, NOTIFICATION, KEEPALIVE, ROUTE-REFRESH and UPDATE, each from its octets and to them again."""
    codec = Codec(context())
    values: list[Message] = [opened(), Notification(6, 2, b"x"), Keepalive(), RouteRefresh(IPV4_UNICAST)]
    octets = [encode_message(value) for value in values]
    assert [codec.decode(each) for each in octets] == values
    assert [codec.encode(each) for each in values] == [[each] for each in octets]
    stream = b"".join([*octets, update(MANDATORY, NLRI), KEEPALIVE[:10]])
    assert [type(each) for each in codec.decode_stream(stream)] == [*map(type, values), UpdateMessage]


@pytest.mark.parametrize(
    ("ours", "theirs", "with_path_id"),
    [
        (AddPathMode.RECEIVE, AddPathMode.SEND, True),
        (AddPathMode.BOTH, AddPathMode.BOTH, True),
        (AddPathMode.SEND, AddPathMode.RECEIVE, False),
        (AddPathMode.RECEIVE, AddPathMode.RECEIVE, False),
    ],
)
def test_path_identifiers_are_read_where_they_were_agreed_on(
    ours: AddPathMode, theirs: AddPathMode, with_path_id: bool
) -> None:
    """RFC 7911, section 4: in the direction from a speaker that sends to one that receives."""
    codec = Codec.of(opened(add_path(ours)), opened(add_path(theirs)))
    found = codec.decode(update(ORIGIN + attribute(0x40, 2, b"") + NEXT_HOP, bytes(5)))
    assert isinstance(found, UpdateMessage)
    default = Prefix.parse("0.0.0.0/0")
    assert found.nlri == ((PathNlri(0, default),) if with_path_id else (default,) * 5)


def test_as_numbers_have_four_octets_where_both_say_so() -> None:
    """RFC 6793, section 4.1: otherwise two, and the same octets are malformed."""
    four = FourOctetAsCapability(64512)
    octets = update(MANDATORY, NLRI)
    both = Codec.of(opened(four), opened(four)).decode(octets)
    one = Codec.of(opened(four), opened()).decode(octets)
    assert isinstance(both, UpdateMessage)
    assert isinstance(one, UpdateMessage)
    assert (both.faults, [fault.action.title for fault in one.faults]) == ((), ["treat-as-withdraw"])


def test_long_messages_are_read_where_they_were_agreed_on() -> None:
    """RFC 8654, section 4."""
    octets = update(MANDATORY, NLRI * 2000)
    longer = ExtendedMessageCapability()
    found = Codec.of(opened(longer, FourOctetAsCapability(1)), opened(longer, FourOctetAsCapability(1))).decode(octets)
    assert isinstance(found, UpdateMessage)
    assert len(found.nlri) == 2000
    with pytest.raises(HeaderError, match="8047 octets"):
        Codec.of(opened(), opened()).decode(octets)


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"", "at least 19 octets in 0"),
        (KEEPALIVE[:18], "at least 19 octets in 18"),
        (update(MANDATORY, NLRI)[:-1], "51 octets in 50"),
        (KEEPALIVE + b"x", "19 octets in 20"),
        (bytes(19), "marker"),
    ],
)
def test_octets_that_are_not_one_message_are_refused(octets: bytes, text: str) -> None:
    """Too few, too many, no marker."""
    with pytest.raises(HeaderError, match=text):
        Codec(context()).decode(octets)


def test_faults_that_end_a_session_are_raised() -> None:
    """With the NOTIFICATION that answers them, and for an UPDATE the attribute and the RFC's section."""
    with pytest.raises(OpenError) as wrong_version:
        Codec(context()).decode(message(1, bytes((3,)) + bytes(9)))
    assert wrong_version.value.notification.subcode == 1
    unknown = attribute(0x40, 99, b"x")
    with pytest.raises(UpdateError) as well_known:
        Codec(context()).decode(update(MANDATORY + unknown, NLRI))
    error = well_known.value
    assert (error.attribute, error.section, error.octets) == (99, "RFC 4271, section 6.3", unknown)


def test_equal_attributes_are_the_same_objects() -> None:
    """A table of a million routes does not make an AS_PATH a million times."""
    codec = Codec(context())
    one, other = (codec.decode(update(ORIGIN + AS_PATH + NEXT_HOP, nlri)) for nlri in (NLRI, b"\x08\x0a"))
    assert isinstance(one, UpdateMessage)
    assert isinstance(other, UpdateMessage)
    assert all(mine is theirs for mine, theirs in zip(one.attributes, other.attributes, strict=True))


def test_routes_that_were_not_agreed_on_may_be_rubbish() -> None:
    """They are ignored, so nothing is judged; the octets stay, and are written again."""
    codec = Codec(context(IPV6_UNICAST))
    octets = update(MANDATORY, b"\xff", b"\x21")
    found = codec.decode(octets)
    assert isinstance(found, UpdateMessage)
    assert (found.withdrawn, found.nlri) == ((OpaqueNlri(b"\x21"),), (OpaqueNlri(b"\xff"),))
    assert [fault.action.title for fault in found.faults] == ["ignore"]
    assert codec.encode(found) == [octets]
