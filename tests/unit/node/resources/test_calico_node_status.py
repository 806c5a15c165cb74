"""CalicoNodeStatus: what may be asked for, and how often."""

import pytest

from bgpkit_node.errors import InvalidResourcesError
from bgpkit_node.resources.calico_node_status import (
    CALICO_NODE_STATUS,
    CalicoNodeStatus,
    CalicoNodeStatusSpec,
    StatusClass,
    check_calico_node_status,
)
from bgpkit_node.resources.documents import load_documents
from bgpkit_node.resources.metadata import Metadata


def asked(node: str = "n", *classes: StatusClass) -> CalicoNodeStatus:
    """Make a request."""
    return CalicoNodeStatus(metadata=Metadata(name="a"), spec=CalicoNodeStatusSpec(node=node, classes=classes))


def test_a_request_names_a_node_and_each_class_once() -> None:
    """Or it is refused."""
    assert not list(check_calico_node_status(asked("n", StatusClass.BGP, StatusClass.ROUTES)))
    assert [fault.field for fault in check_calico_node_status(asked(""))] == ["spec.node"]
    twice = asked("n", StatusClass.BGP, StatusClass.BGP)
    assert [fault.field for fault in check_calico_node_status(twice)] == ["spec.classes"]


@pytest.mark.parametrize("spec", ["{node: n, updatePeriodSeconds: 86401}", "{node: n, classes: [Everything]}"])
def test_what_cannot_be_is_refused(spec: str) -> None:
    """A day is the longest period."""
    head = "apiVersion: projectcalico.org/v3\nkind: CalicoNodeStatus\nmetadata: {name: a}\n"
    load_documents(f"{head}spec: {{node: n, updatePeriodSeconds: 86400, classes: [Agent, BGP, Routes]}}", "test")
    with pytest.raises(InvalidResourcesError):
        load_documents(f"{head}spec: {spec}", "test")


def test_the_table_is_that_of_calicoctl() -> None:
    """Classes with commas between."""
    one = asked("n", StatusClass.AGENT, StatusClass.BGP)
    assert [column.cell(one, 0) for column in CALICO_NODE_STATUS.wide] == ["a", "n", "Agent,BGP"]
