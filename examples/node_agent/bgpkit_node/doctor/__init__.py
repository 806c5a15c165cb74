"""An examination of a node and its cluster: each thing that is looked at becomes one line.

::

    finding         a line
    machine         what is read of this machine, without rights
    kernel_checks, link_checks, cluster_checks, agent_checks, underlay_checks
                    machine, resources and answers become lines (pure)
"""

from bgpkit_node.doctor.agent_checks import agent_findings
from bgpkit_node.doctor.cluster_checks import cluster_cidrs_in, overlap_findings, pool_findings, topology_findings
from bgpkit_node.doctor.finding import Finding, Verdict, failure, unknown, warning, well
from bgpkit_node.doctor.kernel_checks import feature_findings, port_finding, sysctl_findings
from bgpkit_node.doctor.link_checks import flannel_findings, mtu_findings, pod_findings, pods_of
from bgpkit_node.doctor.machine import Machine, read_machine
from bgpkit_node.doctor.underlay_checks import Underlay, underlay_findings

__all__ = [
    "Finding",
    "Machine",
    "Underlay",
    "Verdict",
    "agent_findings",
    "cluster_cidrs_in",
    "failure",
    "feature_findings",
    "flannel_findings",
    "mtu_findings",
    "overlap_findings",
    "pod_findings",
    "pods_of",
    "pool_findings",
    "port_finding",
    "read_machine",
    "sysctl_findings",
    "topology_findings",
    "underlay_findings",
    "unknown",
    "warning",
    "well",
]
