"""The records of an MRT file: messages, state changes and dumped routes (RFC 6396)."""

from collections.abc import Iterator
from typing import Final, assert_never, final

from bgpkit.command.assumptions import Assumptions
from bgpkit.command.items import (
    Dumped,
    DumpedAttributes,
    DumpedRoute,
    Endpoint,
    Heard,
    Item,
    Note,
    OtherRecord,
    Place,
    StateChange,
    Time,
)
from bgpkit.command.source import Source
from bgpkit.command.verdict import judge
from bgpkit.errors import MrtError
from bgpkit.mrt import (
    Bgp4mpMessage,
    Bgp4mpStateChange,
    EntryReader,
    PeerIndexTable,
    Record,
    RibEntries,
    RibEntry,
    TableDump,
    TableDumpSubtype,
    TableDumpV2Subtype,
    UnknownRecord,
    read_mrt,
)
from bgpkit.wire import HEADER_LENGTH, ROWS, Attribute, decode_attribute_list
from bgpkit_fsm import Family

_ALL: Final = frozenset(ROWS)
_NONE: Final[frozenset[Family]] = frozenset()
_KEPT_MAXIMUM: Final = 65_536


def read_records(source: Source, assumptions: Assumptions) -> Iterator[Item]:
    """Yield what the records of an MRT file hold; notes tell of malformed ones.

    A record itself says how long AS numbers are and whether there are Path Identifiers. MrtError, behind what
    could be read, where the file cannot be read on.
    """
    reading = _Reading(assumptions)
    malformed: list[MrtError] = []
    number = 0
    for record in read_mrt(source, skipped=malformed.append):
        for error in malformed:
            number += 1
            yield Note(str(error), unreadable=True)
        malformed.clear()
        number += 1
        yield reading.item(number, record)
    for error in malformed:
        yield Note(str(error), unreadable=True)


@final
class _Reading:
    """One reading of a file: what its records need to know of those before."""

    def __init__(self, assumptions: Assumptions) -> None:
        self._assumptions = assumptions
        self._entries = EntryReader()
        self._kept: dict[tuple[Family, bool, bytes], DumpedAttributes] = {}
        self._peers: tuple[Endpoint, ...] = ()

    def item(self, number: int, record: Record) -> Item:
        """Return what one record holds."""
        match record:
            case Bgp4mpMessage():
                return self._message(number, record)
            case Bgp4mpStateChange():
                return StateChange(_session(number, record), record)
            case RibEntries():
                return self._dumped(number, record)
            case TableDump():
                return self._old_dumped(number, record)
            case PeerIndexTable():
                self._peers = tuple(Endpoint(str(peer.address), asn=peer.asn) for peer in record.peers)
                return OtherRecord(_place(number, record.timestamp), record)
            case UnknownRecord():
                return OtherRecord(_place(number, record.timestamp), record)
            case _:
                assert_never(record)

    def _message(self, number: int, record: Bgp4mpMessage) -> Item:
        place = _session(number, record)
        if len(record.message) < HEADER_LENGTH:
            return Note(f"record {number}: a message of {len(record.message)} octets has no whole header", True)
        known = bool(record.peer_as and record.local_as)
        codec = self._assumptions.codec(
            four_octet_as=record.four_octet_as,
            add_path=_ALL if record.add_path else _NONE,
            internal=record.peer_as == record.local_as if known else None,
        )
        return Heard(place, judge(codec, record.message))

    def _dumped(self, number: int, record: RibEntries) -> Dumped:
        routes = tuple(self._route(record, entry) for entry in record.entries)
        if record.generic:
            subtype = TableDumpV2Subtype.RIB_GENERIC_ADDPATH if record.add_path else TableDumpV2Subtype.RIB_GENERIC
            name = subtype.name
        else:
            name = f"RIB_{str(record.family).upper().replace('-', '_')}{'_ADDPATH' if record.add_path else ''}"
        return Dumped(
            place=_place(number, record.timestamp),
            subtype=name,
            family=record.family,
            nlri=_destination(record),
            routes=routes,
        )

    def _route(self, record: RibEntries, entry: RibEntry) -> DumpedRoute:
        known = entry.peer_index < len(self._peers)
        return DumpedRoute(
            self._peers[entry.peer_index] if known else None,
            Time(entry.originated_time),
            record.path_id if entry.path_id is None else entry.path_id,
            self._attributes(record.family, entry.attributes, four_octet_as=True),
        )

    def _old_dumped(self, number: int, record: TableDump) -> Dumped:
        peer = Endpoint(str(record.peer_address), asn=record.peer_as)
        attributes = self._attributes(record.family, record.attributes, four_octet_as=False)
        route = DumpedRoute(peer, Time(record.originated_time), None, attributes)
        return Dumped(
            place=_place(number, record.timestamp),
            subtype=TableDumpSubtype(record.family.afi).name,
            family=record.family,
            nlri=str(record.prefix),
            routes=(route,),
        )

    def _attributes(self, family: Family, octets: bytes, *, four_octet_as: bool) -> DumpedAttributes:
        """Return the attributes of a route, the same object for the same octets while it is kept."""
        key = family, four_octet_as, octets
        kept = self._kept.get(key)
        if kept is None:
            if len(self._kept) >= _KEPT_MAXIMUM:
                self._kept.clear()
            kept = self._kept[key] = self._judged(family, octets, four_octet_as=four_octet_as)
        return kept

    def _judged(self, family: Family, octets: bytes, *, four_octet_as: bool) -> DumpedAttributes:
        """Return attributes in canonical form; as they were dumped when the route cannot stand."""
        try:
            block = self._entries.read(octets, family, four_octet_as=four_octet_as)
        except ValueError as error:
            return DumpedAttributes(octets, self._list(octets, four_octet_as=four_octet_as), (), str(error))
        return DumpedAttributes(octets, self._list(block.octets, four_octet_as=True), block.faults)

    def _list(self, octets: bytes, *, four_octet_as: bool) -> tuple[Attribute, ...]:
        try:
            return decode_attribute_list(octets, self._assumptions.codec(four_octet_as=four_octet_as).context)
        except ValueError:
            return ()  # the problem says so


def _destination(record: RibEntries) -> str:
    """Return where a route goes to, in octets if nothing more is known of them."""
    row = ROWS.get(record.family)
    try:
        found = row.nlri(record.nlri, add_path=False, withdrawn=False) if row is not None else ()
    except ValueError:
        found = ()
    return ", ".join(map(str, found)) or f"0x{record.nlri.hex()}"


def _place(number: int, timestamp: int) -> Place:
    return Place(record=number, time=Time(timestamp))


def _session(number: int, record: Bgp4mpMessage | Bgp4mpStateChange) -> Place:
    """Return the place of a record of a session, with who speaks to whom."""
    peer = Endpoint(str(record.peer_address), asn=record.peer_as)
    local = Endpoint(str(record.local_address), asn=record.local_as)
    if isinstance(record, Bgp4mpMessage) and record.local:
        peer, local = local, peer
    return Place(record=number, time=Time(record.timestamp, record.microseconds), sender=peer, receiver=local)
