"""The whole contents of a datastore as lines of text, out of one store and into another."""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from bgpkit_node.datastore.port import Datastore, Delete, KeyValue, Operation, Put, Unchanged
from bgpkit_node.datastore.schema import AGENTS, CONTROLLERS, PODS, SCHEMA_VERSION, STATE, StoreState, read_state
from bgpkit_node.errors import AlreadyExistsError, ConflictError, DatastoreError, NotFoundError

ROOT: Final = "/calico/"
FORMAT: Final = "bgpkit-node-datastore/1"

_OPERATIONS: Final = 100  # etcd takes 128 in a transaction
_OCTETS: Final = 1 << 20  # and 1.5 MiB
_RACES: Final = (AlreadyExistsError, ConflictError, NotFoundError)


class _Header(msgspec.Struct, frozen=True):
    """The first line: what follows, and how many."""

    format: str
    schema: StoreState
    revision: int
    entries: int


class _Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line: a key, and its value as JSON, or in base64 when it is not JSON as we write it."""

    key: str
    value: msgspec.Raw = msgspec.Raw(b"")
    base64: str = ""


@dataclass(frozen=True, slots=True)
class Export:
    """Contents of a store at one moment; ``entries`` are ordered by key."""

    schema: StoreState
    revision: int
    entries: tuple[tuple[str, bytes], ...]

    def lines(self) -> Iterator[str]:
        """Yield the lines, without their ends; each is a JSON object."""
        yield msgspec.json.encode(_Header(FORMAT, self.schema, self.revision, len(self.entries))).decode()
        for key, value in self.entries:
            yield msgspec.json.encode(_entry(key, value)).decode()


async def export(datastore: Datastore) -> Export:
    """Return all that is in a datastore but what agents and controllers hold while they run; all of one moment."""
    schema, _ = await read_state(datastore)
    revision, found = await datastore.list(ROOT)
    return Export(schema, revision, tuple((pair.key, pair.value) for pair in _contents(found)))


def read_export(lines: Iterable[str], name: str) -> Export:
    """Read what :meth:`Export.lines` gave; raises DatastoreError that names the line, and when lines are missing."""
    numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    header = _header(next(numbered, (1, ""))[1], name)
    entries: dict[str, bytes] = {}
    for number, line in numbered:
        try:
            entry = msgspec.json.decode(line, type=_Entry)
            value = base64.b64decode(entry.base64, validate=True) if entry.base64 else bytes(entry.value)
        except (msgspec.MsgspecError, binascii.Error) as error:
            raise DatastoreError(f"{name}: line {number} is no entry of an export: {error}") from error
        if not entry.key.startswith(ROOT) or entry.key in entries:
            raise DatastoreError(f"{name}: line {number}: the key {entry.key!r} is not below {ROOT}, or comes twice")
        entries[entry.key] = value
    if len(entries) != header.entries:
        raise DatastoreError(
            f"{name}: has {len(entries)} entries where {header.entries} were exported: it is not whole"
        )
    return Export(header.schema, header.revision, tuple(sorted(entries.items())))


async def import_into(datastore: Datastore, exported: Export, place: str) -> int:
    """Write everything into an empty datastore, or nothing; return how many entries were written.

    While it goes on, and when its process dies on the way, nobody can open the store; importing again begins anew.
    Raises DatastoreError when the store is not empty; ``place`` is how it calls the store.
    """
    if exported.schema.oldest > SCHEMA_VERSION:
        raise DatastoreError(f"the export has schema version {exported.schema.version}: update bgpkit-node")
    begun = await _begin(datastore, place)
    try:
        for part in _parts(exported.entries):
            begun = await datastore.transact([*part, Put(STATE, _IMPORTING, begun)])
        await datastore.transact([_end(exported.schema, begun)])
    except _RACES as error:
        raise DatastoreError(f"datastore {place} was written to by others meanwhile: import again") from error
    except DatastoreError:
        await _empty(datastore, begun)
        raise
    return len(exported.entries)


_IMPORTING: Final = msgspec.json.encode(StoreState(importing=True))


async def _begin(datastore: Datastore, place: str) -> int:
    """Mark the store as one that is not whole and return the mark's revision; first remove what is half there."""
    state, revision = await read_state(datastore)
    if state.importing:
        revision = await _empty(datastore, revision)
    present, found = await datastore.list(ROOT)
    contents = _contents(found)
    if contents or (revision and not state.importing):
        keys = f"{len(contents)} entries, such as {contents[0].key}" if contents else STATE
        raise DatastoreError(f"datastore {place} is not empty ({keys}): import into a fresh one; nothing was changed")
    try:
        return await datastore.transact([Unchanged(ROOT, present), Put(STATE, _IMPORTING, revision)])
    except _RACES as error:
        raise DatastoreError(f"datastore {place} is being written to: nothing was changed") from error


async def _empty(datastore: Datastore, begun: int) -> int:
    """Delete all that an import has written, but for its mark; return the mark's new revision."""
    _, found = await datastore.list(ROOT)
    contents = _contents(found)
    for at in range(0, len(contents), _OPERATIONS):
        gone = [Delete(pair.key, pair.revision) for pair in contents[at : at + _OPERATIONS]]
        begun = await datastore.transact([*gone, Put(STATE, _IMPORTING, begun)])
    return begun


def _end(schema: StoreState, begun: int) -> Operation:
    """Return what takes the mark away."""
    return Delete(STATE, begun) if schema == StoreState() else Put(STATE, msgspec.json.encode(schema), begun)


def _parts(entries: Sequence[tuple[str, bytes]]) -> Iterator[list[Operation]]:
    """Yield the writes in transactions that any store takes."""
    part: list[Operation] = []
    size = 0
    for key, value in entries:
        if part and (len(part) == _OPERATIONS or size + len(value) > _OCTETS):
            yield part
            part, size = [], 0
        part.append(Put(key, value, 0))
        size += len(key) + len(value)
    if part:
        yield part


def _contents(found: Iterable[KeyValue]) -> list[KeyValue]:
    return [pair for pair in found if pair.key not in {STATE, CONTROLLERS} and not pair.key.startswith((AGENTS, PODS))]


def _entry(key: str, value: bytes) -> _Entry:
    """Return the line for a value, as JSON if it can be read back octet for octet."""
    try:
        msgspec.json.decode(value)
    except msgspec.MsgspecError:
        return _Entry(key, base64=base64.b64encode(value).decode())
    if re.search(rb"[\r\n]", value) or value != value.strip():
        return _Entry(key, base64=base64.b64encode(value).decode())
    return _Entry(key, msgspec.Raw(value))


def _header(line: str, name: str) -> _Header:
    try:
        header = msgspec.json.decode(line, type=_Header)
    except msgspec.MsgspecError as error:
        raise DatastoreError(f"{name}: is no export of a datastore (bgpkit-node datastore migrate export)") from error
    if header.format != FORMAT:
        raise DatastoreError(f"{name}: has format {header.format!r}, where {FORMAT!r} is known: update bgpkit-node")
    return header
