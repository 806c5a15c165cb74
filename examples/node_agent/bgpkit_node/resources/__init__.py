"""The resources that an operator writes: structs, rules, reading and writing them, and their store."""

from bgpkit_node.resources.admin_network_policy import AdminNetworkPolicy, AdminNetworkPolicySpec
from bgpkit_node.resources.admin_policy_fields import (
    AdminAction,
    AdminEgressRule,
    AdminIngressRule,
    AdminPort,
    AdminPortNumber,
    AdminPortRange,
)
from bgpkit_node.resources.baseline_admin_network_policy import (
    BaselineAdminNetworkPolicy,
    BaselineAdminNetworkPolicySpec,
)
from bgpkit_node.resources.bgp_configuration import BGPConfiguration, BGPConfigurationSpec, BindMode
from bgpkit_node.resources.bgp_filter import BGPFilter, BGPFilterRule, BGPFilterSpec
from bgpkit_node.resources.bgp_peer import BGPPeer, BGPPeerSpec, NextHopMode, ReversePeering, SourceAddress
from bgpkit_node.resources.calico_node_status import CalicoNodeStatus, CalicoNodeStatusSpec, StatusClass
from bgpkit_node.resources.cluster_information import ClusterInformation, ClusterInformationSpec
from bgpkit_node.resources.cluster_network_policy import (
    ClusterAction,
    ClusterEgressRule,
    ClusterIngressRule,
    ClusterNetworkPolicy,
    ClusterNetworkPolicySpec,
    ClusterProtocol,
    ClusterTier,
    DestinationPort,
    ProtocolMatch,
)
from bgpkit_node.resources.cluster_policy_fields import (
    ClusterEgressPeer,
    ClusterIngressPeer,
    NamespacedPods,
    PolicySubject,
    PortInterval,
)
from bgpkit_node.resources.documents import Document, documents_of, load_documents, load_paths
from bgpkit_node.resources.draft import WriteMode
from bgpkit_node.resources.endpoint_slice import SERVICE_NAME, EndpointSlice, ServiceEndpoint, SlicePort
from bgpkit_node.resources.felix_configuration import FelixConfiguration, FelixConfigurationSpec
from bgpkit_node.resources.felix_settings import FelixSettings
from bgpkit_node.resources.global_network_policy import GlobalNetworkPolicy, GlobalNetworkPolicySpec
from bgpkit_node.resources.global_network_set import GlobalNetworkSet, GlobalNetworkSetSpec
from bgpkit_node.resources.host_endpoint import HostEndpoint, HostEndpointSpec
from bgpkit_node.resources.ip_pool import AssignmentMode, EncapsulationMode, IPPool, IPPoolSpec, PoolUse
from bgpkit_node.resources.ip_reservation import IPReservation, IPReservationSpec
from bgpkit_node.resources.ipam_configuration import IPAMConfiguration, IPAMConfigurationSpec
from bgpkit_node.resources.kind import DEFAULT_NAMESPACE, NAMESPACE, Column, Resource, ResourceKind
from bgpkit_node.resources.kubernetes_network_policy import KubernetesNetworkPolicy, KubernetesNetworkPolicySpec
from bgpkit_node.resources.kubernetes_policy_fields import (
    EgressRule,
    IngressRule,
    IPBlock,
    KubernetesPolicySpec,
    PolicyPeer,
    PolicyPort,
    TransportProtocol,
)
from bgpkit_node.resources.label_selector import LabelExpression, LabelOperator, LabelSelector
from bgpkit_node.resources.metadata import Metadata
from bgpkit_node.resources.namespace import NAME_LABEL, Namespace
from bgpkit_node.resources.network_policy import NetworkPolicy, NetworkPolicySpec
from bgpkit_node.resources.network_set import NetworkSet, NetworkSetSpec
from bgpkit_node.resources.node import Node, NodeBgp, NodeSpec
from bgpkit_node.resources.output import list_document, to_document, to_json, to_yaml
from bgpkit_node.resources.policy_fields import DEFAULT_TIER, GlobalPolicySpec, PolicySpec, PolicyType, StagedAction
from bgpkit_node.resources.policy_rule import (
    EntityRule,
    IcmpFields,
    IPVersion,
    PolicyRule,
    RuleAction,
    ServiceAccountMatch,
    ServiceMatch,
)
from bgpkit_node.resources.profile import Profile, ProfileSpec
from bgpkit_node.resources.registry import KINDS, kind_called, kind_named, kind_of
from bgpkit_node.resources.rule_port import parse_rule_port
from bgpkit_node.resources.selector import Selector, parse_selector
from bgpkit_node.resources.service import Service, ServiceSpec, ServiceStatus, ServiceType, TrafficPolicy
from bgpkit_node.resources.staged_global_network_policy import StagedGlobalNetworkPolicy, StagedGlobalNetworkPolicySpec
from bgpkit_node.resources.staged_kubernetes_network_policy import (
    StagedKubernetesNetworkPolicy,
    StagedKubernetesNetworkPolicySpec,
)
from bgpkit_node.resources.staged_network_policy import StagedNetworkPolicy, StagedNetworkPolicySpec
from bgpkit_node.resources.store import Applied, ResourceStore
from bgpkit_node.resources.tier import ADMIN_TIER, BASELINE_TIER, BUILT_IN_TIERS, Tier, TierAction, TierSpec
from bgpkit_node.resources.watching import ResourceBatch, ResourceChange, Unreadable
from bgpkit_node.resources.workload_endpoint import (
    IPNat,
    WorkloadEndpoint,
    WorkloadEndpointPort,
    WorkloadEndpointSpec,
    endpoint_name,
)

