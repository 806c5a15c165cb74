"""What the network below lets through between this node and another: BGP, VXLAN, IPIP, addresses of pods. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import assert_never

from bgpkit_node.diagnosis import Probe, Reply
from bgpkit_node.doctor.finding import Finding, failure, unknown, warning, well
from bgpkit_node.resources import EncapsulationMode, IPPool


@dataclass(frozen=True, slots=True, kw_only=True)
class Underlay:
    """What came back from one node."""

    node: str
    bgp: Probe
    vxlan: Probe
    ipip: Probe | None
    """None: whoever asked may not send such packets."""
    pod: str = ""
    """Address of a pod there; empty when it has none."""
    pod_answers: bool | None = None
    """Whether it answers pings; None: whoever asked may not send them."""


def underlay_findings(looks: Iterable[Underlay], pools: Iterable[IPPool]) -> Iterator[Finding]:
    """Yield four findings for each node that was looked at."""
    pools = tuple(pools)
    wrapping = [pool.name for pool in pools if _wraps(pool)]
    uses_ipip = any(pool.spec.ipip_mode is not EncapsulationMode.NEVER for pool in pools)
    for look in looks:
        yield _bgp(look)
        yield _vxlan(look)
        yield _ipip(look, uses_ipip=uses_ipip)
        yield _pod(look, wrapping)


def _wraps(pool: IPPool) -> bool:
    never = EncapsulationMode.NEVER
    return pool.spec.ipip_mode is not never or pool.spec.vxlan_mode is not never


def _bgp(look: Underlay) -> Finding:
    match look.bgp.reply:
        case Reply.ACCEPTED | Reply.REFUSED:
            return well("underlay", f"BGP to {look.node}", look.bgp.sentence)
        case Reply.SILENCE | Reply.NO_WAY:
            cure = "let it through, or use VXLAN, which needs no BGP between nodes: bgpkit-node advise --no-bgp"
            return failure("underlay", f"BGP to {look.node}", look.bgp.sentence, cure)
        case _:
            assert_never(look.bgp.reply)


def _vxlan(look: Underlay) -> Finding:
    where = f"VXLAN to {look.node}"
    match look.vxlan.reply:
        case Reply.ACCEPTED | Reply.REFUSED:
            return well("underlay", where, look.vxlan.sentence)
        case Reply.SILENCE:
            said = f"{look.vxlan.sentence}: a VXLAN device listens there, or it is dropped on the way"
            return unknown("underlay", where, said)
        case Reply.NO_WAY:
            return failure("underlay", where, look.vxlan.sentence, "look at the route to the node")
        case _:
            assert_never(look.vxlan.reply)


def _ipip(look: Underlay, *, uses_ipip: bool) -> Finding:
    where = f"IPIP to {look.node}"
    if look.ipip is None:
        return unknown("underlay", where, "such packets are root's to send", "run it as root")
    match look.ipip.reply:
        case Reply.ACCEPTED | Reply.REFUSED:
            return well("underlay", where, look.ipip.sentence)
        case Reply.SILENCE | Reply.NO_WAY:
            said = f"{look.ipip.sentence}: it is dropped on the way, or by a filter of the node"
            made = failure if uses_ipip else warning
            return made("underlay", where, said, "let IP protocol 4 through, or use VXLAN instead of IPIP")
        case _:
            assert_never(look.ipip.reply)


def _pod(look: Underlay, wrapping: list[str]) -> Finding:
    where = f"pods of {look.node}"
    if wrapping:
        return unknown("underlay", where, f"packets to them are wrapped, as IPPool {', '.join(wrapping)} says")
    if not look.pod:
        return unknown("underlay", where, "it has no pod that could be pinged")
    if look.pod_answers is None:
        return unknown("underlay", where, "pings are root's to send", "run it as root")
    if look.pod_answers:
        return well("underlay", where, f"{look.pod} answers pings, unencapsulated")
    said = f"{look.pod} does not answer pings: the underlay drops addresses of pods, or a policy does"
    cure = "switch off the check of sources and destinations (clouds), or encapsulate: ipipMode or vxlanMode"
    return warning("underlay", where, said, cure)
