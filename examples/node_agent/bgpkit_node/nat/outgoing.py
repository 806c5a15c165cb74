"""Which packets leave a node under an address that is not their pod's: what pools, nodes and settings come to. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, collapse_addresses, ip_address, ip_network
from typing import Final, Self

from bgpkit_node.policy.model import Address, Network
from bgpkit_node.resources import FelixSettings, IPPool, Node, PoolUse
from bgpkit_node.resources.address_text import parse_interface, parse_port_range

_AND_HOSTS: Final = "ippoolsandhostips"
_NO_PODS: Final = (PoolUse.LOAD_BALANCER,)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingNat:
    """What is to be translated on one node; the default is nothing.

    A packet from ``sources`` to what is not in ``untouched`` leaves with ``address``, or without one with that of the
    interface by which it leaves, and with a source port out of ``ports`` where they are given. Only what leaves by
    an ``interface`` is translated; that is a name, one that ends in ``*`` stands for all that begin so, and the
    empty text for all. No two networks overlap.
    """

    sources: frozenset[Network] = frozenset()
    untouched: frozenset[Network] = frozenset()
    ports: tuple[int, int] | None = None
    address: IPv4Address | None = None
    interface: str = ""

    @classmethod
    def of(cls, pools: Iterable[IPPool], nodes: Iterable[Node], settings: FelixSettings) -> Self:
        """Return what the pools of a cluster ask for, on a node with these settings.

        Every pool is left untouched, a disabled one, too: it may have pods, and it is the way to name ranges outside
        that are to see the addresses of pods. One for load balancers alone counts for nothing.
        """
        known = [pool for pool in pools if pool.spec.allowed_uses != _NO_PODS]
        sources = _joined(pool.network for pool in known if pool.spec.nat_outgoing)
        if not sources:
            return cls()
        untouched: list[Network] = [pool.network for pool in known]
        if settings.nat_outgoing_exclusions.lower() == _AND_HOSTS:
            untouched += [ip_network(address) for node in nodes for address in addresses_of(node)]
        return cls(
            sources=sources,
            untouched=_joined(untouched),
            ports=_ports(str(settings.nat_port_range)),
            address=IPv4Address(settings.nat_outgoing_address) if settings.nat_outgoing_address else None,
            interface=_interface(settings.iptables_nat_outgoing_interface_filter),
        )

    def translates(self, source: Address, destination: Address, leaves: str) -> bool:
        """Tell whether a packet that begins a connection gets another source as it leaves by interface ``leaves``."""
        begins = self.interface.removesuffix("*")
        by = leaves.startswith(begins) if self.interface.endswith("*") else self.interface in {"", leaves}
        inside = any(destination in network for network in self.untouched)
        return by and not inside and any(source in network for network in self.sources)


def addresses_of(node: Node) -> frozenset[IPv4Address | IPv6Address]:
    """Return the addresses of a node: those for BGP, and the others that it names."""
    own = [interface.ip for interface in (node.ipv4, node.ipv6) if interface is not None]
    return frozenset([*own, *(ip_address(parse_interface(each.address).ip) for each in node.spec.addresses)])


def _joined(networks: Iterable[Network]) -> frozenset[Network]:
    """Return the same addresses as networks that do not overlap."""
    known = list(networks)
    return frozenset(
        [
            *collapse_addresses(network for network in known if network.version == 4),
            *collapse_addresses(network for network in known if network.version == 6),
        ]
    )


def _ports(text: str) -> tuple[int, int] | None:
    """Return the first and the last port; port 0 stands for none."""
    if not text:
        return None
    ports = parse_port_range(text)
    return (max(1, ports[0]), ports[-1]) if ports[-1] else None


def _interface(text: str) -> str:
    """Return a filter of interfaces as nft says it: iptables has ``+`` where nft has ``*``."""
    return f"{text[:-1]}*" if text.endswith("+") else text
