"""UPDATEs into messages: one where it fits, several where it does not, never a longer one than was agreed on."""

from dataclasses import replace
from ipaddress import IPv6Address

import pytest

from bgpkit.wire import Attribute, Codec, MpReach, MpUnreach, PathNlri, UpdateMessage
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import AsPath, Community, Origin, Prefix
from tests.unit.wire.octets import MANDATORY, NLRI, V6_HOP, attribute, context, mp_reach, mp_unreach, update

CODEC = Codec(context())
V4 = tuple(Prefix.parse(f"10.{high}.{low}.0/24") for high in range(16) for low in range(256))
V6 = tuple(Prefix.parse(f"2001:db8:{number:x}::/48") for number in range(1500))


def decoded(octets: bytes, codec: Codec = CODEC) -> UpdateMessage:
    """Return the UPDATE that octets hold."""
    message = codec.decode(octets)
    assert isinstance(message, UpdateMessage)
    return message


BASE = decoded(update(MANDATORY, NLRI))
BASE_V6 = decoded(update(mp_reach() + MANDATORY))


@pytest.mark.parametrize(
    "octets",
    [
        update(MANDATORY, NLRI, b"\x08\x0a"),
        update(mp_reach() + MANDATORY + mp_unreach()),
        update(attribute(0x50, 1, b"\0") + MANDATORY[4:], NLRI),
        update(MANDATORY + attribute(0xE0, 99, b"x" * 255) + attribute(0xD0, 98, b"y" * 256), NLRI),
        update(MANDATORY + attribute(0xCF, 8, b"abcd"), NLRI),
    ],
)
def test_what_was_decoded_gives_the_same_octets(octets: bytes) -> None:
    """Order, flags and the form of lengths are kept: octets put together by hand come back."""
    assert CODEC.encode(decoded(octets)) == [octets]


def test_many_routes_are_shared_out_in_order() -> None:
    """4,096 prefixes of four octets make five messages, each as full as it can be."""
    messages = CODEC.encode(replace(BASE, nlri=V4))
    assert [len(each) for each in messages[:-1]] == [4096 - (4096 - 23 - len(MANDATORY)) % 4] * (len(messages) - 1)
    parts = [decoded(each) for each in messages]
    assert tuple(prefix for part in parts for prefix in part.nlri) == V4
    assert all(part.attributes == BASE.attributes for part in parts)


def test_withdrawals_go_before_announcements() -> None:
    """All routes of all four fields are there, and nothing announced is withdrawn after it."""
    mp = (
        Attribute(0x90, 14, MpReach(IPV6_UNICAST, (IPv6Address(V6_HOP),), V6)),
        Attribute(0x90, 15, MpUnreach(IPV6_UNICAST, V6)),
    )
    message = UpdateMessage(withdrawn=V4, attributes=mp + BASE.attributes, nlri=V4)
    messages = CODEC.encode(message)
    assert max(map(len, messages)) <= 4096
    parts = [decoded(each) for each in messages]
    assert [bool(part.announced) for part in parts] == sorted(bool(part.announced) for part in parts)
    for routes in ([part.announced for part in parts], [part.unreachable for part in parts]):
        found: dict[Family, tuple[object, ...]] = {}
        for family, nlri in (each for pairs in routes for each in pairs):
            found[family] = found.get(family, ()) + nlri
        assert found == {IPV4_UNICAST: V4, IPV6_UNICAST: V6}


def test_mp_reach_goes_first_and_with_all_attributes() -> None:
    """RFC 7606, section 5.1: so that the routes are found whatever is wrong behind."""
    message = UpdateMessage(attributes=(*BASE.attributes[:2], *BASE_V6.attributes[:1]))
    (whole,) = CODEC.encode(message)
    assert decoded(whole).attributes[2].code == 14, "what fits is left as it is"
    long = message.attributes[2]._replace(value=MpReach(IPV6_UNICAST, (IPv6Address(V6_HOP),), V6))
    parts = [decoded(each) for each in CODEC.encode(replace(message, attributes=(*message.attributes[:2], long)))]
    assert [[attribute.code for attribute in part.attributes] for part in parts] == [[14, 1, 2]] * len(parts)
    assert len(parts) > 1


