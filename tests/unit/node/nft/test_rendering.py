"""A program as chains and sets, and its changes."""

from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest

from bgpkit_node.nft import EnforcementSettings
from bgpkit_node.nft.element import of_network, of_verdict
from bgpkit_node.nft.naming import network_set
from bgpkit_node.nft.rendering import Rendering
from bgpkit_node.nft.table_change import TableChange
from bgpkit_node.policy.model import Action
from bgpkit_node.policy.program import EndpointProgram, PolicyProgram, ProgramChange, SetChange
from tests.unit.node.nft.programs import WEB, endpoint, policy, program, tier

DB = policy("db", Action.ALLOW)
SETTINGS = EnforcementSettings()


def change(
    endpoints: dict[str, EndpointProgram | None] | None = None,
    policies: list[PolicyProgram] | None = None,
    members: SetChange | None = None,
) -> ProgramChange:
    """Return a change."""
    return ProgramChange(
        endpoints=endpoints or {},
        policies={each.id: each for each in policies or ()},
        sets={},
        members={WEB: members} if members else {},
    )


def rendered() -> Rendering:
    """Return the rendering of two pods that a policy is for."""
    return Rendering(program([endpoint(1, tier(DB)), endpoint(2, tier(DB))], DB), SETTINGS)


def test_endpoints_that_ask_the_same_share_their_chains() -> None:
    """One chain for the policy, one for the stage, one for those that are open."""
    rendering = rendered()
    assert len(rendering.chains) == 3
    assert len({element.chain for element in rendering.elements["ingress"]}) == 1
    assert {element.chain for element in rendering.elements["egress"]} == {"open"}
    assert rendering.elements[network_set(WEB, 4)] == {of_network(ip_network("10.0.0.9/32"))}


def test_a_member_is_one_element() -> None:
    """Nothing else is touched."""
    done = rendered().update(change(members=SetChange(frozenset({ip_network("10.0.0.8/32")}), frozenset())))
    assert done == TableChange(
        added={network_set(WEB, 4): {of_network(ip_network("10.0.0.8/32"))}}, removed={network_set(WEB, 4): set()}
    )


def test_a_pod_that_asks_what_others_ask_needs_no_chain() -> None:
    """Only elements, which go with it."""
    rendering = rendered()
    done = rendering.update(change({"default/p3": endpoint(3, tier(DB))}))
    assert (done.chains, done.gone_chains) == ({}, [])
    assert {name for name, added in done.added.items() if added} == {"pods", "itself", "egress", "ingress", "sources4"}
    gone = rendering.update(change({"default/p3": None}))
    assert gone.removed == done.added


def test_another_rule_is_another_chain_for_all_its_endpoints() -> None:
    """The old ones go."""
    rendering = rendered()
    before = set(rendering.chains)
    done = rendering.update(change(policies=[policy("db", Action.DENY)]))
    assert set(done.gone_chains) == before - {"open"}
    assert set(done.chains) == set(rendering.chains) - {"open"}
    assert len(done.added["ingress"]) == len(done.removed["ingress"]) == 2
    assert not rendering.update(change(policies=[policy("db", Action.DENY)]))


def test_an_interface_may_pass_from_one_endpoint_to_another() -> None:
    """In one change; two at once cannot have it."""
    rendering = rendered()
    taken = endpoint(3, tier(DB), interface="cali1")
    done = rendering.update(change({"default/p3": taken, "default/p1": None}))
    (added,) = done.added["egress"]
    assert added == of_verdict("cali1", "open", "default/p3")
    rendering.update(change({"default/p4": endpoint(4, interface="cali1")}))
    assert rendering.faults == {
        "default/p4": "endpoint default/p4: another endpoint has its interface cali1: default/p3"
    }
    assert of_verdict("cali1", "open", "default/p3") in rendering.elements["egress"]
    rendering.update(change({"default/p3": None}))
    assert not rendering.faults
    assert of_verdict("cali1", "open", "default/p4") in rendering.elements["egress"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (endpoint(1, interface=""), "it is not known"),
        (endpoint(1, interface='x"y'), "is no name of one"),
        (endpoint(1, interface="", host=True), "no interface of this node has 10.0.0.1"),
        (endpoint(1, interface="cali7", host=True), "cali7 is the interface of a pod"),
    ],
)
def test_an_endpoint_whose_interface_cannot_be_told_is_left_out_alone(wrong: EndpointProgram, sentence: str) -> None:
    """In one sentence that names it; what others ask is enforced."""
    rendering = Rendering(program([wrong, endpoint(2, tier(DB))], DB), SETTINGS)
    assert list(rendering.faults) == ["default/p1"]
    assert sentence in rendering.faults["default/p1"]
    assert {element.key.rstrip(b"\0") for element in rendering.elements["ingress"]} == {b"cali2"}
    assert not rendering.elements["host_ingress"]


