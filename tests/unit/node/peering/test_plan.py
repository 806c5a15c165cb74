"""The plan: against Calico's own rows, and by its rules."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bgpkit_node.peering import Cluster, Peering, PeeringKind, cluster_of, plan_peerings
from bgpkit_node.resources import (
    BGPConfiguration,
    BGPConfigurationSpec,
    BGPPeerSpec,
    Metadata,
    Node,
    Resource,
    ReversePeering,
    WorkloadEndpoint,
    WorkloadEndpointSpec,
    load_documents,
)
from tests.support.clusters import (
    REFLECTORS,
    all_with_reflectors,
    cluster,
    configuration,
    drained,
    node,
    peer,
    reflector,
)

ROWS: Final[list[dict[str, Any]]] = [
    json.loads(line)
    for line in (Path(__file__).parents[3] / "data" / "calico" / "bgp-sessions.jsonl").read_text().splitlines()
]
KINDS: Final = {"Mesh": PeeringKind.MESH, "Global": PeeringKind.GLOBAL, "Node": PeeringKind.NODE}
ONE_SESSION_AN_ADDRESS: Final = {
    # A peer is known by its address: of the sessions with 10.192.0.1 on ports 150 and 166 the first by name stays.
    "calico-confd/explicit_peering/local-as-global": {("10.192.0.1", 150)},
}


@pytest.mark.parametrize("number", range(len(ROWS)), ids=[row["id"] for row in ROWS])
def test_the_sessions_are_those_that_calico_plans(number: int) -> None:
    """Neighbours, ports, AS numbers, kinds and clients are Calico's; who connects to whom is not compared."""
    row = ROWS[number]
    state = _state(number)
    own = state.node(row["node"])
    assert own is not None
    without = ONE_SESSION_AN_ADDRESS.get(row["id"], set())
    expected = {
        (
            told["neighbor"],
            told.get("port") or 179,
            told["peer_as"],
            KINDS[told["name"].split("_")[0]],
            told["rr_client"],
        )
        for told in row["expect"]
        if (told["neighbor"], told.get("port")) not in without
    }
    plan = plan_peerings(state, own)
    found = {(one.address, one.port, one.asn, one.kind, one.client) for one in plan if one.version == 4}
    assert found == expected


def test_a_node_does_not_peer_with_itself() -> None:
    """Not in the mesh, not by a selector that matches all, not by its own address."""
    one, two = node("a", "10.4.7.11/24"), node("b", "10.4.7.12/24")
    everyone = peer("all", BGPPeerSpec(peer_selector="all()"))
    itself = peer("self", BGPPeerSpec(peer_ip="10.4.7.11"))
    assert [one.node for one in plan_peerings(cluster(one, two, everyone, itself), one)] == ["b"]


def test_a_node_without_an_address_has_no_session_with_others() -> None:
    """Neither it nor its peers plan one."""
    one, bare = node("a", "10.4.7.11/24"), node("b")
    assert plan_peerings(cluster(one, bare), one) == plan_peerings(cluster(one, bare), bare) == ()


def test_the_mesh_names_no_resource() -> None:
    """Of a mesh session everything comes from the other node, and nobody is a client."""
    one, two = node("a", "10.4.7.11/24", cluster_id="244.0.0.1"), node("b", "10.4.7.12/24", asn=65001)
    (found,) = plan_peerings(cluster(one, two, configuration(port=1790)), one)
    assert found == Peering(
        address="10.4.7.12", port=1790, asn=65001, kind=PeeringKind.MESH, node="b", client=False, resource=""
    )


def test_a_peering_for_nodes_comes_before_a_global_one_and_both_before_the_mesh() -> None:
    """One session, named by the most particular resource that asks for it. walkthrough 21."""
    one, two = node("a", "10.4.7.11/24"), node("b", "10.4.7.12/24")
    general = peer("z", BGPPeerSpec(peer_selector="all()"))
    special = peer("y", BGPPeerSpec(node="a", peer_selector="all()"))
    assert [each.kind for each in plan_peerings(cluster(one, two), one)] == [PeeringKind.MESH]
    assert [each.kind for each in plan_peerings(cluster(one, two, general), one)] == [PeeringKind.GLOBAL]
    (found,) = plan_peerings(cluster(one, two, general, special), one)
    assert (found.kind, found.resource) == (PeeringKind.NODE, "y")


