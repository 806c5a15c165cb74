"""Network policies: what they say, what a node enforces of them, and why a packet passes or not."""

from bgpkit_node.policy.case_document import CaseDocument, converted, read_case, read_json
from bgpkit_node.policy.case_flows import answers
from bgpkit_node.policy.case_state import cluster_of, program_of
from bgpkit_node.policy.cluster import Cluster, cluster_of_resources
from bgpkit_node.policy.conversion import policy_of
from bgpkit_node.policy.engine import PolicyEngine, program_of_state
from bgpkit_node.policy.evaluator import Evaluator
from bgpkit_node.policy.resource_state import ResourceState
from bgpkit_node.policy.state import PolicyState, StateChange, changes_between, state_after
from bgpkit_node.policy.verdict import Packet, Reason, SideVerdict, Verdict

__all__ = [
    "CaseDocument",
    "Cluster",
    "Evaluator",
    "Packet",
    "PolicyEngine",
    "PolicyState",
    "Reason",
    "ResourceState",
    "SideVerdict",
    "StateChange",
    "Verdict",
    "answers",
    "changes_between",
    "cluster_of",
    "cluster_of_resources",
    "converted",
    "policy_of",
    "program_of",
    "program_of_state",
    "read_case",
    "read_json",
    "state_after",
]
