"""Fields that this version does not know: found anywhere in a resource, and put back where they were."""

import json
from pathlib import Path
from typing import Any

import pytest

from bgpkit_node.datastore import Put, SqliteDatastore
from bgpkit_node.resources import (
    BGPFilter,
    BGPPeer,
    IPAMConfiguration,
    Node,
    ResourceKind,
    ResourceStore,
    kind_of,
    load_documents,
)
from bgpkit_node.resources.unknown_fields import holds_unknown, with_unknown
from tests.support.commands import asked

_NODE: dict[str, Any] = {
    "kind": "Node",
    "apiVersion": "projectcalico.org/v3",
    "metadata": {"name": "fut", "managedFields": [{"manager": "x"}], "later": 1},
    "spec": {
        "bgp": {"ipv4Address": "10.4.7.12/24", "newField": "keep me"},
        "addresses": [{"address": "10.4.7.12", "more": "a"}, {"address": "10.4.7.13", "more": "b"}],
    },
    "status": {"phase": "Ready"},
    "top": [1, 2],
}


async def _put(path: Path, kind: ResourceKind[Any], document: dict[str, Any]) -> None:
    async with await SqliteDatastore.open(path) as store:
        await store.transact([Put(kind.key(document["metadata"]["name"]), json.dumps(document).encode())])


async def _stored(path: Path, kind: ResourceKind[Any], name: str) -> dict[str, Any]:
    async with await SqliteDatastore.open(path) as store:
        found = await store.get(kind.key(name))
    assert found is not None
    return dict(json.loads(found.value))


@pytest.mark.parametrize(
    ("document", "unknown"),
    [
        ({"kind": "Node", "apiVersion": "v", "metadata": {"name": "a"}, "spec": {"bgp": {"asNumber": 1}}}, False),
        ({"metadata": {"name": "a", "labels": {"anything": "b"}, "managedFields": [{"x": 1}]}}, False),
        ({"metadata": {"name": "a", "later": ""}}, True),
        ({"metadata": {"name": "a"}, "spec": {"bgp": {"x": None}}}, True),
        ({"metadata": {"name": "a"}, "spec": {"addresses": [{"address": "x"}, {"y": 1}]}}, True),
        ({"metadata": {"name": "a"}, "new": {}}, True),
    ],
)
def test_an_unknown_field_is_found_wherever_it_stands(document: dict[str, object], unknown: bool) -> None:
    """In metadata, in a part, in an item of a list, beside spec; labels and annotations have no fields."""
    assert holds_unknown(Node, document) is unknown


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ([{"address": "1"}, {"address": "2"}], [{"address": "1", "x": "a"}, {"address": "2", "x": "b"}]),
        ([{"address": "2"}, {"address": "1"}], [{"address": "2", "x": "b"}, {"address": "1", "x": "a"}]),
        ([{"address": "2"}], [{"address": "2", "x": "b"}]),
        ([{"address": "3"}, {"address": "2"}], [{"address": "3", "x": "a"}, {"address": "2", "x": "b"}]),
        ([{"address": "3"}], [{"address": "3"}]),
        (
            [{"address": "0"}, {"address": "1"}, {"address": "2"}],
            [{"address": "0"}, {"address": "1", "x": "a"}, {"address": "2", "x": "b"}],
        ),
    ],
)
def test_items_of_lists_keep_theirs(now: list[dict[str, str]], expected: list[dict[str, str]]) -> None:
    """The item that is the same, wherever it is now; else the one at its place in a list as long as before."""
    stored = {"spec": {"addresses": [{"address": "1", "x": "a"}, {"address": "2", "x": "b"}]}}
    assert with_unknown(Node, {"spec": {"addresses": now}}, stored) == {"spec": {"addresses": expected}}


def test_items_that_are_alike_keep_their_own() -> None:
    """Each once, in their order."""
    spec: dict[str, object] = {"addresses": [{"address": "1", "x": "a"}, {"address": "1", "x": "b"}]}
    plain: dict[str, object] = {"spec": {"addresses": [{"address": "1"}, {"address": "1"}]}}
    assert with_unknown(Node, plain, {"spec": spec}) == {"spec": spec}


