"""From resources to BGP sessions: the plan, what it leaves unreached, and the change without loss.

What works on a running speaker, ``Sessions``, stands in ``bgpkit_node.peering.sessions``: a command that only plans
need not load the speaker.
"""

from bgpkit_node.peering.cluster import Cluster
from bgpkit_node.peering.plan import Peering, PeeringKind, plan_peerings
from bgpkit_node.peering.topology import pairs_without_path
from bgpkit_node.peering.unhonoured import unhonoured

__all__ = ["Cluster", "Peering", "PeeringKind", "pairs_without_path", "plan_peerings", "unhonoured"]
