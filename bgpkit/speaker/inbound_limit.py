"""The bound on the routes that a peer sends, and what happens beyond it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from structlog.typing import FilteringBoundLogger

from bgpkit.speaker.events import Limit, LimitReached
from bgpkit.speaker.prefix_limit import MAXIMUM, PrefixLimit, PrefixLimitAction
from bgpkit_fsm import CeaseSubcode, ErrorCode, Family, Notification
from bgpkit_rib import Source, Table

_NEVER: Final = MAXIMUM + 1


class InboundLimit:
    """Compares what a peer has sent with its bound, by the counters of the tables."""

    def __init__(
        self,
        limit: PrefixLimit,
        source: Source,
        tables: Mapping[Family, Table],
        *,
        log: FilteringBoundLogger,
        tell: Callable[[LimitReached], object],
        close: Callable[[Notification, float | None], object],
    ) -> None:
        """Watch ``source``; ``tell`` takes what comes of it.

        ``close`` ends the session with a message, for so many seconds, or with None until an operator lets the peer
        come back.
        """
        self._limit = limit
        self._source = source
        self._tables = tables
        self._log = log
        self._tell = tell
        self._close = close
        self._due: dict[Family, int] = {}
        """At how many routes something is to be done next."""

    def session_up(self) -> None:
        """Begin anew: what has been told is told again."""
        self._due.clear()

    def look(self, families: Iterable[Family]) -> None:
        """Compare, after routes of ``families`` have come in."""
        for family in families:
            count = self._tables[family].count(self._source)
            due = self._due.get(family)
            if due is None:
                due = self._due[family] = self._warning(family)
            if count >= due and not self._acted(family, count):
                return

    def _warning(self, family: Family) -> int:
        bound = self._limit.of(family)
        return max(1, -(-bound * self._limit.warning_percent // 100))

    def _acted(self, family: Family, count: int) -> bool:
        """Do what is due; tell whether the session goes on."""
        bound, action = self._limit.of(family), self._limit.action
        near = count <= bound
        self._due[family] = bound + 1 if near else _NEVER
        done = PrefixLimitAction.WARN.value if near else action.value
        event = "routes.limit_near" if near else "routes.limit_exceeded"
        self._log.warning(event, family=str(family), count=count, limit=bound, direction="in", action=done)
        self._tell(
            LimitReached(
                peer=self._source.name,
                family=family,
                limit=Limit.PREFIXES_IN,
                count=count,
                maximum=bound,
                action=done,
            )
        )
        if near or action is PrefixLimitAction.WARN:
            return True
        seconds = self._limit.restart_seconds if action is PrefixLimitAction.RESTART else None
        self._close(limit_notification(family, bound), seconds)
        return False


def limit_notification(family: Family, bound: int) -> Notification:
    """Return Cease / Maximum Number of Prefixes Reached with family and bound. RFC 4486, section 4."""
    data = family.afi.to_bytes(2, "big") + bytes((family.safi,)) + bound.to_bytes(4, "big")
    return Notification(ErrorCode.CEASE, CeaseSubcode.MAXIMUM_NUMBER_OF_PREFIXES_REACHED, data)
