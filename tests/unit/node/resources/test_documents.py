"""Files of resources: every form in which they may come, and every fault found before anything is done."""

import io
from pathlib import Path

import pytest

from bgpkit_node.errors import InvalidResourcesError
from bgpkit_node.resources.bgp_peer import BGPPeer
from bgpkit_node.resources.documents import check_distinct, load_documents, load_paths
from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.node import Node
from bgpkit_node.resources.registry import KINDS

_KNOWN = ", ".join(sorted({kind.word for kind in KINDS}))
_NODE = "apiVersion: projectcalico.org/v3\nkind: Node\nmetadata: {name: %s}\n"


def _errors(text: str) -> list[str]:
    with pytest.raises(InvalidResourcesError) as caught:
        load_documents(text, "bgp.yaml")
    return [str(error) for error in caught.value.errors]


def _names(text: str) -> list[str]:
    return [str(document.resource) for document in load_documents(text, "bgp.yaml")]


def test_documents_are_read_in_order_and_know_their_place() -> None:
    """Empty documents and comments count as documents, and hold nothing."""
    documents = load_documents(f"# head\n---\n{_NODE % 'a'}---\n---\n{_NODE % 'b'}", "bgp.yaml")
    places = [(str(found.resource), found.source, found.number, found.line) for found in documents]
    assert places == [("Node(a)", "bgp.yaml", 1, 3), ("Node(b)", "bgp.yaml", 3, 8)]


@pytest.mark.parametrize(
    "text",
    [
        (
            "apiVersion: v1\nkind: List\nitems:\n"
            "- {apiVersion: projectcalico.org/v3, kind: Node, metadata: {name: a}}\n"
            "- {apiVersion: projectcalico.org/v3, kind: Node, metadata: {name: b}}\n"
        ),
        (
            "apiVersion: projectcalico.org/v3\nkind: NodeList\nmetadata: {resourceVersion: '7'}\nitems:\n"
            "- metadata: {name: a}\n- {kind: Node, metadata: {name: b}}\n"
        ),
        (
            "- {apiVersion: projectcalico.org/v3, kind: Node, metadata: {name: a}}\n"
            "- {apiVersion: projectcalico.org/v3, kind: Node, metadata: {name: b}}\n"
        ),
        (
            '[{"apiVersion": "projectcalico.org/v3", "kind": "Node", "metadata": {"name": "a"}},\n'
            '\t{"apiVersion": "projectcalico.org/v3", "kind": "Node", "metadata": {"name": "b"}}]'
        ),
        _NODE % "a" + "---\n" + _NODE % "b",
    ],
)
def test_every_form_of_many_resources_is_read(text: str) -> None:
    """Lists with and without a kind, sequences, JSON, documents."""
    assert _names(text) == ["Node(a)", "Node(b)"]


def test_the_sentence_of_the_house_for_an_unknown_field() -> None:
    """File, document, line, kind, field, and what was probably meant."""
    text = _NODE % "a" + (
        "---\napiVersion: projectcalico.org/v3\nkind: BGPPeer\nmetadata:\n  name: p\nspec:\n  nodeSelector: all()\n"
        "  peerSelectr: route-reflector == 'true'\n"
    )
    assert _errors(text) == [
        "bgp.yaml: document 2, line 11: BGPPeer spec.peerSelectr: unknown field; did you mean peerSelector?"
    ]


@pytest.mark.parametrize(
    ("annotation", "field"),
    [(r'"a": "x\ud800"', "metadata.annotations.a"), (r'"\udc00": "x"', r"metadata.annotations.'\udc00'")],
)
def test_half_of_a_surrogate_pair_is_refused(annotation: str, field: str) -> None:
    """No UTF-8 is that: it could be written nowhere. RFC 3629, section 3."""
    head = '{"apiVersion": "projectcalico.org/v3", "kind": "Node",'
    text = head + '\n"metadata": {"name": "a", "annotations": {\n' + annotation + "}}}"
    what = "holds half of a surrogate pair, which is no character"
    assert _errors(text) == [f"bgp.yaml: document 1, line 3: Node {field}: {what}"]


