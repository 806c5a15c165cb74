"""An examination of a node and its cluster: each thing that is looked at becomes one line.

::

    look            what one node has measured of another
    finding         a line
    machine         what is read of this machine, without rights
    packet_filter   whether nft and the kernel have what policies need
    kernel_checks, link_checks, cluster_checks, reflection_checks, agent_checks, underlay_checks, policy_checks
                    machine, resources and answers become lines (pure)
"""

from bgpkit_node.doctor.agent_checks import agent_findings
from bgpkit_node.doctor.cluster_checks import overlap_findings, pool_findings, topology_findings
from bgpkit_node.doctor.finding import Finding, Verdict, failure, unknown, warning, well
from bgpkit_node.doctor.kernel_checks import feature_findings, port_finding, sysctl_findings
from bgpkit_node.doctor.link_checks import flannel_findings, mtu_findings, pod_findings
from bgpkit_node.doctor.look import HEADER, Look
from bgpkit_node.doctor.machine import Machine, read_machine
from bgpkit_node.doctor.packet_filter import PacketFilter, read_packet_filter
from bgpkit_node.doctor.policy_checks import policy_findings
from bgpkit_node.doctor.reflection_checks import reflection_findings
from bgpkit_node.doctor.underlay_checks import underlay_findings

__all__ = [
    "HEADER",
    "Finding",
    "Look",
    "Machine",
    "PacketFilter",
    "Verdict",
    "agent_findings",
    "failure",
    "feature_findings",
    "flannel_findings",
    "mtu_findings",
    "overlap_findings",
    "pod_findings",
    "policy_findings",
    "pool_findings",
    "port_finding",
    "read_machine",
    "read_packet_filter",
    "reflection_findings",
    "sysctl_findings",
    "topology_findings",
    "underlay_findings",
    "unknown",
    "warning",
    "well",
]
