"""The kinds that the stand-in for Kubernetes' API serves, and what it says when a client asks which there are."""

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of the API."""

    name: str
    version: str
    plural: str
    namespaced: bool = True

    @property
    def group(self) -> str:
        """The API group; empty for the core."""
        return self.version.rpartition("/")[0]

    @property
    def path(self) -> str:
        """Where all of its objects are."""
        return f"/{'apis' if self.group else 'api'}/{self.version}/{self.plural}"


KINDS: Final = (
    Kind("Node", "v1", "nodes", namespaced=False),
    Kind("Namespace", "v1", "namespaces", namespaced=False),
    Kind("Pod", "v1", "pods"),
    Kind("ServiceAccount", "v1", "serviceaccounts"),
    Kind("Service", "v1", "services"),
    Kind("EndpointSlice", "discovery.k8s.io/v1", "endpointslices"),
    Kind("NetworkPolicy", "networking.k8s.io/v1", "networkpolicies"),
    Kind("ClusterNetworkPolicy", "policy.networking.k8s.io/v1alpha2", "clusternetworkpolicies", namespaced=False),
)


def discovery(path: str) -> dict[str, Any] | None:
    """Return what stands at a path that tells versions, groups or kinds; None for other paths."""
    versions = list(dict.fromkeys(kind.version for kind in KINDS))
    groups = [version for version in versions if "/" in version]
    match path:
        case "/version":
            return {"major": "1", "minor": "32", "gitVersion": "v1.32.0"}
        case "/api":
            return {"kind": "APIVersions", "versions": ["v1"]}
        case "/apis":
            return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [_group(version) for version in groups]}
        case _:
            version = path.removeprefix("/apis/") if path.startswith("/apis/") else path.removeprefix("/api/")
            return _resources(version) if version in versions else None


def _group(version: str) -> dict[str, Any]:
    told = {"groupVersion": version, "version": version.rpartition("/")[2]}
    return {"name": version.rpartition("/")[0], "versions": [told], "preferredVersion": told}


def _resources(version: str) -> dict[str, Any]:
    verbs = ["create", "delete", "get", "list", "patch", "update", "watch"]
    rows = [
        {
            "name": kind.plural,
            "singularName": kind.name.lower(),
            "namespaced": kind.namespaced,
            "kind": kind.name,
            "verbs": verbs,
        }
        for kind in KINDS
        if kind.version == version
    ]
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": rows}
