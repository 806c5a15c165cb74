"""BGP messages written and read by hand, straight from the RFCs, so that our own codec is not its own witness."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

OPEN, UPDATE, NOTIFICATION, KEEPALIVE, ROUTE_REFRESH = 1, 2, 3, 4, 5

IPV4_CAPABILITY = bytes.fromhex("0104 0001 0001")
IPV6_CAPABILITY = bytes.fromhex("0104 0002 0001")
REFRESH_CAPABILITY = bytes.fromhex("0200")
EXTENDED_MESSAGE_CAPABILITY = bytes.fromhex("0600")
ENHANCED_REFRESH_CAPABILITY = bytes.fromhex("4600")

ORIGIN_IGP = bytes.fromhex("400101 00")
_ORIGIN, _AS_PATH, _NEXT_HOP, _MED, _LOCAL_PREF, _COMMUNITIES, _ORIGINATOR_ID, _CLUSTER_LIST = 1, 2, 3, 4, 5, 8, 9, 10
_MP_REACH, _MP_UNREACH = 14, 15


def message(kind: int, body: bytes = b"") -> bytes:
    """Return a message with its header. RFC 4271, section 4.1."""
    return b"\xff" * 16 + struct.pack("!HB", 19 + len(body), kind) + body


def four_octet_as(asn: int) -> bytes:
    """Return the capability for 4-octet AS numbers. RFC 6793, section 3."""
    return struct.pack("!BBI", 65, 4, asn)


def graceful_restart(
    *families: tuple[int, bool], restarted: bool = False, notification: bool = False, restart_time: int = 120
) -> bytes:
    """Return the graceful restart capability; a family is its AFI and its F bit. RFC 4724, section 3.

    The N bit: RFC 8538, section 2.
    """
    listed = b"".join(struct.pack("!HBB", afi, 1, 0x80 if preserved else 0) for afi, preserved in families)
    flags = (0x8000 if restarted else 0) | (0x4000 if notification else 0)
    return struct.pack("!BBH", 64, 2 + len(listed), flags | restart_time) + listed


def long_lived_graceful_restart(*families: tuple[int, bool, int]) -> bytes:
    """Return the long-lived capability; a family is its AFI, F bit and stale time. RFC 9494, section 3.1."""
    listed = b"".join(
        struct.pack("!HBBBH", afi, 1, 0x80 if preserved else 0, time >> 16, time & 0xFFFF)
        for afi, preserved, time in families
    )
    return struct.pack("!BB", 71, len(listed)) + listed


def open_message(asn: int, identifier: str, *capabilities: bytes, hold_time: int = 90) -> bytes:
    """Return an OPEN, each capability in one parameter with the others. RFC 4271, section 4.2; RFC 5492, section 4."""
    listed = b"".join(capabilities)
    parameters = struct.pack("!BB", 2, len(listed)) + listed if listed else b""
    my_as = asn if asn < 65536 else 23456
    body = struct.pack("!BHH", 4, my_as, hold_time) + IPv4Address(identifier).packed
    return message(OPEN, body + bytes((len(parameters),)) + parameters)


def attribute(flags: int, code: int, value: bytes) -> bytes:
    """Return a path attribute. RFC 4271, section 4.3."""
    return struct.pack("!BBH", flags | 0x10, code, len(value)) + value


def attributes(
    *asns: int,
    next_hop: str | None = "192.0.2.99",
    local_pref: int | None = None,
    med: int | None = None,
    originator_id: str | None = None,
    cluster_list: Iterable[str] = (),
    communities: Iterable[int] = (),
) -> bytes:
    """Return a block of path attributes with 4-octet AS numbers. RFC 4271, section 4.3; RFC 4456, section 8."""
    path = struct.pack(f"!BB{len(asns)}I", 2, len(asns), *asns) if asns else b""
    block = ORIGIN_IGP + attribute(0x40, _AS_PATH, path)
    if next_hop is not None:
        block += attribute(0x40, _NEXT_HOP, IPv4Address(next_hop).packed)
    if med is not None:
        block += attribute(0x80, _MED, struct.pack("!I", med))
    if local_pref is not None:
        block += attribute(0x40, _LOCAL_PREF, struct.pack("!I", local_pref))
    listed = b"".join(struct.pack("!I", community) for community in communities)
    block += attribute(0xC0, _COMMUNITIES, listed) if listed else b""
    if originator_id is not None:
        block += attribute(0x80, _ORIGINATOR_ID, IPv4Address(originator_id).packed)
    clusters = b"".join(IPv4Address(cluster).packed for cluster in cluster_list)
    return block + (attribute(0x80, _CLUSTER_LIST, clusters) if clusters else b"")


def nlri(*prefixes: str) -> bytes:
    """Return prefixes as NLRI. RFC 4271, section 4.3."""
    octets = b""
    for text in prefixes:
        network = IPv6Network(text) if ":" in text else IPv4Network(text)
        length = network.prefixlen
        octets += bytes((length,)) + network.network_address.packed[: (length + 7) // 8]
    return octets


def update(block: bytes, *prefixes: str, withdrawn: Iterable[str] = ()) -> bytes:
    """Return an UPDATE of IPv4 unicast. RFC 4271, section 4.3."""
    gone = nlri(*withdrawn)
    lengths = struct.pack("!H", len(gone)), struct.pack("!H", len(block))
    return message(UPDATE, lengths[0] + gone + lengths[1] + block + nlri(*prefixes))


def withdraw(*prefixes: str) -> bytes:
    """Return an UPDATE that withdraws IPv4 unicast prefixes. RFC 4271, section 4.3."""
    return update(b"", withdrawn=prefixes)


def end_of_rib(afi: int = 1) -> bytes:
    """Return the End-of-RIB marker of a unicast family. RFC 4724, section 2."""
    return update(b"") if afi == 1 else update(attribute(0x80, _MP_UNREACH, struct.pack("!HB", afi, 1)))


def route_refresh(afi: int = 1, subtype: int = 0) -> bytes:
    """Return a ROUTE-REFRESH of a unicast family. RFC 2918, section 3; RFC 7313, section 3.2."""
    return message(ROUTE_REFRESH, struct.pack("!HBB", afi, subtype, 1))


@dataclass(frozen=True, slots=True)
class HeardUpdate:
    """An UPDATE as it was on the wire."""

    announced: tuple[str, ...]
    withdrawn: tuple[str, ...]
    values: dict[int, bytes]
    """The values of its attributes by type code; of MP_REACH_NLRI and MP_UNREACH_NLRI without the NLRI."""

    @property
    def is_end_of_rib(self) -> bool:
        """Whether it is the End-of-RIB marker of a family. RFC 4724, section 2."""
        return not self.announced and not self.withdrawn and set(self.values) <= {_MP_UNREACH}

    @property
    def as_path(self) -> tuple[int, ...]:
        """The AS numbers of AS_PATH, four octets each, whatever their segments."""
        octets, asns = self.values[_AS_PATH], list[int]()
        while octets:
            count = octets[1]
            asns += struct.unpack_from(f"!{count}I", octets, 2)
            octets = octets[2 + 4 * count :]
        return tuple(asns)

    @property
    def next_hop(self) -> str:
        """The next hop, of NEXT_HOP or else of MP_REACH_NLRI."""
        if _NEXT_HOP in self.values:
            return str(IPv4Address(self.values[_NEXT_HOP]))
        value = self.values[_MP_REACH]
        return str(IPv6Address(value[4:20]))

    @property
    def local_pref(self) -> int | None:
        """LOCAL_PREF, if it is there."""
        return self._number(_LOCAL_PREF)

    @property
    def med(self) -> int | None:
        """MULTI_EXIT_DISC, if it is there."""
        return self._number(_MED)

    @property
    def communities(self) -> tuple[int, ...]:
        """The numbers in COMMUNITIES."""
        value = self.values.get(_COMMUNITIES, b"")
        return struct.unpack(f"!{len(value) // 4}I", value)

    @property
    def originator_id(self) -> str | None:
        """ORIGINATOR_ID, if it is there."""
        value = self.values.get(_ORIGINATOR_ID)
        return None if value is None else str(IPv4Address(value))

    @property
    def cluster_list(self) -> tuple[str, ...]:
        """CLUSTER_LIST, the latest cluster first."""
        value = self.values.get(_CLUSTER_LIST, b"")
        return tuple(str(IPv4Address(value[at : at + 4])) for at in range(0, len(value), 4))

    def _number(self, code: int) -> int | None:
        value = self.values.get(code)
        return None if value is None else int.from_bytes(value, "big")


def read_update(body: bytes) -> HeardUpdate:
    """Read the body of an UPDATE. RFC 4271, section 4.3; RFC 4760, sections 3 and 4."""
    (size,) = struct.unpack_from("!H", body)
    withdrawn = read_nlri(body[2 : 2 + size])
    (length,) = struct.unpack_from("!H", body, 2 + size)
    block = body[4 + size : 4 + size + length]
    announced = read_nlri(body[4 + size + length :])
    values = read_attributes(block)
    reach, unreach = values.get(_MP_REACH), values.get(_MP_UNREACH)
    if reach is not None:
        start = 5 + reach[3]
        announced += read_nlri(reach[start:], 128)
        values[_MP_REACH] = reach[:start]
    if unreach is not None:
        withdrawn += read_nlri(unreach[3:], 128)
        values[_MP_UNREACH] = unreach[:3]
    return HeardUpdate(announced, withdrawn, values)


def read_attributes(block: bytes) -> dict[int, bytes]:
    """Read a block of path attributes: type code to value. RFC 4271, section 4.3."""
    values: dict[int, bytes] = {}
    while block:
        flags, code = block[0], block[1]
        start = 4 if flags & 0x10 else 3
        length = int.from_bytes(block[2:start], "big")
        values[code] = block[start : start + length]
        block = block[start + length :]
    return values


def read_nlri(octets: bytes, width: int = 32) -> tuple[str, ...]:
    """Read NLRI into texts such as ``10.0.0.0/24``. RFC 4271, section 4.3."""
    found: list[str] = []
    while octets:
        length = octets[0]
        size = (length + 7) // 8
        packed = octets[1 : 1 + size].ljust(width // 8, b"\0")
        address = IPv4Address(packed) if width == 32 else IPv6Address(packed)
        found.append(f"{address}/{length}")
        octets = octets[1 + size :]
    return tuple(found)


def read_capabilities(body: bytes) -> dict[int, list[bytes]]:
    """Read the capabilities of an OPEN's body: code to values. RFC 5492, section 4."""
    found: dict[int, list[bytes]] = {}
    parameters = body[10:]
    while parameters:
        size = parameters[1]
        listed, parameters = parameters[2 : 2 + size], parameters[2 + size :]
        while listed:
            found.setdefault(listed[0], []).append(listed[2 : 2 + listed[1]])
            listed = listed[2 + listed[1] :]
    return found
