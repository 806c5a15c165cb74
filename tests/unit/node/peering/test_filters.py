"""BGPFilters as policies: every matcher and every operation, asked of the speaker's own policy engine."""

import json
from ipaddress import IPv4Network
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgpkit.policy import ACCEPT_ALL, Policy, PrefixPolicy, PrefixRule
from bgpkit_node.peering.filters import OWN_PRIORITY, export_policy, import_policy
from bgpkit_node.resources import BGPFilter, load_documents
from bgpkit_node.resources.bgp_filter import PeerType
from bgpkit_rib import Path, Prefix, Source, SourceKind
from tests.unit.policy.routes import outcome, path, verdict

POOLS: Final = PrefixPolicy("ip-pools", (PrefixRule(Prefix.parse("10.244.0.0/16")),))
BLOCK: Final = "10.244.1.0/26"
WORST: Final = 2147483647
OWN: Final = Source("local", SourceKind.LOCAL)


def bgp_filter(**lists: list[dict[str, Any]]) -> BGPFilter:
    """Make a filter of rules as people write them; a rule without an action rejects."""
    spec = {name: [{"action": "Reject", **rule} for rule in rules] for name, rules in lists.items()}
    whole = {"apiVersion": "projectcalico.org/v3", "kind": "BGPFilter", "metadata": {"name": "f"}, "spec": spec}
    (document,) = load_documents(json.dumps(whole), "test")
    assert isinstance(document.resource, BGPFilter)
    return document.resource


def importing(*rules: dict[str, Any], peer: PeerType = PeerType.IBGP) -> Policy:
    """Return the policy for what comes from a peer."""
    return import_policy([bgp_filter(importV4=list(rules))], peer)


def accepts(policy: Policy, prefix: str, made: Path | None = None) -> bool:
    """Tell whether a policy lets a route pass."""
    return verdict(policy, prefix, made).accepted


@pytest.mark.parametrize(
    ("operator", "lengths", "matched"),
    [
        ("In", None, ["10.244.0.0/16", "10.244.1.0/26", "10.244.1.7/32"]),
        ("NotIn", None, ["10.0.0.0/8", "11.0.0.0/16"]),
        ("Equal", None, ["10.244.0.0/16"]),
        ("NotEqual", None, ["10.0.0.0/8", "10.244.1.0/26", "10.244.1.7/32", "11.0.0.0/16"]),
        ("In", {"min": 26, "max": 31}, ["10.244.1.0/26"]),
        ("In", {"min": 8}, ["10.244.0.0/16", "10.244.1.0/26", "10.244.1.7/32"]),
        ("In", {"max": 26}, ["10.244.0.0/16", "10.244.1.0/26"]),
        ("In", {"min": 30, "max": 20}, []),
        ("Equal", {"min": 17}, []),
        ("NotIn", {"min": 26, "max": 26}, ["10.0.0.0/8", "10.244.0.0/16", "10.244.1.7/32", "11.0.0.0/16"]),
    ],
)
def test_a_prefix_is_compared_as_the_operator_says(
    operator: str, lengths: dict[str, int] | None, matched: list[str]
) -> None:
    """Bounds of the length are inclusive, and never shorter than the cidr itself."""
    rule: dict[str, Any] = {"cidr": "10.244.0.0/16", "matchOperator": operator}
    if lengths is not None:
        rule["prefixLength"] = lengths
    policy = importing(rule)
    routes = ["10.0.0.0/8", "10.244.0.0/16", "10.244.1.0/26", "10.244.1.7/32", "11.0.0.0/16"]
    assert [route for route in routes if not accepts(policy, route)] == matched


def _network(value: int, length: int) -> IPv4Network:
    return IPv4Network((value, length), strict=False)


_NETWORKS = st.builds(_network, st.integers(0, (1 << 32) - 1), st.integers(0, 32))


@given(_NETWORKS, _NETWORKS, st.integers(0, 32), st.integers(0, 32), st.booleans())
def test_a_range_with_bounds_matches_what_the_standard_library_says(
    range_: IPv4Network, other: IPv4Network, low: int, high: int, inside: bool
) -> None:
    """The oracle is subnet_of, and the length of the prefix."""
    route = IPv4Network((int(range_.network_address) | int(other.hostmask) & 0xFF, 32)) if inside else other
    policy = importing({"cidr": str(range_), "matchOperator": "In", "prefixLength": {"min": low, "max": high}})
    matched = route.subnet_of(range_) and low <= route.prefixlen <= high
    assert accepts(policy, str(route)) is not matched


def test_the_first_rule_that_matches_decides_and_after_the_last_import_accepts() -> None:
    """In the order of the filters, and of their rules."""
    policy = importing(
        {"cidr": "10.244.1.0/24", "matchOperator": "In", "action": "Accept"},
        {"cidr": "10.244.0.0/16", "matchOperator": "In"},
    )
    assert [accepts(policy, route) for route in ("10.244.1.0/26", "10.244.2.0/26", "11.0.0.0/8")] == [True, False, True]
    first = bgp_filter(importV4=[{"action": "Accept"}])
    assert accepts(import_policy([first, bgp_filter(importV4=[{}])], PeerType.IBGP), BLOCK)
    assert not accepts(import_policy([bgp_filter(importV4=[{}]), first], PeerType.IBGP), BLOCK)


