"""The resources that an operator writes: structs, rules, reading and writing them, and their store."""

from bgpkit_node.resources.bgp_configuration import BGPConfiguration, BGPConfigurationSpec, BindMode
from bgpkit_node.resources.bgp_peer import BGPPeer, BGPPeerSpec, NextHopMode, ReversePeering, SourceAddress
from bgpkit_node.resources.documents import Document, load_documents, load_paths
from bgpkit_node.resources.draft import WriteMode
from bgpkit_node.resources.ip_pool import AssignmentMode, EncapsulationMode, IPPool, IPPoolSpec, PoolUse
from bgpkit_node.resources.kind import Column, Resource, ResourceKind
from bgpkit_node.resources.metadata import Metadata
from bgpkit_node.resources.node import Node, NodeBgp, NodeSpec
from bgpkit_node.resources.output import list_document, to_document, to_json, to_yaml
from bgpkit_node.resources.registry import KINDS, kind_called, kind_named, kind_of
from bgpkit_node.resources.selector import Selector, parse_selector
from bgpkit_node.resources.store import Applied, ResourceStore
from bgpkit_node.resources.watching import ResourceBatch, ResourceChange

__all__ = [
    "KINDS",
    "Applied",
    "AssignmentMode",
    "BGPConfiguration",
    "BGPConfigurationSpec",
    "BGPPeer",
    "BGPPeerSpec",
    "BindMode",
    "Column",
    "Document",
    "EncapsulationMode",
    "IPPool",
    "IPPoolSpec",
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
    "WriteMode",
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
