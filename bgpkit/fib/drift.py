"""Routes of ours that were as wanted and are so no more, by another hand than ours. Pure."""

from collections.abc import Mapping

from bgpkit.fib.agreement import Agreement
from bgpkit.fib.events import Drift
from bgpkit.fib.form import Forms
from bgpkit.fib.news import News
from bgpkit.fib.route import Spec


class DriftWatch:
    """Compares what was held with what is; it is asked of prefixes that are not as wanted, and so costs no others."""

    def __init__(self, desired: Mapping[bytes, Spec], agreement: Agreement, news: News[Drift]) -> None:
        """Judge by ``desired`` and ``agreement``, and note in ``news``."""
        self.held_before: dict[bytes, Forms] = {}
        """What was held before the last dump, while that is compared."""
        self._desired = desired
        self._agreement = agreement
        self._news = news

    def is_right(self, key: bytes, held: Mapping[bytes, Forms]) -> bool:
        """Tell whether a prefix is wanted, and is as wanted in ``held``."""
        spec = self._desired.get(key)
        return spec is not None and spec.leads and self._agreement.agrees(spec, held.get(key, ()))

    def look(self, key: bytes, held: Mapping[bytes, Forms]) -> None:
        """Note a prefix that is not as wanted in ``held``, if it was before the last dump."""
        if key in self.held_before and self.is_right(key, self.held_before):
            self.note(key, held)

    def note(self, key: bytes, held: Mapping[bytes, Forms]) -> None:
        """Note a prefix that is not as wanted any more."""
        self._news.note(Drift.CHANGED if key in held else Drift.REMOVED, key)
