"""Verdicts straight from policies and labels, for explanations, and to hold what nodes enforce against."""

from collections.abc import Collection, Iterator, Sequence

from bgpkit_node.policy.address_book import AddressBook
from bgpkit_node.policy.endpoint_program import is_asked
from bgpkit_node.policy.failsafe import Failsafe
from bgpkit_node.policy.host_wires import HostWires, Wires
from bgpkit_node.policy.model import Address, Direction, Endpoint, Policy
from bgpkit_node.policy.moments import Moment, is_asked_at
from bgpkit_node.policy.precedence import precedence, tier_called
from bgpkit_node.policy.state import PolicyState
from bgpkit_node.policy.verdict import Always, Packet, Reason, SideVerdict, Verdict
from bgpkit_node.policy.walk import Walk

_EARLY = {Direction.INGRESS: (Moment.UNTRACKED, Moment.PRE_DNAT), Direction.EGRESS: (Moment.UNTRACKED,)}


class Evaluator:
    """Decides about packets one rule after the other, from a state as it stands.

    Packets are looked at as they are after translation, but for early policies, and not as other nodes wrap them.
    """

    def __init__(
        self,
        state: PolicyState,
        failsafe: Failsafe | None = None,
        closed: Collection[str] = (),
        wires: Wires | None = None,
        asked: Collection[str] | None = None,
    ) -> None:
        """Begin with no packet looked at; ``failsafe`` is what passes nodes whatever policies say.

        ``closed`` are nodes that none of their own pods may call. ``wires`` tell past which interfaces of nodes a
        packet goes: unless they are given, those that :class:`HostWires` guesses. Only of endpoints whose keys are
        ``asked`` about, if any are given, policies are asked; all others let everything pass.
        """
        self._only = asked
        self._state = state
        self._closed = closed
        self._failsafe = failsafe or Failsafe()
        self._book = AddressBook(state)
        self._wires = wires or HostWires(state)
        self._policies: dict[str, tuple[Policy, ...]] = {}

    def verdict(self, packet: Packet) -> Verdict:
        """Decide about the first packet of a connection."""
        source, destination = self._end(packet, Direction.EGRESS), self._end(packet, Direction.INGRESS)
        sender, receiver = self._wires.node(packet.source), self._wires.node(packet.destination)
        within = sender == receiver and sender != ""
        if destination is not None and source is destination and not destination.host:
            return Verdict(always=Always.ITSELF)
        from_node = _is_node(source) or packet.source in self._state.nodes.get(sender, ())
        if within and from_node:
            return Verdict(always=Always.HOST_ITSELF if _is_node(destination) else Always.OWN_NODE)
        to_own_node = within and _is_node(destination)
        ingress = None if to_own_node else self._side(destination, Direction.INGRESS, packet)
        return Verdict(
            egress=self._side(source, Direction.EGRESS, packet),
            ingress=_shut(receiver) if to_own_node and receiver in self._closed else ingress,
            crossed=() if within else tuple(self._crossed(packet, source, destination)),
        )

    def policies(self, endpoint: Endpoint) -> tuple[Policy, ...]:
        """Return the policies that are for an endpoint, in the order in which they are asked."""
        if endpoint.key not in self._policies:
            labels = dict(endpoint.labels)
            found = [
                policy
                for policy in self._state.policies.values()
                if policy.selector.matches(labels) and is_asked(policy, endpoint)
            ]
            found.sort(key=lambda policy: precedence(policy, tier_called(policy.tier, self._state.tiers)))
            self._policies[endpoint.key] = tuple(found)
        return self._policies[endpoint.key]

    def _end(self, packet: Packet, direction: Direction) -> Endpoint | None:
        """Return the endpoint that a packet comes from, or goes to: one with the address, or the node's interface."""
        near, far = _ends(packet, direction)
        found = self._book.endpoint(near)
        return found if found is not None and not found.host else self._wires.wire(near, far)

    def _side(self, endpoint: Endpoint | None, direction: Direction, packet: Packet) -> SideVerdict | None:
        if endpoint is None or not self._is_asked(endpoint):
            return None
        walk = Walk(endpoint, direction, packet, self._book)
        if endpoint.host:
            early = self._early(walk, endpoint, direction, packet)
            if early is not None:
                return early
            if self._failsafe.passes(packet, direction):
                return walk.failsafe()
        asked = self._asked(endpoint, direction, Moment.NORMAL)
        return walk.tiers(asked, self._state) or walk.profiles(asked, self._state)

    def _crossed(self, packet: Packet, source: Endpoint | None, destination: Endpoint | None) -> Iterator[SideVerdict]:
        """Give what the interfaces of nodes say that forward a packet: from one of their pods, to it, or of others."""
        coming, leaving = self._wires.transit(packet.source, packet.destination)
        if source is not None and not source.host:
            leaving = self._wires.wire(*_ends(packet, Direction.EGRESS)) or leaving
        if destination is not None and not destination.host:
            coming = self._wires.wire(*_ends(packet, Direction.INGRESS)) or coming
        for wire, direction in ((leaving, Direction.EGRESS), (coming, Direction.INGRESS)):
            if wire is None or not self._is_asked(wire):
                continue
            walk = Walk(wire, direction, packet, self._book)
            coming_in = direction is Direction.INGRESS
            verdict = self._early(walk, wire, direction, packet) if coming_in else None
            asked = self._asked(wire, direction, Moment.FORWARD)
            verdict = verdict or walk.tiers(asked, self._state)
            if verdict is not None or asked:
                yield verdict or walk.forwarded()

    def _early(self, walk: Walk, endpoint: Endpoint, direction: Direction, packet: Packet) -> SideVerdict | None:
        seen = packet.untranslated()
        for moment in _EARLY[direction]:
            if not self._failsafe.passes(seen, direction, untracked=moment is Moment.UNTRACKED):
                verdict = walk.early(self._asked(endpoint, direction, moment))
                if verdict is not None:
                    return verdict
        return None

    def _is_asked(self, endpoint: Endpoint) -> bool:
        return self._only is None or endpoint.key in self._only

    def _asked(self, endpoint: Endpoint, direction: Direction, moment: Moment) -> Sequence[Policy]:
        policies = self.policies(endpoint)
        return [each for each in policies if direction in each.directions and is_asked_at(moment, each)]


def _ends(packet: Packet, direction: Direction) -> tuple[Address, Address]:
    """Return the address at the side that a direction is asked for, and the other."""
    ends = (packet.source, packet.destination)
    return ends if direction is Direction.EGRESS else (packet.destination, packet.source)


def _shut(node: str) -> SideVerdict:
    return SideVerdict(endpoint=f"node/{node}", direction=Direction.INGRESS, allowed=False, reason=Reason.CLOSED_NODE)


def _is_node(endpoint: Endpoint | None) -> bool:
    """Tell whether an end is a node, of which there may be no endpoint."""
    return endpoint is None or endpoint.host
