"""Elements of sets and maps as the kernel keeps them, and in nft's words."""

from collections.abc import Iterable
from enum import Enum
from ipaddress import ip_address
from typing import Final, NamedTuple

from bgpkit_node.policy.model import Address, Network
from bgpkit_node.policy.program import AddressPort

NAME_OCTETS: Final = 16
"""Octets of an interface's name, the closing one included."""
_PORT_OCTETS: Final = 8
"""A protocol and a port, each filled up to four octets."""
_PROTOCOL_OCTETS: Final = 4


_FAMILIES: Final = {4: b"\x02", 6: b"\x0a"}
"""NFPROTO_IPV4 and NFPROTO_IPV6."""


class SetType(Enum):
    """What a set holds, as nft declares it."""

    NETWORKS4 = "type ipv4_addr; flags interval;"
    NETWORKS6 = "type ipv6_addr; flags interval;"
    PORTS4 = "type ipv4_addr . inet_proto . inet_service;"
    PORTS6 = "type ipv6_addr . inet_proto . inet_service;"
    SOURCES4 = "type ifname . ipv4_addr;"
    SOURCES6 = "type ifname . ipv6_addr;"
    SOURCE_NETWORKS4 = "type ifname . ipv4_addr; flags interval;"
    SOURCE_NETWORKS6 = "type ifname . ipv6_addr; flags interval;"
    INTERFACES = "type ifname;"
    PAIRS = "type ifname . ifname;"
    FLOWS4 = (
        "type ipv4_addr . inet_proto . inet_service . ipv4_addr . inet_service; flags dynamic, timeout; timeout 10m;"
    )
    FLOWS6 = (
        "type ipv6_addr . inet_proto . inet_service . ipv6_addr . inet_service; flags dynamic, timeout; timeout 10m;"
    )
    VERDICTS = "type ifname : verdict;"
    VERSION_VERDICTS = "type nf_proto : verdict;"

    @property
    def is_interval(self) -> bool:
        """Tell whether elements have a beginning and an end, which the kernel keeps as two elements."""
        return self in {SetType.NETWORKS4, SetType.NETWORKS6}

    @property
    def forgets(self) -> bool:
        """Tell whether the kernel takes elements out by itself, so that nobody knows what such a set has to hold."""
        return self in {SetType.FLOWS4, SetType.FLOWS6}

    @property
    def word(self) -> str:
        """What nft calls it: a map or a set."""
        return "map" if self in {SetType.VERDICTS, SetType.VERSION_VERDICTS} else "set"


class Element(NamedTuple):
    """A key; its ``last`` one if it stands for a range; of a map, the chain that is gone to, and for whom."""

    key: bytes
    last: bytes = b""
    chain: str = ""
    comment: str = ""


def of_network(network: Network) -> Element:
    """Return the element for the addresses of a network."""
    return Element(network.network_address.packed, network.broadcast_address.packed)


def of_address_port(member: AddressPort) -> Element:
    """Return the element for an address, a protocol and a port."""
    number, port = member.protocol.to_bytes(1), member.port.to_bytes(2)
    return Element(member.address.packed + number + bytes(3) + port + bytes(2))


def of_flow(source: AddressPort, destination: AddressPort) -> Element:
    """Return the element for packets of one protocol between two addresses and ports, one way."""
    return Element(of_address_port(source).key + destination.address.packed + destination.port.to_bytes(2) + bytes(2))


def of_interface(name: str) -> Element:
    """Return the element for an interface."""
    return Element(packed_name(name))


def of_hairpin(name: str) -> Element:
    """Return the element for packets that leave by the interface on which they came."""
    return Element(packed_name(name) * 2)


def of_source(name: str, address: Address) -> Element:
    """Return the element for an address that may send on an interface."""
    return Element(packed_name(name) + address.packed)


def of_source_network(name: str, network: Network) -> Element:
    """Return the element for a network that may send on an interface."""
    packed = packed_name(name)
    return Element(packed + network.network_address.packed, packed + network.broadcast_address.packed)


def of_verdict(name: str, chain: str, comment: str) -> Element:
    """Return the element that sends an interface's packets to a chain."""
    return Element(packed_name(name), b"", chain, comment)


def of_version(version: int, chain: str, comment: str) -> Element:
    """Return the element that sends packets of an IP version to a chain."""
    return Element(_FAMILIES[version], b"", chain, comment)


def packed_name(name: str) -> bytes:
    """Return the name of an interface filled up to what the kernel compares."""
    return name.encode().ljust(NAME_OCTETS, b"\0")


def said(kind: SetType, elements: Iterable[Element]) -> str:
    """Return elements in nft's words, in order, with commas between them."""
    return ", ".join(_said(kind, element) for element in sorted(elements))


def _said(kind: SetType, element: Element) -> str:
    key, last = element.key, element.last
    match kind:
        case SetType.NETWORKS4 | SetType.NETWORKS6:
            return _range(key, last)
        case SetType.PORTS4 | SetType.PORTS6:
            rest = key[-_PORT_OCTETS:]
            return f"{_range(key[:-_PORT_OCTETS])} . {rest[0]} . {int.from_bytes(rest[4:6])}"
        case SetType.FLOWS4 | SetType.FLOWS6:
            half = (len(key) - _PORT_OCTETS + _PROTOCOL_OCTETS) // 2
            sender, address, port = key[:-half], key[-half:-_PROTOCOL_OCTETS], key[-_PROTOCOL_OCTETS:]
            return f"{_said(SetType.PORTS4, Element(sender))} . {_range(address)} . {int.from_bytes(port[:2])}"
        case SetType.INTERFACES:
            return _quoted(key)
        case SetType.PAIRS:
            return f"{_quoted(key[:NAME_OCTETS])} . {_quoted(key[NAME_OCTETS:])}"
        case SetType.VERDICTS:
            return f'{_quoted(key)} comment "{element.comment}" : goto {element.chain}'
        case SetType.VERSION_VERDICTS:
            version = next(version for version, family in _FAMILIES.items() if family == key)
            return f'ipv{version} comment "{element.comment}" : goto {element.chain}'
        case _:
            return f"{_quoted(key[:NAME_OCTETS])} . {_range(key[NAME_OCTETS:], last[NAME_OCTETS:])}"


def _range(first: bytes, last: bytes = b"") -> str:
    start = ip_address(first)
    return f"{start}" if last in {b"", first} else f"{start}-{ip_address(last)}"


def _quoted(name: bytes) -> str:
    return f'"{name.rstrip(bytes(1)).decode()}"'
