"""CalicoNodeStatus: what agents report of their nodes in the datastore, and the way to ask nodes other than one's own.

::

    question     what a CalicoNodeStatus asks beyond Calico's classes, and its answer (annotations)
    asking       all nodes are asked at once, for a bounded time, and nothing is left behind

What works on a running agent stands in ``bgpkit_node.node_status.answering``: a command need not load the speaker::

    peer_rows, route_rows, report   the report in Calico's fields
    answering    the agent's task: whatever is asked of its node is answered, as often as wished
"""

from bgpkit_node.node_status.asking import Told, ask_nodes
from bgpkit_node.node_status.question import PREFIX, is_left_over

__all__ = ["PREFIX", "Told", "ask_nodes", "is_left_over"]
