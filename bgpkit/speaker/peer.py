"""A peer of a speaker: its session, its routes in, and its place in the update groups."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import IPv4Address, ip_address
from typing import Final

import structlog

from bgpkit.adj_rib_out import ExportKey
from bgpkit.session import Endpoint, Session
from bgpkit.speaker.config import PeerConfig
from bgpkit.speaker.ingest import Ingest
from bgpkit.speaker.restart import StaleRoutes, families_kept, families_preserved
from bgpkit.speaker.shared import Shared
from bgpkit.speaker.status import PeerStatus
from bgpkit.wire import AttributeInputs, Update, UpdateContext, UpdateDecoder
from bgpkit_fsm import (
    Capability,
    CeaseSubcode,
    CloseReason,
    ErrorCode,
    ExtendedMessageCapability,
    Family,
    ForwardingState,
    FourOctetAsCapability,
    GracefulRestartCapability,
    MultiprotocolCapability,
    Negotiated,
    Notification,
    RouteRefresh,
    RouteRefreshCapability,
    RouteRefreshSubtype,
    SessionConfig,
)
from bgpkit_rib import Path, Source, SourceKind

PEER_DE_CONFIGURED: Final = Notification(ErrorCode.CEASE, CeaseSubcode.PEER_DE_CONFIGURED)
_TOLD: Final = 64


class SpeakerPeer:
    """Joins one session to the tables; what the session tells (``SessionHandler``) ends here."""

    def __init__(self, config: PeerConfig, shared: Shared) -> None:
        """Prepare the peer; :meth:`start` opens it."""
        self.config = config
        self._shared = shared
        self._established_count = 0
        address = ip_address(config.address)
        self.source = Source(config.address, self._kind(config), address=address.packed)
        self._ingest = Ingest(
            self.source,
            shared.tables,
            local_asn=shared.asn,
            identifier=int(shared.bgp_identifier),
            cluster_ids=self._cluster_ids(config),
        )
        self._ingest.policy = config.policies(shared.asn)[0]
        self.session: Session[Path] = Session(
            self._session_config(config),
            Endpoint(remote=config.address, port=config.port, local=config.local_address),
            self,
        )
        self._stale = StaleRoutes(lambda family: self._sweep(family, self.source.generation))
        self._negotiated: Negotiated | None = None
        self._decoder: UpdateDecoder[Path] | None = None
        self._stopped = False
        self._since = datetime.now(UTC)
        self._last_error = ""
        self._told: set[tuple[object, int, str]] = set()
        self._log = structlog.get_logger("bgpkit.speaker").bind(peer=config.address)

    @property
    def writable(self) -> bool:
        """Whether the session takes more octets (``OutputPort``)."""
        return self.session.writable

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

    def drop_routes(self) -> None:
        """Withdraw the routes of the peer, which has been stopped, from the tables."""
        for family in self._shared.tables:
            self._sweep(family, None)

    def reconfigure(self, config: PeerConfig, *, soft: bool) -> None:
        """Take up a change that needs no new session; a ``soft`` one concerns routes, the others the next session."""
        former, self.config = self.config, config
        self.session.machine.reconfigure(self._session_config(config))
        if former.passive != config.passive and not self.established:
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
            next_hop = self.config.next_hop(family, connection.local_address)
            if next_hop is None:
                self._log.warning("family.not_sent", family=str(family), reason="next_hops names no address for it")
                self._shared.outputs.leave(self.source, family)
                continue
            key = ExportKey(
                family=family,
                kind=self.source.kind,
                local_asn=self._shared.asn,
                cluster_id=int(self._cluster_id(self.config)),
                next_hop=next_hop,
                next_hop_self=self.config.next_hop_self,
                two_octet_as=not negotiated.four_octet_as,
                maximum=65535 if negotiated.extended_message else 4096,
                policy=self.config.policies(self._shared.asn)[1],
            )
            self._shared.outputs.join(self.source, self, key)

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
        del local_address
        self._negotiated = negotiated
        self._since = datetime.now(UTC)
        self._established_count += 1
        self.session.machine.reconfigure(self._session_config(self.config))  # the next OPEN says more
        self.source.bgp_identifier = int(negotiated.remote.bgp_identifier)
        self.source.generation += 1
        self._ingest.forget()
        self._told.clear()
        self._ingest.families = frozenset(negotiated.families)
        self._stale.session_back(families_preserved(negotiated.peer_graceful_restart) & self._ingest.families)
        self._shared.deferral.session_up(self, negotiated)
        # The machine has yet to finish its effects; the first UPDATE goes out after them.
        asyncio.get_running_loop().call_soon(self.join_groups)
        self._decoder = UpdateDecoder(UpdateContext.of(negotiated), self._make)
        return self._decoder

    def update_received(self, update: Update[Path]) -> None:
        """Put the routes of an UPDATE into the tables."""
        if update.faults:
            for fault in update.faults:
                kind = (fault.action, fault.code, fault.text)
                if kind in self._told or len(self._told) >= _TOLD:
                    continue
                self._told.add(kind)
                self._log.warning("update.fault", action=fault.action.name.lower(), code=fault.code, reason=fault.text)
        self._ingest.update(update)
        if update.end_of_rib is not None:
            self._stale.end_of_rib(update.end_of_rib)
            self._shared.deferral.end_of_rib(self, update.end_of_rib)

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
        self._since = datetime.now(UTC)
        self._last_error = reason.text
        self._shared.outputs.leave(self.source)
        self._shared.deferral.session_lost(self)
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

    def attempt_failed(self, reason: CloseReason) -> None:
        """Remember why there is no session."""
        self._last_error = reason.text

    def became_writable(self) -> None:
        """Go on sending."""
        self._shared.outputs.pump(self.source)

    def _make(self, inputs: AttributeInputs) -> Path:
        return self._ingest.make(inputs)

    def _adopt(self, former: PeerConfig, config: PeerConfig) -> Iterator[None]:
        """Take routes in, then send them, as ``config`` says; what comes in anew goes out to the former group first."""
        asn = self._shared.asn
        inward = [(self._kind(each), self._cluster_ids(each), each.policies(asn)[0]) for each in (former, config)]
        if inward[0] != inward[1]:
            self.source.kind, self._ingest.cluster_ids, self._ingest.policy = inward[1]
            if self._decoder is not None:
                self._decoder.clear()  # its paths are of the former kind
            yield from self._ingest.evaluate_again()
        self.join_groups()

    def _sweep(self, family: Family, below: int | None) -> None:
        steps: Iterator[None] = self._shared.tables[family].sweep(self.source, below=below)
        self._shared.run(steps)

    def _kind(self, config: PeerConfig) -> SourceKind:
        if config.asn != self._shared.asn:
            return SourceKind.EBGP
        return SourceKind.CLIENT if config.route_reflector_client else SourceKind.NON_CLIENT

    def _cluster_id(self, config: PeerConfig) -> IPv4Address:
        return config.cluster_id or self._shared.cluster_id

    def _cluster_ids(self, config: PeerConfig) -> frozenset[int]:
        return frozenset((int(self._shared.cluster_id), int(self._cluster_id(config))))

    def _session_config(self, config: PeerConfig) -> SessionConfig:
        return SessionConfig(
            local_asn=self._shared.asn,
            bgp_identifier=self._shared.bgp_identifier,
            peer_asn=config.asn,
            passive=config.passive,
            hold_time=config.hold_time,
            connect_retry_time=config.connect_retry_time,
            capabilities=self._capabilities(config),
        )

    def _capabilities(self, config: PeerConfig) -> tuple[Capability, ...]:
        capabilities: list[Capability] = [MultiprotocolCapability(family) for family in config.families]
        capabilities += [RouteRefreshCapability(), ExtendedMessageCapability(), FourOctetAsCapability(self._shared.asn)]
        if config.graceful_restart:
            # Our forwarding state has survived when we came back with it, or never went away (RFC 4724, section 3).
            preserved = self._shared.restarted or self._established_count > 0
            capabilities.append(
                GracefulRestartCapability(
                    restarted=self._shared.deferral.active,
                    restart_time=config.restart_time,
                    families=tuple(ForwardingState(family, preserved) for family in config.families),
                )
            )
        return tuple(capabilities)
