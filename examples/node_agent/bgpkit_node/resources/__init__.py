"""The resources that an operator writes: structs, rules, reading and writing them, and their store."""

from bgpkit_node.resources.bgp_configuration import BGPConfiguration, BGPConfigurationSpec, BindMode
from bgpkit_node.resources.bgp_filter import BGPFilter, BGPFilterRule, BGPFilterSpec
from bgpkit_node.resources.bgp_peer import BGPPeer, BGPPeerSpec, NextHopMode, ReversePeering, SourceAddress
from bgpkit_node.resources.calico_node_status import CalicoNodeStatus, CalicoNodeStatusSpec, StatusClass
from bgpkit_node.resources.cluster_information import ClusterInformation, ClusterInformationSpec
from bgpkit_node.resources.documents import Document, load_documents, load_paths
from bgpkit_node.resources.draft import WriteMode
from bgpkit_node.resources.felix_configuration import FelixConfiguration, FelixConfigurationSpec
from bgpkit_node.resources.felix_settings import FelixSettings
from bgpkit_node.resources.host_endpoint import HostEndpoint, HostEndpointSpec
from bgpkit_node.resources.ip_pool import AssignmentMode, EncapsulationMode, IPPool, IPPoolSpec, PoolUse
from bgpkit_node.resources.ip_reservation import IPReservation, IPReservationSpec
from bgpkit_node.resources.ipam_configuration import IPAMConfiguration, IPAMConfigurationSpec
from bgpkit_node.resources.kind import DEFAULT_NAMESPACE, NAMESPACE, Column, Resource, ResourceKind
from bgpkit_node.resources.metadata import Metadata
from bgpkit_node.resources.node import Node, NodeBgp, NodeSpec
from bgpkit_node.resources.output import list_document, to_document, to_json, to_yaml
from bgpkit_node.resources.registry import KINDS, kind_called, kind_named, kind_of
from bgpkit_node.resources.selector import Selector, parse_selector
from bgpkit_node.resources.store import Applied, ResourceStore
from bgpkit_node.resources.watching import ResourceBatch, ResourceChange
from bgpkit_node.resources.workload_endpoint import (
    IPNat,
    WorkloadEndpoint,
    WorkloadEndpointPort,
    WorkloadEndpointSpec,
    endpoint_name,
)

__all__ = [
    "DEFAULT_NAMESPACE",
    "KINDS",
    "NAMESPACE",
    "Applied",
    "AssignmentMode",
    "BGPConfiguration",
    "BGPConfigurationSpec",
    "BGPFilter",
    "BGPFilterRule",
    "BGPFilterSpec",
    "BGPPeer",
    "BGPPeerSpec",
    "BindMode",
    "CalicoNodeStatus",
    "CalicoNodeStatusSpec",
    "ClusterInformation",
    "ClusterInformationSpec",
    "Column",
    "Document",
    "EncapsulationMode",
    "FelixConfiguration",
    "FelixConfigurationSpec",
    "FelixSettings",
    "HostEndpoint",
    "HostEndpointSpec",
    "IPAMConfiguration",
    "IPAMConfigurationSpec",
    "IPNat",
    "IPPool",
    "IPPoolSpec",
    "IPReservation",
    "IPReservationSpec",
    "Metadata",
    "NextHopMode",
    "Node",
    "NodeBgp",
    "NodeSpec",
    "PoolUse",
    "Resource",
    "ResourceBatch",
    "ResourceChange",
    "ResourceKind",
    "ResourceStore",
    "ReversePeering",
    "Selector",
    "SourceAddress",
    "StatusClass",
    "WorkloadEndpoint",
    "WorkloadEndpointPort",
    "WorkloadEndpointSpec",
    "WriteMode",
    "endpoint_name",
    "kind_called",
    "kind_named",
    "kind_of",
    "list_document",
    "load_documents",
    "load_paths",
    "parse_selector",
    "to_document",
    "to_json",
    "to_yaml",
]
