"""What feeder and sinks write and read of BGP, independent of the library (RFC 4271, section 4)."""

import socket
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

OPEN, UPDATE, NOTIFICATION, KEEPALIVE = 1, 2, 3, 4
"""Types of messages."""
ORIGIN, AS_PATH, NEXT_HOP, MED, LOCAL_PREF, ATOMIC_AGGREGATE, AGGREGATOR, COMMUNITIES = range(1, 9)
ORIGINATOR_ID, CLUSTER_LIST, MP_REACH, MP_UNREACH, LARGE_COMMUNITIES = 9, 10, 14, 15, 32
"""Type codes of path attributes, as IANA numbers them."""
HEADER: Final = 19
OCTETS: Final = tuple(1 + (length + 7) // 8 for length in range(256))
"""Octets of a prefix as it stands in a message, its length octet included, by that length octet."""
_MARKER: Final = b"\xff" * 16
_MAXIMUM: Final = 4096
_OPTIONAL: Final = frozenset((MED, ORIGINATOR_ID, CLUSTER_LIST, MP_REACH, MP_UNREACH))
_TRANSITIVE_OPTIONAL: Final = frozenset((AGGREGATOR, COMMUNITIES, LARGE_COMMUNITIES))


@dataclass(frozen=True, slots=True)
class Family:
    """An address family, unicast: its name and its AFI."""

    name: str
    afi: int


IPV4: Final = Family("ipv4", 1)
IPV6: Final = Family("ipv6", 2)


class OctetsError(Exception):
    """What came is no BGP message, or an UPDATE whose parts do not fit; the message says what."""


def message(kind: int, body: bytes = b"") -> bytes:
    """Return a message, header and all."""
    return _MARKER + struct.pack("!HB", HEADER + len(body), kind) + body


def open_message(asn: int, hold_time: int, identifier: str, family: Family) -> bytes:
    """Return an OPEN that asks for one family, route refresh and AS numbers of four octets."""
    capabilities = b"".join(
        struct.pack("!BB", code, len(value)) + value
        for code, value in ((1, struct.pack("!HBB", family.afi, 0, 1)), (2, b""), (65, struct.pack("!I", asn)))
    )
    parameters = struct.pack("!BB", 2, len(capabilities)) + capabilities
    short = asn if asn < 1 << 16 else 23456
    body = struct.pack("!BHH4sB", 4, short, hold_time, socket.inet_aton(identifier), len(parameters))
    return message(OPEN, body + parameters)


def attribute(code: int, value: bytes) -> bytes:
    """Return one path attribute with the flags that its type has."""
    flags = 0x80 if code in _OPTIONAL else 0xC0 if code in _TRANSITIVE_OPTIONAL else 0x40
    if len(value) > 255:
        return struct.pack("!BBH", flags | 0x10, code, len(value)) + value
    return struct.pack("!BBB", flags, code, len(value)) + value


def announcement(attributes: bytes, keys: Sequence[bytes], family: Family, next_hop: bytes) -> bytes:
    """Return an UPDATE that announces prefixes; of IPv6, MP_REACH_NLRI stands first (RFC 7606, section 5.1)."""
    nlri = b"".join(keys)
    if family is IPV4:
        return message(UPDATE, struct.pack("!HH", 0, len(attributes)) + attributes + nlri)
    reach = struct.pack("!HBB", family.afi, 1, len(next_hop)) + next_hop + b"\0" + nlri
    block = attribute(MP_REACH, reach) + attributes
    return message(UPDATE, struct.pack("!HH", 0, len(block)) + block)


def withdrawals(keys: Iterable[bytes], *, packed: bool) -> Iterator[bytes]:
    """Yield UPDATEs that withdraw IPv4 prefixes, as many in each as it holds, or one in each."""
    room = _MAXIMUM - HEADER - 4 if packed else 0
    body = bytearray()
    for key in keys:
        if body and len(body) + len(key) > room:
            yield _withdrawal(body)
            body.clear()
        body += key
    if body:
        yield _withdrawal(body)


def attributes_of(block: bytes) -> dict[int, bytes]:
    """Return the values of an attribute block by type code; OctetsError when its lengths do not fit."""
    found: dict[int, bytes] = {}
    offset, end = 0, len(block)
    while offset + 3 <= end:
        if block[offset] & 0x10:
            start = offset + 4
            stop = start + int.from_bytes(block[offset + 2 : start], "big")
        else:
            start = offset + 3
            stop = start + block[offset + 2]
        found[block[offset + 1]] = block[start:stop]
        offset = stop
    if offset != end:
        raise OctetsError(f"an attribute block of {end} octets holds attributes of {offset}")
    return found


def keys_of(nlri: bytes) -> list[bytes]:
    """Cut a field of prefixes; OctetsError when its lengths do not fit."""
    keys: list[bytes] = []
    offset, end = 0, len(nlri)
    while offset < end:
        stop = offset + OCTETS[nlri[offset]]
        keys.append(nlri[offset:stop])
        offset = stop
    if offset != end:
        raise OctetsError(f"a field of {end} octets holds prefixes of {offset}")
    return keys


def reach_of(value: bytes) -> tuple[bytes, bytes]:
    """Return the next hop and the prefixes of MP_REACH_NLRI (RFC 4760, section 3)."""
    stop = 4 + value[3]
    return value[4:stop], value[stop + 1 :]


def _withdrawal(keys: bytearray) -> bytes:
    return message(UPDATE, struct.pack("!H", len(keys)) + keys + b"\0\0")
