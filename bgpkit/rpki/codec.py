"""PDUs of the RTR protocol, octets <-> values (RFC 8210, section 5; RFC 6810, section 5, for version 0)."""

from collections.abc import Mapping
from typing import Final, assert_never

from bgpkit.rpki.error import RtrError, RtrErrorCode
from bgpkit.rpki.intervals import RtrIntervals
from bgpkit.rpki.nodes import Node, record
from bgpkit.rpki.pdu import (
    CacheReset,
    CacheResponse,
    EndOfData,
    ErrorReport,
    Pdu,
    PduType,
    PrefixPdu,
    ResetQuery,
    RouterKey,
    SerialNotify,
    SerialQuery,
)
from bgpkit.rpki.roa import Roa, roa_of

HEADER_LENGTH: Final = 8
MAXIMUM_LENGTH: Final = 65_535
"""The longest PDU taken, in octets; the RFC sets no limit, and only keys and reports are longer than 32."""
VERSIONS: Final = (0, 1)
"""The protocol versions known: RFC 6810 is 0, RFC 8210 is 1."""

_LENGTHS: Final[Mapping[int, tuple[int, int]]] = {
    PduType.SERIAL_NOTIFY: (12, 12),
    PduType.SERIAL_QUERY: (12, 12),
    PduType.RESET_QUERY: (8, 8),
    PduType.CACHE_RESPONSE: (8, 8),
    PduType.IPV4_PREFIX: (20, 20),
    PduType.IPV6_PREFIX: (32, 32),
    PduType.END_OF_DATA: (12, 24),
    PduType.CACHE_RESET: (8, 8),
    PduType.ROUTER_KEY: (32, MAXIMUM_LENGTH),
    PduType.ERROR_REPORT: (16, MAXIMUM_LENGTH),
}
_ANY_LENGTH: Final = (HEADER_LENGTH, MAXIMUM_LENGTH)


def next_pdu(data: bytes, offset: int, end: int) -> int:
    """Return where the PDU that starts at ``offset`` ends, or 0 while it is not whole yet.

    Of an unknown type any length will do. RtrError (Corrupt Data) for a length that cannot be.

    RFC 8210, section 5.1.
    """
    if end - offset < HEADER_LENGTH:
        return 0
    length = int.from_bytes(data[offset + 4 : offset + 8], "big")
    least, most = _LENGTHS.get(data[offset + 1], _ANY_LENGTH)
    if not least <= length <= most:
        text = f"a PDU of type {data[offset + 1]} cannot be {length} octets long"
        raise _corrupt(text, data[offset : offset + HEADER_LENGTH])
    return offset + length if offset + length <= end else 0


def read_prefix(data: bytes, start: int, stop: int) -> tuple[bool, int, Node, int]:
    """Return whether the IPv4 or IPv6 Prefix PDU ``data[start:stop]`` announces, its width, node and record.

    Raises RtrError (Corrupt Data) for lengths out of range and bits beyond the prefix.

    RFC 8210, sections 5.6 and 5.7.
    """
    length, max_length = data[start + 9], data[start + 10]
    width = 32 if data[start + 1] == PduType.IPV4_PREFIX else 128
    address = int.from_bytes(data[start + 12 : stop - 4], "big")
    if not length <= max_length <= width:
        raise _corrupt(f"a prefix of {length} bits with {max_length} at most cannot be", data[start:stop])
    spare = width - length
    if address & ((1 << spare) - 1):
        raise _corrupt(f"the prefix has bits set beyond its length of {length}", data[start:stop])
    asn = int.from_bytes(data[stop - 4 : stop], "big")
    return bool(data[start + 8] & 1), width, 1 << length | address >> spare, record(asn, max_length)


def decode_pdu(data: bytes, start: int, stop: int) -> Pdu:
    """Return the PDU ``data[start:stop]``, of which :func:`next_pdu` said that it is whole.

    Its version, the octet ``data[start]``, tells how it is read; bits that the RFC wants to be zero are not
    looked at. RtrError: Corrupt Data, Unsupported PDU Type or Unsupported Protocol Version.
    """
    version, kind = data[start], data[start + 1]
    session_id, body = int.from_bytes(data[start + 2 : start + 4], "big"), data[start + HEADER_LENGTH : stop]
    if kind == PduType.ERROR_REPORT:
        return _error_report(data, start, stop)
    if version not in VERSIONS:
        text = f"version {version} of the protocol is not spoken here"
        raise RtrError(RtrErrorCode.UNSUPPORTED_PROTOCOL_VERSION, text, data[start:stop])
    serial = int.from_bytes(body[:4], "big")
    match kind:
        case PduType.SERIAL_NOTIFY:
            return SerialNotify(session_id, serial)
        case PduType.SERIAL_QUERY:
            return SerialQuery(session_id, serial)
        case PduType.RESET_QUERY:
            return ResetQuery()
        case PduType.CACHE_RESPONSE:
            return CacheResponse(session_id)
        case PduType.IPV4_PREFIX | PduType.IPV6_PREFIX:
            announce, width, node, one = read_prefix(data, start, stop)
            return PrefixPdu(announce, roa_of(width, node, one))
        case PduType.END_OF_DATA:
            return EndOfData(session_id, serial, _intervals(data, start, stop))
        case PduType.CACHE_RESET:
            return CacheReset()
        case PduType.ROUTER_KEY if version == 1:
            return RouterKey(bool(data[start + 2] & 1), body[:20], int.from_bytes(body[20:24], "big"), body[24:])
        case _:
            text = f"PDU type {kind} is not known in version {version}"
            raise RtrError(RtrErrorCode.UNSUPPORTED_PDU_TYPE, text, data[start:stop])