@pytest.mark.parametrize(
    ("own", "other", "client"),
    [
        ("", "", False),
        ("", "244.0.0.1", False),
        ("244.0.0.1", "", True),
        ("244.0.0.1", "244.0.0.1", False),
        ("244.0.0.1", "244.0.0.2", True),
    ],
)
def test_a_reflectors_client_is_whoever_has_not_its_cluster_id(own: str, other: str, client: bool) -> None:
    """Reflectors of one cluster are ordinary peers of each other, of two clusters clients of each other."""
    one = node("a", "10.4.7.11/24", cluster_id=own)
    two = node("b", "10.4.7.12/24", cluster_id=other)
    state = cluster(one, two, node("c", "10.4.7.13/24"), peer("all", BGPPeerSpec(peer_selector="all()")))
    assert [each.client for each in plan_peerings(state, state.nodes[0]) if each.node == "b"] == [client]


def test_a_peer_in_another_as_is_no_client() -> None:
    """Reflection is for internal peers. RFC 4456, section 6."""
    one = node("a", "10.4.7.11/24", cluster_id="244.0.0.1")
    two = node("b", "10.4.7.12/24", asn=65001)
    outside = peer("tor", BGPPeerSpec(peer_ip="10.4.7.1", as_number=65000))
    inside = peer("rr", BGPPeerSpec(peer_ip="10.4.7.2"))
    found = plan_peerings(cluster(one, two, outside, inside, peer("all", BGPPeerSpec(peer_selector="all()"))), one)
    assert {each.address: (each.asn, each.client) for each in found} == {
        "10.4.7.1": (65000, False),
        "10.4.7.2": (64512, True),
        "10.4.7.12": (65001, False),
    }


def test_with_the_mesh_off_nodes_peer_with_the_reflectors_only() -> None:
    """k8s-master1 has one session with one reflector, two with two. walkthrough 21."""
    master, one, two = node("m", "10.4.7.11/24"), node("n1", "10.4.7.12/24"), node("n2", "10.4.7.21/24")
    off, everyone = configuration(mesh=False), all_with_reflectors()
    first = reflector("n1", "10.4.7.12/24", "244.0.0.1")
    second = reflector("n2", "10.4.7.21/24", "244.0.0.1")
    assert plan_peerings(cluster(master, one, two, off), master) == ()
    assert _neighbors(cluster(master, first, two, off, everyone), "m") == ["10.4.7.12"]
    assert _neighbors(cluster(master, first, second, off, everyone), "m") == ["10.4.7.12", "10.4.7.21"]
    assert _neighbors(cluster(master, first, second, off, everyone), "n1") == ["10.4.7.11", "10.4.7.21"]


def test_a_cluster_id_alone_ends_no_mesh_session() -> None:
    """The mesh stays whole while it is on. walkthrough 20, a deviation."""
    nodes = [reflector("n1", "10.4.7.12/24", "244.0.0.1"), node("m", "10.4.7.11/24"), node("n2", "10.4.7.21/24")]
    assert _neighbors(cluster(*nodes), "n1") == ["10.4.7.11", "10.4.7.21"]
    assert _neighbors(cluster(*nodes), "m") == ["10.4.7.12", "10.4.7.21"]


def test_ports_are_those_of_the_other_end() -> None:
    """A node listens on the port of its own configuration; a router outside on the one of the peerIP."""
    one, two = node("a", "10.4.7.11/24"), node("b", "10.4.7.12/24")
    ports = configuration(port=177), configuration("node.a", port=180)
    router = peer("tor", BGPPeerSpec(peer_ip="10.4.7.1:1179", as_number=65000))
    other = peer("far", BGPPeerSpec(peer_ip="10.4.7.2", as_number=65000))
    state = cluster(one, two, *ports, router, other)
    assert {each.address: each.port for each in plan_peerings(state, one)} == {
        "10.4.7.1": 1179,
        "10.4.7.2": 179,
        "10.4.7.12": 177,
    }
    assert {each.address: each.port for each in plan_peerings(state, two)}["10.4.7.11"] == 180


