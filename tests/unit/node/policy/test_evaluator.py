"""What decides about a packet: tiers, rules, profiles, and what no policy can forbid."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from math import inf

import pytest

from bgpkit_node.policy import Evaluator, Packet, PolicyState, Reason, program_of_state
from bgpkit_node.policy.failsafe import Failsafe, FailsafePort
from bgpkit_node.policy.model import (
    Action,
    Direction,
    Endpoint,
    IcmpMatch,
    Match,
    NamedPort,
    NetworkSet,
    Policy,
    PolicyId,
    PortRange,
    Profile,
    Rule,
    ServiceId,
    Tier,
)
from bgpkit_node.policy.program import AddressPort
from bgpkit_node.policy.state import Service
from bgpkit_node.policy.verdict import Always, Verdict
from bgpkit_node.resources import parse_selector
from tests.support.policy_model import passes

WEB, CLIENT, NODE, OUTSIDE = (IPv4Address(text) for text in ("10.0.0.1", "10.0.0.2", "192.0.2.11", "203.0.113.9"))
IN_SET, OFFICE = IPv4Address("172.17.9.9"), IPv4Network("172.17.0.0/16")
INGRESS = frozenset({Direction.INGRESS})
DENY = Rule(name="ingress[0]", action=Action.DENY)
ALLOW = Rule(name="ingress[0]")
PASS = Rule(name="ingress[0]", action=Action.NEXT_TIER)


def policy(name: str, *rules: Rule, tier: str = "default", order: float = inf, staged: bool = False) -> Policy:
    """Return a policy for packets to the web server."""
    return Policy(
        id=PolicyId("GlobalNetworkPolicy", "", name),
        selector=parse_selector("name == 'web'"),
        directions=INGRESS,
        tier=tier,
        order=order,
        ingress=rules,
        staged=staged,
    )


def state(*policies: Policy, web: Endpoint | None = None, tiers: tuple[Tier, ...] = ()) -> PolicyState:
    """Return a web server, a client and policies."""
    server = web or Endpoint(key="web", node="n1", labels=(("name", "web"),), addresses=(WEB,), local=True)
    client = Endpoint(key="client", node="n1", labels=(("name", "client"),), addresses=(CLIENT,), local=True)
    return PolicyState(
        endpoints={"web": server, "client": client},
        policies={each.id: each for each in policies},
        tiers={each.name: each for each in tiers},
        nodes={"n1": frozenset({NODE})},
    )


def ask(given: PolicyState, *, source: IPv4Address = CLIENT, protocol: int = 6, port: int | None = 80) -> Verdict:
    """Ask about a packet to the web server; the node's program must see it alike."""
    icmp = IcmpMatch(8, 0) if protocol == 1 else None
    packet = Packet(source=source, destination=WEB, protocol=protocol, port=port, icmp=icmp)
    verdict = Evaluator(given).verdict(packet)
    assert passes(program_of_state("n1", given), packet) is verdict.allowed
    return verdict


def told(verdict: Verdict) -> tuple[bool, Reason, list[str]]:
    """Return what the server's side says: whether, why, and what was asked."""
    assert verdict.ingress is not None
    asked = [f"{each.policy.name}:{each.action.value if each.action else '-'}" for each in verdict.ingress.considered]
    return verdict.allowed, verdict.ingress.reason, asked


def test_without_policy_and_profile_a_pod_is_open() -> None:
    """Nothing is asked where no policy is for a pod."""
    assert told(ask(state())) == (True, Reason.NO_POLICY, [])


def test_end_of_tier_denies_what_no_rule_matches() -> None:
    """The policies of a tier together decide what none of their rules matches."""
    given = state(policy("a", replace(ALLOW, protocol=17)), policy("b"))
    assert told(ask(given)) == (False, Reason.END_OF_TIER, ["a:-", "b:-"])


def test_policies_come_by_tier_then_order_then_name() -> None:
    """The first rule that matches decides, in the order of tiers, orders and names."""
    early = Tier(name="early", order=10)
    given = state(policy("z", DENY, order=1.0), policy("y", ALLOW), policy("x", PASS, tier="early"), tiers=(early,))
    assert told(ask(given)) == (False, Reason.RULE, ["x:Pass", "z:Deny"])
    assert told(ask(state(policy("b", DENY), policy("a", ALLOW)))) == (True, Reason.RULE, ["a:Allow"])
    assert told(ask(state(policy("b", DENY, order=5.0), policy("a", ALLOW)))) == (False, Reason.RULE, ["b:Deny"])