def encode_pdu(pdu: Pdu, version: int) -> bytes:
    """Return the octets of a PDU in a protocol version; ValueError for what the version does not have.

    RFC 8210, section 5.
    """
    match pdu:
        case SerialNotify(session_id, serial):
            return _encoded(version, PduType.SERIAL_NOTIFY, session_id, serial.to_bytes(4, "big"))
        case SerialQuery(session_id, serial):
            return _encoded(version, PduType.SERIAL_QUERY, session_id, serial.to_bytes(4, "big"))
        case ResetQuery():
            return _encoded(version, PduType.RESET_QUERY, 0, b"")
        case CacheResponse(session_id):
            return _encoded(version, PduType.CACHE_RESPONSE, session_id, b"")
        case PrefixPdu(announce, roa):
            return _encoded_prefix(version, announce, roa)
        case EndOfData():
            return _encoded_end(version, pdu)
        case CacheReset():
            return _encoded(version, PduType.CACHE_RESET, 0, b"")
        case RouterKey(announce, identifier, asn, key):
            if version == 0 or len(identifier) != 20:
                raise ValueError("a Router Key needs version 1 and a subject key identifier of 20 octets")
            return _encoded(version, PduType.ROUTER_KEY, announce << 8, identifier + asn.to_bytes(4, "big") + key)
        case ErrorReport(code, octets, text):
            said = text.encode()
            body = len(octets).to_bytes(4, "big") + octets + len(said).to_bytes(4, "big") + said
            return _encoded(version, PduType.ERROR_REPORT, code, body)
        case _:
            assert_never(pdu)


def _encoded(version: int, kind: PduType, third: int, body: bytes) -> bytes:
    length = HEADER_LENGTH + len(body)
    if version not in VERSIONS or length > MAXIMUM_LENGTH:
        raise ValueError(f"a PDU of {length} octets in version {version} cannot be")
    return bytes((version, kind)) + third.to_bytes(2, "big") + length.to_bytes(4, "big") + body


def _encoded_prefix(version: int, announce: bool, roa: Roa) -> bytes:
    prefix = roa.prefix
    kind = PduType.IPV4_PREFIX if prefix.width == 32 else PduType.IPV6_PREFIX
    bounds = bytes((announce, prefix.length, roa.max_length, 0))
    return _encoded(version, kind, 0, bounds + prefix.packed + roa.asn.to_bytes(4, "big"))


def _encoded_end(version: int, end: EndOfData) -> bytes:
    """Version 1 always tells the intervals, version 0 never does."""
    if (end.intervals is None) != (version == 0):
        raise ValueError(f"an End of Data of version {version} cannot have {end.intervals or 'no intervals'}")
    body = end.serial.to_bytes(4, "big")
    if end.intervals is not None:
        seconds = (end.intervals.refresh, end.intervals.retry, end.intervals.expire)
        body += b"".join(int(value).to_bytes(4, "big") for value in seconds)
    return _encoded(version, PduType.END_OF_DATA, end.session_id, body)


def _intervals(data: bytes, start: int, stop: int) -> RtrIntervals | None:
    if stop - start != (24 if data[start] else 12):
        text = f"an End of Data of version {data[start]} cannot be {stop - start} octets long"
        raise _corrupt(text, data[start:stop])
    if not data[start]:
        return None
    refresh, retry, expire = (int.from_bytes(data[at : at + 4], "big") for at in range(start + 12, stop, 4))
    return RtrIntervals(refresh=refresh, retry=retry, expire=expire)


def _error_report(data: bytes, start: int, stop: int) -> ErrorReport:
    middle = start + 12 + int.from_bytes(data[start + 8 : start + 12], "big")
    end = middle + 4 + int.from_bytes(data[middle : middle + 4], "big")
    if end != stop:
        raise _corrupt("the lengths inside an Error Report do not add up", data[start:stop])
    text = data[middle + 4 : stop].decode(errors="replace").rstrip("\0")  # some caches end it as C does
    return ErrorReport(int.from_bytes(data[start + 2 : start + 4], "big"), data[start + 12 : middle], text)


def _corrupt(text: str, pdu: bytes) -> RtrError:
    return RtrError(RtrErrorCode.CORRUPT_DATA, text, pdu)