def test_after_the_last_rule_export_goes_on_with_the_pools() -> None:
    """What a rule accepts leaves the node even if it lies in no pool; what none matches leaves only out of a pool."""
    filters = [
        bgp_filter(
            exportV4=[
                {"cidr": "11.0.0.0/8", "matchOperator": "In", "action": "Accept"},
                {"cidr": "10.244.9.0/24", "matchOperator": "In"},
            ]
        )
    ]
    policy = export_policy(filters, PeerType.IBGP, POOLS)
    routes = {"11.1.0.0/16": True, "10.244.9.0/26": False, BLOCK: True, "12.0.0.0/8": False}
    assert {route: accepts(policy, route) for route in routes} == routes


def test_without_rules_everything_is_as_without_filters() -> None:
    """The very policies, so that peers with and without share an update group."""
    empty = bgp_filter(exportV4=[{"interface": "eth0"}], importV6=[{"peerType": "eBGP"}])
    assert export_policy([empty], PeerType.IBGP, POOLS) is POOLS
    assert import_policy([empty], PeerType.IBGP) is ACCEPT_ALL
    assert export_policy([], PeerType.EBGP, POOLS) is POOLS


def test_what_is_kept_out_is_asked_of_last() -> None:
    """A filter that takes a service address means it; the rest of the range stays out, and all else comes in."""
    first = bgp_filter(importV4=[{"cidr": "10.96.0.1/32", "matchOperator": "Equal", "action": "Accept"}])
    policy = import_policy([first], PeerType.IBGP, kept_out=("10.96.0.0/12",))
    kept = {route: accepts(policy, route) for route in ("10.96.0.1/32", "10.96.0.2/32", "10.96.0.0/12", BLOCK)}
    assert list(kept.values()) == [True, False, False, True]
    assert import_policy([], PeerType.IBGP, kept_out=()) == ACCEPT_ALL


def test_equal_filters_make_equal_policies() -> None:
    """So that nothing is evaluated anew when something else of the cluster changes."""
    rule = {"cidr": "10.0.0.0/8", "matchOperator": "In"}
    assert importing(rule) == importing(rule)
    assert importing(rule) != importing({**rule, "matchOperator": "NotIn"})


def test_a_direction_has_rules_of_its_own() -> None:
    """Export rules say nothing of what comes in."""
    one = bgp_filter(exportV4=[{}])
    assert import_policy([one], PeerType.IBGP) is ACCEPT_ALL
    assert not accepts(export_policy([one], PeerType.IBGP, POOLS), BLOCK)


def test_rules_for_one_ip_version_leave_the_other_alone() -> None:
    """A rule without a cidr, too."""
    policy = import_policy([bgp_filter(importV6=[{}])], PeerType.IBGP)
    assert accepts(policy, BLOCK)
    assert not accepts(policy, "fd00::/64")


@pytest.mark.parametrize(("peer", "accepted"), [(PeerType.IBGP, True), (PeerType.EBGP, False)])
def test_a_rule_may_be_for_one_kind_of_peer(peer: PeerType, accepted: bool) -> None:
    """One for external peers is passed over for internal peers."""
    assert accepts(importing({"peerType": "eBGP"}, peer=peer), BLOCK) is accepted


def test_remote_peers_are_all_that_is_not_the_nodes_own() -> None:
    """What the node reflects is meant, not what it announces."""
    policy = export_policy([bgp_filter(exportV4=[{"source": "RemotePeers"}])], PeerType.IBGP, POOLS)
    assert accepts(policy, BLOCK, path(source=OWN))
    for kind in (SourceKind.EBGP, SourceKind.CLIENT, SourceKind.NON_CLIENT):
        assert not accepts(policy, BLOCK, path(source=Source("peer", kind)))


@pytest.mark.parametrize(("community", "accepted"), [("65000:100", False), ("65000:1000", True), ("", True)])
def test_a_community_is_looked_for(community: str, accepted: bool) -> None:
    """Exactly that one."""
    policy = importing({"communities": {"values": ["65000:100"]}})
    assert accepts(policy, BLOCK, path(communities=community)) is accepted


@pytest.mark.parametrize(
    ("as_path", "accepted"),
    [("65000 65001", False), ("65000 65001 65002", False), ("65000", True), ("65002 65000 65001", True), ("", True)],
)
def test_an_as_path_begins_with_some_numbers(as_path: str, accepted: bool) -> None:
    """From the left, whole numbers, and whatever follows."""
    assert accepts(importing({"asPathPrefix": [65000, 65001]}), BLOCK, path(as_path=as_path)) is accepted