@pytest.mark.parametrize(("default", "expected"), [(Action.DENY, False), (Action.NEXT_TIER, True)])
def test_a_tier_ends_as_it_says(default: Action, expected: bool) -> None:
    """At the end of a tier the packet is denied, or the next tier is asked."""
    given = state(policy("x", tier="early"), policy("a", ALLOW), tiers=(Tier(name="early", order=1, default=default),))
    assert ask(given).allowed is expected


def test_admin_tier_passes_on_without_being_written() -> None:
    """The tiers of cluster policies are always there: before and after all others, passing on at their end."""
    given = state(policy("x", replace(DENY, protocol=17), tier="kube-admin"), policy("b", DENY, tier="kube-baseline"))
    assert told(ask(given)) == (False, Reason.RULE, ["x:-", "b:Deny"])
    given = state(policy("x", ALLOW, tier="kube-admin"), policy("a", DENY), policy("b", DENY, tier="kube-baseline"))
    assert told(ask(given)) == (True, Reason.RULE, ["x:Allow"])


def test_staged_policies_decide_nothing() -> None:
    """A staged policy is asked and told of, and neither its rules nor its being there count."""
    assert told(ask(state(policy("s", DENY, staged=True)))) == (True, Reason.NO_POLICY, ["s:Deny"])
    assert told(ask(state(policy("s", ALLOW, staged=True), policy("t")))) == (
        False,
        Reason.END_OF_TIER,
        ["s:Allow", "t:-"],
    )


def test_after_log_the_next_rule_is_asked() -> None:
    """A rule that logs does not decide."""
    given = state(policy("a", replace(ALLOW, action=Action.LOG), replace(DENY, name="ingress[1]")))
    assert told(ask(given)) == (False, Reason.RULE, ["a:Log", "a:Deny"])
    assert told(ask(state(policy("a", replace(ALLOW, action=Action.LOG))))) == (False, Reason.END_OF_TIER, ["a:Log"])


def test_profiles_come_after_the_tiers() -> None:
    """Profiles decide where no tier has; after them, and where the one named is not there, all is denied."""
    web = Endpoint(key="web", node="n1", labels=(("name", "web"),), addresses=(WEB,), local=True, profiles=("p", "q"))
    given = replace(
        state(web=web),
        profiles={
            "p": Profile(name="p", ingress=(replace(DENY, protocol=17),)),
            "q": Profile(name="q", ingress=(replace(ALLOW, protocol=6), replace(ALLOW, protocol=17))),
        },
    )
    assert told(ask(given)) == (True, Reason.PROFILE, ["p:-", "q:Allow"])
    assert told(ask(given, protocol=17)) == (False, Reason.PROFILE, ["p:Deny"])
    assert told(ask(given, protocol=132)) == (False, Reason.NO_PROFILE, ["p:-", "q:-"])
    assert told(ask(replace(given, profiles={}))) == (False, Reason.NO_PROFILE, [])


def test_nothing_forbids_a_pod_itself_and_its_node() -> None:
    """A pod reaches itself and its node reaches it; other nodes have no such right."""
    given = state(policy("d", DENY))
    assert ask(given, source=WEB).always is Always.ITSELF
    assert ask(given, source=NODE).always is Always.OWN_NODE
    on_node = Endpoint(key="agent", node="n1", addresses=(NODE,), local=True)
    shared = replace(given, endpoints={**given.endpoints, "agent": on_node})
    assert ask(shared, source=NODE).always is Always.OWN_NODE, "a pod that has the address of its node is the node"
    elsewhere = replace(given, nodes={"n2": frozenset({NODE})})
    assert ask(elsewhere, source=NODE).allowed is False


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (replace(ALLOW, source=Match(selector=parse_selector("all()"))), [True, False, True]),
        (replace(ALLOW, source=Match(selector=parse_selector("!has(other)"))), [True, False, True]),
        (replace(ALLOW, source=Match(not_selector=parse_selector("name == 'client'"))), [False, True, True]),
        (replace(ALLOW, source=Match(not_selector=parse_selector("has(role)"))), [True, True, False]),
        (replace(ALLOW, source=Match(selector=parse_selector("role == 'office'"))), [False, False, True]),
    ],
    ids=["all()", "negation inside", "notSelector finds", "notSelector of a set", "network set"],
)
def test_selectors_find_endpoints_and_network_sets_alone(rule: Rule, expected: list[bool]) -> None:
    """A selector finds no other address, whatever it says; notSelector holds of every other one."""
    office = NetworkSet(key="office", labels=(("role", "office"),), nets=(OFFICE,))
    given = replace(state(policy("a", rule)), network_sets={"office": office})
    assert [ask(given, source=source).allowed for source in (CLIENT, OUTSIDE, IN_SET)] == expected


