"""The endpoints of a whole cluster, of which only those that matter are read: there may be many thousands."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Self

from bgpkit_node.datastore.port import Datastore, KeyValue
from bgpkit_node.errors import ResourceError
from bgpkit_node.ipam.address import IPAddress
from bgpkit_node.resources import WorkloadEndpoint, kind_of
from bgpkit_node.resources.output import decode
from bgpkit_node.resources.workload_endpoint import node_in_name


@dataclass(frozen=True, slots=True)
class ToldEndpoints:
    """All endpoints as they are stored, each with the node that its name tells."""

    stored: tuple[tuple[str, KeyValue], ...]

    @classmethod
    async def load(cls, datastore: Datastore) -> Self:
        """Read them."""
        _, found = await datastore.list(kind_of(WorkloadEndpoint).prefix)
        return cls(tuple((node_in_name(pair.key.rpartition("/")[2]), pair) for pair in found))

    @property
    def nodes(self) -> frozenset[str]:
        """The nodes that have any."""
        return frozenset(node for node, _ in self.stored)

    def on(self, wanted: Callable[[str], bool]) -> tuple[WorkloadEndpoint, ...]:
        """Return the endpoints of the ``wanted`` nodes, without those that cannot be read."""
        found: list[WorkloadEndpoint] = []
        for node, pair in self.stored:
            if wanted(node):
                try:
                    found.append(decode(kind_of(WorkloadEndpoint), pair))
                except ResourceError:  # whoever reads all of them names it
                    continue
        return tuple(found)

    def named(self, addresses: Collection[IPAddress], wanted: Callable[[str], bool]) -> frozenset[IPAddress]:
        """Return those of ``addresses`` that are written in any endpoint of the ``wanted`` nodes, readable or not."""
        texts = [pair.value for node, pair in self.stored if wanted(node)]
        return frozenset(
            address
            for address in addresses
            if any(f'"{address}/'.encode() in text or f'"{address}"'.encode() in text for text in texts)
        )
