"""Tiers: their order, and those that are always there."""

import json
from math import inf
from typing import Any

import pytest

from bgpkit_node.errors import InvalidResourcesError
from bgpkit_node.resources.documents import load_documents
from bgpkit_node.resources.metadata import Metadata
from bgpkit_node.resources.tier import BUILT_IN_TIERS, TIER, Tier, TierAction, TierSpec, check_tier


def _loaded(name: str, spec: dict[str, Any]) -> Tier:
    whole = {"apiVersion": "projectcalico.org/v3", "kind": "Tier", "metadata": {"name": name}, "spec": spec}
    resource = load_documents(json.dumps(whole), "tier.yaml")[0].resource
    assert isinstance(resource, Tier)
    return resource


def test_a_tier_denies_at_its_end_and_comes_last_unless_it_says_otherwise() -> None:
    """Its order may have a fraction."""
    tier = _loaded("security", {})
    assert (tier.effective_order, tier.spec.default_action) == (inf, TierAction.DENY)
    assert _loaded("security", {"order": 0.5}).effective_order == 0.5


@pytest.mark.parametrize("name", BUILT_IN_TIERS)
def test_the_tiers_that_are_always_there_keep_their_place(name: str) -> None:
    """Anything else for them is refused."""
    built_in = BUILT_IN_TIERS[name]
    assert not list(check_tier(Tier(metadata=Metadata(name=name), spec=built_in)))
    other = TierAction.DENY if built_in.default_action is TierAction.NEXT_TIER else TierAction.NEXT_TIER
    wrong = Tier(metadata=Metadata(name=name), spec=TierSpec(order=7, default_action=other))
    assert [fault.field for fault in check_tier(wrong)] == ["spec.order", "spec.defaultAction"]


@pytest.mark.parametrize(
    ("name", "spec", "field"),
    [
        ("a.b", {}, "metadata.name"),
        ("A", {}, "metadata.name"),
        ("a", {"order": True}, "spec.order"),
        ("a", {"defaultAction": "Allow"}, "spec.defaultAction"),
        ("a", {"defaultaction": "Pass"}, "spec.defaultaction"),
    ],
)
def test_what_a_tier_cannot_say_is_refused_by_field(name: str, spec: dict[str, Any], field: str) -> None:
    """A dot separates a tier from a policy."""
    with pytest.raises(InvalidResourcesError) as caught:
        _loaded(name, spec)
    assert [error.field for error in caught.value.errors] == [field]


def test_the_columns_of_a_tier() -> None:
    """Those of calicoctl, and what is done at the end."""
    tier = _loaded("security", {"order": 100, "defaultAction": "Pass"})
    assert [column.cell(tier, 0) for column in TIER.wide] == ["security", "100", "Pass"]
