"""By which device and to which neighbour the path of a block is forwarded. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, TypeAlias

from bgpkit import Path
from bgpkit.fib import NextHop
from bgpkit_node.peering import Cluster
from bgpkit_node.resources import Node
from bgpkit_node.tunnels.encapsulation import Encapsulation, PoolEncapsulations
from bgpkit_node.tunnels.ends import ends_of
from bgpkit_node.tunnels.tunnel import TUNNELS, Tunnel

Forwarding: TypeAlias = NextHop | tuple[NextHop, ...] | None
"""How a path is forwarded: by one neighbour, by several, not at all."""

_Chosen: TypeAlias = dict[bytes, dict[Encapsulation, Forwarding]]
"""The ways to each BGP next hop."""
_LENGTHS: Final = {4: 4, 16: 16, 32: 16}
"""Octets of the address, by those of a BGP next hop; of IPv6 a link-local one may follow. RFC 2545, section 3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that decides about ways, at one moment."""

    pools: PoolEncapsulations = field(default_factory=PoolEncapsulations)
    subnets: tuple[IPv4Network | IPv6Network, ...] = ()
    """Those of the own node, in which it reaches others without a router."""
    ends: Mapping[Tunnel, Mapping[IPv4Address | IPv6Address, NextHop]] = field(
        default_factory=dict[Tunnel, Mapping[IPv4Address | IPv6Address, NextHop]]
    )
    """The ways that are ready, by the address of the node to which they lead."""

    @classmethod
    def of(cls, cluster: Cluster, node: Node, ready: Iterable[Tunnel]) -> "Situation":
        """Return that of ``node``, whose devices for ``ready`` are as they should be."""
        present = frozenset(ready)
        return cls(
            pools=PoolEncapsulations(cluster.pools),
            subnets=tuple(own.network for own in (node.ipv4, node.ipv6) if own is not None),
            ends={
                tunnel: {
                    end.node: NextHop(end.gateway, tunnel.device, onlink=tunnel.version == 4)
                    for end in ends_of(tunnel, node.name, cluster.nodes, cluster.pools)
                }
                for tunnel in TUNNELS
                if tunnel in present
            },
        )

    def is_near(self, address: IPv4Address | IPv6Address) -> bool:
        """Tell whether ``address`` is in a subnet of the own node."""
        return any(address.version == subnet.version and address in subnet for subnet in self.subnets)


class TunnelWays:
    """Chooses the way of each path by the pool that its prefix is in and the node that it leads to.

    A tunnel is taken once both of its ends are ready. Until then packets go as they went, which the other node still
    understands; where nothing went before, and to who is no node, they go unwrapped.
    """

    def __init__(self, direct: Callable[[Path], Forwarding]) -> None:
        """Send packets that are not wrapped by ``direct``."""
        self._direct = direct
        self._before: _Chosen = {}
        self._now: _Chosen = {}
        self.situation = Situation()

    @property
    def in_use(self) -> frozenset[NextHop]:
        """The ways of routes; a Fib may have asked for others, that it has no more."""
        return frozenset(hop for ways in self._taken().values() for way in ways.values() for hop in _several(way))

    def take(self, situation: Situation) -> None:
        """Decide by ``situation`` from now on; all that is in use is to be asked for anew."""
        if self._now:
            self._before, self._now = self._taken(), {}
        self.situation = situation

    def via(self, encapsulation: Encapsulation) -> Callable[[Path], Forwarding]:
        """Return what chooses for the paths to prefixes with which ``encapsulation`` is done."""
        return partial(self.way, encapsulation)

    def way(self, encapsulation: Encapsulation, path: Path) -> Forwarding:
        """Return how ``path`` is forwarded; None: not at all at present."""
        next_hop = path.next_hop
        address = ip_address(next_hop[: _LENGTHS.get(len(next_hop), 0)]) if len(next_hop) in _LENGTHS else None
        chosen = self._direct(path) if address is None else self._choose(encapsulation, path, address)
        self._now.setdefault(next_hop, {})[encapsulation] = chosen
        return chosen

    def _taken(self) -> _Chosen:
        """Return the ways that have been chosen since the situation changed, without those that no pool is for."""
        present = self.situation.pools.present
        return {
            next_hop: {encapsulation: way for encapsulation, way in ways.items() if encapsulation in present}
            for next_hop, ways in self._now.items()
        }

    def _choose(self, encapsulation: Encapsulation, path: Path, address: IPv4Address | IPv6Address) -> Forwarding:
        tunnel = encapsulation.tunnel
        if tunnel is not None and not (encapsulation.cross_subnet and self.situation.is_near(address)):
            end = self.situation.ends.get(tunnel, {}).get(address)
            way = end or self._way_before(encapsulation, path.next_hop)
            if way:
                return way
        return self._direct(path)

    def _way_before(self, encapsulation: Encapsulation, next_hop: bytes) -> Forwarding:
        """Return the way that was taken to ``next_hop``, for the same prefixes if they are known, else by a tunnel."""
        before = self._before.get(next_hop, {})
        wrapped = (way for other, way in before.items() if other.tunnel is not None and way)
        return before.get(encapsulation) or next(wrapped, None)


def _several(way: Forwarding) -> tuple[NextHop, ...]:
    if way is None:
        return ()
    return (way,) if isinstance(way, NextHop) else way
