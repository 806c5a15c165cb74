"""Resources as they come, change and go, and what then decides about packets."""

from ipaddress import ip_address
from typing import Any

import pytest

from bgpkit_node.policy import Evaluator, Packet, PolicyState, ResourceState, cluster_of_resources, state_after
from bgpkit_node.policy.model import Endpoint, PolicyId
from bgpkit_node.resources import Resource, ResourceChange, load_documents

WEB = """
apiVersion: projectcalico.org/v3
kind: WorkloadEndpoint
metadata:
  name: n1-k8s-web-eth0
  namespace: shop
  labels: {app: web, pcns.team: forged, projectcalico.org/namespace: other}
spec:
  node: n1
  orchestrator: k8s
  pod: web
  endpoint: eth0
  serviceAccountName: robot
  interfaceName: cali1
  ipNetworks: [10.0.0.1/32, "fd00::1/128"]
  profiles: [kns.shop, ksa.shop.robot]
  ports: [{name: http, protocol: TCP, port: 8080}]
"""
NAMESPACE = "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: red}}}"
ACCOUNT = """
apiVersion: projectcalico.org/v3
kind: Profile
metadata: {name: ksa.shop.robot}
spec: {labelsToApply: {pcsa.rank: high}}
"""
NODE = """
apiVersion: projectcalico.org/v3
kind: Node
metadata: {name: n1}
spec:
  bgp: {ipv4Address: 192.0.2.1/24, ipv4IPIPTunnelAddr: 10.0.0.64}
  ipv4VXLANTunnelAddr: 10.0.0.65
  addresses: [{address: 198.51.100.1}]
"""
HOST = """
apiVersion: projectcalico.org/v3
kind: HostEndpoint
metadata: {name: n1-eth0, labels: {role: node}}
spec: {node: n1, interfaceName: eth0, expectedIPs: [192.0.2.1]}
"""
SETS = """
apiVersion: projectcalico.org/v3
kind: NetworkSet
metadata: {name: office, namespace: shop}
spec: {nets: [172.17.0.0/16]}
"""
POLICY = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec: {podSelector: {}}
"""


def read(text: str) -> Resource:
    """Return the resource of a text."""
    (document,) = load_documents(text, "test")
    return document.resource


class Follower:
    """A state that follows resources on node n1."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.resources = ResourceState("n1")
        self.state = PolicyState()

    def put(self, *texts: str) -> PolicyState:
        """Have resources; return the state then."""
        for text in texts:
            self.resources.take(ResourceChange(None, read(text)))
        return self._follow()

    def drop(self, *texts: str) -> PolicyState:
        """Take resources away; return the state then."""
        for text in texts:
            self.resources.take(ResourceChange(read(text), None))
        return self._follow()

    def _follow(self) -> PolicyState:
        self.state = state_after(self.state, self.resources.take_change())
        return self.state


def labels_of(state: PolicyState) -> dict[str, str]:
    """Return what selectors see of the one pod."""
    (endpoint,) = state.endpoints.values()
    return dict(endpoint.labels)


def test_a_pod_has_labels_of_the_system_and_no_forged_ones() -> None:
    """Those of its namespace, its account and its orchestrator; none of its own can pass for them."""
    assert labels_of(Follower().put(NAMESPACE, ACCOUNT, WEB)) == {
        "app": "web",
        "projectcalico.org/namespace": "shop",
        "projectcalico.org/orchestrator": "k8s",
        "projectcalico.org/serviceaccount": "robot",
        "pcns.team": "red",
        "pcns.kubernetes.io/metadata.name": "shop",
        "pcns.projectcalico.org/name": "shop",
        "pcsa.rank": "high",
        "pcsa.projectcalico.org/name": "robot",
    }


@pytest.mark.parametrize("order", [(NAMESPACE, ACCOUNT, WEB, SETS), (SETS, WEB, ACCOUNT, NAMESPACE)])
def test_the_order_in_which_resources_come_does_not_matter(order: tuple[str, ...]) -> None:
    """Whoever is there first learns of what it depends on."""
    follower = Follower()
    for text in order:
        follower.put(text)
    assert follower.state == Follower().put(NAMESPACE, ACCOUNT, WEB, SETS)


