"""Finding out what is wrong between two nodes: the way of a packet hop by hop, and why a session is not up.

::

    hop         what one node does with a packet, as its agent answers it
    walk        hops in a row, from pod to pod (pure)
    tcp_probe   whether anything answers at a TCP port, for a bounded time
"""

from bgpkit_node.diagnosis.hop import Hop
from bgpkit_node.diagnosis.tcp_probe import Probe, probe
from bgpkit_node.diagnosis.walk import End, Ending, Step, Walk, steps

__all__ = ["End", "Ending", "Hop", "Probe", "Step", "Walk", "probe", "steps"]
