"""MRT records put together octet by octet from the figures of RFC 6396."""

from struct import pack

from tests.unit.command.messages import AS_1, NEXT_HOP, ORIGIN

TIME = 0x3D3C9DDF
"""2002-07-23 00:05:51 UTC."""
ADDRESSES = bytes((192, 0, 2, 1, 192, 0, 2, 2))


def record(kind: int, subtype: int, body: bytes) -> bytes:
    """Return a record with its header. RFC 6396, section 2."""
    return pack(">IHHI", TIME, kind, subtype, len(body)) + body


def bgp4mp(message: bytes, *, subtype: int = 4, peer_as: int = 64512, local_as: int = 64512) -> bytes:
    """Return a BGP4MP record with a message; subtype 4 has 4-octet AS numbers. RFC 6396, section 4.4.3."""
    numbers = pack(">II" if subtype in (4, 9) else ">HH", peer_as, local_as)
    return record(16, subtype, numbers + b"\0\0\0\1" + ADDRESSES + message)


def state_change(old: int, new: int) -> bytes:
    """Return a state change in BGP4MP_ET. RFC 6396, sections 3 and 4.4.4."""
    return record(17, 5, pack(">IIIHH", 250_000, 64512, 64513, 0, 1) + ADDRESSES + pack(">HH", old, new))


ATTRIBUTES = ORIGIN + AS_1 + NEXT_HOP
PEERS = record(13, 1, bytes((192, 0, 2, 9)) + b"\0\4view" + b"\0\1" + b"\2" + ADDRESSES + pack(">I", 64512))
"""One peer, 192.0.2.2 AS64512 with the identifier 192.0.2.1. RFC 6396, section 4.3.1."""


def rib(*entries: tuple[int, bytes]) -> bytes:
    """Return the routes to 10.0.0.0/8, each with a peer and attributes. RFC 6396, section 4.3.2."""
    parts = [pack(">HIH", peer, TIME, len(attributes)) + attributes for peer, attributes in entries]
    return record(13, 2, b"\0\0\0\0\x08\x0a" + pack(">H", len(entries)) + b"".join(parts))


def table_dump(attributes: bytes) -> bytes:
    """Return a route to 10.0.0.0/8 of the old form. RFC 6396, section 4.2."""
    head = (
        b"\0\0\0\0"
        + bytes((10, 0, 0, 0, 8, 1))
        + pack(">I", TIME)
        + ADDRESSES[:4]
        + pack(">HH", 64512, len(attributes))
    )
    return record(12, 1, head + attributes)
