"""``bgpkit-node datastore migrate``: from a file to etcd and back, everything or nothing."""

import os
import sqlite3
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest

from bgpkit_node.datastore import SqliteDatastore
from bgpkit_node.ipam import Ipam, StoredPools
from bgpkit_node.resources import ResourceStore
from tests.support.commands import applied, asked, bgpkit_node, document, documents
from tests.support.etcd_cluster import EtcdCluster

pytestmark = [pytest.mark.xdist_group("etcd"), pytest.mark.timeout(90)]

_RESOURCES = documents(
    *(document("Node", f"n{number}", f"{{bgp: {{ipv4Address: 10.0.0.{number}/24}}}}") for number in range(1, 41)),
    *(document("IPPool", f"p{number}", f"{{cidr: 10.{number}.0.0/16}}") for number in range(1, 41)),
    document("BGPConfiguration", "default", "{asNumber: 63400}"),
    document("BGPPeer", "tor", "{peerIP: 10.4.7.1, asNumber: 65000}"),
)


@pytest.fixture(scope="module")
def etcd(tmp_path_factory: pytest.TempPathFactory) -> Generator[EtcdCluster]:
    """Give an etcd."""
    cluster = EtcdCluster(tmp_path_factory.mktemp("etcd"))
    yield cluster
    cluster.stop()


async def _contents(path: Path) -> dict[str, bytes]:
    async with await SqliteDatastore.open(path) as store:
        return {pair.key: pair.value for pair in (await store.list("/"))[1]}


async def test_a_file_moves_to_etcd_and_back_unchanged(etcd: EtcdCluster, tmp_path: Path) -> None:
    """More than etcd takes in one transaction, allocations included; the way back gives the same octets."""
    first, last = tmp_path / "first.db", tmp_path / "last.db"
    applied(first, _RESOURCES, "--yes")
    async with await SqliteDatastore.open(first) as store:
        ipam = Ipam(store, StoredPools(ResourceStore(store)))
        for number in range(60):
            node, pod = f"n{number % 40 + 1}", {"pod": f"pod-{number}"}
            await ipam.auto_assign(node=node, handle=f"handle-{number}", attributes=pod)
    there = {"ETCD_ENDPOINTS": ",".join(etcd.endpoints)}
    moved = await _contents(first)
    assert len(moved) > 200
    answer = bgpkit_node("datastore", "migrate", "export", "-f", tmp_path / "export", datastore=first)
    assert (answer.status, answer.out) == (0, ""), answer
    assert answer.err.startswith(f"exported {len(moved)} entries")
    assert (tmp_path / "export").stat().st_mode & 0o777 == 0o600
    answer = bgpkit_node("datastore", "migrate", "import", "-f", tmp_path / "export", environment=there)
    assert (answer.status, answer.out) == (0, f"imported {len(moved)} entries into {etcd.endpoints[0]}\n"), answer
    assert etcd.ask("get", "--print-value-only", "/calico/resources/v3/projectcalico.org/nodes/n7").strip() == (
        moved["/calico/resources/v3/projectcalico.org/nodes/n7"].decode()
    )
    exported = bgpkit_node("datastore", "migrate", "export", environment=there)
    answer = bgpkit_node("datastore", "migrate", "import", "-f", "-", given=exported.out, datastore=last)
    assert answer.status == 0, answer
    assert await _contents(last) == moved
    answer = bgpkit_node("datastore", "migrate", "import", "-f", tmp_path / "export", environment=there)
    answer.assert_refused("is not empty")


def test_a_pipe_is_written_into_and_a_link_stays_a_link(tmp_path: Path) -> None:
    """As ``-f /dev/stdout`` or a named pipe ask for; the file behind a link is written anew."""
    store, pipe, link, file = (tmp_path / name for name in ("d.db", "pipe", "link", "file"))
    applied(store, document("IPPool", "p", "{cidr: 10.1.0.0/16}"))
    link.symlink_to(file)
    file.write_text("of last week")
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDWR)
    for target in (pipe, link):
        assert asked("datastore", "migrate", "export", "-f", target, datastore=store).status == 0
    assert pipe.is_fifo()
    assert os.read(reader, 65536).decode() == file.read_text()
    os.close(reader)
    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o600