def test_sessions_are_ordered_by_address() -> None:
    """By number, not by text: .9 comes before .11."""
    nodes = [node(f"n{number}", f"10.4.7.{number}/24") for number in (11, 9, 100)]
    assert _neighbors(cluster(*nodes, node("a", "10.4.7.1/24")), "a") == ["10.4.7.9", "10.4.7.11", "10.4.7.100"]


def test_a_peer_ip_of_a_node_makes_the_session_at_that_node_too() -> None:
    """As long as it describes the node as it is; a wrong AS number or port makes one end only."""
    one, two, off = node("a", "10.4.7.11/24"), node("b", "10.4.7.12/24"), configuration(mesh=False)
    for spec, both in (
        (BGPPeerSpec(node="a", peer_ip="10.4.7.12"), True),
        (BGPPeerSpec(node="a", peer_ip="10.4.7.12:179", as_number=64512), True),
        (BGPPeerSpec(node="a", peer_ip="10.4.7.12", as_number=65000), False),
        (BGPPeerSpec(node="a", peer_ip="10.4.7.12:1179"), False),
        (BGPPeerSpec(node="a", peer_ip="10.4.7.12", reverse_peering=ReversePeering.MANUAL), False),
    ):
        state = cluster(one, two, off, peer("p", spec))
        (there,) = plan_peerings(state, one)
        assert (there.node, there.asn) == ("b", spec.as_number or 64512)
        assert [(each.node, each.kind) for each in plan_peerings(state, two)] == [("a", PeeringKind.NODE)] * both


def test_each_ip_version_has_a_session_of_its_own() -> None:
    """Two nodes that have addresses of both have two sessions, as with Calico; one that has one has one."""
    one, two = node("a", "10.4.7.11/24", "fd00:7::11/64"), node("b", "10.4.7.12/24", "fd00:7::12/64")
    state = cluster(one, two, node("c", "10.4.7.13/24"))
    assert _neighbors(state, "a") == ["10.4.7.12", "10.4.7.13", "fd00:7::12"]
    assert _neighbors(state, "c") == ["10.4.7.11", "10.4.7.12"]
    pointed = cluster(one, two, configuration(mesh=False), peer("p", BGPPeerSpec(node="a", peer_ip="fd00:7::12")))
    assert [_neighbors(pointed, name) for name in "ab"] == [["fd00:7::12"], ["fd00:7::11"]]


def test_a_router_with_an_ipv6_address_is_for_nodes_that_have_one() -> None:
    """The port stands behind the brackets."""
    one, two = node("a", "10.4.7.11/24", "fd00:7::11/64"), node("b", "10.4.7.12/24")
    state = cluster(one, two, configuration(mesh=False), peer("p", BGPPeerSpec(peer_ip="[fd00::1]:1179", as_number=1)))
    (session,) = plan_peerings(state, one)
    assert (session.address, session.port, session.asn, session.version) == ("fd00::1", 1179, 1, 6)
    assert plan_peerings(state, two) == ()


def test_pods_of_the_node_that_a_selector_matches_open_sessions() -> None:
    """With each address for which there is one to reach the node at; pods elsewhere are other nodes' business."""
    one = node("a", "10.4.7.11/24")
    default = BGPConfiguration(
        metadata=Metadata(name="default"),
        spec=BGPConfigurationSpec(node_to_node_mesh_enabled=False, local_workload_peering_ipv4="169.254.1.2"),
    )
    spec = BGPPeerSpec(local_workload_selector="bgp == 'yes'", as_number=65001)
    pods = (_pod("a", "10.244.1.5/32", "fd00::5/128"), _pod("b", "10.244.2.5/32"), _pod("a", "10.244.1.6/32", bgp="no"))
    state = replace(cluster(one, default, peer("p", spec)), workloads=pods)
    (session,) = plan_peerings(state, one)
    assert (session.address, session.asn, session.kind) == ("10.244.1.5", 65001, PeeringKind.WORKLOAD)
    assert session.own_address == "169.254.1.2"
    assert plan_peerings(replace(state, configurations=(configuration(mesh=False),)), one) == ()


