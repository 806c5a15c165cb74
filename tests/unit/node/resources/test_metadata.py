"""Names, labels and annotations follow the rules of Kubernetes."""

import pytest

from bgpkit_node.resources.metadata import (
    Metadata,
    check_annotations,
    check_label,
    check_metadata,
    check_name,
    check_namespace_name,
    is_label_key,
    is_label_value,
)


@pytest.mark.parametrize("name", ["a", "k8s-master1", "node.k8s-node1", "0", "a" * 253])
def test_names_of_dns_are_taken(name: str) -> None:
    """RFC 1123, section 2.1: letters, digits and hyphens between dots."""
    assert list(check_metadata(Metadata(name=name))) == []


@pytest.mark.parametrize("name", ["", "A", "a_b", "-a", "a-", "a..b", ".a", "a/b", "a" * 254, "ä", "a\n"])
def test_other_names_are_refused(name: str) -> None:
    """A name becomes part of a key in the datastore."""
    assert [fault.field for fault in check_metadata(Metadata(name=name))] == ["metadata.name"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("a", ""),
        ("route-reflector", "true"),
        ("kubernetes.io/hostname", "k8s-node1"),
        ("projectcalico.org/Label_1.x", "A.b_c-1"),
        ("a" * 63, "b" * 63),
    ],
)
def test_labels_are_taken(key: str, value: str) -> None:
    """A domain in lower case, a name in any, a value of up to 63 characters."""
    assert list(check_label(key, value)) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("", "a"),
        ("ProjectCalico.org/label", "a"),
        ("a/b/c", "a"),
        ("/a", "a"),
        ("a/", "a"),
        ("a$", "a"),
        ("a" * 64, "a"),
        ("a", "b" * 64),
        ("a", "-b"),
        ("a", "b c"),
    ],
)
def test_other_labels_are_refused(key: str, value: str) -> None:
    """The key or the value is at fault."""
    assert len(list(check_label(key, value))) == 1


def test_annotations_may_hold_anything_under_a_key() -> None:
    """Keys in any case, values of any kind."""
    fine = Metadata(name="a", annotations={"ProjectCalico.org/kube-labels": '{"a": "b c"}'})
    wrong = Metadata(name="a", annotations={"projectcalico.org$label": "value"})
    assert list(check_metadata(fine)) == []
    assert [fault.field for fault in check_metadata(wrong)] == ["metadata.annotations"]


def test_a_namespace_or_a_strange_revision_is_refused() -> None:
    """Our kinds belong to no namespace; revisions are numbers."""
    metadata = Metadata(name="a", namespace="default", resource_version="abc")
    assert [fault.field for fault in check_metadata(metadata)] == ["metadata.namespace", "metadata.resourceVersion"]


@pytest.mark.parametrize(
    ("namespace", "namespaced", "faults"),
    [
        ("", False, 0),
        ("default", False, 1),
        ("", True, 1),
        ("default", True, 0),
        ("kube-system", True, 0),
        ("a.b", True, 1),
        ("A", True, 1),
        ("a" * 63, True, 0),
        ("a" * 64, True, 1),
    ],
)
def test_a_namespace_is_given_where_the_kind_has_any(namespace: str, namespaced: bool, faults: int) -> None:
    """And nowhere else; it is a name without dots."""
    found = list(check_metadata(Metadata(name="a", namespace=namespace), namespaced=namespaced))
    assert [fault.field for fault in found] == ["metadata.namespace"] * faults


def test_parts_of_other_resources_follow_the_same_rules() -> None:
    """Each names the field that it was asked about."""
    assert not [*check_name("f", "a.b"), *check_namespace_name("f", "a-b"), *check_annotations("f", {"A.org/B": "c d"})]
    faults = [*check_name("f", "a_b"), *check_namespace_name("f", "a.b"), *check_annotations("f", {"a b": "c"})]
    assert [fault.field for fault in faults] == ["f", "f", "f"]
    assert is_label_key("a.org/B_c")
    assert not is_label_key("A.org/b")
    assert is_label_value("")
    assert not is_label_value("a b")
