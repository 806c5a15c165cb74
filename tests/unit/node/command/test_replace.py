"""Replace: what is not there is an error, and so is what was changed since it was read."""

from pathlib import Path

import yaml

from tests.support.commands import applied, asked, document, documents
from tests.support.revisions import revision

A = document("Node", "a", "{bgp: {ipv4Address: 10.4.7.11/24}}")
B = document("Node", "b", "{bgp: {ipv4Address: 10.4.7.12/24}}")


def test_present_resources_are_replaced(tmp_path: Path) -> None:
    """The whole of them."""
    datastore = tmp_path / "d"
    applied(datastore, documents(A, B))
    new = document("Node", "a", "{bgp: {ipv4Address: 10.4.7.13/24}}")
    answer = asked("replace", "-f", "-", given=new, datastore=datastore)
    assert (answer.status, answer.out, answer.err) == (0, "Successfully replaced 1 'Node' resource(s)\n", "")
    assert "10.4.7.13" in asked("get", "node", "a", "-o", "wide", datastore=datastore).out


def test_one_that_is_not_there_stops_all(tmp_path: Path) -> None:
    """And no datastore is made for it."""
    datastore = tmp_path / "d"
    asked("replace", "-f", "-", given=A, datastore=datastore).assert_refused("there is no datastore")
    applied(datastore, A)
    changed = document("Node", "a", "{bgp: {ipv4Address: 10.4.7.13/24}}")
    asked("replace", "-f", "-", given=documents(changed, B), datastore=datastore).assert_refused(
        "Failed to replace any 'Node' resources: standard input: document 2, line 8: Node metadata.name: "
        "Node(b) does not exist"
    )
    assert revision(datastore) == 1


def test_a_resource_that_was_changed_since_is_not_replaced(tmp_path: Path) -> None:
    """When the document tells what it was read as."""
    datastore = tmp_path / "d"
    applied(datastore, A)
    old = asked("get", "node", "a", "-o", "yaml", datastore=datastore).out
    asked("label", "node", "a", "x=y", datastore=datastore)
    edited = yaml.safe_load(old)
    edited["metadata"]["labels"] = {"x": "z"}
    asked("replace", "-f", "-", given=yaml.safe_dump(edited), datastore=datastore).assert_refused(
        "metadata.resourceVersion: Node(a) has been changed: its revision is 2, not 1"
    )
    del edited["metadata"]["resourceVersion"]
    assert asked("replace", "-f", "-", given=yaml.safe_dump(edited), datastore=datastore).status == 0
