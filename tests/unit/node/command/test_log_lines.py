"""What is logged below a command comes as a line on standard error; standard output is for what was asked."""

import sqlite3
from pathlib import Path

import yaml

from tests.support.commands import applied, asked, document, documents


def test_a_resource_that_cannot_be_read_is_named_beside_the_answer(tmp_path: Path) -> None:
    """And the others are printed, as YAML that is whole."""
    datastore = tmp_path / "d"
    applied(datastore, documents(document("Node", "a", "{}"), document("Node", "b", "{}")))
    connection = sqlite3.connect(datastore)
    with connection:
        connection.execute("UPDATE entries SET value = 'no json' WHERE key LIKE '%/nodes/a'")
    connection.close()
    answer = asked("get", "node", "-o", "yaml", datastore=datastore)
    assert [item["metadata"]["name"] for item in yaml.safe_load(answer.out)["items"]] == ["b"]
    (line,) = answer.err.splitlines()
    assert line.startswith("warning: /calico/resources/v3/projectcalico.org/nodes/a: ")
    assert line.count("/nodes/a") == 1


def test_what_happens_often_is_said_once_and_in_a_sentence(tmp_path: Path) -> None:
    """A dry run plans each end of each session, before and after; the filter is misspelt in one resource."""
    datastore = tmp_path / "d"
    nodes = [document("Node", name, f"{{bgp: {{ipv4Address: 10.4.7.{at}/24}}}}") for at, name in enumerate("abc", 1)]
    applied(datastore, documents(*nodes))
    peer = document("BGPPeer", "router", "{peerIP: 10.4.7.99, asNumber: 64512, filters: [misspelt, gone]}")
    answer = asked("apply", "--dry-run", "-f", "-", given=peer, datastore=datastore)
    (line,) = answer.err.splitlines()
    assert line == (
        "warning: BGPPeer(router) names filters that do not exist: misspelt, gone; "
        "nothing is taken from its peers, and nothing told to them"
    )