def test_a_longer_maximum_makes_fewer_messages() -> None:
    """RFC 8654, section 4: up to 65,535 octets where both sides say so."""
    wide = Codec(replace(context(), maximum=65535))
    assert len(wide.encode(replace(BASE, nlri=V4))) == 1
    with pytest.raises(ValueError, match="leave"):
        CODEC.encode(replace(BASE, attributes=(*BASE.attributes, Attribute(0xC0, 99, bytes(5000)))))


def test_attributes_that_leave_no_room_are_refused() -> None:
    """Beyond the longest message, or so long that not one NLRI fits beside them."""
    for size, text in ((4096, "leave no room"), (4096 - 23 - len(MANDATORY) - 4 - 2, "too few for an NLRI")):
        message = replace(BASE, attributes=(*BASE.attributes, Attribute(0xC0, 99, bytes(size))))
        with pytest.raises(ValueError, match=text):
            CODEC.encode(message)


def test_long_segments_are_split() -> None:
    """RFC 4271, section 4.3: a segment counts its AS numbers in one octet."""
    path = AsPath.of(*range(1, 601))
    (octets,) = CODEC.encode(UpdateMessage(attributes=(Attribute(0x40, 2, path),)))
    value = octets[23 + 4 :]
    starts = [0, 2 + 4 * 255, 2 * (2 + 4 * 255)]
    assert [(value[start], value[start + 1]) for start in starts] == [(2, 255), (2, 255), (2, 90)]
    assert octets[23] == 0x50, "the extended length bit is set where the value needs it"


def test_path_identifiers_are_sent_where_they_were_agreed_on() -> None:
    """RFC 7911, section 4: each NLRI with its own, and none without."""
    sends = Codec(replace(context(), add_path_send=frozenset({IPV4_UNICAST})))
    nlri = (PathNlri(7, Prefix.parse("203.0.113.0/24")), PathNlri(8, Prefix.parse("203.0.113.0/24")))
    (octets,) = sends.encode(replace(BASE, nlri=nlri))
    assert octets == update(MANDATORY, b"\0\0\0\7" + NLRI + b"\0\0\0\x08" + NLRI)
    with pytest.raises(ValueError, match="lacks a path identifier"):
        sends.encode(BASE)


@pytest.mark.parametrize(
    ("attribute_value", "text"),
    [
        (Attribute(0x40, 1, 0), "ORIGIN holds 0"),
        (Attribute(0x40, 2, "64512"), "AS_PATH holds"),
        (Attribute(0xC0, 8, (7,)), "COMMUNITIES holds 7"),
        (Attribute(0xC0, 8, Community(7)), "not a tuple"),
        (Attribute(0x80, 4, 1 << 32), "4 octets"),
        (Attribute(0xC0, 99, Origin.IGP), "has no row"),
        (Attribute(0xC0, 256, b""), "do not fit an octet"),
        (Attribute(0x40, 2, AsPath.of(1 << 32)), "does not fit 4 octets"),
        (Attribute(0x90, 14, MpReach(Family(1, 251), (), ())), "has no row"),
        (Attribute(0xC0, 99, bytes(65536)), "does not fit"),
    ],
)
def test_what_cannot_be_written_is_refused_by_name(attribute_value: Attribute, text: str) -> None:
    """A value of another kind, a number too large, a family or an attribute that nobody knows."""
    with pytest.raises(ValueError, match=text):
        CODEC.encode(UpdateMessage(attributes=(attribute_value,)))


@pytest.mark.parametrize("spare", range(5))
def test_a_message_is_full_to_the_last_octet_and_no_further(spare: int) -> None:
    """Whatever room the attributes leave: messages of 4,096 octets less what no whole NLRI of four fits into."""
    filler = Attribute(0xD0, 99, bytes(300 + spare))
    messages = CODEC.encode(replace(BASE, attributes=(*BASE.attributes, filler), nlri=V4))
    room = 4096 - 23 - len(MANDATORY) - 4 - 300 - spare
    assert {len(each) for each in messages[:-1]} == {4096 - room % 4}
