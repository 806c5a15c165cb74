"""Version: this command's, and what the cluster says of itself."""

import asyncio
import json
from importlib.metadata import version
from pathlib import Path

from bgpkit_node.datastore.sqlite import SqliteDatastore
from bgpkit_node.resources import ResourceStore
from bgpkit_node.startup.cluster_identity import make_cluster_information
from tests.support.commands import applied, asked, document

CLIENT = f"Client Version:    {version('bgpkit')}\n"


def test_both_versions_are_told(tmp_path: Path) -> None:
    """In calicoctl's words."""
    spec = "{calicoVersion: v3.9.1, clusterType: 'k8s,bgp', datastoreReady: true}"
    applied(tmp_path / "d", document("ClusterInformation", "default", spec))
    answer = asked("version", datastore=tmp_path / "d")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == f"{CLIENT}Cluster Version:   v3.9.1\nCluster Type:      k8s,bgp\n"


def test_without_calicos_nodes_it_is_the_version_of_the_agents(tmp_path: Path) -> None:
    """As the one that started last has told it."""

    async def start() -> None:
        """Do what an agent does at its start."""
        async with await SqliteDatastore.open(tmp_path / "d") as datastore:
            await make_cluster_information(ResourceStore(datastore))

    asyncio.run(start())
    told = f"Cluster Version:   {version('bgpkit')}\nCluster Type:      bgp\n"
    assert asked("version", datastore=tmp_path / "d").out == CLIENT + told


def test_what_is_not_said_is_unknown(tmp_path: Path) -> None:
    """Each for itself."""
    applied(tmp_path / "d", document("ClusterInformation", "default", "{datastoreReady: true}"))
    assert asked("version", datastore=tmp_path / "d").out.endswith("unknown\nCluster Type:      unknown\n")


def test_without_a_cluster_the_own_version_is_told_all_the_same(tmp_path: Path) -> None:
    """And why there is no more: exit code 1."""
    answer = asked("version", datastore=tmp_path / "none")
    assert (answer.status, answer.out) == (1, CLIENT)
    assert "there is no datastore" in answer.err
    applied(tmp_path / "d", document("Node", "a", "{}"))
    answer = asked("version", datastore=tmp_path / "d")
    assert (answer.status, answer.out) == (1, CLIENT)
    assert answer.err.endswith("ClusterInformation(default) does not exist\n")


def test_a_program_gets_json(tmp_path: Path) -> None:
    """With empty strings for what is not known; without a cluster the exit code is 1 all the same."""
    spec = "{calicoVersion: v3.9.1, clusterGUID: abc, datastoreReady: true}"
    applied(tmp_path / "d", document("ClusterInformation", "default", spec))
    answer = asked("version", "--json", datastore=tmp_path / "d")
    assert (answer.status, answer.err) == (0, "")
    own = {"clientVersion": version("bgpkit")}
    assert json.loads(answer.out) == own | {"clusterVersion": "v3.9.1", "clusterType": "", "clusterGUID": "abc"}
    answer = asked("version", "--json", datastore=tmp_path / "none")
    assert answer.status == 1
    assert json.loads(answer.out) == own | {"clusterVersion": "", "clusterType": "", "clusterGUID": ""}
    assert "there is no datastore" in answer.err
