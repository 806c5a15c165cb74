"""Patches: the examples of RFC 7396, and what a strategic merge does beside."""

import pytest

from bgpkit_node.command.merge_patch import merged, strategic
from bgpkit_node.errors import NodeError

EXAMPLES: list[tuple[object, object, object]] = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize(("target", "patch", "result"), EXAMPLES)
def test_a_merge_patch_does_as_its_rfc_shows(target: object, patch: object, result: object) -> None:
    """RFC 7396, appendix A, whole; a strategic merge agrees where there is no directive."""
    assert merged(target, patch) == result
    assert strategic(target, patch) == result


def test_nothing_of_the_target_is_changed() -> None:
    """The result is a new document."""
    target = {"a": {"b": 1}}
    assert strategic(target, {"a": {"b": 2}}) == merged(target, {"a": {"b": 2}}) == {"a": {"b": 2}}
    assert target == {"a": {"b": 1}}


def test_a_directive_replaces_or_deletes_a_mapping() -> None:
    """Instead of merging it."""
    target = {"spec": {"bgp": {"x": 1, "y": 2}, "z": 3}}
    assert strategic(target, {"spec": {"bgp": {"$patch": "replace", "w": 4}}}) == {"spec": {"bgp": {"w": 4}, "z": 3}}
    assert strategic(target, {"spec": {"bgp": {"$patch": "delete"}}}) == {"spec": {"z": 3}}
    assert strategic(target, {"spec": {"bgp": {"$patch": "merge", "x": 5}}}) == {
        "spec": {"bgp": {"x": 5, "y": 2}, "z": 3}
    }


@pytest.mark.parametrize(
    ("patch", "sentence"),
    [
        ({"spec": {"$retainKeys": ["a"]}}, r"directive \$retainKeys is not supported"),
        ({"spec": {"$patch": "frob"}}, r"\$patch 'frob' is not known"),
    ],
)
def test_other_directives_are_refused(patch: object, sentence: str) -> None:
    """Instead of being taken for fields, or passed over."""
    with pytest.raises(NodeError, match=sentence):
        strategic({"spec": {}}, patch)
