"""A peer of a speaker: when it may have a session, and what that means for its routes in and its routes out."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_address
from typing import Final

import structlog

from bgpkit.errors import ConfigError
from bgpkit.session import Endpoint, Session
from bgpkit.speaker.config import PeerConfig
from bgpkit.speaker.default_reject import tell_missing
from bgpkit.speaker.ending import final_word
from bgpkit.speaker.events import EndOfRibReceived, RefreshReceived
from bgpkit.speaker.held_down import HeldDown
from bgpkit.speaker.liveness_gate import LivenessGate
from bgpkit.speaker.outbound_limit import reopens
from bgpkit.speaker.peer_context import PeerContext
from bgpkit.speaker.peer_history import PeerHistory
from bgpkit.speaker.peer_rules import cluster_id
from bgpkit.speaker.retention import retentions, survives
from bgpkit.speaker.routes_in import RoutesIn
from bgpkit.speaker.routes_out import RoutesOut
from bgpkit.speaker.session_offer import session_config
from bgpkit.speaker.shared import Shared
from bgpkit.wire import UpdateDecoder
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
        self._idle = idle
        self._shared = shared
        self._stopped = False
        self._log = structlog.get_logger("bgpkit.speaker").bind(peer=config.address)
        address = ip_address(config.address)
        self.source = Source(config.address, shared.kind_of(config), address=address.packed)
        shared.clusters.use(self.source, cluster_id(config, shared))
        self._context = PeerContext(config=config, source=self.source, shared=shared, log=self._log)
        self.history = PeerHistory(config.address, shared.events)
        self.session: Session[Path] = Session(
            self._session_config(), _endpoint(config), self, shared.access.network, shared.jitter
        )
        self.routes_in = RoutesIn(self._context, close=self._close, swept=self._look_idle, told=self._told)
        self.routes_out = RoutesOut(self._context, self.session, close=self._close)
        self._down = HeldDown(self._come_back)
        self._gate = LivenessGate(self, shared.liveness)
        if self.source.kind is SourceKind.EBGP:
            tell_missing(config, self._log)

    @property
    def config(self) -> PeerConfig:
        """The configuration in force."""
        return self._context.config

    @property
    def negotiated(self) -> Negotiated | None:
        """The terms of the session; None while it is not Established."""
        return self._context.negotiated

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
        return self.negotiated is not None

    def start(self) -> None:
        """Start the session, as soon as the path to the peer allows it."""
        self._gate.begin(self.config)

    def stop(self, notification: Notification | None) -> None:
        """End the session; the peer's routes stay in the tables until `RoutesIn.drop`."""
        self._stopped = True
        self._down.let_go()
        self._gate.end(keep=notification is None)
        self.session.stop(final_word(notification, self.negotiated))
        self.routes_in.restart.cancel()

    def reset(self) -> None:
        """End the session, if there is one, and let the peer come back at once, whatever has kept it away."""
        self._down.let_go()
        self.session.stop(_ADMINISTRATIVE_RESET)
        self._come_back()

    def _close(self, notification: Notification, seconds: float | None = None) -> None:
        """End the session for ``seconds``, or until the configuration changes, and remember why."""
        self._down.hold(seconds)
        self.session.stop(final_word(notification, self.negotiated))
        self.history.sent_away(f"closed by us: {notification}", seconds)

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
        self.session.stop(final_word(notification, self.negotiated))
        self.history.last_error = reason if notification is None else f"{reason}: {notification}"

    def abort_restart(self) -> None:
        """Drop the stale routes of a peer whose path has failed while it restarts. RFC 5882, section 4.3.1."""
        self.routes_in.restart.expire()

    def held_back(self, reason: str) -> None:
        """Remember why the session waits for the path."""
        if not self.established:
            self.history.held_back(reason)

    def request_refresh(self, families: Iterable[Family] | None) -> None:
        """Ask the peer for all routes of ``families``, or of all, again; ConfigError when it cannot be asked."""
        negotiated, name = self.negotiated, f"peer {self.config.address}"
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
        former, self._context.config = self.config, config
        if self._shared.kind_of(config) is SourceKind.EBGP:
            tell_missing(config, self._log, former=former)
        self.session.machine.reconfigure(self._session_config())
        if former.max_prefixes_in != config.max_prefixes_in:
            self.routes_in.renew_limit()
        if reopens(former, config) and not self.established:
            self._down.let_go()
            self.session.stop(None)
            self._gate.try_open()
        self._gate.follow(config)
        if soft:
            self._shared.run(self._adopt(former, config))

    def selection_ended(self) -> None:
        """Send routes, which a restart of ours held back; a later OPEN no longer speaks of the restart."""
        self.session.machine.reconfigure(self._session_config())
        self.routes_out.join()

    # The session's side: bgpkit.session.SessionHandler.

    def session_established(self, negotiated: Negotiated, local_address: str) -> tuple[UpdateDecoder[Path], RoutesIn]:
        """Begin a new generation of the peer's routes and send it ours."""
        connection = self.session.connection
        self.history.established(
            negotiated,
            local_address=local_address,
            remote_address=connection.remote_address if connection is not None else "",
            opened_by_us=self.session.machine.session_slot is Slot.OUTGOING,
        )
        self._context.negotiated = negotiated
        self.session.machine.reconfigure(self._session_config())  # the next OPEN says more
        self.source.bgp_identifier = int(negotiated.remote.bgp_identifier)
        decoder = self.routes_in.session_up(negotiated)
        self._shared.deferral.session_up(self, negotiated)
        join, marks = self.routes_out.join, negotiated.peer_graceful_restart is not None
        self._shared.route_targets.session_up(self.source, negotiated.families, join, marks=marks)
        # The machine has yet to finish its effects; the first UPDATE goes out after them.
        asyncio.get_running_loop().call_soon(join)
        own = ip_address(local_address.partition("%")[0])
        self._shared.own_addresses((own.packed,))
        return decoder, self.routes_in

    def refresh_received(self, refresh: RouteRefresh) -> None:
        """Send all routes of a family again, or take note of where the peer's own begin and end.

        The subtype means something only where both sides said so; else its octet is reserved, and ignored.
        RFC 2918, sections 3 and 4; RFC 7313, section 3.2.
        """
        negotiated = self.negotiated
        marked = negotiated is not None and negotiated.enhanced_route_refresh
        if not marked or refresh.subtype == RouteRefreshSubtype.REQUEST:
            self._shared.outputs.refresh(self.source, refresh.family, marked=marked)
            self._shared.events.publish(RefreshReceived(peer=self.config.address, family=refresh.family))
        elif self.routes_in.restart.refresh_marked(refresh):
            subtype = RouteRefreshSubtype(refresh.subtype)
            event = RefreshReceived(peer=self.config.address, family=refresh.family, subtype=subtype)
            self._shared.events.publish(event)

    def session_released(self, reason: CloseReason) -> None:
        """Drop the peer's routes, or keep them for a graceful restart. RFC 4724, section 4.2."""
        try:
            self._release_routes(reason)
        finally:
            self.history.released(reason, () if self._stopped else self.routes_in.restart.families)

    def _release_routes(self, reason: CloseReason) -> None:
        negotiated, self._context.negotiated = self.negotiated, None
        self._shared.outputs.leave(self.source)
        self._shared.deferral.session_lost(self)
        self._shared.route_targets.session_lost(self.source)
        if self._stopped:
            self.routes_in.session_lost(None)
            return
        keep = negotiated is not None and survives(reason, negotiated) and not self._down.active
        self.routes_in.session_lost(retentions(negotiated if keep else None, self.config.long_lived_longest))
        self._look_idle()

    def attempt_failed(self, reason: CloseReason) -> None:
        """Remember why there is no session."""
        self.history.failed(reason)
        self._look_idle()

    def connection_refused(self, text: str) -> None:
        """Remember why a connection that the peer opened was not taken, which leaves a session that is up alone."""
        if not self.established:
            self.history.not_taken(text)
            self._look_idle()

    def became_writable(self) -> None:
        """Go on sending."""
        self._shared.outputs.pump(self.source)

    def _look_idle(self) -> None:
        """Tell the owner, once the machine has done its effects, that nothing is left of the peer."""

        def look() -> None:
            if not (self.established or self.routes_in.restart.families or self._stopped or self.held_down):
                self._idle(self)

        asyncio.get_running_loop().call_soon(look)

    def _told(self, family: Family) -> None:
        """Take note that the peer has told all its routes of ``family``."""
        self._shared.deferral.end_of_rib(self, family)
        self._shared.route_targets.end_of_rib(self.source, family)
        self._shared.events.publish(EndOfRibReceived(peer=self.config.address, family=family))

    def _adopt(self, former: PeerConfig, config: PeerConfig) -> Iterator[None]:
        """Take routes in, then send them, as ``config`` says; what comes in anew goes out to the former group first."""
        yield from self.routes_in.adopt(former, config)
        self.routes_out.join()

    def _come_back(self) -> None:
        self._gate.try_open()
        self._look_idle()

    def _session_config(self) -> SessionConfig:
        config, established = self.config, self.history.established_count > 0
        return session_config(config, self._shared, kind=self._shared.kind_of(config), established=established)


def _endpoint(config: PeerConfig) -> Endpoint:
    return Endpoint(remote=config.address, port=config.port, local=config.local_address, options=config.transport)
