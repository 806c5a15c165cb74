"""Questions about flows, and how those that cannot be answered are refused."""

from typing import Any

import pytest

from bgpkit_node.errors import NodeError
from bgpkit_node.policy import CaseDocument, answers, converted, program_of, read_case

POLICY: dict[str, Any] = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "p", "namespace": "a"},
    "spec": {"podSelector": {}},
}
POD: dict[str, Any] = {"ns": "a", "name": "x", "node": "n1", "ip": "10.0.0.1", "labels": {}}
DUAL: dict[str, Any] = {"ns": "b", "name": "y", "node": "n1", "ips": ["10.0.0.2", "fd00::2"]}
V6: dict[str, Any] = {"ns": "c", "name": "z", "node": "n1", "ip": "fd00::3"}


def state(*policies: Any, **fields: Any) -> dict[str, Any]:
    """Return a state of three pods."""
    return {"pods": [POD, DUAL, V6], "policies": list(policies), **fields}


QUESTIONS: list[tuple[dict[str, Any], str]] = [
    (
        {"state": state(), "flows": [["a/x", "a/gone", 80, "TCP"]]},
        "flows[0]: a/gone is none of the pods",
    ),
    ({"state": state(), "flows": [["a/x", "b/y", 80, "TCPX"]]}, "flows[0]: 'TCPX' is not a protocol"),
    (
        {"state": state(), "flows": [["a/x", "b/y", 70000, "TCP"]]},
        "flows[0]: port 70000 is not between 0",
    ),
    ({"state": state(), "flows": [["a/x", "b/y", 80]]}, "flows[0]: Expected `array` of length 4"),
    ({"flows": []}, "the document: Object missing required field `state`"),
    (
        {"state": {"pods": [{**POD, "ip": "10.0.0"}]}, "flows": []},
        "state.pods[0].ip: '10.0.0' is not",
    ),
    ({"state": {"pods": [{**POD, "ip": ""}]}, "flows": []}, "state.pods[0].ip: is required, or ips"),
    ({"state": {"pods": [POD, POD]}, "flows": []}, "state.pods[1]: a/x is given twice"),
    ({"state": {"pods": [{**POD, "ports": [{"port": 0}]}]}, "flows": []}, "state.pods[0].ports[0].port: must be"),
    (
        {"state": {"pods": [{**POD, "ports": [{"port": "x"}]}]}, "flows": []},
        "state.pods[0].ports[0].port: Exp",
    ),
    (
        {"state": {"pods": [{**POD, "ports": [{"port": 1, "protocol": "X"}]}]}, "flows": []},
        "state.pods[0].ports[0].protocol: 'X' is not a protocol",
    ),
]
CHANGES: list[tuple[dict[str, Any], str]] = [
    (
        {"spec": {"podSelector": {}, "ingres": []}},
        "NetworkPolicy(a/p) spec.ingres: unknown field; did you",
    ),
    ({"spec": {"podSelector": {}, "ingress": [{"form": []}]}}, "NetworkPolicy(a/p) spec.ingress[0].form: unknown"),
    ({"apiVersion": "networking.k8s.io/v2"}, "NetworkPolicy(a/p) apiVersion: must be"),
    ({"kind": "Pod"}, "Pod(a/p): "),
    (
        {"kind": "Node", "apiVersion": "projectcalico.org/v3", "metadata": {"name": "n"}, "spec": {}},
        "kind Node says",
    ),
    (
        {"spec": {"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/33"}}]}]}},
        "NetworkPolicy(a/p) spec.ingress[0].from[0].ipBlock.cidr: ",
    ),
    (
        {"spec": {"podSelector": {"matchExpressions": [{"key": "a", "operator": "Like"}]}}},
        "NetworkPolicy(a/p) spec.podSelector.matchExpressions[0].operator: must be one of In, NotIn",
    ),
]


