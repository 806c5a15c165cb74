"""The store of resources on a real datastore: transactions, races, and what is refused."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from bgpkit_node.datastore import Put, SqliteDatastore
from bgpkit_node.datastore.port import KeyValue, Operation
from bgpkit_node.errors import (
    AlreadyExistsError,
    ConflictError,
    DatastoreError,
    InvalidResourcesError,
    NotFoundError,
)
from bgpkit_node.resources import (
    BGPConfiguration,
    BGPPeer,
    Document,
    IPPool,
    IPPoolSpec,
    Metadata,
    Node,
    NodeBgp,
    NodeSpec,
    ResourceStore,
    WorkloadEndpoint,
    WorkloadEndpointSpec,
    WriteMode,
    load_documents,
    to_document,
    to_yaml,
)
from bgpkit_node.resources.node import NODE
from tests.support.memory_datastore import MemoryDatastore

_SWITCH = """
apiVersion: projectcalico.org/v3
kind: BGPConfiguration
metadata: {name: default}
spec: {nodeToNodeMeshEnabled: false, asNumber: 63400}
---
apiVersion: projectcalico.org/v3
kind: Node
metadata: {name: k8s-node1, labels: {route-reflector: "true"}, creationTimestamp: null}
spec: {bgp: {ipv4Address: 10.4.7.12/24, routeReflectorClusterID: 244.0.0.1}}
---
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata: {name: peer-with-route-reflectors}
spec: {nodeSelector: all(), peerSelector: route-reflector == 'true'}
"""


@pytest.fixture
async def datastore(tmp_path: Path) -> AsyncIterator[SqliteDatastore]:
    """Give a fresh datastore."""
    async with await SqliteDatastore.open(tmp_path / "store.db") as datastore:
        yield datastore


@pytest.fixture
def store(datastore: SqliteDatastore) -> ResourceStore:
    """Give the store of resources in it."""
    return ResourceStore(datastore)


def _node(name: str, address: str, revision: str = "") -> Node:
    return Node(
        metadata=Metadata(name=name, resource_version=revision), spec=NodeSpec(bgp=NodeBgp(ipv4_address=address))
    )


def _pool(name: str, cidr: str) -> IPPool:
    return IPPool(metadata=Metadata(name=name), spec=IPPoolSpec(cidr=cidr))


async def test_a_file_of_many_documents_is_one_transaction(store: ResourceStore) -> None:
    """All resources have the one revision."""
    applied = await store.apply(load_documents(_SWITCH, "bgp.yaml"))
    assert [str(resource) for resource in applied.created] == [
        "BGPConfiguration(default)",
        "Node(k8s-node1)",
        "BGPPeer(peer-with-route-reflectors)",
    ]
    assert applied.revision == 1
    assert {resource.revision for resource in applied.created} == {1}
    configuration = await store.get(BGPConfiguration, "default")
    assert configuration
    assert (configuration.as_number, configuration.mesh_enabled) == (63400, False)
    assert await store.get(Node, "k8s-node1") == applied.created[1]


async def test_applying_the_same_again_writes_nothing(store: ResourceStore, datastore: SqliteDatastore) -> None:
    """Neither the file nor what is printed of it: 0 revisions."""
    documents = load_documents(_SWITCH, "bgp.yaml")
    await store.apply(documents)
    printed = [to_yaml(to_document(resource)) for resource in await store.list(Node)]
    for again in (documents, load_documents("---\n".join(printed), "printed")):
        applied = await store.apply(again)
        assert (applied.created, applied.updated) == ((), ())
        assert len(applied.unchanged) == len(again)
    assert (await datastore.list("/"))[0] == 1


async def test_a_dry_run_is_refused_where_the_store_takes_no_such_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the change itself would be; one that changes nothing is not."""
    datastore = MemoryDatastore()
    store = ResourceStore(datastore)
    await store.create(_pool("a", "10.244.0.0/16"))

    async def rehearse(operations: Sequence[Operation]) -> None:
        """Take nothing."""
        raise DatastoreError(f"{len(operations)} are too many")

    monkeypatch.setattr(datastore, "rehearse", rehearse)
    documents = [Document(_pool(name, cidr)) for name, cidr in (("a", "10.244.0.0/16"), ("b", "10.245.0.0/16"))]
    await store.write(documents[:1], WriteMode.APPLY, dry_run=True)
    with pytest.raises(DatastoreError, match="2 are too many"):
        await store.write(documents, WriteMode.APPLY, dry_run=True)
    assert len(await store.list(IPPool)) == 1


async def test_a_change_keeps_uid_and_time_and_writes_only_itself(store: ResourceStore) -> None:
    """The other documents of the file stay at their revision."""
    before = await store.apply(load_documents(_SWITCH, "bgp.yaml"))
    applied = await store.apply(load_documents(_SWITCH.replace("244.0.0.1", "244.0.0.2"), "bgp.yaml"))
    (node,) = applied.updated
    assert (applied.revision, node.revision) == (2, 2)
    assert node.metadata.uid == before.created[1].metadata.uid
    assert node.metadata.creation_timestamp == before.created[1].metadata.creation_timestamp
    assert {resource.revision for resource in applied.unchanged} == {1}


