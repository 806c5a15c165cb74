"""What a change does to sessions is what the speaker itself says of the same change."""

from dataclasses import replace

import pytest

from bgpkit import ChangePlan, PeerConfig, Speaker
from bgpkit_node.peering.changes import session_changes, session_ends
from bgpkit_node.resources import (
    BGPConfiguration,
    BGPConfigurationSpec,
    BGPPeerSpec,
    IPPool,
    IPPoolSpec,
    Metadata,
    Resource,
)
from bgpkit_node.resources.bgp_configuration import BindMode
from bgpkit_node.resources.secret_ref import BgpPassword, SecretKeyRef
from tests.support.clusters import all_with_reflectors, cluster, configuration, drained, node, peer, reflector

A, B, C = (node(name, f"10.4.7.{number}/24") for number, name in enumerate("abc", 1))
RR = reflector("b", "10.4.7.2/24", "244.0.0.1")
ON, OFF = configuration(mesh=True), configuration(mesh=False)
POOL = IPPool(metadata=Metadata(name="p"), spec=IPPoolSpec(cidr="10.244.0.0/16"))
TOR = peer("tor", BGPPeerSpec(peer_ip="10.4.7.99", as_number=65000))
SLOWER = peer("tor", BGPPeerSpec(peer_ip="10.4.7.99", as_number=65000, keepalive_time="10s"))
NEXT_HOP = peer("tor", BGPPeerSpec(peer_ip="10.4.7.99", as_number=65000, num_allowed_local_as_numbers=2))
OTHER_AS = peer("tor", BGPPeerSpec(peer_ip="10.4.7.99", as_number=65001))
OTHER_PORT = peer("tor", BGPPeerSpec(peer_ip="10.4.7.99:1790", as_number=65000))
SIGNED, OTHERWISE_SIGNED = (
    peer(
        "tor",
        BGPPeerSpec(
            peer_ip="10.4.7.99",
            as_number=65000,
            password=BgpPassword(secret_key_ref=SecretKeyRef(name="bgp", key=key)),
        ),
    )
    for key in ("one", "two")
)
SIX = node("six", "10.4.7.6/24", "fd00::6/64")
OTHER_RR = reflector("d", "10.4.7.4/24", "244.0.0.1")
BOUND = BGPConfiguration(metadata=Metadata(name="default"), spec=BGPConfigurationSpec(bind_mode=BindMode.NODE_IP))

Changes = dict[tuple[str, str], ChangePlan]
CASES: dict[str, tuple[tuple[Resource, ...], tuple[Resource, ...], Changes]] = {
    "nothing": ((A, B, TOR), (A, B, TOR), {}),
    "a node joins": (
        (A,),
        (A, B),
        {("a", "10.4.7.2"): ChangePlan.ADD, ("b", "10.4.7.1"): ChangePlan.ADD},
    ),
    "a node leaves": ((A, B), (A,), {("a", "10.4.7.2"): ChangePlan.REMOVE}),
    "from the mesh to a reflector": (
        (A, B, C),
        (A, RR, C, OFF, all_with_reflectors()),
        {
            ("a", "10.4.7.2"): ChangePlan.NONE,
            ("a", "10.4.7.3"): ChangePlan.REMOVE,
            ("b", "10.4.7.1"): ChangePlan.SOFT,
            ("b", "10.4.7.3"): ChangePlan.SOFT,
            ("c", "10.4.7.1"): ChangePlan.REMOVE,
            ("c", "10.4.7.2"): ChangePlan.NONE,
        },
    ),
    "a pool": (
        (A, B),
        (A, B, POOL),
        {("a", "10.4.7.2"): ChangePlan.SOFT, ("b", "10.4.7.1"): ChangePlan.SOFT},
    ),
    "another AS": (
        (A, B),
        (A, B, configuration(asn=63400)),
        {("a", "10.4.7.2"): ChangePlan.RESET, ("b", "10.4.7.1"): ChangePlan.RESET},
    ),
    "another port of a node": (
        (A, B),
        (A, B, configuration("node.a", port=1790)),
        {("a", "10.4.7.2"): ChangePlan.RESET, ("b", "10.4.7.1"): ChangePlan.RESET},
    ),
    "another AS of a router": ((A, TOR), (A, OTHER_AS), {("a", "10.4.7.99"): ChangePlan.RESET}),
    "another port of a router": ((A, TOR), (A, OTHER_PORT), {("a", "10.4.7.99"): ChangePlan.RESET}),
    "another keepalive time": ((A, TOR), (A, SLOWER), {("a", "10.4.7.99"): ChangePlan.RESET}),
    "a password": ((A, TOR), (A, SIGNED), {("a", "10.4.7.99"): ChangePlan.NONE}),
    "another password": ((A, SIGNED), (A, OTHERWISE_SIGNED), {("a", "10.4.7.99"): ChangePlan.NONE}),
    "a node's IPv6 address": (
        (A, SIX),
        (node("a", "10.4.7.1/24", "fd00::1/64"), SIX),
        {
            ("a", "10.4.7.6"): ChangePlan.RESET,
            ("a", "fd00::6"): ChangePlan.ADD,
            ("six", "fd00::1"): ChangePlan.ADD,
        },
    ),
    "listening at one address": (
        (A, B),
        (A, B, BOUND),
        {("a", "10.4.7.2"): ChangePlan.RESET, ("b", "10.4.7.1"): ChangePlan.RESET},
    ),
    "a drained reflector": (
        (A, RR, OFF, OTHER_RR, all_with_reflectors()),
        (A, drained(RR), OFF, OTHER_RR, all_with_reflectors()),
        {
            ("a", "10.4.7.2"): ChangePlan.REMOVE,
            ("b", "10.4.7.1"): ChangePlan.REMOVE,
            ("b", "10.4.7.4"): ChangePlan.SOFT,
            ("d", "10.4.7.2"): ChangePlan.SOFT,
        },
    ),
    "a loop that is allowed": ((A, TOR), (A, NEXT_HOP), {("a", "10.4.7.99"): ChangePlan.SOFT}),
}

