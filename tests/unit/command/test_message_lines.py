"""Messages in lines for people."""

from bgpkit.command.assumptions import Assumptions
from bgpkit.command.message_lines import attribute_lines, fault_lines, message_lines
from bgpkit.command.verdict import judge
from bgpkit.wire import Attribute
from bgpkit_fsm import IPV6_UNICAST
from tests.unit.command.messages import (
    AS_1,
    CEASE,
    FAULTY,
    KEEPALIVE,
    NEXT_HOP,
    ORIGIN,
    PLAIN,
    ROUTE,
    add_path,
    four_octet_as,
    message,
    opened,
    update,
)


def lines(octets: bytes) -> list[str]:
    """Return the lines of a message."""
    found = judge(Assumptions().codec(), octets).message
    assert found is not None
    return message_lines(found, 2)


def test_an_update_has_a_line_for_each_attribute_and_one_for_its_routes() -> None:
    """Withdrawn routes stand before, announced ones behind."""
    assert lines(PLAIN) == ["  ORIGIN igp", "  AS_PATH 1", "  NEXT_HOP 192.0.2.1", "  NLRI 10.0.0.0/8"]
    assert lines(update(withdrawn=ROUTE + ROUTE)) == ["  withdrawn 10.0.0.0/8, 10.0.0.0/8"]


def test_an_end_of_rib_is_told_by_its_name() -> None:
    """RFC 4724, section 2: an empty UPDATE, or one with an empty MP_UNREACH_NLRI."""
    assert lines(update()) == ["  End-of-RIB ipv4-unicast"]
    assert lines(update(bytes.fromhex("800f03000201"))) == [f"  End-of-RIB {IPV6_UNICAST}"]


def test_many_routes_are_wrapped() -> None:
    """No prefix is broken, none is lost."""
    routes = b"".join(bytes((24, 10, 0, number)) for number in range(40))
    found = lines(update(ORIGIN + AS_1 + NEXT_HOP, routes))[3:]
    assert len(found) > 1
    assert " ".join(found).replace(",", "").split() == ["NLRI", *(f"10.0.{number}.0/24" for number in range(40))]


def test_routes_of_other_families_follow_their_next_hop() -> None:
    """MP_REACH_NLRI has its own line, wrapped like the rest."""
    reach = bytes.fromhex("800e1a 0002 01 10 20010db8000000000000000000000001 00 20 20010db8".replace(" ", ""))
    unreach = bytes.fromhex("800f08 0002 01 20 20010db8".replace(" ", ""))
    assert lines(update(ORIGIN + AS_1 + reach))[2:] == [
        "  MP_REACH_NLRI ipv6-unicast next hop 2001:db8::1: 2001:db8::/32"
    ]
    assert lines(update(unreach)) == ["  MP_UNREACH_NLRI ipv6-unicast: 2001:db8::/32"]


def test_an_open_has_a_line_for_each_capability() -> None:
    """AS number, identifier and hold time first."""
    assert lines(opened(1, four_octet_as(70000), add_path(3))) == [
        "  version 4, AS 70000, identifier 192.0.2.1, hold time 90 s",
        "  capability four-octet-as 70000",
        "  capability add-path (ipv4-unicast both)",
    ]


def test_the_other_messages_say_what_they_are() -> None:
    """Code and data of a NOTIFICATION, family and ORF of a ROUTE-REFRESH, nothing of a KEEPALIVE."""
    assert lines(CEASE) == ["  Cease / Administrative Shutdown"]
    assert lines(message(3, b"\x03\x0a\x01\x02")) == ["  UPDATE Message Error / Invalid Network Field", "      01 02"]
    assert lines(message(5, b"\0\1\0\1")) == ["  ipv4-unicast request"]
    assert lines(message(5, b"\0\1\0\1\1\x80\0\0"))[1:] == ["      01 80 00 00"]
    assert lines(KEEPALIVE) == []


def test_attributes_that_are_not_known_are_shown_in_octets() -> None:
    """Short ones behind their name, long ones below it; the Partial bit is told."""
    assert attribute_lines(Attribute(0xC0, 99, b"\x01\x02"), 0) == ["attribute 99 0x0102"]
    assert attribute_lines(Attribute(0xE0, 99, b"\x01\x02"), 0) == ["attribute 99 (partial) 0x0102"]
    assert attribute_lines(Attribute(0xE0, 99, bytes(40)), 0)[0] == "attribute 99 (partial)"
    assert len(attribute_lines(Attribute(0xE0, 99, bytes(40)), 0)) == 3


def test_a_fault_names_action_section_and_octets() -> None:
    """In the words of RFC 7606."""
    (fault,) = judge(Assumptions().codec(), FAULTY).faults
    assert fault_lines(fault, 2) == [
        "  treat-as-withdraw: COMMUNITIES of 3 octets (RFC 7606, section 7.8)",
        "      c0 08 03 01 02 03",
    ]
