"""One route of a routing table in the first dump format, TABLE_DUMP (RFC 6396, section 4.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from struct import Struct
from typing import Final

from bgpkit.mrt.codes import TableDumpSubtype
from bgpkit.mrt.fields import IPAddress, address, moment, unsigned
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import Prefix

# View and sequence number, prefix and its length, status, originated time, peer's address and AS, attribute length.
_LAYOUTS: Final[Mapping[int, Struct]] = {
    TableDumpSubtype.AFI_IPV4: Struct(">HH4sBBI4sHH"),
    TableDumpSubtype.AFI_IPV6: Struct(">HH16sBBI16sHH"),
}
_SUBTYPES: Final = {4: TableDumpSubtype.AFI_IPV4, 16: TableDumpSubtype.AFI_IPV6}


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDump:
    """One prefix as one peer announced it; one record for each route.

    The format has 2-octet AS numbers only, and a peer whose address is of the prefix's own kind.

    RFC 6396, section 4.2.
    """

    timestamp: int
    """When the dump was made, in seconds since 1970."""
    address: bytes
    """The Prefix field: 4 or 16 octets; bits beyond ``prefix_length`` have no meaning."""
    prefix_length: int
    peer_address: IPAddress
    peer_as: int
    """Two octets."""
    originated_time: int
    """When the route was heard, in seconds since 1970."""
    attributes: bytes
    """The path attributes in octets; AS numbers in AS_PATH and AGGREGATOR have two octets."""
    view_number: int = 0
    sequence_number: int = 0
    """Counts the records of a dump; it wraps to 0 behind 65535."""
    status: int = 1
    """Unused, and 1."""

    @property
    def family(self) -> Family:
        """The family of the prefix: IPv4 or IPv6 unicast."""
        return IPV4_UNICAST if len(self.address) == 4 else IPV6_UNICAST

    @property
    def key(self) -> bytes:
        """The prefix as canonical NLRI, the octets that a table is keyed by. RFC 4271, section 4.3."""
        length = self.prefix_length
        size = (length + 7) // 8
        octets = self.address[:size]
        if length % 8:
            octets = octets[:-1] + bytes((octets[-1] & (0xFF00 >> length % 8) & 0xFF,))
        return bytes((length,)) + octets

    @property
    def prefix(self) -> Prefix:
        """The prefix as a value."""
        return Prefix(self.key, 8 * len(self.address))

    def __str__(self) -> str:
        """Return prefix and peer in a line."""
        return f"{moment(self.timestamp)} TABLE_DUMP {self.prefix} from {self.peer_address} AS{self.peer_as}"


def decode_table_dump(timestamp: int, subtype: int, octets: bytes) -> TableDump:
    """Return the record whose message is ``octets``; ValueError says what is wrong with it."""
    layout = _LAYOUTS[subtype]
    size = layout.size
    if len(octets) < size:
        raise ValueError(f"a TABLE_DUMP of {len(octets)} octets is shorter than {size}")
    view, sequence, prefix, prefix_length, status, originated, peer, peer_as, length = layout.unpack_from(octets)
    if prefix_length > 8 * len(prefix):
        raise ValueError(f"a prefix of {prefix_length} bits at octet {4 + len(prefix)}")
    if len(octets) != size + length:
        raise ValueError(f"the attributes have {length} octets by their length, {len(octets) - size} by the record's")
    return TableDump(
        timestamp=timestamp,
        address=prefix,
        prefix_length=prefix_length,
        peer_address=address(peer),
        peer_as=peer_as,
        originated_time=originated,
        attributes=octets[size:],
        view_number=view,
        sequence_number=sequence,
        status=status,
    )


def encode_table_dump(record: TableDump) -> tuple[int, bytes]:
    """Return subtype and message of a record.

    ValueError for a field that does not fit, a prefix length beyond the address, and for what needs TABLE_DUMP_V2:
    a 4-octet peer AS, a peer whose address is of the other kind.
    """
    size, peer = len(record.address), record.peer_address.packed
    subtype = _SUBTYPES.get(size)
    if subtype is None:
        raise ValueError(f"a prefix field has 4 or 16 octets, not {size}")
    if not 0 <= record.prefix_length <= 8 * size:
        raise ValueError(f"a prefix length of {record.prefix_length} does not fit an address of {8 * size} bits")
    if len(peer) != size:
        raise ValueError(f"{record.prefix} from {record.peer_address} needs TABLE_DUMP_V2: TABLE_DUMP cannot say it")
    parts = (
        unsigned("view number", record.view_number, 2),
        unsigned("sequence number", record.sequence_number, 2),
        record.address,
        bytes((record.prefix_length,)),
        unsigned("status", record.status, 1),
        unsigned("originated time", record.originated_time, 4),
        peer,
        unsigned("the peer AS of a TABLE_DUMP,", record.peer_as, 2),
        unsigned("attribute length", len(record.attributes), 2),
        record.attributes,
    )
    return subtype, b"".join(parts)
