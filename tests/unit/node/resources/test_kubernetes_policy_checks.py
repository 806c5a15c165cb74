"""Manifests that the API server of Kubernetes refuses: one sentence each, with the place and what is allowed."""

from typing import Any

import pytest
import yaml

from bgpkit_node.errors import InvalidResourcesError
from bgpkit_node.resources.documents import load_documents
from bgpkit_node.resources.kubernetes_policy_checks import check_named_port, check_network

_PEER: dict[str, Any] = {"podSelector": {}}


def _manifest(spec: dict[str, Any], name: str = "p") -> str:
    whole = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": name}, "spec": spec}
    return yaml.safe_dump(whole, sort_keys=False)


def _from(peer: dict[str, Any]) -> dict[str, Any]:
    return {"podSelector": {}, "ingress": [{"from": [_PEER, peer]}]}


def _block(**fields: object) -> dict[str, Any]:
    return _from({"ipBlock": fields})


def _port(**fields: object) -> dict[str, Any]:
    return {"podSelector": {}, "egress": [{"ports": [{"port": 53, "protocol": "UDP"}, fields]}]}


def _expression(**fields: object) -> dict[str, Any]:
    return {"podSelector": {"matchExpressions": [fields]}}


_BLOCK = "spec.ingress[0].from[1].ipBlock"
_PORT = "spec.egress[0].ports[1]"
_EXPRESSION = "spec.podSelector.matchExpressions[0]"

