"""NetworkPolicies of Kubernetes: the walkthrough's policies in every reading, and details of the conversion."""

from typing import Any

import pytest
import yaml

from bgpkit_node.policy.from_kubernetes import policy_of_kubernetes
from bgpkit_node.policy.model import Direction, PortRange
from bgpkit_node.resources import KubernetesNetworkPolicy, load_documents
from tests.support.policy_reach import allowed, cluster_state

FULL = """
metadata: {name: test-network-policy, namespace: default}
spec:
  podSelector: {matchLabels: {role: db}}
  policyTypes: [Ingress, Egress]
  ingress:
  - from:
    - ipBlock: {cidr: 172.17.0.0/16, except: [172.17.1.0/24]}
    - namespaceSelector: {matchLabels: {project: myproject}}
    - podSelector: {matchLabels: {role: frontend}}
    ports: [{protocol: TCP, port: 6379}]
  egress:
  - to: [{ipBlock: {cidr: 10.0.0.0/24}}]
    ports: [{protocol: TCP, port: 5978}]
"""
ACCESS_OR = """
metadata: {name: access, namespace: default}
spec:
  podSelector: {matchLabels: {app: nginx}}
  ingress:
  - from:
    - namespaceSelector: {matchLabels: {project: default}}
    - podSelector: {matchLabels: {run: client1}}
    ports: [{protocol: TCP, port: 80}]
"""
ACCESS_AND = ACCESS_OR.replace("    - podSelector", "      podSelector")
ISOLATED = """
metadata: {name: isolated, namespace: default}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress: [{from: [{podSelector: {}}]}]
  egress: [{to: [{podSelector: {}}]}]
"""


def policy(text: str) -> dict[str, Any]:
    """Return the manifest of a NetworkPolicy."""
    manifest: dict[str, Any] = yaml.safe_load(text)
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", **manifest}


def converted(text: str) -> Any:
    """Return what a policy is turned into."""
    (document,) = load_documents(yaml.safe_dump(policy(text)), "test")
    assert isinstance(document.resource, KubernetesNetworkPolicy)
    return policy_of_kubernetes(document.resource)


def cluster(*policies: str, namespaces: dict[str, dict[str, str]], pods: dict[str, dict[str, str]]) -> dict[str, Any]:
    """Return a state with policies of Kubernetes."""
    return cluster_state(*map(policy, policies), namespaces=namespaces, pods=pods)


def test_walkthrough_35_full_example() -> None:
    """Three list items of from are alternatives; everything else, name resolution too, is denied the database."""
    state = cluster(
        FULL,
        namespaces={"default": {}, "mine": {"project": "myproject"}, "other": {}, "kube-system": {}},
        pods={
            "default/db": {"role": "db"},
            "default/front": {"role": "frontend"},
            "default/plain": {},
            "mine/any": {},
            "other/front": {"role": "frontend"},
            "kube-system/dns": {},
        },
    )
    db = "default/db"
    for source in ("ext/office", "mine/any", "default/front", "node/n1"):
        assert allowed(state, (source, db, 6379, "TCP")) == [True], source
    for source in ("ext/excepted", "ext/internet", "other/front", "default/plain"):
        assert allowed(state, (source, db, 6379, "TCP")) == [False], source
    denied = [("default/front", db, 80, "TCP"), (db, "ext/store", 80, "TCP"), (db, "kube-system/dns", 53, "UDP")]
    assert allowed(state, *denied) == [False] * 3
    assert allowed(state, (db, "ext/store", 5978, "TCP"), ("default/plain", "ext/internet", 80, "TCP")) == [True] * 2


