"""Kinds that Calico or Kubernetes has and this version does not: known by name, so that they are refused as such."""

from typing import Final

_ALIASES: Final[dict[str, tuple[str, ...]]] = {
    "BlockAffinity": ("blockaffinities", "affinity", "affinities"),
    "IPAMBlock": ("ipamblocks",),
    "IPAMHandle": ("ipamhandles",),
}
_WORKLOADS: Final = "workloads are started by the kubelet: here are networks and policies alone"
_IN_KUBERNETES: Final[dict[str, str]] = {
    "Pod": "pods are WorkloadEndpoints of projectcalico.org/v3, which the CNI plugin writes with the pod's labels",
    "Endpoints": "write an EndpointSlice of discovery.k8s.io/v1",
    "ServiceAccount": "a WorkloadEndpoint names its service account as spec.serviceAccountName",
    "Deployment": _WORKLOADS,
    "DaemonSet": _WORKLOADS,
    "StatefulSet": _WORKLOADS,
}
"""What is to be said of kinds of Kubernetes that are not kept here."""
_SHORT: Final = {
    "Pod": "po",
    "Endpoints": "ep",
    "ServiceAccount": "sa",
    "Deployment": "deploy",
    "DaemonSet": "ds",
    "StatefulSet": "sts",
}
"""What kubectl calls them for short."""
_NAMES: Final = {word: name for name, words in _ALIASES.items() for word in (name.lower(), *words)}


def refusal(word: str) -> str | None:
    """Return why the kind that ``word`` names, by name or alias in any case, cannot be had; None for other words."""
    for kind, sentence in _IN_KUBERNETES.items():
        if word.lower() in {kind.lower(), f"{kind.lower()}s", _SHORT.get(kind)}:
            return f"kind {kind} is not kept here: {sentence}"
    name = _NAMES.get(word.lower())
    if name is None:
        return None
    return f"kind {name} is written by address management alone: bgpkit-node ipam show tells what stands in it"
