"""The three fields of UPDATE messages as bare octets (RFC 4271, section 4.3)."""

import struct


def update_fields(octets: bytes) -> list[tuple[bytes, bytes, bytes]]:
    """Return withdrawn routes, path attributes and NLRI of each of whole messages, which must be UPDATEs."""
    found: list[tuple[bytes, bytes, bytes]] = []
    while octets:
        length, kind, withdrawn = struct.unpack_from("!16xHBH", octets)
        assert kind == 2
        start = 21 + withdrawn
        (size,) = struct.unpack_from("!H", octets, start)
        found.append((octets[21:start], octets[start + 2 : start + 2 + size], octets[start + 2 + size : length]))
        octets = octets[length:]
    return found
