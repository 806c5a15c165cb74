"""natOutgoing: pods reach what is outside of all pools under the address of their node. Linux only."""

from bgpkit_node.nat.keeper import NatKeeper
from bgpkit_node.nat.outgoing import OutgoingNat
from bgpkit_node.nat.table import NatTable

__all__ = ["NatKeeper", "NatTable", "OutgoingNat"]
