"""Create: what is there already is an error, or passed over; nothing is half done."""

from pathlib import Path

from tests.support.commands import applied, asked, document, documents
from tests.support.revisions import revision

A = document("Node", "a", "{bgp: {ipv4Address: 10.4.7.11/24}}")
B = document("Node", "b", "{bgp: {ipv4Address: 10.4.7.12/24}}")
POOL = document("IPPool", "p", "{cidr: 10.244.0.0/16}")


def test_new_resources_are_created_in_one_change(tmp_path: Path) -> None:
    """Of one kind and of several; the datastore is made when there is none."""
    datastore = tmp_path / "d"
    answer = asked("create", "-f", "-", given=documents(A, B), datastore=datastore)
    assert (answer.status, answer.out, answer.err) == (0, "Successfully created 2 'Node' resource(s)\n", "")
    assert revision(datastore) == 1
    more = documents(document("Node", "c", "{}"), POOL)
    assert asked("create", "-f", "-", given=more, datastore=datastore).out == "Successfully created 2 resource(s)\n"


def test_one_that_exists_stops_all(tmp_path: Path) -> None:
    """It is named where it stands."""
    datastore, file = tmp_path / "d", tmp_path / "n.yaml"
    applied(datastore, A)
    file.write_text(documents(B, A))
    asked("create", "-f", file, datastore=datastore).assert_refused(
        f"Failed to create any 'Node' resources: {file}: document 2, line 8: Node metadata.name: Node(a) exists already"
    )
    assert revision(datastore) == 1


def test_those_that_exist_are_passed_over_on_demand(tmp_path: Path) -> None:
    """They count, as in calicoctl; and they stay as they are."""
    datastore = tmp_path / "d"
    applied(datastore, A)
    other = document("Node", "a", "{bgp: {ipv4Address: 10.4.7.99/24}}")
    answer = asked("create", "--skip-exists", "-f", "-", given=documents(other, B), datastore=datastore)
    assert answer.out == "Successfully created 2 'Node' resource(s)\n"
    assert "10.4.7.11/24" in asked("get", "node", "a", "-o", "yaml", datastore=datastore).out
    assert asked("create", "--skip-exists", "-f", "-", given=A, datastore=datastore).status == 0
    assert revision(datastore) == 2
