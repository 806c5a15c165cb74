"""From what is wanted and held of prefixes to the next step of each. Pure."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from bgpkit.fib.agreement import Agreement
from bgpkit.fib.attempts import Attempts
from bgpkit.fib.foreign import Foreign
from bgpkit.fib.form import Forms, matches
from bgpkit.fib.objects import NOT_YET
from bgpkit.fib.operation import Operation, Refusal, Verb, make_operation
from bgpkit.fib.resolve import Resolving
from bgpkit.fib.route import Spec

_ADD: Final = Verb.ADD
_REPLACE: Final = Verb.REPLACE
_DELETE: Final = Verb.DELETE


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
        self, keys: Collection[bytes], held: Mapping[bytes, Forms], stale: Collection[bytes], now: float
    ) -> list[Operation]:
        """Return the next step of each of ``keys`` that needs one, by what is ``held``, and what of it is ``stale``."""
        if self._foreign or self.contested:
            return list(self._each(keys, held, stale, now))
        width, desired, known, agrees = self._width, self._desired, self._known, self._agreement.agrees
        failed, make = self._attempts.failed, make_operation
        operations: list[Operation] = []
        thorough: list[bytes] = []
        for key, spec, forms in zip(keys, map(desired.get, keys), map(held.get, keys), strict=True):
            if spec is None:
                if forms is not None and key not in stale:
                    operations.append(make((_DELETE, width, key, forms[:1])))
                continue
            wanted = known.get(spec)
            if not wanted or isinstance(wanted, Refusal):
                thorough.append(key)
            elif forms is None:
                operations.append(make((_ADD, width, key, wanted)))
            elif forms is wanted or agrees(spec, forms):
                if failed:
                    self._attempts.forgive(key)
            elif len(forms) != 1 or forms[0].metric != wanted[0].metric:
                thorough.append(key)
            else:
                operations.append(make((_REPLACE, width, key, wanted)))
        if thorough:
            operations += self._each(thorough, held, stale, now)
        return operations

    def _each(
        self, keys: Iterable[bytes], held: Mapping[bytes, Forms], stale: Collection[bytes], now: float
    ) -> Iterable[Operation]:
        for key in keys:
            operation = self._decide(key, held.get(key, ()), stale, now)
            if operation is not None:
                yield operation

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
            return Operation(Verb.DELETE, self._width, key, (twin,)) if twin is not None else None
        return Operation(Verb.ADD if twin is None else Verb.REPLACE, self._width, key, wanted)
