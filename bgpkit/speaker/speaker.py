"""The speaker: sessions round one set of tables, and the calls of those who embed it."""

import asyncio
import random
import socket
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address
from types import TracebackType
from typing import Self

from bgpkit.errors import ConfigError, SpeakerClosedError
from bgpkit.rpki import RoaTable
from bgpkit.session import SYSTEM_JITTER
from bgpkit.speaker.access import Access, Place
from bgpkit.speaker.aggregate import AggregateOptions
from bgpkit.speaker.aggregation import AGGREGATE, Aggregation
from bgpkit.speaker.config import Confederation
from bgpkit.speaker.ending import shutdown
from bgpkit.speaker.event_log import QUEUE, EventLog, EventSubscription
from bgpkit.speaker.explain import explain_destination
from bgpkit.speaker.explained import ForwardingTable
from bgpkit.speaker.explanation import Explanation
from bgpkit.speaker.identity import checked_asn, checked_identifier, checked_seconds, tables_for
from bgpkit.speaker.liveness import LivenessDetector
from bgpkit.speaker.next_hops import NextHopResolver, NextHops
from bgpkit.speaker.origination import Origination
from bgpkit.speaker.outputs import Outputs
from bgpkit.speaker.peer_calls import PeerCalls
from bgpkit.speaker.refusals import log_refused
from bgpkit.speaker.restart_calls import RestartCalls
from bgpkit.speaker.roster import Roster
from bgpkit.speaker.route import Route, RouteChange
from bgpkit.speaker.selection_deferral import SelectionDeferral
from bgpkit.speaker.shared import Shared
from bgpkit.speaker.subscriptions import BlockConsumer, Subscription, Subscriptions
from bgpkit.speaker.views import RibView, Views
from bgpkit.speaker.watch import Watchers
from bgpkit.speaker.watch_events import WatchEvent
from bgpkit.speaker.watched_prefixes import watched_prefixes
from bgpkit.transport import Network
from bgpkit.wire import Nlri
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import Aggregator, DecisionOptions, PathAttributes, Prefix, Source, SourceKind


