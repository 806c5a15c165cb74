"""Addresses for pods: none is given while the datastore is locked (routes: ``test_block_routes.py``)."""

import asyncio
from ipaddress import IPv4Address

import pytest

from bgpkit_node.agent.pod_addresses import PodAddresses
from bgpkit_node.cni import Wish
from bgpkit_node.datastore.port import KeyValue, Put
from bgpkit_node.errors import CniError, DatastoreError
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


class SlowToTell(MemoryDatastore):
    """One that takes its time to tell whether it is locked."""

    async def get(self, key: str) -> KeyValue | None:
        """Let others go first."""
        for _ in range(200 * (key == kind_of(ClusterInformation).key("default", ""))):
            await asyncio.sleep(0)
        return await super().get(key)


async def test_no_address_is_taken_before_the_datastore_is_known_to_be_unlocked() -> None:
    """The address is looked for meanwhile, and not taken."""
    datastore = SlowToTell()
    await set_ready(datastore, ready=False)
    before = dict(datastore.entries)
    with pytest.raises(DatastoreError, match=LOCKED):
        await pods(datastore).assign("first", {}, Wish())
    assert datastore.entries == before


async def test_what_says_nothing_locks_and_what_cannot_be_read_does_not() -> None:
    """As Calico takes the first; the second stops nobody."""
    datastore = MemoryDatastore()
    await set_ready(datastore, ready=None)
    with pytest.raises(DatastoreError, match=LOCKED):
        await pods(datastore).assign("first", {}, Wish())
    await datastore.transact((Put(kind_of(ClusterInformation).key("default", ""), b"not JSON"),))
    assert await pods(datastore).assign("second", {}, Wish())


async def test_nothing_is_changed_before_it_may_be() -> None:
    """The addresses are looked for meanwhile; one who is told no, or goes away, has taken none."""
    datastore = MemoryDatastore()
    await set_ready(datastore, ready=True)
    one = pods(datastore)
    (first,) = await one.assign("first", {}, Wish())
    before = dict(datastore.entries)
    going = asyncio.Event()
    taking = asyncio.ensure_future(one.assign("second", {}, Wish(), going.wait))
    for _ in range(50):
        await asyncio.sleep(0)
    assert (taking.done(), datastore.entries) == (False, before)
    taking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await taking
    with pytest.raises(CniError, match="no"):
        await one.assign("second", {}, Wish(), _refuse)
    assert datastore.entries == before
    going.set()
    assert await one.assign("second", {}, Wish(), going.wait) == (first + 1,)


async def test_what_a_killed_agent_has_left_to_a_handle_goes_back_with_the_next() -> None:
    """In the same transaction: it has one address of each family whenever it is looked at."""
    datastore = MemoryDatastore()
    await set_ready(datastore, ready=True)
    one = pods(datastore)
    for wish in (Wish(), Wish(addresses=(IPv4Address("10.244.0.7"),))):
        await one.assign("first", {}, Wish())
        revision = datastore.revision
        given = await one.assign("first", {}, wish)
        assert await one.assigned("first") == given
        assert datastore.revision == revision + 1


async def _refuse() -> None:
    raise CniError(100, "no")
