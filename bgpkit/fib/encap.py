"""What a next hop may wrap packets in before they leave: lightweight tunnels. ip-route(8), ``encap``.

The text of each is in the words of ip-route(8), so that it can be given to ``ip route``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address
from typing import Final, TypeAlias

from bgpkit.fib.wrong_kinds import refuse_wrong_kinds

_LABELS: Final = 30
"""Labels that the kernel pushes at most."""
_IMPLICIT_NULL: Final = 3
_SEGMENTS: Final = 126
"""Segments for which the length of a routing header has room: RFC 8754, section 2."""


class Seg6Mode(IntEnum):
    """How segments get into a packet; the numbers are those of linux/seg6_iptunnel.h."""

    INLINE = 0
    """Into the packet itself, which must be IPv6."""
    ENCAP = 1
    """Into a new IPv6 header round the packet."""
    ENCAP_RED = 3
    """Likewise, the first segment left out of the routing header: RFC 8986, section 5.2. Linux 6.0."""

    @property
    def word(self) -> str:
        """The mode in the words of ip-route(8)."""
        return self.name.lower().replace("_", ".")


@dataclass(frozen=True, slots=True, kw_only=True)
class IpEncap:
    """Metadata for a tunnel device in external mode (VXLAN, Geneve, GRE, IPIP); ValueError for what cannot be."""

    destination: IPv4Address | IPv6Address
    """The other end of the tunnel; its family is that of the outer header."""
    source: IPv4Address | IPv6Address | None = None
    """None: the kernel's choice."""
    tunnel_id: int = 0
    """VXLAN network identifier, GRE key and the like, an unsigned 64-bit number."""
    ttl: int = 0
    """TTL or hop limit of the outer header; 0: that of the device."""
    tos: int = 0
    """TOS or traffic class of the outer header."""
    key: bool = False
    """GRE: write ``tunnel_id`` into the packet as its key."""
    checksum: bool = False
    """Write a checksum: that of GRE, or of the outer UDP header."""
    sequence: bool = False
    """GRE: number the packets."""

    def __post_init__(self) -> None:
        """Refuse what the kernel would refuse, or would take for something else."""
        refuse_wrong_kinds(self, "encap ip")
        for name, address in (("destination", self.destination), ("source", self.source)):
            if address is not None:
                _check_address(f"encap ip: {name}", address)
        if self.source is not None and self.source.version != self.destination.version:
            raise ValueError(f"encap ip: source {self.source} is not of the family of destination {self.destination}")
        if not 0 <= self.tunnel_id < 1 << 64:
            raise ValueError(f"encap ip: tunnel id {self.tunnel_id} is not an unsigned 64-bit number")
        for name, number in (("TTL", self.ttl), ("TOS", self.tos)):
            if not 0 <= number <= 255:
                raise ValueError(f"encap ip: {name} {number} is not within 0 to 255")

    def __str__(self) -> str:
        """Return the words of ip-route(8), such as ``encap ip id 77 dst 10.9.9.9 ttl 64``."""
        return " ".join(self._words())

    def _words(self) -> Iterator[str]:
        wide = self.destination.version == 6
        yield "encap ip6" if wide else "encap ip"
        if self.tunnel_id:
            yield f"id {self.tunnel_id}"
        if self.source is not None:
            yield f"src {self.source}"
        yield f"dst {self.destination}"
        if self.ttl:
            yield f"hoplimit {self.ttl}" if wide else f"ttl {self.ttl}"
        if self.tos:
            yield f"tc {self.tos:#x}" if wide else f"tos {self.tos:#x}"
        for word, said in (("key", self.key), ("csum", self.checksum), ("seq", self.sequence)):
            if said:
                yield word


@dataclass(frozen=True, slots=True)
class MplsEncap:
    """MPLS labels pushed onto a packet; ValueError for what cannot be. RFC 3032."""

    labels: tuple[int, ...]
    """The outermost first, 1 to 30 of them."""
    ttl: int | None = None
    """TTL of the labels; 0: that of the packet; None: what ``net.mpls.ip_ttl_propagate`` says."""

    def __post_init__(self) -> None:
        """Refuse what the kernel would refuse."""
        refuse_wrong_kinds(self, "encap mpls")
        if not 1 <= len(self.labels) <= _LABELS:
            raise ValueError(f"encap mpls: {len(self.labels)} labels are not within 1 to {_LABELS}")
        for label in self.labels:
            if not 0 <= label < 1 << 20:
                raise ValueError(f"encap mpls: label {label} is not an unsigned 20-bit number")
            if label == _IMPLICIT_NULL:
                raise ValueError("encap mpls: label 3, implicit null, is never sent; leave it out")
        if self.ttl is not None and not 0 <= self.ttl <= 255:
            raise ValueError(f"encap mpls: TTL {self.ttl} is not within 0 to 255")

    def __str__(self) -> str:
        """Return the words of ip-route(8), such as ``encap mpls 100/200 ttl 64``."""
        ttl = f" ttl {self.ttl}" if self.ttl is not None else ""
        return f"encap mpls {'/'.join(map(str, self.labels))}{ttl}"


@dataclass(frozen=True, slots=True)
class Seg6Encap:
    """IPv6 segments to be visited one after the other; ValueError for what cannot be. RFC 8754."""

    segments: tuple[IPv6Address, ...]
    """In the order of the visit, at least one."""
    mode: Seg6Mode = Seg6Mode.ENCAP

    def __post_init__(self) -> None:
        """Refuse what the kernel would refuse."""
        refuse_wrong_kinds(self, "encap seg6")
        if not 1 <= len(self.segments) <= _SEGMENTS:
            raise ValueError(f"encap seg6: {len(self.segments)} segments are not within 1 to {_SEGMENTS}")
        for segment in self.segments:
            _check_address("encap seg6: segment", segment)

    def __str__(self) -> str:
        """Return the words of ip-route(8), such as ``encap seg6 mode encap segs 2001:db8::1,2001:db8::2``."""
        return f"encap seg6 mode {self.mode.word} segs {','.join(map(str, self.segments))}"


Encap: TypeAlias = IpEncap | MplsEncap | Seg6Encap
"""What a next hop may wrap packets in."""


def _check_address(what: str, address: IPv4Address | IPv6Address) -> None:
    if address.is_unspecified:
        raise ValueError(f"{what} {address} is no address of anyone")
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        raise ValueError(f"{what} {address} names a zone")
