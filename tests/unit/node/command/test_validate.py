"""Validate: all that is wrong with files, without a datastore."""

from pathlib import Path

from tests.support.commands import asked, document, documents

GOOD = documents(
    document("Node", "a", "{bgp: {ipv4Address: 10.4.7.1/24}}"), document("IPPool", "p", "{cidr: 10.0.0.0/16}")
)


def test_good_resources_are_counted(tmp_path: Path) -> None:
    """And no datastore is looked for, or made."""
    answer = asked("validate", "-f", "-", given=GOOD, datastore=tmp_path / "none")
    assert (answer.status, answer.out, answer.err) == (0, "Successfully validated 2 resource(s)\n", "")
    assert list(tmp_path.iterdir()) == []


def test_every_fault_is_named(tmp_path: Path) -> None:
    """Those of all files."""
    (tmp_path / "a.yaml").write_text(document("IPPool", "p", "{cidr: 10.0.0.1/16}"))
    (tmp_path / "b.yaml").write_text(document("BGPPeer", "b", "{peerIP: x}"))
    asked("validate", "-f", tmp_path).assert_refused(
        f"{tmp_path}/a.yaml: document 1, line 4: IPPool spec.cidr: ",
        f"{tmp_path}/b.yaml: document 1, line 4: BGPPeer spec.peerIP: ",
    )


def test_nothing_is_no_error_on_demand(tmp_path: Path) -> None:
    """An empty file, an empty directory; without the option it is."""
    (tmp_path / "empty.yaml").write_text("# nothing\n")
    answer = asked("validate", "--skip-empty", "-f", tmp_path / "empty.yaml", "-f", tmp_path)
    assert (answer.status, answer.out) == (0, "No resources specified\n")
    asked("validate", "-f", tmp_path).assert_refused("empty.yaml: holds no resource")