def test_a_part_that_is_gone_takes_them_with_it() -> None:
    """A node without BGP has no field of BGP."""
    assert with_unknown(Node, {"spec": {}}, {"spec": {"bgp": {"newField": 1}}}) == {"spec": {}}


@pytest.mark.parametrize(
    "words",
    [
        ("label", "node", "fut", "a=b"),
        ("patch", "node", "fut", "-p", '{"metadata": {"labels": {"a": "b"}}}'),
    ],
)
async def test_a_change_of_labels_changes_nothing_else(words: tuple[str, ...], tmp_path: Path) -> None:
    """What another version has written is there afterwards, octet by octet, wherever it stood."""
    await _put(tmp_path / "d", kind_of(Node), _NODE)
    answer = asked(*words, datastore=tmp_path / "d")
    assert (answer.status, answer.err) == (0, "")
    after = await _stored(tmp_path / "d", kind_of(Node), "fut")
    assert after["metadata"].pop("labels") == {"a": "b"}
    assert {key: after["metadata"].get(key) for key in _NODE["metadata"]} == _NODE["metadata"]
    assert {**after, "metadata": None} == {**_NODE, "metadata": None}


async def test_get_shows_them_and_apply_names_them(tmp_path: Path) -> None:
    """Whoever reads a resource sees all of it; a file may hold only what is understood, and takes away nothing else."""
    await _put(
        tmp_path / "d",
        kind_of(BGPPeer),
        {
            "metadata": {"name": "tor"},
            "spec": {"peerIP": "10.4.7.1", "asNumber": 65000, "brandNew": True},
        },
    )
    shown = asked("get", "bgppeers", "-o", "yaml", datastore=tmp_path / "d").out
    assert "brandNew: true" in shown
    assert '"brandNew": true' in asked("get", "bgppeer", "tor", "-o", "json", datastore=tmp_path / "d").out
    (tmp_path / "f.yaml").write_text(shown)
    refused = asked("apply", "-f", str(tmp_path / "f.yaml"), datastore=tmp_path / "d")
    refused.assert_refused("spec.brandNew: unknown field")
    (tmp_path / "f.yaml").write_text(shown.replace("    brandNew: true\n", "").replace("65000", "65001"))
    assert asked("apply", "-f", str(tmp_path / "f.yaml"), datastore=tmp_path / "d").status == 0
    stored = await _stored(tmp_path / "d", kind_of(BGPPeer), "tor")
    assert stored["spec"] == {"peerIP": "10.4.7.1", "asNumber": 65001, "brandNew": True}


async def test_a_resource_that_is_kept_elsewhere_keeps_them_too(tmp_path: Path) -> None:
    """The settings of address management are a document of other words."""
    kind = kind_of(IPAMConfiguration)
    async with await SqliteDatastore.open(tmp_path / "d") as datastore:
        await datastore.transact(
            [Put(kind.key(""), b'{"strict_affinity":true,"auto_allocate_blocks":true,"new_one":7}')]
        )
        store = ResourceStore(datastore)
        text = (
            "apiVersion: projectcalico.org/v3\nkind: IPAMConfiguration\n"
            "metadata: {name: default}\nspec: {maxBlocksPerHost: 4}"
        )
        await store.apply(load_documents(text, "f"))
        found = await datastore.get(kind.key(""))
    assert found is not None
    assert json.loads(found.value) == {
        "strict_affinity": False,
        "auto_allocate_blocks": True,
        "maxBlocksPerHost": 4,
        "new_one": 7,
    }


async def test_rules_of_a_filter_keep_theirs(tmp_path: Path) -> None:
    """Also where a rule has lists of its own."""
    rule = {"action": "Accept", "operations": [{"addCommunity": {"value": "1:2", "why": "x"}}], "until": "noon"}
    spec = {"exportV4": [rule, {"action": "Reject"}]}
    await _put(tmp_path / "d", kind_of(BGPFilter), {"metadata": {"name": "f"}, "spec": spec})
    assert asked("label", "bgpfilter", "f", "a=b", datastore=tmp_path / "d").status == 0
    assert (await _stored(tmp_path / "d", kind_of(BGPFilter), "f"))["spec"] == spec