class Speaker(PeerCalls, RestartCalls):
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

    async def announce(
        self,
        *destinations: str | Nlri,
        family: Family | None = None,
        next_hop: str | IPv4Address | IPv6Address | None = None,
        attributes: PathAttributes | None = None,
        path_id: int = 0,
    ) -> None:
        """Originate ``destinations``: prefixes, or with ``family`` values of its row's classes.

        ValueError names one that is none, and nothing is announced then. Without ``next_hop`` each peer is told our
        own address on its session. ``attributes`` are the path attributes otherwise (origin IGP and an empty AS_PATH
        unless given). ``path_id`` tells several of our own paths to a destination apart.
        """
        self._open()
        await self._origination.announce(
            destinations, family=family, next_hop=next_hop, attributes=attributes, path_id=path_id
        )

    async def withdraw(self, *destinations: str | Nlri, family: Family | None = None, path_id: int = 0) -> None:
        """Stop originating ``destinations``; those not originated are passed over."""
        self._open()
        await self._origination.withdraw(destinations, family=family, path_id=path_id)

    async def aggregate(
        self,
        prefix: str | Prefix,
        *,
        attributes: PathAttributes | None = None,
        as_set: bool = False,
        keep_as_path: bool = False,
        summary_only: bool = False,
        matching_med: bool = False,
        always: bool = False,
    ) -> None:
        """Originate ``prefix`` while a best route to a more specific one is there, or ``always``.

        ORIGIN, ATOMIC_AGGREGATE and AGGREGATOR follow from the contributing routes, and so does AS_PATH: with
        ``keep_as_path`` what theirs begin with, with ``as_set`` their other AS numbers as a set, too, and their
        communities; else it is empty. All else is what ``attributes`` say. With ``summary_only`` no more specific
        route is sent to anyone, with ``matching_med`` there is an aggregate only of routes with one and the same
        MULTI_EXIT_DISC. ConfigError when the aggregate is there already. RFC 4271, section 9.2.2.2; RFC 9774.
        """
        aggregator = Aggregator(self._open().session_asn(SourceKind.EBGP), self._bgp_identifier)
        options = AggregateOptions(
            attributes=attributes,
            as_set=as_set,
            keep_as_path=keep_as_path,
            summary_only=summary_only,
            matching_med=matching_med,
            always=always,
        )
        await self._aggregation.add(prefix, options, aggregator)

    async def remove_aggregate(self, prefix: str | Prefix) -> None:
        """Stop originating the aggregate ``prefix``; ConfigError when there is none."""
        self._open()
        await self._aggregation.remove(prefix)

    def use_next_hops(self, resolver: NextHopResolver | None) -> None:
        """Ask ``resolver`` how far next hops are from now on, and judge all routes by that."""
        self._open().next_hops_changed(self._next_hops.use(resolver))

    def next_hops_changed(self) -> None:
        """Ask the resolver again for every next hop in use, and judge the routes whose next hop moved."""
        self._open().next_hops_changed(self._next_hops.changed())

    def use_roas(self, roas: RoaTable | None) -> None:
        """Judge routes by ``roas`` from now on where a policy asks for their RPKI state. RFC 6811, section 4."""
        shared, roster = self._open(), self._peers()
        changes = (roas or RoaTable()).changes_since(shared.roas or RoaTable())
        shared.roas = roas
        sources = {peer.source for peer in roster.peers if peer.rebind()}
        if sources:
            shared.judge_again(
                lambda path: path.source in sources,
                # Origins are told of prefixes alone: other families have no width.
                lambda family, keys: changes.affected(width, keys) if (width := self._tables[family].width) else [],
            )

    def routes(
        self, family: Family = IPV4_UNICAST, *, peer: str | None = None, view: RibView | None = None
    ) -> Iterator[Route]:
        """Yield the routes of a RIB, as they are while it iterates: what is gone by then does not come.

        Without ``view`` that is the Loc-RIB, or with ``peer``, an address or ``local`` for our own, all that this peer
        announced, after the import policy. ConfigError when there is no such peer, or no such table.
        """
        if peer is None:
            return self._views.routes(family, None, view, None)
        local = self._origination.source
        source = local if peer == local.name else self._peers().known(peer).source
        group = None if self._shared is None else self._shared.outputs.group(source, family)
        return self._views.routes(family, source, view, group)

    def size(self, family: Family) -> int:
        """Return how many destinations of ``family`` have a best route; it costs nothing to ask."""
        return self._views.size(family)

    def paths(self, destination: str | Nlri, family: Family | None = None) -> tuple[Route, ...]:
        """Return all paths to exactly ``destination``, the best first, those that may not be chosen last."""
        return self._views.paths(destination, family)

    def explain(
        self,
        destination: str | Nlri,
        peer: str | None = None,
        *,
        family: Family | None = None,
        fib: ForwardingTable | None = None,
    ) -> Explanation:
        """Tell all there is to say of one destination: its paths, why each stands where it does, and who gets what.

        With ``peer`` only what this one gets. ``fib`` is a forwarding table to ask as well. What is returned is made
        of values, has a text for people, and `bgpkit.wire.to_plain` makes JSON of it. ConfigError as `paths`, and
        when there is no such peer.
        """
        peers = self._peers().peers
        asked = peers if peer is None else (self._peers().known(peer),)
        return explain_destination(self._open(), peers, asked, destination, family, fib)

    def subscribe(self, family: Family, consumer: BlockConsumer) -> Subscription:
        """Call ``consumer(keys, old, new)`` for every change block of the table, until what is returned is called.

        What the table holds already comes first, as additions, in slices of which the first come at once:
        ``await subscription.replayed()`` waits for the last. To the consumer every key begins with ``old`` None, and
        then each ``old`` is the ``new`` before it. A consumer that raises is logged and called no more.
        """
        return self._subscriptions.add(family, self._views.table(family), consumer)

    def watch(
        self, families: Family | Iterable[Family] = IPV4_UNICAST, *, prefixes: Iterable[str | Prefix] = ()
    ) -> AsyncGenerator[RouteChange, None]:
        """Yield the best route to every destination, then every change of one, until the speaker stops.

        With ``prefixes`` only what lies inside one of them. A slow reader gets the last state of a destination, not
        all states between, and memory stays bounded.
        """
        self._open()
        chosen = self._views.tables(families)
        return self._watchers.changes(chosen, watched_prefixes(prefixes, chosen))

    def watch_events(
        self,
        families: Family | Iterable[Family] = IPV4_UNICAST,
        *,
        prefixes: Iterable[str | Prefix] = (),
        since: str = "",
    ) -> AsyncGenerator[WatchEvent, None]:
        """Yield the same as `watch`, and marks: `SnapshotStart`, `SnapshotEnd`, `Lagged`.

        ``since`` is the cursor of an event that a watcher of the same families and prefixes has got before: what has
        changed after it follows, of some destinations perhaps again. Where too much has, or the speaker is another
        one, there is a new snapshot, which begins with `SnapshotStart`.
        """
        self._open()
        chosen = self._views.tables(families)
        return self._watchers.events(chosen, watched_prefixes(prefixes, chosen), since)

    def events(self, *, queue: int = QUEUE) -> EventSubscription:
        """Return an asynchronous iterator over what happens to peers from now on, each event once and in order.

        What they are now `peers` tells; nothing happens between two calls without an ``await``. Up to ``queue``
        events wait for a slow reader: beyond that the oldest are dropped, and `Missed` tells how many. It ends when
        the speaker has stopped, after the `PeerDown` of the last session.
        """
        self._open()
        return self._events.subscribe(queue)

    def _summaries_changed(self) -> None:
        for peer in self._peers().peers:
            peer.join_groups()

    def _selection_ended(self) -> None:
        for peer in self._peers().peers:
            peer.selection_ended()
        if self._own_routes_first:
            self._open().outputs.release_end_of_rib()

    def _open(self) -> Shared:
        if self._shared is None:
            raise SpeakerClosedError("the speaker is not running; use it inside 'async with'")
        return self._shared

    def _peers(self) -> Roster:
        self._open()
        if self._roster is None:
            raise SpeakerClosedError("the speaker is not running; use it inside 'async with'")
        return self._roster