def test_a_list_of_one_kind_holds_no_other() -> None:
    """The resource is not left out: nothing of the file is applied."""
    pool = "{apiVersion: projectcalico.org/v3, kind: IPPool, metadata: {name: p}, spec: {cidr: 10.0.0.0/16}}"
    node = "{apiVersion: projectcalico.org/v3, kind: Node, metadata: {name: a}}"
    text = f"apiVersion: projectcalico.org/v3\nkind: %s\nitems:\n- {node}\n- {pool}\n"
    assert _errors(text % "NodeList") == [
        "bgp.yaml: document 1, line 5: NodeList: is no place for IPPool: put it beside the list, or in a List"
    ]
    assert _names(text % "List") == ["Node(a)", "IPPool(p)"]


def test_all_faults_of_a_file_are_found() -> None:
    """Of shape and of sense, in every document, in the order of the lines."""
    text = (
        "apiVersion: projectcalico.org/v3\nkind: IPPool\nmetadata: {name: a}\nspec:\n  cidr: 10.0.0.1/16\n"
        "  ipipMode: never\n---\nkind: Pool\n---\napiVersion: v1\nkind: Node\nmetadata: {name: b}\n---\na: 1\na: 2\n"
        "---\napiVersion: projectcalico.org/v3\nmetadata: {name: c}\n---\nkind: IPPool\n"
        "metadata: {name: d}\n---\njust words\n"
    )
    assert _errors(text) == [
        (
            "bgp.yaml: document 1, line 5: IPPool spec.cidr: "
            "IPPool CIDR is not strictly masked: 10.0.0.1/16 lies in 10.0.0.0/16"
        ),
        ("bgp.yaml: document 1, line 6: IPPool spec.ipipMode: must be one of Never, Always, CrossSubnet, not 'never'"),
        (f"bgp.yaml: document 2, line 8: kind 'Pool' is not known, only {_KNOWN}; did you mean IPPool?"),
        "bgp.yaml: document 3, line 10: Node apiVersion: must be projectcalico.org/v3, not 'v1'",
        "bgp.yaml: document 4, line 15: a is given twice, first in line 14",
        f"bgp.yaml: document 5, line 17: kind: is required: one of {_KNOWN}",
        "bgp.yaml: document 6, line 20: IPPool apiVersion: is required: projectcalico.org/v3",
        "bgp.yaml: document 7, line 23: a resource is a mapping with apiVersion, kind, metadata and spec",
    ]


def test_a_misfit_is_not_reported_twice() -> None:
    """A value that was left out for its shape is not missed by the rules afterwards."""
    text = (
        "apiVersion: projectcalico.org/v3\nkind: BGPPeer\nmetadata: {name: p}\n"
        "spec: {localWorkloadSelector: has(a), asNumber: x}\n"
    )
    assert _errors(text) == ["bgp.yaml: document 1, line 4: BGPPeer spec.asNumber: 'x' is not an AS number"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "bgp.yaml: holds no resource"),
        ("# nothing\n---\n", "bgp.yaml: holds no resource"),
        ("kind: NodeList\n", "bgp.yaml: document 1, line 1: NodeList items: a list needs items"),
        ("kind: NodesList\nitems: []", "bgp.yaml: document 1, line 1: kind 'Nodes' is not known, only "),
        ("- - a\n", "bgp.yaml: document 1, line 1: a resource is a mapping with "),
        (
            "kind: List\nitems: [{kind: List, items: []}]",
            "bgp.yaml: document 1, line 2: kind 'List' is not known, only ",
        ),
        ("a: b: c", "bgp.yaml: document 1, line 1: not YAML: mapping values are not allowed here"),
        ("kind: node\n", "did you mean Node?"),
    ],
)
def test_what_holds_no_resource_says_why(text: str, sentence: str) -> None:
    """Nothing passes for something."""
    (error,) = _errors(text)
    assert sentence in error


def test_a_resource_given_twice_names_both_places() -> None:
    """One transaction could write only one of them."""
    text = _NODE % "a" + "---\n" + _NODE % "b" + "---\n" + _NODE % "a"
    assert _errors(text) == [
        (
            "bgp.yaml: document 3, line 11: Node metadata.name: "
            "Node(a) is given twice, first in bgp.yaml, document 1, line 1"
        )
    ]


