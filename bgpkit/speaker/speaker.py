"""The speaker: sessions round one set of tables, and the calls of those who embed it."""

import asyncio
import random
import socket
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address
from types import TracebackType
from typing import Self

from bgpkit.errors import ConfigError, SpeakerClosedError
from bgpkit.session import SYSTEM_JITTER
from bgpkit.speaker.access import Access, Place
from bgpkit.speaker.aggregation import AGGREGATE, Aggregation
from bgpkit.speaker.config import Confederation
from bgpkit.speaker.ending import shutdown
from bgpkit.speaker.event_log import EventLog
from bgpkit.speaker.identity import checked_asn, checked_identifier, checked_seconds, tables_for
from bgpkit.speaker.liveness import LivenessDetector
from bgpkit.speaker.next_hops import NextHopResolver, NextHops
from bgpkit.speaker.origination import Origination
from bgpkit.speaker.outputs import Outputs
from bgpkit.speaker.peer_calls import PeerCalls
from bgpkit.speaker.refusals import log_refused
from bgpkit.speaker.restart_calls import RestartCalls
from bgpkit.speaker.roster import Roster
from bgpkit.speaker.route_calls import RouteCalls
from bgpkit.speaker.selection_deferral import SelectionDeferral
from bgpkit.speaker.shared import Shared
from bgpkit.speaker.subscriptions import Subscriptions
from bgpkit.speaker.view_calls import ViewCalls
from bgpkit.speaker.views import Views
from bgpkit.speaker.watch import Watchers
from bgpkit.transport import Network
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import DecisionOptions, Source, SourceKind


