"""ClusterInformation is there from the first agent on, and made once."""

import asyncio

from bgpkit_node.datastore.port import Put
from bgpkit_node.resources import ClusterInformation, ResourceStore, kind_of
from bgpkit_node.startup.cluster_identity import make_cluster_information
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


async def test_what_is_there_stays_as_it_is() -> None:
    """Even what cannot be read."""
    datastore = MemoryDatastore()
    await datastore.transact((Put(KEY, b"of a later version"),))
    await make_cluster_information(ResourceStore(datastore))
    assert datastore.entries[KEY].value == b"of a later version"
