"""What the engine tells of changes, and that they cost what they touch."""

from dataclasses import replace
from ipaddress import ip_address, ip_network
from unittest import mock

import pytest

from bgpkit_node.policy import PolicyEngine, PolicyState, StateChange, changes_between
from bgpkit_node.policy.model import (
    Action,
    Direction,
    Endpoint,
    Match,
    NamedPort,
    NetworkSet,
    Policy,
    PolicyId,
    Profile,
    Rule,
    Tier,
)
from bgpkit_node.policy.program import (
    AddressPort,
    Member,
    NodeProgram,
    PolicyProgram,
    ProgramChange,
    SetChange,
    SetKind,
    TierProgram,
)
from bgpkit_node.policy.rule_program import NamedPortSet, SelectorSet
from bgpkit_node.resources import Selector, parse_selector

NOTHING = ProgramChange(endpoints={}, policies={}, sets={}, members={})
CLIENTS = SelectorSet(parse_selector("role == 'client'")).id
WEB = NamedPortSet("web", 6).id


def endpoint(number: int, role: str, *, local: bool = True, profiles: tuple[str, ...] = ()) -> Endpoint:
    """Return an endpoint with a number as key and last part of its addresses."""
    return Endpoint(
        key=f"e{number}",
        node="n1" if local else "n2",
        labels=(("number", str(number)), ("role", role)),
        addresses=(ip_address(f"10.0.0.{number}"), ip_address(f"fd00::{number}")),
        ports=(NamedPort("web", 6, 8000 + number), NamedPort("web", 17, 9000)),
        profiles=profiles,
        local=local,
    )


def policy(name: str, peer: str = "role == 'client'", *, selector: str = "role == 'web'") -> Policy:
    """Return a policy that lets some peers in to the port web."""
    rule = Rule(
        name="ingress[0]",
        protocol=6,
        source=Match(selector=parse_selector(peer)),
        destination=Match(ports=("web",)),
    )
    return Policy(
        id=PolicyId("NetworkPolicy", "d", name),
        selector=parse_selector(selector),
        directions=frozenset({Direction.INGRESS}),
        ingress=(rule,),
    )


@pytest.fixture
def engine() -> PolicyEngine:
    """Give an engine with a web server here, a client elsewhere, and a policy between them."""
    made = PolicyEngine("n1")
    members = (endpoint(1, "web"), endpoint(2, "client", local=False))
    made.apply(StateChange(endpoints={each.key: each for each in members}, policies={policy("p").id: policy("p")}))
    return made


def networks(*numbers: int) -> frozenset[Member]:
    """Return the networks of endpoints."""
    return frozenset(ip_network(text.format(number)) for number in numbers for text in ("10.0.0.{}/32", "fd00::{}/128"))


def test_the_whole_program(engine: PolicyEngine) -> None:
    """Local endpoints, the policies they have, and the sets these need, with all endpoints in them."""
    program = engine.program()
    assert list(program.endpoints) == ["e1"]
    assert program.endpoints["e1"].ingress == (
        TierProgram(name="default", policies=(policy("p").id,), default=Action.DENY),
    )
    assert program.endpoints["e1"].open == {Direction.EGRESS}
    assert set(program.policies) == {policy("p").id}
    assert program.sets[CLIENTS].members == networks(2)
    assert program.sets[CLIENTS].title == 'role == "client"'
    assert program.sets[WEB].kind is SetKind.ADDRESS_PORTS
    assert AddressPort(ip_address("fd00::1"), 6, 8001) in program.sets[WEB].members
    assert {member.protocol for member in program.sets[WEB].members if isinstance(member, AddressPort)} == {6}


def test_a_new_peer_is_told_as_members_alone(engine: PolicyEngine) -> None:
    """Nothing but members of sets changes when a peer comes, changes its labels, and goes."""
    came = engine.apply(StateChange(endpoints={"e3": endpoint(3, "client", local=False)}))
    assert came.members[CLIENTS] == (networks(3), frozenset())
    assert {key for key, change in came.members.items() if change.added} == {CLIENTS, WEB}
    assert replace(came, members={}) == NOTHING
    changed = engine.apply(StateChange(endpoints={"e3": endpoint(3, "other", local=False)}))
    assert changed == replace(NOTHING, members={CLIENTS: SetChange(frozenset(), networks(3))})
    gone = engine.apply(StateChange(endpoints={"e3": None}))
    assert set(gone.members) == {WEB}


