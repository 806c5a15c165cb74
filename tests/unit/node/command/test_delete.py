"""Delete: one resource, if nobody is cut off by it."""

import asyncio
from pathlib import Path

from bgpkit_node.datastore import SqliteDatastore
from bgpkit_node.ipam import Ipam, StoredPools
from bgpkit_node.resources import ResourceStore
from tests.support.commands import applied, bgpkit_node, document, documents
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
    answer = bgpkit_node("delete", "no", "b", datastore=datastore)
    assert (answer.status, answer.out, answer.err) == (0, "Successfully deleted 1 'Node' resource(s)\n", "")
    assert "b " not in bgpkit_node("get", "nodes", datastore=datastore).out


def test_what_is_not_there_is_named_with_what_is(tmp_path: Path) -> None:
    """And an unknown kind with the known ones."""
    datastore = tmp_path / "d"
    applied(datastore, NODES)
    before = revision(datastore)
    bgpkit_node("delete", "node", "z", datastore=datastore).assert_refused("Node z not found; there is a, b, c")
    bgpkit_node("delete", "pool", "z", datastore=datastore).assert_refused("IPPool z not found; there is none")
    bgpkit_node("delete", "nod", "a", datastore=datastore).assert_refused("kind 'nod' is not known, only BGPConf")
    assert revision(datastore) == before


def test_a_deletion_that_cuts_nodes_off_is_refused(tmp_path: Path) -> None:
    """The BGPPeer, and the reflector itself; with --yes it is done."""
    datastore = tmp_path / "d"
    applied(datastore, documents(NODES, REFLECTED))
    before = revision(datastore)
    refused = bgpkit_node("delete", "bgppeer", "to-a", datastore=datastore)
    refused.assert_refused("nothing deleted: no session would carry routes between a - b, a - c, b - c; ")
    bgpkit_node("delete", "node", "a", datastore=datastore).assert_refused("between b - c; ")
    assert revision(datastore) == before
    assert bgpkit_node("delete", "node", "a", "--yes", datastore=datastore).status == 0


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
    pool = bgpkit_node("delete", "ippool", "pool", datastore=datastore)
    pool.assert_refused("nothing deleted: IPPool(pool) has 1 address in use, and the routes to them would be withdrawn")
    bgpkit_node("delete", "node", "b", datastore=datastore).assert_refused("nothing deleted: Node(b) has 1 address")
    assert revision(datastore) == before
    assert bgpkit_node("delete", "node", "c", datastore=datastore).status == 0
    assert bgpkit_node("delete", "node", "b", "--yes", datastore=datastore).status == 0
