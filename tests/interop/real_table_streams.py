"""What real peers said, from dumps and captures: for each of them its session's terms and its UPDATEs in order."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Final

from bgpkit.mrt import Bgp4mpMessage, PeerIndexTable, RibEntries, TableDump, read_mrt
from tests.support import octets
from tests.support.sources import PROJECT

_MRT: Final = PROJECT / "tests/data/mrt"
_TABLES: Final = PROJECT / "tests/data/tables"
TABLE_OF_2002: Final = _MRT / "bgpdump_bview.20020722.2337.gz"
RIVALS_OF_2014: Final = _TABLES / "pyasn-rib.20140523.first2500.mrt.xz"
CAPTURES: Final = tuple(
    _MRT / name
    for name in (
        "bgpdump_updates.20071015.1505.gz",
        "bgpkit-parser_updates.20100227.1610.gz",
        "bgpdump_updates.20100722.2015.gz",
        "libbgpstream_routeviews.route-views.jinx.updates.1427846400.bz2",
        "os-ken_updates.20161101.0000.bz2",
        "bgpkit-parser_updates.bz2",
    )
)
_MAXIMUM: Final = 4096
_FIXED: Final = 23
_V4_BASE: Final = IPv4Address("10.9.1.0")
_V6_BASE: Final = IPv6Address("fd09::1:0")
_V4_MARKS: Final = IPv4Address("100.127.0.0")
_V6_MARKS: Final = IPv6Address("fd09:ffff::")


@dataclass(slots=True, kw_only=True)
class Stream:
    """One peer of a file, with an address of its own in the test."""

    number: int
    asn: int
    version: int
    """The IP version of the session, and of the only family on it."""
    four_octet_as: bool
    messages: list[bytes] = field(default_factory=list[bytes])

    @property
    def address(self) -> str:
        """The address that the peer speaks from."""
        host = self.number * 37 % 251
        return str(_V4_BASE + host if self.version == 4 else _V6_BASE + host)

    @property
    def identifier(self) -> str:
        """The peer's BGP Identifier; some are shared by two peers, and their order is not that of the addresses."""
        pair = self.number // 2
        return f"10.8.{pair * 7 % 16}.{pair * 31 % 251 + 1}"

    @property
    def mark(self) -> str:
        """The prefix that the peer announces last: whoever has it has heard all."""
        return f"{_V4_MARKS + self.number}/32" if self.version == 4 else f"{_V6_MARKS + self.number}/128"

    def marked(self) -> bytes:
        """Return the UPDATE that announces the mark."""
        path = struct.pack("!BBI" if self.four_octet_as else "!BBH", 2, 1, self.asn)
        block = octets.ORIGIN_IGP + octets.attribute(0x40, 2, path)
        if self.version == 4:
            return octets.update(block + octets.attribute(0x40, 3, IPv4Address(self.address).packed), self.mark)
        reach = struct.pack("!HBB", 2, 1, 16) + IPv6Address(self.address).packed + b"\0" + octets.nlri(self.mark)
        return octets.update(octets.attribute(0x80, 14, reach) + block)

    def opening(self) -> bytes:
        """Return the OPEN of the session."""
        family = octets.IPV4_CAPABILITY if self.version == 4 else octets.IPV6_CAPABILITY
        wide = (octets.four_octet_as(self.asn),) if self.four_octet_as else ()
        return octets.open_message(self.asn, self.identifier, family, *wide, hold_time=0)


def streams(*, every: int = 1, rivals_every: int = 1, captures: Sequence[Path] = CAPTURES) -> list[Stream]:
    """Return the peers of all files, of the tables only each so many prefixes.

    Two files have two peers each, though they be one router at two times: their paths are rivals.
    """
    made: dict[tuple[str, str, bool], Stream] = {}

    def of(file: Path, address: IPv4Address | IPv6Address, asn: int, *, wide: bool) -> Stream:
        place = (file.name, str(address), wide)
        if place not in made:
            made[place] = Stream(number=len(made), asn=asn, version=address.version, four_octet_as=wide)
        return made[place]

    for address, asn, attributes, key in _table_of_2002(every):
        _extend(of(TABLE_OF_2002, address, asn, wide=False).messages, attributes, key)
    for address, asn, attributes, key in _rivals_of_2014(rivals_every):
        _extend(of(RIVALS_OF_2014, address, asn, wide=True).messages, attributes, key)
    for file in captures:
        for record in read_mrt(file):
            if isinstance(record, Bgp4mpMessage) and record.message[18] == octets.UPDATE:
                peer = of(file, record.peer_address, record.peer_as, wide=record.four_octet_as)
                peer.messages.append(record.message)
    return list(made.values())


def _table_of_2002(every: int) -> Iterator[tuple[IPv4Address | IPv6Address, int, bytes, bytes]]:
    numbers: dict[bytes, int] = {}
    for record in read_mrt(TABLE_OF_2002):
        assert isinstance(record, TableDump)
        if numbers.setdefault(record.key, len(numbers)) % every == 0:
            yield record.peer_address, record.peer_as, record.attributes, record.key


def _rivals_of_2014(every: int) -> Iterator[tuple[IPv4Address | IPv6Address, int, bytes, bytes]]:
    index: PeerIndexTable | None = None
    for record in read_mrt(RIVALS_OF_2014):
        if isinstance(record, PeerIndexTable):
            index = record
        elif isinstance(record, RibEntries) and record.sequence_number % every == 0:
            assert index is not None
            for entry in record.entries:
                peer = index.peers[entry.peer_index]
                yield peer.address, peer.asn, entry.attributes, record.key


def _extend(messages: list[bytes], attributes: bytes, key: bytes) -> None:
    """Put a route behind those of a peer: into its last UPDATE where that has the same attributes and room."""
    head = struct.pack("!HH", 0, len(attributes)) + attributes
    if messages:
        body = messages[-1][19:]
        if body.startswith(head) and len(body) + len(key) + _FIXED <= _MAXIMUM:
            messages[-1] = octets.message(octets.UPDATE, body + key)
            return
    messages.append(octets.message(octets.UPDATE, head + key))
