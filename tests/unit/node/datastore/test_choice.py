"""Which datastore is meant: the first that is given counts, and it alone. walkthrough 13."""

import itertools
from pathlib import Path

import pytest

from bgpkit_node.datastore.choice import RULE, choose
from bgpkit_node.datastore.settings import EtcdSettings, SqliteSettings
from bgpkit_node.errors import DatastoreError
from bgpkit_node.paths import DATASTORE

_CONFIG = "apiVersion: projectcalico.org/v3\nkind: CalicoAPIConfig\nmetadata:\nspec: {{etcdEndpoints: 'http://{}:1'}}\n"


@pytest.mark.parametrize(("file", "config", "default", "environment"), list(itertools.product([True, False], repeat=4)))
def test_the_first_in_the_rule_that_is_given_is_meant(
    tmp_path: Path, file: bool, config: bool, default: bool, environment: bool
) -> None:
    """--datastore, --config, the default file, the environment, the embedded datastore."""
    (tmp_path / "named").write_text(_CONFIG.format("named"))
    if default:
        (tmp_path / "default").write_text(_CONFIG.format("default"))
    chosen = choose(
        Path("/file") if file else None,
        tmp_path / "named" if config else None,
        default_config=tmp_path / "default",
        environment={"ETCD_ENDPOINTS": "http://environment:1"} if environment else {},
    )
    given = {"named": config, "default": default, "environment": environment}
    etcd = [EtcdSettings(endpoints=(f"http://{name}:1",)) for name, is_given in given.items() if is_given]
    assert chosen == (SqliteSettings(Path("/file")) if file else (*etcd, SqliteSettings(DATASTORE))[0])


def test_what_comes_first_counts_alone(tmp_path: Path) -> None:
    """A file that leaves things out, or is wrong, is not filled up from the environment."""
    config = tmp_path / "default"
    config.write_text(_CONFIG.format("default"))
    environment = {"ETCD_ENDPOINTS": "http://environment:1", "ETCD_USERNAME": "u"}
    assert choose(default_config=config, environment=environment) == EtcdSettings(endpoints=("http://default:1",))
    config.write_text("spec: {}")
    with pytest.raises(DatastoreError, match="default: line 1: kind is '', where"):
        choose(default_config=config, environment=environment)


def test_the_rule_names_every_source() -> None:
    """It is what the help of each command prints."""
    for word in ("--datastore", "--config", "/etc/calico/calicoctl.cfg", "ETCD_ENDPOINTS", str(DATASTORE)):
        assert word in RULE
