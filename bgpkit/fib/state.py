"""What there is to say of one prefix: what is wanted of it, what the kernel has, and what stands between."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from ipaddress import ip_address
from typing import Final

from bgpkit.fib.dialogue import Dialogue
from bgpkit.fib.form import Form
from bgpkit.fib.reconciler import Reconciler
from bgpkit.fib.resolve import NUMBER_OF_KIND
from bgpkit.fib.route import KernelRoute, RouteKind
from bgpkit_rib import Prefix

_KINDS: Final = {number: kind.value for kind, number in NUMBER_OF_KIND.items()}


class FibStatus(Enum):
    """How far a prefix has come."""

    ABSENT = "absent"
    """Neither wanted nor there."""
    INSTALLED = "installed"
    """In the kernel as wanted."""
    PENDING = "pending"
    """About to be written, or removed."""
    CONFLICT = "conflict"
    """Wanted, but another program's route has its place."""
    FAILED = "failed"
    """Wanted, but the kernel refused it; it is tried again."""
    ADOPTED = "adopted"
    """Found at the start, and not asked for yet: it stays until the sweep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FibState:
    """One prefix in the kernel's table; its text is for people, such as ``installed: via 10.0.0.2 dev eth0``."""

    prefix: Prefix
    status: FibStatus
    wanted: KernelRoute | None
    present: tuple[str, ...]
    """Our routes in the kernel in the words of ip-route(8), nearly always one."""
    reason: str = ""
    """Why it is not as wanted: whose route is in the way, or what the kernel says."""

    @property
    def installed(self) -> bool:
        """Whether the kernel forwards by a route of ours, be it the one wanted or not."""
        return bool(self.present)

    def __str__(self) -> str:
        """Return the state in one line, without the prefix."""
        parts: list[str] = []
        if self.status is not FibStatus.INSTALLED and self.wanted is not None:
            parts.append(f"wanted {words_of_route(self.wanted)}")
        if self.present:
            parts.append(f"the kernel has {' and '.join(self.present)}")
        if self.reason:
            parts.append(self.reason)
        return f"{self.status.value}{': ' if parts else ''}{', '.join(parts)}"


def state_of(dialogue: Dialogue, prefix: Prefix) -> FibState:
    """Return what ``dialogue`` knows of ``prefix``."""
    reconciler, key = dialogue.reconcilers[prefix.width], prefix.key
    spec = reconciler.desired.get(key)
    status, reason = _status(reconciler, key)
    return FibState(
        prefix=prefix,
        status=status,
        wanted=None if spec is None else spec.route(prefix),
        present=tuple([words_of_form(form, dialogue.name_of) for form in reconciler.held.get(key, ())]),
        reason=reason,
    )


def _status(reconciler: Reconciler, key: bytes) -> tuple[FibStatus, str]:
    if key not in reconciler.desired:
        if key in reconciler.held:
            return (FibStatus.ADOPTED if key in reconciler.stale else FibStatus.PENDING), ""
        return FibStatus.ABSENT, ""
    if key in reconciler.foreign.conflicts:
        return FibStatus.CONFLICT, f"a route of protocol {reconciler.foreign.conflicts[key]} has its place"
    failure = reconciler.attempts.failed.get(key)
    if failure is not None:
        times = "once" if failure.count == 1 else f"{failure.count} times"
        return FibStatus.FAILED, f"refused {times}: {failure.refusal.text}"
    return (FibStatus.INSTALLED if reconciler.agrees(key) else FibStatus.PENDING), ""


def words_of_route(route: KernelRoute) -> str:
    """Return a wanted route without its prefix in the words of ip-route(8)."""
    hops = [(str(hop.gateway or ""), hop.device or "", hop.onlink, hop.weight) for hop in route.next_hops]
    return _words(route.kind.value, hops, route.metric, str(route.source or ""), route.mtu)


def words_of_form(form: Form, name_of: Callable[[int], str]) -> str:
    """Return a route of the kernel's likewise; ``name_of`` gives the name of an interface by its index."""
    hops = [
        (_text(hop.gateway), name_of(hop.ifindex) if hop.ifindex else "", hop.onlink, hop.weight) for hop in form.hops
    ]
    return _words(_KINDS.get(form.kind, f"type {form.kind}"), hops, form.metric, _text(form.source), form.mtu)


def _words(kind: str, hops: list[tuple[str, str, bool, int]], metric: int, source: str, mtu: int) -> str:
    parts = [] if kind == RouteKind.UNICAST.value else [kind]
    for hop in hops:
        parts += ["nexthop"] if len(hops) > 1 else []
        parts += _hop(*hop)
    parts += [f"src {source}"] if source else []
    parts += [f"metric {metric}"] if metric else []
    parts += [f"mtu {mtu}"] if mtu else []
    return " ".join(parts)


def _hop(gateway: str, device: str, onlink: bool, weight: int) -> Iterator[str]:
    if gateway:
        yield f"via {gateway}"
    if device:
        yield f"dev {device}"
    if onlink:
        yield "onlink"
    if weight > 1:
        yield f"weight {weight}"


def _text(packed: bytes) -> str:
    return str(ip_address(packed)) if packed else ""
