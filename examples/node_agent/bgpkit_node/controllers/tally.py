"""What the controllers have done since they started, for probes, metrics and the log."""

from collections import Counter
from dataclasses import dataclass, field

import structlog
from structlog.typing import FilteringBoundLogger

from bgpkit_node.errors import NodeError
from bgpkit_node.running import Outages

_log: FilteringBoundLogger = structlog.get_logger("bgpkit_node.controllers")


def _kubernetes() -> Outages:
    return Outages("kubernetes", "what has been copied stays; trying again")


def _datastore() -> Outages:
    return Outages("datastore", "nothing is copied; trying again")


@dataclass(slots=True)
class Tally:
    """Kinds go by the titles that Kubernetes has for them."""

    waits_for: str = "the datastore has not been read yet"
    """Why nothing is copied; empty while it is."""
    unknown: set[str] = field(default_factory=set[str])
    """Kinds that have not been listed yet, but for those that need not be there."""
    objects: Counter[str] = field(default_factory=Counter[str])
    """Objects of each kind."""
    writes: Counter[str] = field(default_factory=Counter[str])
    """Names of each kind that were settled with a write."""
    retries: Counter[str] = field(default_factory=Counter[str])
    """Times in which another writer was first, or the datastore did not answer."""
    refused: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    """Kinds and names of the objects that cannot be copied, and why."""
    waiting: int = 0
    """Names that may differ and have not been settled yet."""
    caught_up: bool = False
    """Whether none was waiting once, after everything had been read."""
    kubernetes: Outages = field(default_factory=_kubernetes)
    datastore: Outages = field(default_factory=_datastore)

    @property
    def why_not_ready(self) -> str:
        """Why the datastore may not be as Kubernetes is; empty when it is, but for what has only just changed."""
        if self.waits_for or self.kubernetes.reason:
            return self.waits_for or self.kubernetes.reason
        if self.unknown:
            return f"not listed yet: {', '.join(sorted(self.unknown))}"
        return self.datastore.reason if self.caught_up else f"objects that have not been copied yet: {self.waiting}"

    def waits(self, waiting: int) -> None:
        """Note how many names are to be settled."""
        self.waiting = waiting
        self.caught_up = self.caught_up or not (waiting or self.unknown or self.waits_for)

    def settled(self, kind: str, name: str, *, written: bool) -> None:
        """Note that an object is as it should be in the datastore."""
        self.writes[kind] += written
        if self.refused.pop((kind, name), None) is not None:
            _log.info("controllers.copied_again", kind=kind, name=name)

    def refuses(self, kind: str, name: str, error: NodeError) -> None:
        """Note that an object cannot be copied; it is told once for each reason."""
        if self.refused.get((kind, name)) != str(error):
            self.refused[kind, name] = str(error)
            _log.warning("controllers.not_copied", kind=kind, name=name, reason=str(error))