_REFUSED: list[tuple[dict[str, Any], str, str]] = [
    # Selectors.
    ({"podSelector": {"matchLabels": {"a b": "c"}}}, "spec.podSelector.matchLabels", "'a b' is not the key of a label"),
    ({"podSelector": {"matchLabels": {"-a": "c"}}}, "spec.podSelector.matchLabels", "'-a' is not the key"),
    ({"podSelector": {"matchLabels": {"a/b/c": "c"}}}, "spec.podSelector.matchLabels", "'a/b/c' is not the key"),
    ({"podSelector": {"matchLabels": {"A.org/b": "c"}}}, "spec.podSelector.matchLabels", "'A.org/b' is not the key"),
    ({"podSelector": {"matchLabels": {"a" * 64: "c"}}}, "spec.podSelector.matchLabels", "is not the key of a label"),
    ({"podSelector": {"matchLabels": {"a": "b c"}}}, "spec.podSelector.matchLabels.a", "'b c' is not the value"),
    ({"podSelector": {"matchLabels": {"a": "b" * 64}}}, "spec.podSelector.matchLabels.a", "is not the value"),
    ({"podSelector": {"matchLabels": {"a": True}}}, "spec.podSelector.matchLabels.a", "takes a text, not true"),
    ({"podSelector": {"matchLabels": {"a": 1}}}, "spec.podSelector.matchLabels.a", "takes a text, not 1: put it in"),
    ({"podSelector": {"matchLabels": ["a"]}}, "spec.podSelector.matchLabels", "takes a mapping, not a list"),
    ({"podSelector": {"app": "web"}}, "spec.podSelector.app", "known are matchLabels, matchExpressions"),
    ({"podSelector": "app=web"}, "spec.podSelector", "takes a mapping, not 'app=web'"),
    (_expression(key="a", operator="In"), f"{_EXPRESSION}.values", "needs at least one value for the operator In"),
    (_expression(key="a", operator="NotIn", values=[]), f"{_EXPRESSION}.values", "needs at least one value"),
    (_expression(key="a", operator="Exists", values=["b"]), f"{_EXPRESSION}.values", "must be left out for the op"),
    (_expression(key="a", operator="DoesNotExist", values=["b"]), f"{_EXPRESSION}.values", "must be left out"),
    (_expression(key="a", operator="Equals", values=["b"]), f"{_EXPRESSION}.operator", "one of In, NotIn, Exists, Do"),
    (_expression(key="a", operator="in", values=["b"]), f"{_EXPRESSION}.operator", "must be one of In, NotIn"),
    (_expression(key="a", operator="Gt", values=["1"]), f"{_EXPRESSION}.operator", "must be one of In, NotIn"),
    (_expression(key="a"), f"{_EXPRESSION}.operator", "is required"),
    (_expression(operator="Exists"), f"{_EXPRESSION}.key", "is required"),
    (_expression(key="a b", operator="Exists"), f"{_EXPRESSION}.key", "'a b' is not the key of a label"),
    (_expression(key="a", operator="In", values=["ok", "b c"]), f"{_EXPRESSION}.values[1]", "is not the value of a"),
    (_expression(key="a", operator="In", values="b"), f"{_EXPRESSION}.values", "takes a list, not 'b'"),
    # Peers.
    (
        _from({}),
        "spec.ingress[0].from[1]",
        "must name a peer: podSelector, namespaceSelector, both of them, or ipBlock",
    ),
    (_from({"ipBlock": {"cidr": "10.0.0.0/8"}, "podSelector": {}}), _BLOCK, "cannot be set together with podSelector"),
    (_from({"ipBlock": {"cidr": "10.0.0.0/8"}, "namespaceSelector": {}}), _BLOCK, "cannot be set together with"),
    (_from({"namespaces": {}}), "spec.ingress[0].from[1].namespaces", "unknown field"),
    (_from({"podselector": {}}), "spec.ingress[0].from[1].podselector", "unknown field; did you mean podSelector?"),
    (
        _from({"namespaceSelector": {"matchLabels": {"a": "!"}}}),
        "spec.ingress[0].from[1].namespaceSelector.matchLabels.a",
        "'!' is not the value of a label",
    ),
    ({"podSelector": {}, "ingress": [{"to": [_PEER]}]}, "spec.ingress[0].to", "unknown field; known are ports, from"),
    ({"podSelector": {}, "egress": [{"from": [_PEER]}]}, "spec.egress[0].from", "unknown field"),
    ({"podSelector": {}, "ingress": [{"from": _PEER}]}, "spec.ingress[0].from", "takes a list, not a mapping"),
    ({"podSelector": {}, "ingress": {"from": [_PEER]}}, "spec.ingress", "takes a list, not a mapping"),
    # Networks.
    (_block(), f"{_BLOCK}.cidr", "is required"),
    (_block(cidr=""), f"{_BLOCK}.cidr", "'' is not a network: write it as 10.9.8.0/24 or 2001:db8::/64"),
    (_block(cidr="10.0.0.1"), f"{_BLOCK}.cidr", "'10.0.0.1' is not a network: write it as"),
    (_block(cidr="10.0.0.0/33"), f"{_BLOCK}.cidr", "'10.0.0.0/33' is not a network"),
    (_block(cidr="10.0.0/24"), f"{_BLOCK}.cidr", "'10.0.0/24' is not a network"),
    (_block(cidr="office"), f"{_BLOCK}.cidr", "'office' is not a network"),
    (_block(cidr="10.0.0.0/8", **{"except": ["11.0.0.0/16"]}), f"{_BLOCK}.except[0]", "must lie in 10.0.0.0/8"),
    (_block(cidr="10.0.0.0/8", **{"except": ["10.0.0.0/8"]}), f"{_BLOCK}.except[0]", "10.0.0.0/8 and be smaller"),
    (_block(cidr="10.1.0.0/16", **{"except": ["10.0.0.0/8"]}), f"{_BLOCK}.except[0]", "must lie in 10.1.0.0/16"),
    (_block(cidr="10.0.0.0/8", **{"except": ["2001:db8::/64"]}), f"{_BLOCK}.except[0]", "must lie in 10.0.0.0/8"),
    (_block(cidr="10.0.0.0/8", **{"except": ["10.0.0.1"]}), f"{_BLOCK}.except[0]", "'10.0.0.1' is not a network"),
    (_block(cidr="10.0.0.0/8", **{"except": "10.1.0.0/16"}), f"{_BLOCK}.except", "takes a list, not '10.1.0.0/16'"),
    (_block(cidr="10.0.0.0/8", excepts=[]), f"{_BLOCK}.excepts", "unknown field; did you mean except?"),
    # Ports.
    (_port(port=0), f"{_PORT}.port", "must be between 1 and 65535, not 0"),
    (_port(port=65536), f"{_PORT}.port", "must be between 1 and 65535, not 65536"),
    (_port(port=-1), f"{_PORT}.port", "must be between 1 and 65535, not -1"),
    (_port(port="80"), f"{_PORT}.port", "'80' is a text: write the number 80 without quotes"),
    (_port(port="80-90"), f"{_PORT}.port", "'80-90' is not the name of a port: use 1 to 15 of a-z, 0-9"),
    (_port(port="HTTP"), f"{_PORT}.port", "'HTTP' is not the name of a port"),
    (_port(port="web--tls"), f"{_PORT}.port", "'web--tls' is not the name of a port"),
    (_port(port="-web"), f"{_PORT}.port", "'-web' is not the name of a port"),
    (_port(port="a-name-too-long1"), f"{_PORT}.port", "is not the name of a port"),
    (_port(port=""), f"{_PORT}.port", "'' is not the name of a port"),
    (_port(port=1.5), f"{_PORT}.port", "takes a"),
    (_port(port=80, protocol="tcp"), f"{_PORT}.protocol", "must be one of TCP, UDP, SCTP, not 'tcp'"),
    (_port(port=80, protocol="ICMP"), f"{_PORT}.protocol", "must be one of TCP, UDP, SCTP, not 'ICMP'"),
    (_port(port=80, protocol=6), f"{_PORT}.protocol", "must be one of TCP, UDP, SCTP"),
    (_port(endPort=90), f"{_PORT}.endPort", "cannot be set without port"),
    (_port(port="web", endPort=90), f"{_PORT}.endPort", "cannot be set where port is a name, web"),
    (_port(port=80, endPort=79), f"{_PORT}.endPort", "must be at least the port 80, not 79"),
    (_port(port=80, endPort=65536), f"{_PORT}.endPort", "must be between 1 and 65535, not 65536"),
    (_port(port=80, endPort="90"), f"{_PORT}.endPort", "takes a whole number, not '90'"),
    (_port(number=80), f"{_PORT}.number", "unknown field"),
    # The policy as a whole.
    ({"podSelector": {}, "policyTypes": ["ingress"]}, "spec.policyTypes[0]", "must be one of Ingress, Egress, not 'in"),
    ({"podSelector": {}, "policyTypes": ["Ingress", "Both"]}, "spec.policyTypes[1]", "must be one of Ingress, Egress"),
    ({"podSelector": {}, "policyTypes": ["Egress"] * 3}, "spec.policyTypes", "takes at most 2 items, not 3"),
    ({"podSelector": {}, "policyTypes": "Egress"}, "spec.policyTypes", "takes a list, not 'Egress'"),
    ({"podSelector": {}, "order": 10}, "spec.order", "unknown field"),
    ({"selector": "all()"}, "spec.selector", "unknown field; did you mean podSelector?"),
]


