"""Why a connection is allowed or not, in words and in values for machines."""

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

from bgpkit_node.policy.cluster import Cluster
from bgpkit_node.policy.model import Action
from bgpkit_node.policy.protocols import protocol_name
from bgpkit_node.policy.verdict import Consideration, Packet, Reason, SideVerdict, Verdict


class Counted(NamedTuple):
    """What a rule in the kernel of a node has counted, for all endpoints there that have it."""

    node: str
    packets: int
    octets: int

    def __str__(self) -> str:
        """Give the numbers as ``12 packets, 720 octets on n1``."""
        return f"{self.packets} packets, {self.octets} octets on {self.node}"


Counting: TypeAlias = Callable[[SideVerdict, Consideration | None], Counted | None]
"""Tells what the rule has counted that was found at a side, or that ends its tier; None where it is not known."""


def uncounted(_: SideVerdict, __: Consideration | None) -> None:
    """Know nothing of what has been counted."""


def explained(packet: Packet, verdict: Verdict, cluster: Cluster, counting: Counting = uncounted) -> Iterator[str]:
    """Yield the lines that tell all that decided about a packet, with what the rules have counted if that is known."""
    outcome = "allowed" if verdict.allowed else "denied"
    ends = f"{_end(packet.source, cluster)} to {_end(packet.destination, cluster)}"
    port = "" if packet.port is None else f" {packet.port}"
    yield f"{ends}, {protocol_name(packet.protocol)}{port}: {outcome}"
    if verdict.always is not None:
        yield f"  {verdict.always.value}"
        return
    for way, address, side in (
        ("egress", packet.source, verdict.egress),
        ("ingress", packet.destination, verdict.ingress),
    ):
        if side is None:
            yield f"  {way}: {_end(address, cluster)} is no endpoint, nothing is asked"
        else:
            outcome = f"{'allowed' if side.allowed else 'denied'}, {why(side)}{_number(counting(side, None))}"
            yield f"  {way} of {_end(address, cluster)}: {outcome}"
            yield from (f"    {_asked(each)}{_number(counting(side, each))}" for each in side.considered)
    for side in verdict.crossed:
        outcome = f"{'allowed' if side.allowed else 'denied'}, {why(side)}{_number(counting(side, None))}"
        yield f"  {side.direction.value.lower()} through HostEndpoint({side.endpoint}): {outcome}"
        yield from (f"    {_asked(each)}{_number(counting(side, each))}" for each in side.considered)


def why(side: SideVerdict) -> str:
    """Return what decided at one side, in a few words."""
    match side.reason:
        case Reason.RULE:
            decided = side.considered[-1]
            return f"{decided.rule} of {decided.policy} in tier {side.tier}"
        case Reason.END_OF_TIER:
            return f"no rule matches before the end of tier {side.tier}"
        case Reason.PROFILE:
            return f"no policy decides, {side.considered[-1].policy} does"
        case Reason.NO_PROFILE:
            return "no policy decides, and no profile allows it"
        case Reason.NO_POLICY:
            return "no policy is for it"
        case Reason.FAILSAFE:
            return "it is a failsafe port of the node"
        case Reason.FORWARDED:
            return "no policy decides"
        case Reason.CLOSED_NODE:
            return "no pod reaches its node (defaultEndpointToHostAction)"


def values_of(packet: Packet, verdict: Verdict, counting: Counting = uncounted) -> dict[str, object]:
    """Return the same for machines."""
    return {
        "source": str(packet.source),
        "destination": str(packet.destination),
        "protocol": protocol_name(packet.protocol),
        "port": packet.port,
        "allowed": verdict.allowed,
        "always": verdict.always.value if verdict.always else None,
        "egress": _side_values(verdict.egress, counting),
        "ingress": _side_values(verdict.ingress, counting),
        "forwarded": [_side_values(side, counting) for side in verdict.crossed],
    }


def _end(address: object, cluster: Cluster) -> str:
    text = str(address)
    name = next((name for name, found in cluster.addresses.items() if address in found), "")
    return f"{name} ({text})" if name else text


def _asked(consideration: Consideration) -> str:
    name = f"{consideration.policy}{' (staged, decides nothing)' if consideration.staged else ''}"
    if consideration.action is None:
        return f"{name}: no rule matches"
    words = {Action.NEXT_TIER: "passes on to the next tier", Action.LOG: "is logged"}
    return f"{name}: {consideration.rule} matches: {words.get(consideration.action, consideration.action.value)}"


def _number(counted: Counted | None) -> str:
    return "" if counted is None else f" ({counted})"


def _plain(counted: Counted | None) -> dict[str, object] | None:
    return None if counted is None else counted._asdict()


def _side_values(side: SideVerdict | None, counting: Counting) -> dict[str, object] | None:
    if side is None:
        return None
    return {
        "endpoint": side.endpoint,
        "allowed": side.allowed,
        "reason": side.reason.value,
        "tier": side.tier or None,
        "counted": _plain(counting(side, None)),
        "considered": [
            {
                "policy": str(each.policy),
                "tier": each.tier or None,
                "rule": each.rule or None,
                "action": each.action.value if each.action else None,
                "staged": each.staged,
                "counted": _plain(counting(side, each)),
            }
            for each in side.considered
        ],
    }
