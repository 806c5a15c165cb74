"""The API of Kubernetes, as far as it is read: which kinds, how they are listed and watched. Never written to."""

from bgpkit_node.kubernetes.api import ApiEvent, KubernetesApi
from bgpkit_node.kubernetes.kinds import WATCHED, ApiObject, WatchedKind, role_rules

__all__ = ["WATCHED", "ApiEvent", "ApiObject", "KubernetesApi", "WatchedKind", "role_rules"]
