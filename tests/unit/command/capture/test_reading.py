"""Captures as a whole."""

import pytest

from bgpkit.command.capture import reading
from bgpkit.command.errors import InputError
from bgpkit.command.items import Heard, Item, Note
from tests.unit.command.captures import ACK, FIN, SYN, A, B, answered, ip, items, pcap, read, sent, tcp, told
from tests.unit.command.messages import CEASE, KEEPALIVE, PLAIN, four_octet_as, opened

OTHERS = (("2001:db8::1", 179), ("2001:db8::2", 40000))


def types(octets: bytes, *ports: int) -> list[str]:
    """Return the types of the messages in a capture, with their senders."""
    return [
        f"{item.place.sender} {item.judged.type}"
        for item in items(octets, ports=ports or (179,))
        if isinstance(item, Heard)
    ]


def test_connections_do_not_disturb_each_other() -> None:
    """Segments of two connections, of IPv4 and IPv6, mixed with what is no BGP."""
    source, destination = OTHERS
    capture = pcap(
        sent(1, KEEPALIVE[:9]),
        sent(1, KEEPALIVE[:4], source=source, destination=destination),
        ip("192.0.2.1", "192.0.2.2", b"udp....", protocol=17),
        sent(1, b"GET /", source=("192.0.2.1", 80)),
        sent(10, KEEPALIVE[9:]),
        sent(5, KEEPALIVE[4:], source=source, destination=destination),
    )
    assert types(capture) == ["192.0.2.1:179 KEEPALIVE", "[2001:db8::1]:179 KEEPALIVE"]


def test_the_port_may_be_another_and_on_either_side() -> None:
    """Only connections with one of the ports are looked at."""
    capture = pcap(
        sent(1, KEEPALIVE, source=("192.0.2.1", 1790)),
        sent(1, CEASE, source=("192.0.2.3", 5000), destination=("192.0.2.4", 179)),
    )
    assert types(capture) == ["192.0.2.3:5000 NOTIFICATION"]
    assert types(capture, 1790) == ["192.0.2.1:1790 KEEPALIVE"]
    assert len(types(capture, 179, 1790)) == 2


def test_the_same_ends_may_connect_again() -> None:
    """Another SYN ends the former connection: its terms are not those of the next one."""
    with_it, without = opened(1, four_octet_as(1)), opened(1)
    capture = pcap(
        sent(99, flags=SYN),
        answered(499, flags=SYN | ACK),
        sent(100, with_it),
        answered(500, with_it),
        sent(100 + len(with_it), KEEPALIVE[:7], flags=FIN | ACK),
        sent(7000, flags=SYN),
        answered(8000, flags=SYN | ACK),
        sent(7001, without),
        answered(8001, without),
    )
    notes = [item.text for item in items(capture) if isinstance(item, Note)]
    assert [note.partition(": ")[2][:52] for note in notes if "agree" in note] == [
        "the OPENs agree on ipv4-unicast; 4-octet AS numbers,",
        "the OPENs agree on ipv4-unicast; 4-octet AS numbers,",
        "the OPENs agree on ipv4-unicast; 2-octet AS numbers,",
        "the OPENs agree on ipv4-unicast; 2-octet AS numbers,",
    ]
    assert "192.0.2.1:179 > 192.0.2.2:40000: the capture ends in the middle of a message; 7 octets skipped" in notes


def test_fragments_and_unknown_links_are_told_once() -> None:
    """A note says what is left out, not a note for each packet."""
    fragment = ip(A[0], B[0], tcp(179, 40000, 1, KEEPALIVE), fragment=0x2000)
    found = told(items(pcap(fragment, fragment, sent(1, KEEPALIVE))))
    assert found == [
        "# packet 1 is left out: a fragment of an IP packet; more of these are not told",
        "192.0.2.1:179: KEEPALIVE",
    ]
    with pytest.raises(InputError, match=r"^no TCP segment of port 179 in 1 packet \(--port N for another port\)$"):
        items(pcap(sent(1, KEEPALIVE), link=147))


def test_packets_that_are_cut_off_leave_gaps() -> None:
    """With a snap length of 60 octets, 20 of a segment are there: the KEEPALIVE before is read, and the one behind."""
    size = len(KEEPALIVE + PLAIN)
    capture = pcap(sent(99, flags=SYN), sent(100, KEEPALIVE + PLAIN), sent(100 + size, KEEPALIVE), snap=60)
    assert told(items(capture)) == [
        "# packet 2 was captured without its last 44 octets; more of these are not told",
        "192.0.2.1:179: KEEPALIVE",
        "# 192.0.2.1:179 > 192.0.2.2:40000: a part is missing from the capture; 44 octets missing; 1 octet skipped",
        "192.0.2.1:179: KEEPALIVE",
    ]


def test_the_connection_that_was_silent_for_longest_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many connections there are, a bounded number is kept; what gives way is told of."""
    monkeypatch.setattr(reading, "CONNECTIONS_MAXIMUM", 2)
    ends = [(f"192.0.2.{number}", 40000) for number in (11, 12, 13)]
    capture = pcap(*(sent(1, KEEPALIVE[:9], source=end, destination=A) for end in (*ends, ends[1])))
    assert told(items(capture + pcap(sent(10, KEEPALIVE[9:], source=ends[1], destination=A))[24:])) == [
        "# 192.0.2.11:40000 > 192.0.2.1:179: the capture starts in the middle of the stream; 9 octets skipped",
        "192.0.2.12:40000: KEEPALIVE",
        "# 192.0.2.13:40000 > 192.0.2.1:179: the capture starts in the middle of the stream; 9 octets skipped",
    ]


@pytest.mark.parametrize(
    ("capture", "sentence"),
    [
        (pcap(), "the capture has no packets"),
        (
            pcap(sent(1, b"x", source=("192.0.2.1", 80))),
            r"no TCP segment of port 179 in 1 packet \(--port N for another port\)",
        ),
        (pcap(sent(1, b"GET"), sent(4, b" /")), "no BGP message in 2 TCP segments of port 179"),
    ],
)
def test_a_capture_without_a_message_is_an_error(capture: bytes, sentence: str) -> None:
    """The sentence says how far it was understood."""
    with pytest.raises(InputError, match=f"^{sentence}$"):
        items(capture)


def test_a_file_that_is_cut_short_gives_what_is_there_first() -> None:
    """Messages that wait behind a hole come, too, before the error."""
    whole = pcap(sent(99, flags=SYN), sent(100, KEEPALIVE), sent(120, KEEPALIVE), sent(139, KEEPALIVE))
    found: list[Item] = []
    with pytest.raises(InputError, match="packet 4 is cut short: 54 of 59 octets are there"):
        found.extend(read(whole[:-5]))
    assert [type(item) for item in found] == [Heard, Note, Heard]
