"""Every case of network policies by real packets: TCP, UDP and SCTP, both IP versions, one node and two."""

import copy
import json
from collections.abc import Generator, Mapping
from contextlib import ExitStack
from typing import Any

import pytest

from bgpkit_node.nft import EnforcementSettings, Enforcer, Refusal
from bgpkit_node.policy import program_of, read_case
from tests.support.netpol_cases import Table, tables
from tests.support.policy_cluster import PolicyCluster
from tests.support.policy_packets import Flow, reached, serving

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("policy_packets")]


@pytest.fixture(scope="module")
def cluster() -> Generator[PolicyCluster]:
    """Give namespaces for all cases."""
    with PolicyCluster.made() as made:
        yield made


def test_every_case_holds_by_real_packets(cluster: PolicyCluster) -> None:
    """Each flow of each table passes or is refused as its case says, through all steps, on every node."""
    wrong: list[str] = []
    count = 0
    with ExitStack() as stack:
        enforcers: dict[str, Enforcer] = {}
        for index, node in enumerate(cluster.nodes, 1):
            with node.namespace.entered():
                enforcer = Enforcer(EnforcementSettings(refusal=Refusal.REJECT))
            enforcers[f"n{index}"] = stack.enter_context(enforcer)
        for table in tables():
            count += len(table.flows)
            wrong += _wrong(cluster, enforcers, table)
    assert not wrong, "\n".join(wrong)
    assert count == 1253


def _wrong(cluster: PolicyCluster, enforcers: Mapping[str, Enforcer], table: Table) -> list[str]:
    state = copy.deepcopy(table.state)
    places = cluster.arrange(state)
    for index, node in enumerate(cluster.nodes, 1):
        with node.namespace.entered():
            enforcers[f"n{index}"].enforce(program_of(read_case(document(state, f"n{index}"))))
    targets = [*state["pods"], *state["externals"]]
    ports = [
        (places[_key(each)], port["port"], port["protocol"]) for each in targets for port in each.get("ports") or ()
    ]
    with serving(ports) as servers:
        found = reached(map(Flow._make, table.flows), places, servers)
    return [
        f"{table}: {flow} {'passed' if passed else 'did not pass'}"
        for flow, passed in sorted(found.items())
        if passed == (flow in table.denied)
    ]


def document(state: Mapping[str, Any], node: str) -> str:
    """Return what ``policy program`` reads for a node."""
    return json.dumps(
        {
            "node": node,
            "endpoints": [pod | {"local": pod["node"] == node} for pod in state["pods"]],
            "namespaces": state["namespaces"],
            "nodes": state["nodes"],
            "policies": state["policies"],
        }
    )


def _key(target: Mapping[str, Any]) -> str:
    return f"{target['ns']}/{target['name']}" if "ns" in target else f"ext/{target['name']}"
