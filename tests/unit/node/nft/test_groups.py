"""Policies that are asked together."""

from collections.abc import Iterable
from dataclasses import replace
from ipaddress import ip_network

from bgpkit_node.nft.groups import FEWEST, SIZE, Group, grouped
from bgpkit_node.nft.unions import Union
from bgpkit_node.policy.model import Action, Direction, PolicyId
from bgpkit_node.policy.program import PolicyProgram, RuleProgram, SetId, SideProgram

NET = ip_network("10.0.0.0/8")
MANY = 20 * SIZE


def policy(number: int, *sides: SideProgram, action: Action = Action.ALLOW) -> PolicyProgram:
    """Return a policy with a rule for each of these sides that packets come from, without any for a set of its own."""
    found = sides or (SideProgram(sets=(SetId(f"s{number}"), SetId("beside"))),)
    rules = tuple(RuleProgram(name=f"ingress[{index}]", action=action, source=side) for index, side in enumerate(found))
    return PolicyProgram(id=PolicyId("NetworkPolicy", "default", f"p{number:04}"), ingress=rules)


def asked(policies: Iterable[PolicyProgram], direction: Direction = Direction.INGRESS) -> list[Group]:
    """Return the groups; all policies are in them, in their order."""
    wanted = list(policies)
    found = list(grouped(wanted, direction))
    assert [policy for group in found for policy in group.policies] == wanted
    return found


def test_few_policies_are_asked_one_by_one() -> None:
    """As one group without a union; none at all is none."""
    few = [policy(number) for number in range(FEWEST - 1)]
    assert asked(few) == [Group(tuple(few), None)]
    assert asked([]) == []


def test_of_many_policies_a_group_has_the_addresses_of_all_its_rules() -> None:
    """One set of each rule, or its networks; whatever the rule does. A policy without rules is for nobody."""
    many = [policy(number) for number in range(MANY)]
    many[0] = policy(0, SideProgram(nets=(NET,)), SideProgram(sets=(SetId("s0"),)), action=Action.DENY)
    many[1] = replace(many[1], ingress=(), staged=True)
    first, *_ = groups = asked(many)
    assert 10 <= len(groups) <= 40
    parts = {SetId(f"s{number}") for number in range(len(first.policies)) if number != 1}
    assert first.union == Union.of(parts, [NET])


def test_a_policy_that_may_be_for_anybody_is_asked_of_every_packet() -> None:
    """Between groups: nothing is asked before it that comes after it."""
    anybody = policy(7, SideProgram(not_nets=(NET,)), SideProgram(sets=(SetId("s7"),)))
    groups = asked([policy(number) if number != 7 else anybody for number in range(MANY)])
    assert Group((anybody,), None) in groups
    outgoing = asked([policy(number) for number in range(MANY)], Direction.EGRESS)
    assert all(group.union in {Union((), ()), None} for group in outgoing), "nothing is said of what goes out"


def test_a_policy_more_leaves_most_groups_as_they_are() -> None:
    """All but the one that it comes into."""
    many = [policy(number) for number in range(MANY)]
    before, after = set(asked(many)), set(asked([*many[:100], policy(MANY), *many[100:]]))
    assert len(before - after) == 1
    assert len(after - before) <= 2
