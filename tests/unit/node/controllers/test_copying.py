"""Settling what differs, with a datastore that others write too and that is not always there."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from bgpkit_node.cni.pod_facts import pod_key
from bgpkit_node.controllers.copiers import make_copiers
from bgpkit_node.controllers.copying import Copying
from bgpkit_node.controllers.tally import Tally
from bgpkit_node.datastore import KeyValue, Operation, WatchEvent
from bgpkit_node.datastore.schema import PODS
from bgpkit_node.errors import UnreachableError
from bgpkit_node.kubernetes import WATCHED
from bgpkit_node.resources import KubernetesNetworkPolicy, Metadata, Namespace, Node, ResourceStore
from tests.support.kubernetes_scripts import QuietKubernetes, an_object
from tests.support.memory_datastore import MemoryDatastore


class Contested(MemoryDatastore):
    """A datastore in which another writer is first, once."""

    contested = False

    async def transact(self, operations: Sequence[Operation]) -> int:
        """Let the other write a label before that."""
        if self.contested:
            self.contested = False
            await ResourceStore(self).label(Node, "n", {"rack": "7"})
        return await super().transact(operations)


class Breaking(MemoryDatastore):
    """A datastore whose watch breaks at the first change after something was put into ``broken``."""

    def __init__(self) -> None:
        """Begin whole."""
        super().__init__()
        self.broken: list[object] = []
        self._told = False

    async def watch(self, prefix: str, revision: int) -> AsyncIterator[tuple[WatchEvent, ...]]:
        """Break once."""
        async for batch in super().watch(prefix, revision):
            if self.broken and not self._told:
                self._told = True
                raise UnreachableError("nobody answers")
            yield batch


async def copied(
    datastore: MemoryDatastore, kubernetes: QuietKubernetes, until: Callable[[Tally], bool] = lambda _: True
) -> Tally:
    """Copy until that is so and nothing waits; return what was counted."""
    tally = Tally()
    copying = asyncio.ensure_future(Copying(kubernetes, ResourceStore(datastore), make_copiers(), tally).run())
    for _ in range(4000):
        if not tally.why_not_ready and until(tally) and not tally.waiting:
            break
        await asyncio.sleep(0.005)
    else:
        raise AssertionError(f"not within 20 seconds: {tally}")
    copying.cancel()
    await asyncio.gather(copying, return_exceptions=True)
    return tally


def _all(**wanted: int) -> Callable[[Tally], bool]:
    return lambda tally: all(tally.writes[kind] >= count for kind, count in wanted.items())


OBJECTS: dict[str, Any] = {
    "namespaces": [an_object("shop", labels={"kubernetes.io/metadata.name": "shop"})],
    "networkpolicies": [an_object("shop/web", spec={"podSelector": {}})],
    "nodes": [an_object("n", labels={"zone": "a"})],
}


def test_each_kind_that_is_read_has_one_copier() -> None:
    """And none is copied that is not in the role."""
    assert sorted(each.watched.path for each in make_copiers()) == sorted(each.path for each in WATCHED)


async def test_everything_is_copied_and_a_second_start_writes_nothing() -> None:
    """What Kubernetes has no more goes, and what others wrote stays."""
    datastore = MemoryDatastore()
    store = ResourceStore(datastore)
    await store.create(Node(metadata=Metadata(name="n")))
    await store.create(KubernetesNetworkPolicy(metadata=Metadata(name="by-hand", namespace="shop")))
    await copied(datastore, QuietKubernetes(**OBJECTS), _all(Namespace=1, NetworkPolicy=1, Node=1))
    revision = datastore.revision
    tally = await copied(datastore, QuietKubernetes(**OBJECTS))
    assert (datastore.revision, sum(tally.writes.values())) == (revision, 0)
    less: dict[str, Any] = {**OBJECTS, "networkpolicies": ()}
    await copied(datastore, QuietKubernetes(**less), _all(NetworkPolicy=1))
    assert [each.name for each in await store.list(KubernetesNetworkPolicy)] == ["by-hand"]


async def test_a_conflict_is_tried_again_with_what_the_other_wrote() -> None:
    """Nothing of it is lost."""
    datastore = Contested()
    store = ResourceStore(datastore)
    await store.create(Node(metadata=Metadata(name="n")))
    datastore.contested = True
    tally = await copied(datastore, QuietKubernetes(nodes=OBJECTS["nodes"]), _all(Node=1))
    node = await store.get(Node, "n")
    assert node is not None
    assert node.metadata.labels == {"rack": "7", "zone": "a"}
    assert tally.retries["Node"] == 1


async def test_a_start_reads_the_datastore_once_however_much_is_as_it_should_be() -> None:
    """Not once for each object."""
    datastore, calls = MemoryDatastore(), list[int]()
    many = QuietKubernetes(namespaces=[an_object(f"n{number}") for number in range(100)])
    await copied(datastore, many, _all(Namespace=100))

    async def count() -> None:
        calls.append(1)
        await asyncio.sleep(0.02)  # Kubernetes answers first

    datastore.before_call = count
    await copied(datastore, many)
    assert len(calls) < 5


async def test_what_changes_while_the_datastore_cannot_be_followed_is_found_afterwards() -> None:
    """A namespace that somebody deletes then is made again."""
    datastore = Breaking()
    store = ResourceStore(datastore)

    def deleted(tally: Tally) -> bool:
        if tally.writes["Namespace"] == 1 and not datastore.broken:
            datastore.broken.append(asyncio.ensure_future(store.delete(Namespace, "shop")))
        return tally.writes["Namespace"] == 2

    tally = await copied(datastore, QuietKubernetes(**OBJECTS), deleted)
    assert await store.get(Namespace, "shop") is not None
    assert tally.datastore.count == 1


async def test_an_outage_of_the_datastore_is_told_and_passes() -> None:
    """What was to be written is written afterwards."""
    datastore = MemoryDatastore()
    await ResourceStore(datastore).create(Namespace(metadata=Metadata(name="other")))
    away = [True] * 4

    async def call() -> None:
        if datastore.writes > 1 and away:
            away.pop()
            raise UnreachableError("nobody answers")

    datastore.before_call = call
    tally = await copied(datastore, QuietKubernetes(**OBJECTS), _all(Namespace=1, NetworkPolicy=1))
    assert not away
    assert tally.datastore.count >= 1


async def test_an_object_that_cannot_be_copied_is_told_once_and_stops_nothing() -> None:
    """It is no reason not to be ready."""
    odd = an_object("shop/odd", spec={"clusterIP": "nowhere"})
    even = an_object("shop/even", spec={"clusterIP": "10.96.0.1"})
    tally = await copied(MemoryDatastore(), QuietKubernetes(services=[odd, even]), _all(Service=1))
    assert list(tally.refused) == [("Service", "shop/odd")]


async def test_what_nodes_are_told_of_pods_is_followed_like_the_resources() -> None:
    """A start writes none of it again, however late it comes to read it; what somebody deletes is told again."""
    key, deleting = pod_key("n", "shop/web"), list[asyncio.Future[None]]()
    pods = QuietKubernetes(pods=[an_object("shop/web", labels={"role": "web"}, spec={"nodeName": "n"})])

    class Late(MemoryDatastore):
        """A datastore that is slow to list what is told of pods."""

        async def list(self, prefix: str) -> tuple[int, tuple[KeyValue, ...]]:
            """Let everything else come first."""
            await asyncio.sleep(0.1 if prefix == PODS else 0)
            return await super().list(prefix)

    datastore = Late()
    await copied(datastore, pods, _all(Pod=1))
    told = datastore.entries[key]
    tally = await copied(datastore, pods)
    assert (datastore.entries[key], tally.writes["Pod"], tally.retries["Pod"]) == (told, 0, 0)

    def deleted(tally: Tally) -> bool:
        if not deleting:
            deleting.append(asyncio.ensure_future(datastore.delete(key)))
        return tally.writes["Pod"] == 1

    await copied(datastore, pods, deleted)
    assert datastore.entries[key].value == told.value