def test_a_priority_is_what_is_missing_of_local_pref() -> None:
    """As Calico's nodes write it; a route of the node's own has that of all routes."""
    policy = importing({"priority": 512})
    assert not accepts(policy, BLOCK, path(local_pref=WORST - 512))
    assert accepts(policy, BLOCK, path(local_pref=WORST - 1024))
    own = export_policy([bgp_filter(exportV4=[{"priority": OWN_PRIORITY}])], PeerType.IBGP, POOLS)
    assert not accepts(own, BLOCK, path(source=OWN))
    other = export_policy([bgp_filter(exportV4=[{"priority": 512}])], PeerType.IBGP, POOLS)
    assert accepts(other, BLOCK, path(source=OWN))


def test_all_conditions_of_a_rule_must_hold() -> None:
    """One that does not is enough to be passed over."""
    rule = {"cidr": BLOCK, "matchOperator": "Equal", "communities": {"values": ["65000:1"]}, "asPathPrefix": [65000]}
    policy = importing(rule)
    assert not accepts(policy, BLOCK, path(communities="65000:1", as_path="65000"))
    assert accepts(policy, BLOCK, path(communities="65000:1", as_path="65001"))
    assert accepts(policy, BLOCK, path(communities="65000:2", as_path="65000"))
    assert accepts(policy, "10.244.2.0/26", path(communities="65000:1", as_path="65000"))


def test_operations_change_what_is_accepted() -> None:
    """Communities of both kinds are added, the AS numbers stand as they are written, and the priority is set."""
    operations = [
        {"addCommunity": {"value": "65000:200"}},
        {"addCommunity": {"value": "65000:1:2"}},
        {"prependASPath": {"prefix": [65001, 65002]}},
        {"setPriority": {"value": 256}},
    ]
    made = path(as_path="65009", communities="65000:100")
    answer = verdict(importing({"action": "Accept", "operations": operations}), BLOCK, made)
    after = outcome(answer, made)
    assert str(after.as_path) == "65001 65002 65009"
    assert sorted(map(str, after.communities)) == ["65000:100", "65000:200"]
    assert [str(each) for each in after.large_communities] == ["65000:1:2"]
    assert after.local_pref == WORST - 256


def test_an_external_peer_may_get_the_next_hop_as_it_came() -> None:
    """Filters and pools still say what is told."""
    policy = export_policy([], PeerType.EBGP, POOLS, keep_next_hop=True)
    answer = verdict(policy, BLOCK)
    assert answer.accepted
    assert "next-hop unchanged" in str(answer.change)
    assert not accepts(policy, "12.0.0.0/8")


def test_an_external_peer_gets_the_next_hop_of_the_node_that_serves() -> None:
    """Also where a filter accepts; what the node announces itself, and all else, goes by the node."""
    services = PrefixPolicy("services", (*POOLS.rules, PrefixRule(Prefix.parse("10.96.0.0/16"))))
    accepting = bgp_filter(exportV4=[{"action": "Accept", "cidr": "10.96.0.10/32", "matchOperator": "Equal"}])
    policy = export_policy([accepting], PeerType.EBGP, services, served_elsewhere=("10.96.0.0/16", "fd00:96::/112"))
    kept = [
        "next-hop unchanged" in str(verdict(policy, prefix, made).change)
        for prefix, made in (
            ("10.96.0.10/32", path()),
            ("10.96.0.11/32", path()),
            ("10.96.0.11/32", path(source=OWN)),
            (BLOCK, path()),
        )
    ]
    assert kept == [True, True, False, False]
    assert accepts(policy, "10.96.0.11/32")


def test_a_verdict_names_filter_and_rule() -> None:
    """A person can tell which rule decided."""
    assert "f importV4[1]" in verdict(importing({"priority": 1}, {}), BLOCK).rule


def test_prefixes_get_the_communities_of_all_ranges_they_lie_in() -> None:
    """On their way out of the pools; what a filter has decided on stays as the filter leaves it."""
    advertised = (("10.244.0.0/16", ("64512:1", "64512:1:2")), ("10.244.1.0/24", ("64512:2",)), ("10.0.0.0/8", ()))
    filters = [bgp_filter(exportV4=[{"cidr": "10.244.1.64/26", "matchOperator": "Equal", "action": "Accept"}])]
    policy = export_policy(filters, PeerType.EBGP, POOLS, advertised=advertised)
    told: dict[str, list[str]] = {}
    for prefix in (BLOCK, "10.244.2.0/26", "10.244.1.64/26"):
        made = path()
        after = outcome(verdict(policy, prefix, made), made)
        told[prefix] = sorted(map(str, (*after.communities, *after.large_communities)))
    assert told == {
        BLOCK: ["64512:1", "64512:1:2", "64512:2"],
        "10.244.2.0/26": ["64512:1", "64512:1:2"],
        "10.244.1.64/26": [],
    }
    assert not accepts(policy, "10.96.0.0/12")
