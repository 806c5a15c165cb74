"""A draft reads each document once and writes all that it changed by compare-and-swap, or nothing."""

from ipaddress import IPv4Network

import pytest

from bgpkit_node.datastore.port import Delete, Put
from bgpkit_node.errors import AlreadyExistsError, ConflictError, IpamError, NotFoundError
from bgpkit_node.ipam.affinity import AffinityState
from bgpkit_node.ipam.draft import Draft
from bgpkit_node.ipam.keys import affinity_key, block_key, handle_key
from tests.support.ipam_cluster import host
from tests.support.memory_datastore import MemoryDatastore

NETWORK = IPv4Network("10.0.0.0/30")
MINE = host(NETWORK, "a")


async def test_new_documents_must_not_exist_and_old_ones_must_be_as_read() -> None:
    """The expectations are those of what was read: absence, or the revision."""
    datastore = MemoryDatastore()
    draft = Draft(datastore)
    await draft.put_block(NETWORK, MINE)
    await draft.put_affinity("a", NETWORK, AffinityState.CONFIRMED)
    await draft.change_handle("h", NETWORK, 1)
    assert [operation.expected for operation in draft.operations() if isinstance(operation, Put)] == [0, 0, 0]
    await draft.commit()
    later = Draft(datastore)
    await later.put_block(NETWORK, None)
    await later.change_handle("h", NETWORK, -1)
    assert later.operations() == (Delete(block_key(NETWORK), 1), Delete(handle_key("h"), 1))


async def test_what_was_written_is_what_is_read_afterwards() -> None:
    """One attempt sees its own changes before they are stored."""
    draft = Draft(MemoryDatastore())
    await draft.put_block(NETWORK, MINE)
    await draft.put_affinity("a", NETWORK, AffinityState.PENDING)
    await draft.change_handle("h", NETWORK, 1)
    await draft.change_handle("h", NETWORK, 2)
    handle = await draft.handle("h")
    assert handle is not None
    assert (await draft.block(NETWORK), await draft.affinity("a", NETWORK)) == (MINE, AffinityState.PENDING)
    assert handle.total == 3
    await draft.delete_handle("h")
    assert await draft.handle("h") is None


async def test_a_block_without_affinity_and_addresses_is_deleted() -> None:
    """Nobody has it, so nothing is kept of it."""
    draft = Draft(MemoryDatastore())
    await draft.put_block(NETWORK, MINE.with_affinity(None))
    assert await draft.block(NETWORK) is None
    assert draft.operations() == ()


async def test_what_is_as_it_was_is_not_written() -> None:
    """An attempt that changes nothing makes no transaction."""
    datastore = MemoryDatastore()
    draft = Draft(datastore)
    await draft.put_block(NETWORK, MINE)
    await draft.commit()
    again = Draft(datastore)
    await again.put_block(NETWORK, MINE)
    await again.put_affinity("a", NETWORK, None)
    await again.commit()
    assert datastore.writes == 1


@pytest.mark.parametrize("other", ["created", "changed", "deleted"])
async def test_a_writer_in_between_is_noticed_and_nothing_is_stored(other: str) -> None:
    """Whichever way the document came to differ, the whole attempt fails."""
    datastore = MemoryDatastore()
    key = affinity_key("a", NETWORK)
    if other != "created":
        await datastore.create(key, b"")
    draft = Draft(datastore)
    await draft.put_block(NETWORK, MINE)
    await draft.put_affinity("a", NETWORK, AffinityState.CONFIRMED)
    await datastore.transact([Delete(key) if other == "deleted" else Put(key, b"{}")])
    with pytest.raises((AlreadyExistsError, ConflictError, NotFoundError)):
        await draft.commit()
    assert block_key(NETWORK) not in datastore.entries


async def test_a_document_that_cannot_be_read_is_named() -> None:
    """The sentence begins with its key."""
    datastore = MemoryDatastore()
    await datastore.create(handle_key("h"), b"broken")
    with pytest.raises(IpamError, match=r"^/calico/ipam/v2/handle/h: not the document of a handle: "):
        await Draft(datastore).handle("h")
