"""RFC 6396, sections 1 to 3: the header, and the one with microseconds."""

from dataclasses import replace

import pytest

from bgpkit.mrt import Bgp4mpMessage, UnknownRecord, encode_record
from tests.unit.mrt.octets import KEEPALIVE, LOCAL4, PEER4, read, read_one

MESSAGE = Bgp4mpMessage(
    timestamp=0x01020304, peer_as=1, local_as=2, peer_address=PEER4, local_address=LOCAL4, message=KEEPALIVE
)


@pytest.mark.rfc("6396", "1")
def test_numbers_stand_in_network_order() -> None:
    """From most significant octet to least significant one."""
    octets = bytes.fromhex("01020304 0506 0708 00000002 090a".replace(" ", ""))
    assert read_one(octets) == UnknownRecord(0x01020304, 0x0506, 0x0708, b"\x09\x0a")
    assert encode_record(UnknownRecord(0x01020304, 0x0506, 0x0708, b"\x09\x0a")) == octets


@pytest.mark.rfc("6396", "2")
def test_the_length_does_not_count_the_header() -> None:
    """It is the number of octets behind the twelve of the header, and the next record stands behind those."""
    empty, other = bytes.fromhex("00000001 0063 0001 00000000 00000002 0063 0001 00000001 ff".replace(" ", "")), 0x63
    assert read(empty) == [UnknownRecord(1, other, 1, b""), UnknownRecord(2, other, 1, b"\xff")]
    assert int.from_bytes(encode_record(MESSAGE)[8:12], "big") == len(encode_record(MESSAGE)) - 12


@pytest.mark.rfc("6396", "3")
def test_the_length_counts_the_microseconds() -> None:
    """They are the first four octets of the message of an extended type; all else is as in the other type."""
    plain, extended = encode_record(MESSAGE), encode_record(replace(MESSAGE, microseconds=999_999))
    assert (plain[4:6], extended[4:6]) == (b"\0\x10", b"\0\x11")
    assert int.from_bytes(extended[8:12], "big") == int.from_bytes(plain[8:12], "big") + 4
    assert extended[12:] == (999_999).to_bytes(4, "big") + plain[12:]
    assert read_one(extended) == replace(MESSAGE, microseconds=999_999)
