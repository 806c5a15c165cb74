"""Times in which the datastore cannot be reached: told once when they begin, once when they are over."""

import structlog
from structlog.typing import FilteringBoundLogger

from bgpkit_node.errors import DatastoreError

_log: FilteringBoundLogger = structlog.get_logger("bgpkit_node.datastore")


class Outages:
    """What cannot be read at the moment; several readers of one datastore have one outage."""

    def __init__(self) -> None:
        """Begin with a datastore that can be reached."""
        self._reasons: dict[str, str] = {}
        self.count = 0
        """Outages so far."""

    @property
    def reason(self) -> str:
        """Why the datastore cannot be reached; empty while it can."""
        return next(iter(self._reasons.values()), "")

    def began(self, reader: str, error: DatastoreError) -> None:
        """Note that ``reader`` cannot read; it tries again."""
        if not self._reasons:
            self.count += 1
            _log.warning("datastore.unreachable", reason=str(error), doing="forwarding goes on; trying again")
        self._reasons[reader] = str(error)

    def over(self, reader: str) -> None:
        """Note that ``reader`` reads again, or reads as ever."""
        if self._reasons.pop(reader, None) is not None and not self._reasons:
            _log.info("datastore.reachable_again")
