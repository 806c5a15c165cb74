"""The minimal BGP client against octets written down by hand from RFC 4271."""

import gzip
import json
import socket
import threading
from pathlib import Path

import pytest

from bgpkit_node.demo.minimal_client import (
    attributes,
    collect,
    differences,
    feed,
    handshake,
    has_zero_aggregator,
    prefixes,
    read_feed,
    read_messages,
    table_of,
)

MARKER = "ff" * 16
# OPEN, version 4, AS 1853, hold time 240, identifier 127.0.0.2, one capability parameter: multiprotocol IPv4 unicast
OPEN_2 = f"{MARKER} 0025 01 04 073d 00f0 7f000002 08 02 06 01 04 0001 00 01"
# the same of AS 63400 and 127.0.0.3, with the capability of 4-octet AS numbers
OPEN_4 = f"{MARKER} 002b 01 04 f7a8 00f0 7f000003 0e 02 0c 01 04 0001 00 01 41 04 0000f7a8"
KEEPALIVE = f"{MARKER} 0013 04"
END_OF_RIB = f"{MARKER} 0017 02 0000 0000"
# ORIGIN IGP; AS_PATH: sequence 1853 1239, set 701; NEXT_HOP 192.0.2.1; AGGREGATOR 1239 10.0.0.1
FROM_FEEDER = "40 01 01 00 40 02 0a 02 02 073d 04d7 01 01 02bd 40 03 04 c0000201 c0 07 06 04d7 0a000001"
# the same with AS numbers of four octets, lengths of two octets, and LOCAL_PREF 100
TO_SINK = (
    "40 01 01 00 50 02 0010 02 02 0000073d 000004d7 01 01 000002bd 40 03 04 c0000201 40 05 04 00000064"
    " c0 07 08 000004d7 0a000001"
)
# 10.0.0.0/8, 192.0.2.128/25, 0.0.0.0/0
NLRI = "08 0a 19 c0000280 00"


def octets(text: str) -> bytes:
    """Return octets written in hexadecimal."""
    return bytes.fromhex(text)


def update(block: str, nlri: str, withdrawn: str = "") -> bytes:
    """Return a whole UPDATE message. RFC 4271, section 4.3."""
    body = len(octets(withdrawn)).to_bytes(2, "big") + octets(withdrawn)
    body += len(octets(block)).to_bytes(2, "big") + octets(block) + octets(nlri)
    return octets(MARKER) + (19 + len(body)).to_bytes(2, "big") + b"\x02" + body


@pytest.mark.parametrize(
    ("four_octet", "asn", "name", "expected"), [(False, 1853, "127.0.0.2", OPEN_2), (True, 63400, "127.0.0.3", OPEN_4)]
)
def test_the_handshake_sends_the_octets_of_the_rfc(four_octet: bool, asn: int, name: str, expected: str) -> None:
    """OPEN (with a 4-octet AS number only when asked) and KEEPALIVE go out; what follows is given back."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(octets(OPEN_4) + octets(KEEPALIVE) + octets(END_OF_RIB))
        messages = handshake(ours, asn, name, four_octet=four_octet)
        assert theirs.recv(4096) == octets(expected) + octets(KEEPALIVE)
        assert next(messages) == (2, bytes(4))


def test_a_refused_handshake_tells_the_notification() -> None:
    """A NOTIFICATION instead of an OPEN ends the client with its octets."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(octets(f"{MARKER} 0015 03 02 02"))
        with pytest.raises(SystemExit, match="NOTIFICATION 0202"):
            handshake(ours, 1853, "127.0.0.2", four_octet=False)


def test_messages_are_found_wherever_the_stream_is_cut() -> None:
    """Messages come out whole when their octets arrive one by one."""
    stream = octets(KEEPALIVE) + update(FROM_FEEDER, NLRI) + octets(END_OF_RIB)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        messages = read_messages(ours)
        found: list[tuple[int, bytes]] = []
        for at in range(len(stream)):
            theirs.sendall(stream[at : at + 1])
            if at + 1 in {19, len(stream) - 23, len(stream)}:
                found.append(next(messages))
    assert [kind for kind, _ in found] == [4, 2, 2]
    assert found[1][1] == update(FROM_FEEDER, NLRI)[19:]


def test_prefixes_are_those_of_the_nlri() -> None:
    """The octets of an NLRI field are told as prefixes. RFC 4271, section 4.3."""
    assert list(prefixes(octets(NLRI))) == ["10.0.0.0/8", "192.0.2.128/25", "0.0.0.0/0"]


