"""All copiers: what becomes of each kind of Kubernetes that is read."""

from typing import Any

from bgpkit_node.controllers.account_profiles import AccountProfiles
from bgpkit_node.controllers.copier import Copier
from bgpkit_node.controllers.mirror import Mirror
from bgpkit_node.controllers.node_labels import NodeLabels
from bgpkit_node.controllers.pod_labels import PodLabels
from bgpkit_node.kubernetes import kinds
from bgpkit_node.resources import (
    AdminNetworkPolicy,
    BaselineAdminNetworkPolicy,
    ClusterNetworkPolicy,
    EndpointSlice,
    KubernetesNetworkPolicy,
    Namespace,
    Service,
)


def make_copiers() -> tuple[Copier[Any, Any], ...]:
    """Return a copier for each kind, that knows nothing yet.

    What others write about an object of Kubernetes, its status and its finalizers, is left out, but for the addresses
    that a load balancer has given a service.
    """
    return (
        Mirror(kinds.NAMESPACES, Namespace, without=("spec", "status")),
        AccountProfiles(),
        NodeLabels(),
        PodLabels(),
        Mirror(kinds.NETWORK_POLICIES, KubernetesNetworkPolicy, without=("status",)),
        Mirror(kinds.CLUSTER_NETWORK_POLICIES, ClusterNetworkPolicy, without=("status",)),
        Mirror(kinds.ADMIN_NETWORK_POLICIES, AdminNetworkPolicy, without=("status",)),
        Mirror(kinds.BASELINE_ADMIN_NETWORK_POLICIES, BaselineAdminNetworkPolicy, without=("status",)),
        Mirror(kinds.SERVICES, Service),
        Mirror(kinds.ENDPOINT_SLICES, EndpointSlice),
    )
