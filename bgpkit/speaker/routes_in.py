"""The routes of one peer on their way in: the UPDATEs of its sessions, and what becomes of the routes between them."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from bgpkit.policy import uses_rpki
from bgpkit.speaker.config import PeerConfig
from bgpkit.speaker.inbound_limit import InboundLimit
from bgpkit.speaker.ingest import Ingest
from bgpkit.speaker.judging_again import judge_again
from bgpkit.speaker.peer_context import PeerContext
from bgpkit.speaker.peer_restart import PeerRestart
from bgpkit.speaker.peer_rules import cluster_id, import_rules
from bgpkit.speaker.retention import Retention
from bgpkit.speaker.route_counts import RouteCounts
from bgpkit.speaker.told import Told
from bgpkit.wire import Update, UpdateContext, UpdateDecoder
from bgpkit_fsm import Family, Negotiated, Notification
from bgpkit_rib import Path, SourceKind


class RoutesIn:
    """Puts a peer's routes into the tables, and judges them anew when that is due.

    It takes the UPDATEs of the peer's session (``UpdateReceiver``) and judges its paths (``Judge``).
    """

    def __init__(
        self,
        context: PeerContext,
        *,
        close: Callable[[Notification, float | None], object],
        swept: Callable[[], None],
        told: Callable[[Family], object],
    ) -> None:
        """Serve the peer of ``context``.

        ``close`` ends its session for so many seconds, or until its configuration changes; ``swept`` is called when
        stale routes have gone, ``told`` when End-of-RIB has come for a family.
        """
        shared, config = context.shared, context.config
        self._context = context
        self._close = close
        self._has_told = told
        self.ingest = Ingest(
            context.source, shared.tables, import_rules(config, shared), shared.next_hops, shared.policies(config)[0]
        )
        self.ingest.refused = self._refused
        self.restart = PeerRestart(self.ingest, shared.tables, shared.run, context.log, forget=self.forget, swept=swept)
        self._decoder: UpdateDecoder[Path] | None = None
        self._counts: defaultdict[Family, list[int]] = defaultdict(lambda: [0, 0])
        self._family: Family | None = None
        self._announced = 0
        """Routes of that family that have been announced and are not among the counts yet."""
        self._faults_told, self._refusals_told = Told(), Told()
        self._limit: InboundLimit | None = None
        self.renew_limit()

    def session_up(self, negotiated: Negotiated) -> UpdateDecoder[Path]:
        """Begin a new generation of the peer's routes; return the decoder of its UPDATEs."""
        ingest, context = self.ingest, self._context
        ingest.forget()
        self._faults_told.clear()
        self._refusals_told.clear()
        if self._limit is not None:
            self._limit.session_up()
        ingest.families = frozenset(negotiated.families)
        self._count_for(None)
        self._counts.clear()
        self.restart.session_up(negotiated)
        terms = replace(UpdateContext.of(negotiated), accept_as_sets=context.config.accept_as_sets)
        if context.source.kind is SourceKind.CONFEDERATION:
            terms = replace(terms, internal=True)  # it sends what the inside of an AS is sent (RFC 5065, section 4)
        self._decoder = UpdateDecoder(terms, ingest.rules.entering(ingest.make))
        return self._decoder

    @property
    def counts(self) -> tuple[RouteCounts, ...]:
        """How many routes the UPDATEs of the session, or of the last one, have spoken of, by family."""
        self._count_for(self._family)
        counted = ((family, self._counts[family]) for family in sorted(self.ingest.families))
        return tuple(RouteCounts(family=family, announced=each[0], withdrawn=each[1]) for family, each in counted)

    def _count_for(self, family: Family | None) -> None:
        """Add what has been counted to its family's, and count for ``family`` from now on."""
        if self._family is not None:
            self._counts[self._family][0] += self._announced
        self._family, self._announced = family, 0

    def session_lost(self, coming: Mapping[Family, Retention] | None) -> None:
        """Keep the routes of the families that ``coming`` names and drop the others; with None all stay as they are."""
        self._decoder = None
        self.ingest.forget()  # what is remembered keeps paths alive
        if coming is not None:
            self.restart.session_lost(coming, self.ingest.families)

    def routes_announced(self, family: Family, made: Path, keys: list[bytes], nlri: bytes | None) -> None:
        """Put the routes of an UPDATE that does nothing but announce them into a table."""
        if family is not self._family:  # to look a family up costs more than to count
            self._count_for(family)
        self._announced += len(keys)
        self.ingest.announce(family, made, keys, nlri)
        if self._limit is not None:
            self._limit.look((family,))

    def update_received(self, update: Update[Path]) -> None:
        """Put the routes of any other UPDATE into the tables."""
        for fault in update.faults:
            if self._faults_told.first((fault.action, fault.code, fault.text)):
                action = fault.action.name.lower()
                self._context.log.warning("update.fault", action=action, code=fault.code, reason=fault.text)
        for family, keys, _ in update.withdrawn:
            self._counts[family][1] += len(keys)
        for family, _, keys, _ in update.announced:
            self._counts[family][0] += len(keys)
        self.ingest.update(update)
        if self._limit is not None:
            self._limit.look(family for family, *_ in update.announced)
        if update.end_of_rib is not None:
            self.restart.end_of_rib(update.end_of_rib)
            self._has_told(update.end_of_rib)

    def drop(self) -> None:
        """Withdraw all routes of the peer from the tables."""
        for family in self._context.shared.tables:
            self.restart.sweep(family, None)

    def judge(self, family: Family, path: Path, keys: list[bytes]) -> None:
        """Judge a path of the peer anew for ``keys``."""
        self.ingest.judge_again(family, path, keys)

    def forget(self) -> None:
        """Forget what has been made of attribute blocks: it is to be made anew."""
        self.ingest.forget()
        if self._decoder is not None:
            self._decoder.clear()

    def renew_limit(self) -> None:
        """Take up the bound that the configuration sets."""
        context = self._context
        limit, shared = context.config.max_prefixes_in, context.shared
        self._limit = None
        if limit is not None:
            tell = shared.events.publish
            self._limit = InboundLimit(
                limit, context.source, shared.tables, log=context.log, tell=tell, close=self._close
            )

    def rebind(self) -> bool:
        """Take up new ROAs; tell whether the paths of the peer are to be judged anew."""
        if not uses_rpki(self.ingest.policy):
            return False
        self.ingest.use(self.ingest.rules, self._context.shared.policies(self._context.config)[0])
        return True

    def adopt(self, former: PeerConfig, config: PeerConfig) -> Iterator[None]:
        """Take routes in as ``config`` says from now on, and judge those that are there anew, in slices."""
        shared, source = self._context.shared, self._context.source
        before, after = (
            (shared.kind_of(each), import_rules(each, shared), shared.policies(each)[0]) for each in (former, config)
        )
        shared.clusters.use(source, cluster_id(config, shared))
        if before == after:
            return
        source.kind, rules, policy = after
        self.ingest.use(rules, policy)
        self.forget()  # the decoder's paths are of the former kind
        for family in self.ingest.families:
            yield from judge_again(family, shared.tables[family], lambda path: path.source is source, self.judge)

    def _refused(self, reason: str) -> None:
        """Take note that the rules, not the policy, forbid a path of the peer."""
        if self._refusals_told.first(reason):
            self._context.log.info("route.not_eligible", reason=reason)
