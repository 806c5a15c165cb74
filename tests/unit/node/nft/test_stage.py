"""Stages of the decision."""

import pytest

from bgpkit_node.nft import EnforcementSettings, NftError, Refusal
from bgpkit_node.nft.host_maps import Hook
from bgpkit_node.nft.naming import network_set
from bgpkit_node.nft.stage import Stages
from bgpkit_node.nft.unions import Union
from bgpkit_node.policy.model import Action, Direction
from bgpkit_node.policy.moments import Moment
from tests.unit.node.nft.programs import policy, tier

NORMAL = Hook(Moment.NORMAL, Direction.INGRESS)
DB, FIRST, LAST = policy("db", Action.ALLOW), policy("first", Action.NEXT_TIER), policy("last", Action.DENY)


def stages() -> Stages:
    """Return the stages of these three policies."""
    return Stages({each.id: each for each in (DB, FIRST, LAST)}, EnforcementSettings(), {4})


def test_a_tier_asks_its_policies_and_then_denies() -> None:
    """Or does what its end says."""
    chain = stages().stage(NORMAL, (tier(DB, LAST),), ())
    first, second, end = chain.rules
    assert first == f'jump {chain.calls[0].name} comment "NetworkPolicy(default/db) ingress"'
    assert second.startswith("jump ingress-default/last-")
    assert end == 'counter drop comment "end of tier default: Deny"'
    allowing = stages().stage(NORMAL, (tier(DB, default=Action.ALLOW),), ())
    assert allowing.rules[-1] == 'counter accept comment "end of tier default: Allow"'


def test_a_tier_of_many_policies_asks_groups_of_them_of_those_that_they_may_be_for() -> None:
    """By the addresses at the other end, of each IP version; all that is left comes to the end of the tier."""
    many = [policy(f"p{number}", Action.ALLOW) for number in range(200)]
    made = Stages({each.id: each for each in many}, EnforcementSettings(), {4, 6})
    chain = made.stage(NORMAL, (tier(*many),), ())
    guarded = [rule for rule in chain.rules if rule.startswith("ip")]
    assert len(guarded) == 2 * len(chain.unions)
    assert 4 <= len(chain.unions) < 20
    first = chain.calls[0]
    name = network_set(chain.unions[0].id, 4)
    assert guarded[0] == f'ip saddr @{name} jump {first.name} comment "{first.comment}"'
    assert guarded[1].startswith("ip6 saddr @net6-")
    assert first.rules[0].startswith("jump ingress-default/p0-")
    assert chain.rules[-1] == 'counter drop comment "end of tier default: Deny"'
    assert made.stage(Hook(Moment.NORMAL, Direction.EGRESS), (tier(*many),), ()).unions[0] == Union((), ())


def test_a_tier_that_passes_on_goes_to_the_next_and_then_to_the_profiles() -> None:
    """At its end, or by a rule."""
    tiers = (tier(DB, name="one", default=Action.NEXT_TIER), tier(FIRST))
    chain = stages().stage(NORMAL, tiers, (LAST.id,))
    following = chain.calls[-1]
    assert chain.rules[-1] == f'counter goto {following.name} comment "end of tier one: Pass"'
    profiles = following.calls[0].calls[0]
    assert profiles.rules[0].startswith("jump ingress-default/last-")
    assert profiles.rules[-1] == 'counter drop comment "no policy and no profile has decided"'


def test_chains_are_shared_until_their_policies_are_forgotten() -> None:
    """Also by stages that differ."""
    policies = {each.id: each for each in (DB, LAST)}
    made = Stages(policies, EnforcementSettings(), {4})
    one, two = made.stage(NORMAL, (tier(DB),), ()), made.stage(NORMAL, (tier(DB, LAST),), ())
    assert one.calls[0] is two.calls[0]
    policies[DB.id] = policy("db", Action.DENY)
    assert made.stage(NORMAL, (tier(DB),), ()) is one
    made.forget([DB.id])
    assert made.stage(NORMAL, (tier(DB),), ()) != one


def test_what_cannot_be_enforced_whole_is_refused() -> None:
    """A policy without rules."""
    with pytest.raises(NftError, match="there are no rules for it"):
        stages().stage(NORMAL, (tier(policy("gone")),), ())


def test_what_is_allowed_early_is_remembered_and_what_is_denied_is_dropped() -> None:
    """Before connections are tracked it is not tracked either; what is left is for the policies that come later."""
    settings = EnforcementSettings(refusal=Refusal.REJECT)
    both = policy("both", Action.ALLOW, Action.DENY)
    made = Stages({both.id: both}, settings, {4})
    asked = (tier(both, default=Action.NEXT_TIER),)
    untracked, dnat, forward = (
        made.stage(Hook(moment, Direction.INGRESS), asked, (DB.id,))
        for moment in (Moment.UNTRACKED, Moment.PRE_DNAT, Moment.FORWARD)
    )
    for chain, allowed in ((untracked, "notrack meta mark set"), (dnat, "counter meta mark set"), (forward, "accept")):
        rules = chain.calls[0].rules
        assert allowed in rules[0]
        assert ("goto refused" in rules[1]) is (chain is forward)
    assert [chain.calls[-1].name for chain in (untracked, dnat, forward)] == ["undecided", "undecided", "forwarded"]
