"""Stages of the decision."""

from dataclasses import replace

import pytest

from bgpkit_node.nft import EnforcementSettings, NftError
from bgpkit_node.nft.stage import Stages
from bgpkit_node.policy.model import Action, Direction
from tests.unit.node.nft.programs import policy, tier

DB, FIRST, LAST = policy("db", Action.ALLOW), policy("first", Action.NEXT_TIER), policy("last", Action.DENY)


def stages() -> Stages:
    """Return the stages of these three policies."""
    return Stages({each.id: each for each in (DB, FIRST, LAST)}, EnforcementSettings(), {4})


def test_a_tier_asks_its_policies_and_then_denies() -> None:
    """Or does what its end says."""
    chain = stages().stage(Direction.INGRESS, (tier(DB, LAST),), ())
    first, second, end = chain.rules
    assert first == f'jump {chain.calls[0].name} comment "NetworkPolicy(default/db) ingress"'
    assert second.startswith("jump ingress-default/last-")
    assert end == 'counter drop comment "end of tier default: Deny"'
    allowing = stages().stage(Direction.INGRESS, (tier(DB, default=Action.ALLOW),), ())
    assert allowing.rules[-1] == 'counter accept comment "end of tier default: Allow"'


def test_a_tier_that_passes_on_goes_to_the_next_and_then_to_the_profiles() -> None:
    """At its end, or by a rule."""
    tiers = (tier(DB, name="one", default=Action.NEXT_TIER), tier(FIRST))
    chain = stages().stage(Direction.INGRESS, tiers, (LAST.id,))
    following = chain.calls[-1]
    assert chain.rules[-1] == f'counter goto {following.name} comment "end of tier one: Pass"'
    profiles = following.calls[0].calls[0]
    assert profiles.rules[0].startswith("jump ingress-default/last-")
    assert profiles.rules[-1] == 'counter drop comment "no policy and no profile has decided"'


def test_chains_are_shared_until_their_policies_are_forgotten() -> None:
    """Also by stages that differ."""
    policies = {each.id: each for each in (DB, LAST)}
    made = Stages(policies, EnforcementSettings(), {4})
    one, two = made.stage(Direction.INGRESS, (tier(DB),), ()), made.stage(Direction.INGRESS, (tier(DB, LAST),), ())
    assert one.calls[0] is two.calls[0]
    policies[DB.id] = policy("db", Action.DENY)
    assert made.stage(Direction.INGRESS, (tier(DB),), ()) is one
    made.forget([DB.id])
    assert made.stage(Direction.INGRESS, (tier(DB),), ()) != one


def test_what_cannot_be_enforced_whole_is_refused() -> None:
    """A policy without rules, and what is for hosts only."""
    with pytest.raises(NftError, match="there are no rules for it"):
        stages().stage(Direction.INGRESS, (tier(policy("gone")),), ())
    untracked = replace(DB, do_not_track=True)
    made = Stages({DB.id: untracked}, EnforcementSettings(), {4})
    with pytest.raises(NftError, match="doNotTrack"):
        made.stage(Direction.INGRESS, (tier(DB),), ())
