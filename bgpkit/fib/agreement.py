"""Whether what is held of a prefix is what is wanted of it; remembered by spec, since most prefixes are alike. Pure."""

from typing import Final

from bgpkit.fib.form import Form, Forms, matches
from bgpkit.fib.operation import Refusal
from bgpkit.fib.resolve import Resolving
from bgpkit.fib.route import Spec

_REMEMBERED: Final = 65_536


class Agreement:
    """Compares specs with forms."""

    def __init__(self, resolver: Resolving) -> None:
        """Compare by what ``resolver`` makes of a spec."""
        self._resolve = resolver.resolve
        self._agreed: dict[Spec, Forms] = {}

    def forget(self) -> None:
        """Compare all anew."""
        self._agreed.clear()

    def forget_spec(self, spec: Spec) -> None:
        """Compare what is wanted as ``spec`` anew."""
        self._agreed.pop(spec, None)

    def agrees(self, spec: Spec, forms: Forms) -> bool:
        """Tell whether what is held is what is wanted, and nothing else."""
        if self._agreed.get(spec) is forms:
            return True
        wanted = self._resolve(spec, forms)
        if not wanted or isinstance(wanted, Refusal):
            return wanted == forms == ()
        if len(forms) != 1 or not matches(wanted[0], forms[0]):
            return False
        if len(self._agreed) >= _REMEMBERED:
            self._agreed.clear()
        self._agreed[spec] = forms
        return True

    def lacks(self, spec: Spec, forms: Forms) -> bool:
        """Tell whether what is wanted is not among what is held; nothing is missing where there is no way."""
        if not spec.leads or self.agrees(spec, forms):
            return False
        wanted = self._resolve(spec, forms)
        return isinstance(wanted, Refusal) or not any(matches(wanted[0], form) for form in forms)

    def beside(self, spec: Spec, forms: Forms) -> list[Form]:
        """Return those of the forms held that nobody wants."""
        if self.agrees(spec, forms):
            return []
        wanted = self._resolve(spec, forms)
        metric = None if not wanted or isinstance(wanted, Refusal) else wanted[0].metric
        return [form for form in forms if form.metric != metric]
