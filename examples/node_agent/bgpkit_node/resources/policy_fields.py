"""What the policies of all kinds that Calico has share: their fields, and what is filled in."""

from enum import Enum
from math import inf
from typing import Annotated, Final

import msgspec

from bgpkit_node.resources.field_types import SelectorText
from bgpkit_node.resources.part import StrictPart
from bgpkit_node.resources.policy_rule import PolicyRules

DEFAULT_TIER: Final = "default"


class PolicyType(Enum):
    """A direction that a policy decides, seen from the endpoint."""

    INGRESS = "Ingress"
    EGRESS = "Egress"


class PerformanceHint(Enum):
    """What a policy tells of its use."""

    ASSUME_NEEDED_ON_EVERY_NODE = "AssumeNeededOnEveryNode"


class StagedAction(Enum):
    """What a staged policy stands for; none of them changes what becomes of a packet."""

    SET = "Set"
    DELETE = "Delete"
    LEARN = "Learn"
    IGNORE = "Ignore"


def types_of(*, ingress: bool, egress: bool) -> tuple[PolicyType, ...]:
    """Return the directions of a policy that names none, from whether it has rules of each."""
    if not egress:
        return (PolicyType.INGRESS,)
    return (PolicyType.INGRESS, PolicyType.EGRESS) if ingress else (PolicyType.EGRESS,)


class PolicySpec(StrictPart, frozen=True, kw_only=True):
    """Which endpoints a policy is for, and its rules; ``tier`` and ``types`` are filled in when left out."""

    tier: str = DEFAULT_TIER
    order: int | float | None = None
    selector: SelectorText = ""
    types: Annotated[tuple[PolicyType, ...], msgspec.Meta(max_length=2)] = ()
    ingress: PolicyRules = ()
    egress: PolicyRules = ()
    service_account_selector: SelectorText = ""
    performance_hints: tuple[PerformanceHint, ...] = ()

    def __post_init__(self) -> None:
        """Fill in what is left out."""
        if not self.tier:
            msgspec.structs.force_setattr(self, "tier", DEFAULT_TIER)
        if not self.types:
            types = types_of(ingress=bool(self.ingress), egress=bool(self.egress))
            msgspec.structs.force_setattr(self, "types", types)

    @property
    def effective_order(self) -> float:
        """The place among the policies of the tier; infinite, so that it comes last, when none is given."""
        return inf if self.order is None else float(self.order)


class GlobalPolicySpec(PolicySpec, frozen=True, kw_only=True):
    """The same for endpoints of all namespaces, and of none, and what is for interfaces of nodes alone."""

    namespace_selector: SelectorText = ""
    do_not_track: bool = False
    pre_dnat: bool = msgspec.field(default=False, name="preDNAT")
    apply_on_forward: bool = False
