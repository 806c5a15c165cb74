"""Export and import: everything or nothing, octet for octet, also when the process dies on the way."""

import msgspec
import pytest

from bgpkit_node.datastore import Put
from bgpkit_node.datastore.schema import AGENTS, CONTROLLERS, PODS, STATE, StoreState, check_state
from bgpkit_node.datastore.transfer import FORMAT, Export, export, import_into, read_export
from bgpkit_node.errors import DatastoreError
from tests.support.memory_datastore import MemoryDatastore, Moment, ProcessDiedError

_VALUES = [b'{"a": 1,  "a": 2}', b'{"b":"\xc3\xbc\\n"}', b"", b"null", b"not JSON", b'{"c":1}\n', b"\xff\xfe", b'"x']


async def _filled(number: int = 250) -> MemoryDatastore:
    """Give a store with many values of every shape."""
    store = MemoryDatastore()
    for at in range(number):
        await store.transact([Put(f"/calico/things/{at:04}", _VALUES[at % len(_VALUES)])])
    await store.transact([Put(f"{AGENTS}n1", b"machine"), Put(CONTROLLERS, b"machine"), Put("/elsewhere", b"")])
    await store.transact([Put(f"{PODS}on/n1/shop/web", b"{}")])
    return store


def _contents(store: MemoryDatastore) -> dict[str, bytes]:
    return {key: pair.value for key, pair in store.entries.items()}


def _things(store: MemoryDatastore) -> dict[str, bytes]:
    return {key: value for key, value in _contents(store).items() if key.startswith("/calico/things/")}


async def test_what_is_exported_and_imported_is_the_same_octet_for_octet() -> None:
    """All that is Calico's is moved; what running agents and controllers hold and tell, and keys of others, are not."""
    source, target = await _filled(), MemoryDatastore()
    exported = await export(source)
    lines = list(exported.lines())
    assert len(lines) == 251
    assert read_export(lines, "file") == exported
    assert await import_into(target, read_export(lines, "file"), "target") == 250
    assert _contents(target) == _things(source)


async def test_a_line_is_json_that_other_tools_read() -> None:
    """Values that are JSON stand as such, others in base64."""
    store = MemoryDatastore()
    await store.transact([Put("/calico/a", b'{"x": [1]}'), Put("/calico/b", b"\xff")])
    header, *lines = [msgspec.json.decode(line) for line in (await export(store)).lines()]
    assert header == {"format": FORMAT, "schema": {}, "revision": 1, "entries": 2}
    assert lines == [{"key": "/calico/a", "value": {"x": [1]}}, {"key": "/calico/b", "base64": "/w=="}]


async def test_a_store_that_is_not_empty_is_left_alone() -> None:
    """The sentence says what is there."""
    source, target = await _filled(), MemoryDatastore()
    await target.create("/calico/things/0001", b"mine")
    with pytest.raises(DatastoreError, match=r"target is not empty \(1 entries, such as /calico/things/0001\)"):
        await import_into(target, await export(source), "target")
    assert _contents(target) == {"/calico/things/0001": b"mine"}


@pytest.mark.parametrize("moment", list(Moment))
@pytest.mark.parametrize("write", range(5))
async def test_an_import_that_dies_is_refused_to_others_and_begun_anew_by_the_next(write: int, moment: Moment) -> None:
    """Nobody takes half of it for the whole."""
    source, target = await _filled(), MemoryDatastore()
    exported = await export(source)
    target.dies_at = (write, moment)
    with pytest.raises(ProcessDiedError):
        await import_into(target, exported, "target")
    begun = write > 0 or moment is Moment.AFTER
    finished = write == 4 and moment is Moment.AFTER
    if begun and not finished:
        with pytest.raises(DatastoreError, match="an import into it was not finished: import again"):
            await check_state(target, "target")
    if finished:
        with pytest.raises(DatastoreError, match="not empty"):
            await import_into(target, exported, "target")
    else:
        await import_into(target, exported, "target")
    assert _contents(target) == _things(source)
    assert await check_state(target, "target") == StoreState()


async def test_an_import_that_fails_takes_back_what_it_wrote() -> None:
    """The store is as empty as before, but marked: what failed was the store, which may be half reachable."""
    source, target = await _filled(), MemoryDatastore()
    calls = 0

    async def fail() -> None:
        nonlocal calls
        calls += 1
        if calls == 5:
            raise DatastoreError("the store is full")

    target.before_call = fail
    with pytest.raises(DatastoreError, match="the store is full"):
        await import_into(target, await export(source), "target")
    assert set(_contents(target)) == {STATE}
    target.before_call = None
    await import_into(target, await export(source), "target")
    assert _contents(target) == _things(source)


async def test_the_schema_travels_along() -> None:
    """An export of another version makes a store of that version."""
    exported = Export(StoreState(version=2), 1, (("/calico/a", b"1"),))
    target = MemoryDatastore()
    await import_into(target, read_export(list(exported.lines()), "file"), "target")
    assert await check_state(target, "target") == StoreState(version=2)
    with pytest.raises(DatastoreError, match="schema version 3: update"):
        await import_into(MemoryDatastore(), Export(StoreState(3, 3), 1, ()), "target")


_HEADER = f'{{"format":"{FORMAT}","schema":{{}},"revision":1,"entries":1}}'


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([], "file: is no export"),
        (["kind: IPPool"], "file: is no export"),
        ([_HEADER.replace("/1", "/2")], "has format 'bgpkit-node-datastore/2'"),
        ([_HEADER], "has 0 entries where 1 were exported: it is not whole"),
        ([_HEADER, '{"key":"/calico/a","value":'], "line 2 is no entry"),
        ([_HEADER, '{"key":"/calico/a","base64":"x"}'], "line 2 is no entry"),
        ([_HEADER, '{"key":"/etc/a","value":1}'], "line 2: the key '/etc/a' is not below /calico/"),
        ([_HEADER, *['{"key":"/calico/a","value":1}'] * 2], "line 3: the key '/calico/a'"),
    ],
)
def test_what_is_no_whole_export_is_refused_by_line(lines: list[str], sentence: str) -> None:
    """A file that was cut off is noticed before anything is written."""
    with pytest.raises(DatastoreError, match=sentence):
        read_export(lines, "file")
