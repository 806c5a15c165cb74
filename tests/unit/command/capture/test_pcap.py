"""Capture files of libpcap, put together from the format's description."""

import io
from struct import pack

import pytest

from bgpkit.command.capture.packet import Packet
from bgpkit.command.capture.pcap import read_pcap
from bgpkit.command.errors import InputError
from bgpkit.command.items import Time
from bgpkit.command.source import Source


def read(octets: bytes) -> list[Packet]:
    """Return the packets of a file."""
    return list(read_pcap(Source(io.BytesIO(octets), "capture")))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("magic", "fraction", "more"),
    [(0xA1B2C3D4, 250_000, b""), (0xA1B23C4D, 250_000_999, b""), (0xA1B2CD34, 250_000, b"interfac")],
)
def test_every_form_is_read(order: str, magic: int, fraction: int, more: bytes) -> None:
    """Both orders of octets, microseconds and nanoseconds, and the patched form with 8 octets more."""
    head = pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 100, 0x10000000 | 101)
    packets = [pack(f"{order}IIII", 77, fraction, 3, 9) + more + b"abc", pack(f"{order}IIII", 78, 0, 0, 0) + more]
    assert read(head + b"".join(packets)) == [
        Packet(number=1, time=Time(77, 250_000), link=101, octets=b"abc", length=9),
        Packet(number=2, time=Time(78, 0), link=101, octets=b"", length=0),
    ]


HEAD = pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 100, 1)
PACKET = pack("<IIII", 77, 0, 3, 3) + b"abc"


@pytest.mark.parametrize(
    ("octets", "sentence"),
    [
        (HEAD[:20], "octet 0: the header of the capture is cut short: 20 of 24 octets"),
        (HEAD + PACKET + PACKET[:9], "octet 43: the header of packet 2 is cut short"),
        (HEAD + PACKET + PACKET[:-1], "octet 43: packet 2 is cut short: 2 of 3 octets are there"),
        (HEAD + PACKET + pack("<IIII", 77, 0, 1 << 31, 3), "octet 51: packet 2 cannot have 2147483648 octets"),
    ],
)
def test_what_does_not_make_sense_is_told(octets: bytes, sentence: str) -> None:
    """InputError names the octet and the packet."""
    with pytest.raises(InputError, match=f"^{sentence}$"):
        read(octets)