async def test_one_wrong_document_keeps_all_out(store: ResourceStore, datastore: SqliteDatastore) -> None:
    """Nothing is half applied."""
    await store.create(_pool("a", "10.244.0.0/16"))
    pool = "---\napiVersion: projectcalico.org/v3\nkind: IPPool\nmetadata: {name: b}\nspec:\n  cidr: 10.244.1.0/24\n"
    with pytest.raises(InvalidResourcesError) as caught:
        await store.apply(load_documents(_SWITCH + pool, "all.yaml"))
    assert str(caught.value) == (
        "all.yaml: document 4, line 21: IPPool spec.cidr: IPPool(b) CIDR overlaps with IPPool(a) CIDR 10.244.0.0/16"
    )
    assert (await datastore.list("/"))[0] == 1


async def test_two_pools_of_one_file_may_not_overlap(store: ResourceStore) -> None:
    """The whole that would come about is what is checked."""
    with pytest.raises(InvalidResourcesError, match=r"IPPool\(b\) CIDR overlaps with IPPool\(a\)"):
        await store.apply([_pool("a", "10.0.0.0/16"), _pool("b", "10.0.0.0/24")])


async def test_a_second_node_with_the_address_is_refused(store: ResourceStore) -> None:
    """Both names are in the sentence; addresses may be exchanged in one step."""
    await store.apply([_node("a", "10.4.7.11/24"), _node("b", "10.4.7.12/24")])
    with pytest.raises(
        InvalidResourcesError, match=r"Node\(c\) and Node\(b\) cannot both have the address 10\.4\.7\.12"
    ):
        await store.create(_node("c", "10.4.7.12/24"))
    await store.apply([_node("a", "10.4.7.12/24"), _node("b", "10.4.7.11/24")])


async def test_create_and_replace_keep_to_their_word(store: ResourceStore) -> None:
    """Words that clients know: what exists, what does not, what was changed."""
    created = await store.create(_node("a", "10.4.7.11/24"))
    with pytest.raises(AlreadyExistsError, match=r"Node\(a\) exists already"):
        await store.create(_node("a", "10.4.7.11/24"))
    with pytest.raises(NotFoundError, match=r"Node\(b\) does not exist"):
        await store.replace(_node("b", "10.4.7.12/24"))
    replaced = await store.replace(_node("a", "10.4.7.13/24", str(created.revision)))
    assert replaced.revision == 2
    with pytest.raises(ConflictError, match="its revision is 2, not 1"):
        await store.replace(_node("a", "10.4.7.14/24", "1"))


async def test_delete_names_what_is_not_there(store: ResourceStore) -> None:
    """By kind and name, not by key."""
    created = await store.create(_node("a", "10.4.7.11/24"))
    with pytest.raises(ConflictError, match=r"Node\(a\) has been changed"):
        await store.delete(Node, "a", created.revision + 1)
    await store.delete(Node, "a")
    assert await store.get(Node, "a") is None
    with pytest.raises(NotFoundError, match=r"Node\(a\) does not exist"):
        await store.delete(Node, "a")


async def test_labels_are_set_and_removed(store: ResourceStore) -> None:
    """Others stay; a label that is none is refused with its key."""
    await store.apply(load_documents(_SWITCH, "bgp.yaml"))
    node = await store.label(Node, "k8s-node1", {"zone": "a", "route-reflector": None, "missing": None})
    assert node.labels == {"zone": "a"}
    assert node == await store.get(Node, "k8s-node1")
    with pytest.raises(InvalidResourcesError, match=r"metadata\.labels\.zone: 'a b' is not the value of a label"):
        await store.label(Node, "k8s-node1", {"zone": "a b"})
    with pytest.raises(NotFoundError, match=r"Node\(b\) does not exist"):
        await store.label(Node, "b", {})


async def test_labels_set_at_the_same_time_are_all_there(tmp_path: Path) -> None:
    """Each of eight tasks, on stores of their own, sets its label on one node."""
    stores = [await SqliteDatastore.open(tmp_path / "store.db") for _ in range(8)]
    await ResourceStore(stores[0]).create(_node("a", "10.4.7.11/24"))
    await asyncio.gather(
        *(ResourceStore(store).label(Node, "a", {f"l{number}": "x"}) for number, store in enumerate(stores))
    )
    node = await ResourceStore(stores[0]).get(Node, "a")
    assert node
    assert sorted(node.labels) == [f"l{number}" for number in range(8)]
    for store in stores:
        await store.close()