@pytest.mark.parametrize(
    ("text", "labels", "expected"),
    [
        (ACCESS_OR, {}, [True, False, False]),
        (ACCESS_OR, {"project": "default"}, [True, True, False]),
        (ACCESS_AND, {"project": "default"}, [True, False, False]),
        (ACCESS_AND, {}, [False, False, False]),
        (ACCESS_OR.replace("app: nginx", "run: nginx"), {}, [True, True, True]),
    ],
    ids=["or, unlabelled", "or, labelled", "and, labelled", "and, unlabelled", "selects nothing"],
)
def test_walkthrough_36_pod_access(text: str, labels: dict[str, str], expected: list[bool]) -> None:
    """Two items are alternatives, one item is both; a selector that finds no pod protects none."""
    state = cluster(
        text,
        namespaces={"default": labels, "kube-system": {}},
        pods={
            "default/nginx": {"app": "nginx"},
            "default/client1": {"run": "client1"},
            "default/client2": {"run": "client2"},
            "kube-system/client3": {"run": "client3"},
        },
    )
    clients = ("default/client1", "default/client2", "kube-system/client3")
    assert allowed(state, *((client, "default/nginx", 80, "TCP") for client in clients)) == expected
    if expected[2] is False:
        assert allowed(state, ("default/client1", "default/nginx", 81, "TCP")) == [False]


@pytest.mark.parametrize("both_ways", [True, False])
def test_walkthrough_37_namespace_isolation(both_ways: bool) -> None:
    """Pods of default reach each other and nobody else; with ingress alone they still reach others."""
    text = ISOLATED if both_ways else ISOLATED.replace("policyTypes: [Ingress, Egress]", "policyTypes: [Ingress]")
    if not both_ways:
        text = text.replace("  egress: [{to: [{podSelector: {}}]}]\n", "")
    state = cluster(
        text,
        namespaces={"default": {}, "kube-system": {}},
        pods={"default/a": {}, "default/b": {}, "kube-system/client3": {}},
    )
    inside = [("default/a", "default/b", 80, "TCP"), ("default/b", "default/a", 80, "TCP")]
    assert allowed(state, *inside) == [True, True]
    assert allowed(state, ("kube-system/client3", "default/a", 80, "TCP")) == [False]
    assert allowed(state, ("default/a", "kube-system/client3", 53, "UDP")) == [not both_ways]


def test_walkthrough_38_a_calls_b_and_c_does_not_call_a() -> None:
    """A may call B; C may not call A."""
    state = cluster(
        "{metadata: {name: b}, spec: {podSelector: {matchLabels: {app: b}},"
        " ingress: [{from: [{podSelector: {matchLabels: {app: a}}}]}]}}",
        "{metadata: {name: a}, spec: {podSelector: {matchLabels: {app: a}},"
        " ingress: [{from: [{podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [c]}]}}]}]}}",
        namespaces={"default": {}},
        pods={"default/a": {"app": "a"}, "default/b": {"app": "b"}, "default/c": {"app": "c"}},
    )
    assert allowed(state, ("default/a", "default/b", 80, "TCP"), ("default/b", "default/a", 80, "TCP")) == [True, True]
    assert allowed(state, ("default/c", "default/a", 80, "TCP"), ("default/c", "default/b", 80, "TCP")) == [False] * 2


def test_walkthrough_38_development_does_not_reach_test() -> None:
    """Namespaces are told apart by the label with their name, which nobody has to give them."""
    others = "{matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [dev]}]}"
    state = cluster(
        f"{{metadata: {{name: p, namespace: test}}, spec: {{podSelector: {{}},"
        f" ingress: [{{from: [{{namespaceSelector: {others}}}]}}]}}}}",
        namespaces={"dev": {}, "test": {}, "ops": {}},
        pods={"dev/a": {}, "test/a": {}, "ops/a": {}},
    )
    asked = [(source, "test/a", 80, "TCP") for source in ("dev/a", "ops/a")]
    assert allowed(state, *asked, ("test/a", "dev/a", 80, "TCP")) == [False, True, True]


def test_walkthrough_38_outside_whitelist() -> None:
    """Of what is outside one address and one range may come in."""
    state = cluster(
        "{metadata: {name: p}, spec: {podSelector: {}, ingress: [{from:"
        " [{ipBlock: {cidr: 203.0.113.9/32}}, {ipBlock: {cidr: 172.17.0.0/16, except: [172.17.1.0/24]}}]}]}}",
        namespaces={"default": {}},
        pods={"default/web": {}},
    )
    sources = ("ext/internet", "ext/office", "ext/excepted", "ext/store")
    assert allowed(state, *((each, "default/web", 80, "TCP") for each in sources)) == [True, True, False, False]


