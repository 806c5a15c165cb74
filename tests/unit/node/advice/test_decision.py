"""Each answer decides what it decides, and says so. walkthrough 30."""

from typing import Any

import pytest

from bgpkit_node.advice import Facts, Maintainer, Sessions, advise
from bgpkit_node.resources import EncapsulationMode

NEVER = EncapsulationMode.NEVER
CROSS = EncapsulationMode.CROSS_SUBNET
ALWAYS = EncapsulationMode.ALWAYS
NETWORK, CLUSTER = Maintainer
QUESTIONS = ["network policy", "throughput", "BGP in the underlay", "subnets of nodes", "nodes", "who maintains it"]


def facts(**changes: Any) -> Facts:
    """Return three nodes of one subnet that the cluster's people look after, but for the changes."""
    fields: dict[str, Any] = {
        "policy": True,
        "throughput": True,
        "bgp": True,
        "nodes": 3,
        "subnets": 1,
        "maintainer": CLUSTER,
    }
    return Facts(**{**fields, **changes})


@pytest.mark.parametrize(
    ("changes", "ipip", "vxlan", "routers"),
    [
        ({}, NEVER, NEVER, False),
        ({"maintainer": NETWORK}, NEVER, NEVER, False),
        ({"throughput": False}, NEVER, NEVER, False),
        ({"subnets": 2}, CROSS, NEVER, False),
        ({"subnets": 2, "throughput": False, "maintainer": NETWORK}, CROSS, NEVER, False),
        ({"subnets": 2, "maintainer": NETWORK}, NEVER, NEVER, True),
        ({"subnets": 2, "ipip": False}, NEVER, CROSS, False),
        ({"bgp": False}, NEVER, ALWAYS, False),
        ({"bgp": False, "subnets": 2, "maintainer": NETWORK}, NEVER, ALWAYS, False),
    ],
)
def test_the_mode_follows_from_subnets_bgp_and_who_has_the_routers(
    changes: dict[str, Any], ipip: EncapsulationMode, vxlan: EncapsulationMode, routers: bool
) -> None:
    """Policy and the number of nodes have no part in it."""
    for more in ({}, {"policy": False}, {"nodes": 1000}):
        found = advise(facts(**{**changes, **more}))
        assert (found.ipip, found.vxlan, found.peer_with_routers) == (ipip, vxlan, routers)


@pytest.mark.parametrize(
    ("nodes", "bgp", "sessions", "reflectors"),
    [
        (1, True, Sessions.MESH, 0),
        (100, True, Sessions.MESH, 0),
        (101, True, Sessions.REFLECTORS, 2),
        (499, True, Sessions.REFLECTORS, 2),
        (500, True, Sessions.REFLECTORS, 3),
        (500, False, Sessions.NONE, 0),
    ],
)
def test_the_sessions_follow_from_the_number_of_nodes(
    nodes: int, bgp: bool, sessions: Sessions, reflectors: int
) -> None:
    """Where there is BGP at all."""
    found = advise(facts(nodes=nodes, bgp=bgp))
    assert (found.sessions, found.reflectors) == (sessions, reflectors)


@pytest.mark.parametrize(
    ("changes", "question", "words"),
    [
        ({}, "network policy", "enforces policies on every node"),
        ({"policy": False}, "network policy", "decides nothing"),
        ({}, "throughput", "no packet is wrapped"),
        ({"throughput": False}, "throughput", "is no matter"),
        ({"subnets": 2}, "throughput", "between subnets only (20 octets more)"),
        ({"subnets": 2, "ipip": False}, "throughput", "between subnets only (50 octets more)"),
        ({"bgp": False}, "throughput", "it cannot be had"),
        ({}, "BGP in the underlay", "tell each other their blocks"),
        ({"bgp": False}, "BGP in the underlay", "UDP port 4789"),
        ({}, "subnets of nodes", "no router stands between"),
        ({"subnets": 2}, "subnets of nodes", "CrossSubnet, with IPIP"),
        ({"subnets": 2, "ipip": False}, "subnets of nodes", "this kernel has no IPIP"),
        ({"subnets": 2, "maintainer": NETWORK}, "subnets of nodes", "learn the blocks by BGP"),
        ({"bgp": False}, "subnets of nodes", "decides nothing"),
        ({"nodes": 50}, "nodes", "a mesh of 1225 sessions"),
        ({"nodes": 200}, "nodes", "a mesh has 19900 sessions; 2 reflectors make 397 of it"),
        ({"bgp": False}, "nodes", "there are no sessions"),
        ({}, "who maintains it", "nothing is asked of the routers"),
        ({"maintainer": NETWORK}, "who maintains it", "nothing here needs it"),
        ({"subnets": 2, "maintainer": NETWORK}, "who maintains it", "they peer the routers"),
    ],
)
def test_each_answer_has_its_reason(changes: dict[str, Any], question: str, words: str) -> None:
    """In the order of the questions."""
    reasons = advise(facts(**changes)).reasons
    assert [each.question for each in reasons] == QUESTIONS
    assert words in next(each.consequence for each in reasons if each.question == question)