@pytest.mark.parametrize(("spec", "field", "text"), _REFUSED)
def test_what_the_api_server_refuses_is_one_sentence_with_its_place(
    spec: dict[str, Any], field: str, text: str
) -> None:
    """File, document, line, kind, field, and what is allowed instead; nothing else is found wrong."""
    with pytest.raises(InvalidResourcesError) as caught:
        load_documents(_manifest({"podSelector": {}}, "good") + "---\n" + _manifest(spec), "policy.yaml")
    (error,) = caught.value.errors
    assert error.field == field
    assert text in str(error)
    assert str(error).startswith(f"policy.yaml: document 2, line {error.line}: KubernetesNetworkPolicy {field}: ")
    assert error.line > 7
    assert "\n" not in str(error)


@pytest.mark.parametrize("name", ["P", "a_b", "-a", "a.", "a" * 254, "a b"])
def test_a_name_follows_the_rules_of_kubernetes(name: str) -> None:
    """That of a policy, and that of its namespace."""
    with pytest.raises(InvalidResourcesError) as caught:
        load_documents(_manifest({"podSelector": {}}, name), "policy.yaml")
    assert [error.field for error in caught.value.errors] == ["metadata.name"]


@pytest.mark.parametrize("namespace", ["A", "a.b", "-a", "a" * 64])
def test_a_namespace_has_no_dots(namespace: str) -> None:
    """It is shorter, too."""
    with pytest.raises(InvalidResourcesError) as caught:
        load_documents(_manifest({"podSelector": {}}), "policy.yaml", namespace=namespace)
    assert [error.field for error in caught.value.errors] == ["metadata.namespace"]


_ACCEPTED: list[dict[str, Any]] = [
    {},
    {"podSelector": {}, "ingress": [], "egress": [], "policyTypes": []},
    {"podSelector": {}, "ingress": None, "egress": [{}], "policyTypes": ["Egress", "Egress"]},
    {"podSelector": {"matchLabels": {"a": "", "a.org/b_C.d": "x" * 63}}},
    _expression(key="a", operator="Exists", values=[]),
    _from({"podSelector": None, "namespaceSelector": {}}),
    _block(cidr="10.0.0.7/8", **{"except": ["10.0.0.0/9", "10.1.2.3/32"]}),
    _block(cidr="2001:db8::/32", **{"except": ["2001:db8:1::/48"]}),
    {"ingress": [{"from": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": []}}]}]},
    _port(),
    _port(port=1, endPort=65535),
    _port(port=80, endPort=80),
    _port(port="a", protocol="SCTP"),
    _port(port="8080-tls"),
    _port(protocol=""),
]


@pytest.mark.parametrize("spec", _ACCEPTED)
def test_what_the_api_server_accepts_is_accepted(spec: dict[str, Any]) -> None:
    """What is empty, too, and networks with bits behind the prefix."""
    (document,) = load_documents(_manifest(spec), "policy.yaml")
    assert document.resource.name == "p"


def test_parts_are_checked_by_themselves() -> None:
    """For the other kinds that have them."""
    assert not list(check_network("f", "10.0.0.0/8"))
    assert [fault.field for fault in check_network("f", "10.0.0.0")] == ["f"]
    assert not list(check_named_port("f", "web"))
    assert [fault.field for fault in check_named_port("f", "80")] == ["f"]
