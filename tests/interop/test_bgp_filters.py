"""BGPFilters against BIRD: its ``show route where`` says which routes Calico's own wording of a rule matches."""

import json
import re
from collections.abc import Callable
from typing import Any, Final

import pytest

from bgpkit_node.peering.filters import import_policy
from bgpkit_node.resources import BGPFilter, load_documents
from bgpkit_node.resources.bgp_filter import PeerType
from tests.support.daemons import Bird
from tests.support.netns import Namespace, Namespaces
from tests.unit.policy.routes import path, verdict

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("bgp_filters")]

ROUTES: Final[dict[str, tuple[str, str, int]]] = {
    "0.0.0.0/0": ("65000", "", 100),
    "10.0.0.0/8": ("65000 65001", "65000:100", 100),
    "10.244.0.0/16": ("65000 65001 65002", "65000:100 65000:200", 2147482623),
    "10.244.0.0/17": ("", "65000:1:2", 2147483391),
    "10.244.1.0/24": ("65001 65000", "65000:100 65000:100:999", 2147483135),
    "10.244.1.0/26": ("65001", "65001:100", 100),
    "10.244.1.64/26": ("65000 65000", "", 2147482623),
    "10.244.1.7/32": ("650000", "", 2147483391),
    "10.245.0.0/16": ("65000 65002 65001", "65000:100", 2147483135),
    "11.0.0.0/8": ("", "", 100),
}
"""Each with its AS path, communities of both kinds, and LOCAL_PREF."""

# A rule, and how Calico words it for BIRD; it has krt_metric where bgp_local_pref stands here, which is the rest to
# 2147483647.
RULES: Final[list[tuple[dict[str, Any], str]]] = [
    ({}, "true"),
    ({"cidr": "10.244.0.0/16", "matchOperator": "In"}, "net ~ 10.244.0.0/16"),
    ({"cidr": "10.244.0.0/16", "matchOperator": "NotIn"}, "net !~ 10.244.0.0/16"),
    ({"cidr": "10.244.0.0/16", "matchOperator": "Equal"}, "net = 10.244.0.0/16"),
    ({"cidr": "10.244.0.0/16", "matchOperator": "NotEqual"}, "net != 10.244.0.0/16"),
    (
        {"cidr": "10.244.0.0/16", "matchOperator": "In", "prefixLength": {"min": 17, "max": 26}},
        "net ~ [ 10.244.0.0/16{17,26} ]",
    ),
    ({"cidr": "10.244.0.0/16", "matchOperator": "In", "prefixLength": {"min": 8}}, "net ~ [ 10.244.0.0/16{16,32} ]"),
    ({"cidr": "10.0.0.0/8", "matchOperator": "In", "prefixLength": {"max": 16}}, "net ~ [ 10.0.0.0/8{8,16} ]"),
    (
        {"cidr": "10.0.0.0/8", "matchOperator": "NotIn", "prefixLength": {"min": 24, "max": 26}},
        "net !~ [ 10.0.0.0/8{24,26} ]",
    ),
    ({"communities": {"values": ["65000:100"]}}, "(65000, 100) ~ bgp_community"),
    ({"communities": {"values": ["65000:1:2"]}}, "(65000, 1, 2) ~ bgp_large_community"),
    ({"asPathPrefix": [65000]}, "bgp_path ~ [= 65000 * =]"),
    ({"asPathPrefix": [65000, 65001]}, "bgp_path ~ [= 65000 65001 * =]"),
    ({"asPathPrefix": [65000, 65000]}, "bgp_path ~ [= 65000 65000 * =]"),
    ({"priority": 1024}, "bgp_local_pref = 2147482623"),
    ({"priority": 256}, "bgp_local_pref = 2147483391"),
    (
        {
            "cidr": "10.0.0.0/8",
            "matchOperator": "In",
            "communities": {"values": ["65000:100"]},
            "asPathPrefix": [65000],
            "priority": 512,
        },
        "(net ~ 10.0.0.0/8)&&((65000, 100) ~ bgp_community)&&(bgp_path ~ [= 65000 * =])&&(bgp_local_pref = 2147483135)",
    ),
]


def _configuration() -> str:
    lines = ["log stderr all;", "router id 10.4.7.21;", "protocol device { }", "protocol static { ipv4;"]
    for prefix, (as_path, communities, local_pref) in ROUTES.items():
        words = [f"bgp_path.prepend({asn});" for asn in reversed(as_path.split())]
        for community in communities.split():
            name = "bgp_large_community" if community.count(":") == 2 else "bgp_community"
            words.append(f"{name}.add(({community.replace(':', ', ')}));")
        lines.append(f"route {prefix} blackhole {{ bgp_local_pref = {local_pref}; {' '.join(words)} }};")
    return "\n".join([*lines, "}"])


def _rejected(rule: dict[str, Any]) -> set[str]:
    """Return the routes that a filter with the one rule, to reject, keeps away."""
    spec = {"importV4": [{**rule, "action": "Reject"}]}
    whole = {"apiVersion": "projectcalico.org/v3", "kind": "BGPFilter", "metadata": {"name": "f"}, "spec": spec}
    (document,) = load_documents(json.dumps(whole), "test")
    assert isinstance(document.resource, BGPFilter)
    policy = import_policy([document.resource], PeerType.IBGP)
    return {
        prefix
        for prefix, (as_path, communities, local_pref) in ROUTES.items()
        if not verdict(policy, prefix, path(as_path, communities=communities, local_pref=local_pref)).accepted
    }


def test_a_rule_matches_what_it_matches_in_bird(
    namespaces: Namespaces, start_bird: Callable[[Namespace, str], Bird]
) -> None:
    """Prefixes with and without bounds, communities, AS paths, priorities, and all together."""
    bird = start_bird(namespaces.node("bird"), _configuration())
    assert set(re.findall(r"^(\d\S+/\d+) ", bird.ask("show", "route"), re.MULTILINE)) == set(ROUTES)
    found: set[frozenset[str]] = set()
    for rule, words in RULES:
        answer = bird.ask("show", "route", "where", words)
        matched = set(re.findall(r"^(\d\S+/\d+) ", answer, re.MULTILINE))
        assert _rejected(rule) == matched, (rule, answer)
        found.add(frozenset(matched))
    assert len(found) > len(RULES) - 4  # the rules tell the routes apart
