"""Patch: fields of one resource, read as strictly as any document."""

import json
from pathlib import Path

import pytest

from tests.support.commands import applied, asked, document, documents
from tests.support.revisions import revision

RESOURCES = documents(
    document("Node", "a", "{bgp: {ipv4Address: 10.4.7.1/24, asNumber: 65001}}", labels="{x: y}"),
    document("Node", "b", "{bgp: {ipv4Address: 10.4.7.2/24, asNumber: 65001}}"),
    document("IPPool", "p", "{cidr: 10.244.0.0/16}"),
    document("BGPConfiguration", "default", "{listenPort: 1179}"),
)
OFF = '{"spec": {"nodeToNodeMeshEnabled": false}}'


@pytest.fixture
def datastore(tmp_path: Path) -> Path:
    """Give a datastore with two nodes and a pool."""
    applied(tmp_path / "d", RESOURCES)
    return tmp_path / "d"


@pytest.mark.parametrize("way", [(), ("--type", "strategic"), ("-t", "merge")])
def test_fields_are_changed_and_removed_and_the_others_stay(way: tuple[str, ...], datastore: Path) -> None:
    """A null removes one."""
    fields = '{"spec": {"bgp": {"routeReflectorClusterID": "244.0.0.1", "asNumber": null}}}'
    answer = asked("patch", "node", "a", "-p", fields, *way, datastore=datastore)
    idle = "Node(a) has routeReflectorClusterID 244.0.0.1, and no BGPPeer makes it a reflector: it reflects nothing"
    assert (answer.status, answer.out) == (0, "Successfully patched 1 'Node' resource\n")
    assert answer.err == f"warning: {idle}\n"
    found = asked("get", "node", "a", "-o", "yaml", datastore=datastore).out
    assert "routeReflectorClusterID: 244.0.0.1" in found
    assert "ipv4Address: 10.4.7.1/24" in found
    assert "x: y" in found
    assert "asNumber" not in found


def test_a_patch_may_be_yaml(datastore: Path) -> None:
    """As kubectl and calicoctl take it; a null removes a field there, too."""
    fields = "metadata:\n  labels: {rack: '1', 'on': 'yes'}\nspec:\n  bgp:\n    asNumber: null\n"
    assert asked("patch", "node", "a", "-p", fields, datastore=datastore).status == 0
    found = json.loads(asked("get", "node", "a", "-o", "json", datastore=datastore).out)
    assert found["spec"]["bgp"] == {"ipv4Address": "10.4.7.1/24"}
    assert {"rack": "1", "on": "yes"}.items() <= found["metadata"]["labels"].items()
    operations = (
        "- {op: test, path: /spec/bgp/ipv4Address, value: 10.4.7.1/24}\n- {op: remove, path: /metadata/labels/rack}"
    )
    assert asked("patch", "node", "a", "-t", "json", "-p", operations, datastore=datastore).status == 0
    assert "rack" not in asked("get", "node", "a", "-o", "json", datastore=datastore).out


def test_a_patch_that_changes_nothing_writes_nothing(datastore: Path) -> None:
    """And is a success."""
    before = revision(datastore)
    assert asked("patch", "ippool", "p", "-p", '{"spec": {"disabled": false}}', datastore=datastore).status == 0
    assert revision(datastore) == before


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (("node", "a", "-p", '{"'), 2, "--patch: line 1: not JSON: "),
        (("node", "a", "-p", "spec: {\n  x"), 2, "--patch: line 2: not YAML: "),
        (("node", "a", "-p", "spec: {}\nspec: {}"), 2, "--patch: line 2: spec is given twice, first in line 1"),
        (("node", "a", "-p", ""), 2, "--patch: holds no documents: give one"),
        (("node", "a", "-p", "{}\n---\n{}"), 2, "--patch: holds 2 documents: give one"),
        (("node", "a", "-p", "[1]"), 2, "--patch: is not a mapping of fields"),
        (("node", "a", "-p", "[" * 50_000), 2, "--patch: values lie more than 64 deep in each other"),
        (("node", "a", "-p", '{"a":' * 980 + "1" + "}" * 980), 2, "values lie more than 64 deep in each other"),
        (("node", "a", "-p", '{"spec": {"bpg": {}}}'), 1, "--patch: document 1, line 1: Node spec.bpg: unknown field"),
        (("node", "a", "-p", '{"spec": {"bgp": {"ipv4Address": "x"}}}'), 1, "Node spec.bgp.ipv4Address: "),
        (("node", "a", "-p", '{"metadata": {"name": "c"}}'), 1, "makes Node(c) of Node(a): kind, name and namespace"),
        (
            ("node", "a", "-p", '{"spec": {"bgp": {"ipv4Address": "10.4.7.2/24"}}}'),
            1,
            "Node(b) and Node(a) cannot both have the address 10.4.7.2",
        ),
        (("pool", "p", "-p", '{"spec": {"cidr": "10.0.0.0/16"}}'), 1, "IPPool CIDR cannot be modified"),
        (("node", "z", "-p", "{}"), 1, "Node z not found; there is a, b"),
        (("bgpconfig", "default", "-p", OFF), 1, "nothing patched: no session would carry routes between a - b"),
    ],
)
def test_what_cannot_be_is_refused(words: tuple[str, ...], status: int, sentence: str, datastore: Path) -> None:
    """In one sentence, and nothing is written. walkthrough 22."""
    before = revision(datastore)
    asked("patch", *words, datastore=datastore).assert_refused(sentence, status=status)
    assert revision(datastore) == before


