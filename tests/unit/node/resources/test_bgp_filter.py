"""BGPFilter: what a rule may say, and how long its prefixes may be."""

import json
from typing import Any

import pytest

from bgpkit_node.errors import InvalidResourcesError
from bgpkit_node.resources.bgp_filter import BGP_FILTER, BGPFilter, rules_of, warn_bgp_filter
from bgpkit_node.resources.documents import load_documents


def loaded(**lists: list[dict[str, Any]]) -> BGPFilter:
    """Read a filter."""
    whole = {"apiVersion": "projectcalico.org/v3", "kind": "BGPFilter", "metadata": {"name": "f"}, "spec": lists}
    (document,) = load_documents(json.dumps(whole), "test")
    assert isinstance(document.resource, BGPFilter)
    return document.resource


_REFUSED: list[tuple[dict[str, Any], str]] = [
    ({}, "action"),
    ({"action": "accept"}, "action"),
    ({"action": "Accept", "cidr": "10.0.0.0/8"}, "matchOperator"),
    ({"action": "Accept", "matchOperator": "In"}, "cidr"),
    ({"action": "Accept", "cidr": "fd00::/8", "matchOperator": "In"}, "cidr"),
    ({"action": "Accept", "cidr": "10.0.0.1", "matchOperator": "In"}, "cidr"),
    ({"action": "Accept", "prefixLength": {"min": 8}}, "prefixLength"),
    (
        {"action": "Accept", "cidr": "10.0.0.0/8", "matchOperator": "In", "prefixLength": {"min": 33}},
        "prefixLength.min",
    ),
    ({"action": "Accept", "interface": "eth 0"}, "interface"),
    ({"action": "Accept", "communities": {"values": []}}, "communities.values"),
    ({"action": "Accept", "communities": {"values": ["1:1", "2:2"]}}, "communities.values"),
    ({"action": "Accept", "communities": {"values": ["1:70000"]}}, "communities.values[0]"),
    ({"action": "Accept", "asPathPrefix": [0]}, "asPathPrefix[0]"),
    ({"action": "Accept", "priority": 0}, "priority"),
    ({"action": "Accept", "priority": 2147483647}, "priority"),
    ({"action": "Accept", "peerType": "EBGP"}, "peerType"),
    ({"action": "Accept", "source": "Local"}, "source"),
    ({"action": "Reject", "operations": [{"setPriority": {"value": 1}}]}, "operations"),
    ({"action": "Accept", "operations": [{}]}, "operations[0]"),
    (
        {"action": "Accept", "operations": [{"setPriority": {"value": 1}, "addCommunity": {"value": "1:1"}}]},
        "operations[0]",
    ),
    ({"action": "Accept", "operations": [{"addCommunity": {"value": "x"}}]}, "operations[0].addCommunity.value"),
    ({"action": "Accept", "operations": [{"prependASPath": {"prefix": []}}]}, "operations[0].prependASPath.prefix"),
    (
        {"action": "Accept", "operations": [{"prependASPath": {"prefix": [1] * 11}}]},
        "operations[0].prependASPath.prefix",
    ),
    ({"action": "Accept", "operations": [{"setPriority": {"value": 1}}] * 11}, "operations"),
]


@pytest.mark.parametrize(("rule", "field"), _REFUSED)
def test_what_a_rule_cannot_say_is_refused_by_field(rule: dict[str, Any], field: str) -> None:
    """One fault each, with the place of the rule."""
    with pytest.raises(InvalidResourcesError) as caught:
        loaded(exportV4=[{"action": "Accept"}, rule])
    assert [error.field for error in caught.value.errors] == [f"spec.exportV4[1].{field}"]


def test_ipv6_rules_have_longer_prefixes() -> None:
    """And take no IPv4 range."""
    rule = {"action": "Accept", "cidr": "fd00::/8", "matchOperator": "In", "prefixLength": {"max": 64}}
    assert loaded(importV6=[rule]).spec.import_v6[0].lengths == range(8, 65)
    with pytest.raises(InvalidResourcesError, match=r"spec.importV6\[0\].cidr"):
        loaded(importV6=[{**rule, "cidr": "10.0.0.0/8"}])


@pytest.mark.parametrize(
    ("bounds", "lengths"),
    [
        (None, range(16, 33)),
        ({"min": 8}, range(16, 33)),
        ({"min": 24}, range(24, 33)),
        ({"max": 24}, range(16, 25)),
        ({"min": 26, "max": 26}, range(26, 27)),
    ],
)
def test_lengths_begin_at_the_range_itself(bounds: dict[str, int] | None, lengths: range) -> None:
    """A smaller bound is none."""
    rule: dict[str, Any] = {"action": "Accept", "cidr": "10.244.0.0/16", "matchOperator": "In"}
    if bounds is not None:
        rule["prefixLength"] = bounds
    (found,) = loaded(exportV4=[rule]).spec.export_v4
    assert (found.lengths, str(found.network)) == (lengths, "10.244.0.0/16")


def test_bounds_that_leave_no_length_warn() -> None:
    """They are allowed, as the original allows them."""
    rule = {"action": "Accept", "cidr": "10.0.0.0/8", "matchOperator": "In", "prefixLength": {"min": 24, "max": 16}}
    (sentence,) = warn_bgp_filter(loaded(importV4=[rule]))
    assert sentence == "BGPFilter(f): spec.importV4[0].prefixLength leaves no length of a prefix inside 10.0.0.0/8"
    assert not list(warn_bgp_filter(loaded(importV4=[{"action": "Accept"}])))


def test_rules_are_counted_and_told_with_their_places() -> None:
    """Both IP versions together in the table."""
    one = loaded(exportV4=[{"action": "Accept"}] * 2, exportV6=[{"action": "Reject"}], importV4=[{"action": "Accept"}])
    assert [column.cell(one, 0) for column in BGP_FILTER.narrow] == ["f", "3", "1"]
    assert [(field, version) for field, version, _ in rules_of(one.spec)] == [
        ("spec.exportV4[0]", 4),
        ("spec.exportV4[1]", 4),
        ("spec.importV4[0]", 4),
        ("spec.exportV6[0]", 6),
    ]