__all__ = [
    "ADMIN_TIER",
    "BASELINE_TIER",
    "BUILT_IN_TIERS",
    "DEFAULT_NAMESPACE",
    "DEFAULT_TIER",
    "KINDS",
    "NAMESPACE",
    "NAME_LABEL",
    "SERVICE_NAME",
    "AdminAction",
    "AdminEgressRule",
    "AdminIngressRule",
    "AdminNetworkPolicy",
    "AdminNetworkPolicySpec",
    "AdminPort",
    "AdminPortNumber",
    "AdminPortRange",
    "Applied",
    "AssignmentMode",
    "BGPConfiguration",
    "BGPConfigurationSpec",
    "BGPFilter",
    "BGPFilterRule",
    "BGPFilterSpec",
    "BGPPeer",
    "BGPPeerSpec",
    "BaselineAdminNetworkPolicy",
    "BaselineAdminNetworkPolicySpec",
    "BindMode",
    "CalicoNodeStatus",
    "CalicoNodeStatusSpec",
    "ClusterAction",
    "ClusterEgressPeer",
    "ClusterEgressRule",
    "ClusterInformation",
    "ClusterInformationSpec",
    "ClusterIngressPeer",
    "ClusterIngressRule",
    "ClusterNetworkPolicy",
    "ClusterNetworkPolicySpec",
    "ClusterProtocol",
    "ClusterTier",
    "Column",
    "DestinationPort",
    "Document",
    "EgressRule",
    "EncapsulationMode",
    "EndpointSlice",
    "EntityRule",
    "FelixConfiguration",
    "FelixConfigurationSpec",
    "FelixSettings",
    "GlobalNetworkPolicy",
    "GlobalNetworkPolicySpec",
    "GlobalNetworkSet",
    "GlobalNetworkSetSpec",
    "GlobalPolicySpec",
    "HostEndpoint",
    "HostEndpointSpec",
    "IPAMConfiguration",
    "IPAMConfigurationSpec",
    "IPBlock",
    "IPNat",
    "IPPool",
    "IPPoolSpec",
    "IPReservation",
    "IPReservationSpec",
    "IPVersion",
    "IcmpFields",
    "IngressRule",
    "KubernetesNetworkPolicy",
    "KubernetesNetworkPolicySpec",
    "KubernetesPolicySpec",
    "LabelExpression",
    "LabelOperator",
    "LabelSelector",
    "Metadata",
    "Namespace",
    "NamespacedPods",
    "NetworkPolicy",
    "NetworkPolicySpec",
    "NetworkSet",
    "NetworkSetSpec",
    "NextHopMode",
    "Node",
    "NodeBgp",
    "NodeSpec",
    "PolicyPeer",
    "PolicyPort",
    "PolicyRule",
    "PolicySpec",
    "PolicySubject",
    "PolicyType",
    "PoolUse",
    "PortInterval",
    "Profile",
    "ProfileSpec",
    "ProtocolMatch",
    "Resource",
    "ResourceBatch",
    "ResourceChange",
    "ResourceKind",
    "ResourceStore",
    "ReversePeering",
    "RuleAction",
    "Selector",
    "Service",
    "ServiceAccountMatch",
    "ServiceEndpoint",
    "ServiceMatch",
    "ServiceSpec",
    "ServiceStatus",
    "ServiceType",
    "SlicePort",
    "SourceAddress",
    "StagedAction",
    "StagedGlobalNetworkPolicy",
    "StagedGlobalNetworkPolicySpec",
    "StagedKubernetesNetworkPolicy",
    "StagedKubernetesNetworkPolicySpec",
    "StagedNetworkPolicy",
    "StagedNetworkPolicySpec",
    "StatusClass",
    "Tier",
    "TierAction",
    "TierSpec",
    "TrafficPolicy",
    "TransportProtocol",
    "Unreadable",
    "WorkloadEndpoint",
    "WorkloadEndpointPort",
    "WorkloadEndpointSpec",
    "WriteMode",
    "documents_of",
    "endpoint_name",
    "kind_called",
    "kind_named",
    "kind_of",
    "list_document",
    "load_documents",
    "load_paths",
    "parse_rule_port",
    "parse_selector",
    "to_document",
    "to_json",
    "to_yaml",
]