def test_a_drained_reflector_keeps_sessions_with_reflectors_only() -> None:
    """However the sessions have been asked for; the mesh, which needs no reflection, stays."""
    one, first, second = node("a", "10.4.7.1/24"), reflector("r1", "10.4.7.11/24", "1.1.1.1"), _second()
    off = configuration(mesh=False)
    by_address = [peer(f"p{n}", BGPPeerSpec(peer_ip=f"10.4.7.{n}")) for n in (11, 12)]
    reflecting = peer("x", BGPPeerSpec(node_selector=REFLECTORS, peer_selector="all()"))
    for peers in ([all_with_reflectors()], by_address, [reflecting]):
        state = cluster(one, drained(first), second, off, *peers)
        assert state.drained == {"r1"}
        assert _neighbors(state, "r1") == ["10.4.7.12"]
        assert _neighbors(state, "a") == ["10.4.7.12"]
        there = [(each.node, each.client) for each in plan_peerings(state, second)]
        assert there == [("a", True), ("r1", True)]
    assert _neighbors(cluster(one, drained(first), second), "r1") == ["10.4.7.1", "10.4.7.12"]


def test_the_annotation_on_a_node_that_reflects_nothing_changes_nothing() -> None:
    """It is no reflector that is drained."""
    one, two = drained(node("a", "10.4.7.1/24")), node("b", "10.4.7.2/24")
    everyone = peer("all", BGPPeerSpec(peer_selector="all()"))
    assert _neighbors(cluster(one, two, everyone, configuration(mesh=False)), "a") == ["10.4.7.2"]


_NAMES = ("a", "b", "c", "d", "e")
_SELECTORS = ("", "all()", REFLECTORS, f"!({REFLECTORS})", "has(rack)", "rack == '1'")
_ADDRESSES = [f"10.4.7.{number}" for number in range(1, 6)]


def _as_it_is(one: Node) -> Node:
    return one


@st.composite
def clusters(draw: st.DrawFn) -> Cluster:
    """Draw a cluster of any shape."""
    labels = st.dictionaries(st.sampled_from(["route_reflector", "rack"]), st.sampled_from(["true", "1", "2"]))
    identifiers = st.sampled_from(["", "", "244.0.0.1", "244.0.0.2"])
    marks = st.sampled_from([_as_it_is, _as_it_is, drained])
    resources: list[Resource] = [
        draw(marks)(
            node(
                name,
                draw(st.sampled_from([f"{address}/24", f"{address}/24", ""])),
                draw(st.sampled_from([f"fd00::{address.rpartition('.')[2]}/64", ""])),
                cluster_id=draw(identifiers),
                asn=draw(st.sampled_from([None, None, None, 65001])),
                **draw(labels),
            )
        )
        for name, address in zip(_NAMES[: draw(st.integers(1, 5))], _ADDRESSES, strict=False)
    ]
    if draw(st.booleans()):
        resources.append(
            configuration(mesh=draw(st.sampled_from([None, False])), port=draw(st.sampled_from([None, 177])))
        )
    for number in range(draw(st.integers(0, 4))):
        by_address = draw(st.booleans())
        spec = BGPPeerSpec(
            node=draw(st.sampled_from(["", *_NAMES])),
            peer_ip=draw(st.sampled_from([*_ADDRESSES, "10.9.9.9", "fd00::1", "fd00::9"])) if by_address else "",
            peer_selector="" if by_address else draw(st.sampled_from(_SELECTORS[1:])),
        )
        if not spec.node:
            node_selector = draw(st.sampled_from(_SELECTORS))
            spec = BGPPeerSpec(node_selector=node_selector, peer_ip=spec.peer_ip, peer_selector=spec.peer_selector)
        resources.append(peer(f"p{number}", spec))
    return cluster(*resources)


