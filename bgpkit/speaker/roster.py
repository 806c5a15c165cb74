"""The peers of a speaker: those named one by one, and those that came from a range."""

import asyncio
from collections.abc import Hashable, Iterable
from itertools import islice
from typing import Final

from bgpkit.adj_rib_out import PrivateAs
from bgpkit.errors import ConfigError
from bgpkit.session import Connection
from bgpkit.speaker.acceptor import Acceptor
from bgpkit.speaker.completion import PeersProgress
from bgpkit.speaker.config import PeerConfig
from bgpkit.speaker.ending import PEER_DE_CONFIGURED
from bgpkit.speaker.events import PeerAdded, PeerChanged, PeerRemoved
from bgpkit.speaker.identity import canonical_address
from bgpkit.speaker.liveness_gate import detector_needed
from bgpkit.speaker.peer import SpeakerPeer
from bgpkit.speaker.peer_plan import ChangePlan, PeerPlan, plan_peer
from bgpkit.speaker.peer_ranges import Configure, PeerRanges
from bgpkit.speaker.peer_standing import progress_of, status_of
from bgpkit.speaker.shared import Shared
from bgpkit.speaker.status import PeerStatus
from bgpkit.speaker.stranger_limits import Strangers
from bgpkit.transport import TransportOptions
from bgpkit_fsm import CeaseSubcode, ErrorCode, Family, Notification
from bgpkit_rib import Prefix, SourceKind

_NAMED: Final = 10
"""Peers that a sentence names, at most."""
_CONFIGURATION_CHANGE: Final = Notification(ErrorCode.CEASE, CeaseSubcode.OTHER_CONFIGURATION_CHANGE)


