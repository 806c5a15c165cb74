"""Every reachability table through the evaluator, through the programs of the nodes, and step by step."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from bgpkit_node.errors import InvalidResourcesError
from bgpkit_node.policy import PolicyEngine, PolicyState, answers, changes_between, cluster_of, converted, program_of
from bgpkit_node.policy.case_document import CaseDocument
from bgpkit_node.resources import documents_of, load_documents
from tests.support.netpol_cases import Table, tables
from tests.support.policy_reach import passes_all

TABLES = tables()


def document_of(table: Table, node: str = "") -> CaseDocument:
    """Return the state of a table as the given node has it."""
    return converted({**table.state, "node": node}, CaseDocument)


def nodes_of(table: Table) -> list[str]:
    """Return the nodes that have pods."""
    return sorted({pod["node"] for pod in table.state["pods"]})


def test_all_tables_are_there() -> None:
    """There are 69 tables of 55 cases with 1,253 flows."""
    assert len(TABLES) == 69
    assert len({table.case for table in TABLES}) == 55
    assert sum(len(table.flows) for table in TABLES) == 1253
    assert all(set(table.denied) <= set(table.flows) for table in TABLES)


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_evaluator_agrees_with_the_table(table: Table) -> None:
    """Exactly the flows that the table denies are denied."""
    allowed = answers({"state": table.state, "flows": table.flows})
    assert {flow for flow, passed in zip(table.flows, allowed, strict=True) if not passed} == table.denied


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_programs_of_the_nodes_agree_with_the_table(table: Table) -> None:
    """The nodes together let pass exactly what the table does not deny."""
    allowed = passes_all(table.state, table.flows)
    assert {flow for flow, passed in zip(table.flows, allowed, strict=True) if not passed} == table.denied


@pytest.mark.parametrize("case", sorted({table.case for table in TABLES if table.step}))
def test_steps_lead_where_a_fresh_start_leads(case: str) -> None:
    """An engine that follows the steps of a case has the program of each table."""
    steps = [table for table in TABLES if table.case == case]
    for node in nodes_of(steps[0]):
        engine, before = PolicyEngine(node), PolicyState()
        for table in steps:
            after = cluster_of(document_of(table, node)).state
            engine.apply(changes_between(before, after))
            assert engine.program() == program_of(document_of(table, node))
            before = after


def test_policies_are_read_from_values_as_from_texts() -> None:
    """Every manifest of the cases is the same resource, and each fault the same, whichever way it is read."""
    manifests = [policy for table in TABLES if not table.step for policy in table.state["policies"]]
    for manifest in manifests:
        (from_value,), (from_text,) = documents_of(manifest, ""), load_documents(json.dumps(manifest), "")
        assert from_value.resource == from_text.resource
        wrong = {
            **manifest,
            "spec": {**manifest["spec"], "podSelector": None, "policyTypes": [1], "ingress": [{"a": 1.5}]},
        }
        assert _faults(documents_of, wrong) == _faults(_through_text, wrong)
    with pytest.raises(InvalidResourcesError, match="values lie more than 64 deep in each other"):
        documents_of(json.loads("[" * 100 + "]" * 100), "")
    with pytest.raises(InvalidResourcesError, match="holds no resource"):
        documents_of(None, "")


def _through_text(plain: object, name: str) -> object:
    return load_documents(json.dumps(plain), name)


def _faults(read: Callable[[object, str], object], manifest: dict[str, Any]) -> set[tuple[str, str]]:
    with pytest.raises(InvalidResourcesError) as caught:
        read(manifest, "")
    return {(error.field, error.text) for error in caught.value.errors}