SPEAKERS_OWN = {"another AS", "another port of a node", "a node's IPv6 address", "listening at one address"}
"""Changes for which an agent starts another speaker."""


@pytest.mark.parametrize(("before", "after", "expected"), CASES.values(), ids=CASES)
def test_the_cost_of_a_change_is_told(
    before: tuple[Resource, ...], after: tuple[Resource, ...], expected: Changes
) -> None:
    """For each end of a session, and each with a reason."""
    found = session_changes(cluster(*before), cluster(*after))
    assert {(one.node, one.peering.address): one.change for one in found} == expected
    assert all(one.why for one in found)


@pytest.mark.parametrize("name", [name for name in CASES if name not in SPEAKERS_OWN])
async def test_the_speaker_says_the_same(name: str) -> None:
    """When it has the sessions as they were and is asked about those that are to be."""
    before, after, expected = CASES[name]
    old, new = cluster(*before), cluster(*after)
    for present in new.nodes:
        if (former := old.node(present.name)) is None:
            continue
        async with Speaker(asn=old.asn(former), bgp_identifier="192.0.2.1", listen=[]) as speaker:
            for end in session_ends(old, former).values():
                await speaker.add_peer(_quiet(end.config))
            plans = speaker.plan([_quiet(end.config) for end in session_ends(new, present).values()])
        told = {plan.address: plan.change for plan in plans}
        for (node_name, address), change in expected.items():
            if node_name == present.name:
                assert told[address] is change


def _quiet(config: PeerConfig) -> PeerConfig:
    """Return ``config`` so that no connection is tried: nobody is there."""
    return replace(config, passive=True, local_address=None)


def test_reasons_are_said_in_words() -> None:
    """The field with both values, and where the session comes from."""
    found = {
        (one.node, one.peering.address): one.why
        for one in session_changes(cluster(A, B, C), cluster(A, RR, C, OFF, all_with_reflectors()))
    }
    assert found["b", "10.4.7.1"] == (
        "route reflector client no -> yes",
        "cluster id none -> 244.0.0.1",
        "node-to-node mesh -> node specific by BGPPeer(peer-with-route-reflectors)",
    )
    assert found["a", "10.4.7.3"] == ("no longer asked for",)
    (one, _) = session_changes(cluster(A, B), cluster(A, B, configuration(asn=63400)))
    assert one.why[0] == "own AS 64512 -> 63400"


def test_of_a_password_no_more_is_said_than_that_it_changes() -> None:
    """Not even where it lies."""
    (one,) = session_changes(cluster(A, SIGNED), cluster(A, OTHERWISE_SIGNED))
    assert one.why == ("password",)
    further = peer("tor", BGPPeerSpec(peer_ip="10.4.7.99", as_number=65000, ttl_security=2))
    (two,) = session_changes(cluster(A, TOR), cluster(A, further))
    assert two.why == ("ttl security none -> 2",)
