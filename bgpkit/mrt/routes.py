"""The routes of a table dump, each with its peer and its attributes (RFC 6396, sections 4.2 and 4.3)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from os import PathLike

from bgpkit.errors import MrtError
from bgpkit.mrt.compression import Readable
from bgpkit.mrt.entry_attributes import EntryBlock, EntryReader
from bgpkit.mrt.fields import IPAddress
from bgpkit.mrt.peer_index_table import PeerIndexTable
from bgpkit.mrt.reader import MAXIMUM_RECORD_LENGTH, Frame, frames, report
from bgpkit.mrt.record import Record, decode_record
from bgpkit.mrt.rib_entries import RibEntries, RibEntry, destination_of, prefix_of
from bgpkit.mrt.table_dump import TableDump
from bgpkit.wire import Nlri
from bgpkit_fsm import Family
from bgpkit_rib import PathAttributes, Prefix


@dataclass(frozen=True, slots=True, kw_only=True)
class MrtRoute:
    """One route of a table dump."""

    timestamp: int
    """When the dump was made, in seconds since 1970."""
    originated_time: int
    """When the route was heard, in seconds since 1970."""
    peer_address: IPAddress
    peer_as: int
    peer_bgp_id: IPv4Address | None
    """None in a TABLE_DUMP, which does not tell."""
    family: Family
    nlri: bytes
    """The destination: one NLRI of ``family``, without a Path Identifier."""
    path_id: int | None
    """The Path Identifier of RFC 7911, if the dump has them."""
    block: EntryBlock
    """The attributes in canonical octets, and what was wrong with them; shared by routes with the same ones."""

    @property
    def destination(self) -> Nlri:
        """The destination as a value of its family, such as a `Prefix`."""
        return destination_of(self.family, self.nlri)

    @property
    def prefix(self) -> Prefix:
        """The destination as a prefix; ValueError for a family whose destinations are none."""
        return prefix_of(self.family, self.nlri)

    @property
    def attributes(self) -> PathAttributes:
        """The attributes as values, made once for all routes that share them."""
        return self.block.attributes


def read_routes(
    source: str | PathLike[str] | Readable,
    *,
    skipped: Callable[[MrtError], object] | None = None,
    maximum_length: int = MAXIMUM_RECORD_LENGTH,
) -> Iterator[MrtRoute]:
    """Yield the routes of the table dumps in a file; records of other kinds are passed over.

    ``source`` and the other arguments are those of `read_mrt`, and so are the errors. A route is malformed, too,
    when it names a peer that the PEER_INDEX_TABLE before it has not, or when RFC 7606 would not let its attributes
    stand: such routes, not the whole record, are left out with ``skipped``. ::

        for route in read_routes("rib.20140523.0600.bz2"):
            print(route.prefix, route.peer_address, route.attributes.as_path)
    """
    reader = _RouteReader()
    for each in frames(source, maximum_length):
        try:
            record = decode_record(each.timestamp, each.kind, each.subtype, each.octets)
        except ValueError as error:
            report(each.error(str(error)), skipped, error)
        else:
            yield from reader.routes(record, each, skipped)


class _RouteReader:
    """Makes routes of the records of one file."""

    def __init__(self) -> None:
        self._entries = EntryReader()
        self._peers: PeerIndexTable | None = None

    def routes(self, record: Record, source: Frame, skipped: Callable[[MrtError], object] | None) -> Iterator[MrtRoute]:
        """Yield the routes of one record, which may be none; errors as `read_routes`."""
        match record:
            case PeerIndexTable():
                self._peers = record
            case RibEntries():
                for number, entry in enumerate(record.entries):
                    try:
                        route = self._route(record, entry)
                    except ValueError as error:
                        report(source.error(f"entry {number}: {error}"), skipped, error)
                    else:
                        yield route
            case TableDump():
                try:
                    route = self._old_route(record)
                except ValueError as error:
                    report(source.error(str(error)), skipped, error)
                else:
                    yield route
            case _:
                pass

    def _route(self, record: RibEntries, entry: RibEntry) -> MrtRoute:
        if self._peers is None:
            raise ValueError("there is no PEER_INDEX_TABLE before it")
        peers = self._peers.peers
        if entry.peer_index >= len(peers):
            raise ValueError(f"peer {entry.peer_index} is not among the {len(peers)} of the PEER_INDEX_TABLE")
        peer = peers[entry.peer_index]
        return MrtRoute(
            timestamp=record.timestamp,
            originated_time=entry.originated_time,
            peer_address=peer.address,
            peer_as=peer.asn,
            peer_bgp_id=peer.bgp_id,
            family=record.family,
            nlri=record.nlri,
            path_id=record.path_id if entry.path_id is None else entry.path_id,
            block=self._entries.read(entry.attributes, record.family),
        )

    def _old_route(self, record: TableDump) -> MrtRoute:
        return MrtRoute(
            timestamp=record.timestamp,
            originated_time=record.originated_time,
            peer_address=record.peer_address,
            peer_as=record.peer_as,
            peer_bgp_id=None,
            family=record.family,
            nlri=record.key,
            path_id=None,
            block=self._entries.read(record.attributes, record.family, four_octet_as=False),
        )
