"""The sentences that say what was done: calicoctl's. calico.md, section 1, row 13."""

import pytest

from bgpkit_node.command.outcome import counted, failed, misfit, succeeded
from bgpkit_node.errors import AlreadyExistsError, ConflictError
from bgpkit_node.resources import Document, Resource, load_documents
from tests.support.clusters import configuration, node
from tests.support.commands import document, documents

A, B, OTHER = node("a", "10.4.7.1/24"), node("b", "10.4.7.2/24"), configuration()


def test_the_kind_is_named_when_there_is_one() -> None:
    """Else only the number."""
    assert succeeded("applied", [A]) == "Successfully applied 1 'Node' resource(s)"
    assert succeeded("created", [A, B]) == "Successfully created 2 'Node' resource(s)"
    assert succeeded("replaced", [A, OTHER]) == "Successfully replaced 2 resource(s)"
    assert counted([]) == "0 resource(s)"


@pytest.mark.parametrize(
    ("resources", "sentence"),
    [
        ([A], "Failed to create 'Node' resource: why"),
        ([A, B], "Failed to create any 'Node' resources: why"),
        ([A, OTHER], "Failed to create any resources: why"),
    ],
)
def test_a_failure_names_the_kind_likewise(resources: list[Resource], sentence: str) -> None:
    """None of a call is written when one of it cannot be."""
    assert str(failed("create", resources, "why")) == sentence


def test_the_document_that_does_not_fit_is_named_with_its_place() -> None:
    """File, document, line and field."""
    read = load_documents(documents(document("Node", "a", "{}"), document("Node", "b", "{}")), "n.yaml")
    assert str(misfit("create", read, AlreadyExistsError("Node(b)"))) == (
        "Failed to create any 'Node' resources: n.yaml: document 2, line 8: Node metadata.name: Node(b) exists already"
    )
    assert str(misfit("replace", read, ConflictError("Node(a)", 3, 4))) == (
        "Failed to replace any 'Node' resources: n.yaml: document 1, line 3: Node metadata.resourceVersion: "
        "Node(a) has been changed: its revision is 4, not 3"
    )
    assert str(misfit("replace", [Document(A)], AlreadyExistsError("x"))) == (
        "Failed to replace 'Node' resource: x exists already"
    )