def test_icmp_is_told_by_type_and_code() -> None:
    """A rule about ICMP is about messages of a type, and of a code if it gives one."""
    for icmp, expected in (
        (IcmpMatch(8), True),
        (IcmpMatch(8, 0), True),
        (IcmpMatch(8, 1), False),
        (IcmpMatch(3), False),
    ):
        given = state(policy("a", replace(ALLOW, protocol=1, icmp=icmp)))
        assert ask(given, protocol=1, port=None).allowed is expected
        given = state(policy("a", replace(ALLOW, protocol=1, not_icmp=icmp)))
        assert ask(given, protocol=1, port=None).allowed is not expected


def test_named_ports_are_those_of_the_endpoint() -> None:
    """A name stands for what the endpoint itself calls so, of the protocol of the rule."""
    web = Endpoint(
        key="web", node="n1", labels=(("name", "web"),), addresses=(WEB,), local=True, ports=(NamedPort("http", 6, 81),)
    )
    named = replace(ALLOW, destination=Match(ports=("http", PortRange(443, 443))))
    given = state(policy("a", named), web=web)
    assert [ask(given, port=port).allowed for port in (80, 81, 443)] == [False, True, True]
    assert ask(given, port=81, protocol=17).allowed is False
    given = state(policy("a", replace(ALLOW, protocol=6, destination=Match(not_ports=("http",)))), web=web)
    assert [ask(given, port=port).allowed for port in (80, 81)] == [True, False]


def test_services_are_addresses_and_ports_or_addresses_alone() -> None:
    """A service as destination is about its ports, as source about its addresses."""
    service = Service(id=ServiceId("d", "s"), backends=frozenset({AddressPort(WEB, 6, 80), AddressPort(CLIENT, 6, 1)}))
    for rule, expected in (
        (replace(ALLOW, destination=Match(service=service.id)), [True, False]),
        (replace(ALLOW, source=Match(service=service.id)), [True, True]),
        (replace(ALLOW, source=Match(service=ServiceId("d", "gone"))), [False, False]),
    ):
        given = replace(state(policy("a", rule)), services={service.id: service})
        assert [ask(given, port=port).allowed for port in (80, 81)] == expected


def test_policies_before_tracking_are_for_nodes_and_do_not_end_a_tier() -> None:
    """Untracked and pre-DNAT policies are asked first of an interface of a node, and never of a pod."""
    early = replace(policy("u", replace(DENY, protocol=17)), do_not_track=True)
    dnat = replace(policy("v", replace(ALLOW, protocol=132)), pre_dnat=True)
    host = Endpoint(key="web", node="n1", labels=(("name", "web"),), addresses=(WEB,), local=True, host=True)
    given = state(early, dnat, policy("w", ALLOW), web=host)
    assert told(ask(given, source=OUTSIDE, protocol=17)) == (False, Reason.RULE, ["u:Deny"])
    assert told(ask(given, source=OUTSIDE, protocol=132)) == (True, Reason.RULE, ["u:-", "v:Allow"])
    assert told(ask(given, source=OUTSIDE)) == (True, Reason.RULE, ["u:-", "v:-", "w:Allow"])
    shut = state(early, dnat, web=host)
    assert told(ask(shut, source=OUTSIDE)) == (False, Reason.NO_PROFILE, ["u:-", "v:-"])
    assert told(ask(shut, source=OUTSIDE, port=22)) == (True, Reason.FAILSAFE, [])
    assert ask(shut).ingress is None, "a pod reaches its own node"
    assert ask(shut, source=NODE).always is Always.HOST_ITSELF
    assert told(ask(state(early, dnat), protocol=17)) == (True, Reason.NO_POLICY, [])


def test_failsafe_ports_are_as_they_are_given() -> None:
    """And for the networks that they are given for."""
    host = Endpoint(key="web", node="n1", addresses=(WEB,), local=True, host=True)
    near = IPv4Address("192.0.2.99")
    port = FailsafePort("tcp", 80, IPv4Network("192.0.2.0/24"))
    evaluator = Evaluator(state(web=host), Failsafe(inbound=(port,), outbound=()))
    for source, expected in ((near, True), (OUTSIDE, False)):
        packet = Packet(source=source, destination=WEB, protocol=6, port=80)
        assert evaluator.verdict(packet).allowed is expected
    back = Packet(source=near, destination=WEB, protocol=6, port=4000, source_port=80)
    failsafe = Failsafe(inbound=(), outbound=(port,))
    assert failsafe.passes(back, Direction.INGRESS, untracked=True)
    assert not failsafe.passes(back, Direction.INGRESS)


