"""From resources to BGP sessions: the plan, what it leaves unreached, and the change without loss."""

from bgpkit_node.peering.cluster import Cluster
from bgpkit_node.peering.plan import Peering, PeeringKind, plan_peerings
from bgpkit_node.peering.sessions import Sessions, Terms
from bgpkit_node.peering.topology import pairs_without_path

__all__ = ["Cluster", "Peering", "PeeringKind", "Sessions", "Terms", "pairs_without_path", "plan_peerings"]