def test_a_label_that_no_selector_mentions_changes_nothing(engine: PolicyEngine) -> None:
    """Neither sets nor policies of it; the endpoint itself is told when it is a local one."""
    other = replace(endpoint(2, "client", local=False), labels=(("number", "9"), ("role", "client")))
    assert engine.apply(StateChange(endpoints={"e2": other})) == NOTHING


def test_sets_come_with_the_first_and_go_with_the_last_rule(engine: PolicyEngine) -> None:
    """A set is there as long as a rule of a policy in use needs it, and no set of two equal selectors is made twice."""
    second = engine.apply(StateChange(policies={policy("q").id: policy("q")}))
    assert (set(second.policies), second.sets, second.members) == ({policy("q").id}, {}, {})
    assert engine.apply(StateChange(policies={policy("p").id: None})).sets == {}
    last = engine.apply(StateChange(policies={policy("q").id: None}))
    assert last.sets == {CLIENTS: None, WEB: None}
    assert engine.program().sets == {}


def test_a_set_that_one_policy_hands_to_another_stays(engine: PolicyEngine) -> None:
    """A change that takes one policy away and brings another with the same peer touches no set."""
    change = StateChange(policies={policy("p").id: None, policy("q").id: policy("q")})
    told = engine.apply(change)
    assert (told.sets, told.members) == ({}, {})
    assert told.policies[policy("p").id] is None


def test_a_policy_for_no_local_endpoint_is_not_programmed(engine: PolicyEngine) -> None:
    """It is when such an endpoint comes, and no longer when it goes."""
    for_clients = policy("c", "role == 'web'", selector="role == 'client'")
    assert engine.apply(StateChange(policies={for_clients.id: for_clients})) == NOTHING
    came = engine.apply(StateChange(endpoints={"e4": endpoint(4, "client")}))
    assert isinstance(came.policies[for_clients.id], PolicyProgram)
    assert set(came.sets) == {SelectorSet(parse_selector("role == 'web'")).id}
    gone = engine.apply(StateChange(endpoints={"e4": None}))
    assert (gone.endpoints, gone.policies) == ({"e4": None}, {for_clients.id: None})


def test_rules_that_change_leave_the_endpoints_alone(engine: PolicyEngine) -> None:
    """Only the policy and its sets are told; a change of its order is one of the endpoints."""
    told = engine.apply(StateChange(policies={policy("p").id: policy("p", "has(role)")}))
    assert told.endpoints == {}
    assert set(told.sets) == {CLIENTS, SelectorSet(parse_selector("has(role)")).id}
    last = replace(policy("p", "has(role)"), order=1.0)
    assert engine.apply(StateChange(policies={last.id: last})).endpoints == {}
    staged = replace(last, staged=True)
    told = engine.apply(StateChange(policies={staged.id: staged}))
    assert told.endpoints["e1"] is not None
    assert told.endpoints["e1"].open == set(Direction)


def test_tiers_profiles_nodes_and_network_sets(engine: PolicyEngine) -> None:
    """Each kind of thing a state has reaches the program."""
    told = engine.apply(StateChange(tiers={"default": Tier(name="default", default=Action.NEXT_TIER)}))
    assert told.endpoints["e1"] is not None
    assert told.endpoints["e1"].ingress[0].default is Action.NEXT_TIER
    named = endpoint(1, "web", profiles=("kns.d",))
    assert engine.apply(StateChange(endpoints={"e1": named})).policies == {}
    allow = Profile(name="kns.d", ingress=(Rule(name="ingress[0]"),))
    told = engine.apply(StateChange(profiles={"kns.d": allow}))
    assert set(told.policies) == {PolicyId("Profile", "", "kns.d")}
    assert told.endpoints["e1"] is not None
    assert told.endpoints["e1"].profiles == (PolicyId("Profile", "", "kns.d"),)
    office = NetworkSet(key="e2", labels=(("role", "client"),), nets=(ip_network("172.17.0.0/16"),))
    told = engine.apply(StateChange(network_sets={"e2": office}))
    assert told.members == {CLIENTS: (frozenset({ip_network("172.17.0.0/16")}), frozenset())}
    own, peer = frozenset({ip_address("192.0.2.1")}), frozenset({ip_address("192.0.2.2")})
    told = engine.apply(StateChange(nodes={"n1": own, "n2": peer}))
    assert (told.node_addresses, told.peers) == (own, peer)
    assert engine.apply(StateChange(network_sets={"e2": None})).members[CLIENTS].removed == {
        ip_network("172.17.0.0/16")
    }


