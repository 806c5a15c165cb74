"""Reading what is stored and following what changes, so that nothing is missed between the two."""

from collections.abc import AsyncGenerator, Awaitable, Callable

import structlog
from structlog.typing import FilteringBoundLogger

from bgpkit_node.datastore.port import Datastore, WatchEvent
from bgpkit_node.errors import CompactedError

_log: FilteringBoundLogger = structlog.get_logger("bgpkit_node.datastore")


async def read_and_watch(
    datastore: Datastore, prefix: str, read: Callable[[], Awaitable[int]]
) -> AsyncGenerator[tuple[WatchEvent, ...], None]:
    """Await ``read`` and yield an empty tuple, then the events of each transaction under ``prefix`` after that.

    ``read`` returns the revision at which it has read. It is called again, and an empty tuple follows again, when the
    datastore no longer keeps the changes after a revision. Ends when the datastore is closed. What ``read`` raises goes
    to the caller, as does DatastoreError of the watch. Close it (``aclosing``) when leaving it before its end.
    """
    while True:
        revision = await read()
        yield ()
        events = datastore.watch(prefix, revision)
        try:
            async for batch in events:
                if batch:
                    yield batch
        except CompactedError as error:
            _log.info("datastore.read_again", prefix=prefix, reason=str(error))
            continue
        finally:
            if isinstance(events, AsyncGenerator):
                await events.aclose()
        return
