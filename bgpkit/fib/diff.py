"""What differs between the routes wanted and the routes in the kernel."""

from dataclasses import dataclass

from bgpkit.fib.dialogue import Dialogue
from bgpkit.fib.reconciler import Reconciler
from bgpkit.fib.route import KernelRoute
from bgpkit_rib import Prefix


@dataclass(frozen=True, slots=True)
class UnwantedRoute:
    """A route of our protocol in the kernel that nobody wants: adopted and not yet swept, or about to go."""

    prefix: Prefix
    metric: int


@dataclass(frozen=True, slots=True)
class ForeignConflict:
    """A wanted route whose prefix and metric another program's route has; that one is left alone."""

    route: KernelRoute
    protocol: int
    """The other program's routing protocol number, as in /etc/iproute2/rt_protos."""


@dataclass(frozen=True, slots=True)
class FailedRoute:
    """A route that the kernel refused; it is tried again."""

    prefix: Prefix
    errno: int
    reason: str
    attempts: int


@dataclass(frozen=True, slots=True)
class FibDiff:
    """All differences, ordered by prefix; falsy when there are none."""

    missing: tuple[KernelRoute, ...]
    """Wanted and not in the kernel as wanted, for whatever reason."""
    unwanted: tuple[UnwantedRoute, ...]
    conflicts: tuple[ForeignConflict, ...]
    failed: tuple[FailedRoute, ...]

    def __bool__(self) -> bool:
        """Tell whether anything differs."""
        return bool(self.missing or self.unwanted or self.conflicts or self.failed)


def diff_of(dialogue: Dialogue) -> FibDiff:
    """Return the differences that ``dialogue`` knows of."""
    missing: list[KernelRoute] = []
    unwanted: list[UnwantedRoute] = []
    conflicts: list[ForeignConflict] = []
    failed: list[FailedRoute] = []
    for each in dialogue.reconcilers.values():
        width = each.width
        missing += [_route(each, key) for key in each.missing()]
        unwanted += [UnwantedRoute(Prefix.from_key(key, width), form.metric) for key, form in each.unwanted()]
        conflicts += [ForeignConflict(_route(each, key), number) for key, number in each.foreign.conflicts.items()]
        failed += [
            FailedRoute(Prefix.from_key(key, width), failure.refusal.errno, failure.refusal.text, failure.count)
            for key, failure in each.attempts.failed.items()
        ]
    return FibDiff(
        missing=tuple(sorted(missing, key=lambda one: one.prefix)),
        unwanted=tuple(sorted(unwanted, key=lambda one: (one.prefix, one.metric))),
        conflicts=tuple(sorted(conflicts, key=lambda one: one.route.prefix)),
        failed=tuple(sorted(failed, key=lambda one: one.prefix)),
    )


def _route(reconciler: Reconciler, key: bytes) -> KernelRoute:
    return reconciler.desired[key].route(Prefix.from_key(key, reconciler.width))
