"""Label: calicoctl's words, and no node cut off by them."""

from pathlib import Path

import msgspec
import pytest

from bgpkit_node.command.targets import targets_of
from bgpkit_node.command.writing import LABEL, change_one
from bgpkit_node.resources import Node, Resource, ResourceStore
from tests.support.clusters import node
from tests.support.commands import applied, asked, document, documents
from tests.support.memory_datastore import MemoryDatastore
from tests.support.revisions import revision

REFLECTED = documents(
    document("BGPConfiguration", "default", "{nodeToNodeMeshEnabled: false}"),
    document(
        "Node", "a", "{bgp: {ipv4Address: 10.4.7.1/24, routeReflectorClusterID: 244.0.0.1}}", labels="{rr: 'true'}"
    ),
    document("Node", "b", "{bgp: {ipv4Address: 10.4.7.2/24}}"),
    document("Node", "c", "{bgp: {ipv4Address: 10.4.7.3/24}}"),
    document("BGPPeer", "peers", '{nodeSelector: all(), peerSelector: "has(rr)"}'),
)


@pytest.fixture
def datastore(tmp_path: Path) -> Path:
    """Give a datastore of three nodes with a reflector."""
    applied(tmp_path / "d", REFLECTED)
    return tmp_path / "d"


def test_a_label_is_set_updated_and_removed(datastore: Path) -> None:
    """Each with its sentence, in which the kind is called as the user called it."""
    answer = asked("label", "nodes", "b", "rack=1", datastore=datastore)
    assert (answer.status, answer.out, answer.err) == (0, "Successfully set label rack on nodes b\n", "")
    again = asked("label", "no", "b", "rack=2", "--overwrite", datastore=datastore)
    assert again.out == "Successfully updated label rack on no b\n"
    assert 'rack: "2"' in asked("get", "node", "b", "-o", "yaml", datastore=datastore).out
    gone = asked("label", "node", "b", "rack", "--remove", datastore=datastore)
    assert gone.out == "Successfully removed label rack from node b\n"
    assert "labels" not in asked("get", "node", "b", "-o", "yaml", datastore=datastore).out


def test_several_labels_are_one_change(datastore: Path) -> None:
    """A sentence each."""
    before = revision(datastore)
    answer = asked("label", "node", "b", "x=1", "y=", datastore=datastore)
    assert answer.out == "Successfully set label x on node b\nSuccessfully set label y on node b\n"
    assert revision(datastore) == before + 1


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (
            ("node", "a", "rr=no"),
            1,
            "failed to update label of node a, key rr is already present. please use '--overwrite'",
        ),
        (("node", "b", "x", "--remove"), 1, "cannot remove label of node b, key x does not exist"),
        (("node", "b", "x"), 2, "invalid label x: write it as key=value"),
        (("node", "b", "x=y=z"), 2, "invalid label x=y=z"),
        (("node", "b", "x=y", "--remove"), 2, "with --remove only the key is given"),
        (("node", "b", "x=1", "y=1", "x=2"), 2, "label x is given twice"),
        (("node", "z", "x=y"), 1, "Node z not found; there is a, b, c"),
        (("nod", "b", "x=y"), 2, "kind 'nod' is not known"),
        (("node", "b", "_=y"), 1, "metadata.labels: '_' is not the key of a label"),
        (
            ("node", "a", "rr", "--remove"),
            1,
            "nothing labelled: no session would carry routes between a - b, a - c, b - c",
        ),
    ],
)
def test_what_cannot_be_is_refused(words: tuple[str, ...], status: int, sentence: str, datastore: Path) -> None:
    """In one sentence, and nothing is written."""
    before = revision(datastore)
    asked("label", *words, datastore=datastore).assert_refused(sentence, status=status)
    assert revision(datastore) == before


def test_the_same_value_again_needs_no_overwrite(datastore: Path) -> None:
    """As in calicoctl; and nothing is written."""
    before = revision(datastore)
    assert (
        asked("label", "node", "a", "rr=true", datastore=datastore).out == "Successfully updated label rr on node a\n"
    )
    assert revision(datastore) == before


def test_yes_cuts_nodes_off(datastore: Path) -> None:
    """When its user says so."""
    assert asked("label", "node", "a", "rr", "--remove", "--yes", datastore=datastore).status == 0


def test_setting_and_removing_exclude_each_other(datastore: Path) -> None:
    """A fault in the words: exit code 2."""
    answer = asked("label", "node", "a", "rr", "--remove", "--overwrite", datastore=datastore)
    assert answer.status == 2
    assert "exclude each other" in answer.err


async def test_labels_of_two_callers_at_once_are_both_set() -> None:
    """What another has written since the resource was read is not written over."""
    memory = MemoryDatastore()
    store = ResourceStore(memory)
    await store.apply([node("a", "10.4.7.1/24")])
    (target,) = targets_of("node", ["a"], "")
    calls: list[str] = []

    async def label_once() -> None:
        """Set a label as soon as the node has been read."""
        calls.append("")
        if len(calls) == 2:
            memory.before_call = None
            await store.label(Node, "a", {"b": "x"})

    def change(old: Resource) -> Resource:
        labels = {**old.metadata.labels, "c": "x"}
        return msgspec.structs.replace(old, metadata=msgspec.structs.replace(old.metadata, labels=labels))

    memory.before_call = label_once
    await change_one(store, target, change, LABEL, yes=True)
    found = await store.get(Node, "a")
    assert found is not None
    assert set(found.metadata.labels) == {"b", "c"}