def test_two_things_may_bring_the_same_member(engine: PolicyEngine) -> None:
    """An address that two have stays until both are gone."""
    twin = replace(endpoint(2, "client", local=False), key="twin", ports=())
    assert engine.apply(StateChange(endpoints={"twin": twin})).members == {}
    assert CLIENTS not in engine.apply(StateChange(endpoints={"e2": None})).members
    assert engine.apply(StateChange(endpoints={"twin": None})).members[CLIENTS].removed == networks(2)


def test_other_addresses_and_ports_of_a_peer_are_told(engine: PolicyEngine) -> None:
    """An endpoint whose labels stay brings its new addresses and ports to the sets that it is in."""
    moved = replace(endpoint(9, "client", local=False), key="e2", labels=endpoint(2, "client").labels)
    told = engine.apply(StateChange(endpoints={"e2": moved}))
    assert told.members[CLIENTS] == SetChange(networks(9), networks(2))
    assert AddressPort(ip_address("10.0.0.9"), 6, 8009) in told.members[WEB].added
    assert AddressPort(ip_address("10.0.0.2"), 6, 8002) in told.members[WEB].removed
    assert set(told.members) == {CLIENTS, WEB}


def test_an_endpoint_that_becomes_one_of_a_node_has_other_policies(engine: PolicyEngine) -> None:
    """Policies before tracking are programmed for it alone."""
    early = replace(policy("u"), do_not_track=True)
    assert engine.apply(StateChange(policies={early.id: early})).policies == {}
    told = engine.apply(StateChange(endpoints={"e1": replace(endpoint(1, "web"), host=True)}))
    assert set(told.policies) == {early.id}
    assert engine.apply(StateChange(endpoints={"e1": endpoint(1, "web")})).policies == {early.id: None}


def test_what_is_unknown_may_be_taken_away(engine: PolicyEngine) -> None:
    """Telling the engine that something it never saw is gone changes nothing."""
    nobody = PolicyId("NetworkPolicy", "d", "gone")
    change = StateChange(endpoints={"x": None}, policies={nobody: None}, network_sets={"x": None}, profiles={"x": None})
    assert engine.apply(change) == NOTHING


def test_a_label_change_asks_only_selectors_that_mention_it() -> None:
    """With 300 policies in 300 namespaces a change of one label asks those of its namespace that speak of it."""
    state = PolicyState(
        endpoints={f"e{n}": replace(endpoint(n % 250, "web"), key=f"e{n}", labels=labels(n, "a")) for n in range(600)},
        policies={each.id: each for each in map(_numbered, range(300))},
    )
    engine = PolicyEngine("n1")
    engine.apply(changes_between(PolicyState(), state))
    with mock.patch.object(Selector, "matches", autospec=True, side_effect=Selector.matches) as counted:
        engine.apply(StateChange(endpoints={"e7": replace(state.endpoints["e7"], labels=labels(7, "b"))}))
    assert 1 <= counted.call_count <= 4
    before = engine.program()
    assert _unlike(before, "e7") == {PolicyId("NetworkPolicy", "d", "7")}


def labels(number: int, app: str) -> tuple[tuple[str, str], ...]:
    """Return labels of one of 300 namespaces."""
    return (("app", app), ("ns", str(number % 300)))


def _numbered(number: int) -> Policy:
    text = f"ns == '{number}' && app == 'a'"
    return replace(policy(str(number), text, selector=text), id=PolicyId("NetworkPolicy", "d", str(number)))


def _unlike(program: NodeProgram, key: str) -> set[PolicyId]:
    """Return the policies of the other endpoint of the namespace that one has not."""
    mine = {each for tier in program.endpoints[key].ingress for each in tier.policies}
    other = {each for tier in program.endpoints["e307"].ingress for each in tier.policies}
    return other - mine
