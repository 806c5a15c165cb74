"""What passes the interfaces of nodes whatever policies say, so that nobody shuts himself out."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, NamedTuple

from bgpkit_node.policy.model import Address, Direction, Network
from bgpkit_node.policy.protocols import UDP, protocol_number
from bgpkit_node.policy.verdict import Packet


class FailsafePort(NamedTuple):
    """A port that no policy of a host shuts, to others in ``net`` if that is given.

    ``protocol`` is a word of nft's or a number of IANA.
    """

    protocol: str
    port: int
    net: Network | None = None

    def is_of(self, protocol: int, port: int | None, other: Address) -> bool:
        """Tell whether this is a port, of a connection with another address."""
        return (protocol_number(self.protocol), self.port) == (protocol, port) and (
            self.net is None or other in self.net
        )


_IPIP: Final = 4
_ALIVE: Final = tuple(FailsafePort("tcp", port) for port in (179, 2379, 2380, 5473, 6443, 6666, 6667))
"""BGP, etcd, Typha and the Kubernetes API."""
INBOUND: Final = (FailsafePort("tcp", 22), FailsafePort("udp", 68), *_ALIVE)
OUTBOUND: Final = (FailsafePort("udp", 53), FailsafePort("udp", 67), *_ALIVE)


@dataclass(frozen=True, slots=True)
class Failsafe:
    """The ports for what comes to a node and for what it sends; Calico's, unless others are given.

    ``peers`` are addresses of other nodes, whose wrapped packets pass too, by VXLAN to ``vxlan_port`` and by IPIP.
    """

    inbound: tuple[FailsafePort, ...] = INBOUND
    outbound: tuple[FailsafePort, ...] = OUTBOUND
    vxlan_port: int = 4789
    peers: Collection[Address] = frozenset()

    def passes(self, packet: Packet, direction: Direction, *, untracked: bool = False) -> bool:
        """Tell whether the first packet of a connection passes at an interface of a node.

        Before connections are tracked, what comes back from such a port passes too.
        """
        inbound = direction is Direction.INGRESS
        called, answering = (self.inbound, self.outbound) if inbound else (self.outbound, self.inbound)
        other = packet.source if inbound else packet.destination
        if other in self.peers and (
            packet.protocol == _IPIP or (packet.protocol, packet.port) == (UDP, self.vxlan_port)
        ):
            return True
        if any(each.is_of(packet.protocol, packet.port, other) for each in called):
            return True
        return untracked and any(each.is_of(packet.protocol, packet.source_port, other) for each in answering)
