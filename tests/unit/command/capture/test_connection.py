"""Both directions of a connection: its OPENs decide what its UPDATEs mean."""

from bgpkit.command.assumptions import Assumptions
from bgpkit.command.capture.connection import Connection
from bgpkit.command.capture.packet import Packet
from bgpkit.command.capture.segment import ACK, SYN, Segment, segment_of
from bgpkit.command.items import Endpoint, Heard, Item, Note, Place, Time
from tests.unit.command.captures import RAW, answered, sent, told
from tests.unit.command.messages import (
    AMBIGUOUS,
    AS_1,
    FAULTY,
    KEEPALIVE,
    NEXT_HOP,
    ORIGIN,
    PLAIN,
    ROUTE,
    add_path,
    four_octet_as,
    opened,
    update,
)

TWO_OCTETS = "AS_PATH 1 2 3"
FOUR_OCTETS = "AS_PATH 65538 33619971"
PATH_ID = "NLRI 10.1.2.0/24 path-id 8"
NO_PATH_ID = "NLRI 0.0.0.0/0, 0.0.0.0/0, 0.0.0.0/0, 24.0.0.0/8, 1.0.0.0/10"


def segment(octets: bytes) -> Segment:
    """Return the segment of an IP packet."""
    found = segment_of(RAW, octets)
    assert isinstance(found, Segment)
    return found


def talk(*packets: bytes, assumptions: Assumptions | None = None) -> list[Item]:
    """Return what a connection gives for packets, a second apart, and at its end."""
    first = segment(packets[0])
    connection = Connection(first.source, first.destination, assumptions or Assumptions())
    found: list[Item] = []
    for number, octets in enumerate(packets, 1):
        packet = Packet(number=number, time=Time(number), link=RAW, octets=octets, length=len(octets))
        found += connection.take(packet, segment(octets))
    return found + list(connection.finish())


def meanings(a: bytes, b: bytes, *, assumptions: Assumptions | None = None) -> list[str]:
    """Return what the ambiguous UPDATE says from A and from B, when those are the OPENs of both."""
    packets = [sent(1, a), answered(1, b), sent(1 + len(a), AMBIGUOUS), answered(1 + len(b), AMBIGUOUS)]
    found = talk(*(packet for packet in packets if segment(packet).data), assumptions=assumptions)
    return [line for line in told(found) if "UPDATE" in line]


def test_as_numbers_have_four_octets_when_both_opens_say_so() -> None:
    """One capability alone is not enough. RFC 6793, section 4.1."""
    both = meanings(opened(1, four_octet_as(1)), opened(2, four_octet_as(2)))
    assert len(both) == 2
    assert all(FOUR_OCTETS in line and NO_PATH_ID in line for line in both)
    for one in (meanings(opened(1, four_octet_as(1)), opened(2)), meanings(opened(1), opened(2, four_octet_as(2)))):
        assert len(one) == 2
        assert all(TWO_OCTETS in line for line in one)


def test_path_identifiers_stand_where_the_sender_sends_and_the_receiver_receives() -> None:
    """Each direction has terms of its own. RFC 7911, section 5."""
    from_a, from_b = meanings(opened(1, add_path(2)), opened(2, add_path(1)))
    assert from_a.startswith("192.0.2.1:179: ")
    assert PATH_ID in from_a
    assert from_b.startswith("192.0.2.2:40000: ")
    assert NO_PATH_ID in from_b
    from_a, from_b = meanings(opened(1, add_path(1)), opened(2, add_path(3)))
    assert NO_PATH_ID in from_a
    assert PATH_ID in from_b


def test_what_the_opens_say_is_stronger_than_what_the_user_says() -> None:
    """Options are for sessions whose OPENs are not there."""
    said = Assumptions(four_octet_as=True)
    assert all(TWO_OCTETS in line for line in meanings(opened(1), opened(2), assumptions=said))


def test_the_terms_are_told_once_for_each_direction() -> None:
    """Behind the second OPEN two notes say what was agreed on."""
    a, b = opened(64512, four_octet_as(64512), add_path(3)), opened(64512, four_octet_as(64512), add_path(1))
    notes = [
        item.text
        for item in talk(sent(1, a), answered(1, b), answered(1 + len(b), KEEPALIVE))
        if isinstance(item, Note)
    ]
    agreed = "the OPENs agree on ipv4-unicast; 4-octet AS numbers, {}, an internal peer; messages of up to 4096 octets"
    assert notes == [
        f"192.0.2.1:179 > 192.0.2.2:40000: {agreed.format('ADD-PATH for ipv4-unicast')}",
        f"192.0.2.2:40000 > 192.0.2.1:179: {agreed.format('no ADD-PATH')}",
    ]


