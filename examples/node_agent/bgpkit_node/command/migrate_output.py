"""A migration in words: tables for people, and what machines read."""

from collections.abc import Iterator, Sequence

from bgpkit_node.command.migrate_look import Look
from bgpkit_node.command.tables import aligned
from bgpkit_node.flannel import Outage, Pod


def rendered_plan(seen: Look) -> str:
    """Return the plan as text."""
    return "\n".join(_lines(seen))


def nothing_left(seen: Look) -> str:
    """Return that there is nothing to do."""
    return f"nothing of flannel is on {seen.plan.node}: nothing to remove, nothing changed"


def _lines(seen: Look) -> Iterator[str]:
    plan = seen.plan
    if seen.remains.nothing:
        yield nothing_left(seen)
    else:
        yield f"{plan.node}: what is removed, and nothing else"
        yield ""
        yield aligned(("KIND", "WHAT"), [(each.kind, each.what) for each in plan.removals])
        yield ""
        yield from _pods(seen.remains.pods)
        if plan.losses:
            yield aligned(("WHO LOSES", "WHOM", "UNTIL"), [(each.who, each.whom, each.until) for each in plan.losses])
            yield ""
        yield "The order:"
        yield from (f"{number}. {step}" for number, step in enumerate(plan.order, 1))
    if seen.remains.spared:
        yield ""
        yield aligned(("LEFT ALONE", "WHY"), [(each.what, each.why) for each in seen.remains.spared])
    notes = [*plan.warnings, *([seen.unknown] if seen.unknown and not seen.remains.nothing else [])]
    if notes:
        yield ""
        yield from (f"note: {note}" for note in notes)


def _pods(pods: Sequence[Pod]) -> Iterator[str]:
    if not pods:
        return
    rows = [(str(pod) if pod.name else "-", addresses(pod), pod.interface) for pod in pods]
    yield aligned(("POD ON FLANNEL", "ADDRESS", "INTERFACE"), rows)
    yield ""


def addresses(pod: Pod) -> str:
    """Return the addresses of a pod in one word, ``-`` where none is known."""
    return ",".join(map(str, pod.addresses)) or "-"


def plain_plan(seen: Look) -> dict[str, object]:
    """Return the plan for machines."""
    plan = seen.plan
    return {
        "node": plan.node,
        "removed": [{"kind": each.kind, "what": each.what} for each in plan.removals],
        "pods": [_plain_pod(pod) for pod in seen.remains.pods],
        "losses": [{"who": each.who, "whom": each.whom, "until": each.until} for each in plan.losses],
        "order": list(plan.order),
        "leftAlone": [{"what": each.what, "why": each.why} for each in seen.remains.spared],
        "warnings": [*plan.warnings, *([seen.unknown] if seen.unknown else [])],
    }


def _plain_pod(pod: Pod) -> dict[str, object]:
    return {
        "namespace": pod.namespace,
        "name": pod.name,
        "interface": pod.interface,
        "addresses": list(map(str, pod.addresses)),
    }


def rendered_outages(found: Sequence[Outage]) -> str:
    """Return how long each pod was away, as a table; empty without pods."""
    rows = [(str(each.pod), each.old or "-", each.new or "-", _away(each)) for each in found]
    return aligned(("POD", "OLD ADDRESS", "NEW ADDRESS", "OUTAGE"), rows) if rows else ""


def _away(outage: Outage) -> str:
    return outage.said if outage.seconds is None else f"{outage.seconds:.2f} s"


def plain_outage(outage: Outage) -> dict[str, object]:
    """Return what was measured of a pod, for machines."""
    return {
        **_plain_pod(outage.pod),
        "oldAddress": outage.old,
        "newAddress": outage.new,
        "outageSeconds": None if outage.seconds is None else round(outage.seconds, 3),
        "said": outage.said,
    }