class Speaker(PeerCalls, RouteCalls, ViewCalls, RestartCalls):
    """A BGP-4 speaker (RFC 4271), used as an asynchronous context manager.

    It knows no globals, and starts no thread but for a moment, to open a socket of another network namespace; a process
    may hold any number of speakers.
    """

    def __init__(
        self,
        *,
        asn: int,
        bgp_identifier: str | IPv4Address,
        listen: Sequence[Place] = (),
        cluster_id: str | IPv4Address | None = None,
        families: Iterable[Family] = (IPV4_UNICAST, IPV6_UNICAST),
        restarting: bool = False,
        selection_deferral_time: float = 60.0,
        hold_end_of_rib: bool = False,
        own_routes_first: bool = False,
        decision: DecisionOptions | None = None,
        client_to_client: bool = True,
        confederation: Confederation | None = None,
        next_hops: NextHopResolver | None = None,
        network: Network | None = None,
        liveness: LivenessDetector | None = None,
        jitter: random.Random = SYSTEM_JITTER,
    ) -> None:
        """Describe a speaker of AS ``asn``; ConfigError names what cannot be.

        ``listen`` holds (address, port) pairs, or bound sockets; ``cluster_id`` is the BGP Identifier unless given
        (RFC 4456, section 7). ``restarting`` says that this is a restart and forwarding went on meanwhile: choice and
        advertisement of routes wait for the peers, at most ``selection_deferral_time`` seconds (RFC 4724). With
        ``own_routes_first`` peers are sent our own routes meanwhile, which need no choice, so that another crash before
        the restart is over does not find them stale (section 4.2); End-of-RIB waits as ever. With
        ``hold_end_of_rib`` peers are told that they have all routes only after `release_end_of_rib`.
        Without ``client_to_client`` clients, which are fully meshed among themselves then, get each other's routes
        no more (RFC 4456, section 10). ``confederation`` says that ``asn`` is a member AS of one (RFC 5065).
        ``next_hops`` tells how far next hops are; without it all can be reached, at no cost.
        ``network`` opens and accepts connections; without it that is the kernel's TCP.
        ``liveness`` watches the paths to peers that have `PeerConfig.bfd` (RFC 5882); see ``bgpkit.bfd``.
        ``jitter`` gives the numbers by which timers are spread (RFC 4271, section 10).
        """
        self._asn, self._bgp_identifier = checked_asn(asn), checked_identifier("bgp_identifier", bgp_identifier)
        self._cluster_id = self._bgp_identifier if cluster_id is None else checked_identifier("cluster_id", cluster_id)
        self._listen, self._tables = tuple(listen), tables_for(families)
        self._restarting = restarting
        self._selection_deferral_time = checked_seconds("selection_deferral_time", selection_deferral_time)
        self._hold_end_of_rib, self._own_routes_first = hold_end_of_rib, own_routes_first
        self._decision = decision or DecisionOptions()
        self._client_to_client, self._confederation = client_to_client, confederation
        self._next_hops = NextHops(next_hops)
        local, aggregate = (
            Source(name, SourceKind.LOCAL, bgp_identifier=int(self._bgp_identifier)) for name in ("local", AGGREGATE)
        )
        self._origination = Origination(local, self._tables)
        self._aggregation = Aggregation(aggregate, self._tables, self._summaries_changed)
        self._views = Views(self._tables)
        self._roster: Roster | None = None
        self._shared: Shared | None = None
        self._access = Access(network)
        self._jitter, self._liveness, self._entered = jitter, liveness, False
        self._watchers, self._subscriptions, self._events = Watchers(), Subscriptions(), EventLog()

    @property
    def asn(self) -> int:
        """Our AS number."""
        return self._asn

    @property
    def bgp_identifier(self) -> IPv4Address:
        """Our BGP Identifier."""
        return self._bgp_identifier

    @property
    def families(self) -> tuple[Family, ...]:
        """The families that the speaker has tables for."""
        return tuple(self._tables)

    @property
    def strangers_refused(self) -> int:
        """How many connections have been refused because there is no peer at their address."""
        return 0 if self._roster is None else self._roster.strangers.refused

    @property
    def addresses(self) -> tuple[tuple[str, int], ...]:
        """The addresses and ports on which the speaker listens, as the kernel gave them."""
        return self._access.addresses

    async def __aenter__(self) -> Self:
        """Start listening; ConfigError says what stands in the way, SpeakerClosedError that it has run before."""
        if self._entered:
            raise SpeakerClosedError("a speaker runs once; make another one")
        self._entered = True
        loop = asyncio.get_running_loop()
        self._shared = Shared(
            asn=self._asn,
            bgp_identifier=self._bgp_identifier,
            cluster_id=self._cluster_id,
            tables=self._tables,
            outputs=Outputs(self._tables, loop, on_refused=log_refused),
            deferral=SelectionDeferral(
                restarting=self._restarting, deadline=self._selection_deferral_time, ended=self._selection_ended
            ),
            restarted=self._restarting,
            holds_end_of_rib=self._hold_end_of_rib,
            own_routes_first=self._own_routes_first,
            next_hops=self._next_hops,
            decision=self._decision,
            confederation=self._confederation,
            client_to_client=self._client_to_client,
            summaries=self._aggregation.summaries,
            events=self._events,
            access=self._access,
            jitter=self._jitter,
            liveness=self._liveness,
        )
        self._roster = Roster(self._shared)
        try:
            await self._access.listen(self._roster.acceptor, self._listen)
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop, telling peers so."""
        await self.stop()

    async def stop(self, *, graceful: bool = False, cease: str = "") -> None:
        """End all sessions; with ``graceful`` without a NOTIFICATION, so that peers keep our routes (RFC 4724).

        Else peers are told of an administrative shutdown, and so drop our routes, whatever both sides keep through
        other NOTIFICATIONs (RFC 8538); ``cease`` says to their operators why (RFC 9003). ConfigError, and nothing is
        done, when that takes more than 255 octets, or goes with ``graceful``.

        Subscribers hear nothing of it: to them the routes stay as they were. Returns when everything has been
        sent that could be and all connections are closed, after a few seconds at most; a second call does nothing.
        """
        if graceful and cease:
            raise ConfigError("stop: a graceful end is one without a word; leave out cease, or graceful")
        word = None if graceful else shutdown(cease)
        shared, self._shared = self._shared, None
        if shared is None:
            return
        shared.deferral.cancel()
        self._access.close()
        self._watchers.close()
        self._subscriptions.close()
        self._aggregation.close()
        try:
            if self._roster is not None:
                await self._roster.close(word)
        finally:
            self._events.close()

    async def adopt_connection(self, connection: socket.socket) -> None:
        """Take a connected TCP socket, which the speaker closes, as if it had come to a listener; or ConfigError."""
        await self._access.adopt(self._peers().acceptor, connection)

    def _summaries_changed(self) -> None:
        for peer in self._peers().peers:
            peer.routes_out.join()

    def _selection_ended(self) -> None:
        for peer in self._peers().peers:
            peer.selection_ended()
        if self._own_routes_first:
            self._open().outputs.release_end_of_rib()
