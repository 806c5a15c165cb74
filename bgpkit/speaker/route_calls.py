"""The calls of a speaker that concern routes: what it originates, and by what it judges those of all peers."""

from ipaddress import IPv4Address, IPv6Address

from bgpkit.rpki import RoaTable
from bgpkit.speaker.aggregate import AggregateOptions
from bgpkit.speaker.aggregation import Aggregation
from bgpkit.speaker.next_hops import NextHopResolver, NextHops
from bgpkit.speaker.origination import Origination
from bgpkit.speaker.running import Running
from bgpkit.wire import Nlri
from bgpkit_fsm import Family
from bgpkit_rib import Aggregator, PathAttributes, Prefix, SourceKind


class RouteCalls(Running):
    """A part of `Speaker`."""

    _origination: Origination
    _aggregation: Aggregation
    _next_hops: NextHops

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
        shared = self._open()
        aggregator = Aggregator(shared.session_asn(SourceKind.EBGP), shared.bgp_identifier)
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
        shared, peers = self._open(), self._peers().peers
        changes = (roas or RoaTable()).changes_since(shared.roas or RoaTable())
        shared.roas = roas
        sources = {peer.source for peer in peers if peer.routes_in.rebind()}
        for peer in peers:
            peer.routes_out.join()
        if sources:
            shared.judge_again(
                lambda path: path.source in sources,
                # Origins are told of prefixes alone: other families have no width.
                lambda family, keys: changes.affected(width, keys) if (width := shared.tables[family].width) else [],
            )