def test_resources_that_nobody_could_read_are_imported_on_demand_only(tmp_path: Path) -> None:
    """Each is named, nothing is written; on demand all is moved as it is."""
    applied(tmp_path / "d.db", document("Node", "a", "{bgp: {ipv4Address: 10.4.7.11/24}}"))
    migrate = ("datastore", "migrate")
    exported = asked(*migrate, "export", datastore=tmp_path / "d.db").out
    there = tmp_path / "e.db"
    for old, new, said in (
        ("10.4.7.11/24", "banana", "nodes/a: Node spec.bgp.ipv4Address: "),
        ('"kind":"Node"', '"kind":"IPPool"', "nodes/a: holds no Node of its name, but IPPool(a)"),
    ):
        assert old in exported
        wrong = exported.replace(old, new)
        answer = asked(*migrate, "import", "-f", "-", given=wrong, datastore=there)
        answer.assert_refused(said, "nothing imported: mend standard input, or say --keep-unreadable")
        assert not there.exists()
    assert asked(*migrate, "import", "-f", "-", "--keep-unreadable", given=wrong, datastore=there).status == 0
    assert asked(*migrate, "export", datastore=there).out.splitlines()[1:] == wrong.splitlines()[1:]


def test_a_lock_is_kept_in_the_cluster_information_and_moves_along(tmp_path: Path) -> None:
    """What else that says stays; apply warns of what it means; the other datastore is locked until it is unlocked."""
    store, other = tmp_path / "d.db", tmp_path / "e.db"
    applied(store, document("ClusterInformation", "default", "{clusterGUID: ab12, datastoreReady: true}"))
    assert asked("datastore", "migrate", "lock", datastore=store).out == "Datastore locked.\n"
    locked = asked("get", "clusterinfo", "default", "-o", "yaml", datastore=store).out
    assert ("clusterGUID: ab12" in locked, "datastoreReady: false" in locked) == (True, True)
    exported = asked("datastore", "migrate", "export", datastore=store).out
    assert asked("datastore", "migrate", "import", "-f", "-", given=exported, datastore=other).status == 0
    assert "datastoreReady: false" in asked("get", "clusterinfo", "-o", "yaml", datastore=other).out
    assert asked("datastore", "migrate", "unlock", datastore=other).out == "Datastore unlocked.\n"
    assert "datastoreReady: true" in asked("get", "clusterinfo", "-o", "yaml", datastore=other).out
    applied(tmp_path / "f.db", document("IPPool", "p", "{cidr: 10.1.0.0/16}"))
    assert asked("datastore", "migrate", "lock", datastore=tmp_path / "f.db").status == 0


def test_what_cannot_be_moved_is_one_sentence(tmp_path: Path) -> None:
    """A file that is none, one that is cut off, a place that cannot be written."""
    applied(tmp_path / "d.db", document("IPPool", "p", "{cidr: 10.1.0.0/16}"))
    migrate = ("datastore", "migrate")
    bgpkit_node(*migrate, "import", "-f", "/no/file", datastore=tmp_path / "e.db").assert_refused("/no/file: cannot be")
    (tmp_path / "cut").write_text("")
    answer = bgpkit_node(*migrate, "import", "-f", tmp_path / "cut", datastore=tmp_path / "e.db")
    answer.assert_refused("is no export of a datastore")
    assert not (tmp_path / "e.db").exists()
    answer = bgpkit_node(*migrate, "export", "-f", "/no/such/file", datastore=tmp_path / "d.db")
    answer.assert_refused("/no/such/file: cannot be written: No such file or directory")
    with closing(sqlite3.connect(tmp_path / "d.db")) as store:
        assert store.execute("SELECT count(*) FROM entries").fetchone() == (1,)
