"""From resources to BGP sessions: the plan, what it leaves unreached, and the change without loss.

Passwords of sessions lie in files (``bgpkit_node.peering.passwords``), to which resources only refer.
What works on a running speaker, ``Sessions``, stands in ``bgpkit_node.peering.sessions``, and what tells the cost of a
change in ``bgpkit_node.peering.changes``: a command that only plans need not load the speaker.
"""

from bgpkit_node.peering.cluster import CLUSTER_KINDS, Cluster
from bgpkit_node.peering.findings import findings
from bgpkit_node.peering.forecast import Forecast, Obstacle, Originated, keepers
from bgpkit_node.peering.plan import Peering, PeeringKind, plan_peerings
from bgpkit_node.peering.reflection import cluster_of
from bgpkit_node.peering.topology import pairs_without_path
from bgpkit_node.peering.unhonoured import unhonoured

__all__ = [
    "CLUSTER_KINDS",
    "Cluster",
    "Forecast",
    "Obstacle",
    "Originated",
    "Peering",
    "PeeringKind",
    "cluster_of",
    "findings",
    "keepers",
    "pairs_without_path",
    "plan_peerings",
    "unhonoured",
]
