"""Which policy is asked before which."""

from collections.abc import Mapping
from math import inf
from typing import Final, TypeAlias

from bgpkit_node.policy.from_calico import tier_of_calico
from bgpkit_node.policy.model import Policy, Tier
from bgpkit_node.resources import BUILT_IN_TIERS, Metadata
from bgpkit_node.resources import Tier as TierResource

_BUILT_IN: Final = {
    name: tier_of_calico(TierResource(metadata=Metadata(name=name), spec=spec)) for name, spec in BUILT_IN_TIERS.items()
}

Precedence: TypeAlias = tuple[float, str, float, str, str, str]
"""Sorts policies: by tier, then by order, then by name."""


def tier_called(name: str, tiers: Mapping[str, Tier]) -> Tier:
    """Return a tier by name; one that is not there comes last and denies at its end."""
    return tiers.get(name) or _BUILT_IN.get(name) or Tier(name=name, order=inf)


def precedence(policy: Policy, tier: Tier) -> Precedence:
    """Return the place of a policy among all."""
    return (tier.order, tier.name, policy.order, policy.id.name, policy.id.namespace, policy.id.kind)


def is_known_tier(name: str, tiers: Mapping[str, Tier]) -> bool:
    """Tell whether there is a tier, written by someone or always there."""
    return name in tiers or name in _BUILT_IN
