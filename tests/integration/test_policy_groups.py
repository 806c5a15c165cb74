"""Many policies for one pod, in the kernel: who is let in, by which rule, and how many of them a packet meets."""

import json
from collections.abc import Generator
from dataclasses import replace
from ipaddress import ip_network

import pytest

from bgpkit_node.nft import Enforcer
from bgpkit_node.nft.groups import FEWEST
from bgpkit_node.policy import PolicyEngine, PolicyState, StateChange, changes_between
from bgpkit_node.policy.model import NetworkSet
from tests.integration.host_policies import policy, reaches, rule, state
from tests.integration.nat_lab import OTHER_NODE, OUTSIDE, POD, NatLab
from tests.support.netns import Namespace, Namespaces
from tests.support.skips import require_package

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("nat")]

MANY = 4 * FEWEST


@pytest.fixture
def lab(namespaces: Namespaces) -> Generator[NatLab]:
    """Give the machines; this thread is on the node."""
    require_package("nftables")
    lab = NatLab.of(namespaces)
    with lab.node.entered():
        yield lab


def test_a_caller_meets_the_rules_that_may_be_for_it_and_is_counted_by_them(lab: NatLab) -> None:
    """Also after somebody has come to a set, or has left it, or a policy has come; nothing is made anew for that."""
    engine, given = PolicyEngine("n1"), _many()
    with Enforcer() as enforcer:
        engine.apply(changes_between(PolicyState(), given))
        enforcer.enforce(engine.program())
        for version in (4, 6):
            assert not reaches(lab.outside, lab.pod, POD[version])
        groups = {name for name in _chains(lab.node) if name.startswith("ingress-group-default")}
        assert 2 < len(groups) < MANY // 8
        for number, who, expected in ((MANY - 9, OUTSIDE, True), (MANY - 9, OTHER_NODE, False), (7, OUTSIDE, True)):
            change = StateChange(network_sets={f"s{number}": _set(number, *who.values())})
            assert enforcer.change(engine.apply(change), engine.program)
            for version in (4, 6):
                assert reaches(lab.outside, lab.pod, POD[version]) is expected
            assert not enforcer.enforce(engine.program()), "what is there is what a fresh start makes"
        assert {name for name in _chains(lab.node) if name.startswith("ingress-group-default")} == groups
        counted = {said: packets for said, packets in _counted(lab.node).items() if packets}
        by_rule = {said for said in counted if said.startswith("GlobalNetworkPolicy")}
        assert by_rule == {f"GlobalNetworkPolicy(p{number:03}) ingress[0]" for number in (MANY - 9, 7)}
        with Enforcer() as restarted:
            assert not restarted.enforce(engine.program())


def _many() -> PolicyState:
    """Return a state of one pod with many policies, each of which lets those of a set of its own in."""
    policies = [
        policy(
            f"p{number:03}",
            selector="all()",
            order=number,
            ingress=[{**rule("Allow"), "source": {"selector": f"number == '{number}'"}}],
        )
        for number in range(MANY)
    ]
    sets = [_set(number) for number in range(MANY)]
    return replace(state(policies=policies), network_sets={each.key: each for each in sets})


def _set(number: int, *addresses: str) -> NetworkSet:
    nets = tuple(map(ip_network, (f"198.51.100.{number % 256}", *addresses)))
    return NetworkSet(key=f"s{number}", labels=(("number", str(number)),), nets=nets)


def _chains(node: Namespace) -> set[str]:
    listed = json.loads(node.run(["nft", "-j", "list", "chains"]).stdout)["nftables"]
    return {each["chain"]["name"] for each in listed if "chain" in each}


def _counted(node: Namespace) -> dict[str, int]:
    """Return the packets that rules have counted, by their comments."""
    listed = json.loads(node.run(["nft", "-j", "list", "table", "inet", "bgpkit"]).stdout)["nftables"]
    rules = [each["rule"] for each in listed if "comment" in each.get("rule", {})]
    return {one["comment"]: word["counter"]["packets"] for one in rules for word in one["expr"] if "counter" in word}
