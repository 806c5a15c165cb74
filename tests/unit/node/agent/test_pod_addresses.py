"""Addresses for pods: none is given while the datastore is locked (routes: ``test_block_routes.py``)."""

import pytest

from bgpkit_node.agent.pod_addresses import PodAddresses
from bgpkit_node.cni import Wish
from bgpkit_node.datastore.port import Put
from bgpkit_node.errors import DatastoreError
from bgpkit_node.ipam import IPAddress, Ipam
from bgpkit_node.resources import ClusterInformation, ClusterInformationSpec, Metadata, ResourceStore, kind_of
from tests.support.ipam_cluster import FixedPools, pool
from tests.support.memory_datastore import MemoryDatastore

LOCKED = r"^the datastore is locked, ClusterInformation\(default\) has datastoreReady not true: .* migrate unlock$"


class NoRoutes:
    """Routes of which all are there already."""

    def covers(self, address: IPAddress) -> bool:
        """Say yes."""
        return bool(address)

    async def bring_up_to_date(self) -> None:
        """Do nothing."""


def pods(datastore: MemoryDatastore) -> PodAddresses:
    """Return the addresses of node a."""
    ipam = Ipam(datastore, FixedPools(pool("10.244.0.0/28", 28), nodes=("a",)))
    return PodAddresses("a", ipam, datastore, NoRoutes())


async def set_ready(datastore: MemoryDatastore, *, ready: bool | None) -> None:
    """Write what ClusterInformation says."""
    spec = ClusterInformationSpec(datastore_ready=ready)
    await ResourceStore(datastore).apply([ClusterInformation(metadata=Metadata(name="default"), spec=spec)])


async def test_a_locked_datastore_gives_no_address() -> None:
    """It says so, to STATUS too, and takes none; what was given can be given back. calico.md, section 3."""
    datastore = MemoryDatastore()
    one = pods(datastore)
    (given,) = await one.assign("first", {}, Wish())
    await set_ready(datastore, ready=False)
    before = dict(datastore.entries)
    with pytest.raises(DatastoreError, match=LOCKED):
        await one.assign("second", {}, Wish())
    assert "is locked" in await one.why_not_ready({4})
    assert datastore.entries == before
    assert await one.release("first") == (given,)
    await set_ready(datastore, ready=True)
    assert await one.assign("second", {}, Wish())
    assert await one.why_not_ready({4}) == ""


async def test_what_says_nothing_locks_and_what_cannot_be_read_does_not() -> None:
    """As Calico takes the first; the second stops nobody."""
    datastore = MemoryDatastore()
    await set_ready(datastore, ready=None)
    with pytest.raises(DatastoreError, match=LOCKED):
        await pods(datastore).assign("first", {}, Wish())
    await datastore.transact((Put(kind_of(ClusterInformation).key("default", ""), b"not JSON"),))
    assert await pods(datastore).assign("second", {}, Wish())
