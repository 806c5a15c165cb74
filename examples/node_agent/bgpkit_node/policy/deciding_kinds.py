"""The kinds of resources that decisions about packets depend on."""

from typing import Final

from bgpkit_node.policy.conversion import POLICY_TYPES
from bgpkit_node.resources import (
    EndpointSlice,
    GlobalNetworkSet,
    HostEndpoint,
    Namespace,
    NetworkSet,
    Node,
    Profile,
    Resource,
    Service,
    Tier,
    WorkloadEndpoint,
)

DECIDING_KINDS: Final[tuple[type[Resource], ...]] = (
    Namespace,
    Node,
    WorkloadEndpoint,
    HostEndpoint,
    Tier,
    Profile,
    NetworkSet,
    GlobalNetworkSet,
    Service,
    EndpointSlice,
    *POLICY_TYPES,
)
"""What a policy state is made of."""
