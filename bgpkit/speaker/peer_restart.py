"""What becomes of the routes of one peer when a session ends or begins, and when they are told anew.

RFC 4724, section 4.2; RFC 7313, section 4; RFC 9494, section 4.2.
"""

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from structlog.typing import FilteringBoundLogger

from bgpkit.speaker.incoming_refreshes import IncomingRefreshes
from bgpkit.speaker.ingest import Ingest
from bgpkit.speaker.long_lived import mark_long_lived
from bgpkit.speaker.retention import Retention, long_lived_preserved_families, preserved_families
from bgpkit.speaker.stale_routes import StaleRoutes
from bgpkit_fsm import Family, Negotiated, RouteRefresh, RouteRefreshSubtype
from bgpkit_rib import Table


class PeerRestart:
    """Raises the generation of a peer's routes, and sweeps what is of older ones when its time has come."""

    def __init__(
        self,
        ingest: Ingest,
        tables: Mapping[Family, Table],
        run: Callable[[Iterator[None]], None],
        log: FilteringBoundLogger,
        *,
        forget: Callable[[], None],
        swept: Callable[[], None],
    ) -> None:
        """Look after the routes of ``ingest`` in ``tables``; long work goes through ``run``.

        ``forget`` is called when paths that have been made must not be used again, ``swept`` when stale ones have gone.
        """
        self._ingest, self._source = ingest, ingest.source
        self._tables = tables
        self._run = run
        self._log = log
        self._forget = forget
        self._swept = swept
        self._stale = StaleRoutes(self._sweep_stale, self._mark)
        self._refreshes = IncomingRefreshes(self._begin, self.sweep)
        self.told: frozenset[Family] = frozenset()
        """Families of which End-of-RIB has come in the present session."""

    @property
    def families(self) -> frozenset[Family]:
        """The families that hold stale routes."""
        return self._stale.families

    @property
    def long_lived(self) -> frozenset[Family]:
        """Those of them whose stale routes are the last resort."""
        return self._stale.long_lived

    def session_up(self, negotiated: Negotiated) -> None:
        """Begin a generation, and keep of the stale routes what the peer says it went on forwarding."""
        self._source.generation += 1
        self.told = frozenset()
        families = frozenset(negotiated.families)
        graceful = negotiated.peer_graceful_restart
        preserved = families & preserved_families(graceful)
        self._stale.session_back(preserved, families & long_lived_preserved_families(negotiated))
        self._refreshes.session_up(families, marks=graceful is not None)

    def session_lost(self, coming: Mapping[Family, Retention], families: AbstractSet[Family]) -> None:
        """Keep the routes of those ``families`` of the session that ``coming`` names, and drop the others."""
        source = self._source
        self._refreshes.session_lost()
        self._stale.let_go(coming)
        source.generation += 1
        source.stale_below = source.generation
        self._stale.session_lost(coming)
        for family in families - self._stale.families:
            self.sweep(family, None)
        if coming:
            seconds = {str(family): each.restart_time + each.long_lived_time for family, each in coming.items()}
            self._log.info("session.routes_kept", seconds=seconds)

    def end_of_rib(self, family: Family) -> None:
        """Drop the stale routes of ``family`` that the peer has not announced again."""
        self.told |= {family}
        self._stale.end_of_rib(family)
        self._refreshes.end_of_rib(family)

    def refresh_marked(self, refresh: RouteRefresh) -> bool:
        """Take the beginning or the end of a refresh; False for what is ignored. RFC 7313, sections 4 and 5."""
        taken = False
        match refresh.subtype:
            case RouteRefreshSubtype.BEGINNING:
                taken = self._refreshes.begins(refresh.family)
            case RouteRefreshSubtype.END:
                taken = self._refreshes.ends(refresh.family)
            case _:
                pass
        if not taken:
            self._log.warning("refresh.ignored", message=str(refresh))
        return taken

    def expire(self) -> None:
        """Drop all stale routes now."""
        self._stale.expire()

    def cancel(self) -> None:
        """Forget all of it without dropping anything; nothing is called any more."""
        self._stale.cancel()
        self._refreshes.session_lost()

    def sweep(self, family: Family, below: int | None) -> None:
        """Drop the routes of ``family`` of generations under ``below``, or all."""
        self._run(self._tables[family].sweep(self._source, below=below))

    def _begin(self) -> int:
        self._source.generation += 1
        self._forget()
        return self._source.generation

    def _mark(self, family: Family) -> None:
        self._log.info("session.routes_long_lived_stale", family=str(family))
        self._run(mark_long_lived(family, self._tables[family], self._ingest, self._source.stale_below))

    def _sweep_stale(self, family: Family) -> None:
        self.sweep(family, self._source.stale_below)
        self._swept()
