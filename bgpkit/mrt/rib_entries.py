"""The routes to one destination in a table dump, TABLE_DUMP_V2 (RFC 6396, section 4.3; RFC 8050, section 4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from struct import Struct
from typing import Final

from bgpkit.mrt.codes import TableDumpV2Subtype
from bgpkit.mrt.fields import moment, unsigned
from bgpkit.wire import ROWS, Nlri
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import Prefix

_IPV4_MULTICAST: Final = Family(1, 2)
_IPV6_MULTICAST: Final = Family(2, 2)

SPECIFIC: Final[Mapping[int, tuple[Family, bool]]] = {
    TableDumpV2Subtype.RIB_IPV4_UNICAST: (IPV4_UNICAST, False),
    TableDumpV2Subtype.RIB_IPV4_MULTICAST: (_IPV4_MULTICAST, False),
    TableDumpV2Subtype.RIB_IPV6_UNICAST: (IPV6_UNICAST, False),
    TableDumpV2Subtype.RIB_IPV6_MULTICAST: (_IPV6_MULTICAST, False),
    TableDumpV2Subtype.RIB_IPV4_UNICAST_ADDPATH: (IPV4_UNICAST, True),
    TableDumpV2Subtype.RIB_IPV4_MULTICAST_ADDPATH: (_IPV4_MULTICAST, True),
    TableDumpV2Subtype.RIB_IPV6_UNICAST_ADDPATH: (IPV6_UNICAST, True),
    TableDumpV2Subtype.RIB_IPV6_MULTICAST_ADDPATH: (_IPV6_MULTICAST, True),
}
"""Family, and whether there are path identifiers, of the subtypes that are made for one family."""
_SUBTYPES: Final[Mapping[tuple[Family, bool], TableDumpV2Subtype]] = {
    meaning: TableDumpV2Subtype(subtype) for subtype, meaning in SPECIFIC.items()
}
_WIDTHS: Final = {1: 32, 2: 128}

# Peer index, originated time, attribute length; with ADD-PATH the path identifier before the last.
_ENTRY: Final = Struct(">HIH")
_ADD_PATH_ENTRY: Final = Struct(">HIIH")


@dataclass(frozen=True, slots=True)
class RibEntry:
    """One route: what one peer announced, under one path identifier if there are any.

    RFC 6396, section 4.3.4; RFC 8050, section 4.1.
    """

    peer_index: int
    """Place of the peer in the `PeerIndexTable` before, from 0."""
    originated_time: int
    """When the route was heard, in seconds since 1970."""
    attributes: bytes
    """The path attributes in octets, as dumped.

    AS numbers have four octets; MP_REACH_NLRI should be next hop length and next hop only, many dumps have all of
    it. `EntryReader` copes with both and gives values.
    """
    path_id: int | None = None
    """The Path Identifier, in the subtypes that have it here; else None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RibEntries:
    """Every route to one destination.

    RFC 6396, sections 4.3.2 and 4.3.3; RFC 8050, section 4.
    """

    timestamp: int
    """When the dump was made, in seconds since 1970."""
    family: Family
    nlri: bytes
    """The destination as dumped: one NLRI of ``family``, without a Path Identifier."""
    entries: tuple[RibEntry, ...]
    sequence_number: int = 0
    """Counts the records of the dump from 0."""
    add_path: bool = False
    """One of the ADDPATH subtypes: each route has a Path Identifier. RFC 8050, section 4."""
    generic: bool = False
    """One of the RIB_GENERIC subtypes, which any family may use; the others are made for their family."""
    path_id: int | None = None
    """The Path Identifier before the NLRI of RIB_GENERIC_ADDPATH (RFC 8050, section 4.2); else None.

    GoBGP and OpenBGPD put it into each entry instead, as in the other ADDPATH subtypes: then it stands there.
    """

    @property
    def key(self) -> bytes:
        """The destination in the canonical octets that a table is keyed by; ValueError when ``nlri`` is not one."""
        return frame(self.family, self.nlri, 0)[1]

    @property
    def destination(self) -> Nlri:
        """The destination as a value of its family, such as a `Prefix`; ValueError when ``nlri`` is not one."""
        return destination_of(self.family, self.nlri)

    @property
    def prefix(self) -> Prefix:
        """The destination as a prefix; ValueError for a family whose destinations are none."""
        return prefix_of(self.family, self.nlri)

    def __str__(self) -> str:
        """Return destination and number of routes in a line."""
        what = destination_of(self.family, self.nlri) if self.family in ROWS else f"{self.family} 0x{self.nlri.hex()}"
        return f"{moment(self.timestamp)} {subtype_of(self).name} {what}: {len(self.entries)} routes"


