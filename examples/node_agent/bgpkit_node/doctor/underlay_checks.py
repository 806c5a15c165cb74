"""What the network below lets through between nodes: pings, BGP, VXLAN, IPIP, addresses of pods. Pure.

Each ordered pair of nodes that was measured becomes one finding, which is as bad as the worst of its parts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, assert_never

from bgpkit_node.diagnosis import Between, Probe, Reply
from bgpkit_node.doctor.finding import Finding, Verdict, unknown
from bgpkit_node.doctor.look import Look
from bgpkit_node.resources import EncapsulationMode, IPPool

UNDERLAY: Final = "underlay"
_BADNESS: Final = (Verdict.OK, Verdict.UNKNOWN, Verdict.WARNING, Verdict.FAILURE)


@dataclass(frozen=True, slots=True)
class _Part:
    verdict: Verdict
    said: str
    cure: str = ""


def underlay_findings(looks: Iterable[Look], silent: Mapping[str, str], pools: Iterable[IPPool]) -> Iterator[Finding]:
    """Yield a finding for each pair, and for each node that has measured nothing, with why."""
    pools = tuple(pools)
    for node, why in silent.items():
        yield unknown(UNDERLAY, f"{node} -> all others", why)
    for look in looks:
        parts = tuple(_parts(look.between, pools))
        worst = max((part.verdict for part in parts), key=_BADNESS.index)
        if worst is Verdict.UNKNOWN:
            worst = Verdict.OK  # what cannot be told is in the sentence
        shown = [
            part for part in parts if part.verdict is worst or part.verdict is Verdict.UNKNOWN or worst is Verdict.OK
        ]
        yield Finding(
            verdict=worst,
            what=UNDERLAY,
            where=look.where,
            said="; ".join(part.said for part in shown),
            cure="; ".join(dict.fromkeys(part.cure for part in shown if part.cure)),
            look=look,
        )


def _parts(between: Between, pools: Sequence[IPPool]) -> Iterator[_Part]:
    yield from _path(between)
    yield _bgp(between.bgp)
    yield _vxlan(between)
    yield _ipip(between.ipip, used=any(pool.spec.ipip_mode is not EncapsulationMode.NEVER for pool in pools))
    yield _pod(between, [pool.name for pool in pools if _wraps(pool)])


def _wraps(pool: IPPool) -> bool:
    never = EncapsulationMode.NEVER
    return pool.spec.ipip_mode is not never or pool.spec.vxlan_mode is not never


def _path(between: Between) -> Iterator[_Part]:
    path = between.path
    if not between.pings:
        yield _Part(Verdict.UNKNOWN, "pings are root's to send", "run it as root")
    elif path is None:
        cure = "look at the route to the node, and at filters for ICMP"
        yield _Part(Verdict.WARNING, "the node does not answer pings", cure)
    elif path.mtu == path.link_mtu:
        yield _Part(Verdict.OK, f"{path.seconds * 1000:.2f} ms there and back, {path.mtu} octets in one piece")
    else:
        said = f"the interface takes {path.link_mtu} octets and the path {path.mtu}"
        cure = f"give the nodes' interfaces an MTU of {path.mtu}, or FelixConfiguration an mtu"
        if path.learned:
            yield _Part(Verdict.WARNING, f"{said}; it says so, and senders adapt", cure)
        else:
            yield _Part(Verdict.FAILURE, f"{said}, and does not say so: larger packets vanish", cure)


def _bgp(found: Probe) -> _Part:
    if _passes(found):
        return _Part(Verdict.OK, found.sentence)
    cure = "let it through, or use VXLAN, which needs no BGP between nodes: bgpkit-node advise --no-bgp"
    return _Part(Verdict.FAILURE, found.sentence, cure)


def _vxlan(between: Between) -> _Part:
    match between.vxlan.reply:
        case Reply.ACCEPTED | Reply.REFUSED:
            return _Part(Verdict.OK, between.vxlan.sentence)
        case Reply.SILENCE:
            said = f"{between.vxlan.sentence}: a VXLAN device listens there, or it is dropped on the way"
            return _Part(Verdict.UNKNOWN, said)
        case Reply.NO_WAY:
            return _Part(Verdict.FAILURE, between.vxlan.sentence, "look at the route to the node")
        case _ as never:
            assert_never(never)


def _ipip(found: Probe | None, *, used: bool) -> _Part:
    if found is None:
        return _Part(Verdict.UNKNOWN, "packets of IPIP are root's to send", "run it as root")
    if _passes(found):
        return _Part(Verdict.OK, found.sentence)
    said = f"{found.sentence}: it is dropped on the way, or by a filter of the node"
    cure = "let IP protocol 4 through, or use VXLAN instead of IPIP"
    return _Part(Verdict.FAILURE if used else Verdict.WARNING, said, cure)


def _pod(between: Between, wrapping: list[str]) -> _Part:
    how = f"wrapped as IPPool {', '.join(wrapping)} says" if wrapping else "unencapsulated"
    if not between.pod:
        return _Part(Verdict.UNKNOWN, "it has no pod that could be pinged")
    if between.pod_answers is None:
        return _Part(Verdict.UNKNOWN, "pings of pods are root's to send", "run it as root")
    if between.pod_answers:
        return _Part(Verdict.OK, f"{between.pod} answers pings, {how}")
    said = f"{between.pod} does not answer pings, {how}: the underlay drops them, or a policy does"
    cure = (
        "bgpkit-node explain POD --to POD tells the way"
        if wrapping
        else "switch off the check of sources and destinations (clouds), or encapsulate: ipipMode or vxlanMode"
    )
    return _Part(Verdict.WARNING, said, cure)


def _passes(found: Probe) -> bool:
    """Tell whether something has come back: a refusal has come through the underlay, too."""
    return found.reply in {Reply.ACCEPTED, Reply.REFUSED}
