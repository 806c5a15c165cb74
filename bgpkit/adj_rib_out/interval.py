"""Changes that wait for the minimum time between two UPDATEs for one destination (RFC 4271, section 9.2.1.1)."""

from collections.abc import Callable

from bgpkit.adj_rib_out.scheduler import Scheduler
from bgpkit_rib import Entry, Table


class Interval:
    """Collects changes, announcements and withdrawals, while the time since the last ones is too short.

    Of however many changes of a key only the last state is sent. Until then members have been told of the entry that
    the key had before the first of them.
    """

    __slots__ = ("_asked", "_due", "_ready", "_ready_at", "_scheduler", "_seconds", "_table", "_waiting")

    def __init__(self, seconds: float, table: Table, scheduler: Scheduler, ready: Callable[[], None]) -> None:
        """Let ``seconds`` pass between two UPDATEs for a key of ``table``; ``ready`` is called when some may go."""
        self._seconds = seconds
        self._table = table
        self._scheduler = scheduler
        self._ready = ready
        self._ready_at = 0.0
        self._asked = False
        self._waiting: dict[bytes, Entry | None] = {}
        self._due: dict[bytes, Entry | None] = {}

    @property
    def is_due(self) -> bool:
        """Whether there are changes to be sent now."""
        return bool(self._due)

    def note(self, keys: list[bytes], old: Entry | None) -> None:
        """Collect a change of ``keys``, whose entry was ``old`` before."""
        for key in keys:
            if key not in self._due:
                self._waiting.setdefault(key, old)
        self._ask()

    def told(self, key: bytes) -> Entry | None:
        """Return the entry of ``key`` of which members have been told."""
        for collected in (self._due, self._waiting):
            if key in collected:
                return collected[key]
        return self._table.get(key)

    def unsent(self) -> dict[bytes, Entry | None]:
        """Return the keys with a change that has not been sent, and the entry told of each."""
        return self._waiting | self._due

    def take(self, count: int) -> dict[tuple[Entry | None, Entry | None], list[bytes]]:
        """Return changes that are due, of ``count`` keys at most: keys by the entry told of and the present one.

        Members are told of these next, before anything else.
        """
        taken: dict[tuple[Entry | None, Entry | None], list[bytes]] = {}
        if not self._due:
            return taken
        for key in [key for key, _ in zip(self._due, range(count), strict=False)]:
            old, new = self._due.pop(key), self._table.get(key)
            if old is not new:
                taken.setdefault((old, new), []).append(key)
        if not self._due:
            self._ready_at = self._scheduler.time() + self._seconds
            self._ask()
        return taken

    def clear(self) -> None:
        """Forget everything: nobody is left to be told."""
        self._waiting.clear()
        self._due.clear()

    def _ask(self) -> None:
        if self._waiting and not self._due and not self._asked:
            self._asked = True
            self._scheduler.call_later(max(0.0, self._ready_at - self._scheduler.time()), self._elapsed)

    def _elapsed(self) -> None:
        self._asked = False
        self._due, self._waiting = self._waiting, {}
        self._ready()
