"""MRT files: BGP messages and routing tables, as collectors and daemons dump them (RFC 6396, RFC 8050).

::

    codes, fields                       numbers of types and subtypes; numbers, addresses and times in octets
    table_dump, peer_index_table,
    rib_entries, bgp4mp, unknown_record the records as values, each beside its octets
    record                              any record, told by its header
    compression                         gzip, bzip2, xz
    reader, writer                      files, a record at a time
    entry_attributes, routes            the attributes of dumped routes; routes with their peers

`read_mrt` gives the records of a file, `read_routes` the routes of its table dumps, `open_mrt` writes. Every record
that was read is written with the same octets again. What a BGP message says is not looked into: `Bgp4mpMessage`
carries it whole. Nothing else in bgpkit uses this package.
"""

from bgpkit.mrt.bgp4mp import Bgp4mpMessage, Bgp4mpStateChange
from bgpkit.mrt.codes import Bgp4mpSubtype, RecordType, TableDumpSubtype, TableDumpV2Subtype
from bgpkit.mrt.compression import Readable, WriteMode
from bgpkit.mrt.entry_attributes import EntryBlock, EntryReader, encode_entry_attributes
from bgpkit.mrt.peer_index_table import PeerEntry, PeerIndexTable
from bgpkit.mrt.reader import MAXIMUM_RECORD_LENGTH, read_mrt
from bgpkit.mrt.record import Record, encode_record
from bgpkit.mrt.rib_entries import RibEntries, RibEntry
from bgpkit.mrt.routes import MrtRoute, read_routes
from bgpkit.mrt.table_dump import TableDump
from bgpkit.mrt.unknown_record import UnknownRecord
from bgpkit.mrt.writer import MrtWriter, Writable, open_mrt

__all__ = [
    "MAXIMUM_RECORD_LENGTH",
    "Bgp4mpMessage",
    "Bgp4mpStateChange",
    "Bgp4mpSubtype",
    "EntryBlock",
    "EntryReader",
    "MrtRoute",
    "MrtWriter",
    "PeerEntry",
    "PeerIndexTable",
    "Readable",
    "Record",
    "RecordType",
    "RibEntries",
    "RibEntry",
    "TableDump",
    "TableDumpSubtype",
    "TableDumpV2Subtype",
    "UnknownRecord",
    "Writable",
    "WriteMode",
    "encode_entry_attributes",
    "encode_record",
    "open_mrt",
    "read_mrt",
    "read_routes",
]
