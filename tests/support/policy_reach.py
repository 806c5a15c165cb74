"""Who reaches whom in a described cluster: by the evaluator, and by the programs of its nodes."""

from collections.abc import Iterable
from typing import Any

import yaml

from bgpkit_node.policy import answers, cluster_of, converted, program_of
from bgpkit_node.policy.case_document import CaseDocument
from bgpkit_node.policy.protocols import protocol_number
from tests.support.netpol_cases import Flow
from tests.support.policy_model import passes


def passes_all(state: dict[str, Any], flows: Iterable[Flow]) -> list[bool]:
    """Tell of each flow whether the nodes that have pods let it pass, all of them."""
    nodes = sorted({pod["node"] for pod in state["pods"]})
    cluster = cluster_of(converted(state, CaseDocument))
    programs = [program_of(converted({**state, "node": node}, CaseDocument)) for node in nodes]
    found: list[bool] = []
    for source, destination, port, protocol in flows:
        packets = cluster.packets(source, destination, protocol_number(protocol), port)
        found.append(all(passes(program, packet) for packet in packets for program in programs))
    return found


def allowed(state: dict[str, Any], *flows: Flow) -> list[bool]:
    """Tell of each flow whether it is allowed; the nodes must see it as the evaluator does."""
    found = answers({"state": state, "flows": flows})
    assert found == passes_all(state, flows)
    return found


def cluster_state(
    *policies: dict[str, Any], namespaces: dict[str, dict[str, str]], pods: dict[str, dict[str, str]]
) -> dict[str, Any]:
    """Return a state of one node, some hosts outside, and pods by name with their labels, each with its address."""
    return {
        "namespaces": [{"name": name, "labels": labels} for name, labels in namespaces.items()],
        "nodes": [{"name": "n1", "ip": "192.168.0.11"}],
        "pods": [_pod(name, f"10.244.0.{index}", labels) for index, (name, labels) in enumerate(pods.items(), 1)],
        "externals": [
            {"name": "office", "ip": "172.17.9.9"},
            {"name": "excepted", "ip": "172.17.1.5"},
            {"name": "internet", "ip": "203.0.113.9"},
            {"name": "store", "ip": "10.0.0.5"},
        ],
        "policies": list(policies),
    }


def manifests(text: str) -> list[dict[str, Any]]:
    """Read manifests of Calico, whose apiVersion is filled in where it is left out."""
    return [{"apiVersion": "projectcalico.org/v3", **each} for each in yaml.safe_load_all(text)]


def _pod(name: str, address: str, labels: dict[str, str]) -> dict[str, Any]:
    namespace, _, pod = name.partition("/")
    ports = [{"port": 8080, "protocol": "TCP", "name": "web"}]
    return {"ns": namespace, "name": pod, "node": "n1", "ip": address, "labels": labels, "ports": ports}
