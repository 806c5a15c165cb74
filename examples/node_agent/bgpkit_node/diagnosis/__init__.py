"""Finding out what is wrong between two nodes: the way of a packet hop by hop, and why a session is not up.

::

    outer_header      what a node puts around a packet
    hop         what one node does with a packet, as its agent answers it
    walk        hops in a row, from pod to pod (pure)
    tcp_probe   whether anything answers at a TCP port, for a bounded time
    underlay_probe    whether UDP and IPIP get through to a machine
    icmp, path_probe    how far a machine is, and how large a packet gets there
    between     all of these to many machines at once
    targets     which machines, and a pod of each (pure)
"""

from bgpkit_node.diagnosis.between import Between, Target, longest, measure
from bgpkit_node.diagnosis.hop import Hop
from bgpkit_node.diagnosis.outer_header import ECHO_LENGTHS, OuterHeader
from bgpkit_node.diagnosis.path_probe import Path, probe_path
from bgpkit_node.diagnosis.targets import pods_by_node, targets_of
from bgpkit_node.diagnosis.tcp_probe import Probe, Reply, probe
from bgpkit_node.diagnosis.underlay_probe import probe_ipip, probe_udp
from bgpkit_node.diagnosis.walk import End, Ending, Step, Translation, Walk, steps

__all__ = [
    "ECHO_LENGTHS",
    "Between",
    "End",
    "Ending",
    "Hop",
    "OuterHeader",
    "Path",
    "Probe",
    "Reply",
    "Step",
    "Target",
    "Translation",
    "Walk",
    "longest",
    "measure",
    "pods_by_node",
    "probe",
    "probe_ipip",
    "probe_path",
    "probe_udp",
    "steps",
    "targets_of",
]
