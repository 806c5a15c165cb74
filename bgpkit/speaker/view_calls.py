"""The calls of a speaker that show what it holds and what happens: as it is now, and as it changes."""

from collections.abc import AsyncGenerator, Iterable, Iterator

from bgpkit.speaker.event_log import QUEUE, EventLog, EventSubscription
from bgpkit.speaker.explain import explain_destination
from bgpkit.speaker.explained import ForwardingTable
from bgpkit.speaker.explanation import Explanation
from bgpkit.speaker.origination import Origination
from bgpkit.speaker.route import Route, RouteChange
from bgpkit.speaker.running import Running
from bgpkit.speaker.subscriptions import BlockConsumer, Subscription, Subscriptions
from bgpkit.speaker.views import RibView, Views
from bgpkit.speaker.watch import Watchers
from bgpkit.speaker.watch_events import WatchEvent
from bgpkit.speaker.watched_prefixes import watched_prefixes
from bgpkit.wire import Nlri
from bgpkit_fsm import IPV4_UNICAST, Family
from bgpkit_rib import Prefix


class ViewCalls(Running):
    """A part of `Speaker`."""

    _events: EventLog
    _origination: Origination
    _subscriptions: Subscriptions
    _views: Views
    _watchers: Watchers

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