@settings(deadline=None)
@given(clusters())
def test_a_peering_between_nodes_is_at_both_ends(state: Cluster) -> None:
    """What one end plans the other end plans, too: of the same kind, each with the other's own AS number and port."""
    plans = {
        one.name: {(each.node, each.version): each for each in plan_peerings(state, one) if each.node}
        for one in state.nodes
    }
    for name, plan in plans.items():
        own = state.node(name)
        assert own is not None
        for (other, version), there in plan.items():
            back = plans[other][name, version]
            assert back.kind is there.kind
            interface = own.ipv4 if version == 4 else own.ipv6
            assert interface is not None
            assert (back.address, back.asn, back.port) == (str(interface.ip), state.asn(own), state.port(own))


@settings(deadline=None)
@given(clusters())
def test_an_address_has_one_session_at_most(state: Cluster) -> None:
    """However many resources ask for it; and it is never the own one."""
    for one in state.nodes:
        addresses = [each.address for each in plan_peerings(state, one)]
        assert len(set(addresses)) == len(addresses)
        assert one.ipv4 is None or str(one.ipv4.ip) not in addresses


@settings(deadline=None)
@given(clusters())
def test_with_the_mesh_on_every_two_nodes_with_addresses_have_a_session(state: Cluster) -> None:
    """No resource takes a session of the mesh away, it only names it."""
    if state.mesh:
        versions = {one.name: {own.version for own in one.interfaces} for one in state.nodes}
        for one in state.nodes:
            others = {each.node for each in plan_peerings(state, one) if each.node}
            assert others == {name for name, has in versions.items() if has & versions[one.name]} - {one.name}


def test_nodes_with_ipv6_alone_have_sessions_of_ipv6() -> None:
    """With each other and with nodes that have both; a global router of IPv4 is none of theirs."""
    bare, six, both = node("a", "10.4.7.11/24"), node("b", "", "fd00::12/64"), node("c", "10.4.7.13/24", "fd00::13/64")
    seven = node("d", "", "fd00::14/64")
    office = peer("office", BGPPeerSpec(peer_ip="10.4.7.1", as_number=65010))
    state = cluster(bare, six, both, seven, office)
    assert _neighbors(state, "b") == ["fd00::13", "fd00::14"]
    assert _neighbors(state, "c") == ["10.4.7.1", "10.4.7.11", "fd00::12", "fd00::14"]
    assert _neighbors(state, "a") == ["10.4.7.1", "10.4.7.13"]


def _neighbors(state: Cluster, name: str) -> list[str]:
    own = state.node(name)
    assert own is not None
    return [each.address for each in plan_peerings(state, own)]


def _second() -> Node:
    return reflector("r2", "10.4.7.12/24", "1.1.1.1")


def _pod(name: str, *addresses: str, bgp: str = "yes") -> WorkloadEndpoint:
    spec = WorkloadEndpointSpec(node=name, ip_networks=addresses)
    return WorkloadEndpoint(metadata=Metadata(name=name, namespace="default", labels={"bgp": bgp}), spec=spec)


def _state(number: int) -> Cluster:
    """Return the resources of a row; a follow-up step changes those of the row it follows."""
    row = ROWS[number]
    resources: dict[tuple[str, str], Resource] = {}
    if row["is_followup_step"]:
        first = next(at for at, other in enumerate(ROWS) if other["id"] == row["id"].removesuffix("/step2"))
        before = _state(first)
        known = (*before.nodes, *before.configurations, *before.peers)
        resources |= {(resource.kind, resource.name): resource for resource in known}
    for document in load_documents(json.dumps([_told(each) for each in row["resources"]]), row["id"]):
        resources[document.resource.kind, document.resource.name] = document.resource
    return cluster_of(resources.values())


def _told(resource: Mapping[str, Any]) -> dict[str, Any]:
    """Return a resource as its own format writes it: labels and communities are texts, an empty list item is none."""
    spec = dict(resource.get("spec") or {})
    for field in ("serviceClusterIPs", "serviceLoadBalancerIPs"):
        if field in spec:
            spec[field] = [block for block in spec[field] if block]
    for advertisement in spec.get("prefixAdvertisements", ()):
        advertisement["communities"] = [text for text in advertisement["communities"] if isinstance(text, str)]
    metadata = dict(resource["metadata"])
    if "labels" in metadata:
        metadata["labels"] = {key: str(value).lower() for key, value in metadata["labels"].items()}
    return {**resource, "metadata": metadata, "spec": spec}
