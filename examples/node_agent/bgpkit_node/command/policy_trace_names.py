"""Whose an address is, while a trace lasts: as the datastore has it, and without one as the kernel's table has it."""

import asyncio
import time
from contextlib import suppress
from typing import Final

from bgpkit_node.command.surroundings import opened_store, warn
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.errors import NodeError
from bgpkit_node.nft import KernelTable
from bgpkit_node.policy import cluster_of_resources
from bgpkit_node.policy.model import Address
from bgpkit_node.policy_trace.kernel_names import names_in
from bgpkit_node.resources import Node, Resource, WorkloadEndpoint

_PAUSE: Final = 1.0
"""Seconds for which what the kernel said of an address that it does not know holds."""


class Names:
    """Names of pods and nodes by their addresses."""

    def __init__(self, kernel: KernelTable) -> None:
        """Know what is in the kernel's table; :meth:`follow` brings the rest."""
        self._kernel = kernel
        self._here = names_in(kernel)
        self._asked = time.monotonic()
        self._stored: dict[Address, str] = {}
        self._known = asyncio.Event()

    def of(self, address: Address) -> str:
        """Return whose an address is; empty when it is nobody's."""
        found = self._stored.get(address) or self._here.get(address)
        if found is None and time.monotonic() - self._asked > _PAUSE:
            self._here = names_in(self._kernel)
            self._asked = time.monotonic()
            found = self._here.get(address)
        return found or ""

    def are_known(self, name: str) -> bool:
        """Tell whether anybody goes by a name."""
        return name in self._stored.values() or name in self._here.values()

    async def known(self, seconds: float) -> None:
        """Wait until the datastore has been read, or cannot be, for at most ``seconds``."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._known.wait()

    async def follow(self, datastore: DatastoreSettings) -> None:
        """Follow the names in a datastore until this is cancelled; where that fails, say so once and go on without."""
        try:
            async with opened_store(datastore) as store:
                batches = store.watch(WorkloadEndpoint, Node)
                try:
                    async for batch in batches:
                        for change in batch.changes:
                            self._take(change.old, change.new)
                        self._known.set()
                finally:
                    await batches.aclose()
        except NodeError as error:
            warn(f"names are those of this node's rules, as they are known by now: {error}")
        finally:
            self._known.set()

    def _take(self, old: Resource | None, new: Resource | None) -> None:
        for address, name in _named(old):
            if self._stored.get(address) == name:
                del self._stored[address]
        self._stored |= dict(_named(new))


def _named(resource: Resource | None) -> list[tuple[Address, str]]:
    given = () if resource is None else (resource,)
    names = cluster_of_resources(given).addresses
    return [(address, name) for name, addresses in names.items() for address in addresses]
