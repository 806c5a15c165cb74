"""Every call is one change, done once, whoever else writes."""

import asyncio
from ipaddress import IPv4Network

import pytest

from bgpkit_node.errors import DatastoreError, IpamError
from bgpkit_node.ipam.block_codec import encode_block
from bgpkit_node.ipam.keys import affinity_key, block_key
from tests.support.ipam_cluster import Cluster, host, pool
from tests.support.ipam_documents import taken


async def test_a_node_or_handle_that_cannot_be_is_refused() -> None:
    """A node must exist; names that would break a key are named."""
    cluster = Cluster(pool("10.0.0.0/28", 30))
    with pytest.raises(IpamError, match=r"^node z does not exist in the datastore$"):
        await cluster.give("z")
    with pytest.raises(IpamError, match=r"^handle 'a/b' is empty or contains a slash$"):
        await cluster.ipam.auto_assign(node="a", handle="a/b", attributes={})


async def test_tasks_of_one_node_never_get_the_same_address() -> None:
    """Twenty at once take twenty writes: they do not race each other."""
    cluster = Cluster(pool("10.0.0.0/26", 26))
    cluster.datastore.before_call = lambda: asyncio.sleep(0)
    given = await asyncio.gather(*(cluster.give("a") for _ in range(20)))
    assert len({one.address for (one,) in given}) == 20
    assert cluster.datastore.writes == 20


async def test_a_writer_that_always_comes_last_gives_up_with_a_sentence() -> None:
    """After a hundred tries; nothing is stored."""
    cluster = Cluster(pool("10.0.0.0/26", 26))
    network = IPv4Network("10.0.0.0/26")
    await cluster.store({block_key(network): encode_block(host(network, "a")), affinity_key("a", network): b""})
    await cluster.ipam.settle_node("a")

    async def write_the_block_again() -> None:
        cluster.datastore.before_call = None
        await cluster.store({block_key(network): encode_block(host(network, "a", sequence=cluster.datastore.revision))})
        cluster.datastore.before_call = write_the_block_again

    cluster.datastore.before_call = write_the_block_again
    with pytest.raises(IpamError, match=r"^other writers came first 100 times$"):
        await cluster.give("a")
    cluster.datastore.before_call = None
    assert taken(cluster.datastore.entries) == {}


async def test_errors_of_the_datastore_reach_the_caller_and_nothing_is_locked() -> None:
    """The next call works again."""
    cluster = Cluster(pool("10.0.0.0/26", 26))

    async def fail() -> None:
        raise DatastoreError("the file is gone")

    cluster.datastore.before_call = fail
    with pytest.raises(DatastoreError, match=r"^the file is gone$"):
        await cluster.give("a")
    cluster.datastore.before_call = None
    assert len(await cluster.give("a")) == 1


async def test_handles_of_a_node_are_listed_by_their_beginning() -> None:
    """Only those that have addresses used on that node."""
    cluster = Cluster(pool("10.0.0.0/26", 27))
    for node, handle in (("a", "net.2"), ("a", "net.1"), ("a", "other"), ("b", "net.3")):
        await cluster.ipam.auto_assign(node=node, handle=handle, attributes={})
    assert await cluster.ipam.handles_of("a", "net.") == ("net.1", "net.2")


async def test_a_write_that_has_begun_is_over_when_its_cancellation_is_told() -> None:
    """Or what gives the address back would look for it before it is there, and leave it taken for ever."""
    cluster = Cluster(pool("10.0.0.0/26", 26))
    began, end = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        began.set()
        await end.wait()

    async def go() -> None:
        cluster.datastore.before_call = slow

    giving = asyncio.ensure_future(cluster.ipam.auto_assign(node="a", handle="pod", attributes={}, go=go))
    await began.wait()
    giving.cancel()
    for _ in range(5):
        await asyncio.sleep(0)
    assert not giving.done()
    end.set()
    with pytest.raises(asyncio.CancelledError):
        await giving
    assert len(await cluster.ipam.addresses_of("pod")) == 1
