"""A peer of a speaker: its session, its routes in, and its place in the update groups."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import IPv4Address, ip_address
from typing import Final

import structlog

from bgpkit.policy import uses_rpki
from bgpkit.session import Endpoint, Session
from bgpkit.speaker.config import PeerConfig
from bgpkit.speaker.ingest import Ingest
from bgpkit.speaker.judging_again import judge_again
from bgpkit.speaker.outbound_limit import reopens, route_limit
from bgpkit.speaker.peer_rules import cluster_id, export_key, import_rules
from bgpkit.speaker.restart import StaleRoutes, families_kept, families_preserved
from bgpkit.speaker.session_offer import session_config
from bgpkit.speaker.shared import Shared
from bgpkit.speaker.status import PeerStatus
from bgpkit.speaker.told import Told
from bgpkit.wire import Update, UpdateContext, UpdateDecoder
from bgpkit_fsm import (
    CeaseSubcode,
    CloseReason,
    ErrorCode,
    Family,
    Negotiated,
    Notification,
    RouteRefresh,
    RouteRefreshSubtype,
    SessionConfig,
)
from bgpkit_rib import Path, Source, SourceKind

PEER_DE_CONFIGURED: Final = Notification(ErrorCode.CEASE, CeaseSubcode.PEER_DE_CONFIGURED)


class SpeakerPeer:
    """Joins one session to the tables; what the session tells (``SessionHandler``) ends here."""

    def __init__(self, config: PeerConfig, shared: Shared, idle: Callable[["SpeakerPeer"], None]) -> None:
        """Prepare the peer; :meth:`start` opens it.

        ``idle`` is called when the peer has neither a session nor routes kept for its return any more.
        """
        self.config = config
        self._idle = idle
        self._shared = shared
        self._established_count = 0
        address = ip_address(config.address)
        self.source = Source(config.address, self._kind(config), address=address.packed)
        shared.clusters.use(self.source, cluster_id(config, shared))
        policy = shared.policies(config)[0]
        self._ingest = Ingest(self.source, shared.tables, import_rules(config, shared), shared.next_hops, policy)
        self.session: Session[Path] = Session(
            self._session_config(config),
            Endpoint(remote=config.address, port=config.port, local=config.local_address),
            self,
        )
        self._stale = StaleRoutes(self._sweep_stale)
        self._negotiated: Negotiated | None = None
        self._decoder: UpdateDecoder[Path] | None = None
        self._stopped = False
        self._since = datetime.now(UTC)
        self._last_error = ""
        self._told, self._refusals_told = Told(), Told()
        self._ingest.refused = self._refused
        self._log = structlog.get_logger("bgpkit.speaker").bind(peer=config.address)

    @property
    def writable(self) -> bool:
        """Whether the session takes more octets (``OutputPort``)."""
        return self.session.writable

    @property
    def ingest(self) -> Ingest:
        """The way in of the peer's routes."""
        return self._ingest

    @property
    def established(self) -> bool:
        """Whether the session is up."""
        return self._negotiated is not None

    def write(self, octets: bytes) -> None:
        """Send whole UPDATE messages (``OutputPort``)."""
        self.session.write(octets)

    def start(self) -> None:
        """Start the session."""
        self.session.start()

    def stop(self, notification: Notification | None) -> None:
        """End the session; the peer's routes stay in the tables until :meth:`drop_routes`."""
        self._stopped = True
        self.session.stop(notification)
        self._stale.cancel()

    def _close(self, notification: Notification) -> None:
        """End the session until the configuration changes, and remember why."""
        self.session.stop(notification)
        self._last_error = f"closed by us: {notification}"

    def drop_routes(self) -> None:
        """Withdraw the routes of the peer, which has been stopped, from the tables."""
        for family in self._shared.tables:
            self._sweep(family, None)

    def reconfigure(self, config: PeerConfig, *, soft: bool) -> None:
        """Take up a change that needs no new session; a ``soft`` one concerns routes, the others the next session."""
        former, self.config = self.config, config
        self.session.machine.reconfigure(self._session_config(config))
        if reopens(former, config) and not self.established:
            self.session.stop(None)
            self.session.start()
        if soft:
            self._shared.run(self._adopt(former, config))

    def selection_ended(self) -> None:
        """Send routes, which a restart of ours held back; a later OPEN no longer speaks of the restart."""
        self.session.machine.reconfigure(self._session_config(self.config))
        self.join_groups()

    def join_groups(self) -> None:
        """Take, or change, the place in the update groups that the configuration asks for."""
        negotiated, connection = self._negotiated, self.session.connection
        if negotiated is None or connection is None or self._shared.deferral.active:
            return
        for family in negotiated.families:
            if self._shared.route_targets.holds_back(self.source, family):
                continue
            next_hop = self.config.next_hop(family, connection.local_address)
            if next_hop is None:
                self._log.warning("family.not_sent", family=str(family), reason="next_hops names no address for it")
                self._shared.outputs.leave(self.source, family)
                continue
            key = export_key(self.config, self._shared, negotiated, self.source, family, next_hop)
            self._shared.outputs.join(self.source, self, key, route_limit(self.config, family, self._log, self._close))

    def status(self) -> PeerStatus:
        """Return the peer as it is now."""
        negotiated, connection = self._negotiated, self.session.connection
        return PeerStatus(
            address=self.config.address,
            asn=self.config.asn,
            state=self.session.state,
            since=self._since,
            bgp_identifier=str(IPv4Address(self.source.bgp_identifier)) if self._established_count else "",
            local_address=connection.local_address if connection is not None else "",
            families=negotiated.families if negotiated is not None else (),
            hold_time=negotiated.hold_time if negotiated is not None else 0,
            prefixes_received=sum(table.count(self.source) for table in self._shared.tables.values()),
            octets_received=connection.octets_received if connection is not None else 0,
            octets_sent=connection.octets_sent if connection is not None else 0,
            stale=tuple(sorted(self._stale.families)),
            established_count=self._established_count,
            last_error=self._last_error,
            description=self.config.description,
        )

    # The session's side: bgpkit.session.SessionHandler.

    def session_established(self, negotiated: Negotiated, local_address: str) -> UpdateDecoder[Path]:
        """Begin a new generation of the peer's routes and send it ours."""
        self._negotiated = negotiated
        self._since = datetime.now(UTC)
        self._established_count += 1
        self.session.machine.reconfigure(self._session_config(self.config))  # the next OPEN says more
        self.source.bgp_identifier = int(negotiated.remote.bgp_identifier)
        self.source.generation += 1
        self._ingest.forget()
        self._told.clear()
        self._refusals_told.clear()
        self._ingest.families = frozenset(negotiated.families)
        self._stale.session_back(families_preserved(negotiated.peer_graceful_restart) & self._ingest.families)
        self._shared.deferral.session_up(self, negotiated)
        marks = negotiated.peer_graceful_restart is not None
        self._shared.route_targets.session_up(self.source, negotiated.families, self.join_groups, marks=marks)
        # The machine has yet to finish its effects; the first UPDATE goes out after them.
        asyncio.get_running_loop().call_soon(self.join_groups)
        own = ip_address(local_address.partition("%")[0])
        self._shared.own_addresses((own.packed,))
        context = UpdateContext.of(negotiated)
        if self.source.kind is SourceKind.CONFEDERATION:
            context = replace(context, internal=True)  # it sends what the inside of an AS is sent (RFC 5065, section 4)
        self._decoder = UpdateDecoder(context, self._ingest.rules.entering(self._ingest.make))
        return self._decoder

    def update_received(self, update: Update[Path]) -> None:
        """Put the routes of an UPDATE into the tables."""
        for fault in update.faults:
            if self._told.first((fault.action, fault.code, fault.text)):
                self._log.warning("update.fault", action=fault.action.name.lower(), code=fault.code, reason=fault.text)
        self._ingest.update(update)
        if update.end_of_rib is not None:
            self._stale.end_of_rib(update.end_of_rib)
            self._shared.deferral.end_of_rib(self, update.end_of_rib)
            self._shared.route_targets.end_of_rib(self.source, update.end_of_rib)

    def refresh_received(self, refresh: RouteRefresh) -> None:
        """Send all routes of a family again.

        The subtype means something only where both sides said so; else its octet is reserved, and ignored.
        RFC 2918, sections 3 and 4; RFC 7313, section 3.2.
        """
        negotiated = self._negotiated
        marked = negotiated is not None and negotiated.enhanced_route_refresh
        if not marked or refresh.subtype == RouteRefreshSubtype.REQUEST:
            self._shared.outputs.refresh(self.source, refresh.family)

    def session_released(self, reason: CloseReason) -> None:
        """Drop the peer's routes, or keep them for a graceful restart. RFC 4724, section 4.2."""
        negotiated, self._negotiated = self._negotiated, None
        self._decoder = None
        self._ingest.forget()  # what is remembered keeps paths alive
        self._since = datetime.now(UTC)
        self._last_error = reason.text
        self._shared.outputs.leave(self.source)
        self._shared.deferral.session_lost(self)
        self._shared.route_targets.session_lost(self.source)
        if self._stopped:
            return
        closed_by_message = reason.sent is not None or reason.received is not None
        kept = frozenset[Family]() if closed_by_message else families_kept(negotiated)
        self._stale.expire()  # routes that were stale before do not outlive a second restart
        for family in self._ingest.families - kept:
            self._sweep(family, None)
        self.source.generation += 1
        if negotiated is not None and negotiated.peer_graceful_restart is not None and kept:
            self._stale.session_lost(kept, negotiated.peer_graceful_restart.restart_time)
            self._log.info("session.routes_kept", seconds=negotiated.peer_graceful_restart.restart_time)
        self._look_idle()

    def attempt_failed(self, reason: CloseReason) -> None:
        """Remember why there is no session."""
        self._last_error = reason.text
        self._look_idle()

    def became_writable(self) -> None:
        """Go on sending."""
        self._shared.outputs.pump(self.source)

    def _look_idle(self) -> None:
        """Tell the owner, once the machine has done its effects, that nothing is left of the peer."""

        def look() -> None:
            if not (self.established or self._stale.families or self._stopped):
                self._idle(self)

        asyncio.get_running_loop().call_soon(look)

    def _refused(self, reason: str) -> None:
        """Take note that the rules, not the policy, forbid a path of this peer."""
        if self._refusals_told.first(reason):
            self._log.info("route.not_eligible", reason=reason)

    def judge(self, family: Family, path: Path, keys: list[bytes]) -> None:
        """Judge a path of this peer anew for ``keys``."""
        self._ingest.judge_again(family, path, keys)

    def rebind(self) -> bool:
        """Take up new ROAs; tell whether the paths of this peer are to be judged anew."""
        inward = uses_rpki(self._ingest.policy)
        if inward:
            self._ingest.use(self._ingest.rules, self._shared.policies(self.config)[0])
        self.join_groups()
        return inward

    def forget(self) -> None:
        """Forget what has been made of attribute blocks: it is to be made anew."""
        self._ingest.forget()
        if self._decoder is not None:
            self._decoder.clear()

    def _adopt(self, former: PeerConfig, config: PeerConfig) -> Iterator[None]:
        """Take routes in, then send them, as ``config`` says; what comes in anew goes out to the former group first."""
        inward = [
            (self._kind(each), import_rules(each, self._shared), self._shared.policies(each)[0])
            for each in (former, config)
        ]
        self._shared.clusters.use(self.source, cluster_id(config, self._shared))
        if inward[0] != inward[1]:
            self.source.kind, rules, policy = inward[1]
            self._ingest.use(rules, policy)
            self.forget()  # the decoder's paths are of the former kind
            for family in self._ingest.families:
                table = self._shared.tables[family]
                yield from judge_again(family, table, lambda path: path.source is self.source, self.judge)
        self.join_groups()

    def _sweep_stale(self, family: Family) -> None:
        self._sweep(family, self.source.generation)
        self._look_idle()

    def _sweep(self, family: Family, below: int | None) -> None:
        steps: Iterator[None] = self._shared.tables[family].sweep(self.source, below=below)
        self._shared.run(steps)

    def _kind(self, config: PeerConfig) -> SourceKind:
        return self._shared.kind_of(config.asn, client=config.route_reflector_client)

    def _session_config(self, config: PeerConfig) -> SessionConfig:
        return session_config(config, self._shared, kind=self._kind(config), established=self._established_count > 0)
