"""What decides over the packets of an interface of a node, hook by hook."""

from dataclasses import replace

from bgpkit_node.nft import EnforcementSettings
from bgpkit_node.nft.chain import Chain
from bgpkit_node.nft.host_maps import HOOKS, HOST_SETS, Hook, named_map, others_map
from bgpkit_node.nft.host_roots import host_roots, tiers_at
from bgpkit_node.policy.model import Action, Direction
from bgpkit_node.policy.moments import Moment
from bgpkit_node.policy.program import PolicyProgram, TierProgram
from tests.unit.node.nft.programs import endpoint, policy, tier

NORMAL = policy("normal", Action.ALLOW)
FORWARD = replace(policy("forward", Action.ALLOW), apply_on_forward=True)
DNAT = replace(policy("dnat", Action.ALLOW), pre_dnat=True, apply_on_forward=True)
UNTRACKED = replace(policy("untracked", Action.ALLOW), do_not_track=True, apply_on_forward=True)
INGRESS = {moment: Hook(moment, Direction.INGRESS) for moment in Moment}


def roots(*policies: PolicyProgram, drop_invalid: bool = False) -> dict[Hook, Chain]:
    """Return the chains for an interface with policies of one tier, for what comes in."""
    wanted = endpoint(1, tier(*policies), interface="eth0", host=True)

    def decide(hook: Hook, tiers: tuple[TierProgram, ...]) -> Chain:
        """Name the chain after the policies."""
        return Chain(" ".join([hook.moment.value, *(each.name for tier in tiers for each in tier.policies)]), "", ())

    settings = EnforcementSettings(mark=0x40000, drop_invalid=drop_invalid)
    return host_roots(wanted, {each.id: each for each in policies}, settings, decide)


def test_each_hook_asks_its_own_policies_and_no_chain_is_where_nothing_is_asked() -> None:
    """But for what the node gets and sends itself, which is denied where nothing allows it."""
    found = roots(NORMAL, FORWARD)
    assert {hook: chain.name for hook, chain in found.items()} == {
        INGRESS[Moment.NORMAL]: "normal normal forward",
        Hook(Moment.NORMAL, Direction.EGRESS): "normal",
        INGRESS[Moment.FORWARD]: "forwarded forward",
    }


def test_a_tier_ends_only_where_a_policy_of_it_is_asked_that_is_not_staged() -> None:
    """And never at an early hook."""
    policies = {each.id: each for each in (NORMAL, replace(FORWARD, staged=True), DNAT)}
    asked = endpoint(1, tier(*policies.values()), interface="eth0", host=True)
    ends = {moment: [each.default for each in tiers_at(hook, asked, policies)] for moment, hook in INGRESS.items()}
    assert ends == {
        Moment.UNTRACKED: [],
        Moment.PRE_DNAT: [Action.NEXT_TIER],
        Moment.NORMAL: [Action.DENY],
        Moment.FORWARD: [Action.NEXT_TIER],
    }


def test_what_is_allowed_early_is_forgotten_where_it_has_been_heeded() -> None:
    """By one bit, which the first hook clears; without early policies no chain looks at it."""
    found = roots(NORMAL, DNAT, UNTRACKED)
    clearing, passing = "meta mark set meta mark & 0xfffbffff", "meta mark & 0x40000 == 0x40000"
    assert found[INGRESS[Moment.UNTRACKED]].rules[0] == clearing
    assert found[INGRESS[Moment.PRE_DNAT]].rules[:2] == (
        "ct state established,related accept",
        f"{passing} accept",
    )
    for moment in (Moment.NORMAL, Moment.FORWARD):
        assert found[INGRESS[moment]].rules[0].startswith(f"{passing} {clearing} counter accept")
    assert len(found[INGRESS[Moment.FORWARD]].rules) == 1, "nothing else is asked there"
    alone = roots(DNAT)[INGRESS[Moment.PRE_DNAT]]
    assert alone.rules[1] == clearing
    assert not any("meta mark" in rule for chain in roots(NORMAL, FORWARD).values() for rule in chain.rules)


def test_what_belongs_to_no_connection_is_dropped_before_policies_are_asked() -> None:
    """After what has been allowed early, which is no connection's either; where nothing is asked all passes."""
    found = roots(NORMAL, UNTRACKED, drop_invalid=True)
    rules = found[INGRESS[Moment.NORMAL]].rules
    assert [rule.split()[0] for rule in rules] == ["meta", "ct", "goto"]
    assert rules[1].startswith("ct state invalid counter drop")
    assert len(found[INGRESS[Moment.FORWARD]].rules) == 1
    assert found[Hook(Moment.NORMAL, Direction.EGRESS)].rules[0].startswith("ct state invalid counter drop")


def test_every_hook_has_a_map_by_name_and_one_for_the_others() -> None:
    """Before DNAT only for what comes in."""
    assert HOST_SETS.keys() == {name for hook in HOOKS for name in (named_map(hook), others_map(hook))}
    assert Hook(Moment.PRE_DNAT, Direction.EGRESS) not in HOOKS
