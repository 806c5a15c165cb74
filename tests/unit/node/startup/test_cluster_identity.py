"""ClusterInformation is there from the first agent on, and made once."""

import asyncio
from importlib.metadata import version

from bgpkit_node.datastore.port import Put
from bgpkit_node.resources import ClusterInformation, ClusterInformationSpec, Metadata, ResourceStore, kind_of
from bgpkit_node.startup.cluster_identity import VERSION, make_cluster_information
from tests.support.memory_datastore import MemoryDatastore

KEY = kind_of(ClusterInformation).key("default", "")


async def test_the_first_agent_makes_it() -> None:
    """Agents that start together agree on one, with 32 hexadecimal digits, as Calico's; nothing is locked."""
    store = ResourceStore(MemoryDatastore())
    await asyncio.gather(*(make_cluster_information(store) for _ in range(5)))
    (made,) = await store.list(ClusterInformation)
    assert (made.datastore_ready, made.spec.cluster_type, len(made.spec.cluster_guid)) == (True, "bgp", 32)
    assert int(made.spec.cluster_guid, 16)
    await make_cluster_information(store)
    assert await store.list(ClusterInformation) == (made,)


async def test_the_agent_that_started_last_tells_its_version() -> None:
    """Where a calicoctl of another version does not take it for Calico's; the rest stays as it is."""
    datastore = MemoryDatastore()
    store = ResourceStore(datastore)
    spec = ClusterInformationSpec(cluster_guid="1" * 32, cluster_type="k8s,bgp", datastore_ready=False)
    metadata = Metadata(name="default", annotations={VERSION: "0.0.1", "owner": "ops"})
    await store.create(ClusterInformation(metadata=metadata, spec=spec))
    for _ in range(2):
        await make_cluster_information(store)
        found = await store.get(ClusterInformation, "default")
        assert found is not None
        assert (found.spec, found.metadata.annotations) == (spec, {VERSION: version("bgpkit"), "owner": "ops"})
        assert datastore.revision == 2


async def test_what_is_there_stays_as_it_is() -> None:
    """Even what cannot be read."""
    datastore = MemoryDatastore()
    await datastore.transact((Put(KEY, b"of a later version"),))
    await make_cluster_information(ResourceStore(datastore))
    assert datastore.entries[KEY].value == b"of a later version"
