"""What people see."""

import io

from bgpkit.command.assumptions import Assumptions
from bgpkit.command.items import Endpoint, Heard, Note, Place, Time
from bgpkit.command.records import read_records
from bgpkit.command.source import Source
from bgpkit.command.text_output import TextOutput
from bgpkit.command.verdict import judge
from tests.unit.command.messages import FATAL, FAULTY, KEEPALIVE, NEXT_HOP, ORIGIN
from tests.unit.command.mrt_records import ATTRIBUTES, PEERS, record, rib, state_change


def printed(*items: Heard | Note) -> str:
    """Return what is printed of items."""
    parts: list[str] = []
    output = TextOutput(parts.append)
    for item in items:
        output.write(item)
    return "".join(parts)


def of_records(octets: bytes) -> str:
    """Return what is printed of MRT records."""
    parts: list[str] = []
    output = TextOutput(parts.append)
    for item in read_records(Source(io.BytesIO(octets), "file"), Assumptions()):
        output.write(item)
    return "".join(parts)


def heard(octets: bytes, place: Place) -> Heard:
    """Return a message under the usual terms."""
    return Heard(place, judge(Assumptions().codec(), octets))


def test_each_message_has_a_head_with_its_number_and_place() -> None:
    """Notes have no number; what is not known of a place is not there."""
    one, other = Endpoint("192.0.2.1", 179), Endpoint("192.0.2.2", 40000)
    assert printed(
        Note("a note"),
        heard(KEEPALIVE, Place(offset=7)),
        heard(KEEPALIVE, Place(offset=7, packet=12, time=Time(0, 5), sender=one, receiver=other)),
        heard(KEEPALIVE, Place(offset=7, packet=13, sender=one, receiver=other)),
    ) == (
        "# a note\n"
        "1       octet 7  KEEPALIVE, 19 octets\n"
        "2       1970-01-01 00:00:00.000005  packet 12  192.0.2.1:179 > 192.0.2.2:40000  KEEPALIVE, 19 octets\n"
        "3       packet 13  192.0.2.1:179 > 192.0.2.2:40000  KEEPALIVE, 19 octets\n"
    )


def test_a_fault_stands_below_what_the_message_says() -> None:
    """With the octets of the attribute."""
    assert printed(heard(FAULTY, Place(offset=0))) == (
        "1       octet 0  UPDATE, 45 octets\n"
        "        ORIGIN igp\n"
        "        AS_PATH\n"
        "        NEXT_HOP 192.0.2.1\n"
        "        COMMUNITIES 0x010203\n"
        "        NLRI 10.0.0.0/8\n"
        "        treat-as-withdraw: COMMUNITIES of 3 octets (RFC 7606, section 7.8)\n"
        "            c0 08 03 01 02 03\n"
    )


def test_a_session_reset_shows_the_answer_and_the_octets() -> None:
    """There is no value to show."""
    assert printed(heard(FATAL, Place(offset=0))) == (
        "1       octet 0  UPDATE, 29 octets\n"
        "        session-reset: a prefix of 33 bits at octet 0 of the NLRI (RFC 7606, section 5.3)\n"
        "            21 0a 00 00 00 00\n"
        "        the answer: NOTIFICATION UPDATE Message Error / Invalid Network Field\n"
        "        the message:\n"
        "            ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff 00 1d 02 00 00 00 00 21 0a 00 00 00 00\n"
    )


def test_records_of_a_table_dump_show_each_route_with_its_peer() -> None:
    """A peer that is not in the table, and attributes that cannot stand, are told."""
    broken = ORIGIN + NEXT_HOP[:-1]
    assert of_records(PEERS + rib((0, ATTRIBUTES), (7, broken))) == (
        "1       2002-07-23 00:05:51  PEER_INDEX_TABLE of 192.0.2.9, view 'view', 1 peer\n"
        "        peer 0: 192.0.2.2 AS64512\n"
        "2       2002-07-23 00:05:51  RIB_IPV4_UNICAST 10.0.0.0/8, 2 routes\n"
        "        from 192.0.2.2 AS64512, heard 2002-07-23 00:05:51\n"
        "            ORIGIN igp\n"
        "            AS_PATH 1\n"
        "            NEXT_HOP 192.0.2.1\n"
        "        from a peer that no PEER_INDEX_TABLE names, heard 2002-07-23 00:05:51\n"
        "            cannot stand: NEXT_HOP runs past the end of the attributes\n"
        "                40 01 01 00 40 03 04 c0 00 02\n"
    )


def test_the_other_records_have_a_head_only() -> None:
    """State changes by the names of the states, unknown records by their numbers."""
    assert of_records(state_change(5, 6) + record(11, 0, b"ospf")) == (
        "1       2002-07-23 00:05:51.250000  192.0.2.1 AS64512 > 192.0.2.2 AS64513  "
        "state change, OpenConfirm to Established\n"
        "2       2002-07-23 00:05:51  MRT type 11 subtype 0, 4 octets\n"
    )


def test_what_a_terminal_would_obey_is_escaped() -> None:
    """A note may quote anything."""
    assert printed(Note("file \x1b[2J")) == "# file \\x1b[2J\n"
