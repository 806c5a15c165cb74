"""What a fuzzer feeds: one function that takes any octets, and asserts the laws of whatever they are made to be.

The first octet decides: its low three bits choose one of eight ways in, the other five the terms of the session, the
family or the attribute. What follows is framed as that way needs it, so that a fuzzer need not find lengths that fit.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from bgpkit.errors import MessageError, MrtError
from bgpkit.mrt import PeerEntry, PeerIndexTable, encode_record, read_mrt, read_routes
from bgpkit.wire import (
    ATTRIBUTE_ROWS,
    EXTENDED_MAXIMUM_LENGTH,
    MAXIMUM_LENGTH,
    ROWS,
    Codec,
    UpdateContext,
    decode_capabilities,
    encode_capability,
)
from bgpkit.wire.plain import from_plain, to_plain
from bgpkit_fsm import IPV6_UNICAST, L2VPN_EVPN, Family
from tests.properties.wire_laws import check_message, check_nlri, check_update
from tests.unit.wire.octets import message, update

_ALL: Final = frozenset(ROWS)
_SOME: Final = frozenset({IPV6_UNICAST, L2VPN_EVPN})
_NONE: Final[frozenset[Family]] = frozenset()
_FAMILIES: Final = sorted(ROWS)
_ATTRIBUTES: Final = sorted(ATTRIBUTE_ROWS)
_LONGEST: Final = 60_000
_OPEN: Final = bytes.fromhex("04fc00005a0a000001")
"""Version, AS, hold time and identifier."""
_COMPRESSED: Final = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ")


def _context(bits: int) -> UpdateContext:
    """Return the terms that five bits stand for."""
    families = _SOME if bits & 16 else _ALL
    add_path = families if bits & 4 else _NONE
    return UpdateContext(
        families=families,
        four_octet_as=bool(bits & 1),
        internal=bool(bits & 2),
        maximum=EXTENDED_MAXIMUM_LENGTH if bits & 4 else MAXIMUM_LENGTH,
        add_path_receive=add_path,
        add_path_send=add_path,
        extended_next_hop=families if bits & 2 else _NONE,
        disable_family=bool(bits & 8),
        strict=bits & 9 == 9,
    )


CONTEXTS: Final = tuple(map(_context, range(32)))


def _update(which: int, octets: bytes) -> str:
    """Take octets as the body of an UPDATE."""
    body = octets.ljust(4, b"\0")
    check_message(CONTEXTS[which], message(2, body))
    return f"update: {check_update(CONTEXTS[which], body)}"


def _attributes(which: int, octets: bytes) -> str:
    """Take octets as the attributes of an UPDATE with a route in its body."""
    whole = update(octets, b"\x18\x0a\0\0")
    check_message(CONTEXTS[which], whole)
    return f"attributes: {check_update(CONTEXTS[which], whole[19:])}"


def _message(which: int, octets: bytes) -> str:
    """Take octets as type and body of a message."""
    kind = octets[0] if octets else 4
    return f"message {kind if kind < 6 else 'unknown'}: {check_message(CONTEXTS[which], message(kind, octets[1:]))}"


def _capabilities(which: int, octets: bytes) -> str:
    """Take octets as the capabilities of an OPEN, in one parameter."""
    extended = bytes((255, 255)) + (len(octets) + 3).to_bytes(2, "big") + b"\2" + len(octets).to_bytes(2, "big")
    with suppress(ValueError):
        found = decode_capabilities(octets)
        assert decode_capabilities(b"".join(map(encode_capability, found))) == found
        assert all(map(str, found))
    return f"capabilities: {check_message(CONTEXTS[which], message(1, _OPEN + extended + octets))}"


def _nlri(which: int, octets: bytes) -> str:
    """Take octets as an NLRI field; the first of them says whether it is withdrawn, and with Path Identifiers."""
    flags, family = octets[0] if octets else 0, _FAMILIES[which % len(_FAMILIES)]
    found = check_nlri(family, octets[1:], add_path=bool(flags & 1), withdrawn=bool(flags & 2))
    return f"nlri of {family}: {found}"


def _stream(which: int, octets: bytes) -> str:
    """Take octets as they come in over a connection."""
    count = 0
    with suppress(MessageError):
        for found in Codec(CONTEXTS[which]).decode_stream(octets):
            assert str(found)
            count += 1
    return f"stream: {count and 'messages'}"


def _value(which: int, octets: bytes) -> str:
    """Take octets as the value of one attribute; the first of them chooses the session."""
    row, context = ATTRIBUTE_ROWS[_ATTRIBUTES[which % len(_ATTRIBUTES)]], CONTEXTS[octets[0] % 32 if octets else 0]
    value = octets[1:]
    if len(value) not in row.lengths_in(context):
        return f"{row.code.name}: wrong length"
    try:
        found = row.decode(value, context)
    except ValueError:
        return f"{row.code.name}: refused"
    assert row.decode(row.encode(found, context), context) == found
    assert from_plain(row.value, json.loads(json.dumps(to_plain(found), allow_nan=False))) == found
    return f"{row.code.name}: read"


_PEERS: Final = encode_record(
    PeerIndexTable(
        timestamp=0,
        collector_bgp_id=IPv4Address("192.0.2.1"),
        peers=tuple(
            PeerEntry(bgp_id=IPv4Address(7), address=address, asn=64512, four_octet_as=True, reserved=0)
            for address in (IPv4Address("192.0.2.2"), IPv6Address("2001:db8::2"))
        ),
        view_name="",
    )
)


def _mrt(which: int, octets: bytes) -> str:
    """Take octets as an MRT file, and as what follows a table of peers."""
    compressed = octets.startswith(_COMPRESSED)
    if compressed and which:
        return "mrt: compressed"
    errors: list[MrtError] = []
    found = 0
    with suppress(MrtError):
        for record in read_mrt(BytesIO(octets), skipped=errors.append):
            assert compressed or encode_record(record) in octets
            assert str(record)
            found += 1
    with suppress(MrtError):
        for route in read_routes(BytesIO(_PEERS + octets), skipped=errors.append):
            assert str(route.attributes)
    assert all(map(str, errors))
    return f"mrt: {found and 'records'}"


_WAYS_IN: Final[tuple[Callable[[int, bytes], str], ...]] = (
    _update,
    _attributes,
    _message,
    _capabilities,
    _nlri,
    _stream,
    _value,
    _mrt,
)


def run(data: bytes) -> str:
    """Assert the laws that hold for ``data``; return what it was taken for, and what came of it."""
    if not data:
        return "nothing"
    return _WAYS_IN[data[0] % 8](data[0] >> 3, data[1:_LONGEST])