def test_files_directories_and_standard_input_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory stands for its YAML and JSON files, ordered by name; a byte order mark is no fault."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "2.yml").write_text(_NODE % "c")
    (tmp_path / "folder" / "1.json").write_text(
        '{"apiVersion": "projectcalico.org/v3", "kind": "Node", "metadata": {"name": "b"}}'
    )
    (tmp_path / "folder" / "notes.txt").write_text("not read")
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbf" + (_NODE % "a").encode())
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO((_NODE % "d").encode())))
    documents = load_paths([tmp_path / "a.yaml", tmp_path / "folder", "-"])
    assert [document.resource.name for document in documents] == ["a", "b", "c", "d"]
    assert documents[3].source == "standard input"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO((_NODE % "d").encode("utf-16"))))
    with pytest.raises(InvalidResourcesError, match=r"^standard input: is not a text in UTF-8 \(octet 0\)$"):
        load_paths(["-"])


def test_faults_of_all_files_are_found(tmp_path: Path) -> None:
    """Also of files that are not there, and of files that are no text."""
    (tmp_path / "a.yaml").write_text("kind: X\n")
    (tmp_path / "b.yaml").write_bytes(b"kind: \xff\n")
    with pytest.raises(InvalidResourcesError) as caught:
        load_paths([tmp_path / "a.yaml", tmp_path / "b.yaml", tmp_path / "missing.yaml"])
    assert [error.source for error in caught.value.errors] == [
        str(tmp_path / name) for name in ("a.yaml", "b.yaml", "missing.yaml")
    ]
    assert "is not a text in UTF-8 (octet 6)" in str(caught.value)
    assert "missing.yaml: cannot be read: No such file or directory" in str(caught.value)


def test_a_resource_given_in_two_files_names_both(tmp_path: Path) -> None:
    """What is given twice is looked for over all files."""
    (tmp_path / "1.yaml").write_text(_NODE % "a")
    (tmp_path / "2.yaml").write_text(_NODE % "a")
    with pytest.raises(InvalidResourcesError, match=r"2\.yaml: .*first in .*1\.yaml, document 1, line 1"):
        load_paths([tmp_path])


def test_a_fault_found_later_still_names_its_line() -> None:
    """The line of the field, or of the nearest thing around it that was written."""
    (document,) = load_documents(
        "apiVersion: projectcalico.org/v3\nkind: BGPPeer\nmetadata:\n  name: p\nspec:\n  peerIP: 10.0.0.1\n"
        "  password:\n    secretKeyRef:\n      key: k\n",
        "bgp.yaml",
    )
    assert isinstance(document.resource, BGPPeer)
    lines = {
        field: document.error(Fault(field, "")).line
        for field in ("spec.peerIP", "spec.password.secretKeyRef.name", "spec.filters[3]", "spec", "status", "")
    }
    assert list(lines.values()) == [6, 8, 5, 5, 1, 1]


def test_nothing_is_given_twice_among_different_kinds() -> None:
    """Kind and name together are what must differ."""
    documents = load_documents(_NODE % "a" + "---\n" + (_NODE % "a").replace("Node", "BGPPeer"), "bgp.yaml")
    assert list(check_distinct(documents)) == []
    assert isinstance(documents[0].resource, Node)


def test_a_directory_without_resources_is_refused(tmp_path: Path) -> None:
    """Nothing to apply is a mistake, not a success."""
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(
        InvalidResourcesError, match=r"is a directory without a resource file \(\.json, \.yaml, \.yml\)"
    ):
        load_paths([tmp_path])


def test_a_resource_without_a_namespace_gets_the_one_of_the_call() -> None:
    """Where its kind has any; one that is written stays."""
    text = """
apiVersion: projectcalico.org/v3
kind: WorkloadEndpoint
metadata: {name: a-k8s-p-e%s}
spec: {node: a, orchestrator: k8s, pod: p, endpoint: e}
"""
    (bare,) = load_documents(text % "", "test")
    assert str(bare.resource) == "WorkloadEndpoint(default/a-k8s-p-e)"
    (moved,) = load_documents(text % "", "test", namespace="kube-system")
    assert moved.resource.namespace == "kube-system"
    (written,) = load_documents(text % ", namespace: x", "test", namespace="kube-system")
    assert written.resource.namespace == "x"
    both = load_documents(f"{text % ''}---{text % ', namespace: x'}", "test")
    assert len(both) == 2
    (node,) = load_documents(_NODE % "a", "test", namespace="kube-system")
    assert node.resource.namespace == ""
