"""What differs between the routes wanted and the routes in the kernel."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bgpkit.fib.dialogue import Dialogue
from bgpkit.fib.inspection import Inspection
from bgpkit.fib.ordering import in_order
from bgpkit.fib.route import KernelRoute, NextHop
from bgpkit_rib import Prefix


@dataclass(frozen=True, slots=True)
class UnwantedRoute:
    """A route of our protocol in the kernel that nobody wants: adopted and not yet swept, or about to go."""

    prefix: Prefix
    metric: int


@dataclass(frozen=True, slots=True)
class AlteredRoute:
    """A wanted route in whose place there is another one of ours."""

    route: KernelRoute
    present: tuple[str, ...]
    """What the kernel has, in the words of ip-route(8)."""


@dataclass(frozen=True, slots=True)
class ForeignConflict:
    """A wanted route whose prefix and metric another program's route has; that one is left alone."""

    route: KernelRoute
    protocol: int
    """The other program's routing protocol number, as in /etc/iproute2/rt_protos."""
    present: str = ""
    """Its route in the words of ip-route(8), where the table has been read for it."""


@dataclass(frozen=True, slots=True)
class FailedRoute:
    """A route that the kernel refused; it is tried again."""

    prefix: Prefix
    errno: int
    reason: str
    attempts: int


@dataclass(frozen=True, slots=True)
class ReducedRoute:
    """A wanted route that is in the kernel without some of its next hops, which cannot be used now."""

    route: KernelRoute
    left_out: tuple[NextHop, ...]
    """They rejoin once their interface is up and their gateway on its network."""


@dataclass(frozen=True, slots=True)
class FibDiff:
    """All differences, ordered by prefix; falsy when there are none."""

    missing: tuple[KernelRoute, ...]
    """Wanted and not in the kernel as wanted, for whatever reason."""
    unwanted: tuple[UnwantedRoute, ...]
    conflicts: tuple[ForeignConflict, ...]
    failed: tuple[FailedRoute, ...]
    altered: tuple[AlteredRoute, ...] = ()
    """Of the missing those in whose place there is a route of ours."""
    pending: tuple[Prefix, ...] = ()
    """Of all these the prefixes that are about to be written, or removed."""

    reduced: tuple[ReducedRoute, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether anything differs."""
        return bool(self.missing or self.unwanted or self.conflicts or self.failed or self.reduced)


def diff_of(dialogue: Dialogue, *, writes: bool = True) -> FibDiff:
    """Return the differences that ``dialogue`` knows of."""
    gathered = Gathered()
    for width in dialogue.reconcilers:
        inspection = Inspection(dialogue, width, writes=writes)
        for _ in gathered.gather(inspection, [key for part in inspection.differing() for key in part]):
            pass
    return gathered.diff()


class Gathered:
    """Differences, gathered bit by bit."""

    def __init__(self) -> None:
        """Start with none."""
        self._missing: list[KernelRoute] = []
        self._unwanted: list[UnwantedRoute] = []
        self._conflicts: list[ForeignConflict] = []
        self._failed: list[FailedRoute] = []
        self._altered: list[AlteredRoute] = []
        self._pending: list[Prefix] = []
        self._reduced: list[ReducedRoute] = []

    def gather(self, inspection: Inspection, keys: Iterable[bytes]) -> Iterator[None]:
        """Gather what differs at ``keys``; each step takes a millisecond or two at most."""
        for key in in_order(keys):
            if key is not None:
                self._add(inspection, key)
            yield

    def diff(self) -> FibDiff:
        """Return what has been gathered."""
        return FibDiff(
            missing=tuple(self._missing),
            unwanted=tuple(self._unwanted),
            conflicts=tuple(self._conflicts),
            failed=tuple(self._failed),
            altered=tuple(self._altered),
            pending=tuple(self._pending),
            reduced=tuple(self._reduced),
        )

    def _add(self, inspection: Inspection, key: bytes) -> None:
        prefix, against = Prefix.from_key(key, inspection.width), inspection.against(key)
        metrics = sorted(form.metric for form in against.unwanted)
        self._unwanted += [UnwantedRoute(prefix, metric) for metric in metrics]
        if against.lacking:
            route = inspection.reconciler.desired[key].route(prefix)
            self._missing.append(route)
            self._conflicts += _conflict(inspection, key, route)
            if against.otherwise:
                self._altered.append(AlteredRoute(route, inspection.words(against.otherwise)))
        out = inspection.left_out(key)
        if out and inspection.is_right(key):
            self._reduced.append(ReducedRoute(inspection.reconciler.desired[key].route(prefix), out))
        failure = inspection.reconciler.attempts.failed.get(key)
        if failure is not None:
            self._failed.append(FailedRoute(prefix, failure.refusal.errno, failure.refusal.text, failure.count))
        if inspection.is_pending(key):
            self._pending.append(prefix)


def _conflict(inspection: Inspection, key: bytes, route: KernelRoute) -> Iterator[ForeignConflict]:
    protocol = inspection.reconciler.foreign.conflicts.get(key)
    if protocol is not None:
        yield ForeignConflict(route, protocol, inspection.other_words(key))
