"""What the agent asks of a datastore, whichever it is."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol, TypeAlias


@dataclass(frozen=True, slots=True)
class KeyValue:
    """A value as it stands in the store.

    ``revision`` is that of the transaction that wrote it last: one counter for the whole store, 1 or more.
    """

    key: str
    value: bytes
    revision: int


@dataclass(frozen=True, slots=True)
class WatchEvent:
    """One key that was written (``value`` is the new one) or deleted (``value`` is None) at ``revision``."""

    key: str
    value: bytes | None
    revision: int


@dataclass(frozen=True, slots=True)
class Put:
    """Write ``value``; ``expected`` is the revision the key must have, 0: must not exist, None: whatever it has."""

    key: str
    value: bytes
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete a key that exists; ``expected`` is the revision it must have, None: whatever it has."""

    key: str
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Go on only if no key that begins with ``prefix`` was created or written after ``revision``."""

    prefix: str
    revision: int


Operation: TypeAlias = Put | Delete | Unchanged


class Datastore(Protocol):
    """Keys and values with one revision counter; safe to use from many processes and tasks at once.

    Every method raises DatastoreError, with one sentence, when the store cannot be reached. A call that is cancelled
    may or may not have been carried out.
    """

    async def get(self, key: str) -> KeyValue | None:
        """Return the value of ``key``, or None."""
        ...

    async def list(self, prefix: str) -> tuple[int, tuple[KeyValue, ...]]:
        """Return the store's revision and all values whose keys begin with ``prefix`` at it, ordered by key."""
        ...

    async def create(self, key: str, value: bytes) -> int:
        """Write a key that must not exist and return its revision; raises AlreadyExistsError."""
        ...

    async def update(self, key: str, value: bytes, revision: int) -> int:
        """Write a key that must have ``revision`` and return its new one; raises ConflictError, NotFoundError."""
        ...

    async def delete(self, key: str, revision: int | None = None) -> None:
        """Delete a key (with this ``revision``, unless None); raises ConflictError, NotFoundError."""
        ...

    async def transact(self, operations: Sequence[Operation]) -> int:
        """Carry out all ``operations`` or none, and return the one revision that all of them get.

        All expectations are compared with the state before the transaction. Operations that write nothing return the
        store's present revision. Raises AlreadyExistsError, ConflictError, NotFoundError; ValueError when two
        operations write the same key.
        """
        ...

    async def rehearse(self, operations: Sequence[Operation]) -> None:
        """Raise DatastoreError when the store takes no such ``operations``, whatever it holds; nothing is written."""
        ...

    def watch(self, prefix: str, revision: int) -> AsyncIterator[tuple[WatchEvent, ...]]:
        """Yield what changed under ``prefix`` after ``revision``, for ever: one tuple is one whole transaction.

        Begin with the revision that ``list`` returned and no change is missed or seen twice. Raises CompactedError when
        the changes after ``revision`` are not kept any more; ends when the store is closed.
        """
        ...

    def hold(self, key: str, holder: bytes, seconds: int) -> AbstractAsyncContextManager[asyncio.Event]:
        """Keep ``key``, with ``holder`` as its value, while the context lasts; nobody else can hold it then.

        When the process dies, the key is free after at most ``seconds``, and at once for whoever gives the same
        ``holder``. The event is set when the key was lost to another holder all the same, after an outage longer than
        that. Raises AlreadyExistsError when another holder has it.
        """
        ...

    def closes_soon(self) -> None:
        """Take note that the store is soon to be closed: from now on no call waits for an answer more than 2 seconds.

        Those that wait already are meant, too. A store that answers goes on doing so.
        """
        ...

    async def close(self) -> None:
        """Let go of the store; calls that wait are finished first, watches end. Closing twice is allowed."""
        ...
