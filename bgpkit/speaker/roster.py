"""The peers of a speaker: those named one by one, and those that came from a range."""

import asyncio
from collections.abc import Hashable
from typing import Final

import structlog

from bgpkit.adj_rib_out import PrivateAs
from bgpkit.errors import ConfigError
from bgpkit.session import Connection
from bgpkit.speaker.acceptor import Acceptor
from bgpkit.speaker.config import ChangePlan, PeerConfig, plan_change
from bgpkit.speaker.identity import canonical_address
from bgpkit.speaker.peer import SpeakerPeer
from bgpkit.speaker.peer_ranges import PeerRanges
from bgpkit.speaker.shared import Shared
from bgpkit.speaker.status import PeerStatus
from bgpkit_fsm import CeaseSubcode, ErrorCode, Notification
from bgpkit_rib import SourceKind

_CONFIGURATION_CHANGE: Final = Notification(ErrorCode.CEASE, CeaseSubcode.OTHER_CONFIGURATION_CHANGE)
_STRANGERS: Final = 64
"""Addresses that are named when they are refused."""


class Roster:
    """Adds, changes, finds and removes peers."""

    def __init__(self, shared: Shared) -> None:
        """Start without peers."""
        self._shared = shared
        self._peers: dict[str, SpeakerPeer] = {}
        self._leaving: set[SpeakerPeer] = set()
        self._strangers: set[str] = set()
        self.ranges = PeerRanges()
        self.acceptor = Acceptor(self._accept)
        self._log = structlog.get_logger("bgpkit.speaker")

    @property
    def peers(self) -> tuple[SpeakerPeer, ...]:
        """All peers, in the order in which they were added."""
        return tuple(self._peers.values())

    def known(self, address: str) -> SpeakerPeer:
        """Return the peer at ``address``; ConfigError when there is none."""
        peer = self._peers.get(canonical_address(address))
        if peer is None:
            known = ", ".join(self._peers) or "none"
            raise ConfigError(f"there is no peer {canonical_address(address)}; configured: {known}")
        return peer

    def add(self, config: PeerConfig) -> None:
        """Add a peer and start its session; ConfigError when there is one of that address, or it cannot be."""
        if config.address in self._peers:
            raise ConfigError(f"peer {config.address} exists already; change it with update_peer")
        self._check(config)
        self._start(config)

    def remove(self, address: str, notification: Notification | None) -> None:
        """End the session with a peer and drop its routes."""
        peer = self.known(address)
        del self._peers[peer.config.address]
        self.ranges.forget(peer.config.address)
        peer.stop(notification)
        self._shared.deferral.forget(peer)
        peer.drop_routes()
        self._let_go(peer)

    def update(self, config: PeerConfig) -> ChangePlan:
        """Change a peer; ConfigError when there is no such peer, or when it cannot be so; then it stays as it was."""
        peer = self.known(config.address)
        self._check(config)
        plan = plan_change(peer.config, config)
        if plan is ChangePlan.RESET:
            deferral = self._shared.deferral
            deferral.expect(config)  # the only peer must not seem to be gone for a moment
            self.remove(config.address, _CONFIGURATION_CHANGE)
            self.add(config)
            deferral.forget(config)
        elif config != peer.config:
            peer.reconfigure(config, soft=plan is ChangePlan.SOFT)
        return plan

    def status(self) -> tuple[PeerStatus, ...]:
        """Return all peers as they are now."""
        return tuple(peer.status() for peer in self._peers.values())

    async def close(self, notification: Notification | None) -> None:
        """End all sessions; return when all connections are gone."""
        self.acceptor.close()
        for peer in self._peers.values():
            peer.stop(notification)
        self._leaving.update(self._peers.values())
        self._peers.clear()
        await asyncio.gather(*(peer.session.wait_closed() for peer in self._leaving))
        self._leaving.clear()

    def _start(self, config: PeerConfig) -> SpeakerPeer:
        peer = self._peers[config.address] = SpeakerPeer(config, self._shared, self._idle)
        self._shared.judges[peer.source] = peer
        self._shared.deferral.expect(peer)
        peer.start()
        return peer

    def _let_go(self, peer: SpeakerPeer) -> None:
        self._shared.judges.pop(peer.source, None)
        self._shared.clusters.drop(peer.source)
        self._leaving = {one for one in self._leaving if one.session.closing} | {peer}

    def _idle(self, peer: SpeakerPeer) -> None:
        """Remove a peer that came from a range and has neither session nor routes kept any more."""
        address = peer.config.address
        if self._peers.get(address) is peer and self.ranges.has(address):
            del self._peers[address]
            self.ranges.forget(address)
            peer.stop(None)
            self._shared.deferral.forget(peer)
            self._let_go(peer)

    def _accept(self, connection: Connection) -> None:
        address = connection.remote_address
        peer = self._peers.get(address) or self._admit(address)
        if peer is None:
            connection.abort()
        else:
            peer.session.accept(connection)

    def _admit(self, address: str) -> SpeakerPeer | None:
        """Make a peer of a stranger, if a range says so."""
        try:
            config = self.ranges.admit(address)
            if isinstance(config, str):
                self._tell_stranger(address, config)
                return None
            if config.address != canonical_address(address):
                self.ranges.forget(config.address)
                raise ConfigError(f"its range made peer {config.address} of it; a peer has the address it comes from")
            self._check(config)
        except Exception as error:  # whatever somebody else's function does, the listener goes on
            self.ranges.forget(address)
            reason = str(error) if isinstance(error, ConfigError) else f"{type(error).__name__}: {error}"
            self._tell_stranger(address, reason)
            return None
        return self._start(config)

    def _tell_stranger(self, address: str, reason: str) -> None:
        """Log who is not let in: each once, and so many at most, for whoever scans addresses has many."""
        told = address in self._strangers or len(self._strangers) >= _STRANGERS
        log = self._log.debug if told else self._log.info
        log("connection.refused", peer=address, reason=reason)
        if not told:
            self._strangers.add(address)

    def _check(self, config: PeerConfig) -> None:
        shared, name = self._shared, f"peer {config.address}"
        unserved = [str(family) for family in config.families if family not in shared.tables]
        if unserved:
            raise ConfigError(f"{name}: this speaker has no table for {', '.join(unserved)}")
        if config.route_reflector_client and config.asn != shared.asn:
            raise ConfigError(f"{name}: a route reflector client is in our own AS, {shared.asn}")
        if shared.kind_of(config.asn, client=False) is not SourceKind.EBGP:
            for field, used in (
                ("local_asn", config.local_asn is not None),
                ("as_override", config.as_override),
                ("private_as", config.private_as is not PrivateAs.KEEP),
            ):
                if used:
                    raise ConfigError(f"{name}: {field} is for external peers, and AS {config.asn} is not external")
        if config.local_asn in {shared.asn, shared.session_asn(SourceKind.EBGP)}:
            raise ConfigError(f"{name}: local_asn {config.local_asn} is our own AS already")
        for field, policy in (("import_policy", config.import_policy), ("export_policy", config.export_policy)):
            if not isinstance(policy, Hashable):
                raise ConfigError(f"{name}: {field} must be hashable, such as a frozen dataclass")
