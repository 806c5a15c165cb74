"""A compiled policy says of every route what the obvious evaluation says, however routes come in blocks."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bgpkit.policy import Change, PrefixSet, RoutePolicy, RpkiIs, Verdict, by_destination, is_keyed, uses_rpki
from bgpkit.policy.condition import leaves
from bgpkit.policy.key_block import cuts, width_of
from bgpkit_fsm import IPV4_UNICAST, IPV4_VPN, IPV6_UNICAST
from tests.properties.policy_model import said
from tests.properties.policy_strategies import Routes, key_conditions, path_conditions, policies, routes


@settings(deadline=None, max_examples=80)
@given(policies(), st.lists(routes(), min_size=1, max_size=3))
def test_a_compiled_policy_equals_the_obvious_evaluation(policy: RoutePolicy, blocks: list[Routes]) -> None:
    """Verdict, rule and change of every key are those of a walk through the rules; asked twice, they are the same."""
    for found in (*blocks, *blocks):
        expected = {key: said(policy, found, key) for key in found.keys}
        assert _answers(policy, found) == expected


@settings(deadline=None, max_examples=30)
@given(policies(), routes())
def test_every_key_is_in_one_group_and_a_single_group_is_the_very_list(policy: RoutePolicy, found: Routes) -> None:
    """So that a block of routes that pass together stays one block, and no route is lost or doubled."""
    keys = list(found.keys)
    groups = list(policy.apply(found.family, found.path, keys))
    assert sorted(key for _, group in groups for key in group) == sorted(found.keys)
    assert keys == found.keys
    if len({id(verdict) for verdict, _ in groups}) == 1:
        assert groups[0][1] is keys


@settings(deadline=None, max_examples=30)
@given(policies(), routes())
def test_equal_rules_give_the_same_verdict_object(policy: RoutePolicy, found: Routes) -> None:
    """Whoever remembers by verdict need not compare rules."""
    first = {id(verdict) for verdict, _ in policy.apply(found.family, found.path, found.keys)}
    again = {id(verdict) for key in found.keys for verdict, _ in policy.apply(found.family, found.path, [key])}
    assert first == again


@settings(deadline=None, max_examples=30)
@given(policies(path_conditions), routes([IPV4_UNICAST]), routes([IPV4_UNICAST]))
def test_a_policy_that_asks_about_paths_only_says_the_same_of_all_keys(
    policy: RoutePolicy, one: Routes, two: Routes
) -> None:
    """It is not keyed: its verdict is remembered for the path."""
    assert not is_keyed(policy)
    ((verdict, group),) = policy.apply(IPV4_UNICAST, one.path, one.keys)
    ((other, _),) = policy.apply(IPV4_UNICAST, one.path, two.keys)
    assert verdict is other
    assert group is one.keys
    assert _answers(policy, one) == {key: said(policy, one, key) for key in one.keys}


@settings(deadline=None, max_examples=30)
@given(policies())
def test_a_policy_is_keyed_and_uses_roas_when_a_rule_asks(policy: RoutePolicy) -> None:
    """However deep in its condition."""
    asked = [leaf for rule in policy.rules for leaf in leaves(rule.match)]
    assert is_keyed(policy) is any(isinstance(leaf, PrefixSet | RpkiIs) for leaf in asked)
    assert uses_rpki(policy) is any(isinstance(leaf, RpkiIs) for leaf in asked)


@settings(deadline=None, max_examples=80)
@given(policies(key_conditions), routes([IPV4_UNICAST, IPV6_UNICAST, IPV4_VPN]))
def test_what_destinations_tell_is_what_the_rules_say(policy: RoutePolicy, found: Routes) -> None:
    """Of one key it is what the policy says; of a block, what all of its keys get; asked twice, it is the same."""
    told = by_destination(policy, found.family)
    expected = {key: said(policy, found, key) for key in found.keys}
    if isinstance(told, Verdict):
        assert {_answer(told)} == set(expected.values())
    elif told is not None:
        for _ in range(2):
            one_by_one = {key: told([key]) for key in found.keys}
            assert {key: _answer(one) for key, one in one_by_one.items() if one is not None}.items() <= expected.items()
            octets = cuts(width_of(found.family))[1]
            assert all(one is not None or len(key) - 1 > octets for key, one in one_by_one.items())
            alike = {id(one) for one in one_by_one.values()}
            assert told(found.keys) is (next(iter(one_by_one.values())) if len(alike) == 1 else None)


def _answers(policy: RoutePolicy, found: Routes) -> dict[bytes, tuple[bool, int, tuple[object, ...]]]:
    groups = policy.apply(found.family, found.path, list(found.keys))
    return {key: _answer(verdict) for verdict, group in groups for key in group}


def _answer(verdict: Verdict) -> tuple[bool, int, tuple[object, ...]]:
    name, _, rest = verdict.rule.partition(": ")
    assert name == "drawn"
    number = 0 if rest.startswith("default") else int(rest.removeprefix("rule ").split(" ")[0])
    return verdict.accepted, number, (verdict.change or Change()).actions
