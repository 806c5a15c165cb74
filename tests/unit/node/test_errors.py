"""The texts of the errors, and what they carry."""

import pytest

from bgpkit_node import errors
from bgpkit_node.errors import (
    AlreadyExistsError,
    CniError,
    CompactedError,
    ConflictError,
    DatastoreError,
    InvalidResourcesError,
    NodeError,
    NotFoundError,
    ResourceError,
)


def test_a_resource_error_names_file_document_line_kind_and_field() -> None:
    """The sentence has all parts in the order of the way to the fault."""
    error = ResourceError(
        "unknown field", field="spec.peerSelectr", kind="BGPPeer", source="bgp.yaml", document=2, line=14
    )
    assert str(error) == "bgp.yaml: document 2, line 14: BGPPeer spec.peerSelectr: unknown field"


def test_a_resource_error_leaves_out_what_is_not_known() -> None:
    """No empty part is left behind."""
    assert str(ResourceError("holds no resource", source="a.yaml")) == "a.yaml: holds no resource"
    assert str(ResourceError("is required", field="spec.cidr")) == "spec.cidr: is required"


def test_several_resource_errors_have_a_line_each() -> None:
    """The text of the whole is that of its parts, in order."""
    error = InvalidResourcesError([ResourceError("one"), ResourceError("two")])
    assert str(error).splitlines() == ["one", "two"]
    assert [part.text for part in error.errors] == ["one", "two"]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (AlreadyExistsError("Node(a)"), "Node(a) exists already"),
        (NotFoundError("Node(a)"), "Node(a) does not exist"),
        (ConflictError("Node(a)", 3, 4), "Node(a) has been changed: its revision is 4, not 3"),
        (CompactedError(3, 9), "changes after revision 3 are not kept, only those after 9"),
    ],
)
def test_a_datastore_error_says_what_happened(error: DatastoreError, words: str) -> None:
    """Each is one sentence, and a DatastoreError."""
    assert str(error) == words


def test_a_cni_error_carries_code_message_and_details() -> None:
    """The three values go into the result that a runtime reads."""
    error = CniError(11, "try again later", "the agent is starting")
    assert (error.code, error.msg, error.details) == (11, "try again later", "the agent is starting")
    assert str(error) == "try again later: the agent is starting"


def test_every_error_is_a_node_error_and_stands_in_the_tree() -> None:
    """One except clause is enough, and the drawing in the module is complete."""
    classes = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Exception)]
    assert len(classes) == 15
    assert all(issubclass(kind, NodeError) for kind in classes)
    assert all(kind.__name__ in (errors.__doc__ or "") for kind in classes)