async def test_pools_created_at_the_same_time_do_not_overlap(tmp_path: Path) -> None:
    """Of eight that want overlapping ranges exactly one gets through, whatever the order of the writes."""
    stores = [await SqliteDatastore.open(tmp_path / "store.db") for _ in range(8)]
    outcomes = await asyncio.gather(
        *(
            ResourceStore(store).create(_pool(f"p{number}", f"10.244.0.0/{16 + number}"))
            for number, store in enumerate(stores)
        ),
        return_exceptions=True,
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, InvalidResourcesError)]
    assert len(refused) == 7
    assert len(await ResourceStore(stores[0]).list(IPPool)) == 1
    for store in stores:
        await store.close()


async def test_what_cannot_be_read_does_not_hide_the_rest(store: ResourceStore, datastore: SqliteDatastore) -> None:
    """A damaged resource is left out of lists, and can be applied anew."""
    await store.create(_node("a", "10.4.7.11/24"))
    await datastore.transact([Put(NODE.key("broken"), b"{")])
    assert [node.name for node in await store.list(Node)] == ["a"]
    await store.apply([_node("broken", "10.4.7.12/24")])
    assert [node.name for node in await store.list(Node)] == ["a", "broken"]
    assert await store.list(BGPPeer) == ()


async def test_an_apply_of_nothing_is_nothing(store: ResourceStore) -> None:
    """No transaction, no error."""
    applied = await store.apply([])
    assert (applied.created, applied.updated, applied.unchanged) == ((), (), ())


def _endpoint(pod: str, namespace: str = "default", address: str = "10.244.1.7") -> WorkloadEndpoint:
    spec = WorkloadEndpointSpec(
        orchestrator="k8s", node="a", pod=pod, endpoint="eth0", ip_networks=(f"{address}/32",), interface_name="cali1"
    )
    return WorkloadEndpoint(metadata=Metadata(name=f"a-k8s-{pod}-eth0", namespace=namespace), spec=spec)


async def test_a_name_may_stand_in_every_namespace(store: ResourceStore) -> None:
    """Each is got, listed, labelled and deleted on its own; without a namespace that of default is meant."""
    applied = await store.apply([_endpoint("p"), _endpoint("p", "kube-system", "10.244.1.8")])
    assert [str(each) for each in applied.created] == [
        "WorkloadEndpoint(default/a-k8s-p-eth0)",
        "WorkloadEndpoint(kube-system/a-k8s-p-eth0)",
    ]
    assert {each.namespace for each in await store.list(WorkloadEndpoint)} == {"default", "kube-system"}
    (listed,) = await store.list(WorkloadEndpoint, namespace="kube-system")
    assert listed == await store.get(WorkloadEndpoint, "a-k8s-p-eth0", namespace="kube-system")
    labelled = await store.label(WorkloadEndpoint, "a-k8s-p-eth0", {"app": "x"}, namespace="kube-system")
    assert labelled.metadata.labels == {"app": "x"}
    await store.delete(WorkloadEndpoint, "a-k8s-p-eth0")
    assert [each.namespace for each in await store.list(WorkloadEndpoint)] == ["kube-system"]
    assert await store.get(WorkloadEndpoint, "a-k8s-p-eth0") is None


async def test_what_is_missing_is_named_with_its_namespace(store: ResourceStore) -> None:
    """Nothing of another namespace is touched."""
    await store.apply([_endpoint("p", "kube-system")])
    with pytest.raises(NotFoundError, match=r"WorkloadEndpoint\(default/a-k8s-p-eth0\) does not exist"):
        await store.delete(WorkloadEndpoint, "a-k8s-p-eth0")
    with pytest.raises(NotFoundError, match=r"WorkloadEndpoint\(other/a-k8s-p-eth0\)"):
        await store.label(WorkloadEndpoint, "a-k8s-p-eth0", {"a": "b"}, namespace="other")


async def test_what_is_the_same_in_a_namespace_is_not_written_again(store: ResourceStore) -> None:
    """Nor is one that differs from what stands under its name in another namespace."""
    first = await store.apply([_endpoint("p"), _endpoint("q")])
    again = await store.apply([_endpoint("p"), _endpoint("q", address="10.244.1.9")])
    assert [each.name for each in again.unchanged] == ["a-k8s-p-eth0"]
    assert [each.metadata.uid for each in again.updated] == [first.created[1].metadata.uid]


async def test_endpoints_of_one_namespace_are_not_read_for_another(
    store: ResourceStore, datastore: SqliteDatastore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node writes its pods without reading all pods of the cluster, and is in nobody's way."""
    await store.apply([_endpoint("p")])

    async def refuse(_prefix: str) -> tuple[int, tuple[KeyValue, ...]]:
        raise AssertionError("the whole kind was read")

    monkeypatch.setattr(datastore, "list", refuse)
    await store.create(_endpoint("q"))
    await asyncio.gather(*(store.create(_endpoint(f"r{number}", f"n{number}")) for number in range(10)))
    with pytest.raises(AlreadyExistsError):
        await store.create(_endpoint("p"))
