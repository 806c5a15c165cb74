"""What a speaker cannot change while it lives: AS number, port, addresses, and where it listens."""

from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from typing import Final, NamedTuple, Self

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, Family, Speaker
from bgpkit.bfd import BfdService
from bgpkit_node.errors import NodeError
from bgpkit_node.peering import Cluster
from bgpkit_node.resources import Node
from bgpkit_node.startup.router_id import BY_ADDRESS, RouterId

_EVERYWHERE: Final = {4: str(IPv4Address(0)), 6: str(IPv6Address(0))}
_FAMILIES: Final = {4: IPV4_UNICAST, 6: IPV6_UNICAST}


class OwnSpeaker(NamedTuple):
    """The speaker that a node should have; when another one is due the agent replaces it."""

    asn: int
    port: int
    identifier: IPv4Address
    own: tuple[IPv4Interface | IPv6Interface, ...]
    """The node's addresses, IPv4 first."""
    binds_own: bool
    """Whether it listens at the node's addresses only."""
    watches_paths: bool
    """Whether it has BFD, which listens at the node's addresses then."""
    listens: bool = True
    """Whether it has BGP sessions at all."""

    @classmethod
    def of(cls, cluster: Cluster, node: Node, router_id: RouterId = BY_ADDRESS) -> Self:
        """Return what ``node`` should have; NodeError when it has no address."""
        if not node.interfaces:
            text = f"Node({node.name}) has neither spec.bgp.ipv4Address nor ipv6Address: BGP cannot start"
            raise NodeError(text)
        return cls(
            identifier=router_id.of(node.name, None if node.ipv4 is None else node.ipv4.ip),
            asn=cluster.asn(node),
            port=cluster.port(node),
            own=node.interfaces,
            binds_own=cluster.binds_node_address,
            watches_paths=bool(cluster.watched),
        )

    @property
    def families(self) -> tuple[Family, ...]:
        """The families of routes that the node has addresses for."""
        return tuple(_FAMILIES[each.version] for each in self.own)

    @property
    def places(self) -> tuple[tuple[str, int], ...]:
        """Where it listens."""
        own = self.own if self.listens else ()
        return tuple((str(each.ip) if self.binds_own else _EVERYWHERE[each.version], self.port) for each in own)

    @property
    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks that it is in: other nodes there are its neighbours."""
        return tuple(each.network for each in self.own)

    @property
    def next_hops(self) -> tuple[str, str]:
        """What it names as next hop of IPv4 and of IPv6 routes; empty where it has no such address."""
        named = {each.version: str(each.ip) for each in self.own}
        return named.get(4, ""), named.get(6, "")

    def bfd(self) -> BfdService | None:
        """Make what watches the paths to its peers, if any is to be watched. RFC 5881."""
        return BfdService(listen=tuple(filter(None, self.next_hops))) if self.watches_paths and self.listens else None

    def speaker(self, *, restarting: bool, bfd: BfdService | None = None) -> Speaker:
        """Make it; ``restarting`` says that the node went on forwarding. RFC 4724, section 4.1.

        Then its peers are told that they have all routes only when it is let (`Speaker.release_end_of_rib`), and yet
        they are sent the node's own at once: those outlast another crash, however early it comes (section 4.2).
        """
        return Speaker(
            asn=self.asn,
            bgp_identifier=self.identifier,
            listen=self.places,
            families=self.families,
            restarting=restarting,
            liveness=bfd,
            hold_end_of_rib=restarting,
            own_routes_first=restarting,
        )
