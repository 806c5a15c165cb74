"""A peer of a speaker: its session, its routes in, and its place in the update groups."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from ipaddress import IPv4Address, ip_address
from typing import Final

import structlog

from bgpkit.errors import ConfigError
from bgpkit.policy import uses_rpki
from bgpkit.session import Endpoint, Session
from bgpkit.speaker.completion import Progress
from bgpkit.speaker.config import PeerConfig
from bgpkit.speaker.default_reject import tell_missing
from bgpkit.speaker.ending import final_word
from bgpkit.speaker.events import EndOfRibReceived, RefreshReceived
from bgpkit.speaker.held_down import HeldDown
from bgpkit.speaker.inbound_limit import InboundLimit
from bgpkit.speaker.ingest import Ingest
from bgpkit.speaker.judging_again import judge_again
from bgpkit.speaker.liveness_gate import LivenessGate
from bgpkit.speaker.message_counts import messages_received, messages_sent
from bgpkit.speaker.outbound_limit import reopens, route_limit
from bgpkit.speaker.own_next_hop import own_next_hop
from bgpkit.speaker.peer_history import PeerHistory
from bgpkit.speaker.peer_restart import PeerRestart
from bgpkit.speaker.peer_rules import cluster_id, export_key, import_rules
from bgpkit.speaker.retention import retentions, survives
from bgpkit.speaker.session_offer import session_config
from bgpkit.speaker.shared import Shared
from bgpkit.speaker.status import PeerStatus
from bgpkit.speaker.time_of_day import time_of_day
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
    Slot,
    State,
)
from bgpkit_rib import Path, Source, SourceKind

_ADMINISTRATIVE_RESET: Final = Notification(ErrorCode.CEASE, CeaseSubcode.ADMINISTRATIVE_RESET)


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
            _endpoint(config),
            self,
            shared.access.network,
            shared.jitter,
        )
        self._negotiated: Negotiated | None = None
        self._decoder: UpdateDecoder[Path] | None = None
        self._stopped = False
        self._since = time_of_day()
        self._last_error = ""
        self._told, self._refusals_told = Told(), Told()
        self.history = PeerHistory(config.address, shared.events)
        self._ingest.refused = self._refused
        self._log = structlog.get_logger("bgpkit.speaker").bind(peer=config.address)
        self._restart = PeerRestart(
            self._ingest, shared.tables, shared.run, self._log, forget=self.forget, swept=self._look_idle
        )
        self._down = HeldDown(self._come_back)
        self._gate = LivenessGate(self, shared.liveness)
        self._limit = self._inbound_limit(config)
        if self.source.kind is SourceKind.EBGP:
            tell_missing(config, self._log)

    @property
    def writable(self) -> bool:
        """Whether the session takes more octets (``OutputPort``)."""
        return self.session.writable

    @property
    def ingest(self) -> Ingest:
        """The way in of the peer's routes."""
        return self._ingest

    @property
    def state(self) -> State:
        """Where the session stands."""
        return self.session.state

    @property
    def held_down(self) -> bool:
        """Whether we keep the session down."""
        return self._down.active or self._gate.holding

    @property
    def established(self) -> bool:
        """Whether the session is up."""
        return self._negotiated is not None

    def write(self, octets: bytes) -> None:
        """Send whole UPDATE messages (``OutputPort``)."""
        self.session.write(octets)

    def start(self) -> None:
        """Start the session, as soon as the path to the peer allows it."""
        self._gate.begin(self.config)

    def stop(self, notification: Notification | None) -> None:
        """End the session; the peer's routes stay in the tables until :meth:`drop_routes`."""
        self._stopped = True
        self._down.let_go()
        self._gate.end(keep=notification is None)
        self.session.stop(final_word(notification, self._negotiated))
        self._restart.cancel()

    def reset(self) -> None:
        """End the session, if there is one, and let the peer come back at once, whatever has kept it away."""
        self._down.let_go()
        self.session.stop(_ADMINISTRATIVE_RESET)
        self._come_back()

    def _close(self, notification: Notification, seconds: float | None = None) -> None:
        """End the session for ``seconds``, or until the configuration changes, and remember why."""
        self._down.hold(seconds)
        self.session.stop(final_word(notification, self._negotiated))
        self._last_error = f"closed by us: {notification}"
        self.history.sent_away(self._last_error, seconds)

    # The path's side: bgpkit.speaker.liveness_gate.GatedPeer.

    def open_session(self, *, again: bool) -> None:
        """Start trying to get the session up, unless we keep it down; whoever does not come ``again`` may go."""
        if not (self._down.active or self._stopped):
            self.session.start()
        if again:
            self._look_idle()

    def path_failed(self, notification: Notification | None, reason: str) -> None:
        """End the session because the path to the peer has failed. RFC 9384, section 4."""
        self._log.warning("path.failed", reason=reason)
        self.session.stop(final_word(notification, self._negotiated))
        self._last_error = reason if notification is None else f"{reason}: {notification}"

    def abort_restart(self) -> None:
        """Drop the stale routes of a peer whose path has failed while it restarts. RFC 5882, section 4.3.1."""
        self._restart.expire()

    def held_back(self, reason: str) -> None:
        """Remember why the session waits for the path."""
        if not self.established:
            self.history.held_back(reason)

    def drop_routes(self) -> None:
        """Withdraw the routes of the peer, which has been stopped, from the tables."""
        for family in self._shared.tables:
            self._restart.sweep(family, None)

    def request_refresh(self, families: Iterable[Family] | None) -> None:
        """Ask the peer for all routes of ``families``, or of all, again; ConfigError when it cannot be asked."""
        negotiated, name = self._negotiated, f"peer {self.config.address}"
        if negotiated is None:
            raise ConfigError(f"{name}: its session is {self.state}, and routes are refreshed in an Established one")
        if not negotiated.route_refresh:
            raise ConfigError(f"{name}: it does not do route refresh (RFC 2918); reset the session instead")
        wanted = negotiated.families if families is None else tuple(families)
        for family in wanted:
            if family not in negotiated.families:
                raise ConfigError(f"{name}: {family} is not a family of the session")
        for family in wanted:
            self.session.send(RouteRefresh(family))

    def reconfigure(self, config: PeerConfig, *, soft: bool) -> None:
        """Take up a change that needs no new session; a ``soft`` one concerns routes, the others the next session.

        ConfigError when an open connection cannot take it up; then nothing has changed but options of TCP.
        """
        if config.transport != self.config.transport:
            self.session.use(_endpoint(config))
        former, self.config = self.config, config
        if self._kind(config) is SourceKind.EBGP:
            tell_missing(config, self._log, former=former)
        self.session.machine.reconfigure(self._session_config(config))
        if former.max_prefixes_in != config.max_prefixes_in:
            self._limit = self._inbound_limit(config)
        if reopens(former, config) and not self.established:
            self._down.let_go()
            self.session.stop(None)
            self._gate.try_open()
        self._gate.follow(config)
        if soft:
            self._shared.run(self._adopt(former, config))

    def selection_ended(self) -> None:
        """Send routes, which a restart of ours held back; a later OPEN no longer speaks of the restart."""
        self.session.machine.reconfigure(self._session_config(self.config))
        self.join_groups()

    def own_next_hop(self, family: Family) -> bytes | None:
        """Return our own next hop for a family on the session, packed; None: there is none."""
        negotiated, connection = self._negotiated, self.session.connection
        if negotiated is None or connection is None:
            return None
        extended = family in negotiated.extended_next_hop
        return own_next_hop(self.config, family, connection.local_address, extended=extended)

    def join_groups(self) -> None:
        """Take, or change, the place in the update groups that the configuration asks for."""
        negotiated, connection = self._negotiated, self.session.connection
        if negotiated is None or connection is None or self._shared.sends_nothing_yet:
            return
        for family in negotiated.families:
            if self._shared.route_targets.holds_back(self.source, family):
                continue
            next_hop = self.own_next_hop(family)
            if next_hop is None:
                self._log.warning("family.not_sent", family=str(family), reason="next_hops names no address for it")
                self._shared.outputs.leave(self.source, family)
                continue
            key = export_key(self.config, self._shared, negotiated, self.source, family, next_hop)
            tell = self._shared.events.publish
            limit = route_limit(self.config, family, self._log, close=self._close, tell=tell)
            self._shared.outputs.join(self.source, self, key, limit)

    def progress(self) -> Progress | None:
        """Return how far the peer has come in telling its routes; None without a session."""
        negotiated, connection = self._negotiated, self.session.connection
        if negotiated is None:
            return None
        return Progress(
            session=self._established_count,
            families=frozenset(negotiated.families),
            told=self._restart.told,
            marks=self.config.graceful_restart and negotiated.peer_graceful_restart is not None,
            updates=messages_received(connection).updates,
        )

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
            messages_received=messages_received(connection),
            messages_sent=messages_sent(connection, self._shared.outputs.sent(self.source)),
            terms=self.history.terms,
            stale=tuple(sorted(self._restart.families)),
            long_lived_stale=tuple(sorted(self._restart.long_lived)),
            established_count=self._established_count,
            last_error=self._last_error,
            description=self.config.description,
        )

    # The session's side: bgpkit.session.SessionHandler.

    def session_established(self, negotiated: Negotiated, local_address: str) -> UpdateDecoder[Path]:
        """Begin a new generation of the peer's routes and send it ours."""
        connection = self.session.connection
        self.history.established(
            negotiated,
            local_address=local_address,
            remote_address=connection.remote_address if connection is not None else "",
            opened_by_us=self.session.machine.session_slot is Slot.OUTGOING,
        )
        self._negotiated = negotiated
        self._since = time_of_day()
        self._established_count += 1
        self.session.machine.reconfigure(self._session_config(self.config))  # the next OPEN says more
        self.source.bgp_identifier = int(negotiated.remote.bgp_identifier)
        self._ingest.forget()
        self._told.clear()
        self._refusals_told.clear()
        if self._limit is not None:
            self._limit.session_up()
        self._ingest.families = frozenset(negotiated.families)
        self._restart.session_up(negotiated)
        self._shared.deferral.session_up(self, negotiated)
        marks = negotiated.peer_graceful_restart is not None
        self._shared.route_targets.session_up(self.source, negotiated.families, self.join_groups, marks=marks)
        # The machine has yet to finish its effects; the first UPDATE goes out after them.
        asyncio.get_running_loop().call_soon(self.join_groups)
        own = ip_address(local_address.partition("%")[0])
        self._shared.own_addresses((own.packed,))
        context = replace(UpdateContext.of(negotiated), accept_as_sets=self.config.accept_as_sets)
        if self.source.kind is SourceKind.CONFEDERATION:
            context = replace(context, internal=True)  # it sends what the inside of an AS is sent (RFC 5065, section 4)
        self._decoder = UpdateDecoder(context, self._ingest.rules.entering(self._ingest.make))
        return self._decoder

    def routes_announced(self, family: Family, made: Path, keys: list[bytes], nlri: bytes | None) -> None:
        """Put the routes of an UPDATE that does nothing but announce them into a table."""
        self._ingest.announce(family, made, keys, nlri)
        if self._limit is not None:
            self._limit.look((family,))

    def update_received(self, update: Update[Path]) -> None:
        """Put the routes of any other UPDATE into the tables."""
        for fault in update.faults:
            if self._told.first((fault.action, fault.code, fault.text)):
                self._log.warning("update.fault", action=fault.action.name.lower(), code=fault.code, reason=fault.text)
        self._ingest.update(update)
        if self._limit is not None:
            self._limit.look(family for family, *_ in update.announced)
        if update.end_of_rib is not None:
            self._restart.end_of_rib(update.end_of_rib)
            self._shared.deferral.end_of_rib(self, update.end_of_rib)
            self._shared.route_targets.end_of_rib(self.source, update.end_of_rib)
            self._shared.events.publish(EndOfRibReceived(peer=self.config.address, family=update.end_of_rib))

    def refresh_received(self, refresh: RouteRefresh) -> None:
        """Send all routes of a family again, or take note of where the peer's own begin and end.

        The subtype means something only where both sides said so; else its octet is reserved, and ignored.
        RFC 2918, sections 3 and 4; RFC 7313, section 3.2.
        """
        negotiated = self._negotiated
        marked = negotiated is not None and negotiated.enhanced_route_refresh
        if not marked or refresh.subtype == RouteRefreshSubtype.REQUEST:
            self._shared.outputs.refresh(self.source, refresh.family, marked=marked)
            self._shared.events.publish(RefreshReceived(peer=self.config.address, family=refresh.family))
        elif self._restart.refresh_marked(refresh):
            subtype = RouteRefreshSubtype(refresh.subtype)
            event = RefreshReceived(peer=self.config.address, family=refresh.family, subtype=subtype)
            self._shared.events.publish(event)

    def session_released(self, reason: CloseReason) -> None:
        """Drop the peer's routes, or keep them for a graceful restart. RFC 4724, section 4.2."""
        try:
            self._release_routes(reason)
        finally:
            self.history.released(reason, () if self._stopped else self._restart.families)

    def _release_routes(self, reason: CloseReason) -> None:
        negotiated, self._negotiated = self._negotiated, None
        self._decoder = None
        self._ingest.forget()  # what is remembered keeps paths alive
        self._since = time_of_day()
        self._last_error = reason.text
        self._shared.outputs.leave(self.source)
        self._shared.deferral.session_lost(self)
        self._shared.route_targets.session_lost(self.source)
        if self._stopped:
            return
        keep = negotiated is not None and survives(reason, negotiated) and not self._down.active
        coming = retentions(negotiated if keep else None, self.config.long_lived_longest)
        self._restart.session_lost(coming, self._ingest.families)
        self._look_idle()

    def attempt_failed(self, reason: CloseReason) -> None:
        """Remember why there is no session."""
        self._last_error = reason.text
        self.history.failed(reason)
        self._look_idle()

    def connection_refused(self, text: str) -> None:
        """Remember why a connection that the peer opened was not taken, which leaves a session that is up alone."""
        if not self.established:
            self._last_error = text
            self.history.not_taken(text)
            self._look_idle()

    def became_writable(self) -> None:
        """Go on sending."""
        self._shared.outputs.pump(self.source)

    def _look_idle(self) -> None:
        """Tell the owner, once the machine has done its effects, that nothing is left of the peer."""

        def look() -> None:
            if not (self.established or self._restart.families or self._stopped or self.held_down):
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

    def _come_back(self) -> None:
        self._gate.try_open()
        self._look_idle()

    def _inbound_limit(self, config: PeerConfig) -> InboundLimit | None:
        limit, shared = config.max_prefixes_in, self._shared
        if limit is None:
            return None
        tell = shared.events.publish
        return InboundLimit(limit, self.source, shared.tables, log=self._log, tell=tell, close=self._close)

    def _kind(self, config: PeerConfig) -> SourceKind:
        return self._shared.kind_of(config.asn, client=config.route_reflector_client)

    def _session_config(self, config: PeerConfig) -> SessionConfig:
        return session_config(config, self._shared, kind=self._kind(config), established=self._established_count > 0)


def _endpoint(config: PeerConfig) -> Endpoint:
    return Endpoint(remote=config.address, port=config.port, local=config.local_address, options=config.transport)
