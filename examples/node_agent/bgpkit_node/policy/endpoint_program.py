"""What is asked of an endpoint's packets: the policies that are for it, sorted into tiers."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from bgpkit_node.policy.model import Action, Direction, Endpoint, Policy, Tier
from bgpkit_node.policy.precedence import tier_called
from bgpkit_node.policy.program import EndpointProgram, TierProgram
from bgpkit_node.policy.rule_program import profile_id


def is_asked(policy: Policy, endpoint: Endpoint) -> bool:
    """Tell whether an endpoint can have a policy: those before connections are tracked or translated are for nodes."""
    return endpoint.host or not is_early(policy)


def is_early(policy: Policy) -> bool:
    """Tell whether a policy is asked before connections are tracked or translated; it has no end of tier."""
    return policy.do_not_track or policy.pre_dnat


def tiers_of(policies: Sequence[Policy], direction: Direction, tiers: Mapping[str, Tier]) -> tuple[TierProgram, ...]:
    """Sort the policies of an endpoint, which are in the order in which they are asked, into tiers."""
    asked = (policy for policy in policies if direction in policy.directions)
    return tuple(_tier(name, tuple(group), tiers) for name, group in groupby(asked, lambda policy: policy.tier))


def program_of_endpoint(
    endpoint: Endpoint,
    policies: Sequence[Policy],
    tiers: Mapping[Direction, tuple[TierProgram, ...]],
    known_profiles: Mapping[str, object],
) -> EndpointProgram:
    """Put together what is asked of an endpoint's packets."""
    decided = {direction for policy in policies if not policy.staged for direction in policy.directions}
    is_open = not endpoint.profiles and not endpoint.host
    return EndpointProgram(
        endpoint=endpoint,
        ingress=tiers[Direction.INGRESS],
        egress=tiers[Direction.EGRESS],
        profiles=tuple(profile_id(name) for name in endpoint.profiles if name in known_profiles),
        open=frozenset(direction for direction in Direction if is_open and direction not in decided),
    )


def _tier(name: str, policies: Sequence[Policy], tiers: Mapping[str, Tier]) -> TierProgram:
    decides = any(not policy.staged and not is_early(policy) for policy in policies)
    return TierProgram(
        name=name,
        policies=tuple(policy.id for policy in policies),
        default=tier_called(name, tiers).default if decides else Action.NEXT_TIER,
    )
