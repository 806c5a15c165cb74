"""The version of what is in a datastore, so that programs of two versions do not harm each other's data."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from bgpkit_node.datastore.port import Datastore, KeyValue, Operation, Put
from bgpkit_node.errors import AlreadyExistsError, ConflictError, DatastoreError, NotFoundError

SCHEMA_VERSION: Final = 1
"""What this version of bgpkit-node writes: keys and values as Calico has them."""
STATE: Final = "/calico/bgpkit/schema"
"""The key of the store's state; a store without it is of version 1."""
AGENTS: Final = "/calico/bgpkit/agents/"
"""Below it running agents hold their names; of no use to another store."""

CONTROLLERS: Final = "/calico/bgpkit/controllers"
"""Held by the one process that copies from Kubernetes; of no use to another store."""
KEPT_SECONDS: Final = 15
"""How long another machine waits for what a process that has died holds."""
PODS: Final = "/calico/bgpkit/pods/"
"""Below it that process tells the agents of the pods of their nodes; of no use to another store."""

_ATTEMPTS: Final = 20


class StoreState(msgspec.Struct, frozen=True, omit_defaults=True):
    """The ``version`` of a store's contents, and the ``oldest`` version whose programs may go on using them.

    ``importing``: an import has begun and is not finished, so that the contents are not whole.
    """

    version: int = 1
    oldest: int = 1
    importing: bool = False


@dataclass(frozen=True, slots=True)
class Migration:
    """How contents become those of ``version``: what to write; ``oldest`` is as in StoreState."""

    version: int
    oldest: int
    changes: Callable[[Datastore], Awaitable[Sequence[Operation]]]


MIGRATIONS: Final[tuple[Migration, ...]] = ()
"""One for each version after the first, in order."""


async def read_state(datastore: Datastore) -> tuple[StoreState, int]:
    """Return the store's state and the revision of its key, 0 when there is none; raises DatastoreError."""
    stored = await datastore.get(STATE)
    return (_decoded(stored), stored.revision) if stored else (StoreState(), 0)


async def check_state(datastore: Datastore, place: str, known: int = SCHEMA_VERSION) -> StoreState:
    """Return the store's state if programs that know the version ``known`` may use it; else raise DatastoreError.

    ``place`` is how the error calls the datastore.
    """
    state, _ = await read_state(datastore)
    if state.importing:
        raise DatastoreError(
            f"datastore {place}: an import into it was not finished: import again, which begins anew"
            " (bgpkit-node datastore migrate import -f FILE)"
        )
    if state.oldest > known:
        raise DatastoreError(
            f"datastore {place} has schema version {state.version}, this version of bgpkit-node knows {known}:"
            " update bgpkit-node"
        )
    return state


async def bring_up_to_date(datastore: Datastore, migrations: Sequence[Migration] = MIGRATIONS) -> int:
    """Carry out the ``migrations`` that a store has not seen, each all or nothing; return the store's version.

    Several programs may do so at once.
    """
    for _ in range(_ATTEMPTS):
        state, revision = await read_state(datastore)
        ahead = [migration for migration in migrations if migration.version > state.version]
        if not ahead:
            return state.version
        step = ahead[0]
        written = msgspec.json.encode(StoreState(step.version, step.oldest))
        try:
            await datastore.transact([*await step.changes(datastore), Put(STATE, written, revision)])
        except (AlreadyExistsError, ConflictError, NotFoundError):
            continue
    raise DatastoreError("the datastore is being changed by others all the time: it was not brought up to date")


def _decoded(stored: KeyValue) -> StoreState:
    try:
        return msgspec.json.decode(stored.value, type=StoreState)
    except msgspec.DecodeError as error:
        raise DatastoreError(f"the datastore's {STATE} cannot be read: {error}") from error
