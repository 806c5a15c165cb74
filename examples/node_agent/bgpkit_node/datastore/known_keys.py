"""All values below a prefix, as they are now."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing

from bgpkit_node.datastore.port import Datastore, KeyValue, WatchEvent
from bgpkit_node.datastore.read_and_watch import read_and_watch


class KnownKeys:
    """The values below a prefix, by key, for as long as someone follows :meth:`changes`; it alone reads them."""

    def __init__(self, datastore: Datastore, prefix: str) -> None:
        """Know none yet."""
        self._datastore = datastore
        self._prefix = prefix
        self.values: dict[str, KeyValue] = {}

    async def changes(self) -> AsyncGenerator[frozenset[str], None]:
        """Yield the keys that were known or are, then those that each transaction changes; ``values`` is first.

        As of :func:`read_and_watch`: all is read again when it must be; ends when the datastore is closed;
        DatastoreError goes to the caller, and what is known stays.
        """
        before = frozenset[str]()

        async def read() -> int:
            """Read all there is."""
            nonlocal before
            revision, found = await self._datastore.list(self._prefix)
            before = frozenset(self.values)
            self.values = {each.key: each for each in found}
            return revision

        async with aclosing(read_and_watch(self._datastore, self._prefix, read)) as batches:
            async for batch in batches:
                self._take(batch)
                yield frozenset(event.key for event in batch) if batch else before | self.values.keys()

    def _take(self, events: Iterable[WatchEvent]) -> None:
        for event in events:
            self.values.pop(event.key, None)
            if event.value is not None:
                self.values[event.key] = KeyValue(event.key, event.value, event.revision)
