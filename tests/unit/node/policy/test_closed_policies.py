"""What is enforced in the place of a policy that cannot be read: closed, and no more than it could have closed."""

from ipaddress import ip_address

import pytest

from bgpkit_node.policy import Evaluator, Packet, PolicyState, StateChange, state_after
from bgpkit_node.policy.closed_policies import CLOSED_TIER, ClosedPolicies, closed_policy
from bgpkit_node.policy.model import Direction, Endpoint, Policy, PolicyId, Profile, Rule
from bgpkit_node.resources import Selector, Unreadable, parse_selector

SHOP, TOWN, NODE = "10.0.0.1", "10.0.0.2", "192.0.2.1"
ANY = Selector(parse_selector("all()").node)


def endpoint(address: str, namespace: str = "") -> Endpoint:
    """Return a pod of a namespace, or an interface of a node."""
    labels = {"projectcalico.org/namespace": namespace, "projectcalico.org/orchestrator": "k8s"} if namespace else {}
    return Endpoint(
        key=address,
        node="n1",
        labels=tuple(labels.items()),
        addresses=(ip_address(address),),
        profiles=("open",),
        local=True,
        host=not namespace,
    )


def state(*policies: Policy) -> StateChange:
    """Return pods of two namespaces and a node, open but for the policies."""
    everything = (Rule(name="all"),)
    return StateChange(
        endpoints={each.key: each for each in (endpoint(SHOP, "shop"), endpoint(TOWN, "town"), endpoint(NODE))},
        profiles={"open": Profile(name="open", ingress=everything, egress=everything)},
        policies={policy.id: policy for policy in policies},
    )


def allowing(order: float) -> Policy:
    """Return a policy that allows everything."""
    rules = (Rule(name="all"),)
    return Policy(
        id=PolicyId("NetworkPolicy", "shop", "wide"),
        selector=ANY,
        directions=frozenset(Direction),
        order=order,
        ingress=rules,
        egress=rules,
    )


def unreadable(kind: str, namespace: str = "") -> Unreadable:
    """Return what is known of it."""
    return Unreadable(kind, namespace, "later", "no reason")


def allowed(change: StateChange, address: str) -> tuple[bool, bool]:
    """Tell whether connections from outside come in, and go out."""
    evaluator = Evaluator(state_after(PolicyState(), change))
    inside, outside = ip_address(address), ip_address("198.51.100.9")
    ways = ((outside, inside), (inside, outside))
    verdicts = [evaluator.verdict(Packet(source=one, destination=other, protocol=6, port=80)) for one, other in ways]
    return verdicts[0].allowed, verdicts[1].allowed


@pytest.mark.parametrize("kind", ["NetworkPolicy", "KubernetesNetworkPolicy"])
def test_the_pods_of_its_namespace_are_denied_both_ways(kind: str) -> None:
    """Those of other namespaces, and the nodes, are as they were."""
    change = ClosedPolicies().amend(state(), [unreadable(kind, "shop")])
    assert allowed(change, SHOP) == (False, False)
    assert allowed(change, TOWN) == allowed(change, NODE) == (True, True)


@pytest.mark.parametrize("kind", ["GlobalNetworkPolicy", "AdminNetworkPolicy", "ClusterNetworkPolicy"])
def test_without_a_namespace_it_is_for_all_pods_and_no_node(kind: str) -> None:
    """Who is to mend it reaches the nodes."""
    change = ClosedPolicies().amend(state(), [unreadable(kind)])
    assert allowed(change, SHOP) == allowed(change, TOWN) == (False, False)
    assert allowed(change, NODE) == (True, True)


def test_what_other_policies_allow_stays_allowed_only_beside_one_that_could_not_deny_it() -> None:
    """NetworkPolicies of Kubernetes only ever allow; one of Calico's may come first and deny."""
    for order in (-5.0, 2000.0):
        given = state(allowing(order))
        assert allowed(ClosedPolicies().amend(given, [unreadable("KubernetesNetworkPolicy", "shop")]), SHOP)[0]
        assert not allowed(ClosedPolicies().amend(given, [unreadable("NetworkPolicy", "shop")]), SHOP)[0]


@pytest.mark.parametrize("kind", ["StagedNetworkPolicy", "StagedKubernetesNetworkPolicy", "Tier", "Node"])
def test_what_decides_nothing_closes_nothing(kind: str) -> None:
    """Staged policies are only counted; of other kinds the last reading counts."""
    assert closed_policy(unreadable(kind)) is None
    given = state()
    assert ClosedPolicies().amend(given, [unreadable(kind)]) is given


def test_it_ends_when_it_can_be_read_or_is_gone() -> None:
    """What has come in its place is what counts; what is closed already is not told again."""
    closed, later = ClosedPolicies(), unreadable("NetworkPolicy", "shop")
    policy_id = PolicyId("NetworkPolicy", "shop", "later")
    first = closed.amend(StateChange(), [later])
    assert first.tiers == {CLOSED_TIER.name: CLOSED_TIER}
    assert list(first.policies) == [policy_id]
    assert closed.amend(StateChange(), [later]) == StateChange()
    read = Policy(id=policy_id, selector=ANY, directions=frozenset())
    assert closed.amend(StateChange(policies={policy_id: read}), [later]).policies[policy_id] != read
    assert closed.amend(StateChange(policies={policy_id: read}), []).policies == {policy_id: read}
    assert closed.amend(StateChange(), [later]).policies[policy_id] is not None
    assert closed.amend(StateChange(), []).policies == {policy_id: None}
