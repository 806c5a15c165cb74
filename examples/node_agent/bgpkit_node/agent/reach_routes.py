"""Routes of the kernel to peers that are reached by a router, ``reachableBy`` of a BGPPeer, and to what they tell."""

from collections.abc import Callable, Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TypeAlias

from bgpkit import Path, Prefix
from bgpkit.fib import Fib, KernelRoute, NextHop, gateway_of
from bgpkit_node.peering import Peering

Ways: TypeAlias = NextHop | tuple[NextHop, ...] | None
"""By which neighbours something is reached; None: by none."""


class ReachRoutes:
    """Keeps a route to each such peer, by the router that its BGPPeer names."""

    def __init__(
        self,
        fib: Fib,
        *,
        near: Iterable[IPv4Network | IPv6Network] = (),
        behind: Callable[[Path], Ways] = gateway_of,
    ) -> None:
        """State the routes to ``fib``.

        In the networks ``near`` next hops are neighbours; ``behind`` tells the neighbours on the way to other ones.
        """
        self._fib = fib
        self._near = tuple(near)
        self._behind = behind
        self._present: dict[Prefix, KernelRoute] = {}
        self._gateways: dict[bytes, NextHop] = {}
        """By which router each such peer is reached."""

    @property
    def present(self) -> tuple[Prefix, ...]:
        """The addresses of the peers, in order."""
        return tuple(sorted(self._present))

    def follow(self, peerings: Iterable[Peering]) -> None:
        """Have routes to the peers of ``peerings`` that are to be reached by a router, and no others."""
        wanted = {route.prefix: route for route in map(_route, peerings) if route is not None}
        for prefix in self._present.keys() - wanted.keys():
            self._fib.remove(prefix)
        for prefix, route in wanted.items():
            if self._present.get(prefix) != route:
                self._fib.replace(route)
        if self._present != wanted:
            self._present = wanted
            self._gateways = {route.prefix.address.packed: route.next_hops[0] for route in wanted.values()}
            self._fib.next_hops_changed()

    def via(self, path: Path) -> Ways:
        """Say how ``path`` is forwarded: by its next hop, or by what that is reached by, as the kernel wants it."""
        known = self._gateways.get(path.next_hop)
        if known is not None:
            return known
        hop = gateway_of(path)
        if hop is None:
            return None
        if hop.gateway is None or hop.gateway.is_link_local or any(hop.gateway in network for network in self._near):
            return hop
        return self._behind(path)


def _route(peering: Peering) -> KernelRoute | None:
    if not peering.spec.reachable_by:
        return None
    gateway = ip_address(peering.spec.reachable_by)
    return KernelRoute(prefix=Prefix.from_network(ip_network(peering.address)), next_hops=(NextHop(gateway=gateway),))
