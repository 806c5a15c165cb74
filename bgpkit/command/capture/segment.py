"""From a packet to its TCP segment, whatever link it was captured on."""

from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from typing import Final, NamedTuple

from bgpkit.command.items import Endpoint

_NULL: Final = 0
_ETHERNET: Final = 1
_PPP: Final = 9
_HDLC: Final = 104
_LOOP: Final = 108
_LINUX_SLL: Final = 113
_LINUX_SLL2: Final = 276
_IP: Final = frozenset({12, 14, 101, 228, 229})
"""Links whose packets start with the IP header: LINKTYPE_RAW and the numbers that stood for it, IPV4 and IPV6."""

_IPV4: Final = 0x0800
_IPV6: Final = 0x86DD
_MPLS: Final = 0x8847
_VLAN: Final = frozenset({0x8100, 0x88A8, 0x9100, 0x9200})
"""Ether types of tags: 802.1Q, 802.1ad, and those used before it."""

_PPP_IPV4: Final = 0x21
_PPP_IPV6: Final = 0x57

_TCP: Final = 6
_FRAGMENT: Final = 44
_AUTHENTICATION: Final = 51
_PLAIN_EXTENSIONS: Final = frozenset({0, 43, 60, 135, 139, 140})
"""Extension headers that have their length in units of 8 octets beyond the first. RFC 6564, section 4."""

FIN: Final = 0x01
SYN: Final = 0x02
RST: Final = 0x04
ACK: Final = 0x10


class End(NamedTuple):
    """One end of a TCP connection, in octets: quick to compare."""

    address: bytes
    port: int

    def endpoint(self) -> Endpoint:
        """Return the same for people."""
        kind = IPv4Address if len(self.address) == 4 else IPv6Address
        return Endpoint(str(kind(self.address)), self.port)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A TCP segment. RFC 9293, section 3.1."""

    source: End
    destination: End
    sequence: int
    acknowledged: int | None
    """The acknowledgment number, if it has one."""
    flags: int
    data: bytes
    missing: int = 0
    """Octets behind ``data`` that the packet had and the capture has not."""


class Unread(Enum):
    """Why there is no segment to be had from a packet; the value says so to people."""

    LINK = "a link that is not read"
    FRAGMENT = "a fragment of an IP packet"
    CUT_SHORT = "captured without all of its TCP header"
    OTHER = "no TCP"


def segment_of(link: int, octets: bytes) -> Segment | Unread:
    """Return the segment in a packet, or why there is none."""
    at = _internet_layer(link, octets)
    if isinstance(at, Unread):
        return at
    if at >= len(octets):
        return Unread.OTHER
    version = octets[at] >> 4
    return _ipv4(octets, at) if version == 4 else _ipv6(octets, at) if version == 6 else Unread.OTHER


def _internet_layer(link: int, octets: bytes) -> int | Unread:
    """Return where the IP header stands."""
    if link in _IP:
        return 0
    if link in (_NULL, _LOOP):
        return 4
    if link == _ETHERNET:
        return _behind_tags(octets, 12)
    if link == _PPP:
        return _behind_ppp(octets, 2 if octets[:2] == b"\xff\x03" else 0)
    if link == _HDLC:
        return _behind_tags(octets, 2)
    if link == _LINUX_SLL:
        return _behind_tags(octets, 14)
    if link == _LINUX_SLL2:
        at = _behind_tags(octets[:2] + octets[20:], 0)
        return at if isinstance(at, Unread) else at + 18
    return Unread.LINK


def _behind_tags(octets: bytes, at: int) -> int | Unread:
    """Return what stands behind the ether type at an offset, behind VLAN tags and MPLS labels, too."""
    kind = int.from_bytes(octets[at : at + 2], "big")
    at += 2
    while kind in _VLAN:
        kind = int.from_bytes(octets[at + 2 : at + 4], "big")
        at += 4
    if kind == _MPLS:
        while at + 4 <= len(octets):
            at += 4
            if octets[at - 2] & 1:  # the bottom of the stack
                return at
    return at if kind in (_IPV4, _IPV6) else Unread.OTHER


def _behind_ppp(octets: bytes, at: int) -> int | Unread:
    """Return what stands behind the protocol field of PPP: an octet, if that is odd, else two. RFC 1661, section 2."""
    start = at + 1 if octets[at : at + 1] and octets[at] & 1 else at + 2
    return start if int.from_bytes(octets[at:start], "big") in (_PPP_IPV4, _PPP_IPV6) else Unread.OTHER


def _ipv4(octets: bytes, at: int) -> Segment | Unread:
    """Read an IPv4 packet. RFC 791, section 3.1."""
    start = at + (octets[at] & 0xF) * 4
    if len(octets) < at + 20 or start < at + 20:
        return Unread.CUT_SHORT if len(octets) < at + 20 else Unread.OTHER
    if octets[at + 9] != _TCP:
        return Unread.OTHER
    if int.from_bytes(octets[at + 6 : at + 8], "big") & 0x3FFF:  # more fragments, or an offset
        return Unread.FRAGMENT
    # A length of 0 is what a network card was to fill in: the packet was captured before.
    total = int.from_bytes(octets[at + 2 : at + 4], "big") or len(octets) - at
    return _tcp(octets, start, at + total, octets[at + 12 : at + 16], octets[at + 16 : at + 20])


def _ipv6(octets: bytes, at: int) -> Segment | Unread:
    """Read an IPv6 packet, and its extension headers. RFC 8200, sections 3 and 4."""
    start = at + 40
    if len(octets) < start:
        return Unread.CUT_SHORT
    stop = start + (int.from_bytes(octets[at + 4 : at + 6], "big") or len(octets) - start)
    kind = octets[at + 6]
    while kind != _TCP:
        if len(octets) < start + 8:
            return Unread.OTHER
        if kind == _FRAGMENT:
            if int.from_bytes(octets[start + 2 : start + 4], "big") & 0xFFF9:
                return Unread.FRAGMENT
            length = 8
        elif kind == _AUTHENTICATION:
            length = (octets[start + 1] + 2) * 4
        elif kind in _PLAIN_EXTENSIONS:
            length = (octets[start + 1] + 1) * 8
        else:
            return Unread.OTHER
        kind, start = octets[start], start + length
    return _tcp(octets, start, stop, octets[at + 8 : at + 24], octets[at + 24 : at + 40])


def _tcp(octets: bytes, start: int, stop: int, source: bytes, destination: bytes) -> Segment | Unread:
    """Read a TCP header; the IP packet ends at ``stop``, which may lie beyond what was captured."""
    if len(octets) < start + 20:
        return Unread.CUT_SHORT
    data_start = start + (octets[start + 12] >> 4) * 4
    if not start + 20 <= data_start <= stop:
        return Unread.OTHER
    flags = octets[start + 13]
    return Segment(
        source=End(source, int.from_bytes(octets[start : start + 2], "big")),
        destination=End(destination, int.from_bytes(octets[start + 2 : start + 4], "big")),
        sequence=int.from_bytes(octets[start + 4 : start + 8], "big"),
        acknowledged=int.from_bytes(octets[start + 8 : start + 12], "big") if flags & ACK else None,
        flags=flags,
        data=octets[data_start:stop],
        missing=stop - max(data_start, len(octets)) if stop > len(octets) else 0,
    )
