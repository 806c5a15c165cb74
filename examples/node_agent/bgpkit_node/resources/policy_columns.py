"""The columns of the tables that list policies."""

from collections.abc import Mapping
from typing import Any, Final

from bgpkit_node.resources.kind import Column

NO_ORDER: Final = "<nil>"
"""What calicoctl prints where no order is given."""

NAME: Final[Column[Any]] = Column("NAME", lambda policy, _: policy.name)
_TIER: Final[Column[Any]] = Column("TIER", lambda policy, _: policy.spec.tier, recent=True)

POLICY_NARROW: Final = (NAME, _TIER)
POLICY_WIDE: Final[tuple[Column[Any], ...]] = (
    NAME,
    _TIER,
    Column("ORDER", lambda policy, _: order_text(policy.spec.order)),
    Column("SELECTOR", lambda policy, _: policy.spec.selector),
)


def order_text(order: float | None) -> str:
    """Write an order without a fraction of zero."""
    return NO_ORDER if order is None else f"{order:.15g}" if abs(order) < 1e15 else str(order)


def pairs_text(pairs: Mapping[str, str]) -> str:
    """Write labels as ``a=b,c=d``."""
    return ",".join(f"{key}={value}" for key, value in sorted(pairs.items()))
