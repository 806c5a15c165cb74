"""Pods' endpoints in the resource store: written beside others' words, removed for their own container only."""

import asyncio
import itertools
from collections.abc import Iterator

import msgspec
import pytest

from bgpkit_node.cni import Attachment
from bgpkit_node.cni.endpoint import endpoint_of
from bgpkit_node.cni.pod_endpoints import PodEndpoints
from bgpkit_node.cni.pod_facts import PodFacts
from bgpkit_node.resources import ResourceStore, WorkloadEndpoint, kind_of
from tests.support.memory_datastore import MemoryDatastore

NAME = "n1-k8s-web-eth0"


def endpoint(container: str = "c1", network: str = "net", pod: str = "web", node: str = "n1") -> WorkloadEndpoint:
    """Return the endpoint of a container; without a pod it is named after itself."""
    namespace = "default" if pod else ""
    return endpoint_of(
        Attachment(network=network, container_id=container, interface="eth0", namespace=namespace, pod=pod), node
    )


def without_network(endpoint: WorkloadEndpoint) -> WorkloadEndpoint:
    """Return the endpoint as another program than ours would have written it."""
    metadata = msgspec.structs.replace(endpoint.metadata, annotations={})
    return WorkloadEndpoint(metadata=metadata, spec=endpoint.spec)


@pytest.fixture
async def store() -> ResourceStore:
    """Give an empty store."""
    return ResourceStore(MemoryDatastore())


@pytest.fixture
async def endpoints(store: ResourceStore) -> PodEndpoints:
    """Give the endpoints of n1 in it."""
    return PodEndpoints("n1", store)


async def test_labels_survive_the_next_container_of_the_pod(store: ResourceStore, endpoints: PodEndpoints) -> None:
    """What a watcher has written is still there, and what is returned is what is stored."""
    await endpoints.write(endpoint("c0"))
    await store.label(WorkloadEndpoint, NAME, {"app": "web"})
    written = await endpoints.write(endpoint("c1"))
    assert written == await store.get(WorkloadEndpoint, NAME)
    assert (written.metadata.labels["app"], written.spec.container_id) == ("web", "c1")


async def test_what_is_known_of_a_pod_is_there_from_the_first_revision_on(
    store: ResourceStore, endpoints: PodEndpoints
) -> None:
    """The next pod of the name has its own in their place; a label that was set by hand stays."""
    first = await endpoints.write(endpoint("c0"), PodFacts(labels={"role": "web", "old": "1"}))
    assert (first.revision, first.metadata.labels["role"]) == (1, "web")
    await store.label(WorkloadEndpoint, NAME, {"mine": "1"})
    written = await endpoints.write(endpoint("c1"), PodFacts(labels={"role": "db"}))
    assert written == await store.get(WorkloadEndpoint, NAME)
    assert written.metadata.labels.items() & {("role", "db"), ("mine", "1"), ("old", "1")} == {
        ("role", "db"),
        ("mine", "1"),
    }


async def test_a_new_one_is_written_without_a_look(endpoints: PodEndpoints, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most are new, and the transaction tells of one that is not: a pod that starts waits for no reading."""

    async def refuse(_datastore: MemoryDatastore, key: str) -> None:
        """Say that nothing may be read."""
        raise AssertionError(key)

    monkeypatch.setattr(MemoryDatastore, "get", refuse)
    assert (await endpoints.write(endpoint())).revision == 1
    with pytest.raises(AssertionError, match=NAME):
        await endpoints.write(endpoint("c2"))


async def test_a_label_that_comes_between_reading_and_writing_is_not_lost(
    store: ResourceStore, endpoints: PodEndpoints
) -> None:
    """Whenever it comes."""
    datastore = store.datastore
    assert isinstance(datastore, MemoryDatastore)
    await endpoints.write(endpoint("c0"))
    for number in range(1, 4):
        calls = itertools.count(1)

        async def meddle(number: int = number, calls: Iterator[int] = calls) -> None:
            """Set a label before one of the calls."""
            if next(calls) == number:
                datastore.before_call = None
                await store.label(WorkloadEndpoint, NAME, {f"l{number}": "set"})

        datastore.before_call = meddle
        written = await endpoints.write(endpoint(f"c{number}"))
        assert (written.metadata.labels.get(f"l{number}"), written.spec.container_id) == ("set", f"c{number}")


async def test_an_endpoint_that_cannot_be_read_is_written_over(store: ResourceStore, endpoints: PodEndpoints) -> None:
    """It must not keep the pod from its network for ever."""
    await store.datastore.create(kind_of(WorkloadEndpoint).key(NAME, "default"), b"not JSON")
    assert await endpoints.stored(endpoint()) is None
    written = await endpoints.write(endpoint())
    assert written == await store.get(WorkloadEndpoint, NAME)


async def test_a_write_that_has_begun_is_over_when_its_cancellation_is_told(
    store: ResourceStore, endpoints: PodEndpoints
) -> None:
    """Or the removal that undoes a failed ADD would look for the endpoint before it is there, and leave it."""
    datastore = store.datastore
    assert isinstance(datastore, MemoryDatastore)
    began, end = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        """Let the first call wait."""
        began.set()
        await end.wait()

    datastore.before_call = slow
    writing = asyncio.ensure_future(endpoints.write(endpoint()))
    await began.wait()
    writing.cancel()
    for _ in range(5):
        await asyncio.sleep(0)
    assert not writing.done()
    end.set()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert await endpoints.stored(endpoint()) is not None


async def test_only_the_endpoint_of_the_container_is_removed(store: ResourceStore, endpoints: PodEndpoints) -> None:
    """Not that of the pod's next container, nor one that an operator has written for a pod to come."""
    await endpoints.write(endpoint("c2"))
    await endpoints.remove(endpoint("c1"), "net")
    assert await store.get(WorkloadEndpoint, NAME) is not None
    await endpoints.remove(endpoint("c2"), "net")
    await endpoints.remove(endpoint("c2"), "net")
    assert await store.list(WorkloadEndpoint) == ()
    plain = endpoint("")
    await store.create(
        msgspec.structs.replace(plain, metadata=msgspec.structs.replace(plain.metadata, labels={"a": "b"}))
    )
    await endpoints.remove(endpoint("c1"), "net")
    assert await store.get(WorkloadEndpoint, NAME) is not None


async def test_a_pod_whose_names_the_runtime_has_forgotten_is_found_by_its_container(
    store: ResourceStore, endpoints: PodEndpoints
) -> None:
    """A DEL without CNI_ARGS removes the endpoint of its own network only."""
    await endpoints.write(endpoint("c1", "other", "db"))
    await endpoints.write(endpoint("c1"))
    await endpoints.remove(endpoint("c1", pod=""), "net")
    assert [one.spec.pod for one in await store.list(WorkloadEndpoint)] == ["db"]


async def test_endpoints_of_a_network_are_those_of_the_node(store: ResourceStore, endpoints: PodEndpoints) -> None:
    """Not those of other nodes, of other networks, or of other programs."""
    await endpoints.write(endpoint())
    await endpoints.write(endpoint("c2", "other", "db"))
    await store.create(without_network(endpoint("c3", pod="foreign")))
    await store.create(endpoint("c4", node="n2"))
    assert [one.spec.container_id for one in await endpoints.of_network("net")] == ["c1"]