def test_labels_of_a_namespace_reach_all_that_is_in_it() -> None:
    """When they change, and when the namespace goes; a pod keeps the profile of its namespace all the same."""
    follower = Follower()
    follower.put(NAMESPACE, WEB, SETS)
    state = follower.put(NAMESPACE.replace("red", "blue"))
    assert labels_of(state)["pcns.team"] == "blue"
    assert dict(state.network_sets["shop/office"].labels)["pcns.team"] == "blue"
    state = follower.drop(NAMESPACE)
    assert "pcns.team" not in labels_of(state)
    assert "kns.shop" in state.profiles
    assert "kns.shop" not in follower.drop(WEB, SETS).profiles


def test_fields_of_an_endpoint() -> None:
    """Addresses, ports, profiles, interface, and whether it is here."""
    (pod,) = Follower().put(WEB).endpoints.values()
    assert (pod.key, pod.node, pod.interface, pod.local, pod.host) == (
        "shop/n1-k8s-web-eth0",
        "n1",
        "cali1",
        True,
        False,
    )
    assert pod.addresses == (ip_address("10.0.0.1"), ip_address("fd00::1"))
    assert pod.ports == (("http", 6, 8080),)
    assert pod.profiles == ("kns.shop", "ksa.shop.robot")
    (host,) = Follower().put(HOST).endpoints.values()
    expected = Endpoint(
        key="n1-eth0",
        node="n1",
        labels=(("role", "node"),),
        addresses=(ip_address("192.0.2.1"),),
        interface="eth0",
        local=True,
        host=True,
    )
    assert host == expected


def test_every_address_of_a_node_is_its_own() -> None:
    """Those for BGP, of tunnels and those it is known by."""
    texts = ("192.0.2.1", "10.0.0.64", "10.0.0.65", "198.51.100.1")
    follower = Follower()
    assert follower.put(NODE).nodes == {"n1": frozenset(map(ip_address, texts))}
    assert follower.drop(NODE).nodes == {}


def test_policies_come_and_go_by_their_ids() -> None:
    """Policies of one name in two groups are two."""
    calico = POLICY.replace("networking.k8s.io/v1", "projectcalico.org/v3").replace(
        "podSelector: {}", "selector: all()"
    )
    calico = calico.replace("name: p", "name: default.p")
    follower = Follower()
    state = follower.put(POLICY, calico)
    assert set(state.policies) == {
        PolicyId("KubernetesNetworkPolicy", "shop", "p"),
        PolicyId("NetworkPolicy", "shop", "p"),
    }
    assert set(follower.drop(POLICY).policies) == {PolicyId("NetworkPolicy", "shop", "p")}


def test_a_stored_profile_stands_for_that_of_the_namespace() -> None:
    """What someone wrote counts, and what goes with it goes."""
    kns = ACCOUNT.replace("ksa.shop.robot", "kns.shop").replace("{labelsToApply: {pcsa.rank: high}}", "{}")
    follower = Follower()
    follower.put(NAMESPACE, WEB)
    assert not follower.put(kns).profiles["kns.shop"].ingress
    assert follower.drop(kns).profiles["kns.shop"].ingress


def test_a_cluster_of_resources_speaks_of_pods_by_name() -> None:
    """Pods, nodes and addresses have names, as people write them."""
    given: list[Any] = [read(text) for text in (NAMESPACE, WEB, NODE, POLICY)]
    cluster = cluster_of_resources(given)
    assert cluster.addresses["shop/web"] == (ip_address("10.0.0.1"), ip_address("fd00::1"))
    assert cluster.ports["shop/web"] == ((6, 8080),)
    assert cluster.name_of(ip_address("fd00::1")) == "shop/web"
    assert cluster.name_of(ip_address("203.0.113.9")) == "203.0.113.9"
    evaluator = Evaluator(cluster.state)
    asked: list[Packet] = [
        packet for source in ("node/n1", "203.0.113.9") for packet in cluster.packets(source, "shop/web", 6, 8080)
    ]
    assert [evaluator.verdict(packet).allowed for packet in asked] == [True] * 4 + [False]
    with pytest.raises(ValueError, match="nobody is none of the pods"):
        cluster.addresses_of("nobody")
