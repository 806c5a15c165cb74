"""All kinds of resources, found by name, by alias and by type."""

import difflib
from typing import Any, Final

from bgpkit_node.resources.bgp_configuration import BGP_CONFIGURATION
from bgpkit_node.resources.bgp_filter import BGP_FILTER
from bgpkit_node.resources.bgp_peer import BGP_PEER
from bgpkit_node.resources.calico_node_status import CALICO_NODE_STATUS
from bgpkit_node.resources.cluster_information import CLUSTER_INFORMATION
from bgpkit_node.resources.felix_configuration import FELIX_CONFIGURATION
from bgpkit_node.resources.host_endpoint import HOST_ENDPOINT
from bgpkit_node.resources.ip_pool import IP_POOL
from bgpkit_node.resources.ip_reservation import IP_RESERVATION
from bgpkit_node.resources.ipam_configuration import IPAM_CONFIGURATION
from bgpkit_node.resources.kind import R, Resource, ResourceKind
from bgpkit_node.resources.later_kinds import refusal
from bgpkit_node.resources.node import NODE
from bgpkit_node.resources.workload_endpoint import WORKLOAD_ENDPOINT

KINDS: Final[tuple[ResourceKind[Any], ...]] = (
    CLUSTER_INFORMATION,
    FELIX_CONFIGURATION,
    NODE,
    IPAM_CONFIGURATION,
    IP_POOL,
    IP_RESERVATION,
    BGP_CONFIGURATION,
    BGP_FILTER,
    BGP_PEER,
    HOST_ENDPOINT,
    WORKLOAD_ENDPOINT,
    CALICO_NODE_STATUS,
)
"""The row of every kind, in the order in which they are best created."""

_BY_NAME: Final = {kind.name: kind for kind in KINDS}
_BY_TYPE: Final[dict[type[Resource], ResourceKind[Any]]] = {kind.type: kind for kind in KINDS}
_BY_WORD: Final = {
    word: kind for kind in KINDS for word in (kind.name.lower(), f"{kind.name.lower()}s", kind.plural, *kind.aliases)
}


def kind_named(name: str) -> ResourceKind[Any]:
    """Return the row of a kind by its exact name, as documents give it.

    Raises ValueError with one sentence that lists the known kinds.
    """
    try:
        return _BY_NAME[name]
    except KeyError:
        raise ValueError(_unknown(name)) from None


def kind_called(word: str) -> ResourceKind[Any]:
    """Return the row of a kind by any word for it, as commands give it: name, plural or alias in any case.

    Raises ValueError with one sentence that lists the known kinds.
    """
    try:
        return _BY_WORD[word.lower()]
    except KeyError:
        raise ValueError(_unknown(word)) from None


def kind_of(resource: type[R] | R) -> ResourceKind[R]:
    """Return the row of a resource or of its type."""
    found: ResourceKind[R] = _BY_TYPE[resource if isinstance(resource, type) else type(resource)]
    return found


def did_you_mean(word: str, known: list[str]) -> str:
    """Return ``; did you mean X?`` when one of the ``known`` words is close, else an empty text."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    close = difflib.get_close_matches(word.lower(), list(by_lower), n=1, cutoff=0.75)
    return f"; did you mean {by_lower[close[0]]}?" if close else ""


def _unknown(word: str) -> str:
    later = refusal(word)
    if later is not None:
        return later
    names = [kind.name for kind in KINDS]
    return f"kind {word!r} is not known, only {', '.join(sorted(names))}{did_you_mean(word, names)}"
