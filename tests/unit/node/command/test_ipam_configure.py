"""Ipam configure: the settings are changed, what is not known stays."""

import json
import sqlite3
from pathlib import Path

import pytest

from tests.support.commands import applied, asked
from tests.support.ipam_store import RESOURCES, change


@pytest.fixture
def datastore(tmp_path: Path) -> Path:
    """Give a datastore without settings."""
    applied(tmp_path / "d", RESOURCES)
    return tmp_path / "d"


def test_settings_are_changed_and_shown(datastore: Path) -> None:
    """With calicoctl's sentences."""
    words = ("ipam", "configure", "--strictaffinity=true", "--max-blocks-per-host=3")
    answer = asked(*words, datastore=datastore)
    assert answer.out == "Successfully set StrictAffinity to: true\nSuccessfully set MaxBlocksPerHost to: 3\n"
    shown = asked("ipam", "show", "--show-configuration", "--compat", "3.9", datastore=datastore).out
    assert shown.splitlines() == [
        "+--------------------+-------+",
        "|      PROPERTY      | VALUE |",
        "+--------------------+-------+",
        "| StrictAffinity     | true  |",
        "| AutoAllocateBlocks | true  |",
        "| MaxBlocksPerHost   |     3 |",
        "+--------------------+-------+",
    ]
    assert "| IPCooldownSeconds  | 0     |" in asked("ipam", "show", "--show-configuration", datastore=datastore).out


def test_what_another_version_has_set_stays(datastore: Path) -> None:
    """Fields that we do not know, too."""
    asked("ipam", "configure", "--strictaffinity=true", datastore=datastore)
    change(datastore, "UPDATE entries SET value = ? WHERE key = '/calico/ipam/v2/config'", b'{"unknown": 7}')
    assert asked("ipam", "configure", "--strictaffinity=false", datastore=datastore).status == 0
    connection = sqlite3.connect(datastore)
    (value,) = connection.execute("SELECT value FROM entries WHERE key = '/calico/ipam/v2/config'").fetchone()
    connection.close()
    assert json.loads(value) == {"unknown": 7, "strict_affinity": False}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "at least one configuration option must be specified"),
        (("--strictaffinity=maybe",), "invalid value. Use true or false to set strictaffinity"),
    ],
)
def test_what_cannot_be_is_refused(words: tuple[str, ...], sentence: str, datastore: Path) -> None:
    """In calicoctl's words."""
    asked("ipam", "configure", *words, datastore=datastore).assert_refused(sentence, status=2)


def test_settings_that_cannot_be_read_are_not_overwritten(datastore: Path) -> None:
    """They are named."""
    asked("ipam", "configure", "--strictaffinity=true", datastore=datastore)
    change(datastore, "UPDATE entries SET value = 'x' WHERE key = '/calico/ipam/v2/config'")
    asked("ipam", "configure", "--strictaffinity=false", datastore=datastore).assert_refused("/calico/ipam/v2/config: ")