def test_a_policy_that_cannot_be_enforced_shuts_whom_it_is_for_and_nobody_else() -> None:
    """Until it can be."""
    rule = replace(DB.ingress[0], protocol=1)
    rendering = Rendering(program([endpoint(1, tier(DB)), endpoint(2)], replace(DB, ingress=(rule,))), SETTINGS)
    assert "endpoint default/p1 is shut: protocol 1 has no ports" in rendering.faults["default/p1"]
    assert rendering.elements["ingress"] >= {of_verdict("cali1", "shut", "default/p1")}
    assert of_verdict("cali1", "open", "default/p1") in rendering.elements["egress"]
    rendering.update(change(policies=[DB]))
    assert not rendering.faults
    assert "shut" not in {element.chain for element in rendering.elements["ingress"]}


def test_the_interface_of_a_node_is_found_by_an_address_and_a_name_goes_before() -> None:
    """Whichever of the two comes first."""
    places = {ip_address("10.0.0.1"): "eth0"}
    found, named = endpoint(1, interface="", host=True), endpoint(2, interface="eth0", host=True)
    rendering = Rendering(program([found]), SETTINGS, places)
    assert rendering.sought() == {ip_address("10.0.0.1")}
    assert {element.comment for element in rendering.elements["host_ingress"]} == {"default/p1"}
    rendering.update(change({"default/p2": named}))
    assert {element.comment for element in rendering.elements["host_ingress"]} == {"default/p2"}
    assert "another endpoint has its interface eth0" in rendering.faults["default/p1"]
    assert rendering.elements == Rendering(program([found, named]), SETTINGS, places).elements


def test_a_new_ip_version_needs_a_rendering_from_the_start() -> None:
    """Since every rule about addresses is then two."""
    one = endpoint(3)
    six = replace(one, endpoint=replace(one.endpoint, addresses=(ip_address("fd00::3"),)))
    assert rendered().serves(change({"default/p3": one}))
    assert not rendered().serves(change({"default/p3": six}))


def test_what_comes_and_goes_is_left_alone() -> None:
    """In either order."""
    done, element = TableChange(), of_network(ip_network("10.0.0.1/32"))
    done.exchange("s", [element], [])
    done.exchange("s", [], [element])
    assert not done
    done.exchange("s", [], [element])
    done.exchange("s", [element], [])
    assert not done


def test_the_base_chain_of_an_early_policy_comes_with_the_first_interface_that_has_one_and_goes_with_the_last() -> None:
    """It is new together with what it leads to."""
    early = replace(policy("early", Action.DENY), pre_dnat=True, apply_on_forward=True)
    rendering = Rendering(program([endpoint(1), endpoint(2, interface="eth0", host=True)], early), SETTINGS)
    assert "arriving" not in rendering.chains
    first, second = (endpoint(each, tier(early), interface=f"eth{each}", host=True) for each in (2, 3))
    assert "arriving" in rendering.update(change({"default/p2": first})).chains
    assert "arriving" not in rendering.update(change({"default/p3": second})).chains
    assert "arriving" not in rendering.update(change({"default/p2": None})).gone_chains
    assert "arriving" in rendering.update(change({"default/p3": None})).gone_chains


def test_a_pod_whose_interface_has_another_name_brings_a_base_chain_along() -> None:
    """Without it nothing would look at the addresses that it sends from; without a prefix there is no other name."""
    other = endpoint(3, tier(DB), interface="eth7")
    rendering = rendered()
    done = rendering.update(change({"default/p3": other}))
    assert set(done.chains) == {"other_senders"}
    assert rendering.update(change({"default/p3": None})).gone_chains == ["other_senders"]
    assert "other_senders" not in Rendering(program([other]), replace(SETTINGS, interface_prefixes=())).chains
