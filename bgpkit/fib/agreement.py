"""Whether what is held of a prefix is what is wanted of it; remembered by spec, since most prefixes are alike. Pure."""

from collections.abc import Collection, Mapping
from itertools import repeat
from operator import is_
from typing import Final

from bgpkit.fib.form import Forms, matches
from bgpkit.fib.operation import Refusal
from bgpkit.fib.resolve import Resolving
from bgpkit.fib.route import Spec

_REMEMBERED: Final = 65_536


class Agreement:
    """Compares specs with forms."""

    def __init__(self, resolver: Resolving) -> None:
        """Compare by what ``resolver`` makes of a spec."""
        self._resolve = resolver.resolve
        self._agreed: dict[Spec | None, Forms] = {}
        self._differed: dict[Spec | None, Forms] = {}

    def forget(self) -> None:
        """Compare all anew."""
        self._agreed.clear()
        self._differed.clear()

    def forget_spec(self, spec: Spec) -> None:
        """Compare what is wanted as ``spec`` anew."""
        self._agreed.pop(spec, None)
        self._differed.pop(spec, None)

    def doubtful(
        self, keys: Collection[bytes], desired: Mapping[bytes, Spec], held: Mapping[bytes, Forms]
    ) -> list[bytes]:
        """Return all of ``keys`` but those that are known to be held as ``desired``: what is to be asked one by one."""
        agreed, specs, found = self._agreed.get, list(map(desired.get, keys)), list(map(held.get, keys))
        if all(map(is_, map(agreed, specs, repeat(())), found)):
            return []
        rows = zip(keys, specs, found, strict=True)
        return [key for key, spec, forms in rows if agreed(spec, ()) is not forms]

    def agrees(self, spec: Spec, forms: Forms) -> bool:
        """Tell whether what is held is what is wanted, and nothing else."""
        if self._agreed.get(spec) is forms:
            return True
        if self._differed.get(spec) is forms:
            return False
        wanted = self._resolve(spec, forms)
        if not wanted or isinstance(wanted, Refusal):
            return wanted == forms == ()
        alike = len(forms) == 1 and matches(wanted[0], forms[0])
        answers = self._agreed if alike else self._differed
        if len(answers) >= _REMEMBERED:
            answers.clear()
        answers[spec] = forms
        return alike
