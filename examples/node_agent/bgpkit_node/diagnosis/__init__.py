"""Finding out what is wrong between two nodes: the way of a packet hop by hop, and why a session is not up.

::

    hop         what one node does with a packet, as its agent answers it
    walk        hops in a row, from pod to pod (pure)
    tcp_probe   whether anything answers at a TCP port, for a bounded time
    underlay_probe    whether UDP and IPIP get through to a machine
"""

from bgpkit_node.diagnosis.hop import Hop
from bgpkit_node.diagnosis.tcp_probe import Probe, Reply, probe
from bgpkit_node.diagnosis.underlay_probe import probe_ipip, probe_udp
from bgpkit_node.diagnosis.walk import End, Ending, Step, Walk, steps

__all__ = ["End", "Ending", "Hop", "Probe", "Reply", "Step", "Walk", "probe", "probe_ipip", "probe_udp", "steps"]