def test_namespaces_and_labels_may_be_left_out() -> None:
    """A namespace that is not listed has its name as label; null stands for nothing."""
    named = {"matchLabels": {"kubernetes.io/metadata.name": "b"}}
    spec: dict[str, Any] = {"podSelector": {}, "ingress": [{"from": [{"namespaceSelector": named}]}]}
    policy = {**POLICY, "spec": spec}
    given = state(policy, namespaces=None, nodes=None, externals=None)
    assert answers({"state": given, "flows": [["b/y", "a/x", 80, "TCP"], ["b/y", "a/x", None, "ICMP"]]}) == [True, True]
    assert answers({"state": state(POLICY), "flows": [["b/y", "a/x", 80, "TCP"]]}) == [False]


def test_two_with_no_ip_version_in_common_have_no_connection() -> None:
    """And of those that share both, both must be allowed."""
    assert answers({"state": state(), "flows": [["a/x", "c/z", 80, "TCP"], ["b/y", "c/z", 80, "TCP"]]}) == [False, True]
    only_v4: list[dict[str, Any]] = [{"ipBlock": {"cidr": "10.0.0.0/8"}}]
    spec: dict[str, Any] = {"podSelector": {}, "ingress": [{"from": only_v4}]}
    policy: dict[str, Any] = {**POLICY, "metadata": {"name": "p", "namespace": "b"}, "spec": spec}
    dual = {**DUAL, "name": "w", "ips": ["10.0.0.9", "fd00::9"]}
    given: dict[str, Any] = {"pods": [POD, DUAL, dual], "policies": [policy]}
    assert answers({"state": given, "flows": [["b/w", "b/y", 80, "TCP"], ["a/x", "b/y", 80, "TCP"]]}) == [False, True]


@pytest.mark.parametrize(("question", "sentence"), QUESTIONS)
def test_what_cannot_be_understood_is_refused_with_its_path(question: dict[str, Any], sentence: str) -> None:
    """One clear sentence, and no answer to any flow."""
    with pytest.raises(NodeError) as caught:
        answers(question)
    assert str(caught.value).startswith(sentence)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("change", "sentence"), CHANGES)
def test_a_policy_that_cannot_be_enforced_whole_is_refused(change: dict[str, Any], sentence: str) -> None:
    """Beside a policy that is right, one that is not is told with its place, and nothing is allowed."""
    right = {**POLICY, "metadata": {"name": "right", "namespace": "a"}}
    with pytest.raises(NodeError) as caught:
        answers({"state": state(right, {**POLICY, **change}), "flows": [["a/x", "b/y", 80, "TCP"]]})
    text = str(caught.value)
    assert text.startswith("state.policies[1]: ")
    assert sentence in text
    assert "\n" not in text


def test_a_policy_is_given_once() -> None:
    """Two of one name would be two answers to one question."""
    with pytest.raises(NodeError, match=r"state.policies\[1\]: .*\(a/p\) is given twice, first in policies\[0\]"):
        answers({"state": state(POLICY, POLICY), "flows": []})


def test_a_document_of_one_node() -> None:
    """The program of a node is of the pods that it has, or that are said to be local; teardown is none."""
    text = '{"node": "n1", "endpoints": [{"ns": "a", "name": "x", "node": "n1", "ip": "10.0.0.1", "ifname": "cali1"},'
    text += '{"ns": "a", "name": "y", "node": "n1", "ip": "10.0.0.2", "local": false}], "nodes": [{"name": "n1",'
    text += '"ip": "192.0.2.1"}, {"name": "n2", "ip": "192.0.2.2"}]}'
    program = program_of(read_case(text))
    assert [each.endpoint.interface for each in program.endpoints.values()] == ["cali1"]
    assert [str(each) for each in (*program.node_addresses, *program.peers)] == ["192.0.2.1", "192.0.2.2"]
    assert not program_of(read_case('{"node": "n1", "teardown": true}')).endpoints
    left_out, empty = ('{"node": "n1", "teardown": false}', '{"node": "n1", "endpoints": [], "policies": []}')
    assert program_of(read_case(left_out)) == program_of(read_case(empty))
    with pytest.raises(NodeError, match=r"^node: is required: the name of the node to program$"):
        program_of(converted({}, CaseDocument))
    with pytest.raises(NodeError, match=r"^standard input: is not JSON: "):
        read_case("{")
