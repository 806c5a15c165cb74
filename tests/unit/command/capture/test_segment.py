"""From packets of every link to their TCP segments."""

from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgpkit.command.capture.segment import ACK, SYN, End, Segment, Unread, segment_of
from bgpkit.command.items import Endpoint
from tests.unit.command.captures import RAW, ip, tcp

DATA = b"some octets"
TCP = tcp(179, 40000, 1000, DATA, flags=ACK, acknowledged=77)
IPV4 = ip("192.0.2.1", "192.0.2.2", TCP)
IPV6 = ip("2001:db8::1", "2001:db8::2", TCP)
MACS = bytes(12)
ETHERNET, IPV4_TYPE, IPV6_TYPE = 1, b"\x08\x00", b"\x86\xdd"
VLAN, PROVIDER, MPLS = b"\x81\x00\x00\x07", b"\x88\xa8\x00\x07", b"\x88\x47"

LINKS = {
    "raw": (RAW, b""),
    "null": (0, b"\x02\0\0\0"),
    "loop": (108, b"\0\0\0\x02"),
    "ethernet": (ETHERNET, MACS + IPV4_TYPE),
    "vlan": (ETHERNET, MACS + VLAN + IPV4_TYPE),
    "two vlans": (ETHERNET, MACS + PROVIDER + VLAN + IPV4_TYPE),
    "mpls": (ETHERNET, MACS + MPLS + b"\0\0\x10\x40" + b"\0\0\x21\x40" + b""),
    "ppp": (9, b"\xff\x03\x00\x21"),
    "short ppp": (9, b"\x21"),
    "hdlc": (104, b"\x0f\x00" + IPV4_TYPE),
    "sll": (113, bytes(14) + IPV4_TYPE),
    "sll vlan": (113, bytes(14) + VLAN + IPV4_TYPE),
    "sll2": (276, IPV4_TYPE + bytes(18)),
}


@pytest.mark.parametrize(("link", "head"), LINKS.values(), ids=LINKS)
def test_the_segment_is_found_behind_every_link(link: int, head: bytes) -> None:
    """Ends, numbers, flags and data are those that were put in; padding behind the IP packet is not data."""
    assert segment_of(link, head + IPV4 + bytes(6)) == Segment(
        source=End(b"\xc0\x00\x02\x01", 179),
        destination=End(b"\xc0\x00\x02\x02", 40000),
        sequence=1000,
        acknowledged=77,
        flags=ACK,
        data=DATA,
    )


@pytest.mark.parametrize(
    "octets",
    [
        IPV6,
        ip("2001:db8::1", "2001:db8::2", bytes((43, 0)) + bytes(6) + bytes((6, 1)) + bytes(14) + TCP, protocol=0),
        ip("2001:db8::1", "2001:db8::2", bytes((6, 2)) + bytes(14) + TCP, protocol=51),
        ip("2001:db8::1", "2001:db8::2", bytes((6, 0, 0, 0)) + bytes(4) + TCP, protocol=44),
    ],
    ids=["plain", "two extension headers", "authentication header", "a fragment that is all"],
)
def test_ipv6_is_read_with_its_extension_headers(octets: bytes) -> None:
    """The lengths of extension headers are those of RFC 8200 and RFC 4302."""
    segment = segment_of(ETHERNET, MACS + IPV6_TYPE + octets)
    assert isinstance(segment, Segment)
    assert segment.source.endpoint() == Endpoint("2001:db8::1", 179)
    assert (segment.sequence, segment.data) == (1000, DATA)


def test_options_are_not_data_and_a_syn_has_no_acknowledgment() -> None:
    """The data offset counts words of four octets; the number is only there with the flag ACK."""
    octets = pack(">HHIIBBHHH", 179, 40000, 5, 99, 6 << 4, SYN, 0, 0, 0) + b"\x02\x04\x05\xb4" + DATA
    segment = segment_of(RAW, ip("192.0.2.1", "192.0.2.2", octets))
    assert isinstance(segment, Segment)
    assert (segment.acknowledged, segment.data) == (None, DATA)


@pytest.mark.parametrize(("captured", "data", "missing"), [(len(IPV4) - 4, DATA[:-4], 4), (40, b"", len(DATA))])
def test_what_was_not_captured_is_counted(captured: int, data: bytes, missing: int) -> None:
    """The IP header says how much there was."""
    segment = segment_of(RAW, IPV4[:captured])
    assert isinstance(segment, Segment)
    assert (segment.data, segment.missing) == (data, missing)


def test_a_length_of_zero_is_that_of_the_packet() -> None:
    """Packets that were captured before the network card filled in the length are read to their end."""
    segment = segment_of(RAW, IPV4[:2] + bytes(2) + IPV4[4:])
    assert isinstance(segment, Segment)
    assert (segment.data, segment.missing) == (DATA, 0)


@pytest.mark.parametrize(
    ("link", "octets", "why"),
    [
        (147, IPV4, Unread.LINK),
        (RAW, b"", Unread.OTHER),
        (RAW, IPV4[:30], Unread.CUT_SHORT),
        (RAW, IPV4[:12], Unread.CUT_SHORT),
        (RAW, IPV6[:30], Unread.CUT_SHORT),
        (RAW, ip("192.0.2.1", "192.0.2.2", TCP, fragment=0x2000), Unread.FRAGMENT),
        (RAW, ip("192.0.2.1", "192.0.2.2", TCP, fragment=5), Unread.FRAGMENT),
        (RAW, ip("2001:db8::1", "2001:db8::2", b"\x06\0\0\x01" + bytes(4) + TCP, protocol=44), Unread.FRAGMENT),
        (RAW, ip("192.0.2.1", "192.0.2.2", TCP, protocol=17), Unread.OTHER),
        (RAW, ip("2001:db8::1", "2001:db8::2", TCP, protocol=58), Unread.OTHER),
        (ETHERNET, MACS + b"\x08\x06" + IPV4, Unread.OTHER),
        (9, b"\xc0\x21" + IPV4, Unread.OTHER),
    ],
)
def test_why_there_is_no_segment_is_told(link: int, octets: bytes, why: Unread) -> None:
    """Fragments, other links and protocols, and headers that were not captured are told apart."""
    assert segment_of(link, octets) is why


@given(
    st.sampled_from([link for link, _ in LINKS.values()]),
    st.sampled_from([b"", *(head for _, head in LINKS.values())]),
    st.sampled_from([b"", IPV4, IPV6]),
    st.binary(max_size=80),
    st.integers(0, 80),
)
def test_any_octets_give_a_segment_or_a_reason(link: int, head: bytes, packet: bytes, octets: bytes, at: int) -> None:
    """Nothing is raised, whatever is overwritten and wherever it ends."""
    whole = head + packet
    assert isinstance(segment_of(link, whole[:at] + octets + whole[at + len(octets) :]), Segment | Unread)
