"""Policies that are asked in groups: a packet fares as if each were asked, and a change leads to what a start gives."""

from collections.abc import Generator
from contextlib import contextmanager
from itertools import product
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st

from bgpkit_node.nft import EnforcementSettings, groups
from bgpkit_node.nft.rendering import Rendering
from bgpkit_node.policy import Evaluator, Packet, PolicyEngine, PolicyState, changes_between
from bgpkit_node.policy.model import ANYWHERE, Action, Direction, Endpoint, Match, Policy, PolicyId, Rule, Tier
from bgpkit_node.resources import parse_selector
from tests.properties.policy_engine_strategies import NETS, V4, V6
from tests.support.nft_model import passes

_TCP, _PORT = 6, 80
_PODS = 4
_ALL = parse_selector("all()")
_SELECTORS = st.sampled_from(["a == 'x'", "a == 'y'", "b == 'x'", "has(b)", "a == 'x' && b == 'x'"]).map(parse_selector)
_FAR = st.one_of(
    st.builds(Match, selector=_SELECTORS),
    st.builds(Match, selector=_SELECTORS, nets=NETS),
    st.builds(Match, nets=NETS, not_selector=_SELECTORS),
)
_LABELS = st.dictionaries(st.sampled_from("ab"), st.sampled_from("xy"))


@st.composite
def _policies(draw: st.DrawFn, number: int) -> Policy:
    """Draw a policy for all pods; its rules look at the other end."""
    rules: dict[Direction, tuple[Rule, ...]] = {}
    for way in Direction:
        chosen = draw(st.lists(st.tuples(_FAR, st.sampled_from(Action)), max_size=2))
        rules[way] = tuple(_rule(f"rule[{index}]", action, far, way) for index, (far, action) in enumerate(chosen))
    return Policy(
        id=PolicyId("NetworkPolicy", "default", f"p{number}"),
        selector=_ALL,
        directions=frozenset(Direction),
        order=number,
        tier=draw(st.sampled_from(["default", "default", "late"])),
        ingress=rules[Direction.INGRESS],
        egress=rules[Direction.EGRESS],
        staged=draw(st.sampled_from([False, False, False, True])),
    )


def _rule(name: str, action: Action, far: Match, way: Direction) -> Rule:
    incoming = way is Direction.INGRESS
    return Rule(
        name=name, action=action, source=far if incoming else ANYWHERE, destination=ANYWHERE if incoming else far
    )


@st.composite
def _states(draw: st.DrawFn) -> PolicyState:
    """Draw a node of pods that all have all policies."""
    count = draw(st.integers(2, 7))
    policies = [draw(_policies(number)) for number in range(count)]
    pods = [
        Endpoint(
            key=f"default/{number}",
            node="n1",
            labels=tuple(sorted(draw(_LABELS).items())),
            addresses=(V4[number], V6[number]),
            interface=f"cali{number}",
            local=True,
        )
        for number in range(_PODS)
    ]
    default = draw(st.sampled_from([Action.DENY, Action.NEXT_TIER]))
    return PolicyState(
        endpoints={pod.key: pod for pod in pods},
        policies={each.id: each for each in policies},
        tiers={"late": Tier(name="late", order=2_000_000), "default": Tier(name="default", default=default)},
    )


@contextmanager
def _small_groups() -> Generator[None]:
    """Ask in groups what are too few policies for it else."""
    with mock.patch.multiple(groups, FEWEST=2, SIZE=3, WORTH=0):
        yield


@settings(max_examples=60)
@given(_states(), _states())
def test_a_packet_fares_as_if_each_policy_were_asked(before: PolicyState, after: PolicyState) -> None:
    """Between all pods, and with one address outside, both ways; from a start and after a change."""
    with _small_groups():
        engine = PolicyEngine("n1")
        engine.apply(changes_between(PolicyState(), before))
        rendering = Rendering(engine.program(), EnforcementSettings())
        _assert_alike(rendering, before)
        rendering.update(engine.apply(changes_between(before, after)))
        _assert_alike(rendering, after)
        fresh = Rendering(engine.program(), EnforcementSettings())
        assert (rendering.chains, rendering.sets) == (fresh.chains, fresh.sets)
        assert rendering.elements == fresh.elements


def _assert_alike(rendering: Rendering, state: PolicyState) -> None:
    evaluator = Evaluator(state)
    for family in (V4, V6):
        for source, destination in product(range(_PODS + 1), repeat=2):
            if source == destination:
                continue
            packet = Packet(source=family[source], destination=family[destination], protocol=_TCP, port=_PORT)
            iif, oif = (f"cali{place}" if place < _PODS else "eth0" for place in (source, destination))
            assert passes(rendering, packet, iif, oif) is evaluator.verdict(packet).allowed, packet