def frame(family: Family, octets: bytes, offset: int) -> tuple[int, bytes]:
    """Return where the NLRI at ``offset`` stops, and its key; ValueError for what is none, or is cut short."""
    row = ROWS.get(family)
    if row is None:
        raise ValueError(f"NLRI of {family} are not known")
    try:
        stop, key, _ = row.frame(octets, offset, False)
    except IndexError:
        stop, key = len(octets) + 1, b""
    if stop > len(octets):
        raise ValueError(f"the NLRI is cut short at octet {offset}")
    return stop, key


def destination_of(family: Family, nlri: bytes) -> Nlri:
    """Return one NLRI as a value of its family; ValueError when the octets are not exactly one."""
    row = ROWS.get(family)
    if row is None:
        raise ValueError(f"NLRI of {family} are not known")
    values = row.nlri(nlri, add_path=False, withdrawn=False)
    if len(values) != 1:
        raise ValueError(f"the octets {nlri.hex(' ')!r} are {len(values)} NLRI of {family}, not one")
    return values[0]


def prefix_of(family: Family, nlri: bytes) -> Prefix:
    """Return one NLRI as a prefix; ValueError for a family whose destinations are none."""
    row = ROWS.get(family)
    if row is None or not row.width:
        raise ValueError(f"a destination of {family} is not a prefix")
    return Prefix(frame(family, nlri, 0)[1], row.width)


def subtype_of(record: RibEntries) -> TableDumpV2Subtype:
    """Return the subtype of a record; ValueError when there is none for its family but RIB_GENERIC."""
    if record.generic:
        return TableDumpV2Subtype.RIB_GENERIC_ADDPATH if record.add_path else TableDumpV2Subtype.RIB_GENERIC
    subtype = _SUBTYPES.get((record.family, record.add_path))
    if subtype is None:
        raise ValueError(f"a dump of {record.family} needs generic=True: only RIB_GENERIC can hold it")
    return subtype


def decode_rib(timestamp: int, subtype: int, octets: bytes) -> RibEntries:
    """Return the record of an AFI/SAFI-specific subtype whose message is ``octets``; ValueError says what is wrong.

    RFC 6396, section 4.3.2; RFC 8050, section 4.1.
    """
    family, add_path = SPECIFIC[subtype]
    if len(octets) < 7:
        raise ValueError(f"a RIB record of {len(octets)} octets is shorter than 7")
    length = octets[4]
    if length > _WIDTHS[family.afi]:
        raise ValueError(f"a prefix of {length} bits at octet 4")
    stop = 5 + (length + 7) // 8
    return RibEntries(
        timestamp=timestamp,
        family=family,
        nlri=octets[4:stop],
        entries=_entries(octets, stop, in_entries=add_path),
        sequence_number=int.from_bytes(octets[:4], "big"),
        add_path=add_path,
    )


def decode_rib_generic(timestamp: int, subtype: int, octets: bytes) -> RibEntries | None:
    """Return the record of a RIB_GENERIC subtype whose message is ``octets``; None for a family without a row.

    ValueError says what is wrong. RIB_GENERIC_ADDPATH is read as the RFC has it, and if that does not come out
    even, as GoBGP and OpenBGPD write it. RFC 6396, section 4.3.3; RFC 8050, section 4.2.
    """
    if len(octets) < 7:
        raise ValueError(f"a RIB_GENERIC record of {len(octets)} octets is shorter than 7")
    family = Family(int.from_bytes(octets[4:6], "big"), octets[6])
    if family not in ROWS:
        return None
    if subtype == TableDumpV2Subtype.RIB_GENERIC:
        return _generic(timestamp, family, octets, add_path=False, in_nlri=False)
    try:
        return _generic(timestamp, family, octets, add_path=True, in_nlri=True)
    except ValueError as first:
        try:
            return _generic(timestamp, family, octets, add_path=True, in_nlri=False)
        except ValueError:
            raise first from None


