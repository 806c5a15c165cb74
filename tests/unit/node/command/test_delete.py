"""Delete: one resource, if nobody is cut off by it."""

import asyncio
import json
from pathlib import Path

from bgpkit_node.command.delete import remove
from bgpkit_node.command.targets import targets_of
from bgpkit_node.datastore import Put, SqliteDatastore
from bgpkit_node.ipam import Ipam, StoredPools
from bgpkit_node.resources import Node, ResourceStore
from tests.support.clusters import node
from tests.support.commands import applied, asked, document, documents
from tests.support.ipam_store import give, prepared
from tests.support.memory_datastore import MemoryDatastore
from tests.support.revisions import revision

NODES = documents(
    document("Node", "a", "{bgp: {ipv4Address: 10.4.7.11/24, routeReflectorClusterID: 244.0.0.1}}"),
    document("Node", "b", "{bgp: {ipv4Address: 10.4.7.12/24}}"),
    document("Node", "c", "{bgp: {ipv4Address: 10.4.7.13/24}}"),
)
REFLECTED = documents(
    document("BGPConfiguration", "default", "{nodeToNodeMeshEnabled: false}"),
    document("BGPPeer", "to-a", "{nodeSelector: all(), peerIP: 10.4.7.11}"),
)


def test_a_resource_is_deleted_by_kind_and_name(tmp_path: Path) -> None:
    """Any word for the kind will do."""
    datastore = tmp_path / "d"
    applied(datastore, NODES)
    answer = asked("delete", "no", "b", datastore=datastore)
    assert (answer.status, answer.out, answer.err) == (0, "Successfully deleted 1 'Node' resource(s)\n", "")
    assert "b " not in asked("get", "nodes", datastore=datastore).out


def test_what_is_not_there_is_named_with_what_is(tmp_path: Path) -> None:
    """And an unknown kind with the known ones."""
    datastore = tmp_path / "d"
    applied(datastore, NODES)
    before = revision(datastore)
    asked("delete", "node", "z", datastore=datastore).assert_refused("Node z not found; there is a, b, c")
    asked("delete", "pool", "z", datastore=datastore).assert_refused("IPPool z not found; there is none")
    asked("delete", "nod", "a", datastore=datastore).assert_refused("kind 'nod' is not known, only AdminN", status=2)
    assert revision(datastore) == before


def test_what_cannot_be_read_is_deleted_by_its_key(tmp_path: Path) -> None:
    """Damage can be taken out with the command; a node's addresses in use are seen all the same."""
    datastore = tmp_path / "d"
    applied(datastore, documents(NODES, document("IPPool", "pool", "{cidr: 10.9.0.0/24}")))
    give(datastore, "b", "pod")

    async def damage(name: str, value: bytes) -> None:
        async with await SqliteDatastore.open(datastore) as store:
            await store.transact([Put(f"/calico/resources/v3/projectcalico.org/nodes/{name}", value)])

    asyncio.run(damage("broken", b"not json"))
    assert "Node(broken)" in asked("topology", datastore=datastore).out
    assert asked("delete", "node", "broken", datastore=datastore).out == "Successfully deleted 1 'Node' resource(s)\n"
    asyncio.run(damage("other", b'{"kind": "Node", "metadata": {"name": "z"}, "spec": {}}'))
    assert "z" not in asked("get", "nodes", "-o", "name", datastore=datastore).out
    assert asked("delete", "node", "other", datastore=datastore).status == 0
    asyncio.run(damage("b", b""))
    asked("delete", "node", "b", datastore=datastore).assert_refused("nothing deleted: Node(b) has 1 address in use")
    assert asked("delete", "node", "b", "--yes", datastore=datastore).status == 0
    assert "cannot be read" not in asked("topology", datastore=datastore).out


def test_a_deletion_that_cuts_nodes_off_is_refused(tmp_path: Path) -> None:
    """The BGPPeer, and the reflector itself; with --yes it is done."""
    datastore = tmp_path / "d"
    applied(datastore, documents(NODES, REFLECTED))
    before = revision(datastore)
    refused = asked("delete", "bgppeer", "to-a", datastore=datastore)
    refused.assert_refused("nothing deleted: no session would carry routes between a - b, a - c, b - c; ")
    asked("delete", "node", "a", datastore=datastore).assert_refused("between b - c; ")
    assert revision(datastore) == before
    assert asked("delete", "node", "a", "--yes", datastore=datastore).status == 0


