"""Mobile user plane routes for IPv4 and IPv6 in octets (draft-ietf-bess-mup-safi-00, section 3.1)."""

from ipaddress import IPv4Address, IPv6Address
from typing import Final, get_args

from bgpkit.wire.families.mup_routes import (
    MupDirectSegment,
    MupInterworkSegment,
    MupRoute,
    MupType1Session,
    MupType2Session,
)
from bgpkit.wire.families.row import FamilyRow, Frame, Nlri
from bgpkit.wire.families.unicast import canonical_prefix
from bgpkit_fsm import Family
from bgpkit_rib import Prefix, RouteDistinguisher

_INTERWORK: Final = b"\1\0\1"
_DIRECT: Final = b"\1\0\2"
_TYPE_1: Final = b"\1\0\3"
_TYPE_2: Final = b"\1\0\4"
"""Architecture type 3gpp-5g and route type."""
_KIND: Final = 3
_HEADER: Final = 4
_RD: Final = 8
_WITHDRAWN_SESSION: Final = b"\xff\xff\xff\xff\0\x20\0\0\0\0\0"
"""What stands behind the key of a Type 1 route that is withdrawn: fields of some value, since none may be missing."""


def _frame(width: int) -> Frame:
    """Return the frame of routes with addresses of ``width`` bits.

    A route of another architecture or type, or malformed though its length is known, has no key: "A BGP speaker MUST
    skip such NLRIs and continue processing of rest of the Update message". draft-ietf-bess-mup-safi-00, section 3.1.1.
    """

    def frame(nlri: bytes, offset: int, withdrawn: bool) -> tuple[int, bytes, bytes]:
        start = offset + _HEADER
        stop = start + nlri[start - 1]
        kind, body = nlri[offset : offset + _KIND], nlri[start:stop]
        end = _identity(kind, body, width)
        if not end or (kind == _TYPE_1 and not withdrawn and not _is_session(body[end:])):
            return stop, b"", b""
        identity = body[:end]
        if kind in {_INTERWORK, _TYPE_1}:
            identity = body[:_RD] + canonical_prefix(body[_RD:end])
        return stop, kind + identity, body[end:]

    return frame


def _identity(kind: bytes, body: bytes, width: int) -> int:
    """Return how many octets behind the header identify a route; 0 for one that is not known or malformed."""
    if kind in {_INTERWORK, _TYPE_1} and len(body) > _RD and body[_RD] <= width:
        end = _RD + 1 + (body[_RD] + 7) // 8
        return end if len(body) == end or (kind == _TYPE_1 and len(body) > end) else 0
    if kind == _DIRECT and len(body) == _RD + width // 8:
        return len(body)
    return len(body) if kind == _TYPE_2 and _is_endpoint(body, width) else 0


def _is_session(rest: bytes) -> bool:
    """Tell whether what follows the prefix of a Type 1 route is well-formed. Section 3.1.3.1 of the draft."""
    if len(rest) < 6 or not any(rest[:4]) or rest[5] not in {32, 128}:
        return False
    source = rest[6 + rest[5] // 8 :]
    if not source:
        return len(rest) == 6 + rest[5] // 8
    return source[0] in {0, 32, 128} and len(source) == 1 + source[0] // 8


def _is_endpoint(body: bytes, width: int) -> bool:
    """Tell whether a Type 2 route is well-formed. Sections 3.1.4 and 3.1.4.1 of the draft."""
    length = body[_RD] if len(body) > _RD else 0
    address = _RD + 1 + width // 8
    if not width <= length <= width + 32 or len(body) != address + (length - width + 7) // 8:
        return False
    return length == width or any(body[address:])


def _join(key: bytes, rest: bytes) -> bytes:
    """Put a route together; a Type 1 route that is withdrawn gets fields that identify nothing."""
    kind, body = key[:_KIND], key[_KIND:]
    if kind == _TYPE_1:
        body += rest or _WITHDRAWN_SESSION
    return kind + bytes((len(body),)) + body


def _address(octets: bytes) -> IPv4Address | IPv6Address:
    return IPv4Address(octets) if len(octets) == 4 else IPv6Address(octets)


def _read(key: bytes, rest: bytes, width: int) -> MupRoute:
    kind, distinguisher, value = key[:_KIND], RouteDistinguisher(key[_KIND:][:_RD]), key[_KIND + _RD :]
    if kind == _INTERWORK:
        return MupInterworkSegment(distinguisher, Prefix(value, width))
    if kind == _DIRECT:
        return MupDirectSegment(distinguisher, _address(value))
    if kind == _TYPE_1:
        return _read_session(distinguisher, Prefix(value, width), rest)
    stop = 1 + width // 8
    return MupType2Session(distinguisher, _address(value[1:stop]), value[0] - width, value[stop:])


def _read_session(distinguisher: RouteDistinguisher, prefix: Prefix, rest: bytes) -> MupType1Session:
    if not _is_session(rest):
        rest = _WITHDRAWN_SESSION
    stop = 6 + rest[5] // 8
    source = rest[stop + 1 :]
    return MupType1Session(
        route_distinguisher=distinguisher,
        prefix=prefix,
        teid=int.from_bytes(rest[:4], "big"),
        qfi=rest[4],
        endpoint=_address(rest[6:stop]),
        source=_address(source) if source else None,
        source_length=stop < len(rest),
    )


def _write(route: MupRoute) -> tuple[bytes, bytes]:
    """Return key and rest of a route."""
    distinguisher = route.route_distinguisher.octets
    match route:
        case MupInterworkSegment():
            return _INTERWORK + distinguisher + route.prefix.key, b""
        case MupDirectSegment():
            return _DIRECT + distinguisher + route.address.packed, b""
        case MupType1Session():
            source = b"" if route.source is None else route.source.packed
            rest = route.teid.to_bytes(4, "big") + bytes((route.qfi, route.endpoint.max_prefixlen))
            rest += route.endpoint.packed
            if route.source_length:
                rest += bytes((8 * len(source),)) + source
            return _TYPE_1 + distinguisher + route.prefix.key, rest
        case MupType2Session():
            length = route.endpoint.max_prefixlen + route.teid_bits
            return _TYPE_2 + distinguisher + bytes((length,)) + route.endpoint.packed + route.teid, b""


def _width(route: MupRoute) -> int:
    """Return the bits of the addresses that tell the route's family."""
    match route:
        case MupInterworkSegment() | MupType1Session():
            return route.prefix.width
        case MupDirectSegment():
            return route.address.max_prefixlen
        case MupType2Session():
            return route.endpoint.max_prefixlen


def _row(family: Family, width: int) -> FamilyRow:
    def decode(key: bytes, rest: bytes) -> MupRoute:
        return _read(key, rest, width)

    def encode(value: Nlri) -> tuple[bytes, bytes]:
        if not isinstance(value, MupRoute) or _width(value) != width:
            raise ValueError(f"{value} is not an NLRI of {family}: it takes mobile user plane routes of {width} bits")
        return _write(value)

    return FamilyRow(
        family=family,
        frame=_frame(width),
        join=_join,
        decode=decode,
        encode=encode,
        values=get_args(MupRoute),
        next_hop_lengths=frozenset({4, 16, 32}),
    )


MUP_ROWS: Final = (_row(Family(1, 85), 32), _row(Family(2, 85), 128))
