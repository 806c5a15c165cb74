"""The peers of a table dump, which its RIB entries name by number (RFC 6396, section 4.3.1)."""

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final

from bgpkit.mrt.fields import IPAddress, address, moment, unsigned

_IPV6: Final = 0x01
_FOUR_OCTET_AS: Final = 0x02
_RESERVED: Final = 0xFF & ~(_IPV6 | _FOUR_OCTET_AS)
_SIZES: Final = {0: 4 + 4 + 2, _IPV6: 4 + 16 + 2, _FOUR_OCTET_AS: 4 + 4 + 4, _IPV6 | _FOUR_OCTET_AS: 4 + 16 + 4}
"""Octets of a peer behind its type, by the two bits of the type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerEntry:
    """One peer of the collector.

    RFC 6396, section 4.3.1.
    """

    bgp_id: IPv4Address
    """The BGP Identifier of the peer."""
    address: IPAddress
    asn: int
    four_octet_as: bool = True
    """The AS number is written in four octets; says nothing of the attributes, where that is always so."""
    reserved: int = 0
    """The six bits of the Peer Type that have no meaning, in their places."""

    def __str__(self) -> str:
        """Return address and AS number."""
        return f"{self.address} AS{self.asn}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerIndexTable:
    """The peers that the RIB entries behind this record mean by their peer index, which counts from 0.

    RFC 6396, section 4.3.1.
    """

    timestamp: int
    """When the dump was made, in seconds since 1970."""
    collector_bgp_id: IPv4Address
    peers: tuple[PeerEntry, ...]
    view_name: str = ""
    """In UTF-8. Octets that are not UTF-8 stand as lone surrogates (PEP 383), so that they can be written again."""

    def __str__(self) -> str:
        """Return collector and number of peers in a line."""
        view = f" view {self.view_name!r}" if self.view_name else ""
        return f"{moment(self.timestamp)} PEER_INDEX_TABLE of {self.collector_bgp_id}{view}: {len(self.peers)} peers"


def decode_peer_index_table(timestamp: int, octets: bytes) -> PeerIndexTable:
    """Return the record whose message is ``octets``; ValueError says what is wrong with it."""
    end = len(octets)
    if end < 8:
        raise ValueError(f"a PEER_INDEX_TABLE of {end} octets is shorter than 8")
    name_end = 6 + int.from_bytes(octets[4:6], "big")
    if name_end + 2 > end:
        raise ValueError(f"the view name ends at octet {name_end}, the PEER_INDEX_TABLE at {end}")
    count = int.from_bytes(octets[name_end : name_end + 2], "big")
    offset = name_end + 2
    peers: list[PeerEntry] = []
    for number in range(count):
        stop = offset + 1 + _SIZES[octets[offset] & ~_RESERVED] if offset < end else end + 1
        if stop > end:
            raise ValueError(f"peer {number} of {count} is cut short at octet {offset}")
        peers.append(_peer(octets[offset:stop]))
        offset = stop
    if offset != end:
        raise ValueError(f"{end - offset} octets are left behind the last peer, at octet {offset}")
    return PeerIndexTable(
        timestamp=timestamp,
        collector_bgp_id=IPv4Address(octets[:4]),
        peers=tuple(peers),
        view_name=octets[6:name_end].decode("utf-8", "surrogateescape"),
    )


def encode_peer_index_table(record: PeerIndexTable) -> bytes:
    """Return the message of a record; ValueError for what does not fit."""
    try:
        name = record.view_name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise ValueError(f"the view name {record.view_name!r} cannot be written in UTF-8") from error
    parts = [
        record.collector_bgp_id.packed,
        unsigned("view name length", len(name), 2),
        name,
        unsigned("peer count", len(record.peers), 2),
    ]
    parts += [_peer_octets(peer) for peer in record.peers]
    return b"".join(parts)


def _peer(octets: bytes) -> PeerEntry:
    """Return the peer of so many octets as its type asks for."""
    kind = octets[0]
    as_start = 21 if kind & _IPV6 else 9
    return PeerEntry(
        bgp_id=IPv4Address(octets[1:5]),
        address=address(octets[5:as_start]),
        asn=int.from_bytes(octets[as_start:], "big"),
        four_octet_as=bool(kind & _FOUR_OCTET_AS),
        reserved=kind & _RESERVED,
    )


def _peer_octets(peer: PeerEntry) -> bytes:
    if peer.reserved & ~_RESERVED:
        raise ValueError(f"the reserved bits {peer.reserved:#x} of {peer} are not among {_RESERVED:#x}")
    kind = peer.reserved | (_IPV6 if peer.address.version == 6 else 0) | (_FOUR_OCTET_AS if peer.four_octet_as else 0)
    asn = unsigned(f"the AS number of peer {peer.address},", peer.asn, 4 if peer.four_octet_as else 2)
    return bytes((kind,)) + peer.bgp_id.packed + peer.address.packed + asn