def test_what_pods_use_is_not_deleted(tmp_path: Path) -> None:
    """A pool whose addresses are in use, and the node that uses them; --yes does it."""
    datastore = tmp_path / "d"
    applied(datastore, documents(document("IPPool", "pool", "{cidr: 10.244.0.0/16}"), NODES))

    async def take() -> None:
        async with await SqliteDatastore.open(datastore) as store:
            ipam = Ipam(store, StoredPools(ResourceStore(store)))
            await ipam.auto_assign(node="b", handle="net.pod", attributes={"pod": "pod"})

    asyncio.run(take())
    before = revision(datastore)
    pool = asked("delete", "ippool", "pool", datastore=datastore)
    pool.assert_refused("nothing deleted: IPPool(pool) has 1 address in use, and the routes to them would be withdrawn")
    asked("delete", "node", "b", datastore=datastore).assert_refused("nothing deleted: Node(b) has 1 address")
    assert revision(datastore) == before
    assert asked("delete", "node", "c", datastore=datastore).status == 0
    assert asked("delete", "node", "b", "--yes", datastore=datastore).status == 0


def test_several_are_deleted_in_one_change(tmp_path: Path) -> None:
    """By name, or those that a file is about; all or none."""
    datastore, file = tmp_path / "d", tmp_path / "some.yaml"
    applied(datastore, documents(NODES, REFLECTED))
    before = revision(datastore)
    refused = asked("delete", "node", "b", "z", datastore=datastore)
    refused.assert_refused("Node z not found; there is a, b, c")
    assert asked("delete", "node", "b", "c", datastore=datastore).out == "Successfully deleted 2 'Node' resource(s)\n"
    assert revision(datastore) == before + 1
    file.write_text(REFLECTED)
    assert asked("delete", "-f", file, datastore=datastore).out == "Successfully deleted 2 resource(s)\n"
    assert revision(datastore) == before + 2
    asked("delete", "-f", file, datastore=datastore).assert_refused(
        "BGPConfiguration default not found; there is none", "BGPPeer to-a not found; there is none"
    )


def test_what_is_not_there_is_passed_over_on_demand(tmp_path: Path) -> None:
    """It counts, as in calicoctl."""
    datastore = tmp_path / "d"
    applied(datastore, NODES)
    answer = asked("delete", "-s", "node", "z", "c", datastore=datastore)
    assert (answer.status, answer.out) == (0, "Successfully deleted 2 'Node' resource(s)\n")
    assert asked("get", "node", "-o", "name", datastore=datastore).out == "node/a\nnode/b\n"


def test_the_blocks_of_a_pool_go_with_it(tmp_path: Path) -> None:
    """Those without an address; a new pool of the same range may have blocks of another size."""
    datastore = prepared(tmp_path / "d")
    asked("delete", "node", "a", "--yes", datastore=datastore)
    asked("ipam", "check", "--fix", datastore=datastore)
    assert asked("delete", "ippool", "p", datastore=datastore).status == 0
    applied(datastore, document("IPPool", "q", "{cidr: 10.244.0.0/24, blockSize: 28}"))
    assert json.loads(asked("ipam", "show", "--json", datastore=datastore).out) == []
    assert len(give(datastore, "b", "k")) == 1
    assert asked("ipam", "check", datastore=datastore).status == 0


async def test_what_is_changed_meanwhile_is_looked_at_anew() -> None:
    """Before it goes: the resource that was judged is the one that is deleted."""
    memory = MemoryDatastore()
    store = ResourceStore(memory)
    await store.apply([node("a", "10.4.7.1/24")])
    looked: list[str] = []

    async def label_once() -> None:
        """Label the node as soon as it has been read."""
        looked.append("")
        if len(looked) == 2:
            memory.before_call = None
            await store.label(Node, "a", {"x": "y"})

    memory.before_call = label_once
    before = memory.writes
    await remove(store, targets_of("node", ["a"], ""), yes=True, skip=False)
    assert await store.list(Node) == ()
    assert memory.writes - before == 3  # the label, a deletion that comes too late, the deletion
