"""From what is wanted and held of prefixes to the next step of each. Pure."""

from collections.abc import Collection, Iterable, Mapping
from enum import Enum
from typing import TypeAlias

from bgpkit.fib.agreement import Agreement
from bgpkit.fib.attempts import Attempts
from bgpkit.fib.foreign import Foreign
from bgpkit.fib.form import Forms, matches
from bgpkit.fib.objects import NOT_YET
from bgpkit.fib.operation import Batch, Operation, Refusal, Verb
from bgpkit.fib.resolve import Resolving
from bgpkit.fib.route import Spec

_Alike: TypeAlias = tuple[Spec | None, int]
"""What is wanted, and the identity of what is held: prefixes that have these in common need the same."""


class _Otherwise(Enum):
    """What is to be done where nothing is to be asked for at once."""

    NOTHING = "nothing"
    LATER = "later"
    """Its next-hop object comes first."""
    CLOSER_LOOK = "closer look"
    """It depends on more than what is wanted and held."""


_Step: TypeAlias = tuple[Verb, Forms] | _Otherwise


class Decider:
    """Decides what is to be done for prefixes of one address width; notes conflicts and what cannot be written."""

    def __init__(
        self,
        width: int,
        resolver: Resolving,
        agreement: Agreement,
        desired: Mapping[bytes, Spec],
        foreign: Foreign,
        attempts: Attempts,
    ) -> None:
        """Decide by what is ``desired`` and ``foreign``; what fails before it is asked for goes to ``attempts``."""
        self.contested: set[bytes] = set()
        """Prefixes of which the kernel said that they have a route already; no dump has shown yet whose."""
        self.put_off: list[bytes] = []
        """Prefixes that wait for their next-hop object."""
        self._width = width
        self._resolve = resolver.resolve
        self._known = resolver.known
        self._agreement = agreement
        self._desired = desired
        self._foreign = foreign
        self._attempts = attempts

    def decide(
        self, keys: list[bytes], held: Mapping[bytes, Forms], stale: Collection[bytes], now: float, batch: Batch
    ) -> None:
        """Add to ``batch`` the next step of each of ``keys`` that needs one, by what is ``held``; ``stale`` may stay.

        It is found once for all prefixes that are wanted alike and held alike.
        """
        if self._foreign or self.contested:
            self._decide_each(keys, held, stale, now, batch)
            return
        if stale:
            keys = [key for key in keys if key in self._desired or key not in stale]
        specs = list(map(self._desired.get, keys))
        known = self._forms(dict.fromkeys(specs)) if held.keys().isdisjoint(keys) else None
        if known is not None:
            batch.extend([Verb.ADD] * len(keys), keys, map(known.__getitem__, specs))
            return
        found = list(map(held.get, keys))
        alike: list[_Alike] = list(zip(specs, map(id, found), strict=True))
        steps = {each: self._step(each[0], forms) for each, forms in dict(zip(alike, found, strict=True)).items()}
        operations = {each: step for each, step in steps.items() if not isinstance(step, _Otherwise)}
        others: dict[_Otherwise, list[bytes]] = {}
        if len(operations) < len(steps):
            rows = list(zip(keys, alike, strict=True))
            others = {kind: [key for key, each in rows if steps[each] is kind] for kind in _Otherwise}
            keys = [key for key, each in rows if each in operations]
            alike = [each for each in alike if each in operations]
        asked = list(map(operations.__getitem__, alike))
        batch.extend([verb for verb, _ in asked], keys, [forms for _, forms in asked])
        self.put_off += others.get(_Otherwise.LATER, ())
        if self._attempts.failed:
            self._forgive(others.get(_Otherwise.NOTHING, ()))
        self._decide_each(others.get(_Otherwise.CLOSER_LOOK, ()), held, stale, now, batch)

    def _forms(self, specs: Iterable[Spec | None]) -> dict[Spec | None, Forms] | None:
        """Return the forms of all specs, of which nothing is held; None where one has none, or not yet."""
        known: dict[Spec | None, Forms] = {}
        for spec in specs:
            answer = None if spec is None else self._known.get(spec) or self._resolve(spec)
            if not answer or isinstance(answer, Refusal):
                return None
            known[spec] = answer
        return known

    def _step(self, spec: Spec | None, forms: Forms | None) -> _Step:
        """Compare what is wanted and held of prefixes that are alike."""
        if spec is None:
            if forms is None:
                return _Otherwise.NOTHING
            return (Verb.DELETE, forms) if len(forms) == 1 else _Otherwise.CLOSER_LOOK
        wanted = self._known.get(spec) or self._resolve(spec, forms or ())
        if wanted is NOT_YET:
            return _Otherwise.LATER
        if not wanted or isinstance(wanted, Refusal):
            return _Otherwise.CLOSER_LOOK
        if forms is None:
            return Verb.ADD, wanted
        if forms is wanted or self._agreement.agrees(spec, forms):
            return _Otherwise.NOTHING
        if len(forms) != 1 or forms[0].metric != wanted[0].metric:
            return _Otherwise.CLOSER_LOOK
        return Verb.REPLACE, wanted

    def _forgive(self, keys: Iterable[bytes]) -> None:
        for key in keys:
            if key in self._desired:
                self._attempts.forgive(key)

    def _decide_each(
        self, keys: Iterable[bytes], held: Mapping[bytes, Forms], stale: Collection[bytes], now: float, batch: Batch
    ) -> None:
        for key in keys:
            operation = self._decide(key, held.get(key, ()), stale, now)
            if operation is not None:
                batch.add(operation.verb, key, operation.forms)

    def _decide(self, key: bytes, forms: Forms, stale: Collection[bytes], now: float) -> Operation | None:
        """Compare what is wanted and held of one prefix and return the next step, None when there is none."""
        spec = self._desired.get(key)
        if spec is None or not spec.leads:
            if spec is not None:
                self._attempts.forgive(key)
                self._foreign.end(key)
            gone = forms and key not in stale
            return Operation(Verb.DELETE, self._width, key, forms[:1]) if gone else None
        if key in self.contested:
            return None
        wanted = self._resolve(spec, forms)
        if wanted is NOT_YET:
            self.put_off.append(key)
            return None
        if isinstance(wanted, Refusal):
            self._attempts.fail(key, wanted, now)
            return None
        form = wanted[0]
        twin = next((each for each in forms if each.metric == form.metric), None)
        shared = self._foreign.blocks(key, form.metric)
        if twin is not None and matches(form, twin):
            self._attempts.forgive(key)
            rest = next((each for each in forms if each is not twin), None)
            return Operation(Verb.DELETE, self._width, key, (rest,)) if rest is not None else None
        if shared:
            return Operation(Verb.DELETE, self._width, key, forms[:1]) if forms else None
        return Operation(Verb.ADD if twin is None else Verb.REPLACE, self._width, key, wanted)
