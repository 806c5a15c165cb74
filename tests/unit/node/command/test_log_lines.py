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
    assert line.startswith("warning: ")
    assert "/nodes/a" in line