class Roster:
    """Adds, changes, finds and removes peers."""

    def __init__(self, shared: Shared) -> None:
        """Start without peers."""
        self._shared = shared
        self._peers: dict[str, SpeakerPeer] = {}
        self._leaving: set[SpeakerPeer] = set()
        self.strangers = Strangers()
        self.ranges = PeerRanges()
        self.acceptor = Acceptor(self._accept, self._admits)

    @property
    def peers(self) -> tuple[SpeakerPeer, ...]:
        """All peers, in the order in which they were added."""
        return tuple(self._peers.values())

    def known(self, address: str) -> SpeakerPeer:
        """Return the peer at ``address``; ConfigError when there is none."""
        peer = self._peers.get(canonical_address(address))
        if peer is None:
            more = len(self._peers) - _NAMED
            known = ", ".join(islice(self._peers, _NAMED)) + (f" and {more} more" if more > 0 else "")
            raise ConfigError(f"there is no peer {canonical_address(address)}; configured: {known or 'none'}")
        return peer

    def add(self, config: PeerConfig) -> None:
        """Add a peer and start its session; ConfigError when there is one of that address, or it cannot be."""
        if config.address in self._peers:
            raise ConfigError(f"peer {config.address} exists already; change it with update_peer")
        self._check(config)
        self._shared.access.expect(config.address, config.transport)
        self._start(config)

    def remove(self, address: str, notification: Notification | None) -> None:
        """End the session with a peer and drop its routes."""
        peer = self.known(address)
        del self._peers[peer.config.address]
        self.ranges.forget(peer.config.address)
        self._shared.access.forget(peer.config.address)
        peer.stop(notification)
        self._shared.deferral.forget(peer)
        peer.routes_in.drop()
        self._let_go(peer)
        self._shared.events.publish(PeerRemoved(peer=peer.config.address))

    def plan_peer(self, config: PeerConfig) -> PeerPlan:
        """Tell what `add` or `update` would do with ``config``; ConfigError when it cannot be so."""
        self._check(config)
        peer = self._peers.get(config.address)
        return plan_peer(None if peer is None else peer.config, config)

    def plan(self, configs: Iterable[PeerConfig]) -> tuple[PeerPlan, ...]:
        """Tell what making the configured peers ``configs`` would do to each, those that go last.

        Peers that came from a range are no configured peers, unless ``configs`` names them. ConfigError when one
        cannot be so, or is there twice.
        """
        wanted: dict[str, PeerPlan] = {}
        for config in configs:
            if config.address in wanted:
                raise ConfigError(f"peer {config.address} is there twice; name each peer once")
            wanted[config.address] = self.plan_peer(config)
        gone = (address for address in self._peers if address not in wanted and not self.ranges.has(address))
        return (*wanted.values(), *(PeerPlan(address=address, change=ChangePlan.REMOVE) for address in gone))

    def apply(self, configs: Iterable[PeerConfig]) -> tuple[PeerPlan, ...]:
        """Make the configured peers ``configs``, and return the plan; ConfigError as `plan`, and nothing is done."""
        wanted = tuple(configs)
        plans, by_address = self.plan(wanted), {config.address: config for config in wanted}
        self._shared.access.expect_all(
            {config.address: config.transport for config in wanted},
            gone=[plan.address for plan in plans if plan.change is ChangePlan.REMOVE],
        )
        for plan in plans:
            match plan.change:
                case ChangePlan.REMOVE:
                    self.remove(plan.address, PEER_DE_CONFIGURED)
                case ChangePlan.ADD:
                    self.add(by_address[plan.address])
                case ChangePlan.NONE | ChangePlan.SOFT | ChangePlan.RESET:
                    self.update(by_address[plan.address])
                    self.ranges.forget(plan.address)  # whoever is named is no longer there by a range's grace
        return plans

    def update(self, config: PeerConfig) -> ChangePlan:
        """Change a peer; ConfigError when there is no such peer, or when it cannot be so; then it stays as it was."""
        peer = self.known(config.address)
        former = peer.config
        plan = self.plan_peer(config).change
        self._shared.access.expect(config.address, config.transport)
        if plan is not ChangePlan.RESET and config != former:
            try:
                peer.reconfigure(config, soft=plan is ChangePlan.SOFT)
            except ConfigError:  # a connection that is open cannot have it
                plan = ChangePlan.RESET
        if plan is ChangePlan.RESET:
            deferral = self._shared.deferral
            deferral.expect(config)  # the only peer must not seem to be gone for a moment
            self.remove(config.address, _CONFIGURATION_CHANGE)
            self.add(config)
            deferral.forget(config)
        if config != former:
            self._shared.events.publish(PeerChanged(peer=config.address, plan=plan))
        return plan

    def reset(self, address: str) -> None:
        """End the session with a peer and open it anew, whatever has kept it away; ConfigError when there is none."""
        self.known(address).reset()

    def status(self) -> tuple[PeerStatus, ...]:
        """Return all peers as they are now."""
        return tuple(status_of(peer, self._shared) for peer in self._peers.values())

    def progress(self, family: Family) -> PeersProgress:
        """Return how far the peers of ``family`` have come in telling their routes; none while more may come."""
        if self.ranges.names:
            return {}
        return {address: progress_of(peer) for address, peer in self._peers.items() if family in peer.config.families}

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
        self._shared.judges[peer.source] = peer.routes_in
        self._shared.deferral.expect(peer)
        self._shared.events.publish(PeerAdded(peer=config.address, asn=config.asn))
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
            self._shared.access.forget(address)
            peer.stop(None)
            self._shared.deferral.forget(peer)
            self._let_go(peer)
            self._shared.events.publish(PeerRemoved(peer=address))

    def _admits(self, address: str) -> bool:
        """Tell whether there is a peer at an address, or there may be one; nothing else is done for a stranger."""
        if address in self._peers:
            return True
        reason = self.ranges.refusal(address)
        if reason:
            self.strangers.refuse(address, reason)
        return not reason

    def _accept(self, connection: Connection) -> None:
        address = connection.remote_address
        peer = self._peers.get(address)
        if peer is None:
            peer = self._admit(address, connection)
        elif not self._gives_options(connection, peer):
            peer = None
        if peer is None:
            connection.abort()
        else:
            peer.session.accept(connection)

    def accept(
        self, prefix: str | Prefix, configure: Configure, limit: int, rate: float | None, options: TransportOptions
    ) -> None:
        """Make peers of those who come from a range as ``options`` say; ConfigError when that cannot be."""
        name = self.ranges.add(prefix, configure, limit, rate)
        try:
            self._shared.access.expect(name, options)
        except ConfigError:
            self.ranges.remove(name)
            raise

    def discover(self, interface: str, configure: Configure, limit: int) -> None:
        """Make peers of the routers heard on an interface; ConfigError when that cannot be."""
        self.ranges.add_interface(interface, configure, limit)
        try:
            self._shared.access.discover(interface, self.found)
        except ConfigError:
            self.ranges.remove(interface)
            raise

    def refuse(self, prefix: str | Prefix) -> None:
        """Make no more peers of those who come from a range or an interface, and remove those there are."""
        name = self.ranges.name_of(prefix)
        for address in self.ranges.remove(name):
            self.remove(address, PEER_DE_CONFIGURED)
        self._shared.access.end_discovery(name)
        self._shared.access.forget(name)

    def found(self, address: str) -> None:
        """Make a peer of a router that was heard on an interface, unless it is one."""
        if address not in self._peers:
            self._admit(address, None)

    def _gives_options(self, connection: Connection, peer: SpeakerPeer) -> bool:
        """Give a peer's connection its options; tell whether it may be taken."""
        try:
            self._shared.access.admit(connection, peer.config)
        except ConfigError as error:
            self.strangers.refuse(peer.config.address, str(error))
            peer.connection_refused(str(error))
            return False
        return True

    def _admit(self, address: str, connection: Connection | None) -> SpeakerPeer | None:
        """Make a peer of a stranger, if a range says so, and its connection may be taken."""
        try:
            config = self.ranges.admit(address)
            if isinstance(config, str):
                self.strangers.refuse(address, config)
                return None
            self._check(config)
            if connection is not None:
                self._shared.access.admit(connection, config)
            self._shared.access.expect(config.address, config.transport)
        except Exception as error:  # whatever somebody else's function does, the listener goes on
            self.ranges.forget(address)
            reason = str(error) if isinstance(error, ConfigError) else f"{type(error).__name__}: {error}"
            self.strangers.refuse(address, reason)
            return None
        return self._start(config)

    def _check(self, config: PeerConfig) -> None:
        shared, name = self._shared, f"peer {config.address}"
        unserved = [str(family) for family in config.families if family not in shared.tables]
        if unserved:
            raise ConfigError(f"{name}: this speaker has no table for {', '.join(unserved)}")
        if config.route_reflector_client and config.asn != shared.asn:
            raise ConfigError(f"{name}: a route reflector client is in our own AS, {shared.asn}")
        if shared.kind_of(config) is not SourceKind.EBGP:
            for field, used in (
                ("local_asn", config.local_asn is not None),
                ("as_override", config.as_override),
                ("private_as", config.private_as is not PrivateAs.KEEP),
                ("role", config.role is not None),
            ):
                if used:
                    raise ConfigError(f"{name}: {field} is for external peers, and AS {config.asn} is not external")
        elif config.long_lived_last_resort:
            raise ConfigError(f"{name}: long_lived_last_resort is for internal peers, and AS {config.asn} is external")
        if config.local_asn in {shared.asn, shared.session_asn(SourceKind.EBGP)}:
            raise ConfigError(f"{name}: local_asn {config.local_asn} is our own AS already")
        for field, policy in (("import_policy", config.import_policy), ("export_policy", config.export_policy)):
            if not isinstance(policy, Hashable):
                raise ConfigError(f"{name}: {field} must be hashable, such as a frozen dataclass")
        shared.access.check(config)
        if config.bfd is not None and shared.liveness is None:
            raise detector_needed(config)