def test_only_the_endpoints_that_are_asked_about_deny() -> None:
    """As a node judges that knows what the others do themselves."""
    given = state(policy("deny", DENY))
    packet = Packet(source=CLIENT, destination=WEB, protocol=6, port=80)
    for asked, expected in (({"client"}, True), ({"web"}, False), (None, False)):
        verdict = Evaluator(given, asked=asked).verdict(packet)
        assert (verdict.allowed, verdict.ingress is None) == (expected, expected)


def test_what_other_nodes_wrap_passes_whatever_policies_say() -> None:
    """By VXLAN and IPIP, both ways, and from nobody else."""
    failsafe = Failsafe((), (), vxlan_port=8472, peers=frozenset({WEB}))
    for protocol, port, expected in ((17, 8472, True), (4, None, True), (17, 4789, False), (6, 8472, False)):
        coming = Packet(source=WEB, destination=NODE, protocol=protocol, port=port)
        going = Packet(source=NODE, destination=WEB, protocol=protocol, port=port)
        for packet, way in ((coming, Direction.INGRESS), (going, Direction.EGRESS)):
            assert failsafe.passes(packet, way) is expected
        assert not failsafe.passes(going, Direction.INGRESS)


def test_early_policies_are_asked_about_the_destination_that_was_called() -> None:
    """The others about that which it was translated to."""
    host = Endpoint(key="web", node="n1", labels=(("name", "web"),), addresses=(WEB,), local=True, host=True)
    called = replace(ALLOW, protocol=6, destination=Match(ports=(PortRange(30080, 30080),)))
    early = replace(policy("early", called), pre_dnat=True, apply_on_forward=True)
    translated = Packet(source=OUTSIDE, destination=WEB, protocol=6, port=80, called=(NODE, 30080))
    for packet, expected in ((translated, True), (replace(translated, called=None), False)):
        assert Evaluator(state(early, web=host)).verdict(packet).allowed is expected
    late = policy("late", replace(called, destination=Match(ports=(PortRange(80, 80),))))
    assert Evaluator(state(late, web=host)).verdict(translated).allowed
    assert not Evaluator(state(late, web=host)).verdict(translated.untranslated()).allowed
    shut = replace(early, ingress=(DENY,))
    assert not Evaluator(state(shut, late, web=host)).verdict(translated).allowed
    assert Evaluator(state(shut, late, web=host)).verdict(replace(translated, called=(NODE, 22))).allowed, "failsafe"


def test_the_interface_of_a_node_decides_over_what_it_forwards_where_a_policy_says_so() -> None:
    """To its pods and from them, on top of their own policies; without such a policy all is forwarded."""
    wire = Endpoint(key="wire", node="n1", labels=(("name", "wire"),), interface="*", local=True, host=True)

    def asked(*policies: Policy, port: int = 80) -> Verdict:
        """Ask about a packet from outside to the pod behind the interface."""
        chosen = tuple(replace(each, selector=parse_selector("name == 'wire'")) for each in policies)
        given = state(*chosen)
        return ask(replace(given, endpoints={**given.endpoints, wire.key: wire}), source=OUTSIDE, port=port)

    ordinary, forward = policy("o", DENY), replace(policy("f", DENY), apply_on_forward=True)
    assert asked(ordinary).crossed == ()
    assert asked(ordinary).allowed
    (crossed,) = asked(forward).crossed
    assert (crossed.allowed, crossed.reason, crossed.endpoint) == (False, Reason.RULE, "wire")
    assert not asked(forward, port=22).allowed, "failsafe ports are those of the node itself"
    assert not asked(replace(forward, ingress=())).allowed, "the end of the tier"
    dnat = replace(policy("d", ALLOW), pre_dnat=True, apply_on_forward=True)
    assert asked(dnat, forward).allowed, "allowed early it is spared what comes later"
    assert not asked(replace(dnat, ingress=(DENY,))).allowed
    assert asked(replace(dnat, ingress=(DENY,)), port=22).allowed
    assert asked(replace(forward, staged=True)).crossed[0].reason is Reason.FORWARDED
