"""The addresses that a node's agent starts with: decided, on this machine, and no other node's."""

import asyncio
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Interface, IPv6Interface
from typing import NamedTuple

from bgpkit_node.errors import NodeError
from bgpkit_node.resources import Node, ResourceStore
from bgpkit_node.startup.address_wish import AddressWish, check_here, decided
from bgpkit_node.startup.autodetection import IPInterface
from bgpkit_node.startup.interfaces import host_interfaces


class OwnAddresses(NamedTuple):
    """A node's addresses with their subnets."""

    ipv4: IPv4Interface | None
    ipv6: IPv6Interface | None = None


async def own_addresses(store: ResourceStore, name: str, ipv4: AddressWish, ipv6: AddressWish) -> OwnAddresses:
    """Return the addresses that node ``name`` is to have on this machine.

    Raises NodeError, one sentence, when there are none such, and when another node in ``store`` has one of them.
    """
    nodes = await store.list(Node)
    return await asyncio.to_thread(_decided, name, nodes, ipv4, ipv6)


def _decided(name: str, nodes: Sequence[Node], ipv4: AddressWish, ipv6: AddressWish) -> OwnAddresses:
    interfaces = host_interfaces()
    present = next((node for node in nodes if node.name == name), None)
    pairs = [(wish, decided(wish, present, interfaces)) for wish in (ipv4, ipv6)]
    for wish, address in pairs:
        if address is not None:
            _refuse_double(name, wish, address, nodes)
            check_here(wish, address, interfaces)
    four = next((address for _, address in pairs if isinstance(address, IPv4Interface)), None)
    six = next((address for _, address in pairs if isinstance(address, IPv6Interface)), None)
    if four is None and six is None:
        raise NodeError(
            "an agent needs an address: --ip none is for a node with IPv6 alone, so name one with --ip6, "
            "or say --ip6 autodetect"
        )
    return OwnAddresses(four, six)


def _refuse_double(name: str, wish: AddressWish, address: IPInterface, nodes: Iterable[Node]) -> None:
    for node in nodes:
        if node.name != name and address.ip in {own.ip for own in (node.ipv4, node.ipv6) if own is not None}:
            raise NodeError(
                f"Node({name}) and Node({node.name}) cannot both have the address {address.ip}: give this one another "
                f"({wish.option}), or delete Node({node.name}) if it is this machine's former name"
            )
