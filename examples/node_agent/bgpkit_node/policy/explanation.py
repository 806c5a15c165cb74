"""Why a connection is allowed or not, in words and in values for machines."""

from collections.abc import Iterator

from bgpkit_node.policy.cluster import Cluster
from bgpkit_node.policy.model import Action
from bgpkit_node.policy.protocols import protocol_name
from bgpkit_node.policy.verdict import Consideration, Packet, Reason, SideVerdict, Verdict


def explained(packet: Packet, verdict: Verdict, cluster: Cluster) -> Iterator[str]:
    """Yield the lines that tell all that decided about a packet."""
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
            yield f"  {way} of {_end(address, cluster)}: {'allowed' if side.allowed else 'denied'}, {why(side)}"
            yield from (f"    {_asked(each)}" for each in side.considered)


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


def values_of(packet: Packet, verdict: Verdict) -> dict[str, object]:
    """Return the same for machines."""
    return {
        "source": str(packet.source),
        "destination": str(packet.destination),
        "protocol": protocol_name(packet.protocol),
        "port": packet.port,
        "allowed": verdict.allowed,
        "always": verdict.always.value if verdict.always else None,
        "egress": _side_values(verdict.egress),
        "ingress": _side_values(verdict.ingress),
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


def _side_values(side: SideVerdict | None) -> dict[str, object] | None:
    if side is None:
        return None
    return {
        "endpoint": side.endpoint,
        "allowed": side.allowed,
        "reason": side.reason.value,
        "tier": side.tier or None,
        "considered": [
            {
                "policy": str(each.policy),
                "tier": each.tier or None,
                "rule": each.rule or None,
                "action": each.action.value if each.action else None,
                "staged": each.staged,
            }
            for each in side.considered
        ],
    }
