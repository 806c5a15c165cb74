"""A look at one address width: what is wanted of each prefix against what has been found of ours. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from bgpkit.fib.agreement import Agreement
from bgpkit.fib.dialogue import Dialogue
from bgpkit.fib.form import Form, Forms, matches
from bgpkit.fib.operation import Refusal
from bgpkit.fib.reconciler import Reconciler
from bgpkit.fib.route import NextHop, Spec
from bgpkit.fib.slicing import slices
from bgpkit.fib.state import FibState, FibStatus, words_of_form, words_of_left_out
from bgpkit_rib import Prefix

Others = Mapping[bytes, tuple[tuple[int, Form], ...]]
"""Routes of other programs by key: protocol and form of each."""


class Against(NamedTuple):
    """How what has been found of a prefix differs from what is wanted."""

    lacking: bool
    """What is wanted is not there."""
    otherwise: Forms
    """Routes of ours that have its place."""
    unwanted: Forms
    """Routes of ours beside it."""


class Inspection:
    """Compares, changes nothing. What it is made over may change between two calls."""

    def __init__(
        self,
        dialogue: Dialogue,
        width: int,
        *,
        writes: bool,
        found: Mapping[bytes, Forms] | None = None,
        others: Others | None = None,
        protocol_name: Callable[[int], str] = str,
    ) -> None:
        """Look at what ``found`` of ours and of ``others`` says, else at what the dialogue knows.

        With ``writes``, what is known to differ is about to be put right; ``protocol_name`` names other programs.
        """
        self.width = width
        self.reconciler: Reconciler = dialogue.reconcilers[width]
        self._name_of = dialogue.hearing.name_of
        self._shown = dialogue.shown
        self._resolve = dialogue.resolvers[width].resolve
        self._reduced = dialogue.resolvers[width].reduced
        self._agreement = self.reconciler.agreement if found is None else Agreement(dialogue.resolvers[width])
        self._writes = writes
        self._found = found
        self._others = others or {}
        self._protocol_name = protocol_name

    @property
    def found(self) -> Mapping[bytes, Forms]:
        """Routes of ours, as far as they are known here."""
        return self.reconciler.held if self._found is None else self._found

    def slices(self) -> Iterator[list[bytes]]:
        """Cut the keys that are wanted or found into slices."""
        yield from slices(self.reconciler.desired)
        for part in slices(self.found):
            every = all(map(self.reconciler.desired.__contains__, part))
            yield [] if every else [key for key in part if key not in self.reconciler.desired]

    def differing(self) -> Iterator[list[bytes]]:
        """Yield the keys of which something differs, slice by slice."""
        for part in self.slices():
            unsure = self._agreement.doubtful(part, self.reconciler.desired, self.found)
            differing = [key for key in unsure if not self.is_right(key)]
            yield differing + (
                [key for key in part if self.left_out(key) and self.is_right(key)] if self._reduced else []
            )

    def left_out(self, key: bytes) -> tuple[NextHop, ...]:
        """Return those of several next hops wanted that cannot be used now; none as a rule."""
        spec = self.reconciler.desired.get(key)
        return () if spec is None else self._reduced.get(spec, ())

    def is_right(self, key: bytes) -> bool:
        """Tell whether what is there of ours is what is wanted, and nothing else."""
        spec = self.reconciler.desired.get(key)
        if spec is None:
            return key not in self.found
        return self._agreement.agrees(spec, self.found.get(key, ()))

    def is_known(self, key: bytes) -> bool:
        """Tell whether it is known that a key differs, whatever has been found."""
        if key in self.reconciler.desired:
            return not self.reconciler.agrees(key)
        return key in self.reconciler.held

    def against(self, key: bytes) -> Against:
        """Return how a key differs."""
        spec, forms = self.reconciler.desired.get(key), self.found.get(key, ())
        if spec is None or not spec.leads:
            return Against(lacking=False, otherwise=(), unwanted=forms)
        if self.is_right(key):
            return Against(lacking=False, otherwise=(), unwanted=())
        wanted = self._resolve(spec, forms)
        if not wanted or isinstance(wanted, Refusal):
            return Against(lacking=True, otherwise=(), unwanted=forms)
        form = wanted[0]
        twin = next((each for each in forms if matches(form, each)), None)
        if twin is not None:
            return Against(lacking=False, otherwise=(), unwanted=tuple(each for each in forms if each is not twin))
        return Against(
            lacking=True,
            otherwise=tuple(each for each in forms if each.metric == form.metric),
            unwanted=tuple(each for each in forms if each.metric != form.metric),
        )

    def state(self, key: bytes) -> FibState:
        """Return what there is to say of a key."""
        spec = self.reconciler.desired.get(key)
        status, reason = self._status(key, spec)
        prefix = Prefix.from_key(key, self.width)
        return FibState(
            prefix=prefix,
            status=status,
            wanted=spec.route(prefix) if spec is not None and spec.leads else None,
            present=self.words(self.found.get(key, ())),
            reason=reason,
        )

    def words(self, forms: Iterable[Form]) -> tuple[str, ...]:
        """Return routes of the kernel's in the words of ip-route(8)."""
        return tuple([words_of_form(self._shown(form), self._name_of) for form in forms])

    def other_words(self, key: bytes) -> str:
        """Return what has been found of the foreign route in conflict with ours, in the words of ip-route(8)."""
        protocol = self.reconciler.foreign.conflicts.get(key)
        forms = [form for number, form in self._others.get(key, ()) if number == protocol]
        return " and ".join(self.words(forms))

    def is_pending(self, key: bytes) -> bool:
        """Tell whether a key that differs is about to be put right."""
        reconciler = self.reconciler
        stuck = key in reconciler.foreign.conflicts or key in reconciler.attempts.failed or key in reconciler.stale
        return self._writes and not stuck and self.is_known(key)

    def _status(self, key: bytes, spec: Spec | None) -> tuple[FibStatus, str]:
        reconciler, found = self.reconciler, key in self.found
        if spec is None or not spec.leads:
            reason = "" if spec is None else "there is no way to its next hop"
            if not found:
                return FibStatus.ABSENT, reason
            if key in reconciler.stale:
                return FibStatus.ADOPTED, reason
            return (FibStatus.PENDING if self.is_pending(key) else FibStatus.UNWANTED), reason
        conflict = reconciler.foreign.conflicts.get(key)
        if conflict is not None:
            name, words = self._protocol_name(conflict), self.other_words(key)
            return FibStatus.CONFLICT, f"a route of protocol {name} has its place{': ' if words else ''}{words}"
        failure = reconciler.attempts.failed.get(key)
        if failure is not None:
            times = "once" if failure.count == 1 else f"{failure.count} times"
            return FibStatus.FAILED, f"refused {times}: {failure.refusal.text}"
        if self.is_right(key):
            out = self.left_out(key)
            return (FibStatus.REDUCED, words_of_left_out(out)) if out else (FibStatus.INSTALLED, "")
        if self.is_pending(key):
            return FibStatus.PENDING, ""
        return (FibStatus.ALTERED if found else FibStatus.MISSING), ""
