"""Namespaces: their name is always one of their labels."""

import json
from typing import Any

import pytest

from bgpkit_node.datastore.port import KeyValue
from bgpkit_node.errors import InvalidResourcesError
from bgpkit_node.resources.documents import load_documents
from bgpkit_node.resources.metadata import Metadata
from bgpkit_node.resources.namespace import KUBERNETES_NAMESPACE, NAME_LABEL, Namespace, check_namespace
from bgpkit_node.resources.output import decode, encode, to_document


def _loaded(name: str, **metadata: Any) -> Namespace:
    whole = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, **metadata}}
    resource = load_documents(json.dumps(whole), "namespace.yaml")[0].resource
    assert isinstance(resource, Namespace)
    return resource


def test_the_name_is_a_label_without_being_asked() -> None:
    """Whatever way the namespace came, and whatever somebody wrote there; it is shown and stored."""
    wanted = {"team": "a", NAME_LABEL: "shop"}
    namespace = _loaded("shop", labels={"team": "a", NAME_LABEL: "other"})
    assert namespace.metadata.labels == wanted
    stored = decode(KUBERNETES_NAMESPACE, KeyValue(KUBERNETES_NAMESPACE.key("shop"), encode(namespace), 3))
    assert stored.metadata.labels == wanted
    bare = b'{"kind":"Namespace","apiVersion":"v1","metadata":{"name":"shop"}}'
    assert decode(KUBERNETES_NAMESPACE, KeyValue(KUBERNETES_NAMESPACE.key("shop"), bare, 3)).metadata.labels == {
        NAME_LABEL: "shop"
    }
    assert Namespace(metadata=Metadata(name="shop")).metadata.labels == {NAME_LABEL: "shop"}


def test_it_is_written_as_kubernetes_does() -> None:
    """In the core group; its status, of another program, is passed over."""
    whole = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}, "status": {"phase": "Active"}}
    namespace = load_documents(json.dumps(whole), "namespace.yaml")[0].resource
    document = to_document(namespace)
    assert (document["kind"], document["apiVersion"]) == ("Namespace", "v1")
    assert KUBERNETES_NAMESPACE.key("a") == "/calico/resources/v3/core/namespaces/a"


@pytest.mark.parametrize("name", ["A", "a.b", "-a", "a" * 64])
def test_a_name_has_no_dots(name: str) -> None:
    """One fault, with the rule."""
    with pytest.raises(InvalidResourcesError) as caught:
        _loaded(name)
    (error,) = caught.value.errors
    assert error.field == "metadata.name"
    assert "is not a namespace: use a-z, 0-9 and -" in str(error)


def test_a_namespace_belongs_to_none() -> None:
    """And its labels follow the rules of all labels."""
    assert not list(check_namespace(_loaded("a")))
    with pytest.raises(InvalidResourcesError) as caught:
        _loaded("a", namespace="b", labels={"c d": "e"})
    assert [error.field for error in caught.value.errors] == ["metadata.namespace", "metadata.labels"]


def test_the_columns_of_a_namespace() -> None:
    """The labels are shown wide."""
    namespace = _loaded("a", labels={"x": "y"})
    assert [column.cell(namespace, 0) for column in KUBERNETES_NAMESPACE.wide] == ["a", f"{NAME_LABEL}=a,x=y"]
