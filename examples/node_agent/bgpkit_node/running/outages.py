"""Times in which the datastore, or another service, cannot be reached: told once when they begin and once after."""

import structlog
from structlog.typing import FilteringBoundLogger

from bgpkit_node.errors import GoneError, NodeError

_log: FilteringBoundLogger = structlog.get_logger("bgpkit_node.datastore")


class Outages:
    """What cannot be read at the moment; several readers of one service have one outage."""

    def __init__(self, service: str = "datastore", doing: str = "forwarding goes on; trying again") -> None:
        """Begin with a ``service`` that can be reached; the log tells what one is ``doing`` while it cannot."""
        self._service = service
        self._doing = doing
        self._errors: dict[str, NodeError] = {}
        self.count = 0
        """Outages so far."""

    @property
    def reason(self) -> str:
        """Why the service cannot be reached; empty while it can."""
        return next((str(error) for error in self._errors.values()), "")

    @property
    def gone(self) -> str:
        """The same where what is written is lost for good: the datastore is not where it was. Empty otherwise."""
        return next((str(error) for error in self._errors.values() if isinstance(error, GoneError)), "")

    def began(self, reader: str, error: NodeError) -> None:
        """Note that ``reader`` cannot read; it tries again."""
        if not self._errors:
            self.count += 1
            _log.warning(f"{self._service}.unreachable", reason=str(error), doing=self._doing)
        self._errors[reader] = error

    def over(self, reader: str) -> None:
        """Note that ``reader`` reads again, or reads as ever."""
        if self._errors.pop(reader, None) is not None and not self._errors:
            _log.info(f"{self._service}.reachable_again")
