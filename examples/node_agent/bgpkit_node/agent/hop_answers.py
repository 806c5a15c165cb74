"""What an agent answers when it is asked what its node does with a packet."""

import asyncio
import re
from collections.abc import Mapping
from contextlib import aclosing, suppress
from ipaddress import ip_address, ip_network
from typing import Final

import msgspec

from bgpkit.fib import PresentRoute, read_table
from bgpkit_node.diagnosis import Hop, OuterHeader
from bgpkit_node.errors import NodeError
from bgpkit_node.ipam import IPAddress
from bgpkit_node.kernel import KernelError, Netlink, read_sysctl
from bgpkit_node.tunnels.outer_headers import outer_header

_DEVICE: Final = re.compile(r"\bdev (\S+)")
_GATEWAY: Final = re.compile(r"\bvia (\S+)")
POD_DEVICE: Final = "cali"
"""What the names of pods' interfaces on the node begin with."""
_TTLS: Final = {4: "ipv4/ip_default_ttl", 6: "ipv6/conf/default/hop_limit"}


class HopAnswers:
    """Answers for the kernel of one node."""

    def __init__(self, node: str) -> None:
        """Answer for ``node``, in whose network namespace the process runs."""
        self._node = node

    async def hop(self, request: Mapping[str, object]) -> dict[str, object]:
        """Tell what becomes of a packet ``to`` an address that has come ``from`` one: a pod's or a neighbour's."""
        source, destination = asked_address(request, "from"), asked_address(request, "to")
        back, route = await longest_matches(source, destination)
        own_source, own = await asyncio.to_thread(are_own, source, destination)
        device, gateway = _way(route)
        arrives, _ = _way(back)
        ttl = await asyncio.to_thread(_own_ttl, destination.version)
        answer = Hop(
            node=self._node,
            arrives_by="" if own_source else arrives,
            own=own,
            route="" if route is None else in_words(route),
            device=device,
            gateway=gateway,
            to_pod=device.startswith(POD_DEVICE),
            outer=await _outer(device, gateway, ttl),
            ttl=ttl,
        )
        told: dict[str, object] = msgspec.to_builtins(answer)
        return told


async def _outer(device: str, gateway: str, ttl: int) -> OuterHeader | None:
    """Return what is put around a packet, and by which route it leaves then; None: nothing. NodeError."""
    outer = await asyncio.to_thread(_read_outer, device, gateway, ttl)
    if outer is None or not outer.destination:
        return outer
    (route,) = await longest_matches(ip_address(outer.destination))
    below, towards = _way(route)
    words = "" if route is None else in_words(route)
    mtu = await asyncio.to_thread(_mtu, below)
    return msgspec.structs.replace(outer, route=words, device=below, device_mtu=mtu, gateway=towards)


def _read_outer(device: str, gateway: str, ttl: int) -> OuterHeader | None:
    try:
        with Netlink() as netlink:
            return outer_header(netlink, device, ip_address(gateway) if gateway else None, ttl) if device else None
    except KernelError as error:
        raise NodeError(f"how {device} wraps packets cannot be read: {error}") from error


def _mtu(device: str) -> int:
    with suppress(KernelError), Netlink() as netlink:
        link = netlink.link(device)
        return link.mtu if link is not None else 0
    return 0


def _way(route: PresentRoute | None) -> tuple[str, str]:
    """Return the interface and the next hop of a route; empty where it has none."""
    words = "" if route is None else route.words
    device, gateway = _DEVICE.search(words), _GATEWAY.search(words)
    return device[1] if device else "", gateway[1] if gateway else ""


def asked_address(request: Mapping[str, object], name: str) -> IPAddress:
    """Return the address called ``name`` in a request; NodeError when it is none."""
    try:
        return ip_address(str(request.get(name, "")))
    except ValueError as error:
        raise NodeError(str(error)) from error


async def longest_matches(*addresses: IPAddress) -> tuple[PresentRoute | None, ...]:
    """Return, for each address, the route of the main table that the kernel takes for it: the longest match."""
    best: dict[IPAddress, PresentRoute] = {}
    async with aclosing(read_table()) as routes:
        async for route in routes:
            network = ip_network(str(route.prefix))
            for address in addresses:
                found = best.get(address)
                longer = found is None or route.prefix.length > found.prefix.length
                if longer and address.version == network.version and address in network:
                    best[address] = route
    return tuple(best.get(address) for address in addresses)


def in_words(route: PresentRoute) -> str:
    """Return a route as ``ip route`` writes it, nearly."""
    return f"{route.prefix} {route.words} proto {route.protocol_name}"


def are_own(*addresses: IPAddress) -> tuple[bool, ...]:
    """Tell of each address whether the node has it itself; blocks. NodeError when that cannot be read."""
    try:
        with Netlink() as netlink:
            return tuple(netlink.link_with(address) is not None for address in addresses)
    except KernelError as error:
        raise NodeError(f"the addresses of the node cannot be read: {error}") from error


def _own_ttl(version: int) -> int:
    try:
        return int(read_sysctl(_TTLS[version]))
    except (KernelError, ValueError):
        return 64
