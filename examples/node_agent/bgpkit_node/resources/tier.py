"""Tier: a stage of the decision about a packet; policies of one tier are looked at before those of the next."""

from collections.abc import Iterator
from enum import Enum
from math import inf
from typing import Any, ClassVar, Final

from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.kind import Column, Resource, ResourceKind
from bgpkit_node.resources.metadata import check_metadata
from bgpkit_node.resources.part import StrictPart
from bgpkit_node.resources.policy_checks import check_order
from bgpkit_node.resources.policy_columns import order_text
from bgpkit_node.resources.policy_fields import DEFAULT_TIER

ADMIN_TIER: Final = "kube-admin"
BASELINE_TIER: Final = "kube-baseline"


class TierAction(Enum):
    """What becomes of a packet that no rule of the tier matches, where a policy of it is for the endpoint."""

    NEXT_TIER = "Pass"
    DENY = "Deny"


class TierSpec(StrictPart, frozen=True, kw_only=True):
    """When the tier is looked at, the lowest order first, and what is done at its end."""

    order: int | float | None = None
    default_action: TierAction = TierAction.DENY


class Tier(Resource, frozen=True, kw_only=True):
    """A stage of the decision."""

    kind: ClassVar[str] = "Tier"
    spec: TierSpec = TierSpec()
    status: Any = None

    @property
    def effective_order(self) -> float:
        """The place among the tiers; infinite, so that it comes last, when none is given."""
        return inf if self.spec.order is None else float(self.spec.order)


BUILT_IN_TIERS: Final[dict[str, TierSpec]] = {
    DEFAULT_TIER: TierSpec(order=1_000_000),
    ADMIN_TIER: TierSpec(order=1_000, default_action=TierAction.NEXT_TIER),
    BASELINE_TIER: TierSpec(order=10_000_000, default_action=TierAction.NEXT_TIER),
}
"""The tiers that are always there, whether somebody has written them or not."""


def check_tier(tier: Tier) -> Iterator[Fault]:
    """Yield what is wrong with one tier."""
    yield from check_metadata(tier.metadata)
    if "." in tier.name:
        yield Fault("metadata.name", f"{tier.name} has a dot: one separates a tier from the name of a policy")
    yield from check_order("spec.order", tier.spec.order)
    built_in = BUILT_IN_TIERS.get(tier.name)
    if built_in is None:
        return
    if tier.spec.order != built_in.order:
        yield Fault("spec.order", f"must be {built_in.order} for the tier {tier.name}")
    if tier.spec.default_action is not built_in.default_action:
        yield Fault("spec.defaultAction", f"must be {built_in.default_action.value} for the tier {tier.name}")


_NARROW: Final[tuple[Column[Tier], ...]] = (
    Column("NAME", lambda tier, _: tier.name),
    Column("ORDER", lambda tier, _: order_text(tier.spec.order)),
)

TIER: Final[ResourceKind[Tier]] = ResourceKind(
    name="Tier",
    plural="tiers",
    aliases=frozenset(),
    type=Tier,
    narrow=_NARROW,
    wide=(*_NARROW, Column("DEFAULTACTION", lambda tier, _: tier.spec.default_action.value, recent=True)),
    check=check_tier,
)
