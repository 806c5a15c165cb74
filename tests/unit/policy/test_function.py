"""Policies that ask a function: its answers, its faults, and what may be remembered."""

from typing import Any

import pytest

from bgpkit.errors import ConfigError
from bgpkit.policy import Change, FunctionPolicy, RouteView, SetLocalPref, Verdict, is_keyed, is_pure
from bgpkit.policy.function import Answer
from bgpkit_fsm import IPV4_UNICAST
from tests.unit.policy.routes import path, verdict

KEYS = [bytes((8, number)) for number in range(4)]
CHANGE = Change((SetLocalPref(200),))


def policy_of(answer: Any) -> FunctionPolicy:
    """Return a policy whose function gives one answer, which may be of any type, as a careless one's is."""

    def function(route: RouteView) -> Answer:
        del route
        given: Answer = answer
        return given

    return FunctionPolicy(function, "asked")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (True, Verdict(True, "asked")),
        (False, Verdict(False, "asked")),
        (None, Verdict(False, "asked: no answer")),
        (CHANGE, Verdict(True, "asked", CHANGE)),
        (Change(), Verdict(True, "asked")),
        (Verdict(False, "because"), Verdict(False, "because")),
        ("yes", Verdict(False, "asked failed: 'yes' is no answer of a policy")),
        (1, Verdict(False, "asked failed: 1 is no answer of a policy")),
    ],
)
def test_every_answer_is_a_verdict(answer: Any, expected: Verdict) -> None:
    """No answer refuses."""
    assert verdict(policy_of(answer), "10.0.0.0/8") == expected


def test_a_function_that_raises_refuses_that_route_only() -> None:
    """The others of the block are judged as if nothing had been."""

    def function(route: RouteView) -> bool:
        assert route.prefix is not None
        return 6 // (int(route.prefix.address) >> 24) > 2

    groups = dict(FunctionPolicy(function, "six").apply(IPV4_UNICAST, path(), KEYS))
    failed = Verdict(False, "six failed: ZeroDivisionError: integer division or modulo by zero")
    assert groups == {failed: [KEYS[0]], Verdict(True, "six"): KEYS[1:3], Verdict(False, "six"): [KEYS[3]]}


def test_one_verdict_for_all_keys_gives_the_very_list_back() -> None:
    """So that a block of routes that pass together stays one block."""
    ((_, group),) = policy_of(True).apply(IPV4_UNICAST, path(), KEYS)
    assert group is KEYS


def test_a_function_that_looks_at_paths_only_is_asked_once() -> None:
    """It is told no destination, so that it cannot depend on one."""
    asked: list[bytes | None] = []

    def function(route: RouteView) -> bool:
        asked.append(route.key)
        return route.prefix is None

    policy = FunctionPolicy(function, "once", pure=True, keyed=False)
    ((answer, group),) = policy.apply(IPV4_UNICAST, path(), KEYS)
    assert (answer.accepted, group is KEYS, asked) == (True, True, [None])
    assert (is_keyed(policy), is_pure(policy)) == (False, True)


def test_a_function_is_not_pure_unless_it_says_so() -> None:
    """The safe side: nothing that it says is remembered."""
    policy = policy_of(True)
    assert (is_keyed(policy), is_pure(policy)) == (True, False)
    assert hash(policy) == hash(FunctionPolicy(policy.function, "asked"))


def test_a_coroutine_is_refused_when_the_policy_is_made() -> None:
    """A policy answers at once."""

    async def function(route: RouteView) -> bool:
        return route.key is None

    made: Any = function
    with pytest.raises(ConfigError, match=r"policy 'later': .* is not a plain function of a route"):
        FunctionPolicy(made, "later")
