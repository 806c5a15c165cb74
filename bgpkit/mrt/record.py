"""Any MRT record in octets: the header, and by its type what follows (RFC 6396, sections 2 and 3)."""

from struct import Struct
from typing import Final, TypeAlias, assert_never

from bgpkit.mrt.bgp4mp import (
    MESSAGES,
    STATE_CHANGES,
    Bgp4mpMessage,
    Bgp4mpStateChange,
    decode_message,
    decode_state_change,
    encode_message,
    encode_state_change,
)
from bgpkit.mrt.codes import RecordType, TableDumpSubtype, TableDumpV2Subtype
from bgpkit.mrt.fields import unsigned
from bgpkit.mrt.peer_index_table import PeerIndexTable, decode_peer_index_table, encode_peer_index_table
from bgpkit.mrt.rib_entries import SPECIFIC, RibEntries, decode_rib, decode_rib_generic, encode_rib_entries
from bgpkit.mrt.table_dump import TableDump, decode_table_dump, encode_table_dump
from bgpkit.mrt.unknown_record import UnknownRecord

Record: TypeAlias = TableDump | PeerIndexTable | RibEntries | Bgp4mpMessage | Bgp4mpStateChange | UnknownRecord
"""Everything that stands in an MRT file."""

HEADER: Final = Struct(">IHHI")
"""Timestamp, type, subtype, and the octets that follow. RFC 6396, section 2."""
_MICROSECONDS_LENGTH: Final = 4
_TABLE_DUMP: Final = frozenset(map(int, TableDumpSubtype))
_GENERIC: Final = frozenset({TableDumpV2Subtype.RIB_GENERIC, TableDumpV2Subtype.RIB_GENERIC_ADDPATH})


def decode_record(timestamp: int, kind: int, subtype: int, octets: bytes) -> Record:
    """Return the record of type ``kind`` whose message is ``octets``; ValueError says what is wrong, and where.

    The octets that a complaint counts start behind the header, or behind the microseconds in BGP4MP_ET.
    """
    record: Record | None = None
    if kind == RecordType.BGP4MP:
        record = _decode_bgp4mp(timestamp, None, subtype, octets)
    elif kind == RecordType.BGP4MP_ET:
        if len(octets) < _MICROSECONDS_LENGTH:
            raise ValueError(f"a BGP4MP_ET record of {len(octets)} octets has no microseconds")
        microseconds = int.from_bytes(octets[:_MICROSECONDS_LENGTH], "big")
        record = _decode_bgp4mp(timestamp, microseconds, subtype, octets[_MICROSECONDS_LENGTH:])
    elif kind == RecordType.TABLE_DUMP_V2:
        record = _decode_table_dump_v2(timestamp, subtype, octets)
    elif kind == RecordType.TABLE_DUMP and subtype in _TABLE_DUMP:
        record = decode_table_dump(timestamp, subtype, octets)
    return UnknownRecord(timestamp, kind, subtype, octets) if record is None else record


def encode_record(record: Record) -> bytes:
    """Return a record in octets, with its header.

    What was read gives the same octets again. ValueError says which field does not fit, or cannot be said.
    """
    microseconds: int | None = None
    subtype: int
    match record:
        case RibEntries():
            kind, (subtype, octets) = RecordType.TABLE_DUMP_V2, encode_rib_entries(record)
        case Bgp4mpMessage():
            kind, (subtype, octets) = RecordType.BGP4MP, encode_message(record)
            microseconds = record.microseconds
        case Bgp4mpStateChange():
            kind, (subtype, octets) = RecordType.BGP4MP, encode_state_change(record)
            microseconds = record.microseconds
        case TableDump():
            kind, (subtype, octets) = RecordType.TABLE_DUMP, encode_table_dump(record)
        case PeerIndexTable():
            kind, subtype = RecordType.TABLE_DUMP_V2, TableDumpV2Subtype.PEER_INDEX_TABLE
            octets = encode_peer_index_table(record)
        case UnknownRecord():
            return _whole(record.timestamp, record.type, record.subtype, record.octets)
        case _:
            assert_never(record)
    if microseconds is None:
        return _whole(record.timestamp, kind, subtype, octets)
    extended = unsigned("microseconds", microseconds, _MICROSECONDS_LENGTH) + octets
    return _whole(record.timestamp, RecordType.BGP4MP_ET, subtype, extended)


def _decode_bgp4mp(timestamp: int, microseconds: int | None, subtype: int, octets: bytes) -> Record | None:
    if subtype in MESSAGES:
        return decode_message(timestamp, microseconds, subtype, octets)
    if subtype in STATE_CHANGES:
        return decode_state_change(timestamp, microseconds, subtype, octets)
    return None


def _decode_table_dump_v2(timestamp: int, subtype: int, octets: bytes) -> Record | None:
    if subtype in SPECIFIC:
        return decode_rib(timestamp, subtype, octets)
    if subtype == TableDumpV2Subtype.PEER_INDEX_TABLE:
        return decode_peer_index_table(timestamp, octets)
    if subtype in _GENERIC:
        return decode_rib_generic(timestamp, subtype, octets)
    return None


def _whole(timestamp: int, kind: int, subtype: int, octets: bytes) -> bytes:
    """Return header and message."""
    head = (
        unsigned("timestamp", timestamp, 4),
        unsigned("type", kind, 2),
        unsigned("subtype", subtype, 2),
        unsigned("record length", len(octets), 4),
    )
    return b"".join(head) + octets
