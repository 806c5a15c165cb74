"""The clusters that a route reflector is of: a route that has been through any of them is not taken again."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from ipaddress import IPv4Address

from bgpkit_rib import Source


class Clusters:
    """The CLUSTER_IDs in use: the speaker's, and those that single peers have. RFC 4456, sections 7 and 8."""

    def __init__(self, own: IPv4Address, changed: Callable[[], None]) -> None:
        """Start with the speaker's ``own``; ``changed`` is called when `ids` has changed."""
        self._own = int(own)
        self._ids = {self._own}
        self._used: dict[Source, int] = {}
        self._changed = changed

    @property
    def ids(self) -> AbstractSet[int]:
        """The CLUSTER_IDs, always the same set, as it is at the moment."""
        return self._ids

    def use(self, source: Source, cluster_id: IPv4Address) -> None:
        """Take note that routes to the peer ``source`` are reflected with ``cluster_id``."""
        self._used[source] = int(cluster_id)
        self._count()

    def drop(self, source: Source) -> None:
        """Take note that the peer ``source`` is gone."""
        self._used.pop(source, None)
        self._count()

    def _count(self) -> None:
        present = {self._own, *self._used.values()}
        if present != self._ids:
            self._ids.clear()
            self._ids.update(present)
            self._changed()
