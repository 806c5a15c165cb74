"""UPDATEs of any family written and read by hand, NLRI as bare octets. RFC 4760, sections 3 and 4."""

import struct
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import TypeAlias

from bgpkit_fsm import Family
from tests.support.octets import ORIGIN_IGP, UPDATE, attribute, message

Attributes: TypeAlias = tuple[tuple[int, int, bytes], ...]
"""(flags without Extended Length, type code, value) of each attribute, in order."""

PLAIN = ORIGIN_IGP + attribute(0x40, 2, b"") + attribute(0x40, 5, struct.pack("!I", 100))
"""What an internal peer says of a route at the least: ORIGIN, AS_PATH, LOCAL_PREF."""


@dataclass(frozen=True, slots=True)
class HeardRoutes:
    """An UPDATE of a family as it was on the wire."""

    family: Family | None
    """That of the MP attribute; None without one."""
    next_hop: bytes
    announced: bytes
    withdrawn: bytes
    attributes: Attributes
    """All but the MP attributes."""

    @property
    def is_end_of_rib(self) -> bool:
        """Whether it ends the initial routes of its family. RFC 4724, section 2."""
        return not self.announced and not self.withdrawn and not self.attributes

    def value(self, code: int) -> bytes | None:
        """Return the value of an attribute, if it is there."""
        return next((value for _, found, value in self.attributes if found == code), None)

    @property
    def originator_id(self) -> str | None:
        """ORIGINATOR_ID, if it is there."""
        value = self.value(9)
        return None if value is None else str(IPv4Address(value))

    @property
    def cluster_list(self) -> tuple[str, ...]:
        """CLUSTER_LIST, the latest cluster first."""
        value = self.value(10) or b""
        return tuple(str(IPv4Address(value[at : at + 4])) for at in range(0, len(value), 4))


def capability(family: Family) -> bytes:
    """Return the multiprotocol capability for ``family``. RFC 4760, section 8."""
    return struct.pack("!BBHBB", 1, 4, family.afi, 0, family.safi)


def reach(family: Family, nlri: bytes, *, next_hop: bytes, block: bytes = PLAIN) -> bytes:
    """Return an UPDATE that announces the octets ``nlri``, with ``block`` behind MP_REACH_NLRI."""
    value = struct.pack("!HBB", family.afi, family.safi, len(next_hop)) + next_hop + b"\0" + nlri
    return _update(attribute(0x80, 14, value) + block)


def unreach(family: Family, nlri: bytes = b"") -> bytes:
    """Return an UPDATE that withdraws the octets ``nlri``; the End-of-RIB marker without any."""
    return _update(attribute(0x80, 15, struct.pack("!HB", family.afi, family.safi) + nlri))


def refresh(family: Family) -> bytes:
    """Return a ROUTE-REFRESH. RFC 2918, section 3."""
    return message(5, struct.pack("!HBB", family.afi, 0, family.safi))


def read_routes(body: bytes) -> HeardRoutes:
    """Read the body of an UPDATE that has no routes of its own, but perhaps in MP attributes."""
    assert body[:2] == b"\0\0"
    (length,) = struct.unpack_from("!H", body, 2)
    assert len(body) == 4 + length
    family, next_hop, announced, withdrawn = None, b"", b"", b""
    others: list[tuple[int, int, bytes]] = []
    for flags, code, value in read_attribute_list(body[4:]):
        if code in {14, 15}:
            afi, safi = struct.unpack_from("!HB", value)
            family = Family(afi, safi)
        if code == 14:
            stop = 4 + value[3]
            next_hop, announced = value[4:stop], value[stop + 1 :]
        elif code == 15:
            withdrawn = value[3:]
        else:
            others.append((flags, code, value))
    return HeardRoutes(family, next_hop, announced, withdrawn, tuple(others))


def read_messages(octets: bytes) -> list[HeardRoutes]:
    """Read whole UPDATE messages."""
    found: list[HeardRoutes] = []
    while octets:
        length = int.from_bytes(octets[16:18])
        assert octets[18] == UPDATE
        found.append(read_routes(octets[19:length]))
        octets = octets[length:]
    return found


def read_attribute_list(block: bytes) -> Attributes:
    """Read a block of path attributes. RFC 4271, section 4.3."""
    found: list[tuple[int, int, bytes]] = []
    while block:
        flags, code = block[0], block[1]
        start = 4 if flags & 0x10 else 3
        stop = start + int.from_bytes(block[2:start])
        found.append((flags & 0xEF, code, block[start:stop]))
        block = block[stop:]
    return tuple(found)


def _update(block: bytes) -> bytes:
    return message(UPDATE, b"\0\0" + struct.pack("!H", len(block)) + block)
