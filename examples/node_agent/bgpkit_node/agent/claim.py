"""One agent for a node name.

On one machine by a lock, which the kernel releases when the agent ends, however it ends; among machines by a key that
the datastore keeps as long as the agent lives, and a little longer.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from bgpkit_node.datastore import Datastore
from bgpkit_node.datastore.schema import AGENTS, KEPT_SECONDS
from bgpkit_node.errors import AlreadyExistsError, NodeError
from bgpkit_node.file_lock import FileLock
from bgpkit_node.kernel import own_namespace

_IDENTITIES: Final = (Path("/etc/machine-id"), Path("/proc/sys/kernel/random/boot_id"))


class NameClaim:
    """Holds a node's name while the context lasts."""

    def __init__(self, datastore: Path, node: str) -> None:
        """Claim ``node`` among the agents that share the file ``datastore``."""
        self._lock = FileLock(datastore.with_name(datastore.name + ".agents") / f"{node}.lock")
        self._node = node

    def __enter__(self) -> Self:
        """Take the name; NodeError when a running agent has it."""
        if not self._lock.take():
            raise NodeError(
                f"node {self._node} has a running agent already (process {self._lock.holder}): "
                "stop that one, or give this one another name with --node"
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Give the name up."""
        self._lock.release()


@asynccontextmanager
async def held_name(datastore: Datastore, node: str, holder: bytes) -> AsyncGenerator[asyncio.Event, None]:
    """Hold the name ``node`` among all machines of a cluster; the event is set when another machine has taken it.

    ``holder`` is the machine: another agent of the same has the name at once. NodeError when another machine has it.
    """
    async with AsyncExitStack() as stack:
        try:
            lost = await stack.enter_async_context(datastore.hold(f"{AGENTS}{node}", holder, KEPT_SECONDS))
        except AlreadyExistsError as error:
            raise NodeError(
                f"node {node} has a running agent on another machine, or had one until less than {KEPT_SECONDS} "
                "seconds ago: stop that one, or give this one another name with --node"
            ) from error
        yield lost


def this_machine() -> bytes:
    """Return what tells this machine, with its network namespace, from every other, and stays when agents restart."""
    for path in _IDENTITIES:
        try:
            identity = path.read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            continue
        if identity:
            return f"{identity} {own_namespace().st_ino}".encode()
    raise NodeError(f"this machine has no identity: neither {_IDENTITIES[0]} nor {_IDENTITIES[1]} can be read")
