"""The routes of one peer on their way out: its place in the update groups."""

from collections.abc import Callable

from bgpkit.session import Session
from bgpkit.speaker.outbound_limit import route_limit
from bgpkit.speaker.own_next_hop import own_next_hop
from bgpkit.speaker.peer_context import PeerContext
from bgpkit.speaker.peer_rules import export_key
from bgpkit_fsm import Family, Notification
from bgpkit_rib import Path


class RoutesOut:
    """Joins the update groups that the peer's configuration and session ask for."""

    def __init__(
        self, context: PeerContext, session: Session[Path], *, close: Callable[[Notification], object]
    ) -> None:
        """Send to ``session``, of the peer of ``context``; ``close`` ends it until the configuration changes."""
        self._context = context
        self._session = session
        self._close = close

    def next_hop(self, family: Family) -> bytes | None:
        """Return our own next hop for a family on the session, packed; None: there is none."""
        negotiated, connection = self._context.negotiated, self._session.connection
        if negotiated is None or connection is None:
            return None
        extended = family in negotiated.extended_next_hop
        return own_next_hop(self._context.config, family, connection.local_address, extended=extended)

    def join(self) -> None:
        """Take, or change, the place in the update groups that the configuration asks for."""
        context = self._context
        config, source, shared, negotiated = context.config, context.source, context.shared, context.negotiated
        if negotiated is None or self._session.connection is None or shared.sends_nothing_yet:
            return
        for family in negotiated.families:
            if shared.route_targets.holds_back(source, family):
                continue
            next_hop = self.next_hop(family)
            if next_hop is None:
                context.log.warning("family.not_sent", family=str(family), reason="next_hops names no address for it")
                shared.outputs.leave(source, family)
                continue
            key = export_key(config, shared, negotiated, source, family, next_hop)
            limit = route_limit(config, family, context.log, close=self._close, tell=shared.events.publish)
            shared.outputs.join(source, self._session, key, limit)