def test_what_a_patch_sets_in_vain_is_named(datastore: Path) -> None:
    """As after apply."""
    change = '{"spec": {"namespaceSelector": "all()", "allowedUses": ["Workload"]}}'
    answer = asked("patch", "pool", "p", "-p", change, datastore=datastore)
    assert answer.status == 0
    assert answer.err.startswith("warning: IPPool(p): spec.namespaceSelector")


def test_operations_are_carried_out_in_order(datastore: Path) -> None:
    """RFC 6902: a test first, then the change of a label whose name has a slash."""
    operations = [
        {"op": "test", "path": "/spec/bgp/asNumber", "value": 65001},
        {"op": "remove", "path": "/spec/bgp/asNumber"},
        {"op": "add", "path": "/metadata/labels/example.org~1rack", "value": "r1"},
    ]
    answer = asked("patch", "node", "a", "--type", "json", "-p", json.dumps(operations), datastore=datastore)
    assert (answer.status, answer.out, answer.err) == (0, "Successfully patched 1 'Node' resource\n", "")
    found = asked("get", "node", "a", "-o", "yaml", datastore=datastore).out
    assert "asNumber" not in found
    assert "example.org/rack: r1" in found


@pytest.mark.parametrize(
    ("operations", "status", "sentence"),
    [
        ('{"spec": {}}', 2, "--patch: is not a list of operations"),
        ('"abc"', 2, "--patch: is not a list of operations"),
        ("null", 2, "--patch: is not a list of operations"),
        ('[{"op": "turn", "path": "/spec"}]', 2, "--patch: is no JSON Patch (RFC 6902): Unknown operation 'turn'"),
        ("[1]", 2, "--patch: is no JSON Patch (RFC 6902)"),
        ('[{"op": "remove", "path": "/spec/nothing"}]', 1, "--patch: does not fit: can't remove a non-existent object"),
        ('[{"op": "add", "path": "spec", "value": 1}]', 1, "--patch: does not fit: Location must start with /"),
        (
            '[{"op": "test", "path": "/spec/bgp/asNumber", "value": 1}]',
            1,
            "65001 is not equal to tested value 1; nothing was changed",
        ),
        ('[{"op": "replace", "path": "", "value": 1}]', 1, "--patch: document 1"),
        ('[{"op": "add", "path": "/spec/bpg", "value": {}}]', 1, "Node spec.bpg: unknown field"),
    ],
)
def test_operations_that_do_not_fit_change_nothing(
    operations: str, status: int, sentence: str, datastore: Path
) -> None:
    """Nor does one before them: all of a patch or nothing of it. RFC 6902, section 5."""
    before = revision(datastore)
    if operations.startswith('[{"op": "remove'):
        operations = operations.replace("[", '[{"op": "remove", "path": "/spec/bgp/asNumber"}, ', 1)
    answer = asked("patch", "node", "a", "-t", "json", "-p", operations, datastore=datastore)
    answer.assert_refused(sentence, status=status)
    assert revision(datastore) == before
