"""Connections that the kernel tracks, and their end where they are denied now. Linux only; blocks.

linux/netfilter/nfnetlink_conntrack.h, netlink(7).
"""

import struct
from collections.abc import Callable, Iterable, Iterator
from enum import IntEnum
from ipaddress import ip_address
from typing import Final, NamedTuple

from bgpkit_node.nft import uapi
from bgpkit_node.nft.answers import Attributes, attributes
from bgpkit_node.nft.conditions import ICMP
from bgpkit_node.nft.element import Element, of_flow
from bgpkit_node.nft.host_chains import ENDED
from bgpkit_node.nft.kernel_table import KernelTable
from bgpkit_node.nft.netfilter_socket import NetfilterSocket
from bgpkit_node.nft.octets import add_elements, attribute, message
from bgpkit_node.nft.table import FIXED_SETS
from bgpkit_node.policy import Packet
from bgpkit_node.policy.model import Address, IcmpMatch
from bgpkit_node.policy.program import AddressPort

_SUBSYSTEM: Final = 1
_GET: Final = _SUBSYSTEM << 8 | 1
_DELETE: Final = _SUBSYSTEM << 8 | 2
_FAMILIES: Final = {4: 2, 6: 10}


class _Attribute(IntEnum):
    """CTA_*; those of different objects share numbers."""

    ORIGINAL = 1
    REPLY = 2
    ID = 12
    ZONE = 18
    IP = 1
    PROTOCOL = 2
    SOURCE4 = 1
    DESTINATION4 = 2
    SOURCE6 = 3
    DESTINATION6 = 4
    NUMBER = 1
    SOURCE_PORT = 2
    DESTINATION_PORT = 3
    ICMP_TYPE = 5
    ICMP_CODE = 6
    ICMP6_TYPE = 8
    ICMP6_CODE = 9


class _Tracked(NamedTuple):
    """An entry: its first packet as policies see it, what answers it, if that has ports, and its name to the kernel."""

    packet: Packet
    answer: tuple[AddressPort, AddressPort] | None
    name: bytes


def forget_denied(allowed: Callable[[Packet], bool], table: str) -> int:
    """Forget the tracked connections that are not ``allowed``, and return how many.

    Their next packet is one of no connection, so that the rules in force decide over it. All others go on. What still
    answers one that was cut begins no other, which might be allowed, and with it all that answers in turn: ``table``
    remembers the ports for a while.
    """
    tracking = NetfilterSocket()
    try:
        denied = [entry for entry in list(_tracked(tracking)) if not allowed(entry.packet)]
        _remember(table, denied)
        for entry in denied:
            _forget(tracking, entry)
        return len(denied)
    finally:
        tracking.close()


def _remember(table: str, denied: Iterable[_Tracked]) -> None:
    """Note the answers of connections: first, so that none of them comes between."""
    ended: dict[int, set[Element]] = {version: set() for version in ENDED}
    for entry in denied:
        if entry.answer is not None:
            ended[entry.packet.source.version].add(of_flow(*entry.answer))
    requests = [
        request
        for version, elements in ended.items()
        for request in add_elements(table, ENDED[version], FIXED_SETS[ENDED[version]][0], elements)
    ]
    if requests:
        with KernelTable(table) as kernel:
            kernel.commit(requests)


def _tracked(tracking: NetfilterSocket) -> Iterator[_Tracked]:
    found = tracking.dump(lambda number: message(_GET, uapi.REQUEST | uapi.DUMP, number, b"", uapi.UNSPECIFIED))
    for entry in found:
        if _Attribute.ORIGINAL in entry and _Attribute.REPLY in entry:
            named = [kind for kind in (_Attribute.ID, _Attribute.ZONE) if kind in entry]
            name = attribute(_Attribute.ORIGINAL | uapi.NESTED, entry[_Attribute.ORIGINAL])
            name += b"".join(attribute(kind, entry[kind]) for kind in named)
            yield _Tracked(_packet(entry), _answer(_nested(entry, _Attribute.REPLY)), name)


def _answer(reply: Attributes) -> tuple[AddressPort, AddressPort] | None:
    """Return both ends of the packets that answer, the sender first; None where they have no ports."""
    ports = _nested(reply, _Attribute.PROTOCOL)
    sender, receiver = _port(ports, _Attribute.SOURCE_PORT), _port(ports, _Attribute.DESTINATION_PORT)
    if sender is None or receiver is None:
        return None
    protocol = ports.get(_Attribute.NUMBER, b"\0")[0]
    return AddressPort(_source(reply), protocol, sender), AddressPort(_destination(reply), protocol, receiver)


def _packet(entry: Attributes) -> Packet:
    """Return the first packet as it is after its destination was translated, to where replies come from."""
    original, reply = _nested(entry, _Attribute.ORIGINAL), _nested(entry, _Attribute.REPLY)
    source, destination = _source(original), _source(reply)
    first, answer = _nested(original, _Attribute.PROTOCOL), _nested(reply, _Attribute.PROTOCOL)
    protocol = first.get(_Attribute.NUMBER, b"\0")[0]
    if protocol in ICMP.values():
        kinds = _ICMP_KINDS[source.version]
        kind, code = (first.get(each, b"\0")[0] for each in kinds)
        return Packet(source=source, destination=destination, protocol=protocol, icmp=IcmpMatch(kind, code))
    port, called = (
        _port(answer, _Attribute.SOURCE_PORT),
        (_destination(original), _port(first, _Attribute.DESTINATION_PORT)),
    )
    return Packet(
        source=source,
        destination=destination,
        protocol=protocol,
        port=port,
        source_port=_port(first, _Attribute.SOURCE_PORT),
        called=None if called == (destination, port) else called,
    )


_ICMP_KINDS: Final = {
    4: (_Attribute.ICMP_TYPE, _Attribute.ICMP_CODE),
    6: (_Attribute.ICMP6_TYPE, _Attribute.ICMP6_CODE),
}


def _source(side: Attributes) -> Address:
    ends = _nested(side, _Attribute.IP)
    return ip_address(ends.get(_Attribute.SOURCE4) or ends[_Attribute.SOURCE6])


def _destination(side: Attributes) -> Address:
    ends = _nested(side, _Attribute.IP)
    return ip_address(ends.get(_Attribute.DESTINATION4) or ends[_Attribute.DESTINATION6])


def _port(protocol: Attributes, kind: _Attribute) -> int | None:
    octets = protocol.get(kind)
    port: int | None = struct.unpack(">H", octets)[0] if octets else None
    return port


def _nested(holder: Attributes, kind: int) -> Attributes:
    return dict(attributes(holder.get(kind, b"")))


def _forget(tracking: NetfilterSocket, entry: _Tracked) -> None:
    """Delete an entry; one that has ended meanwhile is no matter."""
    number = tracking.next()
    family = _FAMILIES[entry.packet.source.version]
    tracking.send(message(_DELETE, uapi.REQUEST | uapi.ACK, number, entry.name, family))
    for answer in tracking.answers(number, number):
        if answer.kind == uapi.NLMSG_ERROR:
            return
