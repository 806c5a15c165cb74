"""Who may send wrapped packets to a node: the nodes of its cluster, and for a while those that were. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from math import inf
from typing import Final

from bgpkit_node.kernel import Network
from bgpkit_node.nat.outgoing import addresses_of
from bgpkit_node.resources import FelixSettings, Node
from bgpkit_node.tunnels.tunnel import Tunnel

LINGER: Final = 30.0
"""Seconds for which packets still come from nodes that have not heard of a change yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """From whom wrapped packets are taken; whatever else is wrapped so is dropped. The default lets all pass."""

    tunnels: frozenset[Tunnel] = frozenset()
    senders: frozenset[Network] = frozenset()
    """No two overlap."""
    port: int = 0
    """The UDP port of VXLAN."""


class Senders:
    """Remembers for a while the addresses that were nodes'."""

    def __init__(self) -> None:
        """Know no node."""
        self._present: frozenset[Network] = frozenset()
        self._gone: dict[Network, float] = {}
        """Those that are no node's any more, and until when packets still come from there."""

    def guard(
        self, tunnels: Iterable[Tunnel], node: Node, nodes: Iterable[Node], settings: FelixSettings, now: float
    ) -> Guard:
        """Return what is to be kept on ``node`` for ``tunnels`` at the time ``now``, in seconds.

        Its own address is none from which packets come. What a FelixConfiguration names beside is believed, too.
        """
        others = (one for one in nodes if one.name != node.name)
        present = frozenset(ip_network(address) for one in others for address in addresses_of(one))
        self._gone |= dict.fromkeys(self._present - present, now + LINGER)
        self._gone = {one: until for one, until in self._gone.items() if now < until and one not in present}
        self._present = present
        external = (ip_network(text, strict=False) for text in settings.external_nodes_list)
        known = [*present, *self._gone, *external]
        four = collapse_addresses(one for one in known if isinstance(one, IPv4Network))
        six = collapse_addresses(one for one in known if isinstance(one, IPv6Network))
        return Guard(tunnels=frozenset(tunnels), senders=frozenset([*four, *six]), port=settings.vxlan_port)

    def next_look(self, now: float) -> float:
        """Return the seconds until an address is to be forgotten; infinity when there is none."""
        return min((until - now for until in self._gone.values()), default=inf)