def encode_rib_entries(record: RibEntries) -> tuple[int, bytes]:
    """Return subtype and message of a record.

    ValueError for a field that does not fit, for NLRI that are not exactly one of the family, and for path
    identifiers where the subtype has none, or none where it has them.
    """
    subtype = subtype_of(record)
    parts = [unsigned("sequence number", record.sequence_number, 4)]
    if record.generic:
        parts.append(unsigned("AFI", record.family.afi, 2) + unsigned("SAFI", record.family.safi, 1))
    in_nlri = record.path_id is not None
    if record.path_id is not None:
        if not (record.generic and record.add_path):
            raise ValueError("only RIB_GENERIC_ADDPATH has a path identifier before its NLRI")
        parts.append(unsigned("path identifier", record.path_id, 4))
    if frame(record.family, record.nlri, 0)[0] != len(record.nlri):
        raise ValueError(f"the octets {record.nlri.hex(' ')!r} are more than one NLRI of {record.family}")
    parts += (record.nlri, unsigned("entry count", len(record.entries), 2))
    in_entries = record.add_path and not in_nlri
    parts += [_entry_octets(entry, in_entries=in_entries) for entry in record.entries]
    return subtype, b"".join(parts)


def _generic(timestamp: int, family: Family, octets: bytes, *, add_path: bool, in_nlri: bool) -> RibEntries:
    """Read a RIB_GENERIC record, with the path identifier before its NLRI or in its entries."""
    start = 11 if in_nlri else 7
    stop, _ = frame(family, octets, start)
    return RibEntries(
        timestamp=timestamp,
        family=family,
        nlri=octets[start:stop],
        entries=_entries(octets, stop, in_entries=add_path and not in_nlri),
        sequence_number=int.from_bytes(octets[:4], "big"),
        add_path=add_path,
        generic=True,
        path_id=int.from_bytes(octets[7:11], "big") if in_nlri else None,
    )


def _entries(octets: bytes, offset: int, *, in_entries: bool) -> tuple[RibEntry, ...]:
    """Return the entries whose count stands at ``offset``; ValueError unless they end where the octets do."""
    end = len(octets)
    if offset + 2 > end:
        raise ValueError(f"the record ends before its entry count, at octet {end}")
    count = int.from_bytes(octets[offset : offset + 2], "big")
    offset += 2
    layout = _ADD_PATH_ENTRY if in_entries else _ENTRY
    unpack, size = layout.unpack_from, layout.size
    entries: list[RibEntry] = []
    append = entries.append
    path_id = None
    for number in range(count):
        start = offset + size
        if start > end:
            raise ValueError(f"entry {number} of {count} is cut short at octet {offset}")
        if in_entries:
            peer, originated, path_id, length = unpack(octets, offset)
        else:
            peer, originated, length = unpack(octets, offset)
        stop = start + length
        if stop > end:
            raise ValueError(f"the attributes of entry {number} of {count} are cut short at octet {start}")
        append(RibEntry(peer, originated, octets[start:stop], path_id))
        offset = stop
    if offset != end:
        raise ValueError(f"{end - offset} octets are left behind the last entry, at octet {offset}")
    return tuple(entries)


def _entry_octets(entry: RibEntry, *, in_entries: bool) -> bytes:
    parts = [unsigned("peer index", entry.peer_index, 2), unsigned("originated time", entry.originated_time, 4)]
    if in_entries is (entry.path_id is None):
        raise ValueError(f"an entry {'lacks its' if in_entries else 'has a'} path identifier, against its record")
    if entry.path_id is not None:
        parts.append(unsigned("path identifier", entry.path_id, 4))
    parts += (unsigned("attribute length", len(entry.attributes), 2), entry.attributes)
    return b"".join(parts)
