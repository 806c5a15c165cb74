"""Services of a document: what their rules let pass, by the evaluator and by the programs of the nodes."""

from typing import Any

import pytest

from bgpkit_node.errors import ResourceError
from bgpkit_node.policy import answers
from tests.support.policy_reach import passes_all

PODS: list[dict[str, Any]] = [
    {"ns": "a", "name": "client", "node": "n1", "ip": "10.0.0.1", "labels": {}},
    {"ns": "a", "name": "web", "node": "n1", "ip": "10.0.0.2", "labels": {"app": "web"}}
    | {"ports": [{"port": 8080, "protocol": "TCP", "name": "http"}]},
    {"ns": "b", "name": "web", "node": "n1", "ip": "10.0.0.3", "labels": {"app": "web"}},
]
POLICY: dict[str, Any] = {
    "apiVersion": "projectcalico.org/v3",
    "kind": "NetworkPolicy",
    "metadata": {"name": "p", "namespace": "a"},
    "spec": {
        "selector": "!has(app)",
        "types": ["Egress"],
        "egress": [{"action": "Allow", "destination": {"services": {"name": "s"}}}],
    },
}
FLOWS = [
    ("a/client", "a/web", 8080, "TCP"),
    ("a/client", "a/web", 80, "TCP"),
    ("a/client", "a/web", 8080, "UDP"),
    ("a/client", "b/web", 8080, "TCP"),
    ("a/client", "ext/far", 80, "TCP"),
]


def state(**service: Any) -> dict[str, Any]:
    """Return a state whose client may call a service only."""
    services = [{"ns": "a", "name": "s", **service}]
    externals = [{"name": "far", "ip": "203.0.113.9"}]
    return {"pods": PODS, "nodes": [], "externals": externals, "services": services, "policies": [POLICY]}


@pytest.mark.parametrize(
    ("service", "passing"),
    [
        ({"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": "http"}]}, FLOWS[:1]),
        ({"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]}, FLOWS[:1]),
        ({"selector": {"app": "web"}, "ports": [{"port": 80}]}, FLOWS[1:2]),
        ({"selector": {"app": "web"}, "ports": [{"port": 8080, "protocol": "UDP"}]}, FLOWS[2:3]),
        ({"selector": {"app": "web", "more": "1"}, "ports": [{"port": 80}]}, []),
        ({"selector": {}, "ports": [{"port": 80}]}, []),
        ({"ips": ["203.0.113.9"], "ports": [{"port": 80}]}, FLOWS[4:]),
        ({"ips": ["203.0.113.9"], "ports": [{"port": 80, "targetPort": "http"}]}, []),
    ],
)
def test_a_service_is_what_its_pods_serve_it_on(service: dict[str, Any], passing: list[Any]) -> None:
    """Pods of its namespace by their labels, target ports by number and name, and addresses that are given."""
    wanted = [flow in passing for flow in FLOWS]
    assert answers({"state": state(**service), "flows": FLOWS}) == wanted
    assert passes_all(state(**service), FLOWS) == wanted


@pytest.mark.parametrize(
    ("service", "sentence"),
    [
        ({"ports": [{"port": 0}]}, r"state\.services\[0\]\.ports\[0\]\.port: must be between 1 and 65535, not 0"),
        ({"ports": [{"port": 1, "targetPort": 70000}]}, r"ports\[0\]\.targetPort: must be between"),
        ({"ports": [{"port": 1, "protocol": "X"}]}, r"services\[0\]\.ports\[0\]\.protocol: 'X' is not a protocol"),
        ({"ips": ["1.2.3"], "ports": [{"port": 1}]}, r"services\[0\]\.ips\[0\]: '1\.2\.3' is not"),
        ({"ports": 5}, r"state\.services\[0\]\.ports"),
    ],
)
def test_what_is_wrong_with_a_service_is_told_with_its_path(service: dict[str, Any], sentence: str) -> None:
    """Then nothing is decided."""
    with pytest.raises(ResourceError, match=sentence):
        answers({"state": state(**service), "flows": []})


def test_a_service_is_given_once() -> None:
    """Two of one name would be one by chance."""
    twice = state(ports=[])
    twice["services"] *= 2
    with pytest.raises(ResourceError, match=r"services\[1\]: a/s is given twice"):
        answers({"state": twice, "flows": []})
