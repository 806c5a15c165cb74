"""Kinds of resources that Calico has and this version does not: known by name, so that they are refused as such."""

from typing import Final

_ALIASES: Final[dict[str, tuple[str, ...]]] = {
    "NetworkPolicy": ("networkpolicies", "policy", "policies", "np", "nps", "pol", "pols"),
    "GlobalNetworkPolicy": ("globalnetworkpolicies", "gnp", "gnps"),
    "StagedNetworkPolicy": ("stagednetworkpolicies", "snp", "snps"),
    "StagedGlobalNetworkPolicy": ("stagedglobalnetworkpolicies", "sgnp", "sgnps"),
    "StagedKubernetesNetworkPolicy": ("stagedkubernetesnetworkpolicies", "sknp", "sknps"),
    "NetworkSet": ("networksets", "netsets"),
    "GlobalNetworkSet": ("globalnetworksets",),
    "Tier": ("tiers",),
    "Profile": ("profiles", "pro", "pros"),
    "KubeControllersConfiguration": ("kubecontrollersconfigurations", "kubecontrollersconfig"),
    "BlockAffinity": ("blockaffinities",),
    "IPAMBlock": ("ipamblocks",),
    "IPAMHandle": ("ipamhandles",),
}
_NAMES: Final = {word: name for name, words in _ALIASES.items() for word in (name.lower(), *words)}
_OF_THE_ALLOCATOR: Final = frozenset({"BlockAffinity", "IPAMBlock", "IPAMHandle"})


def refusal(word: str) -> str | None:
    """Return why the kind that ``word`` names, by name or alias in any case, cannot be had; None for other words."""
    name = _NAMES.get(word.lower())
    if name is None:
        return None
    if name in _OF_THE_ALLOCATOR:
        return f"kind {name} is written by address management alone: bgpkit-node ipam show tells what stands in it"
    return f"kind {name} is not supported yet"
