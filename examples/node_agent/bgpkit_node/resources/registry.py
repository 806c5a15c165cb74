"""All kinds of resources, found by name, by alias and by type."""

import difflib
from typing import Any, Final

from bgpkit_node.resources.admin_network_policy import ADMIN_NETWORK_POLICY
from bgpkit_node.resources.baseline_admin_network_policy import BASELINE_ADMIN_NETWORK_POLICY
from bgpkit_node.resources.bgp_configuration import BGP_CONFIGURATION
from bgpkit_node.resources.bgp_filter import BGP_FILTER
from bgpkit_node.resources.bgp_peer import BGP_PEER
from bgpkit_node.resources.calico_node_status import CALICO_NODE_STATUS
from bgpkit_node.resources.cluster_information import CLUSTER_INFORMATION
from bgpkit_node.resources.cluster_network_policy import CLUSTER_NETWORK_POLICY
from bgpkit_node.resources.endpoint_slice import ENDPOINT_SLICE
from bgpkit_node.resources.felix_configuration import FELIX_CONFIGURATION
from bgpkit_node.resources.global_network_policy import GLOBAL_NETWORK_POLICY
from bgpkit_node.resources.global_network_set import GLOBAL_NETWORK_SET
from bgpkit_node.resources.host_endpoint import HOST_ENDPOINT
from bgpkit_node.resources.ip_pool import IP_POOL
from bgpkit_node.resources.ip_reservation import IP_RESERVATION
from bgpkit_node.resources.ipam_configuration import IPAM_CONFIGURATION
from bgpkit_node.resources.kind import API_VERSION, R, Resource, ResourceKind
from bgpkit_node.resources.kube_controllers_configuration import KUBE_CONTROLLERS_CONFIGURATION
from bgpkit_node.resources.kubernetes_network_policy import KUBERNETES_NETWORK_POLICY
from bgpkit_node.resources.later_kinds import refusal
from bgpkit_node.resources.namespace import KUBERNETES_NAMESPACE
from bgpkit_node.resources.network_policy import NETWORK_POLICY
from bgpkit_node.resources.network_set import NETWORK_SET
from bgpkit_node.resources.node import NODE
from bgpkit_node.resources.profile import PROFILE
from bgpkit_node.resources.service import SERVICE
from bgpkit_node.resources.staged_global_network_policy import STAGED_GLOBAL_NETWORK_POLICY
from bgpkit_node.resources.staged_kubernetes_network_policy import STAGED_KUBERNETES_NETWORK_POLICY
from bgpkit_node.resources.staged_network_policy import STAGED_NETWORK_POLICY
from bgpkit_node.resources.tier import TIER
from bgpkit_node.resources.workload_endpoint import WORKLOAD_ENDPOINT

KINDS: Final[tuple[ResourceKind[Any], ...]] = (
    CLUSTER_INFORMATION,
    FELIX_CONFIGURATION,
    KUBE_CONTROLLERS_CONFIGURATION,
    KUBERNETES_NAMESPACE,
    NODE,
    IPAM_CONFIGURATION,
    IP_POOL,
    IP_RESERVATION,
    BGP_CONFIGURATION,
    BGP_FILTER,
    BGP_PEER,
    HOST_ENDPOINT,
    WORKLOAD_ENDPOINT,
    SERVICE,
    ENDPOINT_SLICE,
    CALICO_NODE_STATUS,
    TIER,
    PROFILE,
    GLOBAL_NETWORK_SET,
    NETWORK_SET,
    GLOBAL_NETWORK_POLICY,
    NETWORK_POLICY,
    KUBERNETES_NETWORK_POLICY,
    STAGED_GLOBAL_NETWORK_POLICY,
    STAGED_NETWORK_POLICY,
    STAGED_KUBERNETES_NETWORK_POLICY,
    CLUSTER_NETWORK_POLICY,
    ADMIN_NETWORK_POLICY,
    BASELINE_ADMIN_NETWORK_POLICY,
)
"""The row of every kind, in the order in which they are best created."""

_BY_NAME: Final = {(kind.api_version, kind.word): kind for kind in KINDS}
_BY_TYPE: Final[dict[type[Resource], ResourceKind[Any]]] = {kind.type: kind for kind in KINDS}
_BY_WORD: Final = {word: kind for kind in KINDS for word in kind.words}


def kind_named(name: str, api_version: str = API_VERSION) -> ResourceKind[Any]:
    """Return the row of a kind by its exact name and apiVersion, as documents give them.

    Raises ValueError with one sentence that lists the known kinds, or the apiVersions of the kind.
    """
    found = _BY_NAME.get((api_version, name))
    if found is not None:
        return found
    versions = versions_of(name)
    raise ValueError(f"must be {' or '.join(versions)}, not {api_version!r}" if versions else unknown_kind(name))


def versions_of(name: str) -> tuple[str, ...]:
    """Return the apiVersions that have a kind with this exact name; none when it is unknown."""
    return tuple(kind.api_version for kind in KINDS if kind.word == name)


def kind_called(word: str) -> ResourceKind[Any]:
    """Return the row of a kind by any word for it, as commands give it: name, plural or alias in any case.

    Raises ValueError with one sentence that lists the known kinds.
    """
    try:
        return _BY_WORD[word.lower()]
    except KeyError:
        raise ValueError(_unknown(word, sorted(kind.name for kind in KINDS))) from None


def kind_of(resource: type[R] | R) -> ResourceKind[R]:
    """Return the row of a resource or of its type."""
    found: ResourceKind[R] = _BY_TYPE[resource if isinstance(resource, type) else type(resource)]
    return found


def kind_at(key: str) -> ResourceKind[Any] | None:
    """Return the row of the kind whose resources the datastore keeps at keys such as ``key``; None for other keys."""
    return next((kind for kind in KINDS if key.startswith(kind.prefix)), None)


def did_you_mean(word: str, known: list[str]) -> str:
    """Return ``; did you mean X?`` when one of the ``known`` words is close, else an empty text."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    close = difflib.get_close_matches(word.lower(), list(by_lower), n=1, cutoff=0.75)
    return f"; did you mean {by_lower[close[0]]}?" if close else ""


def unknown_kind(name: str) -> str:
    """Return the sentence for a ``name`` in a document that is no kind: why, or which there are."""
    return _unknown(name, sorted({kind.word for kind in KINDS}))


def _unknown(word: str, known: list[str]) -> str:
    later = refusal(word)
    if later is not None:
        return later
    return f"kind {word!r} is not known, only {', '.join(known)}{did_you_mean(word, known)}"
