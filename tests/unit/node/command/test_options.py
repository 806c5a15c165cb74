"""The options that say which datastore a command uses."""

from pathlib import Path

import pytest

from bgpkit_node.paths import DATASTORE
from tests.support.commands import applied, asked, bgpkit_node, document

_POOL = document("IPPool", "p", "{cidr: 10.1.0.0/16}")
_CONFIG = (
    "apiVersion: projectcalico.org/v3\nkind: CalicoAPIConfig\nmetadata:\nspec: {etcdEndpoints: 'http://127.0.0.1:1'}\n"
)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Give a file that says that etcd is where it is not."""
    path = tmp_path / "calicoctl.cfg"
    path.write_text(_CONFIG)
    return path


def test_two_datastores_on_one_command_line_are_refused(tmp_path: Path, config: Path) -> None:
    """Nobody guesses which was meant."""
    answer = bgpkit_node("get", "node", "--datastore", tmp_path / "d", "--config", config)
    assert answer.status == 2
    assert "Error: --datastore and --config name two datastores: give one of them" in answer.err


def test_what_the_command_line_says_counts_more_than_the_variable(tmp_path: Path, config: Path) -> None:
    """BGPKIT_NODE_DATASTORE may be set for the whole machine."""
    answer = bgpkit_node("get", "node", "--config", config, datastore=tmp_path / "d.sqlite")
    answer.assert_refused("etcd cannot be reached: http://127.0.0.1:1 refuses connections")


def test_the_variable_counts_more_than_those_of_etcd(tmp_path: Path) -> None:
    """It is the same as --datastore."""
    applied(tmp_path / "d.sqlite", _POOL)
    environment = {"ETCD_ENDPOINTS": "http://127.0.0.1:1"}
    answer = bgpkit_node("get", "ippool", datastore=tmp_path / "d.sqlite", environment=environment)
    assert (answer.status, "10.1.0.0/16" in answer.out) == (0, True)


def test_the_help_tells_the_whole_rule() -> None:
    """In the order in which it is tried."""
    told = " ".join(bgpkit_node("get", "--help").out.split())
    places = [told.index(word) for word in ("The first of these", "/etc/calico/calicoctl.cfg", "ETCD_ENDPOINTS")]
    assert places == sorted(places)
    assert str(DATASTORE) in told.replace("- ", "-")


@pytest.mark.parametrize("words", [("routes", "diff"), ("diagnose", "peer", "a"), ("drain", "a")])
@pytest.mark.parametrize("seconds", ["nan", "inf", "-1", "-inf", "soon"])
def test_a_time_that_cannot_be_is_refused(words: tuple[str, ...], seconds: str, tmp_path: Path) -> None:
    """Before anything is looked at: nan is in no range, though no comparison says so."""
    answer = asked(*words, f"--timeout={seconds}", datastore=tmp_path / "none")
    assert (answer.status, answer.out) == (2, "")
    assert "'--timeout'" in answer.err.splitlines()[-1]
    assert "valid seconds" not in answer.err
