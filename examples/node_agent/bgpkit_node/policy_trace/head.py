"""The headers of a packet as far as a trace tells of them. RFC 791, RFC 8200."""

import struct
from ipaddress import ip_address
from typing import Final, NamedTuple

from bgpkit_node.policy.model import Address, IcmpMatch

_WITH_PORTS: Final = frozenset({6, 17, 132, 136})
_ICMP: Final = frozenset({1, 58})
_FIRST: Final = {4: 20, 6: 40}
"""Octets of an IP header, without options."""
_PORTS: Final = struct.Struct(">HH")
_FRAGMENT: Final = 0x1FFF


class Head(NamedTuple):
    """Who sends what to whom; ports where the protocol has them, ``icmp`` of an ICMP message."""

    source: Address
    destination: Address
    protocol: int
    source_port: int | None = None
    port: int | None = None
    icmp: IcmpMatch | None = None


def head_of(network: bytes, transport: bytes) -> Head | None:
    """Read a head from the beginnings of both headers; None when they are of no IP packet."""
    version = network[0] >> 4 if network else 0
    if version not in _FIRST or len(network) < _FIRST[version]:
        return None
    if version == 4:
        later = struct.unpack_from(">H", network, 6)[0] & _FRAGMENT
        protocol, ends, length = network[9], network[12:20], 4
    else:
        protocol, ends, later, length = network[6], network[8:40], 0, 16
    head = Head(ip_address(ends[:length]), ip_address(ends[length:]), protocol)
    if later or len(transport) < _PORTS.size:
        return head
    if protocol in _WITH_PORTS:
        source_port, port = _PORTS.unpack_from(transport)
        return head._replace(source_port=source_port, port=port)
    return head._replace(icmp=IcmpMatch(transport[0], transport[1])) if protocol in _ICMP else head
