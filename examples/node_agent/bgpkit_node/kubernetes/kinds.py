"""The kinds of Kubernetes that are read, and the role that reading them takes."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

ApiObject: TypeAlias = Mapping[str, Any]
"""An object as the API gives it: plain values out of JSON."""

VERBS: Final = ("list", "watch")
"""All that is done with any of the kinds."""


@dataclass(frozen=True, slots=True)
class WatchedKind:
    """A kind of the API, ``namespaced`` or of the whole cluster.

    One that is ``optional`` is there when somebody has installed its definition.
    """

    title: str
    api_version: str
    plural: str
    namespaced: bool = True
    optional: bool = False

    @property
    def group(self) -> str:
        """The API group; empty for the core."""
        return self.api_version.rpartition("/")[0]

    @property
    def path(self) -> str:
        """Where the API has all objects of the kind, those of all namespaces."""
        root = "/apis" if self.group else "/api"
        return f"{root}/{self.api_version}/{self.plural}"


NODES: Final = WatchedKind("Node", "v1", "nodes", namespaced=False)
NAMESPACES: Final = WatchedKind("Namespace", "v1", "namespaces", namespaced=False)
PODS: Final = WatchedKind("Pod", "v1", "pods")
SERVICE_ACCOUNTS: Final = WatchedKind("ServiceAccount", "v1", "serviceaccounts")
SERVICES: Final = WatchedKind("Service", "v1", "services")
ENDPOINT_SLICES: Final = WatchedKind("EndpointSlice", "discovery.k8s.io/v1", "endpointslices")
NETWORK_POLICIES: Final = WatchedKind("NetworkPolicy", "networking.k8s.io/v1", "networkpolicies")
CLUSTER_NETWORK_POLICIES: Final = WatchedKind(
    "ClusterNetworkPolicy",
    "policy.networking.k8s.io/v1alpha2",
    "clusternetworkpolicies",
    namespaced=False,
    optional=True,
)
ADMIN_NETWORK_POLICIES: Final = WatchedKind(
    "AdminNetworkPolicy", "policy.networking.k8s.io/v1alpha1", "adminnetworkpolicies", namespaced=False, optional=True
)
BASELINE_ADMIN_NETWORK_POLICIES: Final = WatchedKind(
    "BaselineAdminNetworkPolicy",
    "policy.networking.k8s.io/v1alpha1",
    "baselineadminnetworkpolicies",
    namespaced=False,
    optional=True,
)

WATCHED: Final = (
    NAMESPACES,
    SERVICE_ACCOUNTS,
    NODES,
    PODS,
    NETWORK_POLICIES,
    CLUSTER_NETWORK_POLICIES,
    ADMIN_NETWORK_POLICIES,
    BASELINE_ADMIN_NETWORK_POLICIES,
    SERVICES,
    ENDPOINT_SLICES,
)
"""All kinds that are read."""


def role_rules() -> list[dict[str, list[str]]]:
    """Return the rules of the ClusterRole that reading all kinds takes, and nothing more."""
    plurals: defaultdict[str, list[str]] = defaultdict(list)
    for kind in WATCHED:
        plurals[kind.group].append(kind.plural)
    return [
        {"apiGroups": [group], "resources": sorted(found), "verbs": list(VERBS)} for group, found in plurals.items()
    ]
