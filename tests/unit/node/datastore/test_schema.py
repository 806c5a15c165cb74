"""The version of a store's contents: old programs stay away from what they do not understand."""

from collections.abc import Sequence

import pytest

from bgpkit_node.datastore import Datastore, Operation, Put
from bgpkit_node.datastore.schema import STATE, Migration, StoreState, bring_up_to_date, check_state
from bgpkit_node.errors import DatastoreError
from tests.support.memory_datastore import MemoryDatastore


async def _rename(datastore: Datastore) -> Sequence[Operation]:
    """Write /calico/new for /calico/old, as a version might."""
    old = await datastore.get("/calico/old")
    return [Put("/calico/new", old.value)] if old else []


_ADDING = Migration(2, 1, _rename)
_BREAKING = Migration(3, 3, _rename)


async def test_a_store_that_says_nothing_is_of_the_first_version() -> None:
    """As Calico's own is; nothing is written for it."""
    store = MemoryDatastore()
    assert await check_state(store, "store") == StoreState(1, 1)
    assert await bring_up_to_date(store) == 1
    assert store.entries == {}


async def test_programs_of_two_versions_share_a_store_that_the_older_understands() -> None:
    """The newer brings it up to date; the older goes on, and brings nothing back."""
    store = MemoryDatastore()
    await store.create("/calico/old", b"1")
    assert await bring_up_to_date(store, [_ADDING]) == 2
    assert store.entries["/calico/new"].value == b"1"
    assert store.entries[STATE].value == b'{"version":2}'
    assert await check_state(store, "store", known=1) == StoreState(2, 1)
    assert await bring_up_to_date(store, []) == 2


async def test_a_store_that_the_older_does_not_understand_is_refused_to_it() -> None:
    """The sentence names both versions and the cure."""
    store = MemoryDatastore()
    await bring_up_to_date(store, [_ADDING, _BREAKING])
    assert await check_state(store, "store", known=3) == StoreState(3, 3)
    with pytest.raises(DatastoreError, match="store has schema version 3, this version of bgpkit-node knows 2: update"):
        await check_state(store, "store", known=2)


async def test_two_programs_bring_a_store_up_to_date_once() -> None:
    """Whoever comes second finds it done: it reads before the first has written, and then again."""
    store = MemoryDatastore()
    await store.create("/calico/old", b"1")
    calls = 0

    async def let_another_in() -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            store.before_call = None
            assert await bring_up_to_date(store, [_ADDING]) == 2

    store.before_call = let_another_in
    assert await bring_up_to_date(store, [_ADDING]) == 2
    assert store.revision == 2


async def test_a_state_that_cannot_be_read_is_said() -> None:
    """Whatever wrote it, it is not passed over."""
    store = MemoryDatastore()
    await store.create(STATE, b"[]")
    with pytest.raises(DatastoreError, match="/calico/bgpkit/schema cannot be read"):
        await check_state(store, "store")