def test_local_pref_of_an_external_peer_is_discarded() -> None:
    """The AS numbers of the OPENs tell internal from external. RFC 7606, section 7.5."""
    octets = update(ORIGIN + AS_1 + NEXT_HOP + bytes.fromhex("40050400000064"), ROUTE)
    for asn, expected in ((1, []), (2, ["attribute-discard"])):
        a, b = opened(1, four_octet_as(1)), opened(asn, four_octet_as(asn))
        *_, heard = talk(sent(1, a), answered(1, b), sent(1 + len(a), octets))
        assert isinstance(heard, Heard)
        assert [fault.action.title for fault in heard.judged.faults] == expected


def test_without_an_open_what_is_assumed_is_said_once() -> None:
    """The note stands before the first UPDATE; the user's word needs none."""
    found = told(talk(sent(1, KEEPALIVE + PLAIN), sent(1 + len(KEEPALIVE + PLAIN), PLAIN)))
    assert [line[:1] for line in found] == ["1", "#", "1", "1"]
    assert found[1] == (
        "# 192.0.2.1:179 > 192.0.2.2:40000: no OPEN was seen: 4-octet AS numbers, no ADD-PATH, an internal peer "
        "are assumed (--as2, --addpath and --ebgp say otherwise)"
    )
    (only,) = told(talk(sent(1, AMBIGUOUS), assumptions=Assumptions(four_octet_as=False)))
    assert TWO_OCTETS in only


def test_one_open_without_the_capability_is_enough_to_know() -> None:
    """Without its capability 65 there are no 4-octet AS numbers, whatever the other OPEN says. RFC 6793, section 4."""
    with_it, without = opened(1, four_octet_as(1)), opened(1)
    assert FOUR_OCTETS in told(talk(sent(1, with_it), sent(1 + len(with_it), AMBIGUOUS)))[-1]
    _, note, message = told(talk(sent(1, without), answered(1, AMBIGUOUS)))
    assert "only one of the two OPENs was seen: 2-octet AS numbers" in note
    assert TWO_OCTETS in message


def test_a_second_open_starts_another_session() -> None:
    """The terms of the former one are forgotten, although no SYN was captured between them."""
    a, b = opened(1, add_path(2)), opened(2, add_path(1))
    plain = opened(1)
    position = 1 + len(a) + len(AMBIGUOUS)
    found = told(
        talk(
            sent(1, a),
            answered(1, b),
            sent(1 + len(a), AMBIGUOUS),
            sent(position, plain),
            answered(1 + len(b), plain),
            sent(position + len(plain), AMBIGUOUS),
        )
    )
    before, after = [line for line in found if "UPDATE" in line]
    assert PATH_ID in before
    assert NO_PATH_ID in after


def test_a_message_has_the_packet_that_completes_it() -> None:
    """Offsets count from behind the SYN; ends, number and time are those of the packet."""
    found = talk(sent(99, flags=SYN), sent(100, KEEPALIVE + KEEPALIVE[:5]), sent(124, KEEPALIVE[5:]))
    places = [item.place for item in found if isinstance(item, Heard)]
    one, other = Endpoint("192.0.2.1", 179), Endpoint("192.0.2.2", 40000)
    assert places == [
        Place(offset=0, packet=2, time=Time(2), sender=one, receiver=other),
        Place(offset=19, packet=3, time=Time(3), sender=one, receiver=other),
    ]


def test_a_lost_packet_is_told_where_it_is_known_to_be_lost() -> None:
    """B acknowledges what the capture does not have; the messages behind it keep their packets."""
    size = len(PLAIN)
    found = talk(
        sent(99, flags=SYN),
        sent(100, PLAIN),
        sent(100 + 2 * size, PLAIN[-7:] + KEEPALIVE),
        answered(7, acknowledged=100 + 2 * size + 7 + 19),
        sent(100 + 2 * size + 26, FAULTY),
    )
    lines = told(found)
    assert lines[2] == (
        "# 192.0.2.1:179 > 192.0.2.2:40000: a part is missing from the capture; 45 octets missing; 7 octets skipped"
    )
    assert [item.place.packet for item in found if isinstance(item, Heard)] == [2, 3, 5]


def test_a_syn_of_another_number_is_another_connection() -> None:
    """A SYN that comes again is not."""
    one = segment(sent(99, flags=SYN))
    connection = Connection(one.source, one.destination, Assumptions())
    packet = Packet(number=1, time=None, link=RAW, octets=b"", length=0)
    assert connection.is_continued_by(one)
    assert list(connection.take(packet, one)) == []
    for octets, same in (
        (sent(99, flags=SYN), True),
        (answered(5, flags=SYN | ACK), True),
        (sent(100, KEEPALIVE), True),
        (sent(4000, flags=SYN), False),
    ):
        assert connection.is_continued_by(segment(octets)) is same
