"""The addresses of services that a node announces one by one, as services and the pods behind them change."""

from collections import Counter
from collections.abc import Iterable
from ipaddress import ip_network

from bgpkit import Prefix
from bgpkit_node.resources import ResourceBatch, ResourceChange
from bgpkit_node.services import NO_BLOCKS, ServiceBlocks, ServiceIndex, ServiceKey, announced_addresses


class ServiceAddresses:
    """Counts for each address the services for which the node announces it: two may share one."""

    def __init__(self, node: str) -> None:
        """Begin with no service, and nothing to announce for any."""
        self._node = node
        self._blocks = NO_BLOCKS
        self._index = ServiceIndex()
        self._known: dict[tuple[str, str], ResourceChange] = {}
        self._of_service: dict[ServiceKey, frozenset[Prefix]] = {}
        self._counts: Counter[Prefix] = Counter()

    @property
    def present(self) -> frozenset[Prefix]:
        """The addresses that are to be announced."""
        return frozenset(self._counts)

    def configure(self, blocks: ServiceBlocks) -> None:
        """Announce addresses in ``blocks`` from now on."""
        if blocks != self._blocks:
            self._blocks = blocks
            self._renew(tuple(self._index))

    def take(self, batch: ResourceBatch, *, anew: bool) -> None:
        """Take in what a watch has told; one that begins ``anew`` tells all that is there, and nothing else is."""
        told = {(change.resource.kind, change.resource.qualified_name): change for change in batch.changes}
        gone = {place: known for place, known in self._known.items() if anew and place not in told}
        changed: set[ServiceKey] = set()
        for place, known in gone.items():
            del self._known[place]
            changed |= self._index.take(ResourceChange(known.new, None))
        for place, change in told.items():
            if change.new is None:
                self._known.pop(place, None)
            else:
                self._known[place] = change
            changed |= self._index.take(change)
        self._renew(changed)

    def _renew(self, keys: Iterable[ServiceKey]) -> None:
        for key in keys:
            before, after = self._of_service.pop(key, frozenset()), self._wanted(key)
            if after:
                self._of_service[key] = after
            self._counts.update(after - before)
            for prefix in before - after:
                self._counts[prefix] -= 1
                if not self._counts[prefix]:
                    del self._counts[prefix]

    def _wanted(self, key: ServiceKey) -> frozenset[Prefix]:
        service = self._index.service(key)
        if service is None:
            return frozenset()
        found = announced_addresses(service, self._index.slices(key), self._node, self._blocks)
        return frozenset(Prefix.from_network(ip_network(address)) for address in found)
