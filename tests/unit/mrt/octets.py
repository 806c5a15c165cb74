"""MRT records put together octet by octet from the RFC's figures, without the encoder that is under test."""

from io import BytesIO
from ipaddress import IPv4Address, IPv6Address

from bgpkit.mrt import Record, read_mrt
from tests.unit.wire.octets import attribute

TIME = 1_000_000_000
"""2001-09-09 01:46:40 UTC."""
TIME_OCTETS = bytes.fromhex("3b9aca00")
PEER4 = IPv4Address("192.0.2.1")
LOCAL4 = IPv4Address("192.0.2.2")
PEER6 = IPv6Address("2001:db8::1")
LOCAL6 = IPv6Address("2001:db8::2")
KEEPALIVE = b"\xff" * 16 + bytes.fromhex("001304")

ORIGIN = bytes.fromhex("40010100")
AS_PATH2 = bytes.fromhex("400206 0202 fc00 fc01".replace(" ", ""))
"""64512 64513 in two octets each."""
AS_PATH4 = bytes.fromhex("40020a 0202 0000fc00 0000fc01".replace(" ", ""))
NEXT_HOP = bytes.fromhex("400304c0000201")
"""192.0.2.1"""
V6_HOP = PEER6.packed
ATTRIBUTES = ORIGIN + AS_PATH4 + NEXT_HOP
SHORT_REACH = attribute(0x80, 14, b"\x10" + V6_HOP)
"""MP_REACH_NLRI as RFC 6396, section 4.3.4, has it."""
WHOLE_REACH = attribute(0x80, 14, b"\0\2\1\x10" + V6_HOP + b"\0")
"""MP_REACH_NLRI of IPv6 unicast without NLRI."""
V6_ATTRIBUTES = ORIGIN + AS_PATH4 + SHORT_REACH


def record(kind: int, subtype: int, message: bytes, time: bytes = TIME_OCTETS) -> bytes:
    """Return a record: timestamp, type, subtype, length and message. RFC 6396, section 2."""
    head = time + kind.to_bytes(2, "big") + subtype.to_bytes(2, "big") + len(message).to_bytes(4, "big")
    return head + message


def entry(peer: int, attributes: bytes = ATTRIBUTES, path_id: bytes = b"") -> bytes:
    """Return a RIB entry: peer index, originated time, path identifier if any, attributes. RFC 6396, section 4.3.4."""
    return peer.to_bytes(2, "big") + TIME_OCTETS + path_id + len(attributes).to_bytes(2, "big") + attributes


PEER_INDEX_TABLE = record(
    13,
    1,
    bytes.fromhex(
        "c6336401"  # collector 198.51.100.1
        "0004 76696577"  # view name "view"
        "0003"
        "02 0a000001 c0000201 0001fbf4"  # 4-octet AS 130036
        "01 0a000002 20010db8000000000000000000000001 fc00"  # IPv6, AS 64512
        "00 0a000003 c0000203 fc01".replace(" ", "")
    ),
)
"""Three peers: 192.0.2.1 AS130036, 2001:db8::1 AS64512, 192.0.2.3 AS64513. RFC 6396, section 4.3.1."""


def read(octets: bytes) -> list[Record]:
    """Return the records of a file that holds ``octets``."""
    return list(read_mrt(BytesIO(octets)))


def read_one(octets: bytes) -> Record:
    """Return the only record of a file."""
    (found,) = read(octets)
    return found
