"""Rules of AdminNetworkPolicy and BaselineAdminNetworkPolicy are checked alike."""

import json
from typing import Any

import pytest

from bgpkit_node.errors import InvalidResourcesError
from bgpkit_node.resources.admin_policy_checks import check_admin_rules
from bgpkit_node.resources.documents import load_documents

_ALL: dict[str, Any] = {"namespaces": {}}
_ADMIN: dict[str, Any] = {"priority": 5, "subject": _ALL}
_BASELINE: dict[str, Any] = {"subject": _ALL}


def _fields(kind: str, name: str, spec: dict[str, Any]) -> list[str]:
    version = "policy.networking.k8s.io/v1alpha1"
    whole = {"apiVersion": version, "kind": kind, "metadata": {"name": name}, "spec": spec}
    with pytest.raises(InvalidResourcesError) as caught:
        load_documents(json.dumps(whole), "policy.yaml")
    return [error.field for error in caught.value.errors]


def _ports(*ports: dict[str, Any]) -> dict[str, Any]:
    return {"egress": [{"action": "Allow", "to": [_ALL], "ports": list(ports)}]}


_PORT = "spec.egress[0].ports[0]"


_REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"ingress": [{"action": "Accept", "from": [_ALL]}]}, "spec.ingress[0].action"),
    ({"ingress": [{"action": "Deny", "from": []}]}, "spec.ingress[0].from"),
    ({"egress": [{"action": "Deny", "to": [{"nodes": {}}]}]}, "spec.egress[0].to[0].nodes"),
    ({"egress": [{"action": "Deny", "to": [{"networks": ["10.0.0.0"]}]}]}, "spec.egress[0].to[0].networks[0]"),
    (_ports({}), _PORT),
    (_ports({"portNumber": {"port": 80}, "namedPort": "web"}), _PORT),
    (_ports({"portNumber": {"port": 0}}), f"{_PORT}.portNumber.port"),
    (_ports({"portNumber": {"protocol": "TCP"}}), f"{_PORT}.portNumber.port"),
    (_ports({"portNumber": {"protocol": "ICMP", "port": 1}}), f"{_PORT}.portNumber.protocol"),
    (_ports({"namedPort": "80"}), f"{_PORT}.namedPort"),
    (_ports({"namedPort": ""}), f"{_PORT}.namedPort"),
    (_ports({"portRange": {"start": 90, "end": 80}}), f"{_PORT}.portRange.end"),
    (_ports({"portRange": {"start": 90}}), f"{_PORT}.portRange.end"),
    (_ports(*[{"namedPort": "web"}] * 101), "spec.egress[0].ports"),
]


@pytest.mark.parametrize(("rules", "field"), _REFUSED)
def test_what_the_rules_of_both_kinds_cannot_say_is_refused_by_field(rules: dict[str, Any], field: str) -> None:
    """By the same checks."""
    assert _fields("AdminNetworkPolicy", "p", {**_ADMIN, **rules})[0] == field
    assert _fields("BaselineAdminNetworkPolicy", "default", {**_BASELINE, **rules})[0] == field


def test_no_rules_are_no_faults() -> None:
    """A policy may say nothing in a direction."""
    assert not list(check_admin_rules((), ()))
