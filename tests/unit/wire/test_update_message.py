"""UPDATEs as values: what stands in them, in words and in parts."""

from ipaddress import IPv4Address, IPv6Address

import pytest

from bgpkit.wire import Attribute, Codec, MpReach, MpUnreach, PathNlri, UpdateMessage
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import AsPath, Community, Origin, PathAttributes, Prefix
from tests.unit.wire.octets import (
    AS_PATH,
    MANDATORY,
    NEXT_HOP,
    NLRI,
    ORIGIN,
    attribute,
    context,
    mp_reach,
    mp_unreach,
    update,
)

CODEC = Codec(context())
OLD = Codec(context(four_octet_as=False))
OUTSIDE = Codec(context(internal=False))


def decoded(octets: bytes, codec: Codec = CODEC) -> UpdateMessage:
    """Return the UPDATE that octets hold."""
    message = codec.decode(octets)
    assert isinstance(message, UpdateMessage)
    return message


def test_every_field_stands_in_its_order() -> None:
    """Withdrawn routes, attributes with flags as received, NLRI."""
    message = decoded(update(NEXT_HOP + ORIGIN + AS_PATH + attribute(0xD0, 8, b"\xfc\0\0\7"), NLRI, b"\x08\x0a"))
    assert message == UpdateMessage(
        withdrawn=(Prefix.parse("10.0.0.0/8"),),
        attributes=(
            Attribute(0x40, 3, IPv4Address("192.0.2.1")),
            Attribute(0x40, 1, Origin.IGP),
            Attribute(0x40, 2, AsPath.of(64512, 64513)),
            Attribute(0xD0, 8, (Community.parse("64512:7"),)),
        ),
        nlri=(Prefix.parse("203.0.113.0/24"),),
    )
    assert str(message) == (
        "UPDATE withdrawn 10.0.0.0/8; NEXT_HOP 192.0.2.1; ORIGIN igp; AS_PATH 64512 64513; COMMUNITIES 64512:7; "
        "NLRI 203.0.113.0/24"
    )


def test_mp_attributes_hold_their_routes() -> None:
    """Family, next hop and NLRI; the routes can be asked for by family."""
    message = decoded(update(mp_reach() + mp_unreach(b"\x20\x20\x01\x0d\xb9") + MANDATORY, NLRI))
    came, gone = Prefix.parse("2001:db8::/32"), Prefix.parse("2001:db9::/32")
    assert message.attributes[0].value == MpReach(IPV6_UNICAST, (IPv6Address("2001:db8::1"),), (came,))
    assert message.attributes[1].value == MpUnreach(IPV6_UNICAST, (gone,))
    assert message.announced == ((IPV4_UNICAST, (Prefix.parse("203.0.113.0/24"),)), (IPV6_UNICAST, (came,)))
    assert message.unreachable == ((IPV6_UNICAST, (gone,)),)
    assert str(message.attributes[0]) == "MP_REACH_NLRI ipv6-unicast next hop 2001:db8::1: 2001:db8::/32"


def test_the_attributes_of_the_routes_are_without_what_is_at_fault() -> None:
    """LOCAL_PREF of an external peer, a second MED, a community list cut short."""
    extra = attribute(0x40, 5, bytes(4)) + attribute(0x80, 4, b"\0\0\0\1") + attribute(0x80, 4, b"\0\0\0\2")
    message = decoded(update(MANDATORY + extra, NLRI), OUTSIDE)
    assert message.path_attributes == PathAttributes(
        as_path=AsPath.of(64512, 64513), next_hop=IPv4Address("192.0.2.1"), med=1
    )
    assert [str(fault) for fault in message.faults] == [
        "attribute-discard: LOCAL_PREF from an external peer (RFC 7606, section 7.5)",
        "attribute-discard: MULTI_EXIT_DISC comes again (RFC 7606, section 3 (g))",
    ]
    broken = decoded(update(MANDATORY + attribute(0xC0, 8, b"abc"), NLRI))
    assert broken.path_attributes.communities == ()
    assert (broken.attributes[3].value, broken.faults[0].octets) == (b"abc", b"\xc0\x08\x03abc")


def test_as4_attributes_are_merged_in() -> None:
    """RFC 6793, section 4.2.3: AS_TRANS gives way to what AS4_PATH says."""
    old = attribute(0x40, 2, bytes.fromhex("02035ba0fc005ba0"))
    new = attribute(0xC0, 17, bytes.fromhex("02020000fc0000030d40"))
    message = decoded(update(ORIGIN + old + NEXT_HOP + new, NLRI), OLD)
    assert str(message.attributes[1].value) == "23456 64512 23456"
    assert str(message.path_attributes.as_path) == "23456 64512 200000"
    assert OLD.encode(message) == [update(ORIGIN + old + NEXT_HOP + new, NLRI)]


