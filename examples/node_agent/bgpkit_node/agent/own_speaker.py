"""What a speaker cannot change while it lives: AS number, port, addresses, and where it listens."""

from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from typing import Final, NamedTuple, Self

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, Family, Speaker
from bgpkit.bfd import BfdService
from bgpkit_node.errors import NodeError
from bgpkit_node.peering import Cluster
from bgpkit_node.resources import Node

_EVERYWHERE: Final = str(IPv4Address(0))
_EVERYWHERE6: Final = str(IPv6Address(0))


class OwnSpeaker(NamedTuple):
    """The speaker that a node should have; when another one is due the agent replaces it."""

    asn: int
    port: int
    own: IPv4Interface
    own6: IPv6Interface | None
    binds_own: bool
    """Whether it listens at the node's addresses only."""
    watches_paths: bool
    """Whether it has BFD, which listens at the node's addresses then."""

    @classmethod
    def of(cls, cluster: Cluster, node: Node) -> Self:
        """Return what ``node`` should have; NodeError when it has no IPv4 address."""
        if node.ipv4 is None:
            raise NodeError(f"Node({node.name}) has no spec.bgp.ipv4Address: BGP cannot start")
        return cls(
            asn=cluster.asn(node),
            port=cluster.port(node),
            own=node.ipv4,
            own6=node.ipv6,
            binds_own=cluster.binds_node_address,
            watches_paths=bool(cluster.watched),
        )

    @property
    def families(self) -> tuple[Family, ...]:
        """The families of routes that the node has addresses for."""
        return (IPV4_UNICAST,) if self.own6 is None else (IPV4_UNICAST, IPV6_UNICAST)

    @property
    def places(self) -> tuple[tuple[str, int], ...]:
        """Where it listens."""
        places = [(str(self.own.ip) if self.binds_own else _EVERYWHERE, self.port)]
        if self.own6 is not None:
            places.append((str(self.own6.ip) if self.binds_own else _EVERYWHERE6, self.port))
        return tuple(places)

    @property
    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks that it is in: other nodes there are its neighbours."""
        return (self.own.network,) if self.own6 is None else (self.own.network, self.own6.network)

    @property
    def next_hops(self) -> tuple[str, str]:
        """What it names as next hop of IPv4 and of IPv6 routes; the second one is empty without an IPv6 address."""
        return str(self.own.ip), "" if self.own6 is None else str(self.own6.ip)

    def bfd(self) -> BfdService | None:
        """Make what watches the paths to its peers, if any is to be watched. RFC 5881."""
        return BfdService(listen=tuple(filter(None, self.next_hops))) if self.watches_paths else None

    def speaker(self, *, restarting: bool, bfd: BfdService | None = None) -> Speaker:
        """Make it; ``restarting`` says that the node went on forwarding. RFC 4724, section 4.1.

        Then its peers are told that they have all routes only when it is let (`Speaker.release_end_of_rib`).
        """
        return Speaker(
            asn=self.asn,
            bgp_identifier=self.own.ip,
            listen=self.places,
            families=self.families,
            restarting=restarting,
            liveness=bfd,
            hold_end_of_rib=restarting,
        )
