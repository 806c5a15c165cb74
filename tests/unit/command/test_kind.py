"""Inputs are told by their first octets."""

import gzip
import io

import pytest

from bgpkit.command.errors import InputError
from bgpkit.command.kind import Kind, kind_of
from bgpkit.command.source import Source
from tests.unit.command.captures import pcap
from tests.unit.command.messages import KEEPALIVE


def kind(octets: bytes) -> Kind:
    """Return what octets are, and see that none is gone."""
    source = Source(io.BytesIO(octets), "thing")
    found = kind_of(source)
    assert source.exactly(4) == octets[:4]
    return found


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (KEEPALIVE, Kind.OCTETS),
        (KEEPALIVE[:5], Kind.OCTETS),
        (KEEPALIVE.hex().encode(), Kind.HEX),
        (b" 0xFF, 0xff\n", Kind.HEX),
        (b"any other text", Kind.HEX),
        (pcap(), Kind.PCAP),
        (bytes.fromhex("a1b23c4d"), Kind.PCAP),
        (bytes.fromhex("0a0d0d0a1c0000004d3c2b1a"), Kind.PCAPNG),
        (bytes.fromhex("4c48a2b5 0010 0001 00000010"), Kind.MRT),
        (bytes.fromhex("3d3c9ddf 000c 0001 00000030"), Kind.MRT),
    ],
)
def test_each_kind_is_told(octets: bytes, expected: Kind) -> None:
    """Magic numbers, the marker, printable text, a type of MRT."""
    assert kind(octets) is expected


def test_compressed_octets_are_what_they_are_inside() -> None:
    """A marker behind gzip is a marker."""
    assert kind_of(Source(io.BytesIO(gzip.compress(KEEPALIVE)), "thing")) is Kind.OCTETS


@pytest.mark.parametrize(
    ("octets", "sentence"),
    [
        (b"", "^thing is empty$"),
        (b"\x00" * 5000, "^octet 0: 00 00 00 .* starts neither a BGP message nor hex digits"),
        (bytes.fromhex("4c48a2b5 0010 0001 7fffffff"), "^octet 0: 4c 48 "),
        (bytes.fromhex("4c48a2b5 0012 0001 00000010"), "^octet 0: 4c 48 "),
        (b"\x00" * 40 + KEEPALIVE, "the first 16 octets of ff, which would start a message, are at octet 40$"),
        (gzip.compress(KEEPALIVE, mtime=0)[:10], "the gzip data is cut short"),
    ],
)
def test_rubbish_is_told(octets: bytes, sentence: str) -> None:
    """InputError says what was found instead, and where a message may start."""
    with pytest.raises(InputError, match=sentence):
        kind_of(Source(io.BytesIO(octets), "thing"))
