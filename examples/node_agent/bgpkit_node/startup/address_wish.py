"""What an operator says of a node's own address, and how that becomes one."""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from ipaddress import ip_address
from typing import NamedTuple

from bgpkit_node.errors import NodeError
from bgpkit_node.ipam import IPAddress
from bgpkit_node.resources import Node
from bgpkit_node.resources.address_text import parse_interface
from bgpkit_node.resources.node import NodeAddressType
from bgpkit_node.startup.autodetection import FIRST_FOUND, IPInterface, KubernetesInternalIp, Method, candidates
from bgpkit_node.startup.host_interface import HostInterface
from bgpkit_node.startup.router_id import BY_ADDRESS, RouterId

_FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}
_ANY_PORT = 80
_ALONE = {4: " (a node with IPv6 alone: --ip none --ip6 autodetect)", 6: ""}


class AddressSource(Enum):
    """Where an address comes from."""

    KEPT = "kept"
    """The datastore; an IPv4 address that is not there is found out."""
    FOUND = "autodetect"
    NONE = "none"
    GIVEN = "given"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressWish:
    """The wish for a node's address of one IP ``version``, 4 or 6."""

    version: int
    source: AddressSource = AddressSource.KEPT
    given: IPInterface | None = None
    bare: bool = False
    """Whether ``given`` came without a subnet: it is that of the interface then."""
    method: Method = FIRST_FOUND
    """How it is found out."""

    @property
    def option(self) -> str:
        """The option with which one address is named."""
        return "--ip" if self.version == 4 else "--ip6"


class OwnWish(NamedTuple):
    """What an operator says of the addresses of a node, and of its BGP Identifier."""

    ipv4: AddressWish
    ipv6: AddressWish
    router_id: RouterId = BY_ADDRESS


def parse_address_wish(text: str, version: int, method: Method = FIRST_FOUND) -> AddressWish:
    """Read ``autodetect``, ``none``, or an address with or without its subnet; empty is kept. ValueError."""
    word = text.strip().lower()
    if word in {"", AddressSource.FOUND.value, AddressSource.NONE.value}:
        source = AddressSource(word) if word else AddressSource.KEPT
        return AddressWish(version=version, source=source, method=method)
    example = "10.4.7.11/24" if version == 4 else "fd00:4:7::11/64"
    try:
        given = parse_interface(word, version)
    except ValueError:
        raise ValueError(
            f"{text!r} is not an IPv{version} address with its subnet, such as {example}, nor autodetect, nor none"
        ) from None
    if given.ip.is_unspecified or given.ip.is_multicast or given.ip.is_loopback or given.ip.is_link_local:
        raise ValueError(
            f"{text!r} cannot be the address of a node: name one that other nodes reach, such as {example}"
        )
    return AddressWish(version=version, source=AddressSource.GIVEN, given=given, bare="/" not in word, method=method)


def decided(wish: AddressWish, present: Node | None, interfaces: Sequence[HostInterface]) -> IPInterface | None:
    """Return the address that ``wish`` leads to on a machine with ``interfaces``; None: no address of the version.

    ``present`` is the Node as it stands in the datastore. Blocks when a destination has to be looked up. Raises
    NodeError, one sentence, when there is no such address.
    """
    kept = _kept(present, wish.version)
    match wish.source:
        case AddressSource.NONE:
            return None
        case AddressSource.GIVEN if wish.given is not None:
            return _given(wish, wish.given, interfaces)
        case AddressSource.KEPT if kept is not None:
            return kept
        case AddressSource.KEPT if wish.version == 6:
            return None
        case _:
            return _found(wish, present, interfaces)


def check_here(wish: AddressWish, address: IPInterface, interfaces: Sequence[HostInterface]) -> None:
    """Raise NodeError unless one of the ``interfaces`` has ``address``."""
    if any(found.ip == address.ip for interface in interfaces for found in interface.addresses):
        return
    why = f"({wish.option})"
    if wish.source is AddressSource.KEPT:
        why = f"which is the node's in the datastore (say {wish.option} autodetect to find out its new one)"
    raise NodeError(f"no interface of this machine has the address {address.ip} {why}; there is {_shown(interfaces)}")


def _kept(node: Node | None, version: int) -> IPInterface | None:
    if node is None:
        return None
    return node.ipv4 if version == 4 else node.ipv6


def _given(wish: AddressWish, given: IPInterface, interfaces: Sequence[HostInterface]) -> IPInterface:
    if not wish.bare:
        return given
    here = (found for interface in interfaces for found in interface.addresses if found.ip == given.ip)
    return next(here, given)


def _found(wish: AddressWish, present: Node | None, interfaces: Sequence[HostInterface]) -> IPInterface:
    internal = _internal(present, wish.version)
    if isinstance(wish.method, KubernetesInternalIp) and internal is None:
        raise NodeError(
            f"the node has no IPv{wish.version} address of type InternalIP among its spec.addresses in the datastore "
            f"({wish.method}): name an address with {wish.option}, or another method"
        )
    fitting = candidates(
        wish.method, wish.version, interfaces, source_to=lambda to: _source_to(to, wish.version), internal=internal
    )
    found = next(fitting, None)
    if found is None:
        raise NodeError(
            f"no interface of this machine has an IPv{wish.version} address to peer from by {wish.method}: name one "
            f"with {wish.option} ADDRESS/LENGTH, or another method{_ALONE[wish.version]}; there is {_shown(interfaces)}"
        )
    return found


def _internal(node: Node | None, version: int) -> IPAddress | None:
    for address in node.spec.addresses if node is not None else ():
        found = parse_interface(address.address).ip
        if address.type is NodeAddressType.INTERNAL_IP and found.version == version:
            return found
    return None


def _source_to(destination: str, version: int) -> IPAddress | None:
    """Return the address with which a packet to ``destination`` would leave; nothing is sent. NodeError."""
    family = _FAMILIES[version]
    try:
        place = socket.getaddrinfo(destination, _ANY_PORT, family, socket.SOCK_DGRAM)[0][4]
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect(place)
            return ip_address(str(probe.getsockname()[0]))
    except socket.gaierror as error:
        reason = error.strerror or "unknown"
        raise NodeError(f"can-reach={destination}: there is no IPv{version} address of that name: {reason}") from error
    except OSError as error:
        raise NodeError(f"can-reach={destination}: this machine has no way there: {error.strerror}") from error


def _shown(interfaces: Sequence[HostInterface]) -> str:
    shown = [
        f"{address} on {interface.name}{'' if interface.up else ' (down)'}"
        for interface in interfaces
        for address in interface.addresses
        if not address.ip.is_loopback
    ]
    return ", ".join(shown) or "none"