def test_walkthrough_38_tenants_apart() -> None:
    """Two tenants, each of several namespaces, reach their own and not the other's, both ways."""
    texts = [
        f"{{metadata: {{name: p, namespace: {space}}}, spec: {{podSelector: {{}}, policyTypes: [Ingress, Egress],"
        f" ingress: [{{from: [{{namespaceSelector: {{matchLabels: {{tenant: {tenant}}}}}}}]}}],"
        f" egress: [{{to: [{{namespaceSelector: {{matchLabels: {{tenant: {tenant}}}}}}}]}}]}}}}"
        for space, tenant in (("a1", "a"), ("a2", "a"), ("b1", "b"))
    ]
    state = cluster(
        *texts,
        namespaces={"a1": {"tenant": "a"}, "a2": {"tenant": "a"}, "b1": {"tenant": "b"}},
        pods={"a1/x": {}, "a2/x": {}, "b1/x": {}},
    )
    asked = [(source, to, 80, "TCP") for source, to in (("a1/x", "a2/x"), ("a1/x", "b1/x"), ("b1/x", "a2/x"))]
    assert allowed(state, *asked) == [True, False, False]


@pytest.mark.parametrize(
    ("egress", "expected"),
    [
        ("[{to: [{namespaceSelector: {}}]}]", [True, False, False, False]),
        ("[{to: [{ipBlock: {cidr: 10.0.0.0/24}}]}]", [False, True, True, False]),
        ("[{ports: [{port: 443}]}]", [False, False, True, False]),
    ],
    ids=["nothing outside", "by destination range", "by port"],
)
def test_walkthrough_38_egress_kinds(egress: str, expected: list[bool]) -> None:
    """No access to the outside for a namespace; egress to a range of addresses; egress to a port."""
    state = cluster(
        f"{{metadata: {{name: p}}, spec: {{podSelector: {{}}, policyTypes: [Egress], egress: {egress}}}}}",
        namespaces={"default": {}, "other": {}},
        pods={"default/web": {}, "other/web": {}},
    )
    asked = [("other/web", 80), ("ext/store", 80), ("ext/store", 443), ("ext/internet", 80)]
    assert allowed(state, *(("default/web", to, port, "TCP") for to, port in asked)) == expected


def test_ports_of_one_protocol_are_one_rule() -> None:
    """A rule stands for a peer and a protocol; with two protocols its name says which."""
    found = converted(
        "{metadata: {name: p}, spec: {podSelector: {}, ingress: [{from: [{podSelector: {}}],"
        " ports: [{port: 80}, {port: 90, endPort: 99}, {port: web}, {protocol: UDP, port: 53}]}]}}"
    )
    assert [rule.name for rule in found.ingress] == ["ingress[0].from[0] TCP", "ingress[0].from[0] UDP"]
    assert found.ingress[0].destination.ports == (PortRange(80, 80), PortRange(90, 99), "web")
    assert found.ingress[1].destination.ports == (PortRange(53, 53),)


def test_a_protocol_without_port_means_all_its_ports() -> None:
    """An item that gives no port allows all ports of its protocol, whatever other items say."""
    found = converted("{metadata: {name: p}, spec: {podSelector: {}, ingress: [{ports: [{port: 80}, {}]}]}}")
    assert [(rule.protocol, rule.destination.ports) for rule in found.ingress] == [(6, ())]


def test_directions_left_out_are_filled_in() -> None:
    """Ingress is always decided, egress when there is a rule for it."""
    assert converted("{metadata: {name: p}, spec: {podSelector: {}}}").directions == {Direction.INGRESS}
    both = converted("{metadata: {name: p}, spec: {podSelector: {}, egress: [{}]}}")
    assert both.directions == {Direction.INGRESS, Direction.EGRESS}
