"""Random policies, pods and interfaces of nodes in a real kernel: what packets do against what the evaluator says."""

from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import replace
from ipaddress import ip_address
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bgpkit_node.nft import EnforcementSettings, Enforcer, Refusal
from bgpkit_node.policy import Evaluator, Packet, PolicyState, program_of_state
from bgpkit_node.policy.model import ANYWHERE, Action, Address, Endpoint, PolicyId, Rule
from bgpkit_node.resources import parse_selector
from tests.properties.policy_enforceable import enforceable, with_one_way
from tests.properties.policy_engine_strategies import NODES, V4, V6, endpoints, policies, rules, seen_from, states
from tests.support.policy_cluster import PolicyCluster
from tests.support.policy_packets import Flow, Place, reached, serving

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("policy_packets")]

_PROTOCOLS: Final = {6: "TCP", 17: "UDP"}
_EXTERNALS: Final = ("203.0.113.9", "2001:db8::9")
_PODS: Final = 4
_FLOWS: Final = 30


@pytest.fixture(scope="module")
def cluster() -> Generator[PolicyCluster]:
    """Give two nodes with four pods' namespaces each, and two hosts outside."""
    with PolicyCluster.made(pods=(4, 4), externals=2) as made:
        yield made


def test_a_sample_of_random_policies_holds_by_real_packets(cluster: PolicyCluster) -> None:
    """Sixteen states, always the same ones, with thirty connections each."""
    assert _sampled(cluster, 16) > 300


@pytest.mark.soak
@pytest.mark.timeout(400)
def test_many_random_policies_hold_by_real_packets(cluster: PolicyCluster) -> None:
    """A hundred and twenty states."""
    assert _sampled(cluster, 120) > 2400


def _sampled(cluster: PolicyCluster, examples: int) -> int:
    """Check as many states; return how many connections were made or not made."""
    count = 0

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(_cases())
    def check(case: tuple[PolicyState, list[Packet]]) -> None:
        """Enforce a state on both nodes, and send."""
        nonlocal count
        state, flows = case
        places = cluster.arrange(_case(state))
        by_address = {ip_address(place.address): name for name, place in places.items()}
        asked = {_flow(each, by_address): each for each in flows}
        evaluator = Evaluator(state)
        expected = {flow: evaluator.verdict(packet).allowed for flow, packet in asked.items()}
        found = _made(cluster, state, asked, places)
        late = {flow: asked[flow] for flow in found if found[flow] is not expected[flow]}
        wrong = {flow for flow, made in _made(cluster, state, late, places).items() if made is not expected[flow]}
        assert not wrong, (wrong, state)
        count += len(found)

    check()
    return count


def _made(
    cluster: PolicyCluster, state: PolicyState, asked: dict[Flow, Packet], places: dict[str, Place]
) -> dict[Flow, bool]:
    """Enforce a state on both nodes, and tell which connections come about; a busy machine may be late once."""
    with ExitStack() as stack:
        for name, node in zip(NODES, cluster.nodes, strict=True):
            with node.namespace.entered():
                enforcer = stack.enter_context(Enforcer(EnforcementSettings(refusal=Refusal.REJECT)))
                enforcer.enforce(program_of_state(name, seen_from(name, state)))
                assert enforcer.faults == {}
        ports = {(places[flow.destination], flow.port, flow.protocol) for flow in asked}
        servers = stack.enter_context(serving(ports))
        return reached(asked, places, servers, refused=False)


@st.composite
def _cases(draw: st.DrawFn) -> tuple[PolicyState, list[Packet]]:
    """Draw a state with policies of many rules for many, and connections between all that there are."""
    members = [replace(draw(endpoints(number)), addresses=(V4[number], V6[number])) for number in range(_PODS)]
    everybody = st.just(parse_selector("all()"))
    several = st.lists(rules().map(_wider), min_size=1, max_size=4).map(tuple)
    drawn = [replace(draw(policies()), id=PolicyId("NetworkPolicy", "default", name)) for name in "pqrst"]
    chosen = [
        replace(each, selector=draw(everybody | st.just(each.selector)), ingress=draw(several), egress=draw(several))
        for each in drawn
    ]
    state = _placed(
        replace(
            draw(states()),
            endpoints={each.key: each for each in members},
            policies={each.id: each for each in chosen},
        )
    )
    there = [address for each in state.endpoints.values() for address in each.addresses]
    there += [*map(ip_address, _EXTERNALS), *(address for each in state.nodes.values() for address in each)]
    return state, [draw(_packets(there)) for _ in range(_FLOWS)]


def _wider(rule: Rule) -> Rule:
    """Return a rule that more connections match: it looks at one end, or at all packets."""
    return Rule(
        name=rule.name,
        action=Action.ALLOW if rule.action is Action.LOG else rule.action,
        source=rule.source,
        destination=rule.destination if rule.source == ANYWHERE else ANYWHERE,
    )


@st.composite
def _packets(draw: st.DrawFn, there: list[Address]) -> Packet:
    source = draw(st.sampled_from(there))
    destination = draw(st.sampled_from([each for each in there if each.version == source.version]))
    protocol, port = draw(st.sampled_from([*_PROTOCOLS])), draw(st.sampled_from([53, 80, 81, 443]))
    return Packet(source=source, destination=destination, protocol=protocol, port=port)


def _placed(drawn: PolicyState) -> PolicyState:
    """Return a state that the namespaces can be: what is asked untracked is left to tests that answer by hand."""
    state = with_one_way(enforceable(drawn))
    policies = {key: replace(policy, do_not_track=False) for key, policy in state.policies.items()}
    endpoints = {key: _on_its_node(endpoint, state) for key, endpoint in state.endpoints.items()}
    return replace(state, policies=policies, endpoints=endpoints)


def _on_its_node(endpoint: Endpoint, state: PolicyState) -> Endpoint:
    """Return an endpoint as it is: a node's interface has the node's address."""
    return replace(endpoint, addresses=tuple(state.nodes[endpoint.node])) if endpoint.host else endpoint


def _case(state: PolicyState) -> dict[str, Any]:
    """Return what the namespaces are to be."""
    pods = [
        {"ns": key, "name": str(address), "node": endpoint.node, "ip": str(address), "ifname": endpoint.interface}
        for key, endpoint in state.endpoints.items()
        if not endpoint.host
        for address in endpoint.addresses
    ]
    return {
        "nodes": [{"name": name, "ip": str(next(iter(state.nodes[name])))} for name in NODES],
        "externals": [{"name": str(number), "ip": ip} for number, ip in enumerate(_EXTERNALS)],
        "pods": pods,
    }


def _flow(packet: Packet, names: dict[Address, str]) -> Flow:
    assert packet.port is not None
    return Flow(names[packet.source], names[packet.destination], packet.port, _PROTOCOLS[packet.protocol])