def test_attributes_are_equal_for_both_widths_of_as_numbers() -> None:
    """AS_PATH and AGGREGATOR are compared as numbers, extended lengths are understood."""
    narrow = attributes(octets(FROM_FEEDER), as_octets=2)
    wide = attributes(octets(TO_SINK), as_octets=4)
    assert narrow == {
        1: b"\0",
        2: ((2, (1853, 1239)), (1, (701,))),
        3: bytes((192, 0, 2, 1)),
        7: (1239, bytes((10, 0, 0, 1))),
    }
    assert wide == {**narrow, 5: bytes((0, 0, 0, 100))}


def test_equal_tables_differ_in_nothing() -> None:
    """What the rules add, LOCAL_PREF 100 and the width of AS numbers, is no difference."""
    sent = table_of(update(FROM_FEEDER, NLRI))
    assert sent.keys() == {"10.0.0.0/8", "192.0.2.128/25", "0.0.0.0/0"}
    received = dict.fromkeys(sent, octets(TO_SINK).hex())
    assert differences(sent, received) == []


@pytest.mark.parametrize(
    ("instead", "what"),
    [
        (None, "missing"),
        (TO_SINK.replace("000004d7 01", "000004d8 01"), "1240"),
        (TO_SINK.replace("00000064", "00000065"), "instead of"),
        (TO_SINK.replace("c0000201", "c0000202"), "instead of"),
        (TO_SINK + " c0 08 04 ffffff01", "instead of"),
        (TO_SINK.replace("c0 07 08 000004d7 0a000001", ""), "instead of"),
    ],
)
def test_one_difference_is_found(instead: str | None, what: str) -> None:
    """A route missing, an AS number, a value, an attribute more or less: named with the prefix."""
    sent = table_of(update(FROM_FEEDER, NLRI))
    received = dict.fromkeys(sent, octets(TO_SINK).hex())
    if instead is None:
        del received["192.0.2.128/25"]
    else:
        received["192.0.2.128/25"] = octets(instead).hex()
    (found,) = differences(sent, received)
    assert found.startswith("192.0.2.128/25: ")
    assert what in found


def test_a_route_out_of_nowhere_is_a_difference() -> None:
    """A prefix that was never sent is named."""
    assert differences({}, {"10.0.0.0/8": octets(TO_SINK).hex()}) == ["10.0.0.0/8: was never announced"]


def test_an_aggregator_of_as_0_is_expected_to_be_left_out() -> None:
    """RFC 7607, section 2: the attribute goes, the route stays; were it kept, that would be a difference."""
    block = FROM_FEEDER.replace("c0 07 06 04d7", "c0 07 06 0000")
    sent = table_of(update(block, "08 0a"))
    assert has_zero_aggregator(attributes(octets(block), as_octets=2))
    without = octets(TO_SINK.replace("c0 07 08 000004d7 0a000001", "")).hex()
    kept = octets(TO_SINK.replace("c0 07 08 000004d7", "c0 07 08 00000000")).hex()
    assert differences(sent, {"10.0.0.0/8": without}) == []
    assert len(differences(sent, {"10.0.0.0/8": kept})) == 1


def test_a_sink_takes_the_last_word_on_a_prefix() -> None:
    """Announcements replace, withdrawals remove, End-of-RIB is no route; enough routes end it."""
    later = TO_SINK.replace("00000064", "00000065")
    stream = [
        update(TO_SINK, "08 0a"),
        octets(END_OF_RIB),
        update("", "", withdrawn="08 0a"),
        update(TO_SINK, "08 0b"),
        update(later, "08 0b 08 0c"),
    ]
    table, seconds = collect(iter([(4, b""), *((2, message[19:]) for message in stream)]), 2)
    assert table == dict.fromkeys(("11.0.0.0/8", "12.0.0.0/8"), octets(later).hex())
    assert seconds >= 0
    with pytest.raises(SystemExit, match="after 1 of 2 routes"):
        collect(iter([(2, stream[0][19:])]), 2)


def test_a_feeder_sends_its_file_and_end_of_rib(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The messages of the feed go out unchanged, End-of-RIB behind them; each sign of life is answered by KEEPALIVE."""
    messages = update(FROM_FEEDER, NLRI)
    file = tmp_path / "feed.gz"
    file.write_bytes(gzip.compress(messages))
    ours, theirs = socket.socketpair()
    with theirs:
        thread = threading.Thread(target=feed, args=(ours, read_feed(file)))
        thread.start()
        with theirs.makefile("rb") as stream:
            assert stream.read(len(messages) + 23) == messages + octets(END_OF_RIB)
            theirs.sendall(octets(KEEPALIVE))
            assert stream.read(19) == octets(KEEPALIVE)
        theirs.shutdown(socket.SHUT_RDWR)
        thread.join(10)
        ours.close()
    assert json.loads(capsys.readouterr().out) == {"fed": len(messages)}