def test_the_same_octets_say_other_things_in_other_sessions() -> None:
    """AS numbers of two octets or of four, path identifiers or none: the session decides, nothing is guessed."""
    four = update(ORIGIN + attribute(0x40, 2, bytes.fromhex("0202fc01fc020201fc03")) + NEXT_HOP, bytes(8))
    assert str(decoded(four, OLD).path_attributes.as_path) == "64513 64514 64515"
    assert [str(each) for each in decoded(four, OLD).nlri] == ["0.0.0.0/0"] * 8
    terms = context(four_octet_as=False)
    with_paths = Codec(
        type(terms)(families=terms.families, four_octet_as=False, internal=True, add_path_receive=terms.families)
    )
    octets = update(MANDATORY[:4] + attribute(0x40, 2, b"") + NEXT_HOP, bytes(5))
    assert decoded(octets, with_paths).nlri == (PathNlri(0, Prefix.parse("0.0.0.0/0")),)


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (update(), "UPDATE End-of-RIB ipv4-unicast"),
        (update(mp_unreach(b"")), "UPDATE End-of-RIB ipv6-unicast"),
        (update(attribute(0x40, 6, b"")), "UPDATE ATOMIC_AGGREGATE"),
        (update(attribute(0xC0, 99, b"ab")), "UPDATE attribute 99 0x6162"),
    ],
)
def test_messages_have_words(octets: bytes, text: str) -> None:
    """One line: End-of-RIB by family, attributes by name, unknown ones by number and octets."""
    assert str(decoded(octets)) == text


def test_a_message_is_made_of_attributes_and_routes() -> None:
    """RFC 7606, section 5.1: MP_REACH_NLRI first, the others ascending; IPv4 with an IPv4 next hop in the body."""
    v4 = UpdateMessage.announcement(
        PathAttributes(as_path=AsPath.of(64512, 64513), next_hop=IPv4Address("192.0.2.1")),
        [Prefix.parse("203.0.113.0/24")],
    )
    assert CODEC.encode(v4) == [update(MANDATORY, NLRI)]
    hop = PathAttributes(as_path=AsPath.of(64512, 64513), next_hop=IPv6Address("2001:db8::1"))
    v6 = UpdateMessage.announcement(hop, [Prefix.parse("2001:db8::/32")], IPV6_UNICAST)
    assert CODEC.encode(v6) == [update(mp_reach() + ORIGIN + AS_PATH)]
    extended = UpdateMessage.announcement(hop, [Prefix.parse("203.0.113.0/24")])
    assert CODEC.encode(extended) == [update(mp_reach(NLRI, afi=1) + ORIGIN + AS_PATH)]


def test_a_withdrawal_is_made_of_routes() -> None:
    """In the body, or in MP_UNREACH_NLRI; of no route it is the End-of-RIB marker."""
    assert CODEC.encode(UpdateMessage.withdrawal([Prefix.parse("203.0.113.0/24")])) == [update(withdrawn=NLRI)]
    gone = UpdateMessage.withdrawal([Prefix.parse("2001:db8::/32")], IPV6_UNICAST)
    assert CODEC.encode(gone) == [update(mp_unreach())]
    assert UpdateMessage.withdrawal([], IPV6_UNICAST).end_of_rib == IPV6_UNICAST
    assert UpdateMessage.withdrawal([]).end_of_rib == IPV4_UNICAST


def test_fields_are_read_when_they_are_asked_for() -> None:
    """And once: a second look gives the same object; what is no field is not there."""
    message = decoded(update(MANDATORY, NLRI))
    assert message.nlri is message.nlri
    assert message == decoded(update(MANDATORY, NLRI))
    assert hash(message) == hash(decoded(update(MANDATORY, NLRI)))
    assert not hasattr(message, "routes")
    assert not hasattr(UpdateMessage(), "routes")


def test_what_a_family_cannot_be_announced_with_is_refused() -> None:
    """Routes of another family never end up among those of IPv4 unicast."""
    for family in (Family(1, 2), Family(9, 9), IPV6_UNICAST):
        with pytest.raises(ValueError, match="announced in MP_REACH_NLRI"):
            UpdateMessage.announcement(PathAttributes(), [Prefix.parse("10.0.0.0/8")], family)


def test_an_attribute_that_an_external_peer_may_not_send_is_not_of_the_route() -> None:
    """A RIB leaves AIGP out, and so does a person's view; the message itself keeps it. RFC 7311, section 3.3."""
    aigp = attribute(0x80, 26, bytes.fromhex("01000b0000000000000001"))
    message = decoded(update(MANDATORY + aigp, NLRI), OUTSIDE)
    assert message.path_attributes.others == ()
    assert [fault.section for fault in message.faults] == ["RFC 7311, section 3.3"]
    assert OUTSIDE.encode(message) == [update(MANDATORY + aigp, NLRI)]
